//! Single journeys for people and tools: what happened to one message or one presence change, as
//! text, as a Mermaid sequence diagram, as SVG with a lane per node, as a trace for Perfetto.
//! `proof::trace` collects the steps; nothing here knows the model.

use std::fmt::Write;

use crate::report::face::lines::wrapped;

/// What happened to one thing, in the order of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Journey {
    /// What it is.
    pub(crate) title: String,
    /// What happened to it on its way, in the order of time.
    pub(crate) steps: Vec<Step>,
}

/// One step of a journey.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    /// Seconds since the start of the run.
    pub(crate) at: f64,
    /// Where, such as `a imsp`.
    pub(crate) node: String,
    /// What it did.
    pub(crate) what: String,
    /// Why: which rule, which agreement, which requirement; empty where there is no choice.
    pub(crate) why: String,
}

impl Journey {
    /// Its nodes in the order of first occurrence.
    fn nodes(&self) -> Vec<&str> {
        let mut nodes = Vec::new();
        for step in &self.steps {
            if !nodes.contains(&step.node.as_str()) {
                nodes.push(&step.node);
            }
        }
        nodes
    }

    fn start(&self) -> f64 {
        self.steps.first().map_or(0.0, |step| step.at)
    }
}

/// Lines of at most so many columns: seconds since the first step, node, what, why.
pub(crate) fn text(journeys: &[Journey], width: usize) -> String {
    let mut text = String::new();
    for journey in journeys {
        let _ = writeln!(text, "{}, at {:.6}s", journey.title, journey.start());
        let widest = journey.steps.iter().map(|step| step.node.chars().count()).max().unwrap_or(0);
        for step in &journey.steps {
            let after = step.at - journey.start();
            let lead = format!("  {after:>11.6}s  {:<widest$}  ", step.node);
            let why = if step.why.is_empty() { String::new() } else { format!(" ({})", step.why) };
            let words = format!("{}{why}", step.what);
            let room = width.saturating_sub(lead.chars().count()).max(24);
            for (place, line) in wrapped(&words, room).iter().enumerate() {
                let lead = if place == 0 { lead.clone() } else { " ".repeat(lead.chars().count()) };
                let _ = writeln!(text, "{lead}{line}");
            }
        }
        text.push('\n');
    }
    text
}

/// A Mermaid sequence diagram: an arrow where the node changes, a note where it does not.
pub(crate) fn mermaid(journeys: &[Journey]) -> String {
    let mut text = String::from("sequenceDiagram\n");
    let safe = |words: &str| words.replace([';', '#', '\n'], " ");
    let mut known: Vec<String> = Vec::new();
    for journey in journeys {
        for node in journey.nodes() {
            if !known.iter().any(|name| name == node) {
                let _ = writeln!(text, "    participant n{} as {node}", known.len());
                known.push(node.to_owned());
            }
        }
    }
    let place = |node: &str| known.iter().position(|name| name == node).unwrap_or(0);
    for journey in journeys {
        let mut last: Option<usize> = None;
        for step in &journey.steps {
            let here = place(&step.node);
            let words = format!("{:.3}s {}", step.at - journey.start(), safe(&step.what));
            let _ = match last {
                Some(from) if from != here => writeln!(text, "    n{from}->>n{here}: {words}"),
                _ => writeln!(text, "    Note over n{here}: {words}"),
            };
            if !step.why.is_empty() {
                let _ = writeln!(text, "    Note right of n{here}: {}", safe(&step.why));
            }
            last = Some(here);
        }
    }
    text
}

/// SVG with a lane per node, compact: a row a step; or with times to scale.
pub(crate) fn svg(journeys: &[Journey], to_scale: bool) -> String {
    const LANE: f64 = 230.0;
    const ROW: f64 = 40.0;
    const TOP: f64 = 70.0;
    let mut body = String::new();
    let (mut y, mut lanes) = (0.0, 1);
    for journey in journeys {
        let nodes = journey.nodes();
        lanes = lanes.max(nodes.len());
        let x = |node: &str| {
            let place = nodes.iter().position(|name| *name == node).unwrap_or(0);
            100.0 + LANE * (place as f64 + 0.5)
        };
        let span = journey.steps.last().map_or(0.0, |step| step.at) - journey.start();
        let height = ROW * journey.steps.len() as f64;
        let mut rows: Vec<f64> = Vec::new();
        for (place, step) in journey.steps.iter().enumerate() {
            let scaled = (step.at - journey.start()) / span.max(1e-9) * height;
            // Even to scale, texts must not lie on each other.
            let least = rows.last().map_or(0.0, |row| row + 18.0);
            rows.push(if to_scale { scaled.max(least) } else { ROW * place as f64 });
        }
        let bottom = y + TOP + rows.last().copied().unwrap_or(0.0) + 30.0;
        let _ = writeln!(
            body,
            "<text x=\"10\" y=\"{:.1}\" class=\"title\">{}</text>",
            y + 20.0,
            escape(&journey.title)
        );
        for node in &nodes {
            let at = x(node);
            let _ = writeln!(
                body,
                "<text x=\"{at:.1}\" y=\"{:.1}\" class=\"node\">{}</text>",
                y + 44.0,
                escape(node)
            );
            let _ = writeln!(
                body,
                "<line x1=\"{at:.1}\" y1=\"{:.1}\" x2=\"{at:.1}\" y2=\"{bottom:.1}\" class=\"lane\"/>",
                y + 52.0
            );
        }
        let mut last: Option<(f64, f64)> = None;
        for (step, row) in journey.steps.iter().zip(rows) {
            let (at, row) = (x(&step.node), y + TOP + row);
            if let Some((from, before)) = last {
                let _ = writeln!(
                    body,
                    "<line x1=\"{from:.1}\" y1=\"{before:.1}\" x2=\"{at:.1}\" y2=\"{row:.1}\" class=\"way\"/>"
                );
            }
            let _ = writeln!(body, "<circle cx=\"{at:.1}\" cy=\"{row:.1}\" r=\"4\"/>");
            let _ = writeln!(
                body,
                "<text x=\"90\" y=\"{:.1}\" class=\"time\">{:.3} s</text>",
                row + 4.0,
                step.at - journey.start()
            );
            let why = if step.why.is_empty() {
                String::new()
            } else {
                format!("<title>{}</title>", escape(&step.why))
            };
            let _ = writeln!(
                body,
                "<text x=\"{:.1}\" y=\"{:.1}\">{why}{}</text>",
                at + 8.0,
                row - 5.0,
                escape(&step.what)
            );
            last = Some((at, row));
        }
        y = bottom + 30.0;
    }
    let width = 100.0 + LANE * (lanes as f64 + 1.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {y:.0}\" width=\"{width:.0}\" height=\"{y:.0}\">\n\
         <style>text {{ font: 12px sans-serif; fill: #222; paint-order: stroke; stroke: white; stroke-width: 3px }} .title {{ font-weight: bold; font-size: 14px }} \
         .node {{ text-anchor: middle; font-weight: bold }} .time {{ text-anchor: end; fill: #666 }} \
         .lane {{ stroke: #bbb; stroke-dasharray: 4 3 }} .way {{ stroke: #0072b2; stroke-width: 1.5 }} \
         circle {{ fill: #0072b2 }}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
    )
}

fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// A trace for the Perfetto and Chrome trace viewers (trace event format): one track a node, each
/// step lasting until the next.
pub(crate) fn perfetto(journeys: &[Journey]) -> String {
    let mut tracks: Vec<&str> = Vec::new();
    let mut events: Vec<serde_json::Value> = Vec::new();
    for journey in journeys {
        for (place, step) in journey.steps.iter().enumerate() {
            let track = tracks.iter().position(|node| *node == step.node).unwrap_or_else(|| {
                tracks.push(&step.node);
                tracks.len() - 1
            });
            let until = journey.steps.get(place + 1).map_or(step.at, |next| next.at);
            events.push(serde_json::json!({
                "name": step.what,
                "cat": journey.title,
                "ph": "X",
                "ts": step.at * 1e6,
                "dur": ((until - step.at) * 1e6).max(1.0),
                "pid": 1,
                "tid": track + 1,
                "args": { "why": step.why },
            }));
        }
    }
    let names = tracks.iter().enumerate().map(|(track, node)| {
        let args = serde_json::json!({ "name": node });
        serde_json::json!({ "name": "thread_name", "ph": "M", "pid": 1, "tid": track + 1, "args": args })
    });
    let all: Vec<serde_json::Value> = names.chain(events.iter().cloned()).collect();
    let document = serde_json::json!({ "traceEvents": all, "displayTimeUnit": "ms" });
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journey() -> Vec<Journey> {
        let step = |at, node: &str, what: &str, why: &str| Step {
            at,
            node: node.to_owned(),
            what: what.to_owned(),
            why: why.to_owned(),
        };
        let steps = vec![
            step(1.0, "a client", "means to write", ""),
            step(1.1, "a imsp", "sends over a:b", "the agreement carries messages & more; RD-6"),
            step(1.3, "b client", "has it", ""),
        ];
        vec![Journey { title: "message <1>".to_owned(), steps }]
    }

    #[test]
    fn text_stays_within_its_columns_and_loses_no_word() {
        let text = text(&journey(), 60);
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
        for word in ["means", "a:b", "RD-6)", "0.300000s"] {
            assert!(text.contains(word), "{word} in\n{text}");
        }
    }

    #[test]
    fn mermaid_has_an_arrow_where_the_node_changes() {
        let text = mermaid(&journey());
        assert!(text.starts_with("sequenceDiagram\n    participant n0 as a client\n"));
        assert!(text.contains("    n0->>n1: 0.100s sends over a:b\n"), "{text}");
        assert!(!text.contains("more;"), "a semicolon would end the statement");
    }

    #[test]
    fn svg_is_xml_with_a_lane_a_node_and_a_row_a_step() {
        for to_scale in [false, true] {
            let svg = svg(&journey(), to_scale);
            let document = roxmltree::Document::parse(&svg).expect("XML");
            let count = |name| document.descendants().filter(|n| n.has_tag_name(name)).count();
            let svg_ns = "http://www.w3.org/2000/svg";
            assert_eq!(count((svg_ns, "circle")), 3);
            assert_eq!(count((svg_ns, "line")), 3 + 2);
        }
    }

    #[test]
    fn a_perfetto_trace_has_a_track_a_node_and_an_event_a_step() {
        let trace: serde_json::Value = serde_json::from_str(&perfetto(&journey())).expect("JSON");
        let events = trace["traceEvents"].as_array().expect("events");
        let of = |phase: &str| events.iter().filter(|event| event["ph"] == phase).count();
        assert_eq!((of("M"), of("X")), (3, 3));
        assert_eq!(events[3]["dur"].as_f64().expect("a duration").round(), 100_000.0);
    }
}
