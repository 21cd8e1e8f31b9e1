//! What threads do that meet, with claims on the way. Included once for each kind of `sync` that
//! `tests/exchange.rs` has.

use super::barrier::{Barrier, Patience};
use super::exchange::{Exchange, Failed, Word};
use super::sync::{Arc, AtomicU64, Ordering::Relaxed, spawn};
use super::threads::Threads;
use interwork::domain::time::Instant;

/// Before sleeping, how often a thread looks and spins, and how often it looks and yields.
pub type Awake = [u32; 2];

fn patience([spins, yields]: Awake) -> Patience {
    Patience { spins, yields }
}

/// Runs so many threads to their end, this one among them.
fn together(threads: usize, play: impl Fn(usize) + Clone + Send + 'static) {
    let others: Vec<_> = (1..threads)
        .map(|id| {
            let play = play.clone();
            spawn(move || play(id))
        })
        .collect();
    play(0);
    others.into_iter().for_each(|other| other.join().expect("a thread"));
}

/// Nobody goes on before all have come, and everybody sees what all did before.
pub fn rounds(threads: usize, rounds: u64, awake: Awake) {
    let barrier = Arc::new(Barrier::new(threads, patience(awake)));
    let sum = Arc::new(AtomicU64::new(0));
    together(threads, move |_| {
        for round in 1..=rounds {
            sum.fetch_add(1, Relaxed);
            barrier.wait();
            assert_eq!(sum.load(Relaxed), round * threads as u64, "all have come");
            barrier.wait();
        }
    });
}

/// What a thread says at the end of a window; in the last one somebody wants to stop, or has failed.
fn said(id: usize, window: u64, last: bool) -> Word {
    let failed = if last && id == 1 { Failed::process(7) } else { Failed::NOBODY };
    Word {
        next: Instant(10 * window + id as u64),
        events: window + 100 * id as u64,
        stop: last && id == 0,
        failed,
    }
}

/// In every window everybody hears what all say of that very window, stops and faults too, and gets
/// each mail once, of that window; at a tick in the middle the first gets all reports.
pub fn windows<const TURNS: usize>(threads: usize, windows: u64, awake: Awake) {
    let team = Threads::<(usize, u64), u64, TURNS>::team(threads, patience(awake));
    let mut team: Vec<_> = team.map(Some).collect();
    let first = team[0].take().expect("a thread");
    let others: Vec<_> = team
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(place, one)| spawn(move || through(one, place + 1, threads, windows)))
        .collect();
    through(first, 0, threads, windows);
    others.into_iter().for_each(|other| other.join().expect("a thread"));
}

fn through<const TURNS: usize>(
    mut one: Threads<(usize, u64), u64, TURNS>,
    id: usize,
    threads: usize,
    windows: u64,
) {
    for window in 0..windows {
        let last = window + 1 == windows;
        if window == 1 {
            let (agreed, mut reports) = one.meet(said(id, window, false), vec![id as u64]);
            assert_eq!(agreed, all(threads, window, false), "the words of the tick");
            reports.sort_unstable();
            let expected = if id == 0 { (0..threads as u64).collect() } else { Vec::new() };
            assert_eq!(reports, expected, "the reports of the tick");
        }
        let mut out: Vec<Vec<(usize, u64)>> =
            (0..threads).map(|to| if to == id { Vec::new() } else { vec![(id, window)] }).collect();
        let mut came = Vec::new();
        let agreed = one.swap(said(id, window, last), &mut out, |mail| came.push(mail));
        assert_eq!(agreed, all(threads, window, last), "the words of the window");
        let others = (0..threads).filter(|from| *from != id);
        assert_eq!(
            came,
            others.map(|from| (from, window)).collect::<Vec<_>>(),
            "the mail of the window"
        );
        assert!(out.iter().all(Vec::is_empty), "all is handed over");
    }
}

fn all(threads: usize, window: u64, last: bool) -> Word {
    (0..threads).map(|id| said(id, window, last)).fold(Word::NONE, Word::and)
}
