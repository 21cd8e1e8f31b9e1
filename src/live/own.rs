//! What a live run itself takes of the machine: processor time of its thread, and how long that thread stood
//! in the queue for a processor, as Linux tells. Elsewhere nothing is known.

use std::io::Read as _;

use crate::domain::time::Duration;

/// Between the begin and the end of a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Own {
    began: Option<[Duration; 2]>,
    /// Processor time, and time in the queue; `None` where the system does not tell.
    pub(crate) took: Option<[Duration; 2]>,
}

impl Own {
    /// The run begins.
    pub(super) fn begin() -> Self {
        Self { began: read(), took: None }
    }

    /// The run has ended.
    pub(super) fn end(&mut self) {
        self.took = self.began.zip(read()).map(|([cpu, queue], [cpu_now, queue_now])| {
            [
                Duration(cpu_now.0.saturating_sub(cpu.0)),
                Duration(queue_now.0.saturating_sub(queue.0)),
            ]
        });
    }
}

/// Processor time of this thread and its time in the queue so far, in nanoseconds.
fn read() -> Option<[Duration; 2]> {
    let mut text = String::new();
    std::fs::File::open("/proc/thread-self/schedstat").ok()?.read_to_string(&mut text).ok()?;
    let mut numbers = text.split_whitespace().map(str::parse);
    let mut next = || numbers.next()?.ok().map(Duration);
    Some([next()?, next()?])
}
