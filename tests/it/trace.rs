//! `interwork trace` shows journeys in every format, each valid by somebody else's rules, and the use
//! cases of OMTP 2 step by step, as the document's workflows have them.

use std::path::Path;
use std::process::Command;

fn traced(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .arg("trace")
        .args(arguments)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

const WALK: &[&str] = &["--scenario", "tests/scenarios/uc-4b.txt"];

#[test]
fn the_walk_from_a1_to_c1_and_the_answer_names_its_rules() {
    let text = traced(WALK);
    for part in [
        "a client   a/0 means to write to c/0 (route sms-direct)",
        "converts it to SMS in 1 part, reply number 0",
        "finds the conversation by reply number 0",
        "c/0 has it after 1.23s",
        "a/0 has it after 240ms",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

/// The steps of one journey of a scenario: where, and what.
fn steps(scenario: &str, title: &str) -> Vec<String> {
    let file = format!("tests/scenarios/{scenario}.txt");
    let (kind, n) = title.split_once(' ').expect("such as `message 1`");
    let trace = traced(&["--scenario", &file, &format!("--{kind}"), n, "--format", "perfetto"]);
    let trace: serde_json::Value = serde_json::from_str(&trace).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("events");
    let named = |tid: &serde_json::Value| {
        let name = events.iter().find(|event| event["ph"] == "M" && event["tid"] == *tid);
        name.and_then(|event| event["args"]["name"].as_str()).expect("a named track")
    };
    let steps = events.iter().filter(|event| event["ph"] == "X");
    let words = |event: &serde_json::Value| {
        assert_eq!(event["cat"], title, "one journey and no other");
        let what = event["name"].as_str().expect("words");
        let what = what.split(", ").filter(|part| !part.ends_with(" bytes"));
        format!("{}: {}", named(&event["tid"]), what.collect::<Vec<_>>().join(", "))
    };
    steps.map(words).collect()
}

#[test]
fn use_case_1a_validates_at_home_and_shows_the_contact() {
    let rest = [
        "b imsp: answers with the UID and the presence: the default",
        "b gateway: answer to a",
        "a imsp: puts b/2 on the list of a/0",
        "a client: a/0 keeps b/2 among Legacy, lists b/2 as SMS-only, sees b/2 online, shows b/2 by client +46710000002, \
         reads \"SMS-only\" of b/2",
    ];
    let first = [
        "a client: a/0 means to add b/2 by number",
        "a imsp: finds the number with b, asks b to validate it",
        "a gateway: validate to b",
        "b imsp: registers an account for b/2",
    ];
    assert_eq!(steps("uc-1a", "contact 1"), [first, rest].concat());
    let again = first[..3].iter().chain(&rest).map(|step| step.replace("a/0", "a/1"));
    assert_eq!(steps("uc-1a", "contact 2"), again.collect::<Vec<_>>(), "one account is enough");
}

#[test]
fn use_case_1b_asks_nobody() {
    assert_eq!(
        steps("uc-1b", "contact 1"),
        [
            "a client: a/0 means to add c/0 by number",
            "a imsp: finds the number with c, asks nobody",
            "a imsp: puts c/0 on the list of a/0",
            "a client: a/0 keeps c/0 among Legacy, lists c/0 as SMS-only, sees c/0 online, shows c/0 by client +46760000000, \
             reads \"SMS-only\" of c/0",
        ]
    );
}

#[test]
fn who_is_added_again_goes_another_journey() {
    // B2 adds A1 as well, as RD-4 has it; between them A1 adds B1.
    let [first, back, other, again] =
        [1, 2, 3, 4].map(|n| steps("cr16-1-removed", &format!("contact {n}")));
    let meant = "a client: a/0 means to add b/0 by address";
    assert_eq!((first[0].as_str(), first.iter().filter(|step| *step == meant).count()), (meant, 1));
    assert!(!back.iter().any(|step| step.contains(" means to add ")), "{back:?}");
    assert_eq!(other[0], "a client: a/0 means to add b/2 by number");
    assert_eq!(again[0], meant);
    let listed = "a imsp: puts b/0 on the list of a/0".to_owned();
    assert!(first.contains(&listed) && again.contains(&listed), "{first:?} {again:?}");
}

#[test]
fn use_case_2a_converts_at_home() {
    assert_eq!(
        steps("uc-2a", "message 1"),
        [
            "a client: a/0 means to write to b/2",
            "a client: a/0 is told \"b/2 is served by SMS\"",
            "a imsp: sends it to b",
            "a gateway: message to b",
            "b imsp: converts it to SMS in 1 part, reply number 0",
            "b smsc: takes the fallback in 1",
            "b smsc: attempts the delivery",
            "b handset: b/2 has it after 1.2s",
        ]
    );
}

#[test]
fn use_case_2b_converts_at_the_sender_and_ends_on_the_other_network() {
    assert_eq!(
        steps("uc-2b", "message 1"),
        [
            "a client: a/0 means to write to c/0",
            "a client: a/0 is told \"c/0 is served by SMS\"",
            "a imsp: converts it to SMS in 1 part, reply number 0",
            "a smsc: takes the fallback in 1",
            "a smsc: attempts the delivery",
            "a gateway: sms to c",
            "c gateway: takes the short message for a phone of its network",
            "c handset: c/0 has it after 1.23s",
        ]
    );
}

#[test]
fn use_case_3_asks_about_every_watcher_and_tells_those_allowed() {
    assert_eq!(
        steps("uc-3", "upgrade 1"),
        [
            "b client: b/2 means to be an IM user",
            "b imsp: makes b/2 an IM user, to be asked about 2 watchers",
            "b client: asks b/2 to let a/0 see the presence",
            "b client: asks b/2 to let a/1 see the presence",
            "b imsp: b/2 allows a/0",
            "b gateway: presence to a",
            "b imsp: b/2 allows a/1",
            "b gateway: presence to a",
            "a client: a/0 sees b/2 as IM user",
            "a client: a/1 sees b/2 as IM user",
        ]
    );
    assert_eq!(
        steps("uc-3-denied", "upgrade 1")[2..],
        [
            "b client: asks b/2 to let a/0 see the presence",
            "b imsp: b/2 denies a/0",
            "b gateway: presence to a",
            "a client: a/0 loses sight of b/2",
        ]
    );
}

#[test]
fn a_message_takes_another_route_where_that_is_decided() {
    assert_eq!(
        steps("uc-3", "message 2"),
        [
            "a client: a/0 means to write to b/2",
            "a imsp: takes the route interworked",
            "a imsp: sends it to b",
            "a gateway: message to b",
            "b imsp: hands it down to the client",
            "b client: b/2 has it after 240ms",
        ]
    );
}

#[test]
fn use_case_4a_detects_im_over_sms_at_home() {
    assert_eq!(
        steps("uc-4a", "message 3"),
        [
            "b handset: b/2 means to write to a/1",
            "b smsc: takes the reply in 1",
            "b smsc: attempts the delivery",
            "b smsc: recognises IM over SMS by the number, and hands it to the IMSP",
            "b imsp: finds the conversation by reply number 1",
            "b imsp: sends it to a",
            "b gateway: message to a",
            "a imsp: hands it down to the client",
            "a client: a/1 has it after 250ms",
        ]
    );
}

#[test]
fn use_case_4b_ends_at_the_other_network_which_hands_it_to_its_imsp() {
    assert_eq!(
        steps("uc-4b", "message 2"),
        [
            "c handset: c/0 means to write to a/0",
            "c smsc: takes the reply in 1",
            "c smsc: attempts the delivery",
            "c gateway: sms to a",
            "a gateway: recognises IM over SMS by the number, and hands it to the IMSP",
            "a imsp: finds the conversation by reply number 0",
            "a imsp: hands it down to the client",
            "a client: a/0 has it after 240ms",
        ]
    );
}

#[test]
fn everything_of_a_scenario_is_followed_in_the_order_in_which_it_is_meant() {
    let text = traced(&["--scenario", "tests/scenarios/uc-3.txt"]);
    let titles = text.lines().filter(|line| !line.starts_with(' ') && !line.is_empty());
    let titles: Vec<&str> = titles.filter_map(|line| line.split(',').next()).collect();
    let expected = ["contact 1", "contact 2", "message 1", "upgrade 1", "message 2", "message 3"];
    assert_eq!(titles, expected);
}

#[test]
fn a_contact_of_an_im_user_is_asked_at_the_device_and_adds_the_other() {
    let asked = steps("rd-4", "contact 1");
    assert!(asked.contains(&"b client: its user accepts".to_owned()), "{asked:#?}");
    let back = steps("rd-4", "contact 2");
    assert!(back.contains(&"b imsp: puts a/0 on the list of b/0".to_owned()), "{back:#?}");
}

#[test]
fn rd_1_who_is_refused_elsewhere_is_told_with_the_status_of_the_protocol() {
    assert_eq!(
        steps("rd-1-status", "message 1"),
        [
            "a client: a/0 means to write to b/0",
            "a imsp: sends it to b",
            "a gateway: message to b",
            "b imsp: refused",
            "b gateway: answer to a",
            "a client: a/0 is told 532, recipient blocked the sender",
        ]
    );
}

#[test]
fn a_contact_validated_later_stays_on_the_list() {
    // After the two additions themselves, and the validation for the other.
    assert_eq!(
        steps("uc-3c-listed", "contact 4"),
        [
            "a imsp: finds the number with c, asks c to validate it",
            "a gateway: validate to c",
            "c imsp: registers an account for c/0",
            "c imsp: answers with the UID and the presence: the default",
            "c gateway: answer to a",
            "a imsp: keeps the contact on the list, with the UID and the presence",
        ]
    );
}

#[test]
fn pictures_and_traces_are_valid() {
    let svg = traced(&[WALK, &["--format", "svg"]].concat());
    roxmltree::Document::parse(&svg).expect("XML");
    let perfetto = traced(&[WALK, &["--format", "perfetto"]].concat());
    let trace: serde_json::Value = serde_json::from_str(&perfetto).expect("JSON");
    assert!(trace["traceEvents"].as_array().is_some_and(|events| events.len() > 10));
    assert!(traced(&[WALK, &["--format", "mermaid"]].concat()).starts_with("sequenceDiagram\n"));
}

#[test]
fn a_message_and_a_presence_change_of_a_run_are_followed() {
    let run = |what: &str, n: &str| {
        traced(&["topologies/two-imsps.yaml", "--set", "run.duration=30s", what, n])
    };
    assert!(run("--message", "3").starts_with("message 3, at "));
    let presence = run("--presence", "2");
    assert!(presence.contains("the presence of "), "{presence}");
    let none = Command::new(env!("CARGO_BIN_EXE_interwork"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .args([
            "trace",
            "topologies/two-imsps.yaml",
            "--set",
            "run.duration=1s",
            "--message",
            "99999",
        ])
        .output()
        .expect("the program starts");
    assert_eq!(none.status.code(), Some(104));
    assert!(String::from_utf8_lossy(&none.stderr).contains("there are only"));
}
