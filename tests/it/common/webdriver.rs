//! A browser that tests speak with: headless Chromium behind its driver, over the WebDriver protocol,
//! which is JSON over plain HTTP on this machine. Nobody waits for a fixed time: conditions are asked
//! for until a deadline.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

use super::needs;

/// How to get it.
const INSTALL: &str = "apt-get install chromium chromium-driver";

/// How long anything may take; machines of a CI service are slow.
const DEADLINE: Duration = Duration::from_secs(60);

/// A browser with one window.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one; `None`, with a line that says so, where there is none.
    pub fn start() -> Option<Self> {
        if !needs::program("chromedriver", INSTALL) {
            return None;
        }
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let started = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let driver = started.expect("chromedriver starts");
        let profile = tempfile::tempdir().expect("a folder");
        let mut browser = Self { driver, port, session: String::new(), _profile: profile };
        browser.until("the driver listens", |browser| {
            browser.ask("GET", "/status", None).is_ok_and(|status| status["ready"] == true)
        });
        let data = format!("--user-data-dir={}", browser._profile.path().display());
        let arguments = json!([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            data,
        ]);
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        match browser.ask("POST", "/session", Some(&wanted)) {
            Ok(session) => {
                browser.session = session["sessionId"].as_str().expect("a session").to_owned();
                Some(browser)
            }
            // A driver without its browser; one that is there and does not start is a fault.
            Err(error) if error.contains("cannot find Chrome binary") => {
                needs::skip("Chromium is not installed", INSTALL);
                None
            }
            Err(error) => panic!("Chromium does not start: {error}"),
        }
    }

    /// Asks until a condition holds.
    #[track_caller]
    #[allow(clippy::disallowed_methods, reason = "a deadline is of the wall clock")]
    pub fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            let late = start.elapsed() >= DEADLINE;
            let said = || {
                self.ask("POST", &self.of_session("/se/log"), Some(&json!({ "type": "browser" })))
            };
            assert!(!late, "{what}: not within {DEADLINE:?}; the console says {:?}", said());
            std::thread::yield_now();
        }
    }

    /// Opens a page from disk as wide as a desktop or a phone, in light or dark.
    pub fn open(&self, page: &Path, width: u32, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
        let screen =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", &screen);
        // What was logged before is not of this page.
        self.log("browser");
        self.log("performance");
        let url = format!("file://{}", page.display());
        self.command("POST", "/url", Some(&json!({ "url": url })));
        self.until("the page is ready", |browser| {
            browser.script("return document.documentElement.dataset.ready || ''") != ""
        });
    }

    /// Runs a script in the page; what it returns.
    pub fn script(&self, script: &str) -> Value {
        self.command("POST", "/execute/sync", Some(&json!({ "script": script, "args": [] })))
    }

    /// The element that a selector finds.
    #[track_caller]
    pub fn find(&self, selector: &str) -> String {
        let by = json!({ "using": "css selector", "value": selector });
        let found = self.command("POST", "/element", Some(&by));
        let id = found.as_object().and_then(|ids| ids.values().next()).and_then(Value::as_str);
        id.unwrap_or_else(|| panic!("no {selector}: {found}")).to_owned()
    }

    /// Clicks as people do.
    pub fn click(&self, selector: &str) {
        let path = format!("/element/{}/click", self.find(selector));
        self.command("POST", &path, Some(&json!({})));
    }

    /// Presses keys in an element.
    pub fn press(&self, selector: &str, keys: &str) {
        let path = format!("/element/{}/value", self.find(selector));
        self.command("POST", &path, Some(&json!({ "text": keys })));
    }

    /// A command of the DevTools protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.command("POST", "/goog/cdp/execute", Some(&body))
    }

    /// What the console or the network said since the last time.
    pub fn log(&self, kind: &str) -> Vec<Value> {
        let log = self.command("POST", "/se/log", Some(&json!({ "type": kind })));
        log.as_array().cloned().unwrap_or_default()
    }

    /// Writes a picture of the whole page.
    pub fn picture(&self, to: &Path) {
        let height = self.script("return document.documentElement.scrollHeight");
        self.picture_of_top(to, height.as_u64().unwrap_or(1));
    }

    /// A picture of so much of the page.
    pub fn picture_of_top(&self, to: &Path, height: u64) {
        let width = self.script("return document.documentElement.clientWidth");
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let wanted = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let shot = self.devtools("Page.captureScreenshot", &wanted);
        let text = shot["data"].as_str().expect("a picture");
        let png = base64::engine::general_purpose::STANDARD.decode(text).expect("base64");
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::write(to, png).expect("written");
    }

    #[track_caller]
    fn command(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let path = self.of_session(path);
        self.ask(method, &path, body).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn of_session(&self, path: &str) -> String {
        format!("/session/{}{path}", self.session)
    }

    /// One request on a connection of its own.
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let fail = |error: std::io::Error| error.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).map_err(fail)?;
        stream.set_read_timeout(Some(DEADLINE)).map_err(fail)?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).map_err(fail)?;
        let mut answer = Vec::new();
        let mut part = [0; 65536];
        loop {
            let read = stream.read(&mut part).map_err(fail)?;
            answer.extend_from_slice(&part[..read]);
            let text = String::from_utf8_lossy(&answer);
            let whole = text.split_once("\r\n\r\n").map(|(head, _)| {
                let length = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    let length = name.eq_ignore_ascii_case("content-length").then_some(value)?;
                    length.trim().parse::<usize>().ok()
                });
                // Without a length the end of the connection is the end of the answer.
                head.len() + 4 + length.unwrap_or(usize::MAX / 2)
            });
            if read == 0 || whole.is_some_and(|whole| answer.len() >= whole) {
                break;
            }
        }
        let text = String::from_utf8_lossy(&answer);
        let (head, body) = text.split_once("\r\n\r\n").ok_or("no answer")?;
        let value: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
        match head.split(' ').nth(1) {
            Some("200") => Ok(value["value"].clone()),
            _ => Err(format!("{} {}", value["value"]["error"], value["value"]["message"])),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = self.ask("DELETE", &format!("/session/{}", self.session), None);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
