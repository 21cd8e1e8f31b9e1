//! What relates operators to each other: agreements, portability, prefixes, domains, totals. Part
//! of building a federation.

use super::super::node::{Entry, Node, Value};
use super::super::place::Place;
use super::super::words::{self, Addressing, Over};
use super::Builder;
use crate::domain::federation::*;
use crate::domain::id::OperatorId;
use crate::domain::time::Duration;

impl Builder<'_> {
    pub(super) fn agreements(&mut self, root: &Node, federation: &Federation) -> Vec<Agreement> {
        let mut agreements: Vec<Agreement> = Vec::new();
        for item in root.part("agreements").items() {
            let [a, b] = item.part("between").items() else {
                if item.get("between").is_some() {
                    let at = item.place_of("between");
                    self.wrong(at, "an agreement is between exactly two operators", "");
                }
                continue;
            };
            let (Some(first), Some(second)) = (self.operator_id(a), self.operator_id(b)) else {
                continue;
            };
            if first == second {
                self.wrong(
                    item.place_of("between"),
                    "an operator needs no agreement with itself",
                    "",
                );
                continue;
            }
            let agreement = self.agreement(item, [first, second], federation);
            let twin = agreements.iter().any(|known| {
                known.protocol == agreement.protocol
                    && known.side(first).is_some()
                    && known.side(second).is_some()
            });
            if twin {
                self.wrong(
                    item.place_of("between"),
                    "these two have an agreement of this protocol already",
                    "two operators have at most one agreement a protocol",
                );
            }
            agreements.push(agreement);
        }
        agreements
    }

    pub(super) fn agreement(
        &mut self,
        item: &Node,
        between: [OperatorId; 2],
        federation: &Federation,
    ) -> Agreement {
        let protocol = item.word("protocol", &words::PROTOCOL);
        self.parties(item, protocol, between, federation);
        let features = self.features(item, protocol);
        self.possible(item, protocol);
        let addressing = item.part("addressing").words(&words::ADDRESSING);
        let terms = item.part("presence");
        let sizes = item.part("sizes");
        let tariff = item.part("tariff");
        let link = self.link(item.part("link"));
        let session = self.session(item, protocol, &link);
        // The only word it may be is `encoded`.
        let size = |key| Some(sizes.part(key)).filter(|size| !size.is_word())?.known();
        Agreement {
            between,
            protocol,
            e164: addressing.contains(&Addressing::Number),
            uid: addressing.contains(&Addressing::Uid),
            features,
            expose: item.part("expose").words(&words::EXPOSE),
            link,
            rate_limit: self.rate_limits(item, between, protocol, federation),
            retry_timeout: item.read("retry_timeout"),
            session,
            presence: self.presence_terms(terms, protocol),
            sizes: Sizes {
                message: size("message"),
                notification: size("notification"),
                subscribe: size("subscribe"),
                validate: size("validate"),
                contact: size("contact"),
                answer: size("answer"),
                sms: size("sms"),
            },
            tariff: Tariff {
                message: tariff.read("message"),
                sms: tariff.read("sms"),
                presence: tariff.read("presence"),
                monthly: tariff.read("monthly"),
            },
            begins: None,
        }
    }

    fn link(&mut self, node: &Node) -> Link {
        let latency = self.delay(node, "latency");
        if latency.min().is_zero() && !node.part("latency").is_refused() {
            self.wrong(
                node.place_of("latency"),
                "the latency of a link can be zero here, but its minimum must be above zero",
                "shift it: { shifted: { by: 1ms, plus: … } }",
            );
        }
        let loss: f64 = node.read("loss");
        if loss >= 1.0 {
            self.wrong(node.place_of("loss"), "a link that loses everything is no link", "");
        }
        let bandwidth = node.get("bandwidth").and_then(Node::known);
        Link { latency, bandwidth, loss: loss.min(0.999) }
    }

    fn rate_limits(
        &mut self,
        item: &Node,
        between: [OperatorId; 2],
        protocol: Protocol,
        federation: &Federation,
    ) -> [Option<RateLimit>; 2] {
        let Some(given) = item.get("rate_limit") else { return [None, None] };
        let single = matches!(given.value, Value::Scalar(_)) || given.get("rate").is_some();
        let hub = between.map(|party| federation.operator(party).kind == OperatorKind::Hub);
        let help = "say what holds for each side: { one: { … }, other: { … } }";
        if single {
            let limit = self.rate_limit(given, protocol);
            if hub.contains(&true) && limit.as_ref().is_some_and(|l| l.over == OverLimit::Sms) {
                self.wrong(given.place_of("over"), "a hub cannot convert to SMS", help);
            }
            return [limit.clone(), limit];
        }
        let mut sides = [None, None];
        for entry in given.entries() {
            let Some(id) = self.operator_called(&entry.key, entry.place) else { continue };
            match between.iter().position(|&party| party == id) {
                Some(side) => {
                    sides[side] = self.rate_limit(&entry.node, protocol);
                    if hub[side] && sides[side].as_ref().is_some_and(|l| l.over == OverLimit::Sms) {
                        let at = entry.node.place_of("over");
                        self.wrong(at, "a hub cannot convert to SMS", "use `refuse` or `queue`");
                    }
                }
                None => {
                    let message = format!("`{}` is no party of this agreement", entry.key);
                    self.wrong(entry.place, message, "");
                }
            }
        }
        sides
    }

    fn rate_limit(&mut self, node: &Node, protocol: Protocol) -> Option<RateLimit> {
        // A rate alone is a limit with the usual terms.
        let terms = Some(node).filter(|node| node.is_map());
        let rate: f64 = terms.map_or(node, |terms| terms.part("rate")).known()?;
        if !(1e-6..=1e9).contains(&rate) {
            self.wrong(node.place, "a rate limit is above zero and below 1000000000/s", "");
            return None;
        }
        let second = (rate + 0.5).max(1.0) as u32;
        let over = match terms.map_or(Over::Refuse, |terms| terms.word("over", &words::OVER)) {
            Over::Queue => OverLimit::Queue {
                limit: match node.get("queue_limit") {
                    Some(limit) => limit.meant(),
                    None => (rate * 4.0 * 3600.0).clamp(1.0, 4e9) as u32,
                },
            },
            Over::Sms => OverLimit::Sms,
            Over::Refuse => OverLimit::Refuse,
        };
        if over == OverLimit::Sms && !protocol.carries_im() {
            let help = "use `refuse` or `queue`";
            self.wrong(node.place_of("over"), "short messages cannot fall back to SMS", help);
        }
        let queue = matches!(over, OverLimit::Queue { .. });
        if node.get("queue_limit").is_some() && !queue {
            let help = "leave it out, or say `over: queue`";
            self.wrong(node.place_of("queue_limit"), "nothing queues at this limit", help);
        }
        let meter = match (node.get("window"), node.get("burst")) {
            (Some(window), Some(_)) => {
                let help = "leave one of them out";
                self.wrong(window.place, "a limit has a window or a burst, not both", help);
                return None;
            }
            (Some(window), None) => {
                let length: Duration = node.read("window");
                if length < Duration::from_millis(1) {
                    self.wrong(window.place, "a window lasts at least a millisecond", "");
                    return None;
                }
                Meter::Window(length)
            }
            (None, Some(_)) => Meter::LeakyBucket { burst: node.read("burst") },
            (None, None) => Meter::LeakyBucket { burst: if queue { 1 } else { second } },
        };
        Some(RateLimit { rate, meter, over })
    }

    pub(super) fn portability(&mut self, root: &Node, federation: &Federation) -> Vec<Portability> {
        let mut rows = Vec::new();
        for item in root.part("portability").items() {
            let (Some(from), Some(to)) = (item.get("from"), item.get("to")) else { continue };
            let (Some(from), Some(to)) = (self.operator_id(from), self.operator_id(to)) else {
                continue;
            };
            let row = Portability { from, to, share: item.read("share") };
            let total = |id: OperatorId| {
                let Subscribers { im, sms_only } = federation.operator(id).subscribers;
                f64::from(im) + f64::from(sms_only)
            };
            let is_hub = |id: &OperatorId| federation.operator(*id).kind == OperatorKind::Hub;
            let hub = [from, to].into_iter().find(is_hub);
            let left: f64 = rows
                .iter()
                .filter(|known: &&Portability| known.from == from)
                .map(|known| known.share)
                .sum();
            let twin = rows.iter().any(|known| (known.from, known.to) == (from, to));
            if from == to {
                self.wrong(item.place, "numbers are ported to another operator", "");
            } else if let Some(hub) = hub {
                let message =
                    format!("`{}` is a hub and has no numbers", federation.operator(hub).name);
                self.wrong(item.place, message, "");
            } else if twin {
                self.wrong(item.place, "these two have a row already", "one row a pair");
            } else if left + row.share > 1.0 + 1e-9 {
                let name = &federation.operator(from).name;
                let message = format!("more than all numbers of `{name}` are ported");
                self.wrong(item.place_of("share"), message, "its shares add up to 100% at most");
            } else if row.share * total(from) > total(to) {
                let name = &federation.operator(to).name;
                let message = format!("`{name}` has fewer subscribers than numbers ported to it");
                self.wrong(item.place_of("share"), message, "");
            }
            rows.push(row);
        }
        rows
    }

    /// Prefixes: E.164, owned once, long enough a number for everybody.
    pub(super) fn numbers(&mut self, operators: &[&Entry]) {
        let mut known: Vec<(&str, &str, Place)> = Vec::new();
        for entry in operators {
            for item in super::numbers(&entry.node) {
                let prefix = item.text();
                let digits = prefix.strip_prefix('+').unwrap_or("");
                if digits.is_empty()
                    || digits.len() > 12
                    || digits.starts_with('0')
                    || !digits.bytes().all(|b| b.is_ascii_digit())
                {
                    let message = format!("`{prefix}` is no E.164 prefix");
                    let help = "a plus sign and 1 to 12 digits, in quotes: \"+46700\"";
                    self.wrong(item.place, message, help);
                    continue;
                }
                let Subscribers { im, sms_only } = super::subscribers(&entry.node);
                let total = u64::from(im) + u64::from(sms_only);
                if total >= 10u64.saturating_pow(15 - digits.len() as u32) {
                    let message = format!("`{prefix}` leaves too few digits for {total} numbers");
                    self.wrong(item.place, message, "a number has at most 15 digits");
                }
                for (other, owner, _) in &known {
                    if prefix.starts_with(other) || other.starts_with(prefix) {
                        let message = format!("`{prefix}` overlaps with `{other}` of `{owner}`");
                        let help = "a number has one range holder";
                        self.wrong(item.place, message, help);
                    }
                }
                known.push((prefix, entry.key.as_str(), item.place));
            }
        }
    }

    /// Names: of operators as parts of labels and of `--set` paths, of the topology as part of the
    /// result folder's.
    pub(super) fn names(&mut self, root: &Node, operators: &[&Entry]) {
        for entry in operators {
            let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
            if !entry.key.chars().all(plain) || !(1..=64).contains(&entry.key.len()) {
                let message = format!("`{}` is no name for an operator", entry.key);
                let help = "1 to 64 letters, digits, `-` and `_`";
                self.wrong(entry.place, message, help);
            }
        }
        if let Some(name) = root.get("name") {
            let text = name.text();
            let wrong = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
            if matches!(text, "" | "null" | "~")
                || text.len() > 100
                || text.starts_with('.')
                || text.contains(wrong)
            {
                let help = "up to 100 characters, without `/`, `\\`, `:` or a dot in front: it \
                            names the result folder";
                self.wrong(name.place, format!("`{text}` is no name for a topology"), help);
            }
        }
    }

    /// The currency: a short word.
    pub(super) fn currency(&mut self, root: &Node) {
        let Some(currency) = root.get("currency") else { return };
        let text = currency.text();
        let plain = text.chars().all(|c| c.is_ascii_alphabetic()) && (1..=8).contains(&text.len());
        if !plain || text == "null" {
            let message = format!("`{text}` is no currency");
            self.wrong(currency.place, message, "up to 8 letters, such as EUR");
        }
    }

    /// Domains: present and owned once.
    pub(super) fn domains(&mut self, operators: &[&Entry]) {
        let mut known: Vec<(&str, &str)> = Vec::new();
        for entry in operators {
            let Some(domain) = entry.node.get("domain") else { continue };
            let name = domain.text();
            let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
            if name.is_empty() || name.len() > 253 || !name.bytes().all(plain) {
                let help = "such as im.operator.example";
                self.wrong(domain.place, format!("`{name}` is no domain name"), help);
            }
            if let Some((_, owner)) = known.iter().find(|(known, _)| *known == name) {
                let message = format!("the domain `{name}` belongs to `{owner}` already");
                self.wrong(domain.place, message, "");
            }
            known.push((name, &entry.key));
        }
    }

    /// What the format has and this version does not simulate is refused, never ignored.
    pub(super) fn not_yet(&mut self, root: &Node) {
        for entry in root.part("operators").entries() {
            let overload = entry.node.get("im_server").and_then(|s| s.get("overload"));
            if let Some(overload) = overload.filter(|overload| overload.is_map()) {
                let help = "overload: none; `queue_limit` bounds the queue";
                self.wrong(overload.place, "shedding is not simulated yet", help);
            }
        }
    }
}
