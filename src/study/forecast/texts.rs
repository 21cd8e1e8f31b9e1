//! What the texts of an operator's users come to on average: bytes, segments, and how many an IMSP
//! would refuse. By drawing a fixed sample, since lengths may have any distribution.

use crate::domain::federation::{Legacy, Messages, Overlong};
use crate::domain::random::StreamSeed;
use crate::domain::text::{SourceNotice, Text};

/// How many texts are drawn for an operator.
const SAMPLE: u32 = 20_000;

/// Averages over the texts of an operator's users.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Texts {
    /// Bytes of an instant message's text.
    pub(crate) bytes: f64,
    /// Short messages of an answer from a handset.
    pub(crate) segments: f64,
    /// Octets of its text and headers.
    pub(crate) octets: f64,
}

/// What becomes of texts when they are converted to SMS.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Converted {
    /// Share that is refused neither for its length nor for its kind.
    pub(crate) accepted: f64,
    /// Short messages of one that is accepted.
    pub(crate) segments: f64,
    /// Octets of its text and headers.
    pub(crate) octets: f64,
}

impl Texts {
    pub(super) fn of(messages: &Messages) -> Self {
        let mut sum = Self { bytes: 0.0, segments: 0.0, octets: 0.0 };
        for text in sample(messages) {
            sum.bytes += f64::from(text.bytes) / f64::from(SAMPLE);
            sum.segments += f64::from(text.segments()) / f64::from(SAMPLE);
            sum.octets += f64::from(text.octets()) / f64::from(SAMPLE);
        }
        sum
    }
}

impl Converted {
    /// The texts of `messages` as an IMSP with the settings `legacy` converts them.
    pub(super) fn of(messages: &Messages, legacy: &Legacy) -> Self {
        let notice = SourceNotice::new(&legacy.source_notice);
        let (mut accepted, mut segments, mut octets) = (0.0, 0.0, 0.0);
        for text in sample(messages) {
            let carried = match (text.with_notice(&notice), legacy.overlong) {
                (whole, _) if whole.fits_one() => whole,
                (_, Overlong::Refuse) => continue,
                (_, Overlong::Truncate) => text.truncated(&notice),
                (whole, Overlong::Split) => whole,
            };
            accepted += 1.0;
            segments += f64::from(carried.segments());
            octets += f64::from(carried.octets());
        }
        let each = |sum: f64| if accepted > 0.0 { sum / accepted } else { 0.0 };
        Self {
            // What is not plain is not accepted either.
            accepted: accepted / f64::from(SAMPLE) * (1.0 - messages.rich),
            segments: each(segments),
            octets: each(octets),
        }
    }
}

fn sample(messages: &Messages) -> impl Iterator<Item = Text> {
    let mut stream = StreamSeed::new(0, "forecast", "texts").stream();
    (0..SAMPLE).map(move |_| Text::draw(&messages.length, messages.ucs2, &mut stream))
}
