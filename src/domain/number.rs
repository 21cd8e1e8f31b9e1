//! Telephone numbers: who owns a prefix, who serves a number, which numbers carry replies. All of
//! it is arithmetic on the settings; there is no table of subscribers. Routing asks it; it knows
//! nothing of agreements or of what subscribers do.
//!
//! An operator numbers below its first prefix, all numbers of equal length: its own subscribers
//! first, then those that left with their number, then the reply numbers of its IMSP.

use super::federation::{Federation, Operator};
use super::id::{OperatorId, SubscriberId};
use super::population::Population;
use rustc_hash::FxHashMap;
use std::fmt;

/// Digits of the largest number (ITU-T E.164 6.2.1).
const MAX_DIGITS: usize = 15;

/// Digits after the prefix, unless the operator needs more or the prefix leaves room for less.
const USUAL_DIGITS: usize = 6;

/// A telephone number in international form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Msisdn {
    /// The digits as one decimal number.
    digits: u64,
    /// How many digits there are.
    length: u8,
}

impl Msisdn {
    /// Reads a number in international form, with or without the leading `+`; `None` unless it is
    /// 1 to 15 digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let fits = (1..=MAX_DIGITS).contains(&digits.len());
        if !fits || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self { digits: digits.parse().ok()?, length: digits.len() as u8 })
    }

    /// Some number of so many digits, 1 to 15 (the nearer bound beyond).
    pub fn of_length(digits: u8) -> Self {
        let length = digits.clamp(1, MAX_DIGITS as u8);
        Self { digits: power_of_ten(length - 1), length }
    }

    /// The first `length` digits.
    fn prefix(self, length: u8) -> Self {
        Self { digits: self.digits / power_of_ten(self.length - length), length }
    }
}

/// With the leading `+`, as in `+46700000017`.
impl fmt::Display for Msisdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{:0width$}", self.digits, width = usize::from(self.length))
    }
}

/// Numbers of one operator.
#[derive(Clone, Debug)]
struct Range {
    /// The first prefix; `None` for an operator that owns none.
    prefix: Option<Msisdn>,
    /// Digits after the prefix.
    width: u8,
    /// All subscribers, those with ported-in numbers included.
    subscribers: u32,
    /// Numbers that other operators serve.
    ported_out: u32,
    /// Reply numbers of the IMSP.
    replies: u32,
    /// Subscribers with ported-in numbers.
    ported_in: u32,
    /// Where those numbers come from; one after the other they make up `ported_in`.
    sources: Vec<Block>,
    /// Where the numbers that left went; one after the other they make up `ported_out`.
    targets: Vec<Block>,
}

/// Consecutive ported numbers with one origin and one server.
#[derive(Clone, Copy, Debug)]
struct Block {
    /// The other operator: the origin among `sources`, the server among `targets`.
    other: OperatorId,
    /// First place among the numbers that leave the origin.
    out: u32,
    /// First place among the ported-in subscribers of the server.
    into: u32,
}

/// A reply number: the place in the pool of an IMSP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyNumber {
    /// The IMSP from whose pool it is.
    pub owner: OperatorId,
    /// Which number of it.
    pub index: u32,
}

/// Numbers of all subscribers and what numbers lead to.
#[derive(Clone, Debug)]
pub struct NumberingPlan {
    population: Population,
    ranges: Vec<Range>,
    /// Who owns a prefix.
    prefixes: FxHashMap<Msisdn, OperatorId>,
    /// Lengths of prefixes, the longest first.
    lengths: Vec<u8>,
}

impl NumberingPlan {
    /// Lays out the numbers of a federation. Where portability asks for more numbers than an
    /// operator has subscribers, the rest stays unassigned; a row without numbers or to the owner
    /// itself moves none.
    pub(crate) fn new(federation: &Federation, population: &Population) -> Self {
        let mut ranges: Vec<Range> = federation.operators.iter().map(Range::new).collect();
        for row in &federation.portability {
            if row.from == row.to || ranges[row.from.index()].prefix.is_none() {
                continue;
            }
            let (out, wanted) = {
                let from = &ranges[row.from.index()];
                // A share is at most 1, so that the cast from a float stays in range; it saturates.
                (from.ported_out, (row.share * f64::from(from.subscribers)).round() as u32)
            };
            let to = &mut ranges[row.to.index()];
            let (into, count) = (to.ported_in, wanted.min(to.subscribers - to.ported_in));
            if count == 0 {
                continue;
            }
            to.sources.push(Block { other: row.from, out, into });
            to.ported_in += count;
            let from = &mut ranges[row.from.index()];
            from.targets.push(Block { other: row.to, out, into });
            from.ported_out = from.ported_out.saturating_add(count);
        }
        for range in &mut ranges {
            range.width = range.needed_width();
        }
        let mut prefixes = FxHashMap::default();
        let mut lengths = Vec::new();
        for (id, operator) in federation.operators() {
            for prefix in operator.numbers.iter().filter_map(|text| Msisdn::parse(text)) {
                prefixes.entry(prefix).or_insert(id);
                lengths.push(prefix.length);
            }
        }
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        Self { population: population.clone(), ranges, prefixes, lengths }
    }

    /// The number of a subscriber.
    pub fn msisdn(&self, subscriber: SubscriberId) -> Msisdn {
        let operator = self.population.operator(subscriber);
        let index = self.population.index(subscriber);
        let range = &self.ranges[operator.index()];
        if let Some(rank) = range.ported_rank(index) {
            // Blocks are in order of `into` and cover every rank below `ported_in`.
            let place = range.sources.partition_point(|block| block.into <= rank) - 1;
            let block = range.sources[place];
            let origin = &self.ranges[block.other.index()];
            let place = u64::from(origin.subscribers) + u64::from(block.out + rank - block.into);
            return origin.number(place);
        }
        range.number(u64::from(index))
    }

    /// The subscriber who has a number; `None` for reply numbers and numbers nobody has.
    pub(crate) fn subscriber(&self, number: Msisdn) -> Option<SubscriberId> {
        let holder = self.range_holder(number)?;
        let range = &self.ranges[holder.index()];
        let place = range.place(number)?;
        if let Ok(index) = u32::try_from(place)
            && index < range.subscribers
        {
            let own = range.ported_rank(index).is_none();
            return own.then(|| self.population.subscriber(holder, index));
        }
        let out = u32::try_from(place - u64::from(range.subscribers)).ok()?;
        if out >= range.ported_out {
            return None;
        }
        let block = range.targets[range.targets.partition_point(|block| block.out <= out) - 1];
        let server = &self.ranges[block.other.index()];
        let index = server.ported_index(block.into + (out - block.out));
        Some(self.population.subscriber(block.other, index))
    }

    /// Who owns the longest prefix of a number. With portability, not always who serves it.
    pub fn range_holder(&self, number: Msisdn) -> Option<OperatorId> {
        let lengths = self.lengths.iter().filter(|&&length| length <= number.length);
        lengths.flat_map(|&length| self.prefixes.get(&number.prefix(length))).next().copied()
    }

    /// Who serves a number: the operator of its subscriber, else the owner of the reply pool it is
    /// in (number portability by a query before every call, 3GPP TS 23.066). `None` for a number
    /// nobody has.
    pub fn server(&self, number: Msisdn) -> Option<OperatorId> {
        match self.subscriber(number) {
            Some(subscriber) => Some(self.population.operator(subscriber)),
            None => self.reply_pool(number).map(|(owner, _)| owner),
        }
    }

    /// How many subscribers of an operator have numbers out of other operators' ranges.
    pub(crate) fn ported_in(&self, operator: OperatorId) -> u32 {
        self.ranges[operator.index()].ported_in
    }

    /// A number of the reply pool of an IMSP; `index` is below its `reply_numbers` (beyond it, the
    /// last number of the pool).
    pub(crate) fn reply_number(&self, operator: OperatorId, index: u32) -> Msisdn {
        let range = &self.ranges[operator.index()];
        range.number(range.replies_start() + u64::from(index.min(range.replies.saturating_sub(1))))
    }

    /// Whose reply pool a number is in and at which place: how *IM over SMS* is recognised (OMTP
    /// use case 4).
    pub(crate) fn reply_pool(&self, number: Msisdn) -> Option<(OperatorId, u32)> {
        let holder = self.range_holder(number)?;
        let range = &self.ranges[holder.index()];
        let index = range.place(number)?.checked_sub(range.replies_start())?;
        let index = u32::try_from(index).ok()?;
        (index < range.replies).then_some((holder, index))
    }
}

impl Range {
    /// The numbers of an operator before any portability.
    fn new(operator: &Operator) -> Self {
        Self {
            prefix: operator.numbers.first().and_then(|text| Msisdn::parse(text)),
            width: 0,
            subscribers: operator.subscribers.im.saturating_add(operator.subscribers.sms_only),
            ported_out: 0,
            replies: operator.imsp.as_ref().map_or(0, |imsp| imsp.legacy.reply_numbers),
            ported_in: 0,
            sources: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// First place of the reply pool.
    fn replies_start(&self) -> u64 {
        u64::from(self.subscribers) + u64::from(self.ported_out)
    }

    /// Digits after the prefix that hold all places; more only as long as E.164 allows it.
    fn needed_width(&self) -> u8 {
        let places = self.replies_start() + u64::from(self.replies);
        let needed = places.saturating_sub(1).checked_ilog10().map_or(1, |log| log as usize + 1);
        let room = MAX_DIGITS - self.prefix.map_or(0, |prefix| usize::from(prefix.length));
        needed.max(USUAL_DIGITS.min(room)) as u8
    }

    /// The number at a place of the range; without a prefix, the bare place.
    fn number(&self, place: u64) -> Msisdn {
        let prefix = self.prefix.unwrap_or(Msisdn { digits: 0, length: 0 });
        let digits = prefix.digits.saturating_mul(power_of_ten(self.width)).saturating_add(place);
        Msisdn { digits, length: prefix.length + self.width }
    }

    /// The place of a number in the range.
    fn place(&self, number: Msisdn) -> Option<u64> {
        let prefix = self.prefix?;
        if number.length != prefix.length + self.width || number.prefix(prefix.length) != prefix {
            return None;
        }
        Some(number.digits % power_of_ten(self.width))
    }

    /// The place of the subscriber at `index` among those with ported-in numbers, if it is one.
    /// They are spread evenly over all.
    fn ported_rank(&self, index: u32) -> Option<u32> {
        let ported = u64::from(self.ported_in);
        let rank = |index: u64| index * ported / u64::from(self.subscribers);
        if ported == 0 || index >= self.subscribers {
            return None;
        }
        let (before, after) = (rank(u64::from(index)), rank(u64::from(index) + 1));
        (after > before).then_some(before as u32)
    }

    /// The subscriber at place `rank` among those with ported-in numbers: the inverse of
    /// `ported_rank`. Only for `rank < ported_in`.
    fn ported_index(&self, rank: u32) -> u32 {
        let steps = (u64::from(rank) + 1) * u64::from(self.subscribers);
        (steps.div_ceil(u64::from(self.ported_in)) - 1) as u32
    }
}

/// 10 to the power of `exponent`, which is at most 15 for numbers that E.164 allows.
fn power_of_ten(exponent: u8) -> u64 {
    10u64.saturating_pow(u32::from(exponent))
}

#[cfg(test)]
mod tests {
    use super::super::distribution::{CountDistribution, DurationDistribution};
    use super::super::federation as settings;
    use super::super::time::Duration;
    use super::*;
    use proptest::prelude::*;
    use settings::{OperatorKind, Portability, Subscribers};
    use std::collections::BTreeSet;

    const NO_TIME: DurationDistribution = DurationDistribution::Constant(Duration::ZERO);

    fn imsp(reply_numbers: u32) -> settings::Imsp {
        settings::Imsp {
            version: crate::domain::imps::ImpsVersion::V13,
            workers: 1,
            service_time: settings::ServiceTimes {
                message: NO_TIME,
                presence: NO_TIME,
                notification: NO_TIME,
                subscribe: NO_TIME,
                search: NO_TIME,
                login: NO_TIME,
                validate: NO_TIME,
                contact: NO_TIME,
                group: NO_TIME,
                poll: NO_TIME,
            },
            queue_limit: 1,
            messages_first: false,
            directory: settings::Directory { listed: 1.0, others: 0 },
            legacy: settings::Legacy {
                register_on_contact: true,
                presence: settings::LegacyPresence::Online,
                status_text: String::new(),
                overlong: settings::Overlong::Refuse,
                source_notice: String::new(),
                notice: settings::Notice::None,
                notices: settings::Notices::default(),
                client_limit: 0.0,
                visible: true,
                sms_commands: false,
                reply_numbers,
                reply_hold: Duration::ZERO,
                reply_exhausted: settings::ReplyExhausted::Refuse,
            },
        }
    }

    fn workload() -> settings::Workload {
        settings::Workload {
            contacts: settings::Contacts {
                per_user: CountDistribution::Constant(0),
                elsewhere: 0.0,
                sms_only: 0.0,
                sms_only_elsewhere: 0.0,
                mutual: 0.0,
                pairs: None,
            },
            messages: settings::Messages {
                rate: settings::MessageRate::Total(0.0),
                arrivals: settings::Arrivals::Constant,
                length: CountDistribution::Constant(1),
                ucs2: 0.0,
                rich: 0.0,
                reports: 0.0,
                recipients: settings::Recipients::Uniform,
                reply_share: 0.0,
                reply_after: NO_TIME,
            },
            presence_changes: 0.0,
            status_text: None,
            sessions: settings::Sessions {
                online: 1.0,
                length: None,
                offline: settings::OfflineMessages::Store,
            },
            activities: settings::Activities::default(),
            groups: settings::Groups {
                rooms: 0,
                members: CountDistribution::Constant(0),
                messages: 0.0,
            },
            growth: settings::Growth { add_contact: 0.0, accept: 1.0, upgrades: 0.0 },
            load: settings::Load { base: 1.0, stages: Vec::new() },
        }
    }

    /// Operators by (prefixes, IM users, legacy customers, reply numbers).
    fn federation(
        operators: &[(&[&str], u32, u32, u32)],
        portability: &[(u16, u16, f64)],
    ) -> Federation {
        let operator = |(numbers, im, sms_only, replies): &(&[&str], u32, u32, u32)| Operator {
            name: String::new(),
            kind: OperatorKind::Imsp,
            domain: String::new(),
            numbers: numbers.iter().map(|prefix| (*prefix).to_owned()).collect(),
            subscribers: Subscribers { im: *im, sms_only: *sms_only },
            access: Vec::new(),
            imsp: Some(imsp(*replies)),
            smsc: None,
            hlr: None,
            relay: None,
            translator: None,
            expose: Vec::new(),
            workload: workload(),
        };
        Federation {
            timeline: Vec::new(),
            name: String::new(),
            description: String::new(),
            operators: operators.iter().map(operator).collect(),
            agreements: Vec::new(),
            portability: portability
                .iter()
                .map(|&(from, to, share)| Portability {
                    from: OperatorId(from),
                    to: OperatorId(to),
                    share,
                })
                .collect(),
            currency: String::new(),
            money: settings::Money::default(),
            planning: settings::Planning::default(),
            run: settings::Run {
                seed: 1,
                warm_up: Duration::ZERO,
                find_warm_up: false,
                overdue: Duration::ZERO,
                duration: Duration::ZERO,
                replications: 1,
            },
            slo: Vec::new(),
        }
    }

    fn plan(federation: &Federation) -> NumberingPlan {
        NumberingPlan::new(federation, &Population::new(federation))
    }

    #[test]
    fn a_number_is_the_prefix_and_the_index_in_six_digits() {
        let plan = plan(&federation(&[(&["+46700"], 4000, 1000, 10)], &[]));
        assert_eq!(plan.msisdn(SubscriberId(17)).to_string(), "+46700000017");
        let number = Msisdn::parse("+46700000017").unwrap();
        assert_eq!(plan.subscriber(number), Some(SubscriberId(17)));
        assert_eq!(plan.range_holder(number), Some(OperatorId(0)));
    }

    #[test]
    fn a_number_that_nobody_has_leads_to_nobody() {
        let plan = plan(&federation(&[(&["+46700"], 4000, 1000, 10)], &[]));
        for text in ["+46700005000", "+46700005010", "+46700", "+4670000001", "+4670000000017"] {
            assert_eq!(plan.subscriber(Msisdn::parse(text).unwrap()), None, "{text}");
        }
        assert_eq!(plan.range_holder(Msisdn::parse("+46701000000").unwrap()), None);
    }

    #[test]
    fn only_one_to_fifteen_digits_are_a_number() {
        for text in ["", "+", "+46 700", "+4670a", "++46", "+1234567890123456"] {
            assert_eq!(Msisdn::parse(text), None, "{text}");
        }
        assert_eq!(Msisdn::parse("0123").unwrap().to_string(), "+0123");
    }

    #[test]
    fn a_share_of_one_operators_numbers_is_served_by_another_and_spread_over_its_subscribers() {
        let operators: &[(&[&str], u32, u32, u32)] =
            &[(&["+46700"], 50, 50, 5), (&["+46760"], 0, 8, 0)];
        let federation = federation(operators, &[(0, 1, 0.02)]);
        let plan = plan(&federation);
        assert_eq!(plan.ported_in(OperatorId(1)), 2);
        let numbers: Vec<String> =
            (100..108).map(|id| plan.msisdn(SubscriberId(id)).to_string()).collect();
        let ported = |place: usize| numbers[place].starts_with("+46700");
        let places: Vec<usize> = (0..8).filter(|&place| ported(place)).collect();
        assert_eq!(places, [3, 7]);
        assert_eq!((&*numbers[3], &*numbers[7]), ("+46700000100", "+46700000101"));
        assert_eq!(plan.reply_number(OperatorId(0), 0).to_string(), "+46700000102");
    }

    #[test]
    fn portability_stops_at_the_subscribers_there_are() {
        let operators: &[(&[&str], u32, u32, u32)] =
            &[(&["+46700"], 100, 0, 0), (&["+46760"], 3, 0, 0), (&[], 0, 0, 0)];
        let rows = &[(0, 1, 0.5), (0, 1, 0.5), (2, 0, 1.0), (0, 2, 0.5), (0, 0, 0.5)];
        let plan = plan(&federation(operators, rows));
        let moved = [0, 1, 2].map(|id| plan.ported_in(OperatorId(id)));
        assert_eq!(moved, [0, 3, 0]);
    }

    #[test]
    fn a_long_prefix_leaves_fewer_digits_so_that_fifteen_suffice() {
        let plan = plan(&federation(&[(&["+123456789012"], 900, 0, 100)], &[]));
        assert_eq!(plan.msisdn(SubscriberId(5)).to_string(), "+123456789012005");
        assert_eq!(plan.reply_number(OperatorId(0), 99).length, 15);
    }

    #[test]
    fn settings_that_no_number_fits_do_not_panic() {
        let operators: &[(&[&str], u32, u32, u32)] =
            &[(&["+123456789012345"], 5000, 0, 9), (&[], 10, 0, 3), (&["no number"], 1, 0, 0)];
        let plan = plan(&federation(operators, &[(1, 0, 1.0), (0, 1, 1.0)]));
        for id in 0..5011 {
            let number = plan.msisdn(SubscriberId(id));
            let _ = (plan.subscriber(number), plan.range_holder(number), number.to_string());
        }
        let _ = plan.reply_pool(plan.reply_number(OperatorId(1), u32::MAX));
    }

    fn any_federation() -> impl Strategy<Value = Federation> {
        // All prefixes have a tail of their own after a shared head: none leads another.
        let operator = (1usize..3, 0u32..60, 0u32..60, 0u32..30);
        let row = (0u16..6, 0u16..6, 0.0f64..=1.0);
        (proptest::collection::vec(operator, 1..6), proptest::collection::vec(row, 0..8)).prop_map(
            |(operators, rows)| {
                let names: Vec<Vec<String>> = operators
                    .iter()
                    .enumerate()
                    .map(|(i, &(prefixes, ..))| {
                        let tail = "5".repeat(i % 3);
                        (0..prefixes).map(|p| format!("+4{i}{p}{tail}")).collect()
                    })
                    .collect();
                let mut federation = federation(&[], &[]);
                for (numbers, &(_, im, sms_only, replies)) in names.iter().zip(&operators) {
                    let one = super::tests::federation(&[(&[], im, sms_only, replies)], &[]);
                    let mut operator = one.operators[0].clone();
                    operator.numbers.clone_from(numbers);
                    federation.operators.push(operator);
                }
                let count = operators.len() as u16;
                federation.portability = rows
                    .iter()
                    .map(|&(from, to, share)| Portability {
                        from: OperatorId(from % count),
                        to: OperatorId(to % count),
                        share,
                    })
                    .collect();
                federation
            },
        )
    }

    proptest! {
        #[test]
        fn every_subscriber_has_a_number_that_leads_back(federation in any_federation()) {
            let population = Population::new(&federation);
            let plan = NumberingPlan::new(&federation, &population);
            let mut numbers = BTreeSet::new();
            let mut ported = vec![0; population.operators()];
            for id in (0..population.total()).map(SubscriberId) {
                let number = plan.msisdn(id);
                prop_assert!(number.length <= 15);
                prop_assert_eq!(plan.subscriber(number), Some(id));
                prop_assert_eq!(Msisdn::parse(&number.to_string()), Some(number));
                prop_assert_eq!(plan.reply_pool(number), None);
                prop_assert!(numbers.insert(number));
                let server = population.operator(id);
                ported[server.index()] += u32::from(plan.range_holder(number) != Some(server));
            }
            for (operator, settings) in federation.operators() {
                prop_assert_eq!(plan.ported_in(operator), ported[operator.index()]);
                let pool = settings.imsp.as_ref().map_or(0, |imsp| imsp.legacy.reply_numbers);
                for index in 0..pool {
                    let number = plan.reply_number(operator, index);
                    prop_assert_eq!(plan.subscriber(number), None);
                    prop_assert_eq!(plan.reply_pool(number), Some((operator, index)));
                    prop_assert!(numbers.insert(number));
                }
            }
        }

        #[test]
        fn no_two_numbers_lead_to_one_subscriber(federation in any_federation()) {
            let plan = plan(&federation);
            for (_, operator) in federation.operators() {
                for place in 0..400u32 {
                    let text = format!("{}{place:06}", operator.numbers[0]);
                    let number = Msisdn::parse(&text).unwrap();
                    if let Some(id) = plan.subscriber(number) {
                        prop_assert_eq!(plan.msisdn(id), number);
                    }
                }
            }
        }
    }
}
