//! The view of a running simulation: a page of so many columns and lines, from what `state` has and
//! from nothing else.

use ratatui::Frame;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::state::{RATES, State};
use crate::measure::glance::{Glance, RouteGlance, SloGlance, Standing};
use crate::report::document::numbers::{count, percent, seconds, three};
use crate::report::judge::HIGH;

/// A smaller terminal has room for progress alone.
const SMALLEST: (usize, usize) = (60, 18);
/// From so many lines on, sections are set apart.
const AIRY: usize = 36;
/// Longest name of a station that is shown whole.
const NAME: usize = 34;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dim();
const GOOD: Style = Style::new().fg(Color::Green);
const BAD: Style = Style::new().fg(Color::Red).bold();
const WARN: Style = Style::new().fg(Color::Yellow);

/// Draws the page; how many stations can be scrolled past.
pub(super) fn draw(state: &State, frame: &mut Frame<'_>) -> usize {
    let area = frame.area();
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let (lines, furthest) = page(state, width, height);
    frame.render_widget(Paragraph::new(lines), area);
    furthest
}

fn page(state: &State, width: usize, height: usize) -> (Vec<Line<'static>>, usize) {
    let mut lines = head(state, width);
    if width < SMALLEST.0 || height < SMALLEST.1 {
        lines.truncate(height.saturating_sub(1));
        let (columns, rows) = SMALLEST;
        lines.push(Line::styled(format!("{columns} x {rows} are needed for more"), DIM));
        return (lines, 0);
    }
    let gap = |lines: &mut Vec<Line<'static>>| {
        if height >= AIRY {
            lines.push(Line::default());
        }
    };
    for (what, left) in state.under_way().take(3) {
        let text = format!(" under way: {what}, {} left", seconds(Some(left)));
        lines.push(Line::styled(cut(&text, width), WARN));
    }
    let mut furthest = 0;
    gap(&mut lines);
    match &state.last {
        None => {
            let begins = seconds(Some(state.warm_up));
            lines.push(Line::raw(match state.now < state.warm_up {
                true => format!(" Warm-up; measuring begins at {begins}."),
                false => " The first interval of the measured time is under way.".to_owned(),
            }));
        }
        Some(glance) => {
            rates(state, glance, width, &mut lines);
            // Titles, the gaps before them, and the footer.
            let sections = 2 + usize::from(!glance.slo.is_empty());
            let gaps = if height >= AIRY { sections + 1 } else { 0 };
            let left = height.saturating_sub(lines.len() + sections + gaps + 1);
            let wanted = [glance.stations.len(), glance.routes.len(), glance.slo.len()];
            let [stations, routes, slo] = shares(left, wanted);
            gap(&mut lines);
            messages(state, glance, routes, width, &mut lines);
            gap(&mut lines);
            busiest(state, glance, stations, width, &mut lines);
            furthest = glance.stations.len() - stations;
            if !glance.slo.is_empty() {
                gap(&mut lines);
                objectives(glance, slo, width, &mut lines);
            }
        }
    }
    lines.truncate(height - 1);
    lines.resize(height - 1, Line::default());
    lines.push(foot(state, furthest));
    (lines, furthest)
}

/// Rows shared out one by one among those that want more.
fn shares(mut left: usize, wanted: [usize; 3]) -> [usize; 3] {
    let mut given = [0; 3];
    while left > 0 && given != wanted {
        for (given, wanted) in given.iter_mut().zip(wanted) {
            if *given < wanted && left > 0 {
                *given += 1;
                left -= 1;
            }
        }
    }
    given
}

fn head(state: &State, width: usize) -> Vec<Line<'static>> {
    let seed = format!("  seed {}", state.seed);
    let (word, style) = match state.paused {
        true => ("paused ", WARN.bold()),
        false => ("running ", GOOD.bold()),
    };
    let used = 1 + state.name.chars().count() + seed.chars().count() + word.len();
    let first = Line::from(vec![
        Span::styled(format!(" {}", state.name), BOLD),
        Span::styled(seed, DIM),
        Span::raw(" ".repeat(width.saturating_sub(used))),
        Span::styled(word, style),
    ]);
    let done = (state.now / state.total).clamp(0.0, 1.0);
    let text = format!(
        "  {} of {}, {:.0} %",
        seconds(Some(state.now)),
        seconds(Some(state.total)),
        (done * 100.0).floor()
    );
    // As wide as it will be at most, so that the bar's end stays where it is.
    let room = width.saturating_sub(30);
    let full = (done * room as f64) as usize;
    let bar = Line::from(vec![
        Span::raw(" "),
        Span::styled("━".repeat(full), Style::new().fg(Color::Cyan)),
        Span::styled("─".repeat(room - full), DIM),
        Span::raw(text),
    ]);
    let left = match done {
        0.0 => String::new(),
        _ => format!(", about {} left", seconds(Some(state.elapsed * (1.0 / done - 1.0)))),
    };
    let events = format!(
        " {} events, {} M/s; {} so far{left}",
        count(state.events),
        three(state.pace / 1e6),
        seconds(Some(state.elapsed)),
    );
    vec![first, bar, Line::raw(cut(&events, width))]
}

/// A title with, where there is room, what its last column is.
fn title(text: &str, more: &str, at: usize, width: usize) -> Line<'static> {
    let text = format!(" {text}");
    let gap = at.saturating_sub(text.chars().count()).max(2);
    if text.chars().count() + gap + more.chars().count() > width {
        return Line::styled(cut(&text, width), BOLD);
    }
    Line::from(vec![
        Span::styled(text, BOLD),
        Span::raw(" ".repeat(gap)),
        Span::styled(more.to_owned(), DIM),
    ])
}

fn rates(state: &State, glance: &Glance, width: usize, lines: &mut Vec<Line<'static>>) {
    let length = seconds(Some(glance.length_s));
    let text = format!("Each second of the last {length}");
    lines.push(title(&text, "over time", 32, width));
    for (label, values) in RATES.iter().zip(&state.rates) {
        let now = values.last().copied().unwrap_or(0.0);
        let most = values.iter().copied().fold(0.0, f64::max);
        let most = format!("  {} at most", rate(most));
        let room = width.saturating_sub(33 + most.chars().count()).min(60);
        lines.push(Line::from(vec![
            Span::raw(format!("   {label:<16} {:>9}   ", rate(now))),
            Span::styled(spark(values, room), Style::new().fg(Color::Cyan)),
            Span::styled(most, DIM),
        ]));
    }
}

/// Messages by route: the busiest, in the order of routes.
fn messages(
    state: &State,
    glance: &Glance,
    rows: usize,
    width: usize,
    lines: &mut Vec<Line<'static>>,
) {
    let mut routes: Vec<&RouteGlance> = glance.routes.iter().collect();
    routes.sort_by_key(|route| std::cmp::Reverse(route.offered.max(route.delivered)));
    routes.truncate(rows);
    routes.sort_by_key(|route| route.route);
    let lead = match rows < glance.routes.len() {
        true => format!("{rows} of {}, a second", glance.routes.len()),
        false => "Messages a second".to_owned(),
    };
    let columns = format!(
        " {lead:<18} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "offered", "delivered", "refused", "p50", "p95", "p99"
    );
    let more = if width >= 100 { "  p95 over time" } else { "" };
    lines.push(Line::from(vec![Span::styled(columns, BOLD), Span::styled(more, DIM)]));
    for route in routes {
        let a_second = |count: u64| rate(count as f64 / glance.length_s.max(1e-9));
        let least = |place: usize| if route.at_least[place] { "≥" } else { "" };
        let [p50, p95, p99] =
            [0, 1, 2].map(|place| least(place).to_owned() + &seconds(route.latency[place]));
        let row = format!(
            "   {:<16} {:>9} {:>9} {:>9} {p50:>9} {p95:>9} {p99:>9}  ",
            route.route.label(),
            a_second(route.offered),
            a_second(route.delivered),
            a_second(route.refused),
        );
        let room = width.saturating_sub(row.chars().count() + 1).min(60);
        let latencies = state.latencies.get(route.route as usize).map_or(&[][..], |all| all);
        let over = if width >= 100 { spark(latencies, room) } else { String::new() };
        lines.push(Line::from(vec![
            Span::raw(row),
            Span::styled(over, Style::new().fg(Color::Cyan)),
        ]));
    }
}

fn busiest(
    state: &State,
    glance: &Glance,
    rows: usize,
    width: usize,
    lines: &mut Vec<Line<'static>>,
) {
    let mut order: Vec<usize> = (0..glance.stations.len()).collect();
    let station = |place: usize| &glance.stations[place];
    order.sort_by(|a, b| {
        let (a, b) = (station(*a), station(*b));
        b.utilisation.total_cmp(&a.utilisation).then(b.queue.total_cmp(&a.queue))
    });
    let first = state.scroll.min(order.len() - rows);
    let shown = &order[first..first + rows];
    // Of all, so that columns stay where they are.
    let longest = glance.stations.iter().map(|it| it.name.chars().count()).max().unwrap_or(0);
    let name = longest.clamp(16, NAME.min(width / 3));
    let bar = if width >= 100 { 20 } else { 10 };
    let (from, to, all) = (first + 1, first + rows, order.len());
    let text = match rows < all {
        true => format!("Busiest stations, {from} to {to} of {all}"),
        false => "Busiest stations".to_owned(),
    };
    let at = 3 + name + 10 + bar;
    lines.push(title(&text, "  queue   over time", at, width));
    for place in shown {
        let seen = station(*place);
        let style = match seen.utilisation {
            high if high >= 1.0 - 1e-3 => BAD,
            high if high >= HIGH => WARN,
            _ => GOOD,
        };
        let most = state.queues[*place].iter().copied().fold(0.0, f64::max);
        let most = format!("  {} at most", rate(most));
        let used = at + 10 + most.chars().count();
        let room = width.saturating_sub(used + 1).min(60);
        lines.push(Line::from(vec![
            Span::raw(format!(
                "   {:<name$} {:>7} ",
                cut(&seen.name, name),
                percent(seen.utilisation)
            )),
            Span::styled(meter(seen.utilisation, bar), style),
            Span::raw(format!("{:>8}   ", rate(seen.queue))),
            Span::styled(spark(&state.queues[*place], room), Style::new().fg(Color::Cyan)),
            Span::styled(most, DIM),
        ]));
    }
}

/// SLO lines: the worst, in the order of the file.
fn objectives(glance: &Glance, rows: usize, width: usize, lines: &mut Vec<Line<'static>>) {
    let mut order: Vec<usize> = (0..glance.slo.len()).collect();
    order.sort_by_key(|place| glance.slo[*place].standing);
    order.truncate(rows);
    order.sort_unstable();
    lines.push(Line::styled(
        match rows < glance.slo.len() {
            true => format!(
                " Service level objectives so far, the worst {rows} of {}",
                glance.slo.len()
            ),
            false => " Service level objectives so far".to_owned(),
        },
        BOLD,
    ));
    for SloGlance { outcome, standing } in order.into_iter().map(|place| &glance.slo[place]) {
        let (mark, word, style) = match standing {
            Standing::Failed => ("✗", "cannot be met any more", BAD),
            Standing::Misses => ("!", "does not hold", WARN),
            Standing::Open => ("·", "no figure yet", DIM),
            Standing::Holds => ("✓", "holds", GOOD),
        };
        let figure = match outcome.observed {
            None => String::new(),
            Some(_) => format!(", {}", outcome.shown()),
        };
        let word = format!("  {word}{figure}");
        let room = width.saturating_sub(6 + word.chars().count());
        lines.push(Line::from(vec![
            Span::styled(format!("   {mark} "), style),
            Span::raw(cut(&outcome.line, room)),
            Span::styled(word, style),
        ]));
    }
}

fn foot(state: &State, furthest: usize) -> Line<'static> {
    let key = |key: &'static str| Span::styled(key, BOLD);
    let mut spans = vec![key(" space"), Span::raw(if state.paused { " go on" } else { " pause" })];
    spans.extend([key("   q"), Span::raw(" quit, keeping what was measured")]);
    if furthest > 0 {
        spans.extend([key("   ↑ ↓"), Span::raw(" more stations")]);
    }
    Line::from(spans)
}

/// Three digits, or all of a large number.
fn rate(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        v if v >= 999.5 => count(v.round() as u64),
        v => three(v),
    }
}

/// Values as a line of bars, from 0 to the largest of them; where there are more than columns, each
/// column has the largest of its part.
fn spark(values: &[f64], width: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    // No number is less than any.
    let largest = |values: &[f64]| values.iter().copied().fold(f64::NAN, f64::max);
    let most = largest(values);
    let columns = values.len().min(width);
    let part = |column: usize| {
        let (from, to) = (column * values.len() / columns, (column + 1) * values.len() / columns);
        largest(&values[from..to])
    };
    let bar = |value: f64| match value.is_nan() {
        true => ' ',
        false if most <= 0.0 => BARS[0],
        false => BARS[((value / most * 8.0).ceil() as usize).clamp(1, 8) - 1],
    };
    let mut line: String = (0..columns).map(|column| bar(part(column))).collect();
    line.extend(std::iter::repeat_n(' ', width - columns));
    line
}

/// A share as a bar, to an eighth of a column.
fn meter(share: f64, width: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * (width * 8) as f64).round() as usize;
    let bar = format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8]);
    format!("{bar:<width$}")
}

/// A text in so many columns.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
