//! The server at the other end of an agreement: whether there is a session with it, and what waits until
//! there is. Where an agreement has no session in its terms, none of this runs.

use std::collections::VecDeque;

use super::Gateway;
use super::meaning::carried;
use super::session::{Own, Session, Told};
use super::transfer::Transfer;
use crate::domain::crossing::{self, Receipt, Sent};
use crate::domain::id::{AgreementId, OperatorId, Role};
use crate::domain::ledger::Ledger;
use crate::domain::observation::{Carried, Decision, Observation};
use crate::domain::outcome::{Defect, Reason, SessionTurn, Stage};
use crate::domain::part::{Part, PartKind};
use crate::domain::random::StreamSeed;
use crate::domain::session::{Services, Talk};
use crate::domain::time::{Duration, Instant};
use crate::model::context::Context;
use crate::model::crossing::Crossing;
use crate::model::outbox::Input;
use crate::model::plan::Plan;
use crate::model::routing::Carriage;

/// A partner's server.
#[derive(Debug)]
pub(super) struct Partner {
    session: Session,
    /// What waits for a session, and whether it goes for the first time.
    waiting: VecDeque<(Crossing, bool)>,
    /// How much has been said of the session.
    said: u32,
    /// When the session is looked at next: of several reminders under way, the one that counts.
    reminder: Instant,
}

impl Partner {
    /// The partner of `operator` by an agreement that has a session.
    pub(super) fn new(plan: &Plan, operator: OperatorId, agreement: AgreementId) -> Option<Self> {
        let terms = plan.federation.agreement(agreement);
        let settings = terms.session.as_ref()?;
        let place = terms.side(operator)?;
        let link = Part::side(PartKind::Link, agreement, place).name(&plan.federation);
        let own = Own {
            services: terms.features.services(),
            version: plan.federation.operator(operator).imps_version().minor(),
            first: place == 0,
            secrets: StreamSeed::new(plan.federation.run.seed, &link, "session"),
            again: terms.retry_timeout.max(Duration::from_millis(1)),
        };
        let warm_up = plan.federation.run.warm_up;
        let begin = terms.begins.map_or(Instant::START, |at| Instant::START + warm_up + at);
        Some(Self {
            session: Session::new(settings, own, begin, plan.defect),
            waiting: VecDeque::new(),
            said: 0,
            reminder: Instant::NEVER,
        })
    }

    /// Whether there is a session.
    pub(super) fn is_up(&self) -> bool {
        self.session.agreed().is_some()
    }

    /// What waits for a session.
    pub(super) fn crossings(&self) -> impl Iterator<Item = &Crossing> {
        self.waiting.iter().map(|(crossing, _)| crossing)
    }
}

impl Gateway {
    /// Sessions begin to be set up as their agreements begin.
    pub(crate) fn begin(&mut self, cx: &mut Context<'_>) {
        for (agreement, terms) in cx.plan.federation.agreements() {
            if terms.session.is_some() && terms.side(cx.operator).is_some() {
                self.remind(agreement, cx);
            }
        }
    }

    /// Whether something may go over an agreement with a session; if not, it waits or has come to its end
    /// here.
    pub(super) fn session_lets(
        &mut self,
        crossing: &Crossing,
        first: bool,
        cx: &mut Context<'_>,
    ) -> bool {
        let Crossing { agreement, content, .. } = *crossing;
        let Some(partner) = &mut self.side(agreement).partner else { return true };
        let answer = content.receipt() == Receipt::Itself;
        match partner.session.agreed() {
            Some(agreed) if answer || serves(agreed.services, content.carriage()) => true,
            // The partner does not serve it (RD-7).
            Some(_) => {
                self.turn_back(*crossing, Reason::FeatureNotCarried, cx);
                false
            }
            None if cx.plan.has(Defect::SessionUnawaited) => true,
            // What it answers will come again.
            None if answer => false,
            // It was under way as the session was lost.
            None if !first && content.is_awaited() => {
                self.turn_back(*crossing, Reason::SessionLost, cx);
                false
            }
            None => {
                partner.waiting.push_back((*crossing, first));
                let peer = cx.plan.federation.agreement(agreement).peer(cx.operator);
                cx.decide(carried(&content, cx), Decision::AwaitSession(peer));
                false
            }
        }
    }

    /// The session of an agreement is to be looked at.
    pub(crate) fn session_due(&mut self, agreement: AgreementId, cx: &mut Context<'_>) {
        let Some(partner) = &mut self.side(agreement).partner else { return };
        if partner.reminder != cx.now {
            return;
        }
        partner.reminder = Instant::NEVER;
        let told = partner.session.due(cx.now);
        self.session_told(agreement, told, cx);
    }

    /// Something came from the partner.
    pub(super) fn session_heard(&mut self, agreement: AgreementId, cx: &mut Context<'_>) {
        if let Some(partner) = &mut self.side(agreement).partner {
            partner.session.heard(cx.now);
        }
    }

    /// The partner says something of the session.
    pub(super) fn session_said(
        &mut self,
        agreement: AgreementId,
        talk: Talk,
        cx: &mut Context<'_>,
    ) {
        let Some(partner) = &mut self.side(agreement).partner else { return };
        let told = partner.session.said(talk, cx.now);
        self.session_told(agreement, told, cx);
    }

    fn session_told(&mut self, agreement: AgreementId, told: Told, cx: &mut Context<'_>) {
        let Told { say, turn } = told;
        if let Some(turn) = turn {
            self.session_turned(agreement, turn, cx);
        }
        if let Some(talk) = say {
            self.say(agreement, talk, cx);
        }
        if turn == Some(SessionTurn::SetUp) {
            self.session_set_up(agreement, cx);
        }
        self.remind(agreement, cx);
    }

    fn session_turned(&mut self, agreement: AgreementId, turn: SessionTurn, cx: &mut Context<'_>) {
        let Some(partner) = &self.side(agreement).partner else { return };
        let (agreed, down) = (partner.session.agreed(), cx.now.since(partner.session.down()));
        let operator = cx.operator;
        let peer = cx.plan.federation.agreement(agreement).peer(operator);
        cx.observe(Observation::ServerSession { operator, peer, turn, agreed, down });
    }

    /// Puts on the link what this side says of the session. If it is lost, the session sees to it.
    fn say(&mut self, agreement: AgreementId, talk: Talk, cx: &mut Context<'_>) {
        let to = cx.plan.federation.agreement(agreement).peer(cx.operator);
        let side = self.side(agreement);
        let Some(partner) = &mut side.partner else { return };
        let number = partner.said;
        partner.said = number.wrapping_add(1);
        let sent = Sent { to, agreement, number, content: crossing::Content::Session(talk) };
        let bytes = cx.plan.sizes[agreement.index()][side.place].session.of(talk);
        let (kind, identity) = (sent.content.kind(), Some(sent.identity()));
        let carried = Carried::Other;
        let transfer = Transfer { agreement, kind, carried, bytes, charged: 0, identity };
        let (arrival, _) = transfer.put_on(&mut side.link, side.station, cx);
        if let Some(arrival) = arrival {
            cx.out.depart(arrival, to, sent, Ledger::None);
        }
    }

    /// What has waited for the session goes, after what was under way as the last one was lost.
    fn session_set_up(&mut self, agreement: AgreementId, cx: &mut Context<'_>) {
        let side = self.side(agreement);
        let Some(partner) = &mut side.partner else { return };
        let waiting = std::mem::take(&mut partner.waiting);
        if let Some(transactions) = &mut side.transactions {
            transactions.resume(cx.now);
        }
        self.resend(agreement, cx);
        for (crossing, first) in waiting {
            if let Some(&slot) = crossing.content.message() {
                cx.stage(slot, Stage::Session);
            }
            self.transmit(crossing, first, cx);
        }
    }

    /// The server that speaks for this operator is down, or up again: so are its sessions.
    pub(crate) fn server_outage(&mut self, down: bool, cx: &mut Context<'_>) {
        if cx.plan.has(Defect::SessionOutlives) {
            return;
        }
        let mut agreements: Vec<AgreementId> = self.sides.keys().copied().collect();
        agreements.sort_unstable();
        for agreement in agreements {
            let Some(partner) = &mut self.side(agreement).partner else { continue };
            let told = partner.session.server(down, cx.now);
            self.session_told(agreement, told, cx);
        }
    }

    fn remind(&mut self, agreement: AgreementId, cx: &mut Context<'_>) {
        let Some(partner) = &mut self.side(agreement).partner else { return };
        let next = partner.session.next();
        // One that comes earlier finds nothing to do, and reminds again.
        if next < partner.reminder {
            partner.reminder = next;
            cx.at(next, Role::Gateway, Input::SessionDue(agreement));
        }
    }
}

/// Whether services include what carries a crossing.
fn serves(services: Services, carriage: Carriage) -> bool {
    match carriage {
        Carriage::Messaging => services.messaging,
        Carriage::Presence => services.presence,
        Carriage::Search => services.search,
        Carriage::Groups => services.groups,
        Carriage::Sms => false,
    }
}
