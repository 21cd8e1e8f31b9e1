//! The contact graph by its rules. Shares are compared within four binomial deviations.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::domain::distribution::{CountDistribution, Zipf};
use crate::domain::federation::Contacts;
use crate::workload::fixture;

/// Two IMSPs alike, a smaller one, an operator without IM and a hub.
const OPERATORS: [(&str, u32, u32); 5] =
    [("a", 1500, 500), ("b", 1500, 500), ("c", 750, 0), ("hub", 0, 0), ("mno", 0, 1500)];

fn graph(operators: &[(&str, u32, u32)], contacts: &Contacts) -> (ContactGraph, Population) {
    let federation = fixture::federation(operators, contacts);
    let population = Population::new(&federation);
    (build(&federation, &population, 42), population)
}

fn ids(population: &Population, operator: u16) -> impl Iterator<Item = SubscriberId> {
    population.range(OperatorId(operator)).map(SubscriberId)
}

fn assert_share(name: &str, count: usize, of: usize, expected: f64) {
    let (count, of) = (count as f64, of as f64);
    let deviation = (of * expected * (1.0 - expected)).sqrt();
    assert!((count - of * expected).abs() <= 4.0 * deviation, "{name}: {count} of {of}");
}

#[test]
fn every_im_user_has_its_number_of_contacts_and_nobody_else_has_any() {
    let reversed = [("hub", 0, 0), ("c", 750, 0), ("mno", 0, 1500), ("b", 1500, 500)];
    for operators in [&OPERATORS[..], &reversed[..]] {
        let (graph, population) = graph(operators, &fixture::contacts(20));
        for subscriber in (0..population.total()).map(SubscriberId) {
            let expected = if population.is_im(subscriber) { 20 } else { 0 };
            assert_eq!(graph.contacts(subscriber).len(), expected);
        }
    }
}

#[test]
fn nobody_lists_itself_or_anybody_twice() {
    // Many contacts for few people: conflicts are the rule.
    let operators = [("a", 30, 8), ("b", 12, 0), ("c", 2, 2)];
    let (graph, population) = graph(&operators, &fixture::contacts(25));
    assert!(graph.len() > 500);
    for subscriber in (0..population.total()).map(SubscriberId) {
        let list = graph.contacts(subscriber);
        let different: BTreeSet<_> = list.iter().collect();
        assert_eq!(different.len(), list.len());
        assert!(!list.contains(&subscriber));
    }
}

#[test]
fn contacts_are_legacy_customers_and_elsewhere_by_their_shares() {
    let (graph, population) = graph(&OPERATORS, &fixture::contacts(20));
    let own = population.range(OperatorId(0));
    let all: Vec<_> = ids(&population, 0).flat_map(|user| graph.contacts(user)).copied().collect();
    let (im, legacy): (Vec<SubscriberId>, Vec<SubscriberId>) =
        all.iter().partition(|&&c| population.is_im(c));
    assert_share("legacy", legacy.len(), all.len(), 0.3);
    let (_, im_away): (Vec<SubscriberId>, Vec<SubscriberId>) =
        im.iter().copied().partition(|c: &SubscriberId| own.contains(&c.0));
    assert_share("IM elsewhere", im_away.len(), im.len(), 0.35);
    let (_, legacy_away): (Vec<SubscriberId>, Vec<SubscriberId>) =
        legacy.iter().copied().partition(|c: &SubscriberId| own.contains(&c.0));
    assert_share("legacy elsewhere", legacy_away.len(), legacy.len(), 0.6);
    let at = |contacts: &[SubscriberId], operator| {
        contacts.iter().filter(|&&c| population.operator(c) == OperatorId(operator)).count()
    };
    assert_share("IM at b by its users", at(&im_away, 1), im_away.len(), 2.0 / 3.0);
    assert_share("legacy at b by its customers", at(&legacy_away, 1), legacy_away.len(), 0.25);
    assert_eq!(at(&legacy_away, 2), 0);
}

#[test]
fn between_operators_alike_the_share_of_mutual_contacts_is_kept() {
    let operators = [("a", 3000, 100), ("b", 3000, 100)];
    for mutual in [0.0, 0.5, 0.8, 1.0] {
        let (graph, population) = graph(&operators, &Contacts { mutual, ..fixture::contacts(20) });
        let facts = facts(&graph, &population);
        // A one-way contact is returned by chance in at most 20 / 3000 of the cases; numbers of
        // mutual contacts wanted in both directions differ by some hundredths.
        let error = facts.mutual - mutual;
        assert!((-0.01..0.012).contains(&error), "{} for {mutual}", facts.mutual);
    }
}

#[test]
fn what_a_smaller_operator_cannot_return_is_one_way() {
    // All of 2000 users want ten mutual contacts among 200 users who want ten each.
    let operators = [("large", 2000, 0), ("small", 200, 0)];
    let rule = Contacts { elsewhere: 1.0, sms_only: 0.0, mutual: 1.0, ..fixture::contacts(10) };
    let (graph, population) = graph(&operators, &rule);
    let returned = |operator| {
        let pairs = ids(&population, operator)
            .flat_map(|user| graph.contacts(user).iter().map(move |&contact| (user, contact)));
        pairs.filter(|&(user, contact)| graph.contacts(contact).contains(&user)).count()
    };
    assert_eq!(returned(1), 2000);
    assert_eq!(returned(0), 2000);
    assert_eq!(graph.len(), 22_000);
}

#[test]
fn mutual_contacts_stand_anywhere_on_a_list() {
    let operators = [("a", 3000, 1000)];
    let (graph, population) = graph(&operators, &Contacts { mutual: 0.5, ..fixture::contacts(20) });
    let mutual = |places: std::ops::Range<usize>| {
        ids(&population, 0)
            .flat_map(|user| {
                graph.contacts(user).iter().skip(places.start).take(10).map(move |c| (user, *c))
            })
            .filter(|&(user, contact)| graph.contacts(contact).contains(&user))
            .count()
    };
    let (first, last) = (mutual(0..10), mutual(10..20));
    assert!(first > 9000);
    assert_share("mutual in the first half", first, first + last, 0.5);
}

#[test]
fn one_way_contacts_are_uniform_over_their_operator() {
    let operators = [("a", 50, 50)];
    let rule = Contacts { mutual: 0.0, sms_only: 0.5, ..fixture::contacts(10) };
    let federation = fixture::federation(&operators, &rule);
    let population = Population::new(&federation);
    let mut listed = [0f64; 100];
    for seed in 0..200 {
        let graph = build(&federation, &population, seed);
        for user in 0..100 {
            listed[user as usize] += graph.watchers(SubscriberId(user)).len() as f64;
        }
    }
    let total: f64 = listed.iter().sum();
    let expected = total / 100.0;
    let statistic: f64 =
        listed.iter().map(|seen| (seen - expected) * (seen - expected) / expected).sum();
    // 99 degrees of freedom, level 0.001. Without repeats counts vary less, never more.
    assert!(statistic < 148.23, "chi-square {statistic}");
}

#[test]
fn where_nobody_is_wanted_the_other_side_is_taken() {
    // Whether the first operator's users list IM users, such elsewhere, legacy customers, such
    // elsewhere.
    let [a, lonely, mno, b] = [("a", 100, 0), ("a", 1, 0), ("m", 0, 100), ("b", 100, 0)];
    let table = [
        (vec![a], [true, false, false, false]),
        (vec![("a", 1, 100)], [false, false, true, false]),
        (vec![lonely, mno], [false, false, true, true]),
        (vec![lonely, b], [true, true, false, false]),
        (vec![a, mno], [true, false, true, true]),
    ];
    for (operators, expected) in table {
        let (graph, population) = graph(&operators, &fixture::contacts(20));
        let own = population.range(OperatorId(0));
        let mut seen = [false; 4];
        for user in ids(&population, 0) {
            for contact in graph.contacts(user) {
                let kind = if population.is_im(*contact) { 0 } else { 2 };
                seen[kind] = true;
                seen[kind + 1] |= !own.contains(&contact.0);
            }
        }
        assert_eq!(seen, expected, "{operators:?}");
    }
}

#[test]
fn a_user_alone_in_the_world_lists_nobody() {
    assert_eq!(graph(&[("a", 1, 0)], &fixture::contacts(20)).0.len(), 0);
    assert_eq!(graph(&[("hub", 0, 0)], &fixture::contacts(20)).0.len(), 0);
    assert_eq!(graph(&[], &fixture::contacts(20)).0.len(), 0);
}

#[test]
fn more_contacts_than_people_end_at_all_of_them() {
    let (graph, population) = graph(&[("a", 3, 2)], &fixture::contacts(u32::MAX));
    for user in ids(&population, 0) {
        assert!(graph.contacts(user).len() <= 4);
    }
}

#[test]
fn list_lengths_follow_their_distribution() {
    let zipf = CountDistribution::Zipf(Arc::new(Zipf::new(200, 1.1)));
    let mean = zipf.mean();
    let rule = Contacts { per_user: zipf, ..fixture::contacts(0) };
    let (graph, _) = graph(&[("a", 10_000, 5000)], &rule);
    let average = graph.len() as f64 / 10_000.0;
    // The deviation of a draw is below 45; four standard errors.
    assert!((average - mean).abs() < 4.0 * 0.45, "{average} for {mean}");
    assert!(graph.longest() <= 200);
}

#[test]
fn the_same_seed_gives_the_same_graph_and_another_one_another() {
    let federation = fixture::federation(&OPERATORS, &fixture::contacts(20));
    let population = Population::new(&federation);
    let graph = |seed| build(&federation, &population, seed);
    assert_eq!(graph(1), graph(1));
    assert_ne!(graph(1), graph(2));
}

#[test]
fn pairs_from_a_file_replace_the_rules_in_their_order() {
    let (a, b) = (OperatorId(0), OperatorId(1));
    let pairs = vec![
        [(b, 0), (a, 2)],
        [(a, 1), (b, 3)],
        [(a, 1), (a, 0)],
        [(a, 1), (b, 3)],
        [(a, 0), (a, 0)],
        [(a, 0), (b, 99)],
        [(a, 0), (OperatorId(9), 0)],
        [(b, 3), (a, 0)],
        [(a, 99), (a, 0)],
    ];
    let rule = Contacts { pairs: Some(Arc::new(pairs)), ..fixture::contacts(20) };
    // Place 3 of b is a legacy customer, who has no list.
    let (graph, population) = graph(&[("a", 3, 0), ("b", 2, 2)], &rule);
    let (a0, b0, b3) = (SubscriberId(0), population.subscriber(b, 0), population.subscriber(b, 3));
    assert_eq!(graph.contacts(SubscriberId(1)), [b3, a0]);
    assert_eq!(graph.contacts(b0), [SubscriberId(2)]);
    assert_eq!(graph.len(), 3);
}

#[test]
fn facts_count_what_is_in_a_graph() {
    let federation = fixture::federation(&[("a", 2, 1), ("b", 2, 1)], &fixture::contacts(0));
    let population = Population::new(&federation);
    // 0 and 1 are IM users of a, 2 its legacy customer; 3, 4 and 5 of b.
    let pairs = [(0, 1), (1, 0), (0, 3), (3, 0), (0, 4), (1, 2), (1, 5), (4, 5)];
    let pairs = pairs.map(|(owner, contact)| (SubscriberId(owner), SubscriberId(contact)));
    let facts = facts(&ContactGraph::new(6, &pairs), &population);
    assert_eq!((facts.contacts, facts.im, facts.legacy), (8, 5, 3));
    assert_eq!((facts.im_elsewhere, facts.mutual), (0.6, 0.8));
    assert_eq!(facts.legacy_elsewhere, 1.0 / 3.0);
}

/// What a contact graph came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct GraphFacts {
    /// Entries of all lists.
    contacts: u64,
    /// Of those, IM users.
    im: u64,
    /// Of those, legacy customers.
    legacy: u64,
    /// Share of the IM contacts that other operators serve; 0 without any.
    im_elsewhere: f64,
    /// Share of the legacy contacts that other operators serve; 0 without any.
    legacy_elsewhere: f64,
    /// Share of the IM contacts that also list the user; 0 without any.
    mutual: f64,
}

/// Counts what a graph came to.
fn facts(graph: &ContactGraph, population: &Population) -> GraphFacts {
    let mut facts = GraphFacts { contacts: graph.len() as u64, ..GraphFacts::default() };
    let (mut im_elsewhere, mut legacy_elsewhere, mut mutual) = (0u64, 0u64, 0u64);
    for operator in (0..population.operators()).map(|place| OperatorId(place as u16)) {
        let own = population.range(operator);
        for owner in own.clone().map(SubscriberId) {
            let watchers = graph.watchers(owner);
            for contact in graph.contacts(owner) {
                let elsewhere = u64::from(!own.contains(&contact.0));
                if population.is_im(*contact) {
                    facts.im += 1;
                    im_elsewhere += elsewhere;
                    mutual += u64::from(watchers.binary_search(contact).is_ok());
                } else {
                    facts.legacy += 1;
                    legacy_elsewhere += elsewhere;
                }
            }
        }
    }
    let share = |part: u64, of: u64| if of == 0 { 0.0 } else { part as f64 / of as f64 };
    facts.im_elsewhere = share(im_elsewhere, facts.im);
    facts.legacy_elsewhere = share(legacy_elsewhere, facts.legacy);
    facts.mutual = share(mutual, facts.im);
    facts
}
