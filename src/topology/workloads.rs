//! What users do: the common workload, and that of single operators laid over it. Part of building
//! a federation.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::build::{Builder, count, duration, flag, items, number, place, rate, share, text};
use super::complete;
use super::problem::Problem;
use super::shape::instead_of;
use super::tree::{Entry, Node, Value};
use crate::domain::federation::*;
use crate::domain::quantity;

impl Builder<'_> {
    /// The workload of every operator, in id order.
    pub(super) fn workloads(&mut self, root: &Node, raw: &Node) -> Vec<Workload> {
        let empty = Node { value: Value::Map(Vec::new()), ..root.clone() };
        let common = self.workload(root.get("workload").unwrap_or(&empty));
        let raw = raw.get("workload").unwrap_or(&empty);
        let overrides = raw.get("by_operator").unwrap_or(&empty);
        let mut own = BTreeMap::new();
        for entry in overrides.entries() {
            let named = Node {
                value: Value::Scalar(entry.key.clone()),
                place: entry.place,
                ..entry.node.clone()
            };
            if let Some(id) = self.operator_id(&named) {
                self.own_workload(entry, self.kinds[id.index()]);
                let mut merged = raw.clone();
                remove(&mut merged, "by_operator");
                overlay(&mut merged, &entry.node);
                let known = self.problems.len();
                let completed = complete::workload(&merged, self.problems);
                let workload = self.workload(&completed);
                // What the common workload got wrong has been said once.
                let said: Vec<Problem> = self.problems.drain(known..).collect();
                let new: Vec<Problem> =
                    said.into_iter().filter(|p| !self.problems.contains(p)).collect();
                self.problems.extend(new);
                own.insert(entry.key.clone(), workload);
            }
        }
        self.names.iter().map(|name| own.remove(name).unwrap_or_else(|| common.clone())).collect()
    }

    /// What the workload of one operator cannot say.
    fn own_workload(&mut self, entry: &Entry, kind: OperatorKind) {
        if entry.node.get("by_operator").is_some() {
            self.wrong(entry.place, "`by_operator` does not nest", "name each operator once");
        }
        if kind == OperatorKind::Hub {
            let message = format!("`{}` is a hub and has no users", entry.key);
            self.wrong(entry.place, message, "leave it out");
        }
        // Legacy customers answer, and do nothing else.
        let answers = |part: &&Entry| {
            part.key == "messages"
                && part
                    .node
                    .entries()
                    .iter()
                    .all(|e| matches!(e.key.as_str(), "reply" | "length" | "ucs2"))
        };
        if kind == OperatorKind::Mno
            && let Some(part) = entry.node.entries().iter().find(|part| !answers(part))
        {
            let message = format!("`{}` has no IM users: its customers only answer", entry.key);
            let help = "messages.reply, messages.length and messages.ucs2 can be set";
            self.wrong(part.place, message, help);
        }
    }

    fn workload(&mut self, node: &Node) -> Workload {
        let empty = Node { value: Value::Map(Vec::new()), ..node.clone() };
        let part = |key| node.get(key).unwrap_or(&empty);
        let (contacts, messages) = (part("contacts"), part("messages"));
        let (sessions, growth, groups) = (part("sessions"), part("growth"), part("groups"));
        let reply = messages.get("reply").unwrap_or(&empty);
        if share(reply, "share") >= 1.0 {
            self.wrong(
                place(reply, "share"),
                "if every message were answered, no conversation would ever end",
                "answers are answered in turn: a share below 100% is needed",
            );
        }
        let rate = match messages.get("total") {
            Some(_) => MessageRate::Total(rate(messages, "total")),
            None => MessageRate::PerUser(rate(messages, "per_user")),
        };
        let length = match sessions.get("length") {
            Some(node) if node.text() != "unlimited" => Some(self.delay_of(node)),
            _ => None,
        };
        let pairs = contacts.get("file").map(|file| self.contact_list(file));
        let workload = Workload {
            contacts: Contacts {
                per_user: self.counts(contacts, "per_user"),
                elsewhere: share(contacts, "elsewhere"),
                sms_only: share(contacts, "sms_only"),
                sms_only_elsewhere: share(contacts, "sms_only_elsewhere"),
                mutual: share(contacts, "mutual"),
                pairs,
            },
            messages: Messages {
                rate,
                arrivals: arrivals(messages),
                length: self.counts(messages, "length"),
                ucs2: share(messages, "ucs2"),
                recipients: match messages.get("recipients").map(Node::entries) {
                    Some([Entry { node: exponent, .. }]) => {
                        Recipients::Zipf(quantity::number(exponent.text()).unwrap_or(0.0))
                    }
                    _ => Recipients::Uniform,
                },
                reply_share: share(reply, "share").min(0.999_999),
                reply_after: self.delay(reply, "after"),
            },
            presence_changes: self::rate(part("presence"), "changes"),
            sessions: Sessions {
                online: share(sessions, "online"),
                length,
                offline: match text(sessions, "offline_messages") {
                    "sms" => OfflineMessages::Sms,
                    "refuse" => OfflineMessages::Refuse,
                    _ => OfflineMessages::Store,
                },
            },
            growth: Growth {
                add_contact: self::rate(growth, "add_contact"),
                accept: share(growth, "accept"),
                upgrades: self::rate(growth, "upgrades"),
            },
            groups: Groups {
                rooms: count(groups, "rooms"),
                members: self.counts(groups, "members"),
                messages: self::rate(groups, "messages"),
            },
            load: Load {
                base: number(node, "load"),
                stages: items(node, "stages")
                    .iter()
                    .map(|stage| LoadStage {
                        length: duration(stage, "for"),
                        load: number(stage, "load"),
                        ramp: flag(stage, "ramp"),
                    })
                    .collect(),
            },
        };
        self.workload_periods(node, &workload);
        workload
    }

    /// Contact lists from a file instead of by distribution; empty if it is wrong.
    fn contact_list(&mut self, file: &Node) -> Arc<Vec<ContactPair>> {
        let Self { names, subscribers, files, problems, .. } = self;
        files.contacts(file, names, subscribers, problems)
    }
}

fn arrivals(messages: &Node) -> Arrivals {
    match messages.get("arrivals") {
        Some(node) if node.text() == "constant" => Arrivals::Constant,
        Some(node) => match node.get("bursty") {
            Some(bursty) => Arrivals::Bursty {
                mean_on: duration(bursty, "mean_on"),
                mean_off: duration(bursty, "mean_off"),
            },
            None => Arrivals::Poisson,
        },
        None => Arrivals::Poisson,
    }
}

fn remove(node: &mut Node, key: &str) {
    if let Value::Map(entries) = &mut node.value {
        entries.retain(|entry| entry.key != key);
    }
}

/// Lays one tree over another, key by key. A total rate replaces a rate per user, and the other
/// way round; a rule for contacts replaces a file of them.
fn overlay(under: &mut Node, over: &Node) {
    let (Value::Map(mine), Value::Map(theirs)) = (&mut under.value, &over.value) else {
        *under = over.clone();
        return;
    };
    for entry in theirs {
        // What is laid over replaces, and is not replaced.
        mine.retain(|known| {
            !instead_of(&entry.key).contains(&known.key.as_str())
                && !instead_of(&known.key).contains(&entry.key.as_str())
        });
        // A distribution is one value: its kinds are not laid over each other.
        match mine.iter_mut().find(|known| known.key == entry.key) {
            Some(known) if sections(&entry.key) => overlay(&mut known.node, &entry.node),
            Some(known) => *known = entry.clone(),
            None => mine.push(entry.clone()),
        }
    }
}

/// Keys of the workload whose values are maps of keys.
fn sections(key: &str) -> bool {
    matches!(key, "contacts" | "messages" | "presence" | "sessions" | "growth" | "groups" | "reply")
}
