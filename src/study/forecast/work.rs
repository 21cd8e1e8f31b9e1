//! Work as it piles up at stations: rates and busy servers, added up from every kind of traffic.

use super::clients::ClientLoad;
use super::online;
use crate::domain::client::Act;
use crate::domain::distribution::DurationDistribution;
use crate::domain::federation::{Agreement, OperatorKind, ServiceTimes};
use crate::domain::id::OperatorId;
use crate::domain::observation::StationId;
use crate::domain::part::{Part, PartKind};
use crate::model::plan::{Plan, TransferSizes};
use crate::model::routing::Carriage;

/// Work of all stations.
pub(super) struct Work<'a> {
    plan: &'a Plan,
    /// Requests a second and mean busy servers, by station.
    stations: Vec<(f64, f64)>,
    /// Mean servers busy with what nobody of the federation asks.
    others: Vec<f64>,
    /// Of the access side, by operator.
    clients: Vec<ClientLoad>,
}

/// Transfers between two operators.
#[derive(Clone, Copy)]
pub(super) struct Traffic {
    /// What agreements must carry.
    pub(crate) carriage: Carriage,
    /// Transfers a second.
    pub(crate) rate: f64,
    /// Whether rate limits count it.
    pub(crate) limited: bool,
    /// Whether each hop answers it at once.
    pub(crate) answered: bool,
}

impl<'a> Work<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let stations = plan.stations.all.len();
        let clients = vec![ClientLoad::default(); plan.federation.operators.len()];
        let others = vec![0.0; stations];
        Self { plan, stations: vec![(0.0, 0.0); stations], others, clients }
    }

    /// Requests a second and mean busy servers of a station.
    pub(super) fn of(&self, station: StationId) -> (f64, f64) {
        self.stations[station.0 as usize]
    }

    /// Mean servers of a station that are busy with what nobody of the federation asks.
    pub(super) fn other_busy(&self, station: StationId) -> f64 {
        self.others[station.0 as usize]
    }

    /// So many acts a second of an operator's clients, their contents `more` bytes longer on average.
    pub(super) fn clients_act(&mut self, operator: OperatorId, act: Act, rate: f64, more: f64) {
        let of = (&self.plan.clients[operator.index()], self.plan.federation.operator(operator));
        self.clients[operator.index()].add(of, act, rate, more);
    }

    /// What all clients ask of their servers, by themselves too; with that, these are busy.
    pub(super) fn clients(&mut self) -> Vec<(OperatorId, ClientLoad)> {
        let plan = self.plan;
        let operators = plan.federation.operators();
        let with_im = operators.filter(|(_, operator)| operator.subscribers.im > 0);
        let all = with_im.map(|(id, operator)| {
            let load = &mut self.clients[id.index()];
            let users = f64::from(operator.subscribers.im) * online(plan, id);
            load.add_unasked((&plan.clients[id.index()], operator), users);
            (id, *load)
        });
        all.collect()
    }

    /// So many requests a second with a mean service of so many seconds.
    pub(super) fn serve(&mut self, part: Part, rate: f64, seconds: f64) {
        let station = self.plan.stations.id(part);
        let (total, busy) = &mut self.stations[station.0 as usize];
        *total += rate;
        *busy += rate * seconds;
    }

    /// What nobody of the federation asks of SMSCs and HLRs.
    pub(super) fn background(&mut self) {
        let plan = self.plan;
        for (id, operator) in plan.federation.operators() {
            if let Some(smsc) = operator.smsc.as_ref().filter(|smsc| smsc.other > 0.0) {
                let rate = smsc.other / f64::from(smsc.nodes);
                for node in Part::of(PartKind::Smsc, id).nodes(&plan.federation) {
                    self.others(node, rate, 1.0 / smsc.throughput);
                }
            }
            if let Some(hlr) = operator.hlr.as_ref().filter(|hlr| hlr.other > 0.0) {
                let time = hlr.lookup_time.mean().as_secs_f64();
                self.others(Part::of(PartKind::Hlr, id), hlr.other, time);
            }
        }
    }

    fn others(&mut self, part: Part, rate: f64, seconds: f64) {
        self.serve(part, rate, seconds);
        self.others[self.plan.stations.id(part).0 as usize] += rate * seconds;
    }

    /// Requests of one kind at an IM server; a kind without service time passes by.
    pub(super) fn im_server(
        &mut self,
        operator: OperatorId,
        rate: f64,
        kind: impl Fn(&ServiceTimes) -> &DurationDistribution,
    ) {
        let plan = self.plan;
        if let Some(imsp) = &plan.federation.operator(operator).imsp {
            let time = kind(&imsp.service_time).mean().as_secs_f64();
            self.serve(Part::of(PartKind::ImServer, operator), rate, time);
        }
    }

    /// Transfers of so many bytes each over all agreements and hubs on the way. False if there is
    /// no way.
    pub(super) fn carry(
        &mut self,
        from: OperatorId,
        to: OperatorId,
        traffic: Traffic,
        bytes: impl Fn(&TransferSizes) -> f64,
    ) -> bool {
        let plan = self.plan;
        let Traffic { carriage, rate, limited, answered } = traffic;
        let mut at = from;
        while at != to {
            let Some(way) = plan.routing.way(carriage, at, to) else { return at != from };
            let agreement = plan.federation.agreement(way.agreement);
            let answered = answered
                && (carriage != Carriage::Messaging || agreement.protocol.answers_messages());
            self.translate(agreement, at, rate, limited);
            self.translate(agreement, way.next, rate, limited);
            let [first, second] = &plan.sizes[way.agreement.index()];
            let side = usize::from(agreement.between[0] != at);
            let (sizes, back) = if side == 0 { (first, second) } else { (second, first) };
            if let (Some(limit), true) = (&agreement.rate_limit[side], limited) {
                let cap = Part::side(PartKind::RateLimit, way.agreement, side);
                self.serve(cap, rate, 1.0 / limit.rate);
            }
            if let Some(bandwidth) = agreement.link.bandwidth {
                // What is lost is sent again, and so is a request whose answer is lost; each that
                // arrives is answered.
                let arrives = 1.0 - agreement.link.loss;
                let sent = rate / arrives;
                let timed = answered && carriage != Carriage::Sms;
                let requests = if timed { sent / arrives } else { sent };
                let link = |side| Part::side(PartKind::Link, way.agreement, side);
                self.serve(link(side), requests, bytes(sizes) * 8.0 / bandwidth);
                if answered {
                    let sms = carriage == Carriage::Sms;
                    let answer = if sms { back.delivered } else { back.answer };
                    self.serve(link(1 - side), sent, f64::from(answer) * 8.0 / bandwidth);
                }
            }
            at = way.next;
            if at != to && plan.federation.operator(at).kind == OperatorKind::Hub {
                let relay = plan.federation.operator(at).relay.as_ref();
                let time = relay.map_or(0.0, |relay| relay.service_time.mean().as_secs_f64());
                self.serve(Part::of(PartKind::Relay, at), rate, time);
            }
        }
        true
    }

    /// Messages, or other requests, at the translator of an IMS operator.
    fn translate(&mut self, over: &Agreement, operator: OperatorId, rate: f64, message: bool) {
        let settings = self.plan.federation.operator(operator);
        if let Some(translator) =
            settings.translator.as_ref().filter(|_| over.is_translated_by(settings))
        {
            let time = if message { &translator.message_time } else { &translator.presence_time };
            let part = Part::of(PartKind::Translator, operator);
            self.serve(part, rate, time.mean().as_secs_f64());
        }
    }
}
