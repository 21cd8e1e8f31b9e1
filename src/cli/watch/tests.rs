//! What the view shows of a run, as golden files at three sizes: `UPDATE_GOLDEN=1 cargo test --lib
//! watch` writes them anew; read them before they are committed.

use std::path::Path;
use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio_util::sync::CancellationToken;

use super::super::state::State;
use super::{draw, meter, shares, spark};
use crate::domain::time::Instant;
use crate::measure::slo;
use crate::run::{self, Options};
use crate::topology::{self, Override, Source};

/// A shipped topology that is too small for its load, with an outage and SLO lines of every
/// standing.
fn state() -> State {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies/sms-fallback-storm.yaml");
    let text = std::fs::read_to_string(path).expect("a shipped topology");
    let (before, _) = text.split_once("\nslo:").expect("SLO lines");
    let text = format!(
        "{before}
timeline:
  - {{ at: 1m, node_down: imsp-a.hlr, for: 20m }}
slo:
  - messages_offered count < 100
  - message_latency{{route=on-net}} p50 < 1ms
  - message_latency p95 < 10m
  - message_latency p95 < 10m during 8m..9m
"
    );
    let source = Source::new("storm.yaml", text);
    let warm_up = Override::parse("run.warm_up=1m").expect("an override");
    let federation = topology::load(&source, &[warm_up]).expect("a valid topology").federation;
    let (names, measured) = (run::names(&federation), federation.run.duration);
    let lines = federation.slo.iter();
    let lines = lines.map(|line| slo::parse(line, &names, measured).expect("a line")).collect();
    let plan = Arc::new(run::plan(federation));
    let setup = Arc::new(run::setup(&plan, lines));
    let mut state = State::new(&plan.federation, setup.interval);
    let stop = CancellationToken::new();
    let options = Options { threads: 1, ..Options::default() };
    let mut look = |glance| {
        state.interval(glance);
        if state.rates[0].len() == 40 {
            stop.cancel();
        }
    };
    let ended = run::watched(&plan, &setup, options, &stop, &mut |_, _| {}, Some(&mut look))
        .expect("a sound run");
    state.progress(ended.at, 1_234_567, 12.5);
    state
}

fn shown(state: &State, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| _ = draw(state, frame)).expect("drawn");
    let cells = terminal.backend().buffer().content();
    let line = |cells: &[ratatui::buffer::Cell]| {
        let line: String = cells.iter().map(|cell| cell.symbol()).collect();
        format!("{}\n", line.trim_end())
    };
    cells.chunks(usize::from(width.max(1))).map(line).collect()
}

#[test]
fn the_view_reads_as_it_did_at_three_sizes() {
    let state = state();
    for (width, height) in [(80, 24), (100, 30), (140, 50)] {
        let shown = shown(&state, width, height);
        let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("tests/golden/watch-{width}x{height}.txt"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&golden, &shown).expect("written");
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        assert!(shown == expected, "{width} x {height} reads\n{shown}");
    }
}

#[test]
fn before_the_first_interval_the_view_says_when_there_will_be_one() {
    let mut state = state();
    state.last = None;
    state.progress(Instant::START, 0, 0.0);
    let early = shown(&state, 80, 24);
    assert!(early.contains("Warm-up; measuring begins at 60.0 s."), "{early}");
    assert!(!early.contains("left"), "nobody knows yet: {early}");
    state.paused = true;
    assert!(shown(&state, 80, 24).contains("paused"));
}

#[test]
fn a_terminal_of_any_size_gets_what_fits() {
    let mut state = state();
    for scroll in [0, usize::MAX] {
        state.scroll = scroll;
        for width in [1, 2, 20, 59, 60, 79, 80, 99, 100, 300] {
            for height in 1..60 {
                shown(&state, width, height);
            }
        }
    }
    assert!(shown(&state, 40, 10).contains("are needed for more"));
}

#[test]
fn stations_are_scrolled_to_the_last_and_no_further() {
    let mut state = state();
    let name = |state: &State| {
        let page = shown(state, 80, 24);
        let mut lines = page.lines().skip_while(|line| !line.contains("Busiest stations"));
        lines.nth(1).expect("a station").to_owned()
    };
    let first = name(&state);
    state.scroll(1);
    assert_ne!(name(&state), first);
    state.scroll(isize::MAX);
    assert!(shown(&state, 80, 24).contains("of "), "the last ones");
    state.scroll(isize::MIN);
    assert_eq!(name(&state), first);
}

#[test]
fn rows_are_shared_out_to_those_that_want_more() {
    assert_eq!(shares(10, [38, 8, 3]), [4, 3, 3]);
    assert_eq!(shares(10, [38, 1, 0]), [9, 1, 0]);
    assert_eq!(shares(10, [1, 1, 1]), [1, 1, 1]);
    assert_eq!(shares(2, [5, 5, 5]), [1, 1, 0]);
}

#[test]
fn bars_are_true() {
    assert_eq!(spark(&[0.0, 1.0, 4.0, f64::NAN, 8.0], 6), "▁▁▄ █ ");
    assert_eq!(spark(&[8.0, 0.0, 0.1, 4.0], 2), "█▄", "the largest of each part");
    assert_eq!((spark(&[0.0], 1).as_str(), spark(&[0.0], 0).as_str()), ("▁", ""));
    assert_eq!(spark(&[f64::NAN], 2), "  ");
    assert_eq!((meter(0.0, 2).as_str(), meter(0.53, 2).as_str()), ("  ", "█ "));
    assert_eq!((meter(0.25, 2).as_str(), meter(3.0, 2).as_str()), ("▌ ", "██"));
}
