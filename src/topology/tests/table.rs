//! A walk through the whole table of keys: every key, word and distribution that a topology may have
//! makes a federation of its own, so none is known to the table alone.

use super::*;
use crate::domain::federation::FaultKind;
use crate::topology::keys;
use crate::topology::shape::{COUNTS, DELAYS, Field, Shape};
use crate::topology::words;

/// One operator of each kind, and one of everything that stands in lists.
const BASE: &str = "
interwork: 1
name: table
operators:
  imsp-a: { kind: imsp, domain: a.example, numbers: ['+461'], subscribers: { im: 50 } }
  ims-b: { kind: ims, domain: b.example, numbers: ['+462'], subscribers: { im: 50 } }
  mno-c: { kind: mno, numbers: ['+463'], subscribers: { sms_only: 90 } }
  ims-d: { kind: ims, domain: d.example, numbers: ['+464'], subscribers: { im: 50 } }
  hub-x: { kind: hub }
portability: [{ from: imsp-a, to: mno-c, share: 1% }]
agreements:
  - { between: [imsp-a, ims-b], protocol: ssp }
  - { between: [hub-x, mno-c], protocol: sms }
  - { between: [ims-b, ims-d], protocol: simple }
workload: { stages: [{ for: 1m, load: 1 }] }
";

/// Values of keys that hang together with others.
const BY_HAND: &[(&str, &[&str])] = &[
    (
        "operators.imsp-a.smsc.external",
        &[
            "{ smpp: 'h:1' }",
            "{ smpp: 'h:2' }",
            "{ smpp: 'h:1', system_id: s }",
            "{ smpp: 'h:1', password_env: P }",
            "{ smpp: 'h:1', sessions: 2 }",
            "{ smpp: 'h:1', window: 3 }",
            "{ smpp: 'h:1', response: 1s }",
            "{ smpp: 'h:1', enquire_link: 1s }",
            "{ smpp: 'h:1', receipts: false }",
            "{ smpp: 'h:1', receipt_within: 1s }",
            "{ smpp: 'h:1', long: sar }",
            "{ smpp: 'h:1', long: payload }",
        ],
    ),
    (
        "operators.*.smsc.listen",
        &[
            "{ accounts: [{ system_id: s }] }",
            "{ accounts: [{ system_id: s }], smpp: 'h:1' }",
            "{ accounts: [{ system_id: t }] }",
            "{ accounts: [{ system_id: s, password_env: P }] }",
            "{ accounts: [{ system_id: s, sessions: 2 }] }",
            "{ accounts: [{ system_id: s }], window: 3 }",
            "{ accounts: [{ system_id: s }], identities: decimal }",
            "{ accounts: [{ system_id: s }], identities: mixed }",
            "{ accounts: [{ system_id: s }], faults: [{ at: 1s, for: 1s, does: throttle }] }",
            "{ accounts: [{ system_id: s }], faults: [{ at: 2s, for: 1s, does: throttle }] }",
            "{ accounts: [{ system_id: s }], faults: [{ at: 1s, for: 2s, does: throttle }] }",
            "{ accounts: [{ system_id: s }], faults: [{ at: 1s, for: 1s, does: slow }] }",
            "{ accounts: [{ system_id: s }], faults: [{ at: 1s, for: 1s, does: slow, by: 2s }] }",
            "{ accounts: [{ system_id: s }], faults: [{ at: 1s, for: 1s, does: queue_full }] }",
            "{ accounts: [{ system_id: s }], faults: [{ at: 1s, for: 1s, does: silent }] }",
            "{ accounts: [{ system_id: s }], faults: [{ at: 1s, for: 1s, does: drop }] }",
            "{ accounts: [{ system_id: s }], faults: [{ at: 1s, for: 1s, does: late_receipts }] }",
        ],
    ),
    ("operators.*.domain", &["y.example", "z.example"]),
    ("operators.*.numbers", &["['+477']", "['+478']"]),
    (
        "operators.*.subscribers.access",
        &["{ mobile: 60%, wired: 40% }", "{ mobile: 70%, wired: 30% }"],
    ),
    (
        "operators.*.clients",
        &[
            "{ mobile: { channel: poll } }",
            "{ mobile: { channel: poll, poll_interval: 20s } }",
            "{ mobile: { keep_alive: 20m } }",
        ],
    ),
    ("portability.0.from", &["imsp-a", "ims-b"]),
    ("portability.0.to", &["mno-c", "ims-b"]),
    ("agreements.0.between", &["[imsp-a, ims-b]", "[hub-x, ims-b]"]),
    ("agreements.0.protocol", &["ssp", "xmpp", "sms"]),
    ("agreements.2.protocol", &["simple", "ssp"]),
    ("agreements.2.presence.notification", &["full", "partial"]),
    (
        "agreements.0.session",
        &["none", "{}", "{ keep_alive: 11s }", "{ timeout: 11s }", "{ retry: [11s] }"],
    ),
    ("agreements.0.link.latency", &["1ms", "{ uniform: { min: 1ms, max: 2ms } }"]),
    (
        "agreements.0.rate_limit",
        &[
            "5/s",
            "{ rate: 6/s }",
            "{ rate: 5/s, burst: 7 }",
            "{ rate: 5/s, window: 1s }",
            "{ rate: 5/s, over: queue }",
            "{ rate: 5/s, over: queue, queue_limit: 7 }",
            "{ rate: 5/s, over: sms }",
            "{ imsp-a: 5/s }",
            "{ ims-b: { rate: 5/s, over: refuse } }",
        ],
    ),
    (
        "timeline",
        &[
            "[{ at: 1s, upgrade: mno-c/3 }]",
            "[{ at: 1s, lapse: imsp-a/3 }]",
            "[{ at: 1s, becomes_imsp: mno-c, domain: c.example }]",
            "[{ at: 1s, agree: { between: [ims-b, mno-c], protocol: sms } }]",
            "[{ at: 1s, link_down: [imsp-a, ims-b], for: 1s }]",
            "[{ at: 1s, link_slow: [imsp-a, ims-b], factor: 2, for: 1s }]",
            "[{ at: 1s, link_slow: [imsp-a, ims-b], factor: 3, for: 1s }]",
            "[{ at: 1s, node_down: imsp-a.im_server, for: 1s }]",
            "[{ at: 1s, node_down: imsp-a.smsc, for: 1s }]",
            "[{ at: 1s, node_down: 'imsp-a.smsc[0]', for: 1s }]",
            "[{ at: 1s, node_down: imsp-a.hlr, for: 1s }]",
            "[{ at: 1s, node_down: ims-b.translator, for: 1s }]",
            "[{ at: 1s, node_down: hub-x.relay, for: 1s }]",
            "[{ at: 1s, node_down: hub-x.relay, for: 2s }]",
        ],
    ),
    ("workload.by_operator", &["{ imsp-a: { load: 2 } }", "{ ims-b: { load: 2 } }"]),
    ("workload.contacts.file", &["one.csv", "two.csv"]),
];

/// Keys that can have only one value here.
const ONE_VALUE: &[&str] = &[
    // The same table as of an IMSP; nobody sends from an operator without IM.
    "operators.ims-b.smsc.external",
    "operators.mno-c.smsc.external",
    "interwork",                          // the version
    "operators.*.kind",                   // the walk goes through each kind by itself
    "operators.*.im_server.overload",     // not simulated yet
    "operators.mno-c.subscribers.im",     // it has no IM users
    "operators.mno-c.subscribers.access", // it has one kind of access
    "agreements.0.presence.notification", // of SIP alone
];

fn by_hand(path: &str) -> Option<&'static [&'static str]> {
    let found = BY_HAND.iter().find(|(known, _)| alike(known, path));
    found.map(|(_, values)| *values)
}

/// Whether a path is meant; `*` is any key.
fn alike(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) =
        (pattern.split('.').collect(), path.split('.').collect());
    pattern.len() == path.len() && pattern.iter().zip(path).all(|(a, b)| *a == "*" || *a == b)
}

/// Values for a shape, each with another meaning.
fn values(shape: &Shape) -> Vec<String> {
    let two = |unit: &str| vec![format!("11{unit}"), format!("12{unit}")];
    match shape {
        Shape::Text => vec!["first".to_owned(), "second".to_owned()],
        Shape::Flag => vec!["true".to_owned(), "false".to_owned()],
        Shape::Count(min, _) => vec![(min + 2).to_string(), (min + 3).to_string()],
        Shape::Number => vec!["1.5".to_owned(), "2.5".to_owned()],
        Shape::Share => two("%"),
        Shape::Duration => two("s"),
        Shape::Rate => two("/h"),
        Shape::Bandwidth => two("Mbit/s"),
        Shape::Word(words) => words.iter().map(|word| (*word).to_owned()).collect(),
        Shape::DurationDistribution => distributions(&Shape::Duration, DELAYS, "delays.csv"),
        Shape::CountDistribution => distributions(&Shape::Count(0, 99), COUNTS, "counts.csv"),
        Shape::Either(word, other) => [values(word), values(other)].concat(),
        Shape::ServiceTimes => {
            let kind = |kind: &&str| format!("{{ {kind}: 7ms }}");
            let kinds = words::SERVICES.list.iter().map(kind).collect();
            [distributions(&Shape::Duration, DELAYS, "delays.csv"), kinds].concat()
        }
        Shape::List(inner, _) => values(inner).iter().map(|item| format!("[{item}]")).collect(),
        Shape::Map(fields) => vec![map(fields)],
        Shape::Named(_)
        | Shape::Agreement
        | Shape::Operators
        | Shape::RateLimit
        | Shape::WorkloadByOperator
        | Shape::Free => Vec::new(),
    }
}

/// Plain values and each of the distributions.
fn distributions(plain: &Shape, kinds: &[Field], file: &str) -> Vec<String> {
    let one = |kind: &Field| match kind.shape {
        Shape::Text => format!("{{ {}: {file} }}", kind.key),
        shape => format!("{{ {}: {} }}", kind.key, values(&shape)[0]),
    };
    values(plain).into_iter().chain(kinds.iter().map(one)).collect()
}

/// A map of all of these keys; of two of one shape the later has more.
fn map(fields: &[Field]) -> String {
    let pair = |(place, field): (usize, &Field)| {
        let values = match field.shape {
            // A plain one: distributions may stand within each other without an end.
            Shape::DurationDistribution => values(&Shape::Duration),
            shape => values(&shape),
        };
        format!("{}: {}", field.key, values[place.min(values.len() - 1)])
    };
    let pairs: Vec<String> = fields.iter().enumerate().map(pair).collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// Every path of a table with the values it takes.
fn walk(fields: &[Field], above: &str, all: &mut Vec<(String, Vec<String>)>) {
    for field in fields {
        let path = match above {
            "" => field.key.to_owned(),
            above => format!("{above}.{}", field.key),
        };
        if ONE_VALUE.iter().any(|known| alike(known, &path)) {
            continue;
        }
        if let Some(values) = by_hand(&path) {
            all.push((path, values.iter().map(|value| (*value).to_owned()).collect()));
            continue;
        }
        match &field.shape {
            Shape::Map(inner) => walk(inner, &path, all),
            Shape::List(Shape::Agreement, _) => {
                walk(keys::AGREEMENT, &format!("{path}.0"), all);
                // What only another protocol can have.
                let simple = BY_HAND.iter().filter(|(path, _)| path.starts_with("agreements.2."));
                for (path, values) in simple {
                    let values = values.iter().map(|value| (*value).to_owned());
                    all.push(((*path).to_owned(), values.collect()));
                }
            }
            Shape::List(Shape::Map(inner), _) => walk(inner, &format!("{path}.0"), all),
            Shape::Named(inner) => all.push((format!("{path}.mobile"), values(inner))),
            Shape::Either(Shape::Word(_), Shape::Map(inner)) if inner.len() > 1 => {
                walk(inner, &path, all);
                all.push((path, vec!["none".to_owned()]));
            }
            Shape::Operators => {
                let kinds = [
                    ("imsp-a", keys::IMSP),
                    ("ims-b", keys::IMS),
                    ("mno-c", keys::MNO),
                    ("hub-x", keys::HUB),
                ];
                assert_eq!(kinds.len(), words::KIND.list.len(), "one operator of each kind");
                for (name, fields) in kinds {
                    walk(fields, &format!("{path}.{name}"), all);
                }
            }
            shape => all.push((path, values(shape))),
        }
    }
}

#[test]
fn every_key_word_and_distribution_makes_a_federation_of_its_own() {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, rows) in [
        ("delays.csv", "3s,1\n4s,1\n"),
        ("counts.csv", "3,1\n4,1\n"),
        ("one.csv", "imsp-a/0,imsp-a/1\n"),
        ("two.csv", "imsp-a/0,imsp-a/2\n"),
    ] {
        std::fs::write(dir.path().join(name), rows).expect("written");
    }
    let path = dir.path().join("table.yaml").display().to_string();
    let source = Source::new(path, BASE);
    let federation = |sets: &[String]| {
        let sets: Vec<Override> =
            sets.iter().map(|set| Override::parse(set).expect("a good override")).collect();
        let loaded = load(&source, &sets).map(|topology| topology.federation);
        loaded.map_err(|problems| problems[0].message().to_owned())
    };
    let mut all = Vec::new();
    walk(keys::TOPOLOGY, "", &mut all);
    assert!(all.len() > 150, "the whole table is walked through: {} paths", all.len());
    let mut mute = Vec::new();
    for (path, values) in all {
        let made: Result<Vec<Federation>, String> =
            values.iter().map(|value| federation(&[format!("{path}={value}")])).collect();
        let made = match made {
            Ok(made) => made,
            Err(refused) => {
                mute.push(refused);
                continue;
            }
        };
        for (place, value) in values.iter().enumerate() {
            let same = (0..place).find(|&other| made[other] == made[place]);
            mute.extend(same.map(|other| format!("{path}: {value} means {}", values[other])));
        }
        // One value alone says something too.
        if let [only] = made.as_slice()
            && Ok(only) == federation(&[]).as_ref()
        {
            mute.push(format!("{path}: {} means nothing", values[0]));
        }
    }
    assert!(mute.is_empty(), "{}", mute.join("\n"));
}

#[test]
fn what_is_written_by_hand_for_the_walk_has_every_key_and_word() {
    let written = |path: &str| by_hand(path).expect("by hand").join(" ");
    let (limits, events) = (written("agreements.0.rate_limit"), written("timeline"));
    for field in keys::LIMIT {
        assert!(limits.contains(&format!("{}:", field.key)), "{}", field.key);
    }
    let sessions = written("agreements.0.session");
    for field in keys::SESSION {
        assert!(sessions.contains(&format!("{}:", field.key)), "{}", field.key);
    }
    for (path, fields) in [
        ("operators.imsp-a.smsc.external", keys::EXTERNAL_SMSC),
        ("operators.imsp-a.smsc.listen", keys::LISTEN),
    ] {
        let values = written(path);
        for field in fields {
            assert!(values.contains(&format!("{}:", field.key)), "{}", field.key);
        }
    }
    for word in FaultKind::LABELS {
        assert!(written("operators.imsp-a.smsc.listen").contains(word), "{word}");
    }
    for word in words::OVER.list {
        assert!(limits.contains(word), "{word}");
    }
    for field in keys::EVENT {
        assert!(events.contains(&format!("{}:", field.key)), "{}", field.key);
    }
}
