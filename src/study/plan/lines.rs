//! What has to hold in a plan: the topology's SLO lines, for one operator those of its own users and parts,
//! and of a peak each hour by itself.

use crate::domain::federation::Federation;
use crate::measure::catalogue::Metric;
use crate::measure::selector::Names;
use crate::measure::slo::{self, Line};
use crate::report::judge::plain::said;

/// The lines as they are about one operator: of what its users send, and of its SMSC. A line that says
/// whose it is stays as it is.
pub(super) fn own(lines: &[Line], federation: &Federation, operator: &str) -> Vec<Line> {
    let names = crate::run::names(federation);
    let one = |line: &Line| {
        let text = about(line.text(), operator).unwrap_or_else(|| line.text().to_owned());
        slo::parse(&text, &names, federation.run.duration).unwrap_or_else(|_| line.clone())
    };
    lines.iter().map(one).collect()
}

fn about(line: &str, operator: &str) -> Option<String> {
    let said = said(line)?;
    if ["from", "to", "operator", "station"].iter().any(|label| said.label(label).is_some()) {
        return None;
    }
    let labels = Metric::named(said.metric)?.info().labels;
    let label = ["from", "operator"]
        .into_iter()
        .find(|name| labels.iter().any(|label| label.name() == *name))?;
    let pairs = said.labels.iter().map(|(name, value)| format!("{name}={value},"));
    let filter = format!("{{{}{label}={operator}}}", pairs.collect::<String>());
    let rest = line[said.metric.len()..].trim_start();
    let rest = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?.1,
        None => rest,
    };
    Some(format!("{}{filter} {}", said.metric, rest.trim_start()))
}

/// The lines of each hour of a run of so many; one that names its time stays as it is.
pub(super) fn hourly(lines: &[Line], federation: &Federation, hours: usize) -> Vec<Line> {
    let names: Names = crate::run::names(federation);
    let of = |line: &Line| -> Vec<Line> {
        if line.has_span() || hours < 2 {
            return vec![line.clone()];
        }
        let hour = |hour: usize| {
            let text = format!("{} during {hour}h..{}h", line.text(), hour + 1);
            slo::parse(&text, &names, federation.run.duration).ok()
        };
        (0..hours).filter_map(hour).collect()
    };
    lines.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_one_operators() {
        let of = |line: &str| about(line, "north");
        assert_eq!(
            of("message_latency{route=interworked} p95 < 1s").as_deref(),
            Some("message_latency{route=interworked,from=north} p95 < 1s")
        );
        assert_eq!(
            of("messages_undelivered share < 6%").as_deref(),
            Some("messages_undelivered{from=north} share < 6%")
        );
        assert_eq!(
            of("sms_latency p90 < 9s").as_deref(),
            Some("sms_latency{operator=north} p90 < 9s")
        );
        assert_eq!(of("message_latency{to=south} p95 < 1s"), None);
        assert_eq!(of("utilisation < 70%"), None);
    }
}
