//! A program in a terminal of its own: what it writes, and keys for it. Nothing sleeps: who waits
//! for a text waits for output, up to a deadline.

#![allow(clippy::disallowed_methods, reason = "a deadline is one of the wall clock")]

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// How long a test waits for anything, at most.
const PATIENCE: Duration = Duration::from_secs(120);

/// A terminal of 100 columns and 30 lines with a program in it.
pub struct Terminal {
    child: Child,
    keys: File,
    output: Receiver<Vec<u8>>,
    /// What was written so far, and how much of it has been waited for.
    shown: Vec<u8>,
    seen: usize,
    deadline: Instant,
}

impl Terminal {
    /// Starts a command.
    pub fn of(mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("granted");
        unlockpt(&master).expect("unlocked");
        let size = Winsize { ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        let name = ptsname(&master, Vec::new()).expect("a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let slave = open(name, flags, Mode::empty()).expect("the program's side");
        tcsetwinsize(&slave, size).expect("sized");
        let end = |fd: &OwnedFd| Stdio::from(fd.try_clone().expect("another"));
        command.env("TERM", "xterm").env_remove("NO_COLOR");
        command.stdin(end(&slave)).stdout(end(&slave)).stderr(end(&slave));
        let child = command.spawn().expect("the program starts");
        // So that its end is the end of the output.
        drop((slave, command));
        let keys = File::from(master);
        let mut reader = keys.try_clone().expect("another");
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                if send.send(bytes[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let deadline = Instant::now() + PATIENCE;
        Self { child, keys, output, shown: Vec::new(), seen: 0, deadline }
    }

    /// Waits until the program writes a text, after whatever was waited for before.
    #[track_caller]
    pub fn until(&mut self, text: &str) {
        loop {
            let new = &self.shown[self.seen..];
            let found = new.windows(text.len()).position(|window| window == text.as_bytes());
            if let Some(place) = found {
                self.seen += place + text.len();
                return;
            }
            assert!(self.more(), "{text:?} does not come:\n{}", self.text());
        }
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("pressed");
    }

    /// Asks the program to end, by a signal.
    pub fn terminate(&self) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).expect("asked");
    }

    /// Waits for the program's end; its exit code and all that it wrote.
    pub fn end(mut self) -> (Option<i32>, String) {
        while self.more() {}
        if Instant::now() >= self.deadline {
            let _ = self.child.kill();
        }
        let status = self.child.wait().expect("the program ends");
        (status.code(), self.text())
    }

    fn more(&mut self) -> bool {
        let left = self.deadline.saturating_duration_since(Instant::now());
        match self.output.recv_timeout(left) {
            Ok(bytes) if !left.is_zero() => self.shown.extend(bytes),
            _ => return false,
        }
        true
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind.
        let _ = self.child.kill();
    }
}
