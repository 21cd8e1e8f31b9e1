//! The head of a run's page at a glance: a few figures with how far each is from its bound, and the SLO lines
//! in words. Bars are plain SVG, so that they are there where neither script nor style may be.

use super::markup::{Html, element};
use crate::domain::outcome::Route;
use crate::measure::results::{Level, Slo};
use crate::measure::written::{Figure, apart};
use crate::report::document::numbers::{capital, count, percent, plural};
use crate::report::document::summary::Summary;
use crate::report::judge::plain::{messages_of, plain};
use crate::report::judge::{HIGH, Run, bound, busiest};

/// Where on a bar the bound is, in hundredths: beyond it there is room to be over it.
const AT: f64 = 70.0;

/// A figure, what it is, and how it stands to its bound.
struct Tile {
    title: String,
    figure: String,
    under: String,
    /// Share of its bound that it takes up, and whether that is as it should be.
    used: Option<(f64, Look)>,
}

#[derive(Clone, Copy)]
enum Look {
    Passed,
    Failed,
    Open,
}

impl Look {
    fn of(line: &Slo) -> Self {
        match (line.passed, line.undecided) {
            (true, _) => Self::Passed,
            (false, true) => Self::Open,
            (false, false) => Self::Failed,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Open => "open",
        }
    }
}

/// The tiles of a run.
pub(crate) fn tiles(run: &Run<'_>) -> Html {
    let tiles = [delivered(run.summary), latency(run.summary), busy(run), a_month(run)];
    let shown = |tile: Tile| {
        let look = tile.used.map_or("", |(_, look)| look.class());
        let bar = tile.used.map(|(share, look)| bar(share, look, ""));
        let parts: [Html; 4] = [
            element("p", &[("class", "what")], tile.title),
            element("p", &[("class", "figure")], tile.figure),
            bar.into(),
            element("p", &[("class", "under")], tile.under),
        ];
        element("div", &[("class", &format!("tile {look}"))], parts)
    };
    let tiles: Vec<Html> = tiles.into_iter().flatten().map(shown).collect();
    if tiles.is_empty() {
        return Html::default();
    }
    element("div", &[("class", "tiles")], tiles.into_iter().collect::<Html>())
}

/// The first line that sets a limit to such a figure of the whole measured time.
fn first(summary: &Summary, wanted: impl Fn(&Figure<'_>) -> bool) -> Option<&Slo> {
    let of = |line: &&Slo| {
        let line = apart(&line.line).filter(|line| line.is_limit() && line.time.is_none());
        line.is_some_and(|line| wanted(&line.figure))
    };
    summary.slo.iter().find(of)
}

fn total(summary: &Summary, name: &str) -> u64 {
    let of = summary.named(name).filter(|metric| metric.level() == Level::Total);
    of.filter_map(|metric| metric.count).sum()
}

fn delivered(summary: &Summary) -> Option<Tile> {
    let (offered, arrived) =
        (total(summary, "messages_offered"), total(summary, "messages_delivered"));
    if offered == 0 {
        return None;
    }
    let asked = |figure: &Figure<'_>| {
        figure.metric == "messages_undelivered" && figure.labels().next().is_none()
    };
    let arrivals = format!("{} of {}", count(arrived), plural(offered, "message", "messages"));
    Some(match first(summary, asked) {
        Some(line) => Tile {
            title: "Messages undelivered".into(),
            figure: line.shown(),
            under: format!("{arrivals} arrived{}", limit(line)),
            used: used(line),
        },
        None => Tile {
            title: "Messages that arrived".into(),
            figure: percent(arrived as f64 / offered as f64),
            under: arrivals,
            used: None,
        },
    })
}

/// The latency that the first line about one speaks of; else the 95th percentile between operators, or
/// within one.
fn latency(summary: &Summary) -> Option<Tile> {
    let of = |metric: &'static str| {
        move |figure: &Figure<'_>| figure.metric == metric && figure.statistic.starts_with('p')
    };
    let line = first(summary, of("message_latency"));
    if let Some(line) = line.or_else(|| first(summary, of("sms_latency"))) {
        let words = plain(&line.line);
        let (title, _) = words.split_once(" take").unwrap_or((&words, ""));
        return Some(Tile {
            title: format!("{} within", capital(title)),
            figure: line.shown(),
            under: limit(line).trim_start_matches(", ").to_owned(),
            used: used(line),
        });
    }
    [Route::Interworked, Route::OnNet].into_iter().find_map(|route| {
        let metric = summary.find("message_latency", &[("route", route.label())])?;
        metric.percentiles.and_then(|all| all.p95)?;
        Some(Tile {
            title: format!("95 % of {} within", messages_of(route)),
            figure: metric.time("p95"),
            under: "no limit is set".into(),
            used: None,
        })
    })
}

fn busy(run: &Run<'_>) -> Option<Tile> {
    let most = *busiest(run.summary).first()?;
    let (station, mean) = (most.label("station"), most.mean?);
    let part = run.parts.kind(station).map_or("Station", |kind| kind.info().title);
    let asked = |figure: &Figure<'_>| {
        let of = figure.label("station").is_none_or(|of| of == station);
        of && figure.full_name() == "station_utilisation"
    };
    // Nothing is green or red that no line asks for.
    let (under, used) = match first(run.summary, asked) {
        Some(line) => (limit(line).trim_start_matches(", ").to_owned(), used(line)),
        None => (format!("planners allow {}", bound(HIGH)), Some((mean / HIGH, Look::Open))),
    };
    Some(Tile { title: format!("Most used: {part} {station}"), figure: percent(mean), under, used })
}

/// What crosses in a month of hours like this.
fn a_month(run: &Run<'_>) -> Option<Tile> {
    let federation = run.federation?;
    let owed = run.summary.named("settlement").filter(|metric| metric.level().of_pair());
    let owed: f64 = owed.filter_map(|metric| metric.mean).sum();
    let hours = federation.money.busy_hours();
    let measured = run.over.measured;
    // Of a run that is not steady no month follows.
    let known = owed > 0.0 && measured > 0.0 && run.summary.trends.is_empty();
    known.then(|| Tile {
        title: "Owed between operators a month".into(),
        figure: format!(
            "{} {}",
            count((owed * hours * 3600.0 / measured).round() as u64),
            federation.currency
        ),
        under: format!("{hours:.0} such hours, without monthly fees"),
        used: None,
    })
}

/// `, limit 1 s`.
fn limit(line: &Slo) -> String {
    line.bound.map_or(String::new(), |bound| format!(", limit {}", line.amount(bound)))
}

fn used(line: &Slo) -> Option<(f64, Look)> {
    let bound = line.bound.filter(|bound| *bound > 0.0)?;
    Some((line.observed? / bound, Look::of(line)))
}

/// How much of its bound a figure takes up: the bound is the mark.
fn bar(share: f64, look: Look, words: &str) -> Html {
    let width = format!("{:.1}", (share * AT).clamp(0.5, 100.0));
    let at = AT.to_string();
    let rectangle = |x: &str, y: &str, width: &str, height: &str, class: &'static str| {
        let place = [("x", x), ("y", y), ("width", width), ("height", height), ("class", class)];
        element("rect", &place, "")
    };
    let class = look.class();
    let box_of = [
        ("viewBox", "0 0 100 8"),
        ("preserveAspectRatio", "none"),
        ("width", "100%"),
        ("height", "8"),
        ("class", "margin"),
        ("role", "img"),
        ("aria-label", words),
    ];
    let hidden = [("aria-hidden", "true")];
    let attributes = match words.is_empty() {
        true => [&box_of[..5], &hidden[..]].concat(),
        false => box_of.to_vec(),
    };
    let parts = [
        rectangle("0", "2", "100", "4", "room"),
        rectangle("0", "2", &width, "4", class),
        rectangle(&at, "0", "0.7", "8", "bound"),
    ];
    element("svg", &attributes, parts)
}

/// The SLO lines, each in words, as written, and with its figure against its bound.
pub(crate) fn slo(summary: &Summary) -> Html {
    if summary.slo.is_empty() {
        return Html::default();
    }
    let lines = summary.slo.iter().map(|line| {
        let (sign, word) = match Look::of(line) {
            Look::Passed => ("✓", "holds"),
            Look::Open => ("?", "is not decided"),
            Look::Failed => ("✗", "does not hold"),
        };
        let limit = apart(&line.line).is_some_and(|line| line.is_limit());
        let bar = used(line).filter(|_| limit).map(|(share, look)| {
            let words = format!("{} of its limit", percent(share));
            bar(share, look, &words)
        });
        let words = plain(&line.line);
        let code = element("code", &[], &line.line);
        let said: Html = match words == line.line {
            true => code,
            false => [element("span", &[("class", "words")], capital(&words)), code].into(),
        };
        let shown: [Html; 4] = [
            element("span", &[("class", "sign"), ("role", "img"), ("aria-label", word)], sign),
            element("span", &[("class", "line")], said),
            element("span", &[("class", "seen")], line.seen()),
            element("span", &[("class", "bar")], Html::from(bar)),
        ];
        element("li", &[("class", Look::of(line).class())], shown)
    });
    let label = [("class", "slo"), ("aria-label", "Service level objectives")];
    element("ul", &label, lines.collect::<Html>())
}
