//! The summary on the terminal: read by a person in half a minute, 80 to 100 columns.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use crate::domain::outcome::{Channel, ContactKind, PresenceScope, Reason, Route};
use crate::domain::part::PartKind;
use crate::domain::status::Language;
use crate::measure::results::{Level, Metric};
use crate::report::document::manifest::{Manifest, Precision, StopReason, WarmUp};
use crate::report::document::numbers::{count, percent, seconds, three};
use crate::report::document::parts::Parts;
use crate::report::document::summary::{Summary, Verdict};
use crate::report::face::access;
use crate::report::face::lines::paragraphs;
use crate::report::face::live;
use crate::report::face::table::table;
use crate::report::judge::{self, HIGH, Run};

/// Stations that are shown.
const BUSIEST: usize = 6;

/// Gap in Little's law up to which a queue counts as settled.
const SETTLED: f64 = 0.05;

/// The summary of a run in so many columns.
pub fn render(run: &Run<'_>, width: usize, color: bool) -> String {
    let Run { summary, parts, manifest, .. } = *run;
    let mut page = Page { text: String::new(), width, color, summary, parts };
    page.head(manifest);
    page.live(manifest);
    page.slo(run);
    page.asked(manifest);
    page.messages(manifest.replication_seeds.len());
    if manifest.replication_seeds.len() > 1 {
        page.intervals();
    }
    page.presence();
    page.clients();
    page.sms();
    page.contacts();
    page.stations();
    page.settlement();
    page.text
}

struct Page<'a> {
    text: String,
    width: usize,
    color: bool,
    summary: &'a Summary,
    parts: &'a Parts,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A line that may be longer than the page is wide.
    fn sentence(&mut self, text: &str) {
        self.text.push_str(&paragraphs(text, self.width));
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn title(&mut self, text: &str) {
        let bold = Style::new().bold();
        let shown = self.styled(bold, text);
        self.text.push('\n');
        self.line(&shown);
    }

    fn table(&mut self, head: &[&str], rows: Vec<Vec<String>>) {
        self.text.push_str(&table(head, &rows, self.width));
    }

    fn head(&mut self, manifest: &Manifest) {
        let style = match self.summary.verdict {
            Verdict::Passed => AnsiColor::Green.on_default().bold(),
            Verdict::Failed => AnsiColor::Red.on_default().bold(),
            Verdict::Undecided => AnsiColor::Yellow.on_default().bold(),
            Verdict::None => Style::new().bold(),
        };
        let name = self.styled(Style::new().bold(), &self.summary.name);
        let verdict = self.styled(style, judge::headline(self.summary));
        self.line(&format!("{name}: {verdict}"));
        let stopped = match manifest.stop_reason {
            StopReason::Finished => "",
            StopReason::Interrupted => " (interrupted)",
            StopReason::StoppedBySlo => " (stopped by an SLO line)",
        };
        let runs = match manifest.replication_seeds.len() {
            0 | 1 => format!("seed {}", manifest.seed),
            many => format!("{many} replications from seed {}", manifest.seed),
        };
        if let Some(live) = &manifest.live {
            let lasted = seconds(Some(live.lasted_s));
            let events = count(manifest.events);
            return self.sentence(&format!("{lasted} live{stopped}, {runs}, {events} events"));
        }
        self.sentence(&format!(
            "{} simulated{stopped}, {runs}, {} events in {} ({} M/s)",
            seconds(Some(manifest.model_time_s)),
            count(manifest.events),
            seconds(Some(manifest.wall_time_s)),
            three(manifest.events_per_second / 1e6),
        ));
    }

    /// Of a live run: whose its times are, and what both ends of each way saw.
    fn live(&mut self, manifest: &Manifest) {
        let Some(live) = &manifest.live else { return };
        self.sentence(&live.verdict());
        self.title("Between IM servers and SMSCs, as each end saw it; the whole run");
        for (head, rows) in [
            (&live::CLIENTS[..], live::clients(live)),
            (&live::DOORS[..], live::doors(live)),
            (&live::TIMES[..], live::times(live)),
        ] {
            if !rows.is_empty() {
                self.table(head, rows);
            }
        }
        live::remarks(live).iter().for_each(|remark| self.sentence(remark));
        if let Some(pairs) = &live.pairs {
            self.title("Held against the simulated run of the same topology and seed");
            self.table(&live::PAIRS, live::pairs(pairs));
            self.sentence(&pairs.verdict());
        }
    }

    fn counter(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        self.summary.find(name, labels).and_then(|metric| metric.count).unwrap_or(0)
    }

    /// A counter over all rows of this level with this value of one label.
    fn sum(&self, name: &str, level: Level, (label, value): (&str, &str)) -> u64 {
        let matching = self.summary.named(name);
        matching
            .filter(|metric| metric.level() == level && metric.label(label) == value)
            .filter_map(|metric| metric.count)
            .sum()
    }

    fn messages(&mut self, replications: usize) {
        let columns = ["refused", "expired", "lost", "in_flight"];
        let routes: Vec<&str> = Route::ALL.iter().map(|route| route.label()).collect();
        let of = |page: &Self, name: &str, route: &str| {
            page.counter(&format!("messages_{name}"), &[("route", route)])
        };
        let shown: Vec<&str> = columns
            .into_iter()
            .filter(|column| routes.iter().any(|route| of(self, column, route) > 0))
            .collect();
        let mut head = vec!["route", "offered", "delivered"];
        head.extend(shown.iter().map(|c| if *c == "in_flight" { "in flight" } else { c }));
        head.extend(["p50", "p95", "p99"]);
        let mut rows = Vec::new();
        let mut totals = vec![0; 2 + shown.len()];
        for route in &routes {
            let offered = of(self, "offered", route);
            if offered == 0 {
                continue;
            }
            let mut counts = vec![offered, of(self, "delivered", route)];
            counts.extend(shown.iter().map(|column| of(self, column, route)));
            for (total, own) in totals.iter_mut().zip(&counts) {
                *total += own;
            }
            let mut row = vec![(*route).to_owned()];
            row.extend(counts.iter().map(|n| count(*n)));
            let latency = self.summary.find("message_latency", &[("route", route)]);
            row.extend(latency.map_or(["-"; 3].map(str::to_owned), Metric::usual));
            rows.push(row);
        }
        let mut all = vec!["all".to_owned()];
        all.extend(totals.iter().map(|n| count(*n)));
        all.extend(["", "", ""].map(str::to_owned));
        rows.push(all);
        self.title(match replications {
            0 | 1 => "Messages, offered to delivered; latency from the intent to the device",
            _ => "Messages of all replications; latency from the intent to the device",
        });
        self.table(&head, rows);
        for outcome in ["refused", "lost"] {
            let name = format!("messages_{outcome}");
            let reasons: Vec<String> = Reason::ALL
                .iter()
                .map(|reason| (reason, self.sum(&name, Level::Reason, ("reason", reason.label()))))
                .filter(|(_, n)| *n > 0)
                .map(|(reason, n)| match reason.status() {
                    Some(status) => {
                        format!("{reason} ({}) {}", status.code(Language::Imps), count(n))
                    }
                    None => format!("{reason} {}", count(n)),
                })
                .collect();
            if !reasons.is_empty() {
                self.wrapped(&format!("  {outcome}: "), &reasons);
            }
        }
    }

    /// How sure the latencies of messages are.
    fn intervals(&mut self) {
        let mut rows = Vec::new();
        for route in Route::ALL {
            let labels = [("route", route.label())];
            let Some(latency) = self.summary.find("message_latency", &labels) else { continue };
            let shown = |name: &str, value: Option<f64>| match latency.interval95.get(name) {
                Some([low, high]) => {
                    vec![seconds(value), seconds(Some(*low)), seconds(Some(*high))]
                }
                None => vec![seconds(value), "-".to_owned(), "-".to_owned()],
            };
            let mut row = vec![route.label().to_owned()];
            row.extend(shown("mean", latency.mean));
            row.extend(shown("p95", latency.percentiles.and_then(|p| p.p95)));
            rows.push(row);
        }
        if !rows.is_empty() {
            self.title("How sure: latency with its 95 % interval over the replications");
            self.table(&["route", "mean", "from", "to", "p95", "from", "to"], rows);
        }
    }

    /// What was found out before the runs that count, and asked of them.
    fn asked(&mut self, manifest: &Manifest) {
        if let Some(WarmUp { method, cut_s, settled }) = &manifest.warm_up {
            let cut = seconds(Some(*cut_s));
            let settled = match settled {
                true => "",
                false => "; it had not settled by half of the measured time",
            };
            self.sentence(&format!("warm-up {cut}, found by a pilot run ({method}){settled}"));
        }
        let Some(Precision { target, reached, figures, .. }) = &manifest.precision else {
            return;
        };
        let target = percent(*target);
        let verdict = match (reached, manifest.replication_seeds.len()) {
            (true, _) => format!("every figure is known to {target}"),
            (false, 1) => format!("not every figure is known to {target} after 1 replication"),
            (false, n) => format!("not every figure is known to {target} after {n} replications"),
        };
        self.sentence(&verdict);
        for (figure, width) in figures {
            let width =
                width.map_or("no interval".to_owned(), |w| format!("within {}", percent(w)));
            self.sentence(&format!("  {figure}: {width}"));
        }
    }

    /// Items after a lead, wrapped at the page's width.
    fn wrapped(&mut self, lead: &str, items: &[String]) {
        let mut line = lead.to_owned();
        for (place, item) in items.iter().enumerate() {
            let comma = if place + 1 < items.len() { ", " } else { "" };
            if line.chars().count() + item.chars().count() + 1 > self.width {
                self.line(line.trim_end());
                line = " ".repeat(lead.chars().count());
            }
            let _ = write!(line, "{item}{comma}");
        }
        self.line(line.trim_end());
    }

    fn presence(&mut self) {
        let changes: u64 = self.summary.named("presence_changes").filter_map(|m| m.count).sum();
        if changes == 0 {
            return;
        }
        self.title("Presence");
        let told = |to: Channel| self.counter("presence_notifications", &[("scope", to.label())]);
        let (clients, over) = (told(Channel::Client), told(Channel::Interconnect));
        let mut items = vec![
            format!("{} changes", count(changes)),
            format!("{} notifications to clients", count(clients)),
            format!("{} over agreements", count(over)),
        ];
        let (mut watchers, mut most) = (0.0, 0.0_f64);
        for fan_out in self.summary.named("presence_fan_out") {
            watchers += fan_out.mean.unwrap_or(0.0) * fan_out.count.unwrap_or(0) as f64;
            most = most.max(fan_out.max.unwrap_or(0.0));
        }
        let mean = watchers / changes as f64;
        items.push(format!("{} watchers a change, {most} at most", three(mean)));
        self.wrapped("  ", &items);
        let mut rows = Vec::new();
        for scope in PresenceScope::LABELS.iter().copied() {
            if let Some(latency) = self.summary.find("presence_latency", &[("scope", scope)]) {
                rows.push(latency_row(scope, latency));
            }
        }
        for (name, shown) in
            [("presence_first_watcher", "first watcher"), ("presence_last_watcher", "last watcher")]
        {
            for metric in self.summary.named(name) {
                rows.push(latency_row(&format!("{shown}, {}", metric.label("operator")), metric));
            }
        }
        rows.truncate(12);
        self.table(&["change until shown", "samples", "p50", "p95", "p99"], rows);
    }

    /// The access side: what IM clients asked of their servers.
    fn clients(&mut self) {
        let (rows, all) = access::rows(self.summary, BUSIEST);
        if rows.is_empty() {
            return;
        }
        self.title("IM clients at their servers");
        self.table(&access::HEAD, rows);
        if all > BUSIEST {
            self.line(&format!("  and {} more in summary.json", all - BUSIEST));
        }
    }

    fn sms(&mut self) {
        let mut operators: Vec<&str> =
            self.summary.named("sms_submitted").map(|metric| metric.label("operator")).collect();
        operators.dedup();
        if operators.is_empty() {
            return;
        }
        let ends = ["retried", "expired", "refused"];
        let some = |name: &&str| {
            self.summary.named(&format!("sms_{name}")).any(|metric| metric.count > Some(0))
        };
        let shown: Vec<&str> = ends.into_iter().filter(some).collect();
        let mut rows = Vec::new();
        for operator in operators {
            let of = |name: &str| self.sum(name, Level::Total, ("operator", operator));
            let delivered = self.summary.named("sms_delivered");
            let rate: f64 = delivered
                .filter(|metric| metric.label("operator") == operator)
                .filter_map(|metric| metric.rate)
                .sum();
            let latency = self.summary.find("sms_latency", &[("operator", operator)]);
            let known = |shown| if self.parts.is_empty() { "-".to_owned() } else { shown };
            let highest = |name: &str, figure: fn(&Metric) -> Option<f64>| {
                let nodes = self.summary.named(name);
                nodes
                    .filter(|m| self.parts.is_of(m.label("station"), PartKind::Smsc, operator))
                    .filter_map(figure)
                    .fold(0.0, f64::max)
            };
            let mut row = vec![
                operator.to_owned(),
                count(of("sms_submitted")),
                count(of("sms_delivered")),
                format!("{}/s", three(rate)),
                latency.map_or("-".to_owned(), |metric| metric.time("p95")),
                known(percent(highest("station_utilisation", |metric| metric.mean))),
                known(count(highest("station_queue_length", |metric| metric.max) as u64)),
            ];
            row.extend(shown.iter().map(|name| count(of(&format!("sms_{name}")))));
            rows.push(row);
        }
        self.title("Short messages by SMSC");
        let mut head =
            vec!["operator", "submitted", "delivered", "rate", "p95", "licence", "queue"];
        head.extend(shown);
        self.table(&head, rows);
    }

    fn contacts(&mut self) {
        let added = |kind| {
            let metric = self.summary.find("contact_add_latency", &[("kind", kind)]);
            metric.and_then(|metric| metric.count).unwrap_or(0)
        };
        let kinds = ContactKind::LABELS.iter().map(|kind| (*kind, added(*kind)));
        let total: u64 = kinds.clone().map(|(_, n)| n).sum();
        if total == 0 {
            return;
        }
        let accounts: u64 = self.summary.named("accounts_registered").filter_map(|m| m.count).sum();
        let refused: u64 = self
            .summary
            .named("contacts_refused")
            .filter(|metric| metric.level() == Level::Reason)
            .filter_map(|metric| metric.count)
            .sum();
        let mut items: Vec<String> =
            kinds.map(|(kind, n)| format!("{} {kind}", count(n))).collect();
        items.push(format!("{} refused", count(refused)));
        items.push(format!("{} legacy accounts registered", count(accounts)));
        self.title("Contacts added");
        self.wrapped("  ", &items);
    }

    fn stations(&mut self) {
        let mut stations = judge::busiest(self.summary);
        stations.truncate(BUSIEST);
        if stations.is_empty() {
            return;
        }
        let others = self.summary.named("station_other").next().is_some();
        let mut rows = Vec::new();
        for metric in stations {
            let station = metric.label("station");
            let utilisation = metric.mean.unwrap_or(0.0);
            let labels = [("station", station)];
            let queue = self.summary.find("station_queue_length", &labels);
            let wait = self.summary.find("station_wait", &labels);
            let refused = self.summary.find("station_refused", &labels);
            let refuses = refused.and_then(|metric| metric.count).is_some_and(|count| count > 0);
            let mark = if utilisation >= HIGH || refuses { " !" } else { "" };
            let mut row = vec![
                format!("{station}{mark}"),
                percent(utilisation),
                three(queue.and_then(|metric| metric.mean).unwrap_or(0.0)),
                count(queue.and_then(|metric| metric.max).unwrap_or(0.0) as u64),
                seconds(wait.and_then(|metric| metric.percentiles).and_then(|p| p.p95)),
            ];
            row.extend(others.then(|| {
                let other = self.summary.find("station_other", &labels);
                other
                    .and_then(|metric| metric.rate)
                    .map_or("-".to_owned(), |rate| format!("{}/s", three(rate)))
            }));
            rows.push(row);
        }
        let high = judge::bound(HIGH);
        self.title(&format!("Busiest stations (! from {high}, or if it refused)"));
        let mut head = vec!["station", "utilisation", "queue mean", "max", "wait p95"];
        head.extend(others.then_some("others'"));
        self.table(&head, rows);
        if let Some((station, gap)) = self.widest_gap() {
            let held = format!(
                "  Little's law, queue = rate x wait, holds within {}",
                percent(gap.max(0.001))
            );
            let text = match gap <= SETTLED {
                true => held,
                false => format!(
                    "  Little's law is off by {} at {station}: its queue did not settle",
                    percent(gap)
                ),
            };
            self.line(&text);
        }
    }

    /// The self-check of queues: where the mean number waiting differs most from rate times mean
    /// wait, and by what share. Queues that hardly ever form are left out.
    fn widest_gap(&self) -> Option<(&str, f64)> {
        let gaps = self.summary.named("station_queue_length").filter_map(|queue| {
            let station = queue.label("station");
            let labels = [("station", station)];
            let served = self.summary.find("station_served", &labels)?;
            let wait = self.summary.find("station_wait", &labels)?;
            let seconds = served.count? as f64 / served.rate.filter(|rate| *rate > 0.0)?;
            let expected = wait.count? as f64 / seconds * wait.mean?;
            let mean = queue.mean.filter(|mean| *mean >= 0.01 && wait.count >= Some(100))?;
            Some((station, (expected / mean - 1.0).abs()))
        });
        gaps.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    fn settlement(&mut self) {
        let mut owed: Vec<&Metric> = self
            .summary
            .named("settlement")
            .filter(|metric| metric.mean.unwrap_or(0.0) > 0.0)
            .collect();
        if owed.is_empty() {
            return;
        }
        let all = owed.len();
        let money = |metric: &&Metric| metric.mean.unwrap_or(0.0);
        owed.sort_by(|a, b| money(b).total_cmp(&money(a)));
        owed.truncate(BUSIEST);
        let rows = owed
            .iter()
            .map(|metric| {
                let money = format!("{:.2} {}", metric.mean.unwrap_or(0.0), metric.unit);
                vec![format!("{} to {}", metric.label("from"), metric.label("to")), money]
            })
            .collect();
        self.title("Owed for the measured time");
        self.table(&["from, to", "sum"], rows);
        if all > BUSIEST {
            self.line(&format!("  and {} more in summary.json", all - BUSIEST));
        }
    }

    /// The SLO lines, and what became of the messages: what the rest is the detail of.
    fn slo(&mut self, run: &Run<'_>) {
        for slo in &self.summary.slo {
            let (mark, style) = match (slo.passed, slo.undecided) {
                (true, _) => ("✓", AnsiColor::Green.on_default()),
                (false, true) => ("?", AnsiColor::Yellow.on_default()),
                (false, false) => ("✗", AnsiColor::Red.on_default()),
            };
            let mark = self.styled(style, mark);
            let (line, seen) = (&slo.line, slo.seen());
            // Mark, gaps and brackets besides.
            let fits = line.chars().count() + seen.chars().count() + 8 <= self.width;
            let gap = if fits { "  " } else { "\n    " };
            self.line(&format!("  {mark} {line}{gap}({seen})"));
        }
        let told = [judge::unsteady(self.summary), judge::fate(self.summary)];
        let told = told.into_iter().flatten().chain([judge::bottleneck(run)]);
        told.for_each(|told| self.sentence(&told));
    }
}

fn latency_row(name: &str, metric: &Metric) -> Vec<String> {
    let mut row = vec![name.to_owned(), count(metric.count.unwrap_or(0))];
    row.extend(metric.usual());
    row
}
