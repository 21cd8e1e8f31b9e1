//! What users do: the common workload, and that of single operators laid over it. Part of building
//! a federation.

use std::collections::BTreeMap;

use super::super::complete;
use super::super::keys::instead_of;
use super::super::node::{Entry, Meaning, Node, Value};
use super::super::problem::Problem;
use super::super::words;
use super::Builder;
use crate::domain::distribution::CountDistribution;
use crate::domain::federation::*;

impl Builder<'_> {
    /// The workload of every operator, in id order.
    pub(super) fn workloads(&mut self, root: &Node, raw: &Node) -> Vec<Workload> {
        let empty = root.with(Value::Map(Vec::new()), Meaning::Itself);
        let common = self.workload(root.part("workload"));
        let raw = raw.get("workload").unwrap_or(&empty);
        let overrides = raw.get("by_operator").unwrap_or(&empty);
        let mut own = BTreeMap::new();
        for entry in overrides.entries() {
            if let Some(id) = self.operator_called(&entry.key, entry.place) {
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
        let messages = node.part("messages");
        let (sessions, growth) = (node.part("sessions"), node.part("growth"));
        let activities = node.part("activities");
        let (groups, reply) = (node.part("groups"), messages.part("reply"));
        let reply_share: f64 = reply.read("share");
        if reply_share >= 1.0 {
            self.wrong(
                reply.place_of("share"),
                "if every message were answered, no conversation would ever end",
                "answers are answered in turn: a share below 100% is needed",
            );
        }
        let rate = match messages.get("total") {
            Some(total) => MessageRate::Total(total.meant()),
            None => MessageRate::PerUser(messages.read("per_user")),
        };
        // The only word it may be is `unlimited`.
        let length = sessions.get("length").filter(|length| !length.is_word());
        let length = length.map(|length| self.delay_of(length));
        let workload = Workload {
            contacts: self.contacts(node.part("contacts")),
            messages: Messages {
                rate,
                arrivals: arrivals(messages),
                length: self.counts(messages, "length"),
                ucs2: messages.read("ucs2"),
                rich: messages.read("rich"),
                reports: messages.read("reports"),
                recipients: match messages.part("recipients") {
                    map if map.is_map() => Recipients::Zipf(map.read("zipf")),
                    _ => messages.word("recipients", &words::RECIPIENTS),
                },
                reply_share: reply_share.min(0.999_999),
                reply_after: self.delay(reply, "after"),
            },
            presence_changes: node.part("presence").read("changes"),
            status_text: node
                .part("presence")
                .get("status_text")
                .map(|_| self.counts(node.part("presence"), "status_text")),
            sessions: Sessions {
                online: sessions.read("online"),
                length,
                offline: sessions.word("offline_messages", &words::OFFLINE_MESSAGES),
            },
            growth: Growth {
                add_contact: growth.read("add_contact"),
                accept: growth.read("accept"),
                upgrades: growth.read("upgrades"),
            },
            activities: Activities {
                search: activities.read("search"),
                remove_contact: activities.read("remove_contact"),
                block: activities.read("block"),
                invite: activities.read("invite"),
                command: activities.read("command"),
            },
            groups: Groups {
                rooms: groups.read("rooms"),
                members: self.counts(groups, "members"),
                messages: groups.read("messages"),
            },
            load: Load {
                base: node.read("load"),
                stages: node
                    .part("stages")
                    .items()
                    .iter()
                    .map(|stage| LoadStage {
                        length: stage.read("for"),
                        load: stage.read("load"),
                        ramp: stage.read("ramp"),
                    })
                    .collect(),
            },
        };
        self.workload_periods(node, &workload);
        self.stages(node);
        workload
    }

    /// By distribution, or from a file, where nothing else holds.
    fn contacts(&mut self, contacts: &Node) -> Contacts {
        let Self { names, subscribers, files, problems, .. } = self;
        match contacts.get("file") {
            Some(file) => Contacts {
                per_user: CountDistribution::Constant(0),
                elsewhere: 0.0,
                sms_only: 0.0,
                sms_only_elsewhere: 0.0,
                mutual: 0.0,
                pairs: Some(files.contacts(file, names, subscribers, problems)),
            },
            None => Contacts {
                per_user: self.counts(contacts, "per_user"),
                elsewhere: contacts.read("elsewhere"),
                sms_only: contacts.read("sms_only"),
                sms_only_elsewhere: contacts.read("sms_only_elsewhere"),
                mutual: contacts.read("mutual"),
                pairs: None,
            },
        }
    }
}

fn arrivals(messages: &Node) -> Arrivals {
    match messages.part("arrivals").get("bursty") {
        Some(bursty) => {
            Arrivals::Bursty { mean_on: bursty.read("mean_on"), mean_off: bursty.read("mean_off") }
        }
        None => messages.word("arrivals", &words::ARRIVALS),
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
    matches!(
        key,
        "contacts"
            | "messages"
            | "presence"
            | "sessions"
            | "growth"
            | "activities"
            | "groups"
            | "reply"
    )
}
