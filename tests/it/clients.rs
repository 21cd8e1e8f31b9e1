//! The access side: what clients ask of their server by themselves and otherwise, and how long what
//! comes for them waits, against formulas and lengths counted by hand (`wire::access`).

use crate::common::{close, gauge, metric, simulate};
use interwork::run::Finished;

/// People who do nothing, for ten hours.
const IDLE: &str = r#"
interwork: 1
name: idle
operators:
  a:
    kind: imsp
    domain: im.a.example
    numbers: ["+4670"]
    subscribers: { im: 50 }
    access: { mobile: 40ms }
    smsc: none
agreements: []
workload:
  contacts: { per_user: 0 }
  messages: { per_user: 0/h }
  presence: { changes: 0/h }
  sessions: { online: 100% }
  growth: { add_contact: 0/h }
run: { warm_up: 17m, duration: 10h }
"#;

/// Two operators whose users write to each other.
const BUSY: &str = r#"
interwork: 1
name: busy
operators:
  a:
    kind: imsp
    domain: im.a.example
    numbers: ["+4670"]
    subscribers: { im: 400 }
    access: { mobile: 40ms }
    smsc: none
  b:
    kind: imsp
    domain: im.b.example
    numbers: ["+4671"]
    subscribers: { im: 400 }
    access: { mobile: 40ms }
    smsc: none
agreements: [{ between: [a, b], protocol: ssp, link: { latency: 20ms } }]
workload:
  contacts: { per_user: 10, sms_only: 0% }
  sessions: { online: 100% }
  messages: { per_user: 20/h, reply: { share: 0% } }
run: { warm_up: 10m, duration: 60m }
"#;

const POLLS: &str = "operators.a.clients.mobile.channel=poll";

/// Requests, bytes up and bytes down of a kind at operator a; zero if there are none.
fn of(run: &Finished, kind: &str) -> [u64; 3] {
    ["client_requests", "client_bytes_up", "client_bytes_down"].map(|name| {
        let rows = run.results.metrics.iter();
        let row = rows.into_iter().find(|m| m.is(name, &[("operator", "a"), ("kind", kind)]));
        row.and_then(|row| row.count).unwrap_or(0)
    })
}

#[test]
fn an_idle_user_gives_signs_of_life_and_does_nothing_else() {
    let run = simulate(IDLE, &["operators.a.clients.mobile.keep_alive=1h"], 1);
    // Ten hours of fifty people: as many whenever each of them began to be silent.
    assert_eq!(of(&run, "keep-alive"), [500, 500 * 684, 500 * 717]);
    let all = run.results.metrics.iter().filter(|m| m.name == "client_requests");
    assert_eq!(all.count(), 1, "nobody does anything else");
}

#[test]
fn the_standard_client_gives_one_in_fifty_nine_minutes() {
    let run = simulate(IDLE, &[], 1);
    let [requests, ..] = of(&run, "keep-alive");
    // By user ten or eleven: 600 / 59 on average.
    assert!((requests as f64 - 50.0 * 600.0 / 59.0).abs() < 4.0 * (50.0 * 0.17f64).sqrt());
}

#[test]
fn a_client_that_polls_does_so_at_its_interval_and_gives_no_other_sign() {
    let run = simulate(IDLE, &[POLLS], 1);
    let polls = 50 * 10 * 120;
    assert_eq!(of(&run, "poll"), [polls, polls * 630, polls * 42]);
    assert_eq!(of(&run, "keep-alive"), [0; 3]);
}

/// Changes of presence come at random and end the silence: of the gaps, which are exponential, one of a
/// mean of ten minutes is longer than n times ten minutes with a chance of exp(-n).
#[test]
fn whatever_a_client_does_puts_its_next_sign_of_life_off() {
    let sets = [
        "operators.a.clients.mobile.keep_alive=10m",
        "operators.a.subscribers.im=300",
        "workload.presence.changes=6/h",
    ];
    let run = simulate(IDLE, &sets, 1);
    let hours = 300.0 * 10.0;
    let expected = hours * 6.0 * libm::exp(-1.0) / (1.0 - libm::exp(-1.0));
    close("signs of life", expected, of(&run, "keep-alive")[0] as f64, 4.0);
    let [updates, up, _] = of(&run, "update");
    close("updates", hours * 6.0, updates as f64, 4.0);
    assert_eq!(up, updates * 1141, "each as it was counted by hand");
}

/// What comes waits for the next poll: any part of the interval, half of it on average.
#[test]
fn polling_delays_messages_and_presence_by_half_an_interval_on_average() {
    let push = simulate(BUSY, &[], 2);
    let poll = simulate(BUSY, &[POLLS, "operators.a.clients.mobile.poll_interval=40s"], 2);
    let mean = |run: &Finished, name: &str, labels: &[(&str, &str)]| {
        let row = metric(&run.results, name, labels);
        (row.mean.expect("samples"), row.count.expect("samples") as f64)
    };
    for (name, labels) in [
        ("message_latency", [("route", "on-net"), ("from", "a"), ("to", "a")]),
        ("message_latency", [("route", "interworked"), ("from", "b"), ("to", "a")]),
        ("presence_latency", [("scope", "on-net"), ("from", "a"), ("to", "a")]),
    ] {
        let (before, _) = mean(&push, name, &labels);
        let (after, samples) = mean(&poll, name, &labels);
        // Uniform over 40 s; what waits together for one poll of 400 users counts as one sample.
        let deviation = 40.0 / 12f64.sqrt() / samples.min(400.0).sqrt();
        let error = after - before - 20.0;
        assert!(error.abs() < 4.0 * deviation, "{name}: {before} s, then {after} s");
        let most = metric(&poll.results, name, &labels).max.expect("samples");
        assert!(most > 38.0 && most < 41.5, "{name}: at most an interval more, {most} s");
    }
    // Whose clients are told at once, at once.
    let other = [("route", "interworked"), ("from", "a"), ("to", "b")];
    close(
        "b",
        mean(&push, "message_latency", &other).0,
        mean(&poll, "message_latency", &other).0,
        3.0,
    );
}

/// Of an interval in which something comes, one poll brings it; all that finds nothing is counted apart.
#[test]
fn every_poll_is_counted_once() {
    let run = simulate(BUSY, &[POLLS], 2);
    let kinds = ["receive", "notify", "report", "contacts", "group"];
    let fetched: u64 = ["receive", "notify"].map(|kind| of(&run, kind)[0]).iter().sum();
    assert!(kinds.iter().all(|kind| of(&run, kind)[0].is_multiple_of(2) || *kind == "contacts"));
    let (polls, ticks) = (fetched / 2 + of(&run, "poll")[0], 400 * 120);
    // Several things that wait for one poll take one each; nothing takes none.
    assert!(polls >= ticks && of(&run, "poll")[0] < ticks, "{polls} polls in {ticks} intervals");
}

#[test]
fn a_login_takes_eight_requests_and_brings_the_list() {
    let run = simulate(BUSY, &["workload.sessions.online=50%", "workload.sessions.length=10m"], 2);
    let logins = metric(&run.results, "logins", &[("operator", "a")]).count.expect("logins");
    let [requests, up, down] = of(&run, "login");
    assert!(logins > 500);
    assert_eq!((requests, up), (logins * 8, logins * (6950 + 23)));
    // Ten contacts each: a name of eight letters and a UID with their tags.
    let contact =
        "<NickName><Name>00000000</Name><UserID>wv:u0000000@im.a.example</UserID></NickName>";
    let each = (down - logins * (6034 + 4)) as f64 / logins as f64 / contact.len() as f64;
    close("contacts", 10.0, each, 12.0);
    let logouts = metric(&run.results, "logouts", &[("operator", "a")]).count.expect("logouts");
    assert_eq!(of(&run, "logout")[0], logouts);
}

/// The service that polls take is work of the server, and changes nothing of what is counted.
#[test]
fn polls_are_work_where_they_take_a_service() {
    let sets = [POLLS, "operators.a.subscribers.im=1000", "run.duration=1h"];
    let free = simulate(IDLE, &sets, 1);
    let server = "operators.a.im_server";
    let times = [format!("{server}.workers=1"), format!("{server}.service_time.poll=12ms")];
    let times = times.each_ref().map(String::as_str);
    let busy = simulate(IDLE, &[&sets[..], &times].concat(), 1);
    assert_eq!(of(&free, "poll"), of(&busy, "poll"));
    assert!(free.results.metrics.iter().all(|row| row.name != "station_utilisation"), "no work");
    let used = |run: &Finished| {
        gauge(&run.results, "station_utilisation", &[("station", "a/im_server")]).0
    };
    close("utilisation", 1000.0 / 30.0 * 0.012, used(&busy), 1.0);
}
