//! The same figures as a picture: above, how long people wait; below, whom they meet. It takes the colour of the text
//! from the page that it is on, or from the reader's preference for light or dark.

use std::fmt::Write as _;

use crate::figures::{Figures, grouped};

const WIDTH: f64 = 800.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 636.0;
/// The upper and the lower end of each panel.
const WAITS: (f64, f64) = (64.0, 284.0);
const SHARES: (f64, f64) = (364.0, 564.0);
const HEIGHT: f64 = 620.0;

const STYLE: &str = "\
svg { color: #1f2328; font: 13px system-ui, sans-serif; }
text { fill: currentColor; }
.title { font-size: 15px; font-weight: 600; }
.quiet { opacity: 0.8; font-size: 12px; }
.grid { stroke: currentColor; opacity: 0.18; }
.one { --hue: #0969da; }
.two { --hue: #bc4c00; }
.three { --hue: #8250df; }
polyline { fill: none; stroke: var(--hue); stroke-width: 2.5; stroke-linejoin: round; }
circle { fill: var(--hue); }
.label { fill: var(--hue); font-weight: 600; }
@media (prefers-color-scheme: dark) { svg { color: #e6edf3; } .one { --hue: #58a6ff; } .two { --hue: #f0883e; } \
.three { --hue: #d2a8ff; } }
";

/// A line of a panel: its class, its name and where it passes.
struct Curve {
    class: &'static str,
    name: &'static str,
    values: Vec<f64>,
}

pub fn draw(rows: &[(u32, Figures)]) -> String {
    let curve = |class, name, value: &dyn Fn(&Figures) -> f64| {
        let values = rows.iter().map(|(_, row)| value(row)).collect();
        Curve { class, name, values }
    };
    let waits = [
        curve("three", "99 in 100", &|row| log(row.waits_ms[2])),
        curve("two", "9 in 10", &|row| log(row.waits_ms[1])),
        curve("one", "half", &|row| log(row.waits_ms[0])),
    ];
    let shares = [
        curve("three", "one language", &|row| row.one_language / 100.0),
        curve("one", "an interest", &|row| row.alike / 100.0),
        curve("two", "give up", &|row| row.gave_up / 100.0),
    ];
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"Waiting times fall and shared interests rise with the number of people\">\n<style>\n{STYLE}</style>\n"
    );
    let times = [(0, "0 s"), (1_000, "1 s"), (3_000, "3 s"), (10_000, "10 s"), (30_000, "30 s"), (60_000, "1 min")];
    let times = times.into_iter().chain([(180_000, "3 min")]).map(|(ms, text)| (log(ms), text));
    panel(&mut svg, WAITS, "How long those wait who meet somebody", times, &waits, rows);
    let percents = [(0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %")];
    panel(&mut svg, SHARES, "Who shares an interest or a language, and who gives up", percents, &shares, rows);
    let middle = f64::midpoint(LEFT, RIGHT);
    let _ = writeln!(svg, r#"<text x="{middle}" y="{}" text-anchor="middle">people present</text>"#, HEIGHT - 10.0);
    svg + "</svg>\n"
}

/// Where a time stands between none and the longest that is shown: even close to none, like a logarithm far from it.
fn log(ms: u64) -> f64 {
    let scale = |ms: u64| (1.0 + ms as f64 / 1_000.0).log10();
    scale(ms) / scale(200_000)
}

fn across(size: u32) -> f64 {
    let [size, least, most] = [size, 2, 100_000].map(|size| f64::from(size).log10());
    LEFT + 14.0 + (RIGHT - LEFT - 28.0) * (size - least) / (most - least)
}

fn panel(
    svg: &mut String,
    (top, bottom): (f64, f64),
    title: &str,
    marks: impl IntoIterator<Item = (f64, &'static str)>,
    curves: &[Curve],
    rows: &[(u32, Figures)],
) {
    let height = |share: f64| bottom - (bottom - top) * share;
    let _ = writeln!(svg, r#"<text class="title" x="{LEFT}" y="{}">{title}</text>"#, top - 22.0);
    for (at, text) in marks {
        let y = height(at);
        let _ = writeln!(svg, r#"<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1}" y2="{y:.1}"/>"#);
        let (x, y) = (LEFT - 8.0, y + 4.5);
        let _ = writeln!(svg, r#"<text class="quiet" x="{x}" y="{y:.1}" text-anchor="end">{text}</text>"#);
    }
    for (size, _) in rows {
        let (x, y) = (across(*size), bottom + 20.0);
        let text = grouped(*size);
        let _ = writeln!(svg, r#"<text class="quiet" x="{x:.1}" y="{y}" text-anchor="middle">{text}</text>"#);
    }
    let mut taken = f64::NEG_INFINITY;
    let mut labels: Vec<&Curve> = curves.iter().collect();
    let last = |curve: &Curve| height(*curve.values.last().expect("a value"));
    labels.sort_by(|one, other| last(one).total_cmp(&last(other)));
    for curve in labels {
        let class = curve.class;
        let points = rows.iter().zip(&curve.values).map(|((size, _), value)| (across(*size), height(*value)));
        let points: Vec<String> = points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(svg, r#"<g class="{class}"><polyline points="{}"/>"#, points.join(" "));
        for (x, y) in points.iter().filter_map(|point| point.split_once(',')) {
            let _ = writeln!(svg, r#"<circle cx="{x}" cy="{y}" r="3.5"/>"#);
        }
        // Names never overlap.
        taken = (taken + 17.0).max(last(curve) + 4.5);
        let (x, name) = (RIGHT + 10.0, curve.name);
        let _ = writeln!(svg, r#"<text class="label" x="{x}" y="{taken:.1}">{name}</text></g>"#);
    }
}
