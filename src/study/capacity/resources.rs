//! What a federation can run out of: servers, licences, caps, bandwidth, reply numbers. Each has a
//! name, a pressure that results show, and can be made larger or smaller.

use crate::domain::federation::{Event, Federation, LinkFault, Meter, Outage, Part, Protocol};
use crate::domain::id::{AgreementId, OperatorId};
use crate::measure::results::{Metric, MetricValue, Results};

/// Something that can be too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The workers of an IM server.
    ImServer(OperatorId),
    /// The licence of an SMSC, all nodes.
    Smsc(OperatorId),
    /// The workers of an HLR.
    Hlr(OperatorId),
    /// The workers of a hub.
    Relay(OperatorId),
    /// The workers of an IMS operator's translator.
    Translator(OperatorId),
    /// The reply numbers of an IMSP.
    ReplyNumbers(OperatorId),
    /// The bandwidth of what one side of an agreement sends.
    Link(AgreementId, usize),
    /// The cap on the messages of one side of an agreement.
    RateLimit(AgreementId, usize),
}

impl Resource {
    /// All that a federation has.
    pub fn all(federation: &Federation) -> Vec<Self> {
        let mut all = Vec::new();
        for (id, operator) in federation.operators() {
            all.extend(operator.imsp.iter().map(|_| Self::ImServer(id)));
            all.extend(operator.smsc.iter().map(|_| Self::Smsc(id)));
            all.extend(operator.hlr.iter().map(|_| Self::Hlr(id)));
            all.extend(operator.relay.iter().map(|_| Self::Relay(id)));
            all.extend(operator.translator.iter().map(|_| Self::Translator(id)));
            all.extend(operator.imsp.iter().map(|_| Self::ReplyNumbers(id)));
        }
        for (id, agreement) in federation.agreements() {
            for side in 0..2 {
                all.extend(agreement.link.bandwidth.map(|_| Self::Link(id, side)));
                all.extend(agreement.rate_limit[side].iter().map(|_| Self::RateLimit(id, side)));
            }
        }
        all
    }

    /// As results call it; of an SMSC all nodes together.
    pub fn name(self, federation: &Federation) -> String {
        let own = |id: OperatorId, part: &str| format!("{}/{part}", federation.operator(id).name);
        let side = |id: AgreementId, side: usize, part: &str| {
            let agreement = federation.agreement(id);
            let [from, to] = [agreement.between[side], agreement.between[1 - side]];
            let twins = federation
                .agreements
                .iter()
                .filter(|other| other.side(from).is_some() && other.side(to).is_some());
            let sms = agreement.protocol == Protocol::Sms && twins.count() > 1;
            let infix = if sms { "sms-" } else { "" };
            let [from, to] = [from, to].map(|id| &federation.operator(id).name);
            format!("{from}->{to}/{infix}{part}")
        };
        match self {
            Self::ImServer(id) => own(id, "im_server"),
            Self::Smsc(id) => own(id, "smsc"),
            Self::Hlr(id) => own(id, "hlr"),
            Self::Relay(id) => own(id, "relay"),
            Self::Translator(id) => own(id, "translator"),
            Self::ReplyNumbers(id) => own(id, "reply_numbers"),
            Self::Link(id, from) => side(id, from, "link"),
            Self::RateLimit(id, from) => side(id, from, "rate_limit"),
        }
    }

    /// What it is, for people.
    pub fn kind(self) -> &'static str {
        match self {
            Self::ImServer(_) => "IM server",
            Self::Smsc(_) => "SMSC licence",
            Self::Hlr(_) => "HLR",
            Self::Relay(_) => "hub",
            Self::Translator(_) => "translator",
            Self::ReplyNumbers(_) => "reply numbers",
            Self::Link(..) => "link",
            Self::RateLimit(..) => "agreement cap",
        }
    }

    /// How hard it is pressed: its utilisation, and more where it refuses. From 1 on it is at its
    /// end.
    pub fn pressure(self, federation: &Federation, results: &Results) -> f64 {
        let name = self.name(federation);
        if let Self::ReplyNumbers(_) = self {
            let operator = name.trim_end_matches("/reply_numbers");
            let refused = count(results, "reply_number_refusals", "operator", operator);
            let sent = count(results, "sms_submitted", "operator", operator);
            return if refused > 0.0 { 1.0 + refused / sent.max(1.0) } else { 0.0 };
        }
        let pressure = stations(&name, results).map(|metric| {
            let MetricValue::Gauge { mean, .. } = metric.value else { return 0.0 };
            let station = label(metric, "station");
            let served = count(results, "station_served", "station", station);
            let refused = count(results, "station_refused", "station", station);
            mean * (1.0 + refused / served.max(1.0))
        });
        pressure.fold(0.0, f64::max)
    }

    /// How much of it is used on average, of several nodes that of the busiest; of reply numbers
    /// what `pressure` says.
    pub fn utilisation(self, federation: &Federation, results: &Results) -> f64 {
        if let Self::ReplyNumbers(_) = self {
            return self.pressure(federation, results);
        }
        let name = self.name(federation);
        let mean = |metric: &Metric| match metric.value {
            MetricValue::Gauge { mean, .. } => mean,
            _ => 0.0,
        };
        stations(&name, results).map(mean).fold(0.0, f64::max)
    }

    /// Makes it larger or smaller.
    pub fn scale(self, federation: &mut Federation, factor: f64) {
        let times = |count: &mut u32| {
            *count = ((f64::from(*count) * factor).round() as u32).max(1);
        };
        match self {
            Self::ImServer(id) => {
                of(federation, id).imsp.iter_mut().for_each(|imsp| times(&mut imsp.workers))
            }
            Self::Smsc(id) => {
                of(federation, id).smsc.iter_mut().for_each(|smsc| smsc.throughput *= factor);
            }
            Self::Hlr(id) => {
                of(federation, id).hlr.iter_mut().for_each(|hlr| times(&mut hlr.workers))
            }
            Self::Relay(id) => {
                of(federation, id).relay.iter_mut().for_each(|relay| times(&mut relay.workers));
            }
            Self::Translator(id) => {
                let translator = of(federation, id).translator.iter_mut();
                translator.for_each(|translator| times(&mut translator.workers));
            }
            Self::ReplyNumbers(id) => {
                let imsp = of(federation, id).imsp.iter_mut();
                imsp.for_each(|imsp| times(&mut imsp.legacy.reply_numbers));
            }
            Self::Link(id, _) => {
                let bandwidth = federation.agreements[id.index()].link.bandwidth.iter_mut();
                bandwidth.for_each(|bandwidth| *bandwidth *= factor);
            }
            Self::RateLimit(id, side) => {
                for limit in federation.agreements[id.index()].rate_limit[side].iter_mut() {
                    limit.rate *= factor;
                    if let Meter::LeakyBucket { burst } = &mut limit.meter {
                        times(burst);
                    }
                }
            }
        }
    }

    /// Makes it faster or slower: workers take less time or more, anything else is made larger or
    /// smaller. A share of a worker cannot be had, so that small numbers of them say nothing.
    pub fn speed(self, federation: &mut Federation, factor: f64) {
        let slower = 1.0 / factor;
        match self {
            Self::ImServer(id) => {
                for imsp in of(federation, id).imsp.iter_mut() {
                    imsp.service_time = imsp.service_time.scaled(slower);
                }
            }
            Self::Hlr(id) => {
                for hlr in of(federation, id).hlr.iter_mut() {
                    hlr.lookup_time = hlr.lookup_time.scaled(slower);
                }
            }
            Self::Relay(id) => {
                for relay in of(federation, id).relay.iter_mut() {
                    relay.service_time = relay.service_time.scaled(slower);
                }
            }
            Self::Translator(id) => {
                for translator in of(federation, id).translator.iter_mut() {
                    translator.message_time = translator.message_time.scaled(slower);
                    translator.presence_time = translator.presence_time.scaled(slower);
                }
            }
            Self::Smsc(_) | Self::ReplyNumbers(_) | Self::Link(..) | Self::RateLimit(..) => {
                self.scale(federation, factor);
            }
        }
    }

    /// How it fails in an N+1 study: one node of an SMSC that has several, all of anything else.
    /// What is only a rule cannot fail.
    pub fn outage(self, federation: &Federation) -> Option<Outage> {
        let node = |operator, part| Some(Outage::Node { operator, part });
        match self {
            Self::ImServer(id) => node(id, Part::ImServer),
            Self::Smsc(id) => {
                let nodes = federation.operator(id).smsc.as_ref().map_or(1, |smsc| smsc.nodes);
                node(id, Part::Smsc((nodes > 1).then_some(0)))
            }
            Self::Hlr(id) => node(id, Part::Hlr),
            Self::Relay(id) => node(id, Part::Relay),
            Self::Translator(id) => node(id, Part::Translator),
            Self::ReplyNumbers(_) | Self::Link(..) | Self::RateLimit(..) => None,
        }
    }
}

/// Everything that can fail, as an event of so long, with its name.
pub fn outages(
    federation: &Federation,
    lasts: crate::domain::time::Duration,
) -> Vec<(String, Event)> {
    let parts = Resource::all(federation).into_iter().filter_map(|resource| {
        let outage = resource.outage(federation)?;
        let one = matches!(outage, Outage::Node { part: Part::Smsc(Some(_)), .. });
        let name = resource.name(federation) + if one { "[0]" } else { "" };
        Some((name, Event::Outage { outage, lasts }))
    });
    let mut pairs: Vec<[OperatorId; 2]> = Vec::new();
    for (_, agreement) in federation.agreements() {
        let [a, b] = agreement.between;
        if !pairs.contains(&[a, b]) && !pairs.contains(&[b, a]) {
            pairs.push([a, b]);
        }
    }
    let links = pairs.into_iter().map(|between| {
        let [a, b] = between.map(|id| &federation.operator(id).name);
        let outage = Outage::Link { between, fault: LinkFault::Down };
        (format!("link {a} - {b}"), Event::Outage { outage, lasts })
    });
    parts.chain(links).collect()
}

/// Utilisations of the stations that results call so, or so with a number.
fn stations<'r>(name: &'r str, results: &'r Results) -> impl Iterator<Item = &'r Metric> {
    results.metrics.iter().filter(move |metric| {
        let station = label(metric, "station");
        metric.name == "station_utilisation"
            && (station == name
                || station.strip_prefix(name).is_some_and(|rest| rest.starts_with('[')))
    })
}

fn of(federation: &mut Federation, id: OperatorId) -> &mut crate::domain::federation::Operator {
    &mut federation.operators[id.index()]
}

/// The value of a metric's label.
pub(super) fn label<'a>(metric: &'a Metric, name: &str) -> &'a str {
    metric.labels.iter().find(|(label, _)| *label == name).map_or("", |(_, value)| value)
}

/// The count of all a metric's entries with this label.
pub(super) fn count(results: &Results, name: &str, with: &str, value: &str) -> f64 {
    let named = results.metrics.iter().filter(|metric| metric.name == name);
    let counts =
        named.filter(|metric| label(metric, with) == value).map(|metric| match metric.value {
            MetricValue::Counter { count, .. } => count as f64,
            _ => 0.0,
        });
    counts.sum()
}
