//! What came of a live run as results have it.

use std::collections::BTreeMap;

use super::Lived;
use super::figures::{Door, Exchanged};
use crate::domain::federation::Federation;
use crate::domain::time::Duration;
use crate::measure::histogram::Recorded;
use crate::report::document::live::{Live, LiveDoor, LiveWay, Times};

impl Lived {
    /// What the manifest says of it.
    pub(crate) fn document(&self, federation: &Federation) -> Live {
        let Self { ways, lateness, own, captured, finished, .. } = self;
        let seconds = |time: Duration| time.as_secs_f64();
        let by_second = (0u32..).zip(&lateness.seconds).filter(|(_, (events, _))| *events > 0);
        let by_second = by_second
            .map(|(second, (events, latest))| (f64::from(second), *events, seconds(*latest)));
        let way = |(operator, client, door): &(_, _, _)| {
            let operator = federation.operator(*operator);
            let external = operator.smsc.as_ref().is_some_and(|smsc| smsc.external.is_some());
            way(&operator.name, external, client, door)
        };
        Live {
            lasted_s: finished.at.as_secs_f64(),
            late: times(&lateness.all),
            late_by_second: by_second.collect(),
            cpu_s: own.took.map(|[cpu, _]| seconds(cpu)),
            run_queue_s: own.took.map(|[_, queue]| seconds(queue)),
            captured: *captured,
            ways: ways.iter().map(way).collect(),
            pairs: None,
        }
    }
}

fn way(operator: &str, external: bool, client: &Exchanged, door: &Door) -> LiveWay {
    let receipts = client.receipts.iter().map(|(state, n)| (state.word().to_owned(), *n));
    LiveWay {
        operator: operator.to_owned(),
        submitted: client.submitted,
        parts: client.parts,
        accepted: client.accepted,
        refused: statuses(&client.refused),
        unanswered: client.unanswered,
        receipts: receipts.collect(),
        no_receipt: client.no_receipt,
        unmatched: client.unmatched,
        external,
        seen: client.seen,
        through: times(&client.through),
        open: client.open.0,
        open_s: client.open.1.as_secs_f64(),
        answers: client.answers,
        sessions: client.bound,
        lost_sessions: client.ended,
        response: times(&client.response),
        service: times(&client.service),
        window: times(&client.window),
        receipt: times(&client.receipt),
        nagle: client.nagle,
        door: (!external).then(|| LiveDoor {
            came: door.came,
            strangers: door.strangers,
            accepted: door.accepted,
            refused: statuses(&door.refused),
            delivered: door.delivered,
            undelivered: door.undelivered,
        }),
    }
}

fn times(recorded: &Recorded) -> Times {
    recorded.distribution(1e9).into()
}

fn statuses(by: &BTreeMap<u32, u64>) -> Vec<(String, u64)> {
    by.iter().map(|(status, n)| (format!("0x{status:02X}"), *n)).collect()
}
