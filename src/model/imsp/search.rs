//! Search for a user by address or number, where the agreement allows it (RD-3); and presence
//! commands that legacy customers send by SMS (HLR-2).

use super::{Imsp, Open, Wanted};
use crate::domain::crossing::{Found, Search};
use crate::domain::federation;
use crate::domain::id::{SubscriberId, Transaction};
use crate::domain::observation::{Carried, Observation};
use crate::domain::outcome::{Defect, Reason};
use crate::domain::time::Instant;
use crate::model::context::Context;
use crate::model::crossing::Content;
use crate::model::gateway::Gateway;
use crate::model::routing::Carriage;

impl Imsp {
    /// A user here searches, or somebody elsewhere for a user here.
    pub(super) fn search(
        &mut self,
        user: SubscriberId,
        contact: SubscriberId,
        transaction: Option<Transaction>,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let population = &cx.plan.population;
        let (asks, home) = (population.operator(user), population.operator(contact));
        if home == cx.operator {
            let (wanted, users) = self.look_up(contact, cx);
            if let Some(transaction) = transaction {
                let search = Search { user, contact, transaction };
                if !cx.plan.has(Defect::SearchUnanswered) {
                    gateway.send(asks, Content::Found(Found { search, wanted, users }), cx);
                }
            } else {
                self.found(user, contact, users, reason(wanted), cx);
            }
            return;
        }
        let way = cx.plan.routing.way(Carriage::Search, cx.operator, home);
        if way.is_some() {
            let transaction = self.open.open(Open { user, contact, wanted: Wanted::Search });
            let search = Search { user, contact, transaction };
            gateway.send(home, Content::Search(search), cx);
        } else {
            let reason = match cx.plan.has(Defect::SearchUnasked) {
                true => None,
                false => Some(cx.plan.why_no_way(cx.operator, home)),
            };
            self.found(user, contact, 0, reason, cx);
        }
    }

    /// A search of a user here has ended. One that finds somebody else is answered; one that is refused is
    /// told so.
    pub(super) fn found(
        &mut self,
        user: SubscriberId,
        contact: SubscriberId,
        users: u16,
        reason: Option<Reason>,
        cx: &mut Context<'_>,
    ) {
        found(user, contact, users, reason, cx);
        if let Some(reason) = reason.filter(|reason| *reason != Reason::UnknownUser) {
            self.tell_why(user, Carried::Other, reason, cx);
        }
    }

    /// Whether a search finds a subscriber here, and how many users it finds in all: IM users whom the
    /// operator lists.
    fn look_up(&self, contact: SubscriberId, cx: &Context<'_>) -> (bool, u16) {
        let federation::Directory { listed, others } = self.settings.directory;
        let index = self.index(contact);
        // Who is listed follows from the user alone.
        let listed = self.listed.unit(index as u64) < listed;
        let user = self.im.get(index) && !self.has_lapsed(contact, cx);
        let wanted = user && (listed || cx.plan.has(Defect::DirectoryIgnored));
        (wanted, others as u16 + u16::from(wanted))
    }

    /// Another domain has answered a search, or there was no room for its answer.
    pub(super) fn searched(
        &mut self,
        answer: Found,
        refused: Option<Reason>,
        cx: &mut Context<'_>,
    ) {
        let Found { search: Search { user, contact, transaction }, wanted, users } = answer;
        let open = Open { user, contact, wanted: Wanted::Search };
        match self.open.close(transaction, |known| *known == open) {
            Some(_) => {
                // Only IM users are found.
                if wanted && refused.is_none() {
                    self.directory.learn(contact, true, cx.operator, cx.plan);
                }
                self.found(user, contact, users, refused.or(reason(wanted)), cx);
            }
            None => cx.stray(),
        }
    }

    /// A legacy customer has set their presence by SMS; watchers are told (HLR-2).
    pub(super) fn command(
        &mut self,
        customer: SubscriberId,
        online: bool,
        changed: Instant,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let legacy =
            !self.im.get(self.index(customer)) && self.registered.get(self.index(customer));
        let takes = self.settings.legacy.sms_commands || cx.plan.has(Defect::CommandsAlways);
        let taken = takes && !cx.plan.has(Defect::CommandIgnored);
        if legacy && taken {
            let operator = cx.operator;
            cx.observe(Observation::Commanded { operator, customer });
            let news = self.legacy_news(customer, online);
            self.presence_changed(customer, changed, news, gateway, cx);
        }
    }
}

/// Why a search did not find whom it was for.
fn reason(wanted: bool) -> Option<Reason> {
    (!wanted).then_some(Reason::UnknownUser)
}

/// How the end of a search is seen.
pub(super) fn found(
    user: SubscriberId,
    contact: SubscriberId,
    users: u16,
    reason: Option<Reason>,
    cx: &mut Context<'_>,
) {
    let (from, to) = (cx.operator, cx.plan.population.operator(contact));
    cx.observe(Observation::Found { user, contact, from, to, users, reason });
}
