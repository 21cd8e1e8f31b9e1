//! What a client does for its user when a contact is a legacy customer: it tells of the service and
//! of the limit (OMTP 3.1), and shows the contact as its operator wants (OMTP 3.3 and 4, RD-8).

use super::Crowd;
use crate::domain::federation::{Exposed, Notice, NoticeKind, Overlong};
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::observation::{Carried, Observation};
use crate::domain::outcome::Defect;
use crate::domain::presence::{Availability, Look, Presence};
use crate::model::context::Context;
use crate::model::plan::Plan;
use crate::model::routing::Carriage;
use crate::model::store::Slot;

impl Crowd {
    /// A user means to write to a legacy contact. False if the client stops the text.
    pub(super) fn legacy_contact(&mut self, slot: Slot, cx: &mut Context<'_>) -> bool {
        let message = &cx.messages[slot];
        let (user, contact, text) = (message.sender, message.recipient, message.text);
        let (home, about) = (message.to, Carried::Message(message.id));
        let Some(imsp) = &cx.settings().imsp else { return true };
        let (notice, limit) = (imsp.legacy.notice, imsp.legacy.client_limit);
        let refuses = imsp.legacy.overlong == Overlong::Refuse;
        // Nothing is said of SMS where none leads.
        let always = cx.plan.has(Defect::NoticeAlways);
        let told = (cx.plan.sms_reaches(cx.operator, home) || always)
            && match notice {
                Notice::None => always,
                Notice::Once => {
                    self.noticed.insert((user, contact)) || cx.plan.has(Defect::NoticeRepeated)
                }
                Notice::Each => true,
            };
        // IM-0060: by the operator's configuration, also whether at all.
        if told {
            tell(user, Some(contact), NoticeKind::Writing, about, cx);
            tell(user, Some(contact), NoticeKind::Charge, about, cx);
        }
        // IM-0040: where the operator takes no more; which users have such a client follows from the user
        // alone.
        let limited = refuses && limit > 0.0 && !cx.plan.has(Defect::ClientLimitIgnored);
        let limited = limited && self.limited.unit(u64::from(user.0 - self.base)) < limit;
        let passes = text.fits_one() || !limited;
        if !passes {
            tell(user, Some(contact), NoticeKind::Limit, about, cx);
        }
        passes
    }
}

/// A client tells its user something, if its operator has a text of this kind.
pub(super) fn tell(
    user: SubscriberId,
    contact: Option<SubscriberId>,
    kind: NoticeKind,
    about: Carried,
    cx: &mut Context<'_>,
) {
    let imsp = cx.settings().imsp.as_ref();
    let shown = imsp.is_some_and(|imsp| !imsp.legacy.notices.text(kind).is_empty());
    if shown && !cx.plan.has(Defect::NoticeOmitted) {
        cx.observe(Observation::LegacyNotice { user, contact, kind, about });
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

/// What a client knows of a contact.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seen<'a> {
    /// A legacy customer with these attributes.
    Legacy(&'a Presence),
    /// An IM user who is online and looks so.
    Online(Look),
    /// An IM user who is not, or of whom nothing has come yet.
    Offline,
}

/// How the clients of an operator show a contact: in the groups Online, Busy, Legacy and Offline.
pub(crate) fn entry(
    plan: &Plan,
    operator: OperatorId,
    contact: SubscriberId,
    seen: Seen<'_>,
) -> Entry {
    let settings = plan.federation.operator(operator);
    // IM-0070: visible or not by configuration; IM-0140: ClientType CLI is what marks.
    let visible = settings.imsp.as_ref().is_some_and(|imsp| imsp.legacy.visible)
        || plan.has(Defect::VisibleIgnored);
    let cli = match seen {
        Seen::Legacy(presence) => presence.is_legacy(),
        Seen::Online(_) | Seen::Offline => plan.has(Defect::MarkOnIm),
    };
    let marked = visible && cli && !plan.has(Defect::MarkMissing);
    let apart = marked && !plan.has(Defect::LegacyAmongOthers);
    let group = match seen {
        _ if apart => "Legacy",
        Seen::Legacy(presence) => {
            let status = presence.online_status.as_ref().and_then(|status| status.value);
            if status == Some(true) { "Online" } else { "Offline" }
        }
        Seen::Online(Look { availability: Availability::Available, .. }) => "Online",
        Seen::Online(_) => "Busy",
        Seen::Offline => "Offline",
    };
    let details = match seen {
        // Nothing is known of a legacy customer's device.
        Seen::Legacy(_) => Vec::new(),
        Seen::Online(_) | Seen::Offline if plan.has(Defect::ExposureIgnored) => {
            Exposed::ALL.map(Exposed::label).to_vec()
        }
        Seen::Online(_) | Seen::Offline => {
            exposed(plan, operator, contact).map(Exposed::label).collect()
        }
    };
    Entry { marked, group, details }
}

/// What the users of an operator are told of a contact: as that operator says, and every agreement on the
/// way (RD-8).
fn exposed(
    plan: &Plan,
    operator: OperatorId,
    contact: SubscriberId,
) -> impl Iterator<Item = Exposed> + '_ {
    let home = plan.population.operator(contact);
    let own = plan.federation.operator(operator).expose.iter().copied();
    own.filter(move |what| {
        let mut legs = plan.routing.legs(Carriage::Presence, home, operator);
        legs.all(|leg| plan.federation.agreement(leg).expose.contains(what))
    })
}
