//! What is counted of accounts, sessions, contacts and groups: each observation is one more. Called by
//! the recorder within the measured time; it knows no messages.

use super::figures::Figures;
use super::of::{From, To, recorded};
use crate::domain::observation::Observation;

/// Counts an observation, if it is of this kind.
pub(super) fn count(observation: &Observation<'_>, figures: &mut Figures) {
    match *observation {
        Observation::ContactAdded { kind, from, to, took, .. } => {
            figures.record(recorded::ContactAddLatency.key((kind, From(from), To(to))), took.0);
        }
        Observation::ContactRefused { from, to, reason, .. } => {
            figures.count(recorded::ContactsRefused.key((From(from), To(to), reason)), 1);
        }
        Observation::ContactRemoved { operator, .. } => {
            figures.count(recorded::ContactsRemoved.key((operator,)), 1);
        }
        Observation::Upgraded { operator, .. } => {
            figures.count(recorded::Upgrades.key((operator,)), 1);
        }
        Observation::AccountRegistered { operator, .. } => {
            figures.count(recorded::AccountsRegistered.key((operator,)), 1);
        }
        Observation::Session { operator, login, .. } => {
            let metric = if login { recorded::Logins } else { recorded::Logouts };
            figures.count(metric.key((operator,)), 1);
        }
        Observation::Found { from, to, reason, .. } => {
            figures.count(recorded::Searches.key((From(from), To(to))), 1);
            if let Some(reason) = reason {
                figures.count(recorded::SearchesFailed.key((From(from), To(to), reason)), 1);
            }
        }
        Observation::Reported { from, to, at: Some(_), .. } => {
            figures.count(recorded::DeliveryReports.key((From(from), To(to))), 1);
        }
        Observation::Blocked { operator, .. } => {
            figures.count(recorded::Blocks.key((operator,)), 1);
        }
        Observation::Commanded { operator, .. } => {
            figures.count(recorded::PresenceCommands.key((operator,)), 1);
        }
        Observation::Invited { operator, reason: None, .. } => {
            figures.count(recorded::InvitationsAccepted.key((operator,)), 1);
        }
        Observation::Invited { reason: Some(_), .. } | Observation::Reported { at: None, .. } => {}
        _ => debug_assert!(false, "the recorder hands over people alone: {observation:?}"),
    }
}
