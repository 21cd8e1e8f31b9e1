//! Independent runs side by side: so many at a time, results in the order of the tasks. Every run
//! has a thread of its own; nothing that a run gives depends on which.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// Does `tasks` tasks, `jobs` at a time, until one gives an error; what they gave, in their order.
/// Tasks that were not begun when an error came, or after `task` says so, are left out.
///
/// # Errors
/// The error of the first task, in their order, that gave one.
pub(super) fn run<T: Send, E: Send>(
    jobs: NonZeroUsize,
    tasks: usize,
    task: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<T, E>)>> = Mutex::new(Vec::new());
    let locked = || done.lock().unwrap_or_else(PoisonError::into_inner);
    let work = || loop {
        let place = next.fetch_add(1, Relaxed);
        if place >= tasks {
            return;
        }
        let result = task(place);
        if result.is_err() {
            next.store(tasks, Relaxed);
        }
        locked().push((place, result));
    };
    std::thread::scope(|scope| {
        // The calling thread is one of them.
        for _ in 1..jobs.get().min(tasks) {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_tasks() {
        for jobs in [1, 2, 7] {
            let jobs = NonZeroUsize::new(jobs).expect("some");
            let squares = run(jobs, 50, |n| Ok::<_, ()>(n * n)).expect("no error");
            assert_eq!(squares, (0..50).map(|n| n * n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_error_ends_it() {
        let jobs = NonZeroUsize::new(2).expect("some");
        let result = run(jobs, 1000, |n| if n == 3 { Err(n) } else { Ok(n) });
        assert_eq!(result, Err(3));
    }
}
