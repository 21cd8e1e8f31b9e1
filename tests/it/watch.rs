//! `interwork run --watch`: what is shown is what was measured, looking changes nothing, and the
//! terminal is given back. The program runs in a terminal of its own (a pseudo-terminal).

use crate::common::program::{Bench, TOPOLOGY, text};
use interwork::measure::glance::{Glance, Standing};
use interwork::run::{self, Finished, Options};
use tokio_util::sync::CancellationToken;

/// A run that is looked at, with what was seen.
fn watched(more: &str) -> (Finished, Vec<Glance>) {
    let (plan, setup) = crate::common::prepare_with_slo(&format!("{TOPOLOGY}{more}"), &[]);
    let (options, stop) = (Options { threads: 2, ..Options::default() }, CancellationToken::new());
    let mut seen = Vec::new();
    let mut look = |glance| seen.push(glance);
    let finished = run::watched(&plan, &setup, options, &stop, &mut |_, _| {}, Some(&mut look));
    (finished.expect("a sound run"), seen)
}

#[test]
fn what_is_seen_during_a_run_is_its_series() {
    let (finished, seen) = watched("");
    // The last interval ends with the run.
    assert_eq!(seen.len(), 59);
    let mut compared = 0;
    for glance in &seen {
        let start = glance.at.as_secs_f64() - glance.length_s - 10.0;
        let value = |metric: &str, labels: &str, statistic: &str| {
            let mut rows = finished.results.series.iter().filter(|row| {
                (row.time_s - start).abs() < 1e-6
                    && (&*row.metric, row.labels.as_str(), &*row.statistic)
                        == (metric, labels, statistic)
            });
            rows.next().map(|row| row.value)
        };
        for route in &glance.routes {
            let label = format!("route={}", route.route);
            let counted = |metric| value(metric, &label, "count").unwrap_or(0.0) as u64;
            let (offered, delivered) = (counted("messages_offered"), counted("messages_delivered"));
            assert_eq!((route.offered, route.delivered), (offered, delivered));
            assert_eq!(route.refused, counted("messages_refused"));
            let names = ["p50", "p95", "p99"];
            for ((seen, name), least) in route.latency.into_iter().zip(names).zip(route.at_least) {
                let arrived = value("message_latency", &label, name);
                // Those who wait may raise what those who arrived say, and never lower it.
                assert!(if least { seen >= arrived } else { seen == arrived }, "{route:?}");
                compared += usize::from(seen.is_some());
            }
        }
        for station in &glance.stations {
            let label = format!("station={}", station.name);
            let mean = |metric| value(metric, &label, "mean").unwrap_or(0.0);
            let off = (station.utilisation - mean("station_utilisation")).abs();
            assert!(off < 1e-12, "{station:?}");
            assert!((station.queue - mean("station_queue_length")).abs() < 1e-12, "{station:?}");
        }
        let clients = value("presence_notifications", "scope=client", "count").unwrap_or(0.0);
        let over = value("presence_notifications", "scope=interconnect", "count").unwrap_or(0.0);
        assert_eq!(glance.notifications, (clients + over) as u64);
    }
    assert!(compared > 10, "{compared} percentiles");
}

#[test]
fn slo_lines_are_open_miss_hold_or_have_failed() {
    let slo = "slo: [ messages_offered count < 100, 'message_latency{route=on-net} p50 < 1ms',
        'message_latency p50 < 10m', 'message_latency p50 < 10m during 30s..50s',
        'utilisation < 99%', messages_in_flight count < 5 ]\n";
    let (finished, seen) = watched(slo);
    let standings = |glance: &Glance| -> Vec<Standing> {
        glance.slo.iter().map(|line| line.standing).collect()
    };
    use Standing::{Failed, Holds, Misses, Open};
    assert_eq!(standings(&seen[0]), [Holds, Open, Holds, Open, Holds, Open], "{:?}", seen[0].slo);
    assert_eq!(standings(&seen[58]), [Failed, Misses, Holds, Holds, Holds, Open]);
    // What holds or misses a second before the end hardly changes any more.
    let last = seen[58].slo[2].outcome.observed.zip(finished.results.slo[2].observed);
    assert!(last.is_some_and(|(seen, end)| (seen / end - 1.0).abs() < 0.05), "{last:?}");
}

#[test]
fn looking_changes_nothing() {
    let slo = "slo: [ 'message_latency p95 < 1s after 20s', 'station_wait p95 < 1s' ]\n";
    let (seen, _) = watched(slo);
    let (plan, setup) = crate::common::prepare_with_slo(&format!("{TOPOLOGY}{slo}"), &[]);
    let options = Options { threads: 1, ..Options::default() };
    let stop = CancellationToken::new();
    let alone = run::run(&plan, &setup, options, &stop, &mut |_, _| {}).expect("a sound run");
    assert_eq!(seen.events, alone.events);
    assert_eq!(seen.results.metrics, alone.results.metrics);
    assert_eq!(seen.results.series, alone.results.series);
    assert_eq!(seen.results.slo, alone.results.slo);
}

#[test]
fn watch_is_quiet_when_output_is_not_a_terminal() {
    let bench = Bench::new("");
    let plain = bench.run("plain", &[]);
    let watched = bench.run("watched", &["--watch"]);
    assert_eq!(watched.status.code(), Some(0));
    assert_eq!(
        text(&watched.stderr),
        "note: --watch is ignored, since the output is no terminal\n"
    );
    // The second line has the wall clock.
    let lines = |bytes: &[u8]| {
        let text = text(bytes).replace("results in watched", "results in plain");
        text.lines().enumerate().filter(|(n, _)| *n != 1).map(|(_, l)| l.to_owned()).collect()
    };
    let (watched, plain): (Vec<String>, Vec<String>) =
        (lines(&watched.stdout), lines(&plain.stdout));
    assert_eq!(watched, plain);
    crate::common::program::same(&bench.files("watched"), &bench.files("plain"));
}

#[test]
fn watch_is_for_one_run() {
    let bench = Bench::new("");
    for more in [&["--replications", "2"][..], &["--precision", "5%"]] {
        let printed = bench.ends(104, "out", &[more, &["--watch"]].concat());
        assert!(printed.contains("--watch shows one run"), "{printed}");
    }
}

#[cfg(unix)]
mod in_a_terminal {
    use super::*;
    use crate::common::pty::Terminal;

    const TAKEN: &str = "\x1b[?1049h";
    const GIVEN_BACK: &str = "\x1b[?1049l";

    /// A run that takes hours, in a terminal.
    fn long(bench: &Bench) -> Terminal {
        let mut terminal = Terminal::of(bench.command(&[
            "run",
            "small.yaml",
            "--watch",
            "--out",
            "watched",
            "--set",
            "run.duration=20000h",
        ]));
        terminal.until("quit,");
        terminal
    }

    #[test]
    fn a_run_in_view_writes_the_same_bytes_and_prints_its_summary_afterwards() {
        let bench = Bench::new("slo: [ messages_lost count == 0, 'message_latency p95 < 1h' ]\n");
        bench.ends(0, "plain", &[]);
        let arguments = ["run", "small.yaml", "--watch", "--out", "watched"];
        let (code, shown) = Terminal::of(bench.command(&arguments)).end();
        assert_eq!(code, Some(0), "{shown}");
        let (view, after) = shown.split_once(GIVEN_BACK).expect("the screen is left");
        assert!(view.contains(TAKEN) && view.contains("running"), "{view}");
        assert!(after.contains("every SLO line holds") && after.contains("results in watched"));
        crate::common::program::same(&bench.files("watched"), &bench.files("plain"));
    }

    #[test]
    fn q_and_ctrl_c_end_the_run_like_a_signal() {
        for key in ["q", "\x03"] {
            let bench = Bench::new("");
            let mut terminal = long(&bench);
            terminal.press(key);
            let (code, shown) = terminal.end();
            assert_eq!(code, Some(105), "{shown}");
            assert_eq!(bench.json("watched/manifest.json")["stop_reason"], "interrupted");
            let (_, after) = shown.split_once(GIVEN_BACK).expect("the screen is left");
            assert!(after.contains("(interrupted)"), "{after}");
        }
    }

    #[test]
    fn a_paused_run_waits_until_it_may_go_on_and_can_be_ended() {
        let bench = Bench::new("");
        let mut terminal = long(&bench);
        terminal.press(" ");
        terminal.until("paused");
        terminal.press(" ");
        terminal.until("running");
        terminal.press(" ");
        terminal.until("paused");
        terminal.press("q");
        assert_eq!(terminal.end().0, Some(105));
    }

    #[test]
    fn a_signal_ends_a_paused_run_and_the_screen_is_left() {
        let bench = Bench::new("");
        let mut terminal = long(&bench);
        terminal.press(" ");
        terminal.until("paused");
        terminal.terminate();
        let (code, shown) = terminal.end();
        assert_eq!(code, Some(105), "{shown}");
        assert!(shown.contains(GIVEN_BACK), "{shown}");
    }
}
