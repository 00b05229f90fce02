//! The only place that reads the clock, draws entropy, waits and arms alarms.

use std::cell::Cell;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};

use worker::js_sys::{self, Uint8Array};
use worker::wasm_bindgen::{JsCast as _, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::{
    Date, Env, Error, Fetch, Request, Result, ScheduledTime, SetAlarmOptions, Storage, console_error, console_log,
    console_warn, web_sys,
};

use crate::config;
use crate::domain::proof::Proof;
use crate::domain::protocol::{Level, LogLine};
use crate::domain::route::split_url;
use crate::domain::ticket::{Keyring, SecretError};
use crate::domain::time::{Alarm, Time};

/// The present moment. In a Worker the clock stands still while code runs.
#[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
pub(super) fn now() -> Time {
    Time::from_ms(Date::now().as_millis())
}

/// Random bytes from the runtime's generator.
#[expect(clippy::disallowed_methods, reason = "this is where entropy is drawn")]
pub(super) fn draw<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::RustError(error.to_string()))?;
    Ok(bytes)
}

/// The value of a future, unless it takes longer than `ms` milliseconds. Keeps the object in memory meanwhile.
#[expect(clippy::disallowed_types, reason = "this is where time passes")]
pub(super) async fn within<T>(ms: u64, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(future), pin!(worker::Delay::from(Duration::from_millis(ms)))).await {
        Either::Left((value, _)) => Some(value),
        Either::Right(_) => None,
    }
}

/// Waits. Keeps the caller in memory meanwhile.
pub(super) async fn rest(ms: u64) {
    if ms > 0 {
        within(ms, std::future::pending::<()>()).await;
    }
}

/// Something of ours went wrong: for the operator's eyes, and never with anything about a person in it.
pub(super) fn log(event: &str, error: &impl std::fmt::Display) {
    let detail = error.to_string();
    console_error!("{}", LogLine { level: Level::Error, event, detail: Some(&detail) }.encode());
}

/// Something went wrong that the service is built for.
pub(super) fn warn(event: &str, error: &impl std::fmt::Display) {
    let detail = error.to_string();
    console_warn!("{}", LogLine { level: Level::Warning, event, detail: Some(&detail) }.encode());
}

/// Something happened that the operator may want to look up.
pub(super) fn note(event: &str) {
    console_log!("{}", LogLine { level: Level::Info, event, detail: None }.encode());
}

/// A variable or a secret, if there is one.
pub(super) fn setting(env: &Env, name: &str) -> Option<String> {
    env.var(name).ok().map(|value| value.to_string())
}

/// Whether floods are held back. That they are not is said once in each life of the isolate.
pub(super) fn is_limited(env: &Env) -> bool {
    thread_local! {
        static SAID: Cell<bool> = const { Cell::new(false) };
    }
    let limited = setting(env, config::RATE_LIMITS).as_deref() != Some("off");
    if !limited && !SAID.replace(true) {
        warn("floods are not held back", &"RATE_LIMITS is off");
    }
    limited
}

/// What entering is set to take.
///
/// # Errors
/// What is wrong with the settings.
pub(super) fn proof(env: &Env) -> std::result::Result<Proof, &'static str> {
    let has = |name| setting(env, name).is_some_and(|value| !value.is_empty());
    let setting = setting(env, config::PROOF);
    Proof::configured(setting.as_deref(), has(config::TURNSTILE_SITE_KEY), has(config::TURNSTILE_SECRET))
}

/// Whether the platform's own rate limit lets one more through. Where there is none, or it fails, all are let through:
/// the objects count for themselves.
pub(super) async fn is_within_limit(env: &Env, key: &str) -> bool {
    let asked = async || -> Option<bool> {
        let get = |object: &JsValue, name: &str| js_sys::Reflect::get(object, &name.into()).ok();
        let binding = get(env.as_ref(), config::DOOR_LIMIT)?;
        let limit: js_sys::Function = get(&binding, "limit")?.dyn_into().ok()?;
        let options = js_sys::Object::new();
        js_sys::Reflect::set(&options, &"key".into(), &key.into()).ok()?;
        let promise: js_sys::Promise = limit.call1(&binding, &options).ok()?.dyn_into().ok()?;
        get(&JsFuture::from(promise).await.ok()?, "success")?.as_bool()
    };
    !is_limited(env) || asked().await.unwrap_or(true)
}

/// Posts a JSON document to somebody else's service; status and body of the answer.
pub(super) async fn post(url: &str, body: &str) -> Result<(u16, String)> {
    let (headers, init) = (web_sys::Headers::new()?, web_sys::RequestInit::new());
    headers.set("content-type", "application/json")?;
    init.set_headers(&headers);
    init.set_method("POST");
    init.set_body(&JsValue::from_str(body));
    let request = web_sys::Request::new_with_str_and_init(url, &init)?;
    let mut answer = Fetch::Request(request.into()).send().await?;
    Ok((answer.status_code(), String::from_utf8(answer.bytes().await?).unwrap_or_default()))
}

/// The service's keys, from its secrets.
pub(super) fn keyring(env: &Env) -> std::result::Result<Keyring, SecretError> {
    let (present, before) = (setting(env, config::SECRET), setting(env, config::SECRET_BEFORE));
    Keyring::new(present.as_deref(), before.as_deref())
}

/// A request to one of our own objects; the host in it means nothing.
pub(super) fn internal(path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Result<Request> {
    let all = web_sys::Headers::new()?;
    for (name, value) in headers {
        all.set(name, value)?;
    }
    let init = web_sys::RequestInit::new();
    init.set_headers(&all);
    if let Some(body) = body {
        init.set_method("POST");
        init.set_body(&Uint8Array::from(body));
    }
    // Not the crate's own, which brings 17 kB of code for options that are not used here.
    Ok(web_sys::Request::new_with_str_and_init(&format!("https://edgewise.internal{path}"), &init)?.into())
}

/// The path of a request, without the query.
pub(super) fn path(request: &Request) -> String {
    split_url(&request.inner().url()).map(|(_, path, _)| path.to_owned()).unwrap_or_default()
}

/// The alarm of an object, and what is known of it.
#[derive(Default)]
pub(super) struct ObjectAlarm {
    /// Unknown until it has been looked up: the object may have been rebuilt with an alarm armed.
    known: Cell<Option<Alarm>>,
}

impl ObjectAlarm {
    /// The alarm has rung.
    pub(super) fn rang(&self) {
        self.known.set(Some(Alarm::default()));
    }

    /// Sees to it that the alarm rings within a second after `deadline`, and writes only if it has to.
    pub(super) async fn arm(&self, storage: &Storage, deadline: Option<Time>) -> Result<()> {
        if deadline.is_none() {
            return Ok(());
        }
        let mut alarm = match self.known.get() {
            Some(alarm) => alarm,
            None => {
                Alarm::armed_at(storage.get_alarm().await?.and_then(|ms| u64::try_from(ms).ok()).map(Time::from_ms))
            }
        };
        let at = alarm.arm(deadline.map(|deadline| deadline.round_up(1_000)));
        self.known.set(Some(alarm));
        let Some(at) = at else { return Ok(()) };
        // Without confirmation: frames that follow do not have to wait for the disk, and an alarm that a crash takes
        // along is armed again by whatever wakes the object next.
        let options = SetAlarmOptions { allow_unconfirmed: Some(true), allow_concurrency: None };
        let armed = storage.set_alarm_with_options(scheduled(at), options).await;
        if armed.is_err() {
            // Whether anything is armed is unknown again.
            self.known.set(None);
        }
        armed
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in a double for a long time")]
fn scheduled(at: Time) -> ScheduledTime {
    ScheduledTime::new(js_sys::Date::new(&JsValue::from_f64(at.as_ms() as f64)))
}
