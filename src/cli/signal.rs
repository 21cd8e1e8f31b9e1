//! Ctrl-C and the polite signal to end: the first stops a run at the end of the window in hand, a
//! second one ends the process at once.

use std::io;
use std::sync::mpsc;

use tokio_util::sync::CancellationToken;

use super::{Exit, watch};

/// A token that is cancelled by the first signal from now on.
pub(super) fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let token = stop.clone();
    let (ready, listens) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let Ok(mut signals) = Signals::new() else { return };
            let _ = ready.send(());
            signals.next().await;
            token.cancel();
            signals.next().await;
            watch::leave();
            std::process::exit(Exit::Interrupted as i32);
        });
    });
    // Without a listener a signal ends the process as it always does.
    let _ = listens.recv();
    stop
}

/// The signals that ask the process to end.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
        Ok(Self { interrupt: signal(interrupt)?, terminate: signal(terminate)? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals that ask the process to end.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        let _ = self.0.recv().await;
    }
}
