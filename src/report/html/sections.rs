//! The sections of a run's page, in the order in which people ask: what came of it, where messages
//! went, where, how long, why, how much, how it was made. Called by `run_page`.

use std::fmt::Write as _;

use super::shell::{behind, capital, chart, folded, section, table, text};
use super::tables;
use super::verdict::{self, Run};
use crate::report::numbers::{count, seconds};
use crate::report::summary::Verdict;

/// Sections that the page leads to.
const CONTENTS: [(&str, &str); 12] = [
    ("messages", "Messages"),
    ("map", "Map"),
    ("latency", "Latency"),
    ("stages", "Stages"),
    ("presence", "Presence"),
    ("sms", "SMS"),
    ("matrix", "Matrix"),
    ("stations", "Stations"),
    ("moments", "Events"),
    ("settlement", "Money"),
    ("topology", "Topology"),
    ("origin", "Repeat it"),
];

/// Everything between head and script.
pub fn body(run: &Run<'_>, topology: Option<&str>, remarks: &[String]) -> String {
    let mut html = String::from("<a class=\"skip\" href=\"#messages\">Skip to the figures</a>\n");
    html.push_str(&header(run, remarks));
    html.push_str("<main>\n");
    html.push_str(&messages(run));
    html.push_str(&map());
    html.push_str(&latency(run));
    html.push_str(&stages(run));
    html.push_str(&presence(run));
    html.push_str(&sms(run));
    html.push_str(&matrix());
    html.push_str(&stations(run));
    html.push_str(&moments(run));
    html.push_str(&settlement(run));
    html.push_str(&resolved(topology));
    html.push_str(&origin(run));
    html.push_str("</main>\n");
    html
}

fn header(run: &Run<'_>, remarks: &[String]) -> String {
    let summary = run.summary;
    let (class, sign) = match summary.verdict {
        Verdict::Passed => ("passed", "✓"),
        Verdict::Failed => ("failed", "✗"),
        Verdict::Undecided => ("none", "?"),
        Verdict::None => ("none", "–"),
    };
    let mut html = String::from("<header>\n");
    for remark in remarks {
        let _ = writeln!(html, "<p class=\"remark\" role=\"alert\">{}</p>", text(remark));
    }
    let _ = writeln!(html, "<p class=\"kicker\">interwork, report of a run</p>");
    let _ = writeln!(html, "<h1>{}</h1>", text(&summary.name));
    if let Some(federation) = run.federation.filter(|f| !f.description.is_empty()) {
        let _ = writeln!(html, "<p class=\"about\">{}</p>", text(&federation.description));
    }
    let _ = writeln!(
        html,
        "<p class=\"verdict {class}\"><span aria-hidden=\"true\">{sign}</span> {}</p>",
        text(&capital(verdict::headline(summary)))
    );
    html.push_str("<div class=\"sentences\">\n");
    for (label, words) in
        ["What was run", "Did it hold", "Bottleneck"].iter().zip(verdict::paragraphs(run))
    {
        let _ = writeln!(html, "<p><strong>{label}.</strong> {}</p>", text(&words));
    }
    html.push_str("</div>\n");
    html.push_str(&slo(run));
    html.push_str(
        "<noscript><p class=\"remark\">The charts need JavaScript; the sentences and most tables \
         do not.</p></noscript>\n<nav aria-label=\"Sections\"><ul>\n",
    );
    for (id, title) in CONTENTS {
        let _ = writeln!(html, "<li><a href=\"#{id}\">{title}</a></li>");
    }
    html.push_str("</ul></nav>\n</header>\n");
    html
}

fn slo(run: &Run<'_>) -> String {
    if run.summary.slo.is_empty() {
        return String::new();
    }
    let mut html = String::from("<ul class=\"slo\" aria-label=\"Service level objectives\">\n");
    for line in &run.summary.slo {
        let (class, sign, word) = match (line.passed, line.undecided) {
            (true, _) => ("passed", "✓", "holds"),
            (false, true) => ("open", "?", "is not decided"),
            (false, false) => ("failed", "✗", "does not hold"),
        };
        let _ = writeln!(
            html,
            "<li class=\"{class}\"><span class=\"sign\" role=\"img\" aria-label=\"{word}\">{sign}\
             </span> <code>{}</code> <span class=\"seen\">{}</span></li>",
            text(&line.line),
            text(&line.seen())
        );
    }
    html.push_str("</ul>\n");
    html
}

fn messages(run: &Run<'_>) -> String {
    let mut content = chart("flow", "Messages from offered to their outcome, by route");
    content.push_str(&behind(&tables::routes(run.summary)));
    if let Some(losses) = tables::losses(run.summary) {
        content.push_str(&folded("Why messages were refused or lost", &losses));
    }
    content.push_str(&chart("messages", "Messages a second over time, by outcome"));
    section(
        "messages",
        "What became of the messages",
        "Each route from the messages that users meant to send, on the left, to what became of \
         them, on the right. Outcomes that are rare are drawn wider than they are, so that they \
         can be seen.",
        &content,
    )
}

fn map() -> String {
    section(
        "map",
        "Map of the federation",
        "Lines are agreements: their width is traffic, their colour the utilisation of the link or \
         its rate limit. The colour of an operator is that of its busiest part. Move the slider \
         to replay the run; point at or tap a line or an operator for its figures.",
        &chart("map", "Map of operators, hubs and agreements with their traffic"),
    )
}

fn latency(run: &Run<'_>) -> String {
    let mut content = chart("latency", "Latency by route, logarithmic, from smallest to largest");
    content.push_str(&behind(&tables::latency(run.summary)));
    content.push_str(&chart("latency-over-time", "Latency over time by route, logarithmic"));
    section(
        "latency",
        "How long messages took",
        "From the instant the sender meant to send until the recipient's device has it. \
         Percentiles are drawn as far as there are at least ten samples beyond them.",
        &content,
    )
}

fn stages(run: &Run<'_>) -> String {
    let stages = tables::stages(run.summary);
    if stages.is_empty() {
        return section(
            "stages",
            "Where the time goes",
            "The results do not have the stages by route.",
            "",
        );
    }
    let mut content = chart("stages", "Mean latency of delivered messages by stage and route");
    content.push_str(&behind(&stages));
    section(
        "stages",
        "Where the time goes",
        "The mean latency of each route in parts that add up to it.",
        &content,
    )
}

fn presence(run: &Run<'_>) -> String {
    let Some(fan_out) = tables::fan_out(run.summary) else {
        return section("presence", "Presence", "Nobody's presence changed.", "");
    };
    let mut content = chart("presence", "From a presence change until its watchers are shown it");
    content.push_str(&behind(&tables::presence_latency(run.summary)));
    content.push_str(&chart("notifications", "Presence notifications a second over time"));
    content.push_str("<h3>Fan-out: watchers told of a change</h3>\n");
    content.push_str(&fan_out);
    content.push_str(&folded(
        "Notifications by pair of operators",
        &tables::notifications(run.summary),
    ));
    section(
        "presence",
        "Presence",
        "A change of presence is told to everybody who watches: how many, how fast the first and \
         the last of them know, and what crosses between operators for it.",
        &content,
    )
}

fn sms(run: &Run<'_>) -> String {
    let Some(by_operator) = tables::sms(run) else {
        return section("sms", "SMS fallback", "No operator has an SMSC.", "");
    };
    let mut content = chart("sms", "Short messages a second at an SMSC over time");
    content.push_str(&chart("backlog", "Short messages waiting at an SMSC over time"));
    content.push_str("<h3>By SMSC</h3>\n");
    content.push_str(&by_operator);
    section(
        "sms",
        "SMS fallback",
        "Messages to people without IM end at an SMSC: what it accepted, what it tried, what came \
         of it, and what waited.",
        &content,
    )
}

fn matrix() -> String {
    section(
        "matrix",
        "Operator by operator",
        "Senders' operators in rows, recipients' in columns. Choose the figure, and the route that \
         it is of; darker is more.",
        &chart("matrix", "Figures by operator of the sender and of the recipient"),
    )
}

fn stations(run: &Run<'_>) -> String {
    let mut content = chart("stations", "The busiest stations by utilisation");
    content.push_str(&folded("All stations", &tables::stations(run.summary)));
    content.push_str(&chart("utilisation", "Utilisation of the busiest stations over time"));
    content.push_str(&chart("queues", "The longest queues over time"));
    section(
        "stations",
        "Stations",
        "Every part that can be busy: IM servers, SMSC nodes, HLRs, relays, links, rate limits. A \
         bar is the average, its mark the busiest interval.",
        &content,
    )
}

fn moments(run: &Run<'_>) -> String {
    if run.moments.is_empty() {
        let lead = match run.federation {
            Some(_) => "Nothing changed on purpose: no events, and the same load throughout.",
            None => "The topology could not be read, so its events are not known here.",
        };
        return section("moments", "Events and stages", lead, "");
    }
    let rows: Vec<Vec<String>> =
        run.moments.iter().map(|m| vec![m.when(), capital(&m.long)]).collect();
    section(
        "moments",
        "Events and stages",
        "What the topology changes during the run, in minutes from the start of measuring; every \
         time axis of this page marks it.",
        &table(&["when", "what"], &rows).replacen("<table>", "<table class=\"words\">", 1),
    )
}

fn settlement(run: &Run<'_>) -> String {
    match tables::settlement(run.summary) {
        Some(table) => section(
            "settlement",
            "Settlement",
            "What operators owe each other for the measured time, by the tariffs of their \
             agreements; monthly fees are not part of it.",
            &table,
        ),
        None => section("settlement", "Settlement", "No agreement has a tariff that was used.", ""),
    }
}

fn resolved(topology: Option<&str>) -> String {
    let Some(topology) = topology else {
        return section("topology", "Resolved topology", "It could not be read.", "");
    };
    let mut html = String::from("<div class=\"wide\" tabindex=\"0\"><pre class=\"yaml\">");
    let mut defaults = 0_u64;
    let mut values = 0_u64;
    for line in topology.lines() {
        // Each value is followed by where it comes from.
        match line.rsplit_once("  # ").filter(|(_, origin)| !origin.contains('"')) {
            Some((value, origin)) => {
                values += 1;
                defaults += u64::from(origin == "default");
                let class = if origin == "default" { "default" } else { "set" };
                let _ = writeln!(
                    html,
                    "<span class=\"{class}\">{}</span>  <i># {}</i>",
                    text(value),
                    text(origin)
                );
            }
            None => {
                let _ = writeln!(html, "{}", text(line));
            }
        }
    }
    html.push_str("</pre></div>\n");
    let lead = format!(
        "All {} values that the run was made with and where each comes from: {} are defaults.",
        count(values),
        count(defaults)
    );
    section("topology", "Resolved topology", &lead, &folded("Show it", &html))
}

fn origin(run: &Run<'_>) -> String {
    let manifest = run.manifest;
    let version = match &manifest.commit {
        Some(commit) => format!("{} ({commit})", manifest.version),
        None => manifest.version.clone(),
    };
    // What `--set` changed stands in the resolved topology.
    let options = manifest
        .options
        .iter()
        .filter(|option| !option.starts_with("--set ") && !option.starts_with("--replications "));
    let mut command = "interwork run topology.yaml".to_owned();
    options.for_each(|option| command = format!("{command} {option}"));
    // Nothing of the wall clock: equal inputs give equal pages.
    let facts = [
        ("Seed", manifest.seed.to_string()),
        ("Version", version),
        ("Digest of the topology", manifest.digest.clone()),
        ("Simulated", seconds(Some(manifest.model_time_s))),
        ("Events", count(manifest.events)),
    ];
    let mut html =
        format!("<pre class=\"command\" tabindex=\"0\">{}</pre>\n<dl>\n", text(&command));
    for (name, value) in facts {
        let _ = writeln!(html, "<dt>{name}</dt><dd>{}</dd>", text(&value));
    }
    html.push_str("</dl>\n");
    section(
        "origin",
        "Repeat it",
        "The same topology and seed give the same bytes, on any number of threads. In the result \
         folder beside this page:",
        &html,
    )
}
