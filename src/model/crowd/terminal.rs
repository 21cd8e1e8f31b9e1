//! What a client does for its user when a contact is a legacy customer: it tells of the service and
//! of the limit (OMTP 3), and shows the contact as its operator wants (OMTP 4, RD-8).

use super::Crowd;
use crate::domain::federation::{Exposed, Notice};
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::observation::Observation;
use crate::domain::outcome::Defect;
use crate::domain::presence::Presence;
use crate::domain::text::Text;
use crate::model::context::Context;
use crate::model::plan::Plan;

impl Crowd {
    /// A user means to write to a legacy contact. False if the client stops the text.
    pub(super) fn legacy_contact(
        &mut self,
        user: SubscriberId,
        contact: SubscriberId,
        text: Text,
        cx: &mut Context<'_>,
    ) -> bool {
        let Some(imsp) = &cx.settings().imsp else { return true };
        let (notice, limit) = (imsp.legacy.notice, imsp.legacy.client_limit);
        let told = match notice {
            Notice::None => cx.plan.has(Defect::NoticeAlways),
            Notice::Once => {
                self.noticed.insert((user, contact)) || cx.plan.has(Defect::NoticeRepeated)
            }
            Notice::Each => true,
        };
        // IM-0060: by the operator's configuration, also whether at all.
        if told && !cx.plan.has(Defect::NoticeOmitted) {
            cx.observe(Observation::LegacyNotice { user, contact });
        }
        // IM-0040: which users have such a client follows from the user alone.
        let limited = limit > 0.0 && self.limited.unit(u64::from(user.0 - self.base)) < limit;
        text.fits_one() || !limited || cx.plan.has(Defect::ClientLimitIgnored)
    }
}

/// A contact as a client shows it, beside the StatusText of its presence (IM-0120, IM-0130).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Whether it bears the mark of legacy customers (IM-0080, IM-0110).
    pub(crate) marked: bool,
    /// The group of the list it stands in (IM-0100).
    pub(crate) group: &'static str,
    /// What is told of the contact: its provider, device and access network (RD-8).
    pub(crate) details: Vec<&'static str>,
}

/// How the clients of an operator show a contact: a legacy customer with these attributes, or an IM
/// user.
pub(crate) fn entry(plan: &Plan, operator: OperatorId, legacy: Option<&Presence>) -> Entry {
    let settings = plan.federation.operator(operator);
    // IM-0070: visible or not by configuration; IM-0140: ClientType CLI is what marks.
    let visible = settings.imsp.as_ref().is_some_and(|imsp| imsp.legacy.visible)
        || plan.has(Defect::VisibleIgnored);
    let cli = legacy.map_or(plan.has(Defect::MarkOnIm), Presence::is_legacy);
    let marked = visible && cli && !plan.has(Defect::MarkMissing);
    let apart = marked && !plan.has(Defect::LegacyAmongOthers);
    let details = match legacy {
        // Nothing is known of a legacy customer's device.
        Some(_) => Vec::new(),
        None if plan.has(Defect::ExposureIgnored) => Exposed::ALL.map(Exposed::label).to_vec(),
        None => settings.expose.iter().map(|what| what.label()).collect(),
    };
    Entry { marked, group: if apart { "SMS contacts" } else { "contacts" }, details }
}
