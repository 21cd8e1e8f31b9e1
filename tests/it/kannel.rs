//! Kannel as a client of a live run's SMSC: it binds, submits what comes by HTTP, takes receipts, and is back
//! by itself when the SMSC is.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::common::needs;

/// A program that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Kannel {
    folder: tempfile::TempDir,
    _boxes: [Running; 2],
    smsc: u16,
    http: u16,
}

/// Ports that nobody has at the moment.
fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
    listeners.map(|listener| listener.local_addr().expect("bound").port())
}

impl Kannel {
    /// None, if it is not installed.
    fn start() -> Option<Self> {
        let how = "apt-get install kannel";
        if !needs::program("bearerbox", how) || !needs::program("smsbox", how) {
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let [smsc, http, admin, own] = free_ports();
        let conf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/kannel.conf");
        let mut conf = std::fs::read_to_string(conf).expect("a template");
        for (word, port) in [("@SMSC@", smsc), ("@HTTP@", http), ("@ADMIN@", admin), ("@BOX@", own)]
        {
            conf = conf.replace(word, &port.to_string());
        }
        std::fs::write(folder.path().join("k.conf"), conf).expect("written");
        let start = |program: &str| {
            let mut command = Command::new(program);
            command.arg("k.conf").current_dir(&folder);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            Running(command.spawn().expect("it starts"))
        };
        let bearerbox = start("bearerbox");
        answers(own);
        let smsbox = start("smsbox");
        answers(http);
        Some(Self { folder, _boxes: [bearerbox, smsbox], smsc, http })
    }

    /// Submits a text. It takes it in any case, for now or for later.
    fn send(&self, to: &str, text: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.http)).expect("its door");
        let query = format!("username=t&password=t&from=60010&to={to}&text={text}");
        // Of delivery and of failure, to nobody's address.
        let receipts = "dlr-mask=3&dlr-url=http%3A%2F%2F127.0.0.1%3A9%2F";
        let get = format!("GET /cgi-bin/sendsms?{query}&{receipts} HTTP/1.0\r\n\r\n");
        stream.write_all(get.as_bytes()).expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.0 202"), "{answer}");
    }

    /// A live run with an SMSC that it may come to.
    fn live(&self, out: &str, duration: &str) -> Running {
        let topology = Path::new(env!("CARGO_MANIFEST_DIR"));
        let topology = topology.join("topologies/live/client-under-test.yaml");
        let mut command = Command::new(env!("CARGO_BIN_EXE_interwork"));
        command.arg("live").arg(topology).args(["--wait", "30s", "--out", out]);
        let smpp = format!("operators.westtel.smsc.listen.smpp=127.0.0.1:{}", self.smsc);
        for set in [
            &*smpp,
            "operators.westtel.smsc.listen.accounts=[{ system_id: kannel }]",
            "operators.westtel.smsc.attempt_time=100ms",
            "operators.westtel.hlr.attached=100%",
            duration,
        ] {
            command.args(["--set", set]);
        }
        command.current_dir(&self.folder).stdout(Stdio::null()).stderr(Stdio::null());
        Running(command.spawn().expect("it starts"))
    }

    /// What a run that has ended says of its SMSC's door.
    fn door(&self, out: &str) -> Value {
        let manifest = self.folder.path().join(out).join("manifest.json");
        let manifest = std::fs::read_to_string(manifest).expect("written");
        let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
        manifest["live"]["ways"][0]["door"].clone()
    }
}

/// Waits until somebody listens there.
fn answers(port: u16) {
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
}

#[test]
fn kannel_submits_to_our_smsc_and_is_back_when_that_is_back() {
    let Some(kannel) = Kannel::start() else { return };
    let mut first = kannel.live("first", "run.duration=4s");
    answers(kannel.smsc);
    let number = |n: usize| format!("4673000{n:04}");
    for n in 0..10 {
        kannel.send(&number(n), "Hello");
    }
    kannel.send(&number(10), &"long+".repeat(50));
    assert!(first.0.wait().expect("it ends").success());
    let door = kannel.door("first");
    let told = ["came", "strangers", "accepted", "delivered"].map(|key| door[key].as_u64());
    // Of the long one it asks for one receipt.
    assert_eq!(told, [Some(11), Some(11), Some(11), Some(11)], "{door}");

    // Nobody is there: it keeps what comes, and brings it when somebody is.
    for n in 0..5 {
        kannel.send(&number(n), "again");
    }
    let mut second = kannel.live("second", "run.duration=5s");
    assert!(second.0.wait().expect("it ends").success());
    let door = kannel.door("second");
    let told = ["came", "accepted", "delivered", "undelivered"].map(|key| door[key].as_u64());
    assert_eq!(told, [Some(5), Some(5), Some(5), Some(0)], "{door}");
}
