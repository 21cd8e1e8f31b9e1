//! The sections of a run's page, in the order in which people ask: what came of it, where messages
//! went, where, how long, why, how much, how it was made. Called by `run_page`.

use super::markup::{Html, drawn, element, paragraph};
use super::shell::{
    self, Look, behind, chart, chart_over, contents, folded, section, table_of_words, wide,
};
use super::{still, tables, tiles};
use crate::report::document::numbers::{capital, count, seconds};
use crate::report::document::summary::Verdict;
use crate::report::face::live as words;
use crate::report::judge::{self, Run, verdict};

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
pub(crate) fn body(run: &Run<'_>, topology: Option<&str>, remarks: &[String]) -> Html {
    let main = [
        live(run),
        messages(run),
        map(),
        latency(run),
        stages(run),
        presence(run),
        sms(run),
        matrix(),
        stations(run),
        moments(run),
        settlement(run),
        resolved(topology),
        origin(run),
    ];
    let skip = [("class", "skip"), ("href", "#messages")];
    [
        element("a", &skip, "Skip to the figures"),
        element("header", &[], header(run, remarks)),
        element("main", &[], main),
    ]
    .into()
}

/// Sections that this page leads to: of a live run one more.
fn led(run: &Run<'_>) -> impl Iterator<Item = (&'static str, &'static str)> {
    let live = run.manifest.live.iter().map(|_| ("live", "Both ends"));
    live.chain(CONTENTS)
}

fn header(run: &Run<'_>, remarks: &[String]) -> Html {
    let summary = run.summary;
    let look = match summary.verdict {
        // Nothing is promised of what goes on changing.
        Verdict::Passed if !summary.trends.is_empty() => Look::Open,
        Verdict::Passed => Look::Passed,
        Verdict::Failed => Look::Failed,
        Verdict::Undecided => Look::Open,
        Verdict::None => Look::None,
    };
    let remark = |remark| element("p", &[("class", "remark"), ("role", "alert")], remark);
    let about = run.federation.filter(|federation| !federation.description.is_empty());
    let about =
        about.map(|federation| element("p", &[("class", "about")], &federation.description));
    let sentences = ["What was run", "Did it hold", "Bottleneck"].into_iter();
    let sentences = sentences.zip(verdict::paragraphs(run)).map(|(label, words)| {
        let label = element("strong", &[], format!("{label}."));
        paragraph([label, " ".into(), words.into()])
    });
    [
        remarks.iter().map(remark).collect(),
        element("p", &[("class", "kicker")], "interwork, report of a run"),
        element("h1", &[], &summary.name),
        about.into(),
        shell::verdict(look, &capital(judge::headline(summary))),
        tiles::tiles(run),
        element("div", &[("class", "sentences")], sentences.collect::<Html>()),
        tiles::slo(summary),
        contents("most tables", led(run)),
    ]
    .into()
}

/// A chart that has a picture for where no script runs.
fn still_chart(run: &Run<'_>, kind: &str, label: &str) -> Html {
    let picture = still::picture(run, kind);
    chart_over(kind, label, picture.map_or_else(Html::default, |svg| drawn(&svg)))
}

/// Whose the times of a live run are, and what both ends of each way saw; nothing, of a simulated run.
fn live(run: &Run<'_>) -> Html {
    let Some(live) = &run.manifest.live else { return Html::default() };
    let mut content = paragraph([live.verdict().into()]);
    let remarks = words::remarks(live);
    content.add(remarks.into_iter().map(|remark| paragraph([remark.into()])).collect::<Html>());
    content.add(shell::table(&words::CLIENTS, &words::clients(live)));
    content.add(shell::table(&words::DOORS, &words::doors(live)));
    content.add(table_of_words(&words::TIMES, &words::times(live)));
    if let Some(pairs) = &live.pairs {
        let table = table_of_words(&words::PAIRS, &words::pairs(pairs));
        content.add(paragraph([pairs.verdict().into()]));
        content.add(folded("Held against the simulated run, figure by figure", table));
    }
    section(
        "live",
        "Both ends of each way",
        "What IM servers and SMSCs said to each other over sockets in the whole run, as each of them saw it: \
         what was submitted and accepted, what came and was taken at the other end, whose receipts came. \
         Response counts from the schedule, service from the first octet written: the difference is the wait \
         for a place in a window, or for a session.",
        content,
    )
}

fn messages(run: &Run<'_>) -> Html {
    let mut content = chart("flow", "Messages from offered to their outcome, by route");
    content.add(behind(tables::routes(run.summary)));
    if let Some(losses) = tables::losses(run.summary) {
        content.add(folded("Why messages were refused or lost", losses));
    }
    content.add(still_chart(run, "messages", "Messages a second over time, by outcome"));
    section(
        "messages",
        "What became of the messages",
        "Each route from the messages that users meant to send, on the left, to what became of \
         them, on the right. Heights are numbers of messages, on both sides alike.",
        content,
    )
}

fn map() -> Html {
    section(
        "map",
        "Map of the federation",
        "Lines are agreements: their width is traffic, their colour the utilisation of the link or \
         its rate limit. The colour of an operator is that of its busiest part. Move the slider \
         to replay the run; point at or tap a line or an operator for its figures.",
        chart("map", "Map of operators, hubs and agreements with their traffic"),
    )
}

fn latency(run: &Run<'_>) -> Html {
    let label = "Latency by route, logarithmic, from smallest to largest";
    let mut content = still_chart(run, "latency", label);
    content.add(behind(tables::latency(run.summary)));
    content.add(chart("latency-over-time", "Latency over time by route, logarithmic"));
    section(
        "latency",
        "How long messages took",
        "From the instant the sender meant to send until the recipient's device has it. \
         Percentiles are drawn as far as there are at least ten samples beyond them; dashed lines \
         are limits of the SLO.",
        content,
    )
}

fn stages(run: &Run<'_>) -> Html {
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
    content.add(behind(stages));
    section(
        "stages",
        "Where the time goes",
        "The mean latency of each route in parts that add up to it.",
        content,
    )
}

fn presence(run: &Run<'_>) -> Html {
    let Some(fan_out) = tables::fan_out(run.summary) else {
        return section("presence", "Presence", "Nobody's presence changed.", "");
    };
    let mut content = chart("presence", "From a presence change until its watchers are shown it");
    content.add(behind(tables::presence_latency(run.summary)));
    content.add(chart("notifications", "Presence notifications a second over time"));
    content.add(element("h3", &[], "Fan-out: watchers told of a change"));
    content.add(fan_out);
    content.add(folded("Notifications by pair of operators", tables::notifications(run.summary)));
    content.add(folded("What IM clients ask of their servers", tables::clients(run.summary)));
    section(
        "presence",
        "Presence",
        "A change of presence is told to everybody who watches: how many, how fast the first and \
         the last of them know, and what crosses between operators for it.",
        content,
    )
}

fn sms(run: &Run<'_>) -> Html {
    let Some(by_operator) = tables::sms(run) else {
        return section("sms", "SMS fallback", "No operator has an SMSC.", "");
    };
    let mut content = chart("sms", "Short messages a second at an SMSC over time");
    content.add(chart("backlog", "Short messages waiting at an SMSC over time"));
    content.add(element("h3", &[], "By SMSC"));
    content.add(by_operator);
    section(
        "sms",
        "SMS fallback",
        "Messages to people without IM end at an SMSC: what it accepted, what it tried, what came \
         of it, and what waited.",
        content,
    )
}

fn matrix() -> Html {
    section(
        "matrix",
        "Operator by operator",
        "Senders' operators in rows, recipients' in columns. Choose the figure, and the route that \
         it is of; the stronger the colour, the more.",
        chart("matrix", "Figures by operator of the sender and of the recipient"),
    )
}

fn stations(run: &Run<'_>) -> Html {
    let mut content = chart("stations", "The busiest stations by utilisation");
    content.add(folded("All stations", tables::stations(run.summary)));
    content.add(chart("utilisation", "Utilisation of the busiest stations over time"));
    content.add(chart("queues", "The longest queues over time"));
    section(
        "stations",
        "Stations",
        "Every part that can be busy: IM servers, SMSC nodes, HLRs, relays, links, rate limits. A \
         bar is the average, its mark the busiest interval.",
        content,
    )
}

fn moments(run: &Run<'_>) -> Html {
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
        table_of_words(&["when", "what"], &rows),
    )
}

fn settlement(run: &Run<'_>) -> Html {
    match tables::settlement(run.summary) {
        Some(table) => section(
            "settlement",
            "Settlement",
            "What operators owe each other for the measured time, by the tariffs of their \
             agreements; monthly fees are not part of it.",
            table,
        ),
        None => section("settlement", "Settlement", "No agreement has a tariff that was used.", ""),
    }
}

fn resolved(topology: Option<&str>) -> Html {
    let Some(topology) = topology else {
        return section("topology", "Resolved topology", "It could not be read.", "");
    };
    let mut html = Html::default();
    let mut defaults = 0_u64;
    let mut values = 0_u64;
    for line in topology.lines() {
        // Each value is followed by where it comes from.
        match line.rsplit_once("  # ").filter(|(_, origin)| !origin.contains('"')) {
            Some((value, origin)) => {
                values += 1;
                defaults += u64::from(origin == "default");
                let class = if origin == "default" { "default" } else { "set" };
                html.add(element("span", &[("class", class)], value));
                html.add("  ");
                html.add(element("i", &[], format!("# {origin}")));
            }
            None => html.add(line),
        }
        html.add("\n");
    }
    let html = wide(element("pre", &[("class", "yaml")], html));
    let lead = format!(
        "All {} values that the run was made with and where each comes from: {} are defaults.",
        count(values),
        count(defaults)
    );
    section("topology", "Resolved topology", &lead, folded("Show it", html))
}

fn origin(run: &Run<'_>) -> Html {
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
    let how = if manifest.live.is_some() { "live" } else { "run" };
    let mut command = format!("interwork {how} topology.yaml");
    options.for_each(|option| command = format!("{command} {option}"));
    // Nothing of the wall clock: equal inputs give equal pages.
    let facts = [
        ("Seed", manifest.seed.to_string()),
        ("Version", version),
        ("Digest of the topology", manifest.digest.clone()),
        (
            if manifest.live.is_some() { "Live" } else { "Simulated" },
            seconds(Some(manifest.model_time_s)),
        ),
        ("Events", count(manifest.events)),
    ];
    let command = element("pre", &[("class", "command"), ("tabindex", "0")], command);
    let facts = facts
        .into_iter()
        .map(|(name, value)| Html::from([element("dt", &[], name), element("dd", &[], value)]));
    let facts = element("dl", &[], facts.collect::<Html>());
    section(
        "origin",
        "Repeat it",
        "The same topology and seed give the same bytes, on any number of threads. In the result \
         folder beside this page:",
        [command, facts],
    )
}
