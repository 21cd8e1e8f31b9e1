//! How long it is to say how somebody looks, by what is said, and to carry a short message, by its text.
//! `wire` measures it once for a side of an agreement, `run` keeps it in the plan, and gateways and
//! forecast look it up.

use super::presence::{Availability, ClientType, Look, News, StatusText};

/// Kinds of client that are told apart, and none.
const CLIENTS: usize = ClientType::ALL.len() + 1;
/// Looks of who is online, by availability and client, a StatusText aside.
const LOOKS: usize = Availability::ALL.len() * CLIENTS;
/// What else is said: offline, a legacy customer online or offline, nothing any more.
const OTHERS: [Option<News>; 4] =
    [Some(News::Offline), Some(News::LegacyOnline), Some(News::LegacyOffline), None];

/// Bytes by what is said of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    of: [u32; LOOKS + OTHERS.len()],
    /// A StatusText beside its own bytes.
    text: u32,
}

impl Default for Lengths {
    fn default() -> Self {
        Self::all(0)
    }
}

impl Lengths {
    /// Whatever is said takes so many.
    pub fn all(bytes: u32) -> Self {
        // The bytes of a text come with what surrounds it, of which there is none here.
        Self { of: [bytes; LOOKS + OTHERS.len()], text: NO_TEXT }
    }

    /// Asks for the length of everything that can be said; `None`: that the watcher may see nothing.
    pub fn measured(length: impl Fn(Option<News>) -> u32) -> Self {
        let mut of = [0; LOOKS + OTHERS.len()];
        let looks = Availability::ALL.into_iter().flat_map(|availability| {
            let clients = std::iter::once(None).chain(ClientType::ALL.map(Some));
            clients.map(move |client| Look { availability, client, text: StatusText::NONE })
        });
        let said = looks.map(|look| Some(News::Changed(look))).chain(OTHERS);
        for (place, news) in of.iter_mut().zip(said) {
            *place = length(news);
        }
        let text = StatusText { bytes: 1, words: 0 };
        let with = length(Some(News::Changed(Look { text, ..Look::MOBILE })));
        let without = length(Some(News::Changed(Look::MOBILE)));
        // Where a text is not said at all it adds nothing.
        let text = if with > without { with - without - 1 } else { NO_TEXT };
        Self { of, text }
    }

    /// Bytes of this.
    pub fn of(&self, news: Option<News>) -> u32 {
        let look = match news {
            Some(News::Changed(look) | News::Online(look) | News::Granted(look)) => look,
            Some(News::Offline) => return self.of[LOOKS],
            Some(News::LegacyOnline) => return self.of[LOOKS + 1],
            Some(News::LegacyOffline) => return self.of[LOOKS + 2],
            Some(News::Withdrawn) | None => return self.of[LOOKS + 3],
        };
        let client = look.client.map_or(0, |kind| 1 + kind as usize);
        let bytes = self.of[look.availability as usize * CLIENTS + client];
        let says_text = look.text.bytes > 0 && self.text != NO_TEXT;
        bytes + if says_text { self.text + u32::from(look.text.bytes) } else { 0 }
    }

    /// Bytes of a user on a phone who turns from one availability to the next, with a text of so many
    /// bytes.
    pub fn usual(&self, text: f64) -> f64 {
        let of = |availability| {
            f64::from(self.of(Some(News::Changed(Look { availability, ..Look::MOBILE }))))
        };
        let text =
            if text > 0.0 && self.text != NO_TEXT { f64::from(self.text) + text } else { 0.0 };
        Availability::ALL.map(of).into_iter().sum::<f64>() / Availability::ALL.len() as f64 + text
    }

    /// All of it longer by so many bytes.
    #[must_use]
    pub fn longer(self, bytes: u32) -> Self {
        Self { of: self.of.map(|length| length + bytes), ..self }
    }
}

/// Octets of user data of one short message (3GPP TS 23.040 9.2.3.24).
const USER_DATA: usize = 140;

/// Bytes of one short message by the octets of its user data. They are no sum: around a longer text
/// some lengths take an octet more, and whole words are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmsLengths([u32; USER_DATA + 1]);

impl Default for SmsLengths {
    fn default() -> Self {
        Self::all(0)
    }
}

impl SmsLengths {
    /// Each takes so many, whatever its text.
    pub fn all(bytes: u32) -> Self {
        Self([bytes; USER_DATA + 1])
    }

    /// Asks for the length of one with so many octets of user data.
    pub fn measured(length: impl Fn(usize) -> u32) -> Self {
        let mut of = [0; USER_DATA + 1];
        for (octets, bytes) in of.iter_mut().enumerate() {
            *bytes = length(octets);
        }
        Self(of)
    }

    /// Bytes of a text in so many segments with so many octets of user data in all; all segments but the
    /// last are full.
    pub fn of(&self, segments: u32, octets: u32) -> u32 {
        let before = segments.saturating_sub(1);
        let last = (octets as usize).saturating_sub(before as usize * USER_DATA).min(USER_DATA);
        self.0[USER_DATA] * before + self.0[last]
    }

    /// The mean over messages with so many segments and octets on average.
    pub fn usual(&self, segments: f64, octets: f64) -> f64 {
        let each = if segments > 0.0 { octets / segments } else { 0.0 };
        segments * f64::from(self.0[(each as usize).min(USER_DATA)])
    }
}

/// Of lengths that no text changes.
const NO_TEXT: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_said_has_a_length_of_its_own() {
        let measured = |news: Option<News>| match news {
            Some(News::Changed(Look { availability, client, text })) => {
                let client = client.map_or(0, |kind| 1 + kind as u32);
                let text = u32::from(text.bytes) + if text.bytes > 0 { 7 } else { 0 };
                1000 + availability as u32 * 100 + client * 10 + text
            }
            Some(News::Offline) => 1,
            Some(News::LegacyOnline) => 2,
            Some(News::LegacyOffline) => 3,
            _ => 4,
        };
        let lengths = Lengths::measured(measured);
        for availability in Availability::ALL {
            for client in std::iter::once(None).chain(ClientType::ALL.map(Some)) {
                for bytes in [0, 1, 255] {
                    let look = Look { availability, client, text: StatusText { bytes, words: 1 } };
                    let length = measured(Some(News::Changed(look)));
                    for news in [News::Changed(look), News::Online(look), News::Granted(look)] {
                        assert_eq!(lengths.of(Some(news)), length, "{news:?}");
                    }
                }
            }
        }
        for news in OTHERS.into_iter().chain([Some(News::Withdrawn)]) {
            assert_eq!(lengths.of(news), measured(news), "{news:?}");
        }
        assert_eq!(lengths.longer(5).of(None), 9);
        assert!((lengths.usual(0.0) - 1110.0).abs() < 1e-9);
        assert!((lengths.usual(3.0) - 1120.0).abs() < 1e-9);
    }

    #[test]
    fn a_length_that_is_set_is_that_of_everything() {
        let text = StatusText { bytes: 9, words: 0 };
        let lengths = Lengths::all(500);
        assert_eq!(lengths.of(Some(News::Online(Look { text, ..Look::MOBILE }))), 500);
        assert_eq!(lengths.of(None), 500);
        assert!((lengths.usual(9.0) - 500.0).abs() < 1e-9);
    }
}
