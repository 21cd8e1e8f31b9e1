//! What fails for a while by the timeline: links and parts of operators. Part of building a
//! federation.

use super::super::node::Node;
use super::super::problem::Problem;
use super::Builder;
use crate::domain::federation::*;
use crate::domain::id::OperatorId;
use crate::domain::part::Part;
use crate::domain::quantity;
use crate::domain::time::Duration;

impl Builder<'_> {
    /// A link of two operators is down or slow.
    pub(super) fn link_outage(
        &mut self,
        item: &Node,
        two: &Node,
        slow: bool,
        agreements: &[Agreement],
    ) -> Option<Event> {
        let lasts = self.lasts(item);
        let fault = match slow {
            true => self.factor(item).map(LinkFault::Slow),
            false => Some(LinkFault::Down),
        };
        let [a, b] = two.items() else {
            // Too few have been refused already.
            if two.items().len() > 2 {
                self.wrong(two.place, "a link is between exactly two operators", "");
            }
            return None;
        };
        let (first, second) = (self.operator_id(a)?, self.operator_id(b)?);
        let agrees = |known: &&Agreement| known.side(first).is_some();
        if first == second {
            self.wrong(two.place, "an operator has no link with itself", "");
            return None;
        }
        if !agreements.iter().filter(agrees).any(|known| known.side(second).is_some()) {
            let message = format!("`{}` and `{}` have no agreement by then", a.text(), b.text());
            let mut partners: Vec<&str> = agreements
                .iter()
                .filter(agrees)
                .map(|known| self.names[known.peer(first).index()].as_str())
                .collect();
            partners.sort_unstable();
            partners.dedup();
            let help = match partners.is_empty() {
                true => format!("{} has none with anybody", a.text()),
                false => format!("{} has agreements with {}", a.text(), partners.join(", ")),
            };
            self.wrong(b.place, message, &help);
            return None;
        }
        let outage = Outage::Link { between: [first, second], fault: fault? };
        Some(Event::Outage { outage, lasts: lasts? })
    }

    /// A part of an operator is down.
    pub(super) fn node_outage(
        &mut self,
        item: &Node,
        node: &Node,
        then: &Federation,
    ) -> Option<Event> {
        let lasts = self.lasts(item);
        let Some((name, part)) = node.text().split_once('.') else {
            let message = format!("`{}` is no part of an operator", node.text());
            let help = "operator.part, such as imsp-b.smsc; one node in quotes: \"imsp-b.smsc[1]\"";
            self.wrong(node.place, message, help);
            return None;
        };
        let operator = self.operator_called(name, node.place)?;
        let part = self.part(node, part, operator, then.operator(operator))?;
        Some(Event::Outage { outage: Outage::Part(part), lasts: lasts? })
    }

    /// The part of an operator that a name means.
    fn part(
        &mut self,
        node: &Node,
        part: &str,
        id: OperatorId,
        operator: &Operator,
    ) -> Option<Part> {
        if operator.kind != OperatorKind::Hub && operator.numbers.is_empty() {
            // Its kind or its numbers have been refused: what it has is not known.
            return None;
        }
        let name = &operator.name;
        let fails = |part: &Part| part.kind.can_fail();
        let parts: Vec<Part> = Part::own(id, operator).filter(fails).collect();
        let (word, place) = match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
            Some((word, place)) => (word, Some(place)),
            None => (part, None),
        };
        let known = parts.iter().find(|part| part.kind.label() == word);
        match (known, place) {
            (Some(part), None) => Some(*part),
            (Some(part), Some(place)) => {
                let Some(nodes) = part.kind.nodes(operator) else {
                    let message = format!("`{word}` has no nodes of its own");
                    self.wrong(node.place, message, &format!("{name}.{word}"));
                    return None;
                };
                let last = u64::from(nodes.saturating_sub(1));
                if let Ok(place) = quantity::count(place, 0, last) {
                    return Some(Part::node(part.kind, id, place as u16));
                }
                let message = format!("`{name}` has no {} node `{place}`", word.to_uppercase());
                let help = match last {
                    0 => format!("its only node is \"{name}.{word}[0]\""),
                    _ => format!("from \"{name}.{word}[0]\" to \"{name}.{word}[{last}]\""),
                };
                let help = format!("{help}; {name}.{word} is all of it");
                self.wrong(node.place, message, &help);
                None
            }
            (None, _) => {
                let has: Vec<&str> = parts.iter().map(|part| part.kind.label()).collect();
                let message = format!("`{name}` has no `{word}`");
                let problem = Problem::at(node.place, message)
                    .help(format!("what can be down there: {}", has.join(", ")));
                self.problems.push(problem.did_you_mean(word, has));
                None
            }
        }
    }

    /// How long an outage lasts.
    fn lasts(&mut self, item: &Node) -> Option<Duration> {
        let help = "for: 30s";
        if item.get("for").is_none() {
            self.wrong(item.place, "an outage says how long it lasts", help);
            return None;
        }
        let lasts: Duration = item.read("for");
        if lasts.is_zero() {
            self.wrong(item.place_of("for"), "an outage lasts longer than no time at all", help);
            return None;
        }
        Some(lasts)
    }

    /// How much slower a link is.
    fn factor(&mut self, item: &Node) -> Option<f64> {
        if item.get("factor").is_none() {
            let message = "a slow link says how many times as slow it is";
            self.wrong(item.place, message, "factor: 5");
            return None;
        }
        let factor = item.read("factor");
        if factor < 1.0 {
            let message = "a factor below 1 would make the link faster";
            self.wrong(item.place_of("factor"), message, "factor: 5 is five times the latency");
            return None;
        }
        Some(factor)
    }

    /// Keys that say something of an event of another kind.
    pub(super) fn belongs_elsewhere(&mut self, item: &Node, said: &str) {
        let owners = [
            ("domain", &["becomes_imsp"][..]),
            ("factor", &["link_slow"]),
            ("for", &["link_down", "link_slow", "node_down"]),
        ];
        for (key, owners) in owners {
            if item.get(key).is_some() && !owners.contains(&said) {
                let message = format!("`{key}` says nothing of `{said}`");
                let help = format!("it belongs to {}", owners.join(", "));
                self.wrong(item.place_of(key), message, &help);
            }
        }
    }
}
