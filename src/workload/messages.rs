//! What a user means to write: who writes, to whom, how much. One `MessageDraw` an operator, called
//! for each arrival; it knows neither routes nor what becomes of a message, answers least of all.

use crate::domain::distribution::Zipf;
use crate::domain::federation::{MessageRate, Messages, Recipients};
use crate::domain::id::SubscriberId;
use crate::domain::random::{Stream, StreamSeed};
use crate::domain::text::Text;

use super::arrivals::Arrival;

/// Draws for the messages of one operator's users.
#[derive(Clone, Debug)]
pub(crate) struct MessageDraw {
    settings: Messages,
    im_users: u32,
    senders: Stream,
    recipients: Stream,
    texts: Stream,
    /// Weights by place where recipients are Zipf, grown when a list outgrows it.
    weights: Option<Zipf>,
}

/// Draws for a sender under a rate of the whole operator before giving up: with one user in a
/// hundred online all but one in 10^17 arrivals find one.
const SENDER_DRAWS: u32 = 4096;

impl MessageDraw {
    /// Draws for the operator called `operator`; `longest_list` is the longest contact list among
    /// its users, so that weights are computed once.
    pub(crate) fn new(
        settings: &Messages,
        im_users: u32,
        longest_list: usize,
        run_seed: u64,
        operator: &str,
    ) -> Self {
        let seed = |purpose| StreamSeed::new(run_seed, operator, purpose);
        let weights = match settings.recipients {
            Recipients::Uniform => None,
            Recipients::Zipf(exponent) => Some(Zipf::new(longest_list.max(1) as u32, exponent)),
        };
        Self {
            settings: settings.clone(),
            im_users,
            senders: seed("message senders").stream(),
            recipients: seed("message recipients").stream(),
            texts: seed("message texts").stream(),
            weights,
        }
    }

    /// Who writes: the arrival's own user or one drawn uniformly among the IM users. `None`: the
    /// user is offline and the intent is not had. Under a rate for the whole operator the draw is
    /// repeated among all users instead, so that the total is kept while anybody is online.
    pub(crate) fn sender(
        &mut self,
        arrival: Arrival,
        mut is_online: impl FnMut(u32) -> bool,
    ) -> Option<u32> {
        if let Some(user) = arrival.user {
            return is_online(user).then_some(user);
        }
        let draws = match self.settings.rate {
            MessageRate::PerUser(_) => 1,
            MessageRate::Total(_) => SENDER_DRAWS,
        };
        let users = u64::from(self.im_users);
        (0..draws).map(|_| self.senders.below(users) as u32).find(|&user| is_online(user))
    }

    /// To whom: by place on the sender's list as it was at the start of the run, followed by the
    /// contacts added since. `None` if the list is empty.
    pub(crate) fn recipient(
        &mut self,
        contacts: &[SubscriberId],
        added: &[SubscriberId],
    ) -> Option<SubscriberId> {
        let length = contacts.len() + added.len();
        if length == 0 {
            return None;
        }
        let place = match &mut self.weights {
            None => self.recipients.below(length as u64) as usize,
            Some(weights) => {
                if length > weights.max as usize {
                    // By half as much again, so that growth by ones stays cheap.
                    *weights = Zipf::new((length + length / 2) as u32, weights.exponent);
                }
                weights.place_of(length, &mut self.recipients)
            }
        };
        Some(*contacts.get(place).unwrap_or_else(|| &added[place - contacts.len()]))
    }

    /// The text of the next first message.
    pub(crate) fn text(&mut self) -> Text {
        let text = Text::draw(&self.settings.length, self.settings.ucs2, &mut self.texts);
        // No draw where nobody sends pictures.
        let rich = self.settings.rich > 0.0 && self.texts.chance(self.settings.rich);
        Text { rich, ..text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::distribution::CountDistribution;
    use crate::domain::text::Alphabet;
    use crate::domain::time::Instant;
    use crate::workload::fixture;

    const ANYBODY: Arrival = Arrival { at: Instant(1), user: None };

    fn draw(settings: &Messages) -> MessageDraw {
        MessageDraw::new(settings, 10, 4, 3, "imsp-a")
    }

    fn ids(range: std::ops::Range<u32>) -> Vec<SubscriberId> {
        range.map(SubscriberId).collect()
    }

    /// Pearson's statistic of counts against probabilities.
    fn chi_square(counts: &[u32], shares: impl Fn(usize) -> f64) -> f64 {
        let total = f64::from(counts.iter().sum::<u32>());
        let cell = |(place, &count): (usize, &u32)| {
            let expected = total * shares(place);
            (f64::from(count) - expected) * (f64::from(count) - expected) / expected
        };
        counts.iter().enumerate().map(cell).sum()
    }

    #[test]
    fn a_user_who_is_offline_does_not_write() {
        let mut draw = draw(&fixture::messages());
        let own = Arrival { at: Instant(1), user: Some(7) };
        assert_eq!(draw.sender(own, |_| false), None);
        assert_eq!(draw.sender(own, |user| user == 7), Some(7));
    }

    #[test]
    fn a_rate_by_user_is_thinned_to_the_share_online() {
        let mut draw = draw(&fixture::messages());
        let senders = (0..10_000).filter_map(|_| draw.sender(ANYBODY, |user| user < 3)).count();
        // Binomial with share 0.3; 4 deviations.
        assert!((senders as f64 - 3000.0).abs() < 4.0 * 2100f64.sqrt(), "{senders}");
    }

    #[test]
    fn a_rate_of_the_whole_operator_is_kept_by_whoever_is_online() {
        let settings = Messages { rate: MessageRate::Total(1.0), ..fixture::messages() };
        let mut draw = draw(&settings);
        let mut seen = [0u32; 3];
        for _ in 0..10_000 {
            let sender = draw.sender(ANYBODY, |user| user < 3).expect("somebody is online");
            seen[sender as usize] += 1;
        }
        // 2 degrees of freedom, level 0.001.
        assert!(chi_square(&seen, |_| 1.0 / 3.0) < 13.82, "{seen:?}");
        assert_eq!(draw.sender(ANYBODY, |_| false), None);
    }

    #[test]
    fn uniform_recipients_are_all_alike_whether_listed_first_or_added() {
        let mut draw = draw(&fixture::messages());
        let mut seen = [0u32; 10];
        for _ in 0..20_000 {
            let to = draw.recipient(&ids(0..7), &ids(7..10)).expect("a list");
            seen[to.index()] += 1;
        }
        // 9 degrees of freedom, level 0.001.
        assert!(chi_square(&seen, |_| 0.1) < 27.88, "{seen:?}");
    }

    #[test]
    fn zipf_recipients_weigh_by_place_also_on_lists_longer_than_foreseen() {
        let settings = Messages { recipients: Recipients::Zipf(1.0), ..fixture::messages() };
        let mut draw = draw(&settings);
        let mut seen = [0u32; 10];
        for _ in 0..20_000 {
            let to = draw.recipient(&ids(0..4), &ids(4..10)).expect("a list");
            seen[to.index()] += 1;
        }
        let harmonic: f64 = (1..=10).map(|k| 1.0 / f64::from(k)).sum();
        let statistic = chi_square(&seen, |place| 1.0 / (place as f64 + 1.0) / harmonic);
        assert!(statistic < 27.88, "{seen:?}");
    }

    #[test]
    fn an_empty_list_has_no_recipient() {
        for recipients in [Recipients::Uniform, Recipients::Zipf(1.0)] {
            let mut draw = draw(&Messages { recipients, ..fixture::messages() });
            assert_eq!(draw.recipient(&[], &[]), None);
            assert_eq!(draw.recipient(&[], &ids(5..6)), Some(SubscriberId(5)));
        }
    }

    #[test]
    fn a_text_has_at_least_one_character_and_its_share_of_alphabets() {
        let length = CountDistribution::Constant(0);
        let mut draw = draw(&Messages { length, ucs2: 0.2, ..fixture::messages() });
        let texts: Vec<_> = (0..10_000).map(|_| draw.text()).collect();
        assert!(texts.iter().all(|text| text.characters == 1));
        let ucs2 = texts.iter().filter(|text| text.alphabet == Alphabet::Ucs2).count();
        assert!((ucs2 as f64 - 2000.0).abs() < 4.0 * 1600f64.sqrt(), "{ucs2}");
    }

    #[test]
    fn texts_do_not_depend_on_who_writes_to_whom() {
        let settings = Messages { length: CountDistribution::Poisson(30.0), ..fixture::messages() };
        let (mut one, mut other) = (draw(&settings), draw(&settings));
        let texts: Vec<_> = (0..100).map(|_| one.text()).collect();
        for text in texts {
            other.sender(ANYBODY, |_| true);
            other.recipient(&ids(0..9), &[]);
            assert_eq!(other.text(), text);
        }
    }
}
