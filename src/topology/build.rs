//! From a completed tree to a `Federation`: names resolved, values related to each other. What one
//! value alone can get wrong has been said before; here are the mistakes between values.

use std::sync::Arc;

use super::files::Files;
use super::place::Place;
use super::problem::Problem;
use super::tree::{Entry, Node, Value};
use crate::domain::distribution::{CountDistribution, DurationDistribution, Zipf};
use crate::domain::federation::*;
use crate::domain::id::OperatorId;
use crate::domain::quantity;
use crate::domain::time::Duration;

/// Builds the federation of a completed topology. `raw` is the tree before completion, for the
/// overrides by operator.
pub fn federation(
    root: &Node,
    raw: &Node,
    files: &mut Files,
    problems: &mut Vec<Problem>,
) -> Federation {
    let mut entries: Vec<&Entry> =
        root.get("operators").map_or(&[][..], Node::entries).iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    let names = entries.iter().map(|entry| entry.key.clone()).collect();
    let subscribers = entries.iter().map(|entry| subscribers(&entry.node)).collect();
    let kinds = entries.iter().map(|entry| kind(&entry.node)).collect();
    let mut builder = Builder { names, kinds, subscribers, files, problems };
    let workloads = builder.workloads(root, raw);
    let operators = entries
        .iter()
        .zip(workloads)
        .map(|(entry, workload)| builder.operator(entry, workload))
        .collect();
    let mut federation = Federation {
        name: text(root, "name").to_owned(),
        description: text(root, "description").to_owned(),
        operators,
        agreements: Vec::new(),
        portability: Vec::new(),
        timeline: Vec::new(),
        currency: text(root, "currency").to_owned(),
        run: builder.run(root),
        slo: items(root, "slo").iter().map(|line| line.text().to_owned()).collect(),
    };
    federation.agreements = builder.agreements(root, &federation);
    federation.portability = builder.portability(root, &federation);
    builder.timeline(root, &mut federation);
    builder.names(root, &entries);
    builder.currency(root);
    builder.numbers(&entries);
    builder.domains(&entries);
    builder.not_yet(root);
    builder.limits(root, &federation);
    federation
}

pub(super) struct Builder<'a> {
    /// In id order.
    pub(super) names: Vec<String>,
    /// In id order.
    pub(super) kinds: Vec<OperatorKind>,
    /// In id order.
    pub(super) subscribers: Vec<Subscribers>,
    pub(super) files: &'a mut Files,
    pub(super) problems: &'a mut Vec<Problem>,
}

pub(super) fn node<'n>(parent: &'n Node, key: &str) -> Option<&'n Node> {
    parent.get(key)
}

pub(super) fn text<'n>(parent: &'n Node, key: &str) -> &'n str {
    node(parent, key).map_or("", Node::text)
}

pub(super) fn items<'n>(parent: &'n Node, key: &str) -> &'n [Node] {
    node(parent, key).map_or(&[], Node::items)
}

pub(super) fn place(parent: &Node, key: &str) -> Place {
    match node(parent, key) {
        Some(node) if !node.place.is_empty() => node.place,
        _ => parent.place,
    }
}

pub(super) fn flag(parent: &Node, key: &str) -> bool {
    text(parent, key) == "true"
}

pub(super) fn count(parent: &Node, key: &str) -> u32 {
    quantity::count(text(parent, key), 0, u64::MAX)
        .map_or(0, |value| value.min(u32::MAX.into()) as u32)
}

pub(super) fn number(parent: &Node, key: &str) -> f64 {
    quantity::number(text(parent, key)).unwrap_or(0.0)
}

pub(super) fn share(parent: &Node, key: &str) -> f64 {
    quantity::share(text(parent, key)).unwrap_or(0.0)
}

pub(super) fn rate(parent: &Node, key: &str) -> f64 {
    quantity::rate(text(parent, key)).unwrap_or(0.0)
}

pub(super) fn duration(parent: &Node, key: &str) -> Duration {
    quantity::duration(text(parent, key)).unwrap_or(Duration::ZERO)
}

fn kind(operator: &Node) -> OperatorKind {
    match text(operator, "kind") {
        "mno" => OperatorKind::Mno,
        "hub" => OperatorKind::Hub,
        "ims" => OperatorKind::Ims,
        _ => OperatorKind::Imsp,
    }
}

fn subscribers(operator: &Node) -> Subscribers {
    let of = |key| node(operator, "subscribers").map_or(0, |counts| count(counts, key));
    Subscribers { im: of("im"), sms_only: of("sms_only") }
}

impl Builder<'_> {
    pub(super) fn wrong(&mut self, place: Place, message: impl Into<String>, help: &str) {
        let problem = Problem::at(place, message);
        self.problems.push(if help.is_empty() { problem } else { problem.help(help) });
    }

    pub(super) fn operator_id(&mut self, node: &Node) -> Option<OperatorId> {
        let name = node.text();
        if let Ok(place) = self.names.binary_search_by(|known| known.as_str().cmp(name)) {
            return Some(OperatorId(place as u16));
        }
        let problem = Problem::at(node.place, format!("no operator is called `{name}`"))
            .help(format!("operators here: {}", self.names.join(", ")));
        self.problems.push(problem.did_you_mean(name, self.names.iter().map(String::as_str)));
        None
    }

    fn operator(&mut self, entry: &Entry, workload: Workload) -> Operator {
        let node = &entry.node;
        let kind = kind(node);
        let empty = Node { value: Value::Map(Vec::new()), ..node.clone() };
        let subscribers = node.get("subscribers").unwrap_or(&empty);
        let counts = self::subscribers(node);
        let smsc = node.get("smsc").filter(|smsc| matches!(smsc.value, Value::Map(_)));
        let im = matches!(kind, OperatorKind::Imsp | OperatorKind::Ims);
        if im && smsc.is_none() && counts.sms_only > 0 {
            self.wrong(
                place(subscribers, "sms_only"),
                "a provider without an SMSC serves no legacy customers",
                "give it an `smsc`, or no `sms_only` subscribers",
            );
        }
        if kind == OperatorKind::Mno && counts.im > 0 {
            self.wrong(
                place(subscribers, "im"),
                "an operator without IM has no IM users",
                "use `kind: imsp`, or count them as `sms_only`",
            );
        }
        Operator {
            name: entry.key.clone(),
            kind,
            domain: text(node, "domain").to_owned(),
            numbers: items(node, "numbers").iter().map(|n| n.text().to_owned()).collect(),
            subscribers: counts,
            access: self.access(node, subscribers),
            imsp: im.then(|| self.imsp(node)),
            smsc: smsc.map(|smsc| self.smsc(smsc)),
            hlr: smsc.and(node.get("hlr")).map(|hlr| self.hlr(node, hlr)),
            expose: items(node, "expose")
                .iter()
                .map(|what| match what.text() {
                    "provider" => Exposed::Provider,
                    "device_type" => Exposed::DeviceType,
                    _ => Exposed::AccessNetwork,
                })
                .collect(),
            relay: node.get("relay").map(|relay| Relay {
                workers: count(relay, "workers"),
                service_time: self.delay(relay, "service_time"),
                queue_limit: count(relay, "queue_limit"),
            }),
            translator: node.get("translator").map(|translator| Translator {
                workers: count(translator, "workers"),
                message_time: self.delay(translator, "message_time"),
                presence_time: self.delay(translator, "presence_time"),
                queue_limit: count(translator, "queue_limit"),
            }),
            workload,
        }
    }

    fn access(&mut self, node: &Node, subscribers: &Node) -> Vec<Access> {
        let Some(kinds) = node.get("access") else { return Vec::new() };
        let shares = subscribers.get("access");
        if let Some(shares) = shares {
            for entry in shares.entries() {
                if kinds.get(&entry.key).is_none() {
                    let message = format!("no access kind is called `{}`", entry.key);
                    let known = kinds.entries().iter().map(|kind| kind.key.as_str());
                    let problem = Problem::at(entry.place, message);
                    self.problems.push(problem.did_you_mean(&entry.key, known));
                }
            }
            let total: f64 = shares.entries().iter().map(|s| share(shares, &s.key)).sum();
            if (total - 1.0).abs() > 1e-9 {
                let message = format!("the shares of access add up to {:.4} %", total * 100.0);
                self.wrong(shares.place, message, "they add up to 100 %");
            }
        }
        let known: Vec<&str> = kinds.entries().iter().map(|kind| kind.key.as_str()).collect();
        if known.is_empty() {
            self.wrong(kinds.place, "an operator has at least one kind of access", "");
        }
        let default = |kind: &str| match (known.as_slice(), kind) {
            (["mobile", "wired"] | ["wired", "mobile"], "mobile") => 0.8,
            (["mobile", "wired"] | ["wired", "mobile"], _) => 0.2,
            _ => 1.0 / known.len() as f64,
        };
        kinds
            .entries()
            .iter()
            .map(|kind| Access {
                name: kind.key.clone(),
                share: shares.map_or_else(|| default(&kind.key), |s| share(s, &kind.key)),
                delay: self.delay_of(&kind.node),
            })
            .collect()
    }

    pub(super) fn imsp(&mut self, operator: &Node) -> Imsp {
        let empty = Node { value: Value::Map(Vec::new()), ..operator.clone() };
        let server = operator.get("im_server").unwrap_or(&empty);
        let legacy = operator.get("legacy").unwrap_or(&empty);
        Imsp {
            workers: count(server, "workers"),
            service_time: self.service_times(server),
            queue_limit: count(server, "queue_limit"),
            messages_first: text(server, "priority") == "messages_first",
            legacy: Legacy {
                register_on_contact: text(legacy, "register") == "on_contact",
                presence: match text(legacy, "presence") {
                    "offline" => LegacyPresence::Offline,
                    "hlr" => LegacyPresence::Hlr,
                    _ => LegacyPresence::Online,
                },
                status_text: text(legacy, "status_text").to_owned(),
                overlong: match text(legacy, "overlong") {
                    "truncate" => Overlong::Truncate,
                    "split" => Overlong::Split,
                    _ => Overlong::Refuse,
                },
                source_notice: text(legacy, "source_notice").to_owned(),
                notice: match text(legacy, "notice") {
                    "none" => Notice::None,
                    "each" => Notice::Each,
                    _ => Notice::Once,
                },
                client_limit: share(legacy, "client_limit"),
                visible: flag(legacy, "visible"),
                sms_commands: flag(legacy, "sms_commands"),
                reply_numbers: count(legacy, "reply_numbers"),
                reply_hold: duration(legacy, "reply_hold"),
                reply_exhausted: match text(legacy, "reply_exhausted") {
                    "reuse_oldest" => ReplyExhausted::ReuseOldest,
                    _ => ReplyExhausted::Refuse,
                },
            },
        }
    }

    fn service_times(&mut self, server: &Node) -> ServiceTimes {
        let Some(given) = server.get("service_time") else {
            let zero = DurationDistribution::Constant(Duration::ZERO);
            return ServiceTimes::all(&zero);
        };
        let by_kind = given
            .entries()
            .iter()
            .any(|entry| super::shape::SERVICE_KINDS.contains(&entry.key.as_str()));
        if !by_kind {
            return ServiceTimes::all(&self.delay_of(given));
        }
        let standard = DurationDistribution::Exponential(Duration::from_millis(2));
        let rest = given.get("default").map_or(standard, |node| self.delay_of(node));
        let mut times = ServiceTimes::all(&rest);
        for entry in given.entries() {
            let time = self.delay_of(&entry.node);
            match entry.key.as_str() {
                "message" => times.message = time,
                "presence" => times.presence = time,
                "notification" => times.notification = time,
                "subscribe" => times.subscribe = time,
                "search" => times.search = time,
                "login" => times.login = time,
                "validate" => times.validate = time,
                "contact" => times.contact = time,
                "group" => times.group = time,
                _ => {}
            }
        }
        times
    }

    fn smsc(&mut self, node: &Node) -> Smsc {
        let throughput = rate(node, "throughput");
        if !(1e-6..=1e9).contains(&throughput) {
            let message = "a throughput is above zero and at most 1000000000/s";
            self.wrong(place(node, "throughput"), message, "");
        }
        let waits = items(node, "retry").iter();
        Smsc {
            nodes: count(node, "nodes"),
            throughput,
            queue_limit: count(node, "queue_limit"),
            validity: duration(node, "validity"),
            retry: waits.map(|wait| quantity::duration(wait.text()).unwrap_or_default()).collect(),
            alert: flag(node, "alert"),
            attempt_time: self.delay(node, "attempt_time"),
        }
    }

    fn hlr(&mut self, operator: &Node, node: &Node) -> Hlr {
        let attached = share(node, "attached");
        if attached <= 0.0 {
            self.wrong(place(node, "attached"), "some phones are attached at any moment", "");
        }
        let detached_for = self.delay(node, "detached_for");
        self.operator_periods(operator, &detached_for);
        Hlr {
            workers: count(node, "workers"),
            lookup_time: self.delay(node, "lookup_time"),
            attached,
            detached_for,
        }
    }

    pub(super) fn delay(&mut self, parent: &Node, key: &str) -> DurationDistribution {
        match parent.get(key) {
            Some(node) => self.delay_of(node),
            None => DurationDistribution::Constant(Duration::ZERO),
        }
    }

    pub(super) fn delay_of(&mut self, node: &Node) -> DurationDistribution {
        use DurationDistribution as D;
        let constant = || D::Constant(quantity::duration(node.text()).unwrap_or_default());
        let [Entry { key, node: inner, .. }] = node.entries() else { return constant() };
        let plain = quantity::duration(inner.text()).unwrap_or_default();
        match key.as_str() {
            "exponential" => D::Exponential(plain),
            "uniform" => {
                let (min, max) = (duration(inner, "min"), duration(inner, "max"));
                if min > max {
                    self.wrong(inner.place, "`min` is above `max`", "");
                }
                D::Uniform { min, max: max.max(min) }
            }
            "lognormal" => {
                let (median, p99) = (duration(inner, "median"), duration(inner, "p99"));
                if median.is_zero() || p99 <= median {
                    self.wrong(inner.place, "`median` is above zero, `p99` above it", "");
                }
                D::Lognormal { median, p99: p99.max(median + Duration(1)) }
            }
            "erlang" => D::Erlang { k: count(inner, "k").max(1), mean: duration(inner, "mean") },
            "shifted" => {
                let plus = Box::new(self.delay(inner, "plus"));
                D::Shifted { by: duration(inner, "by"), plus }
            }
            "empirical" => match self.files.durations(inner, self.problems) {
                Some(table) => D::Empirical(table),
                None => constant(),
            },
            _ => constant(),
        }
    }

    pub(super) fn counts(&mut self, parent: &Node, key: &str) -> CountDistribution {
        use CountDistribution as C;
        let Some(node) = parent.get(key) else { return C::Constant(0) };
        let [Entry { key, node: inner, .. }] = node.entries() else {
            return C::Constant(count(parent, key));
        };
        let plain = quantity::number(inner.text()).unwrap_or(0.0);
        if plain > 1e6 {
            self.wrong(inner.place, "a mean is at most a million", "");
        }
        match key.as_str() {
            "poisson" => C::Poisson(plain.min(1e6)),
            "geometric" => C::Geometric(plain.min(1e6)),
            "zipf" => {
                let max = count(inner, "max").clamp(1, 1_000_000);
                C::Zipf(Arc::new(Zipf::new(max, number(inner, "exponent"))))
            }
            "lognormal" => {
                let (median, p99) = (number(inner, "median"), number(inner, "p99"));
                if median <= 0.0 || p99 <= median {
                    self.wrong(inner.place, "`median` is above zero, `p99` above it", "");
                    return C::Constant(0);
                }
                C::Lognormal { median, p99 }
            }
            "empirical" => match self.files.counts(inner, self.problems) {
                Some(table) => C::Empirical(table),
                None => C::Constant(0),
            },
            _ => C::Constant(0),
        }
    }

    fn run(&mut self, root: &Node) -> Run {
        let Some(node) = root.get("run") else {
            let (warm_up, duration) = (Duration::ZERO, Duration::ZERO);
            return Run { seed: 0, warm_up, find_warm_up: false, duration, replications: 1 };
        };
        let length = duration(node, "duration");
        if length < Duration::from_millis(1) {
            self.wrong(place(node, "duration"), "a run measures at least a millisecond", "");
        }
        let seed = quantity::count(text(node, "seed"), 0, u64::MAX).unwrap_or(0);
        let find_warm_up = text(node, "warm_up") == "auto";
        let warm_up = if find_warm_up { Duration::ZERO } else { duration(node, "warm_up") };
        let replications = count(node, "replications").max(1);
        Run { seed, warm_up, find_warm_up, duration: length, replications }
    }
}
