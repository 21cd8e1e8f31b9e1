//! What the protocol of an agreement asks: of its parties, of its features, of the terms of presence.
//! Part of building a federation.

use super::super::keys;
use super::super::node::{Entry, Node};
use super::super::place::Place;
use super::super::words::{self, Feature};
use super::Builder;
use crate::domain::federation::*;
use crate::domain::id::OperatorId;
use crate::domain::time::Duration;

impl Builder<'_> {
    /// Whether both parties can speak it.
    pub(super) fn parties(
        &mut self,
        item: &Node,
        protocol: Protocol,
        between: [OperatorId; 2],
        federation: &Federation,
    ) {
        let at = item.place_of("protocol");
        for party in between {
            let operator = federation.operator(party);
            if operator.kind == OperatorKind::Hub {
                self.relays(party, protocol, at, federation);
            } else if operator.numbers.is_empty() {
                // Its kind or its numbers have been refused: what it has is not known.
            } else if let Some((part, help)) = lacking(operator, protocol) {
                self.wrong(at, format!("`{}` has no {part}", operator.name), help);
            }
        }
    }

    /// A hub passes on what it gets, so whatever leads through it speaks one protocol all the way.
    fn relays(&mut self, hub: OperatorId, protocol: Protocol, at: Place, federation: &Federation) {
        if !protocol.carries_im() {
            return;
        }
        let first = *self.relayed.entry(hub).or_insert(protocol);
        if first != protocol {
            let name = &federation.operator(hub).name;
            let message = format!("`{name}` relays {first}, by another agreement");
            self.wrong(at, message, "a hub translates nothing: one hub for each protocol");
        }
    }

    /// What an agreement carries: all that its protocol can, unless the file says less.
    pub(super) fn features(&mut self, item: &Node, protocol: Protocol) -> Features {
        let all = Features::all(protocol);
        let Some(list) = item.get("features") else { return all };
        if !protocol.carries_im() {
            let at = item.place_of("features");
            let help = "leave them out, or use another protocol";
            self.wrong(at, "features belong to agreements for IM", help);
            return all;
        }
        for one in list.items() {
            let carried = match one.one_of(&words::FEATURES) {
                Some(Feature::Search) => all.search,
                Some(Feature::Groups) => all.groups,
                Some(Feature::Messaging | Feature::Presence) | None => true,
            };
            if !carried {
                let message = format!("`{protocol}` carries no {}", one.text());
                self.wrong(one.place, message, "messaging and presence, or `protocol: ssp`");
            }
        }
        let given = list.words(&words::FEATURES);
        Features {
            messaging: given.contains(&Feature::Messaging),
            presence: given.contains(&Feature::Presence),
            search: all.search && given.contains(&Feature::Search),
            groups: all.groups && given.contains(&Feature::Groups),
            sms: false,
        }
    }

    /// How presence crosses.
    pub(super) fn presence_terms(&mut self, terms: &Node, protocol: Protocol) -> PresenceTerms {
        let notify_on_refresh = terms.read("notify_on_refresh");
        PresenceTerms {
            per_domain: terms.word("fan_out", &words::PER_DOMAIN),
            acknowledged: terms.read("acknowledged"),
            refresh: self.refresh(terms),
            per_list: terms.word("subscription", &words::PER_LIST),
            notify_on_refresh,
            notify_at_end: protocol.notifies_at_end(notify_on_refresh),
            partial: terms.word("notification", &words::PARTIAL),
        }
    }

    fn refresh(&mut self, terms: &Node) -> Option<Duration> {
        // The only word it may be is `none`.
        let given = Some(terms.part("refresh")).filter(|refresh| !refresh.is_word());
        let interval: Duration = given?.known()?;
        if interval < Duration::from_secs(1) {
            let at = terms.place_of("refresh");
            self.wrong(at, "a refresh interval is at least a second", "`none` turns refresh off");
            return None;
        }
        Some(interval)
    }

    /// The session between the two servers, if there is to be one.
    pub(super) fn session(
        &mut self,
        item: &Node,
        protocol: Protocol,
        link: &Link,
    ) -> Option<Session> {
        // The only word it may be is `none`.
        let terms = Some(item.part("session")).filter(|terms| terms.is_map())?;
        if protocol != Protocol::Ssp {
            let message = format!("`{protocol}` has no session of its own");
            self.wrong(item.place_of("session"), message, "leave it out, or use `protocol: ssp`");
            return None;
        }
        let waits = terms.part("retry").items();
        let session = Session {
            keep_alive: terms.read("keep_alive"),
            timeout: terms.read("timeout"),
            retry: waits.iter().map(Node::meant).collect(),
        };
        // What is shorter would fill a run with nothing but its session.
        let short = |time: Duration| time < Duration::from_millis(100);
        let mut wrong: Vec<(Place, &str, &str)> = Vec::new();
        if short(session.keep_alive) {
            wrong.push((
                terms.place_of("keep_alive"),
                "a keep-alive comes after 100ms or more",
                "",
            ));
        }
        for wait in waits {
            if wait.known().is_some_and(short) {
                wrong.push((wait.place, "a set-up is tried again after 100ms or more", ""));
            }
        }
        if session.timeout <= link.latency.min() * 2 {
            let help = "longer than the latency of the link, there and back";
            wrong.push((terms.place_of("timeout"), "no answer comes so soon", help));
        } else if short(session.timeout) {
            wrong.push((terms.place_of("timeout"), "an answer is waited for 100ms or more", ""));
        }
        for (place, message, help) in wrong {
            self.wrong(place, message, help);
        }
        Some(session)
    }

    /// Terms that the protocol cannot have, unless they say what holds anyway.
    pub(super) fn possible(&mut self, item: &Node, protocol: Protocol) {
        let usual = |term: &&Entry| {
            let known = keys::PRESENCE_TERMS.iter().find(|known| known.key == term.key);
            known.and_then(|known| known.default.yaml(Some(protocol))) == Some(term.node.text())
        };
        let changed = item.part("presence").entries().iter().filter(|term| !usual(term));
        let mut wrong: Vec<(Place, &str, &str)> = Vec::new();
        if protocol.carries_im() {
            wrong.extend(changed.filter_map(|term| {
                let (message, help) = impossible(protocol, &term.key)?;
                Some((term.node.place, message, help))
            }));
        } else {
            let prices = item.part("tariff").entries().iter();
            let charged =
                prices.filter(|price| price.key != "sms" && price.node.known() != Some(0.0));
            let message = "only short messages cross this agreement";
            let help = "leave it out, or use `protocol: ssp`";
            wrong.extend(changed.chain(charged).map(|entry| (entry.node.place, message, help)));
        }
        for (place, message, help) in wrong {
            self.wrong(place, message, help);
        }
    }
}

/// What an operator with subscribers lacks to speak a protocol, and what it can do instead.
fn lacking(operator: &Operator, protocol: Protocol) -> Option<(&'static str, &'static str)> {
    let by_sms = "an operator without IM takes part by `protocol: sms`";
    match (protocol, operator.kind) {
        (Protocol::Ssp | Protocol::Xmpp, OperatorKind::Mno) => Some(("IM server", by_sms)),
        (Protocol::Simple, OperatorKind::Mno) => Some(("IMS core", by_sms)),
        // OMA puts the interworking function on the side of SIMPLE IM; an IMPS server has none.
        (Protocol::Simple, OperatorKind::Imsp) => Some((
            "IMS core",
            "`simple` is between operators of kind ims; by `protocol: ssp` the one on IMS translates",
        )),
        (Protocol::Sms, _) if operator.smsc.is_none() => {
            Some(("SMSC", "a provider without a mobile network takes part by `protocol: ssp`"))
        }
        (Protocol::Ssp | Protocol::Xmpp, OperatorKind::Imsp | OperatorKind::Ims)
        | (Protocol::Simple, OperatorKind::Ims)
        | (Protocol::Sms, _)
        | (_, OperatorKind::Hub) => None,
    }
}

/// Why a protocol for IM cannot have another value of a term than its usual one, and what then; nothing
/// if it can.
fn impossible(protocol: Protocol, term: &str) -> Option<(&'static str, &'static str)> {
    let leave_out = "leave it out";
    Some(match (protocol, term) {
        (Protocol::Ssp | Protocol::Xmpp, "notification") => {
            ("partial notification is part of SIP (RFC 5263)", "leave it out, or use `simple`")
        }
        (Protocol::Simple, "fan_out") => {
            ("in SIP each subscription is notified by itself (RFC 6665)", leave_out)
        }
        (Protocol::Simple, "acknowledged") => {
            ("in SIP every request is answered (RFC 3261)", leave_out)
        }
        (Protocol::Xmpp, "fan_out") => {
            ("in XMPP each stanza is for one contact (RFC 6121)", leave_out)
        }
        (Protocol::Xmpp, "subscription") => {
            ("in XMPP each probe asks for one contact (RFC 6121)", leave_out)
        }
        (Protocol::Xmpp, "acknowledged") => {
            ("in XMPP no stanza for presence is answered (RFC 6120)", leave_out)
        }
        (Protocol::Xmpp, "refresh" | "notify_on_refresh") => {
            ("in XMPP subscriptions do not expire (RFC 6121)", leave_out)
        }
        _ => return None,
    })
}
