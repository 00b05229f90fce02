//! Reports in the operator's database. Each query answers with one text: the database builds the documents itself, so no
//! row is ever turned into a type here.

use std::fmt::Display;

use worker::wasm_bindgen::JsValue;
use worker::{Env, Error, Result};

use super::entry::ask_presence;
use super::host;
use crate::config;
use crate::domain::ban_list::NewBan;
use crate::domain::casework::{Casework, Status};
use crate::domain::id::{NetworkKey, VisitorKey};
use crate::domain::limits::{
    BAN_REPORTS, FILE_RETRY_MS, FILE_TRIES_MAX, NETWORK_KEY_MS, REPORT_KEPT_MS, REPORTS_OPEN_MAX, REPORTS_PAGE,
};
use crate::domain::protocol::to_json;
use crate::domain::report::Filing;
use crate::domain::time::Time;

/// The tables, as `wrangler d1 migrations apply` makes them: a database that has none is given them on the way.
const TABLES: &str = include_str!("../../migrations/0001_reports.sql");

const FILE: &str = "INSERT INTO reports (at, expires, conversation, reason, note, lines, verified, \
    reporter_visitor, reporter_network, accused_visitor, accused_network) \
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 \
    WHERE (SELECT count(*) FROM reports WHERE status = 'open') < ?12 \
    ON CONFLICT (conversation, reporter_visitor) DO UPDATE SET times = times + 1 \
    RETURNING iif(times = 1, CAST(id AS TEXT), NULL) AS answer";

/// Whether independent reporters' words, one of each network and of each person, the weightiest, add up to what the operator has chosen.
/// That is 0 for never, and so is what is no number.
const WEIGH: &str = "SELECT 'enough' AS answer WHERE CAST(?3 AS REAL) > 0 AND CAST(?3 AS REAL) <= (\
    WITH words AS (SELECT weight, reporter_visitor, reporter_network FROM weighed \
    WHERE accused_visitor = ?1 AND expires > ?2 AND (status = 'upheld' OR (status = 'open' AND verified > 0))) \
    SELECT min((SELECT coalesce(sum(word), 0) FROM (SELECT max(weight) AS word FROM words \
    GROUP BY coalesce(reporter_network, reporter_visitor))), \
    (SELECT coalesce(sum(word), 0) FROM (SELECT max(weight) AS word FROM words GROUP BY reporter_visitor))))";

/// A report as the operator sees it; ?1 is now, ?2 the document of the bans in force.
macro_rules! document {
    () => {
        "json_object('id', CAST(id AS TEXT), 'at', at, 'expires', expires, 'reason', reason, 'note', note, \
         'lines', json(lines), 'status', status, 'decided', decided, 'decision', decision, 'times', times, \
         'weight', round(weight, 2), \
         'reporter', json_object('visitor', reporter_visitor, 'network', reporter_network), \
         'accused', json_object('visitor', accused_visitor, 'network', accused_network, \
         'reports', (SELECT count(*) FROM reports AS other \
         WHERE other.accused_visitor = weighed.accused_visitor AND other.expires > ?1), \
         'banned', (SELECT max(value ->> 'until') FROM json_each(?2, '$.bans') \
         WHERE value ->> 'visitor' = accused_visitor OR value ->> 'network' = accused_network)))"
    };
}

const LIST: &str = concat!(
    "WITH page AS (SELECT id, row_number() OVER (ORDER BY iif(?3 = 'open', id, -id)) AS place, ",
    document!(),
    " AS document FROM weighed WHERE status = ?3 AND expires > ?1 \
     AND (?4 = 0 OR iif(?3 = 'open', id > ?4, id < ?4)) ORDER BY iif(?3 = 'open', id, -id) LIMIT ?5 + 1) \
     SELECT json_object('reports', (SELECT json_group_array(json(document)) FROM page WHERE place <= ?5), \
     'next', (SELECT CAST(max(iif(place = ?5, id, NULL)) AS TEXT) FROM page HAVING count(*) > ?5)) AS answer"
);

const ONE: &str = concat!("SELECT ", document!(), " AS answer FROM weighed WHERE id = ?3 AND expires > ?1");

const DECIDE: &str = "UPDATE reports SET status = ?2, decided = ?3, decision = ?4 WHERE id = ?1 AND expires > ?3 \
    RETURNING accused_visitor || ' ' || coalesce(accused_network, '') AS answer";

const ACCUSED: &str = "SELECT accused_visitor || ' ' || coalesce(accused_network, '') AS answer \
    FROM reports WHERE id = ?1 AND expires > ?2";

const PURGE: &str = "DELETE FROM reports WHERE expires <= ?1";

/// Keys of networks go with their salts.
const BLUR: &str = "UPDATE reports SET reporter_network = NULL, accused_network = NULL WHERE at <= ?1 \
    AND coalesce(reporter_network, accused_network) IS NOT NULL";

/// Asks the database; `None` when there is no row.
async fn ask(env: &Env, query: &str, values: &[JsValue]) -> Result<Option<String>> {
    let database = env.d1(config::DATABASE_BINDING)?;
    let statement = || database.prepare(query).bind(values);
    match statement()?.first(Some("answer")).await.map_err(told) {
        Err(error) if error.to_string().contains("no such table") => {
            for table in TABLES.split_inclusive(";\n").filter(|table| table.contains(';')) {
                database.prepare(table).first::<String>(None).await.map_err(told)?;
            }
            statement()?.first(Some("answer")).await.map_err(told)
        }
        answer => answer,
    }
}

/// An error of the database in its own words, which the crate's type tells to nobody but a debugger.
fn told(error: Error) -> Error {
    if let Error::D1(error) = error { Error::RustError(error.cause()) } else { error }
}

fn text(value: &impl Display) -> JsValue {
    JsValue::from_str(&value.to_string())
}

fn maybe(value: Option<&impl Display>) -> JsValue {
    value.map_or(JsValue::NULL, text)
}

#[expect(clippy::cast_precision_loss, reason = "times, ids and counts are far below 2^53")]
fn number(value: u64) -> JsValue {
    JsValue::from_f64(value as f64)
}

/// Files a report, as often as it takes and no more than a few times, and bans the one who is reported where that is
/// enough.
pub(super) async fn file(env: &Env, filing: &Filing) {
    for left in (0..FILE_TRIES_MAX).rev() {
        match try_to_file(env, filing, host::now()).await {
            Ok(()) => return,
            Err(error) if left == 0 => host::log("a report could not be filed", &error),
            Err(error) => {
                host::warn("a report is to be filed again", &error);
                host::rest(FILE_RETRY_MS).await;
            }
        }
    }
}

async fn try_to_file(env: &Env, filing: &Filing, now: Time) -> Result<()> {
    let Filing { conversation, reporter, accused, reason, note, lines } = filing;
    let values = [
        number(now.as_ms()),
        number(now.plus(REPORT_KEPT_MS).as_ms()),
        text(conversation),
        text(&reason.name()),
        maybe(note.as_ref()),
        text(&to_json(lines)),
        number(filing.verified() as u64),
        text(&reporter.visitor),
        maybe(reporter.network.as_ref()),
        text(&accused.visitor),
        maybe(accused.network.as_ref()),
        number(REPORTS_OPEN_MAX),
    ];
    // What was said before, or cannot be relied on, makes nobody's case.
    if let Some(id) = ask(env, FILE, &values).await?.filter(|_| filing.verified() > 0)
        && let Err(error) = weigh(env, now, &id, accused.visitor).await
    {
        // It is filed, and to file it again would count it twice: the next one is weighed anew.
        host::log("what reports add up to could not be found out", &error);
    }
    Ok(())
}

/// Bans somebody for a while of whom enough people have complained.
async fn weigh(env: &Env, now: Time, report: &str, visitor: VisitorKey) -> Result<()> {
    let threshold = host::setting(env, config::BAN_REPORTS).unwrap_or_else(|| BAN_REPORTS.to_owned());
    if ask(env, WEIGH, &[text(&visitor), number(now.as_ms()), text(&threshold)]).await?.is_none() {
        return Ok(());
    }
    let ban = NewBan::automatic(visitor, report, now);
    let body = postcard::to_allocvec(&ban).unwrap_or_default();
    let refused = || Error::RustError("the ban was refused".to_owned());
    let answer = ask_presence(env, "/ban", &[], Some(&body)).await.map_err(|_| refused())?;
    if answer.status_code() < 300 { Ok(()) } else { Err(refused()) }
}

/// Who is reported, as they are to be banned; `None` when there is no such report.
pub(super) async fn accused(env: &Env, id: u64) -> Result<Option<(VisitorKey, Option<NetworkKey>)>> {
    Ok(ask(env, ACCUSED, &[number(id), number(host::now().as_ms())]).await?.as_deref().and_then(read_accused))
}

fn read_accused(answer: &str) -> Option<(VisitorKey, Option<NetworkKey>)> {
    let (visitor, network) = answer.split_once(' ')?;
    Some((VisitorKey::parse(visitor)?, NetworkKey::parse(network)))
}

/// Does what the operator asks for; `bans` is the document of those in force. `None` when there is no such report.
pub(super) async fn work(env: &Env, wish: &Casework, bans: &str) -> Result<Option<String>> {
    let now = host::now();
    match wish {
        Casework::List { status, after } => {
            let values = [number(now.as_ms()), text(&bans), text(&status.name()), number(*after), number(REPORTS_PAGE)];
            ask(env, LIST, &values).await
        }
        Casework::Decide { id, status, note } => {
            let values = [number(*id), text(&status.name()), number(now.as_ms()), maybe(note.as_ref())];
            let Some(accused) = ask(env, DECIDE, &values).await? else { return Ok(None) };
            if let Some((visitor, _)) = read_accused(&accused).filter(|_| *status == Status::Upheld) {
                weigh(env, now, &id.to_string(), visitor).await?;
            }
            ask(env, ONE, &[number(now.as_ms()), text(&bans), number(*id)]).await
        }
    }
}

/// Deletes what has expired.
pub(super) async fn purge(env: &Env) -> Result<()> {
    let now = host::now();
    ask(env, PURGE, &[number(now.as_ms())]).await?;
    ask(env, BLUR, &[number(now.before(NETWORK_KEY_MS).as_ms())]).await.map(drop)
}
