//! Kinds of access and the clients there. Part of building a federation.

use super::super::node::Node;
use super::super::problem::Problem;
use super::super::words;
use super::Builder;
use crate::domain::client::{Act, Client};
use crate::domain::federation::Access;
use crate::domain::time::Duration;

/// The shortest time between two polls, or until a sign of life.
const SHORTEST: Duration = Duration::from_secs(1);

impl Builder<'_> {
    pub(super) fn access(&mut self, node: &Node, subscribers: Option<&Node>) -> Vec<Access> {
        let Some(kinds) = node.get("access") else { return Vec::new() };
        let shares = subscribers.and_then(|subscribers| subscribers.get("access"));
        if let Some(shares) = shares {
            for entry in shares.entries() {
                if kinds.get(&entry.key).is_none() {
                    let message = format!("no access kind is called `{}`", entry.key);
                    let known = kinds.entries().iter().map(|kind| kind.key.as_str());
                    let problem = Problem::at(entry.place, message);
                    self.problems.push(problem.did_you_mean(&entry.key, known));
                }
            }
            let total: f64 = shares.entries().iter().map(|s| shares.read::<f64>(&s.key)).sum();
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
        let clients = self.clients(node, &known);
        kinds
            .entries()
            .iter()
            .zip(clients)
            .map(|(kind, client)| Access {
                name: kind.key.clone(),
                share: match shares {
                    // Nobody has a kind that is not named.
                    Some(shares) => shares.get(&kind.key).map_or(0.0, Node::meant),
                    None => default(&kind.key),
                },
                delay: self.delay_of(&kind.node),
                client,
            })
            .collect()
    }

    /// The clients of each of these kinds of access.
    fn clients(&mut self, operator: &Node, kinds: &[&str]) -> Vec<Client> {
        let given = operator.get("clients");
        for entry in given.map_or(&[][..], Node::entries) {
            if !kinds.contains(&entry.key.as_str()) {
                let message = format!("no access kind is called `{}`", entry.key);
                let problem = Problem::at(entry.place, message);
                self.problems.push(problem.did_you_mean(&entry.key, kinds.iter().copied()));
            }
        }
        let of = |kind: &&str| given.and_then(|given| given.get(kind));
        let all: Vec<Option<&Node>> = kinds.iter().map(of).collect();
        all.into_iter()
            .map(|node| node.map_or(Client::STANDARD, |node| self.client(node)))
            .collect()
    }

    fn client(&mut self, node: &Node) -> Client {
        let channel = node.word("channel", &words::FETCHING);
        for key in ["poll_interval", "keep_alive"] {
            if node.read::<Duration>(key) < SHORTEST && !node.part(key).is_refused() {
                self.wrong(node.place_of(key), format!("`{key}` is 1s or longer"), "");
            }
        }
        let client = Client {
            channel,
            poll_interval: node.read::<Duration>("poll_interval").max(SHORTEST),
            keep_alive: node.read::<Duration>("keep_alive").max(SHORTEST),
        };
        let (unasked, every) = client.unasked();
        if unasked == Act::Poll && every > client.keep_alive {
            self.wrong(
                node.place_of("poll_interval"),
                "a session would end between two polls",
                "make `poll_interval` no longer than `keep_alive`",
            );
        }
        client
    }
}
