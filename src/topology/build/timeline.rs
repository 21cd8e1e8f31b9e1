//! What changes during a run: upgrades, operators that become IMSPs, agreements that begin; what
//! fails stands in `outages`. Part of building a federation.

use super::super::complete;
use super::super::node::{Meaning, Node, Value};
use super::super::words::{self, Happening};
use super::Builder;
use crate::domain::federation::*;
use crate::domain::id::{AgreementId, OperatorId};
use crate::domain::quantity;
use crate::domain::time::Duration;

impl Builder<'_> {
    /// Events in the order of time; agreements among them join the others.
    pub(super) fn timeline(&mut self, root: &Node, federation: &mut Federation) {
        let mut given: Vec<&Node> = root.part("timeline").items().iter().collect();
        given.sort_by_key(|item| item.read::<Duration>("at"));
        // As it is by the time of each event.
        let mut then = federation.clone();
        for item in given {
            let at = item.read("at");
            let given = |(key, kind)| Some((key, kind, item.get(key)?));
            let mut said = words::EVENTS.each().filter_map(given);
            let (Some((key, kind, what)), None) = (said.next(), said.next()) else {
                let help = format!("one of {}", words::EVENTS.list.join(", "));
                self.wrong(item.place, "an event says one thing that happens", &help);
                continue;
            };
            self.belongs_elsewhere(item, key);
            self.happens(item);
            let agreements = &federation.agreements;
            let event = match kind {
                Happening::Upgrade => self.upgraded(what, &then),
                Happening::Lapse => self.lapsed(what, &then),
                Happening::BecomesImsp => self.becomes_imsp(item, what, &then),
                Happening::Agree => self.agreed(what, at, federation, &then),
                Happening::LinkDown => self.link_outage(item, what, false, agreements),
                Happening::LinkSlow => self.link_outage(item, what, true, agreements),
                Happening::NodeDown => self.node_outage(item, what, &then),
            };
            if let Some(event) = event {
                then.happen(&event);
                federation.timeline.push(TimedEvent { at, event });
            }
        }
    }

    fn upgraded(&mut self, who: &Node, then: &Federation) -> Option<Event> {
        let (operator, index) = self.subscriber(who, then, false)?;
        Some(Event::Upgrade { operator, index })
    }

    fn lapsed(&mut self, who: &Node, then: &Federation) -> Option<Event> {
        let (operator, index) = self.subscriber(who, then, true)?;
        Some(Event::Lapse { operator, index })
    }

    /// A subscriber of one kind, as operator/index.
    fn subscriber(
        &mut self,
        who: &Node,
        then: &Federation,
        im_user: bool,
    ) -> Option<(OperatorId, u32)> {
        let kind = if im_user { "an IM user" } else { "a legacy customer" };
        let Some((name, index)) = who.text().rsplit_once('/') else {
            let form = format!("{kind} is operator/index, such as imsp-b/17");
            self.wrong(who.place, form, "");
            return None;
        };
        let operator = self.operator_called(name, who.place)?;
        let Subscribers { im, sms_only } = then.operator(operator).subscribers;
        let own = if im_user { 0..im } else { im..im + sms_only };
        let index = quantity::count(index, 0, u64::from(u32::MAX)).ok();
        let index = index.map(|index| index as u32).filter(|index| own.contains(index));
        if index.is_none() {
            let (_, kind) = kind.split_once(' ').unwrap_or_default();
            let message = format!("`{}` is no {kind}", who.text());
            let help = match own.is_empty() {
                true => format!("{name} has none"),
                false => format!("those of {name} are {} to {}", own.start, own.end - 1),
            };
            self.wrong(who.place, message, &help);
        }
        index.map(|index| (operator, index))
    }

    fn becomes_imsp(&mut self, item: &Node, operator: &Node, then: &Federation) -> Option<Event> {
        let id = self.operator_id(operator)?;
        let domain = item.get("domain").map_or("", Node::text).to_owned();
        if then.operator(id).kind != OperatorKind::Mno {
            let message = format!("`{}` is no operator without IM", operator.text());
            self.wrong(operator.place, message, "");
            return None;
        }
        if domain.is_empty() || then.operators.iter().any(|known| known.domain == domain) {
            let help = "domain: im.operator.example, of nobody else";
            self.wrong(item.place, "an IMSP has a domain of its own", help);
            return None;
        }
        // Everything else as by default.
        let empty = operator.with(Value::Map(Vec::new()), Meaning::Itself);
        let imsp = self.imsp(&complete::imsp(&empty));
        Some(Event::BecomesImsp { operator: id, domain, imsp: Box::new(imsp) })
    }

    fn agreed(
        &mut self,
        item: &Node,
        at: Duration,
        federation: &mut Federation,
        then: &Federation,
    ) -> Option<Event> {
        let [a, b] = item.part("between").items() else {
            self.wrong(item.place, "an agreement is between exactly two operators", "");
            return None;
        };
        let (first, second) = (self.operator_id(a)?, self.operator_id(b)?);
        let agreement = self.agreement(item, [first, second], then);
        let twin = federation.agreements.iter().any(|known| {
            known.protocol == agreement.protocol
                && known.side(first).is_some()
                && known.side(second).is_some()
        });
        if twin || first == second {
            let message = "these two have an agreement of this protocol already";
            self.wrong(item.place_of("between"), message, "");
            return None;
        }
        federation.agreements.push(Agreement { begins: Some(at), ..agreement });
        Some(Event::Agree(AgreementId((federation.agreements.len() - 1) as u16)))
    }
}
