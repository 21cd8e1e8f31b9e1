//! What is real in a live run, from the tree.

use super::super::node::Node;
use super::super::words::Words;
use super::Builder;
use crate::domain::federation::{
    ExternalSmsc, Fault, FaultKind, Identities, Listen, ListenAccount, LongText,
};

/// Octets of a name or password in a bind (SMPP 3.4 5.2.1, 5.2.2).
const SYSTEM_ID: usize = 15;

impl Builder<'_> {
    /// The real SMSC in the place of a node, if one is named.
    pub(super) fn external_smsc(&mut self, smsc: &Node) -> Option<ExternalSmsc> {
        let node = smsc.get("external")?;
        self.address(node.part("smpp"));
        self.system_id(node.part("system_id"));
        Some(ExternalSmsc {
            smpp: node.part("smpp").text().to_owned(),
            system_id: node.part("system_id").text().to_owned(),
            password_env: node.get("password_env").map(|name| name.text().to_owned()),
            sessions: node.read("sessions"),
            window: node.read("window"),
            response: node.read("response"),
            enquire_link: node.read("enquire_link"),
            receipts: node.read("receipts"),
            receipt_within: node.read("receipt_within"),
            long: node.word("long", &Words { list: LongText::LABELS, means: LongText::ALL }),
        })
    }

    /// The door to a node, if there is one.
    pub(super) fn listen(&mut self, smsc: &Node) -> Option<Listen> {
        let node = smsc.get("listen")?;
        if smsc.get("external").is_some() {
            let message = "a real SMSC in the place of this one has doors of its own";
            self.wrong(smsc.place_of("listen"), message, "leave out `external` or `listen`");
        }
        self.address(node.part("smpp"));
        let mut accounts: Vec<ListenAccount> = Vec::new();
        for account in node.part("accounts").items() {
            let name = account.part("system_id");
            self.system_id(name);
            if accounts.iter().any(|other| other.system_id == name.text()) {
                self.wrong(name.place, "two clients of one name", "give each its own `system_id`");
            }
            accounts.push(ListenAccount {
                system_id: name.text().to_owned(),
                password_env: account.get("password_env").map(|name| name.text().to_owned()),
                sessions: account.read("sessions"),
            });
        }
        let fault = |node: &Node| Fault {
            at: node.read("at"),
            lasts: node.read("for"),
            kind: node.word("does", &Words { list: FaultKind::LABELS, means: FaultKind::ALL }),
            by: node.read("by"),
        };
        Some(Listen {
            smpp: node.part("smpp").text().to_owned(),
            accounts,
            window: node.read("window"),
            identities: node
                .word("identities", &Words { list: Identities::LABELS, means: Identities::ALL }),
            faults: node.part("faults").items().iter().map(fault).collect(),
        })
    }

    fn address(&mut self, node: &Node) {
        let text = node.text();
        let port = text.rsplit_once(':').and_then(|(host, port)| {
            let port: u16 = port.parse().ok()?;
            (!host.is_empty()).then_some(port)
        });
        if port.is_none() && !node.is_refused() {
            self.wrong(node.place, "an address has a host and a port", "such as 127.0.0.1:2775");
        }
    }

    fn system_id(&mut self, node: &Node) {
        let name = node.text();
        if (name.is_empty() || name.len() > SYSTEM_ID || !name.is_ascii()) && !node.is_refused() {
            let message = "a system_id has 1 to 15 characters of ASCII (SMPP 3.4 5.2.1)";
            self.wrong(node.place, message, "");
        }
    }
}
