//! What has to hold in a plan: the topology's SLO lines, for one operator those of its own users and parts,
//! and of a peak each hour by itself.

use crate::measure::slo::Line;

/// The lines as they are about one operator: of what its users send, and of its SMSC. A line that says
/// whose it is stays as it is, and so does one of parts.
pub(super) fn own(lines: &[Line], operator: &str) -> Vec<Line> {
    lines.iter().map(|line| line.of_operator(operator).unwrap_or_else(|| line.clone())).collect()
}

/// The lines of each hour of a run of so many; one that names its time stays as it is.
pub(super) fn hourly(lines: &[Line], hours: usize) -> Vec<Line> {
    let of = |line: &Line| -> Vec<Line> {
        match line.has_span() || hours < 2 {
            true => vec![line.clone()],
            false => (0..hours).map(|hour| line.of_hour(hour)).collect(),
        }
    };
    lines.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Duration;
    use crate::measure::selector::Names;
    use crate::measure::slo;

    fn parsed(text: &str) -> Line {
        let operators = ["north", "south"].map(str::to_owned).to_vec();
        let names = Names { operators, stations: Vec::new() };
        slo::parse(text, &names, Duration::from_secs(7200)).expect(text)
    }

    /// What is said is what is meant.
    fn told(lines: &[Line]) -> Vec<&str> {
        let told = |line| Line::text(line);
        for line in lines {
            assert_eq!(*line, parsed(line.text()));
        }
        lines.iter().map(told).collect()
    }

    #[test]
    fn lines_become_one_operators() {
        for (line, own) in [
            (
                "message_latency{route=interworked} p95 < 1s",
                "message_latency{route=interworked,from=north} p95 < 1s",
            ),
            ("messages_undelivered share < 6%", "messages_undelivered{from=north} share < 6%"),
            ("messages_lost count == 0", "messages_lost{from=north} count == 0"),
            (
                "sms_latency p90 < 9s during 5m..8m",
                "sms_latency{operator=north} p90 < 9s during 5m..8m",
            ),
            ("message_latency{to=south} p95 < 1s", "message_latency{to=south} p95 < 1s"),
            ("utilisation < 70%", "utilisation < 70%"),
        ] {
            assert_eq!(told(&super::own(&[parsed(line)], "north")), [own]);
        }
    }

    #[test]
    fn lines_become_those_of_each_hour_and_none_is_left_out() {
        let lines = ["messages_lost count == 0", "message_latency p95 < 1s after 5m"].map(parsed);
        let each = [
            "messages_lost count == 0 during 0h..1h",
            "messages_lost count == 0 during 1h..2h",
            "message_latency p95 < 1s after 5m",
        ];
        assert_eq!(told(&hourly(&lines, 2)), each);
        assert_eq!(hourly(&lines, 1), lines);
    }
}
