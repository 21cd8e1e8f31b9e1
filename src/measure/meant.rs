//! What somebody may have meant by a word of a figure that there is not. Asked by `selector` alone.

use crate::domain::words::{containing, nearest};

/// What may have been meant by a word that is no metric; all there are if nothing is near.
pub(super) fn metric<'a>(
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    mut statistics: impl Iterator<Item = &'a str>,
) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    if let Some(statistic) = statistics.find(|word| *word == name) {
        return Some(format!(
            "`{statistic}` is a statistic: the metric comes first, such as `message_latency \
             {statistic}`"
        ));
    }
    if let [first, others @ ..] = containing(name, known.clone()).as_slice() {
        let also = match others {
            [] => String::new(),
            others => format!(" There are also {}", others.join(", ")),
        };
        return Some(format!("did you mean `{first}`?{also}"));
    }
    let near = nearest(name, known.clone()).map(|right| format!("did you mean `{right}`?"));
    near.or_else(|| Some(format!("there are {}", known.collect::<Vec<_>>().join(", "))))
}

/// What may have been meant by a word that is no statistic.
pub(super) fn statistic(word: &str, allowed: &[&str]) -> Option<String> {
    let right = percentile(word, allowed).or_else(|| nearest(word, allowed.iter().copied()));
    right.map(|right| format!("did you mean `{right}`?"))
}

/// The percentile nearest to one that there is not: its digits are those behind the point.
fn percentile<'a>(word: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let share = |word: &str| -> Option<f64> {
        let digits = word.strip_prefix('p')?;
        let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
        let read = || format!("0.{digits}").parse::<f64>().ok();
        if plain && (1..=9).contains(&digits.len()) { read() } else { None }
    };
    let asked = share(word)?;
    let distances = allowed.iter().filter_map(|word| Some(((share(word)? - asked).abs(), *word)));
    distances.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, nearest)| nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_near_by_its_number_and_not_by_its_letters() {
        let allowed = ["mean", "p50", "p90", "p95", "p99", "p999"];
        for (word, right) in
            [("p96", "p95"), ("p98", "p99"), ("p9", "p90"), ("p75", "p90"), ("p9999", "p999")]
        {
            assert_eq!(
                statistic(word, &allowed),
                Some(format!("did you mean `{right}`?")),
                "{word}"
            );
        }
        assert_eq!(statistic("meen", &allowed), Some("did you mean `mean`?".to_owned()));
        assert_eq!(statistic("p", &allowed), None);
        assert_eq!(statistic("pé", &allowed), None);
    }

    #[test]
    fn a_part_of_a_metric_a_statistic_and_a_stranger_are_told_what_there_is() {
        let told = |word: &str| {
            let known = ["message_latency", "sms_latency", "messages_lost"];
            metric(word, known.into_iter(), ["p99", "mean"].into_iter()).unwrap_or_default()
        };
        assert_eq!(told("latency"), "did you mean `message_latency`? There are also sms_latency");
        assert!(told("p99").contains("the metric comes first, such as `message_latency p99`"));
        assert_eq!(told("mesage_latency"), "did you mean `message_latency`?");
        assert_eq!(told("jitter"), "there are message_latency, sms_latency, messages_lost");
        assert_eq!(told(""), "");
    }
}
