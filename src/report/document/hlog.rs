//! `histograms.hlog`: an HdrHistogram interval log, version 1.3, one tagged histogram per metric
//! and label set, so that runs can be merged and read by other tools. Written by `folder`, read by
//! studies.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{
    IntervalLogIterator, IntervalLogWriterBuilder, LogEntry, LogIteratorError, Tag,
};
use hdrhistogram::serialization::{Deserializer, V2DeflateSerializer};

use crate::measure::counts::Counts;
use crate::measure::results::{Results, TaggedHistogram};

/// The head that other readers of the format expect. Times count from the start of the run, which
/// is second 0: the wall clock has no place here.
const HEAD: [&str; 4] = [
    "[Histogram log format version 1.3]",
    "[StartTime: 0.000 (seconds since epoch), the start of the run]",
    "[BaseTime: 0.000 (seconds since epoch)]",
    "[interwork: values in microseconds (fan-out: watchers), one interval: the measured time]",
];

/// The log of a run: values in microseconds (counts for a fan-out), one interval each, which is
/// the measured time; the start of the run is its time zero. `None` if a histogram cannot be
/// encoded.
pub(crate) fn write(results: &Results) -> Option<Vec<u8>> {
    let mut log = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let (start, end) = results.measured;
    let span = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let (start, length) = (span(start), span(end - start));
    let mut builder = IntervalLogWriterBuilder::new();
    for comment in HEAD {
        builder.add_comment(comment);
    }
    let mut writer = builder.begin_log_with(&mut log, &mut serializer).ok()?;
    for tagged in &results.histograms {
        // Tags may hold neither commas nor white space.
        let tag = tagged.tag.replace([',', ' ', '\n', '\r'], "_");
        let tag = Tag::new(&tag);
        writer.write_histogram(&tagged.counts.histogram(), start, length, tag).ok()?;
    }
    Some(log)
}

/// A log's histograms with their tags, those of one tag added up.
///
/// # Errors
/// What is wrong with it, if it is no such log or a histogram in it cannot be read.
pub fn read(log: &[u8]) -> Result<Vec<TaggedHistogram>, String> {
    // Of nothing at all, no line is wrong.
    if !log.starts_with(b"#[Histogram log format version 1.") {
        return Err("it does not begin as a log of histograms".to_owned());
    }
    let mut deserializer = Deserializer::new();
    let mut all: Vec<TaggedHistogram> = Vec::new();
    for entry in IntervalLogIterator::new(log) {
        let entry = entry.map_err(|LogIteratorError::ParseError { offset }| {
            format!("it cannot be read from byte {offset} on")
        })?;
        let LogEntry::Interval(interval) = entry else { continue };
        let tag = interval.tag().ok_or("a histogram has no tag")?.as_str().to_owned();
        let unread = |error: &dyn std::fmt::Display| format!("the histogram {tag}: {error}");
        let bytes = STANDARD.decode(interval.encoded_histogram()).map_err(|e| unread(&e))?;
        let histogram: Histogram<u64> =
            deserializer.deserialize(&mut bytes.as_slice()).map_err(|e| unread(&e))?;
        let counts = Counts::of(&histogram);
        match all.iter_mut().find(|known| known.tag == tag) {
            Some(known) => known.counts.merge(&counts),
            None => all.push(TaggedHistogram { tag, counts }),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    fn results(tags: &[&str]) -> Results {
        let tagged = |(place, tag): (usize, &&str)| {
            let mut counts = Counts::default();
            for step in 0..1000 {
                counts.add(step * step + place as u64);
            }
            TaggedHistogram { tag: (*tag).to_owned(), counts }
        };
        Results {
            metrics: Vec::new(),
            series: Vec::new(),
            histograms: tags.iter().enumerate().map(tagged).collect(),
            slo: Vec::new(),
            trends: Vec::new(),
            needs: Vec::new(),
            measured: (120.0, 720.0),
        }
    }

    #[test]
    fn a_log_is_read_back_with_its_tags_and_counts() {
        let written =
            results(&["message_latency;route=on-net;from=a;to=a", "sms_latency;operator=a"]);
        let read = read(&write(&written).expect("written")).expect("a log");
        assert_eq!(read.len(), 2);
        for (one, two) in written.histograms.iter().zip(&read) {
            assert_eq!((&one.tag, &one.counts.histogram()), (&two.tag, &two.counts.histogram()));
        }
    }

    #[test]
    fn a_log_tells_its_version_and_starts_at_second_zero() {
        let log = write(&results(&["a;station=b c,d"])).expect("written");
        let text = String::from_utf8(log).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "#[Histogram log format version 1.3]");
        assert!(lines[1].starts_with("#[StartTime: 0.000 "), "{}", lines[1]);
        assert!(lines[4].starts_with("Tag=a;station=b_c_d,120.000,600.000,"), "{}", lines[4]);
    }
}
