//! From a completed tree to a `Federation`: names resolved, values related to each other. What one
//! value alone can get wrong has been said before; here are the mistakes between values.

mod access;
mod between;
mod distributions;
mod limits;
mod live;
mod money;
mod outages;
mod protocol;
mod timeline;
mod workloads;

use std::collections::BTreeMap;

use super::files::Files;
use super::node::{Entry, Node};
use super::place::Place;
use super::problem::Problem;
use super::words::{self, Service};
use crate::domain::distribution::DurationDistribution;
use crate::domain::federation::*;
use crate::domain::id::OperatorId;
use crate::domain::time::Duration;

/// Builds the federation of a completed topology. `raw` is the tree before completion, for the
/// overrides by operator.
pub(crate) fn federation(
    root: &Node,
    raw: &Node,
    files: &mut Files,
    problems: &mut Vec<Problem>,
) -> Federation {
    let mut entries: Vec<&Entry> = root.part("operators").entries().iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    let names = entries.iter().map(|entry| entry.key.clone()).collect();
    let subscribers = entries.iter().map(|entry| subscribers(&entry.node)).collect();
    let kinds = entries.iter().map(|entry| kind(&entry.node)).collect();
    let time = root.part("run");
    let measured = time.part("duration").known();
    let relayed = BTreeMap::new();
    let mut builder = Builder { names, kinds, subscribers, measured, relayed, files, problems };
    let workloads = builder.workloads(root, raw);
    let operators = entries
        .iter()
        .zip(workloads)
        .map(|(entry, workload)| builder.operator(entry, workload))
        .collect();
    let mut federation = Federation {
        name: root.part("name").text().to_owned(),
        description: root.part("description").text().to_owned(),
        operators,
        agreements: Vec::new(),
        portability: Vec::new(),
        timeline: Vec::new(),
        currency: root.part("currency").text().to_owned(),
        money: builder.money(root),
        planning: builder.planning(root),
        run: builder.run(root),
        slo: root.part("slo").items().iter().map(|line| line.text().to_owned()).collect(),
    };
    let warm_up = root.part("run").part("warm_up");
    if warm_up.is_word() && !federation.run.find_warm_up {
        federation.run.warm_up = Settling::of(&federation).warm_up();
    }
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

struct Builder<'a> {
    /// In id order.
    names: Vec<String>,
    /// In id order.
    kinds: Vec<OperatorKind>,
    /// In id order.
    subscribers: Vec<Subscribers>,
    /// How long the run measures, unless that was refused.
    measured: Option<Duration>,
    /// What each hub speaks by its first agreement for IM.
    relayed: BTreeMap<OperatorId, Protocol>,
    files: &'a mut Files,
    problems: &'a mut Vec<Problem>,
}

fn kind(operator: &Node) -> OperatorKind {
    operator.word("kind", &words::KIND)
}

/// Prefixes of an operator; a hub has none.
fn numbers(operator: &Node) -> &[Node] {
    operator.get("numbers").map_or(&[], Node::items)
}

fn subscribers(operator: &Node) -> Subscribers {
    // A hub has none.
    let of = |key| operator.get("subscribers").map_or(0, |counts| counts.read(key));
    Subscribers { im: of("im"), sms_only: of("sms_only") }
}

impl Builder<'_> {
    fn wrong(&mut self, place: Place, message: impl Into<String>, help: &str) {
        let problem = Problem::at(place, message);
        self.problems.push(if help.is_empty() { problem } else { problem.help(help) });
    }

    /// What clients tell their users, by kind.
    fn notices(&mut self, node: &Node) -> Notices {
        let mut text = |key, of_contact| {
            let text = node.part(key).text();
            let rest = if of_contact { text.replace(CONTACT, "") } else { text.to_owned() };
            let stands = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
            if let Some((name, _)) = stands {
                let help = match of_contact {
                    true => "`<contact>` is all there is",
                    false => "it is told as the service is set up, of nobody in particular",
                };
                self.wrong(node.place_of(key), format!("`<{name}>` stands for nothing here"), help);
            }
            text.to_owned()
        };
        Notices {
            setup: text("setup", false),
            writing: text("writing", true),
            charge: text("charge", true),
            limit: text("limit", true),
        }
    }

    /// Says what is no mistake but can hardly be meant.
    fn doubt(&mut self, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::warning(place, message).help(help));
    }

    fn operator_id(&mut self, node: &Node) -> Option<OperatorId> {
        self.operator_called(node.text(), node.place)
    }

    /// The operator of a name that stands somewhere.
    fn operator_called(&mut self, name: &str, place: Place) -> Option<OperatorId> {
        if let Ok(index) = self.names.binary_search_by(|known| known.as_str().cmp(name)) {
            return Some(OperatorId(index as u16));
        }
        let problem = Problem::at(place, format!("no operator is called `{name}`"))
            .help(format!("operators here: {}", self.names.join(", ")));
        self.problems.push(problem.did_you_mean(name, self.names.iter().map(String::as_str)));
        None
    }

    fn operator(&mut self, entry: &Entry, workload: Workload) -> Operator {
        let node = &entry.node;
        let kind = kind(node);
        let subscribers = node.get("subscribers");
        let counts = self::subscribers(node);
        let place = |key| subscribers.map_or(node.place, |subscribers| subscribers.place_of(key));
        let smsc = node.get("smsc").filter(|smsc| smsc.is_map());
        let im = match kind {
            OperatorKind::Imsp | OperatorKind::Ims => true,
            OperatorKind::Mno | OperatorKind::Hub => false,
        };
        if im && smsc.is_none() && counts.sms_only > 0 {
            self.wrong(
                place("sms_only"),
                "a provider without an SMSC serves no legacy customers",
                "give it an `smsc`, or no `sms_only` subscribers",
            );
        }
        if kind == OperatorKind::Mno && counts.im > 0 {
            self.wrong(
                place("im"),
                "an operator without IM has no IM users",
                "use `kind: imsp`, or count them as `sms_only`",
            );
        }
        let imsp = im.then(|| self.imsp(node));
        if let Some(external) = smsc.and_then(|smsc| smsc.get("external")).filter(|_| !im) {
            let message = "nobody here sends to a real SMSC: the operator has no IM server";
            self.wrong(external.place, message, "`kind: imsp`, or `listen` for clients of others");
        }
        let smsc = smsc.map(|smsc| self.smsc(smsc));
        Operator {
            name: entry.key.clone(),
            kind,
            domain: node.get("domain").map_or("", Node::text).to_owned(),
            numbers: numbers(node).iter().map(|n| n.text().to_owned()).collect(),
            subscribers: counts,
            access: self.access(node, subscribers),
            imsp,
            hlr: smsc.as_ref().and(node.get("hlr")).map(|hlr| self.hlr(node, hlr)),
            smsc,
            expose: node.get("expose").map_or(Vec::new(), |expose| expose.words(&words::EXPOSE)),
            relay: node.get("relay").map(|relay| Relay {
                workers: relay.read("workers"),
                service_time: self.delay(relay, "service_time"),
                queue_limit: relay.read("queue_limit"),
            }),
            translator: node.get("translator").map(|translator| Translator {
                workers: translator.read("workers"),
                message_time: self.delay(translator, "message_time"),
                presence_time: self.delay(translator, "presence_time"),
                queue_limit: translator.read("queue_limit"),
            }),
            workload,
        }
    }

    fn imsp(&mut self, operator: &Node) -> Imsp {
        let server = operator.part("im_server");
        let legacy = operator.part("legacy");
        Imsp {
            version: operator.word("imps_version", &words::IMPS_VERSION),
            workers: server.read("workers"),
            service_time: self.service_times(server),
            queue_limit: server.read("queue_limit"),
            messages_first: server.word("priority", &words::MESSAGES_FIRST),
            directory: Directory {
                listed: operator.part("directory").read("listed"),
                others: operator.part("directory").read("others"),
            },
            legacy: Legacy {
                register_on_contact: legacy.word("register", &words::REGISTER_ON_CONTACT),
                presence: legacy.word("presence", &words::LEGACY_PRESENCE),
                status_text: legacy.part("status_text").text().to_owned(),
                overlong: legacy.word("overlong", &words::OVERLONG),
                source_notice: legacy.part("source_notice").text().to_owned(),
                notice: legacy.word("notice", &words::NOTICE),
                notices: self.notices(legacy.part("notices")),
                client_limit: legacy.read("client_limit"),
                visible: legacy.read("visible"),
                sms_commands: legacy.read("sms_commands"),
                reply_numbers: legacy.read("reply_numbers"),
                reply_hold: legacy.read("reply_hold"),
                reply_exhausted: legacy.word("reply_exhausted", &words::REPLY_EXHAUSTED),
            },
        }
    }

    fn service_times(&mut self, server: &Node) -> ServiceTimes {
        let given = server.part("service_time");
        let known = |entry: &Entry| words::SERVICES.list.contains(&entry.key.as_str());
        if !given.entries().iter().any(known) {
            return ServiceTimes::all(&self.delay_of(given));
        }
        let standard = DurationDistribution::Exponential(Duration::from_millis(2));
        let rest = given.get("default").map_or(standard, |node| self.delay_of(node));
        let mut times = ServiceTimes::all(&rest);
        for entry in given.entries() {
            let time = self.delay_of(&entry.node);
            match words::SERVICES.meaning(&entry.key) {
                Some(Service::Message) => times.message = time,
                Some(Service::Presence) => times.presence = time,
                Some(Service::Notification) => times.notification = time,
                Some(Service::Subscribe) => times.subscribe = time,
                Some(Service::Search) => times.search = time,
                Some(Service::Login) => times.login = time,
                Some(Service::Validate) => times.validate = time,
                Some(Service::Contact) => times.contact = time,
                Some(Service::Group) => times.group = time,
                Some(Service::Poll) => times.poll = time,
                Some(Service::Rest) => {}
                None => panic!("a service time is read for `{}`", entry.key),
            }
        }
        times
    }

    fn smsc(&mut self, node: &Node) -> Smsc {
        let throughput = node.read("throughput");
        if !(1e-6..=1e9).contains(&throughput) {
            let message = "a throughput is above zero and at most 1000000000/s";
            self.wrong(node.place_of("throughput"), message, "");
        }
        let waits = node.part("retry").items().iter();
        Smsc {
            nodes: node.read("nodes"),
            throughput,
            queue_limit: node.read("queue_limit"),
            validity: node.read("validity"),
            retry: waits.map(Node::meant).collect(),
            alert: node.read("alert"),
            attempt_time: self.delay(node, "attempt_time"),
            other: other(node),
            external: self.external_smsc(node),
            listen: self.listen(node),
        }
    }

    fn hlr(&mut self, operator: &Node, node: &Node) -> Hlr {
        let attached = node.read("attached");
        if attached <= 0.0 {
            self.wrong(node.place_of("attached"), "some phones are attached at any moment", "");
        }
        let detached_for = self.delay(node, "detached_for");
        self.operator_periods(operator, &detached_for);
        Hlr {
            workers: node.read("workers"),
            lookup_time: self.delay(node, "lookup_time"),
            attached,
            detached_for,
            other: other(node),
        }
    }

    fn run(&mut self, root: &Node) -> Run {
        let node = root.part("run");
        let length = node.read("duration");
        if length < Duration::from_millis(1) {
            self.wrong(node.place_of("duration"), "a run measures at least a millisecond", "");
        }
        // What is to be forecast waits for the operators, what is to be found for a run.
        let word = node.part("warm_up").is_word().then(|| node.word("warm_up", &words::WARM_UP));
        let find_warm_up = word == Some(words::WarmUp::Auto);
        let warm_up = if word.is_some() { Duration::ZERO } else { node.read("warm_up") };
        let replications = node.read::<u32>("replications").max(1);
        let (seed, overdue) = (node.read("seed"), node.read("overdue"));
        Run { seed, warm_up, find_warm_up, duration: length, overdue, replications }
    }
}

/// What others ask of a part a second, where it is said.
fn other(node: &Node) -> f64 {
    node.get("other").map_or(0.0, Node::meant)
}
