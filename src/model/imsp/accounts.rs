//! Accounts of legacy customers (OMTP use case 1a): who has one from the start, who gets one as somebody
//! lists them, and what the HLR says of their phones (HLR-1).

use super::Imsp;
use crate::domain::federation::LegacyPresence;
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::observation::Observation;
use crate::domain::outcome::Defect;
use crate::domain::presence::News;
use crate::domain::time::Instant;
use crate::model::bits::Bits;
use crate::model::context::Context;
use crate::model::gateway::Gateway;
use crate::model::outbox::Input;
use crate::model::plan::Plan;

impl Imsp {
    /// Legacy customers who are on somebody's list at the start have their account already.
    pub(super) fn begin_accounts(&mut self, plan: &Plan, operator: OperatorId) {
        self.registered = Bits::new(plan.population.range(operator).len());
        if !self.settings.legacy.register_on_contact {
            return;
        }
        for customer in plan.population.range(operator).map(SubscriberId) {
            let known =
                plan.graph.watchers(customer).iter().any(|&watcher| {
                    plan.serves_legacy(operator, plan.population.operator(watcher))
                });
            if known && !plan.population.is_im(customer) {
                self.registered.set(self.index(customer), true);
            }
        }
    }

    pub(super) fn register(
        &mut self,
        customer: SubscriberId,
        owner: Option<SubscriberId>,
        cx: &mut Context<'_>,
    ) {
        let index = self.index(customer);
        let again = cx.plan.has(Defect::RegisteredTwice);
        let asked = self.settings.legacy.register_on_contact;
        let may = asked || cx.plan.has(Defect::RegisterAlways);
        if may && (self.registered.set(index, true) || again) {
            let operator = cx.operator;
            cx.observe(Observation::AccountRegistered { operator, customer, owner });
            self.watch_phone(customer, cx);
        }
    }

    /// Where the operator lets the HLR say how its legacy customers look, it is asked to (HLR-1).
    pub(super) fn watch_phone(&mut self, customer: SubscriberId, cx: &mut Context<'_>) {
        let by_hlr = self.settings.legacy.presence == LegacyPresence::Hlr;
        if by_hlr && cx.settings().hlr.is_some() {
            if !self.known.contains_key(&customer) {
                self.unheard.entry(customer).or_default();
            }
            cx.out.now(Input::Watch(customer));
        }
    }

    /// A legacy customer's phone attached or detached (HLR-1).
    pub(super) fn phone_changed(
        &mut self,
        customer: SubscriberId,
        attached: bool,
        changed: Instant,
        gateway: &mut Gateway,
        cx: &mut Context<'_>,
    ) {
        let im = self.im.get(self.index(customer));
        let told = !im || cx.plan.has(Defect::HlrAfterUpgrade);
        if told && !cx.plan.has(Defect::HlrIgnored) {
            let news = self.legacy_news(customer, attached);
            self.presence_changed(customer, changed, news, gateway, cx);
        }
        for request in self.unheard.remove(&customer).unwrap_or_default() {
            match im {
                true => self.ask_client(request, gateway, cx),
                false => self.list_legacy(request, gateway, cx),
            }
        }
    }

    /// What is new about a legacy customer who looks online or offline from now on.
    pub(super) fn legacy_news(&mut self, customer: SubscriberId, online: bool) -> News {
        self.known.insert(customer, online);
        if online { News::LegacyOnline } else { News::LegacyOffline }
    }
}
