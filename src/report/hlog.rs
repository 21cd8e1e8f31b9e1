//! `histograms.hlog`: an HdrHistogram interval log, version 1.3, one tagged histogram per metric
//! and label set, so that runs can be merged and read by other tools.

use std::time::Duration;

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use crate::measure::results::Results;

/// The log of a run: values in microseconds (counts for a fan-out), one interval each, which is
/// the measured time; the start of the run is its time zero.
pub fn write(results: &Results) -> Option<Vec<u8>> {
    let mut log = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let (start, end) = results.measured;
    let start = Duration::from_secs_f64(start);
    let length = Duration::from_secs_f64((end - results.measured.0).max(0.0));
    let mut writer = IntervalLogWriterBuilder::new()
        .add_comment("[interwork, values in microseconds, one interval per metric and label set]")
        .begin_log_with(&mut log, &mut serializer)
        .ok()?;
    for tagged in &results.histograms {
        // Tags may hold neither commas nor white space.
        let tag = tagged.tag.replace([',', ' ', '\n', '\r'], "_");
        let tag = Tag::new(&tag);
        writer.write_histogram(&tagged.histogram, start, length, tag).ok()?;
    }
    Some(log)
}
