//! The contact graph at the start of the run: lists of every IM user of the federation, drawn by
//! the rules of `workload.contacts` or taken from a file. Called once by `run` and `check`; it
//! knows nothing of registration, presence or messages.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::federation::{Federation, Workload};
use crate::domain::graph::ContactGraph;
use crate::domain::id::{OperatorId, SubscriberId};
use crate::domain::population::Population;
use crate::domain::random::{Stream, StreamSeed};

use super::destination::{Destination, Destinations};

/// Draws of another contact, after one that is the user itself or is listed already, before the
/// place on the list is dropped.
const REDRAWS: u32 = 32;

/// Builds the contact graph of a federation. The same federation and seed give the same graph.
pub(crate) fn build(
    federation: &Federation,
    population: &Population,
    run_seed: u64,
) -> ContactGraph {
    let mut lists = Lists::new(population.total());
    let mut stubs = Stubs::default();
    for (id, operator) in federation.operators() {
        if operator.workload.contacts.pairs.is_some() {
            take_pairs(&mut lists, population, id, &operator.workload);
        } else {
            let mut stream = StreamSeed::new(run_seed, &operator.name, "contacts").stream();
            let rule = Destinations::new(federation, population, id);
            let contacts = &operator.workload.contacts;
            for user in population.range(id).take(population.im_users(id) as usize) {
                let wanted = contacts.per_user.sample(&mut stream);
                lists.open(user, wanted.min(population.total() - 1));
                for _ in 0..lists.room(user) {
                    let Some(to) = rule.draw(&mut stream) else { continue };
                    if !to.legacy && stream.chance(contacts.mutual) {
                        stubs.entry((id, to.operator)).or_default().push(user);
                    } else {
                        draw_one_way(&mut lists, population, user, to, &mut stream);
                    }
                }
            }
        }
        lists.close(population.range(id).end);
    }
    match_stubs(&mut lists, stubs, federation, population, run_seed);
    for (id, operator) in federation.operators() {
        // Not so for lists from a file: their order is the file's.
        if operator.workload.contacts.pairs.is_none() {
            let seed = StreamSeed::new(run_seed, &operator.name, "contact order");
            let mut stream = seed.stream();
            population.range(id).for_each(|user| shuffle(lists.list_mut(user), &mut stream));
        }
    }
    lists.into_graph()
}

/// Users who want one more contact that lists them too, by their operator and the contact's; a
/// user stands there once a contact wanted.
type Stubs = FxHashMap<(OperatorId, OperatorId), Vec<u32>>;

/// Lists while they fill: each with a reserved stretch of one array.
struct Lists {
    offsets: Vec<u32>,
    filled: Vec<u32>,
    contacts: Vec<SubscriberId>,
    /// The contacts of owners with long lists, to look them up.
    long: FxHashMap<u32, FxHashSet<u32>>,
}

/// Contacts from which on a list is looked up instead of read.
const LONG: u32 = 512;

impl Lists {
    fn new(subscribers: u32) -> Self {
        let mut offsets = Vec::with_capacity(subscribers as usize + 1);
        offsets.push(0);
        Self {
            offsets,
            filled: vec![0; subscribers as usize],
            contacts: Vec::new(),
            long: FxHashMap::default(),
        }
    }

    /// Reserves the list of the next subscriber, as far as 32 bits number all contacts.
    fn open(&mut self, user: u32, wanted: u32) {
        self.close(user);
        let from = self.offsets[user as usize];
        let to = from.saturating_add(wanted);
        self.offsets.push(to);
        self.contacts.resize(to as usize, SubscriberId(0));
    }

    /// Gives empty lists to all before `next` who have none.
    fn close(&mut self, next: u32) {
        let end = self.contacts.len() as u32;
        self.offsets.resize(self.offsets.len().max(next as usize + 1), end);
    }

    /// Places left on a list.
    fn room(&self, user: u32) -> u32 {
        let place = user as usize;
        self.offsets[place + 1] - self.offsets[place] - self.filled[place]
    }

    fn list_mut(&mut self, user: u32) -> &mut [SubscriberId] {
        let from = self.offsets[user as usize] as usize;
        &mut self.contacts[from..from + self.filled[user as usize] as usize]
    }

    /// Whether `contact` may be added: it is somebody else and not there yet.
    fn may_add(&self, user: u32, contact: u32) -> bool {
        let (from, filled) = (self.offsets[user as usize] as usize, self.filled[user as usize]);
        if user == contact {
            return false;
        }
        if filled >= LONG {
            return self.long.get(&user).is_none_or(|known| !known.contains(&contact));
        }
        !self.contacts[from..from + filled as usize].contains(&SubscriberId(contact))
    }

    fn add(&mut self, user: u32, contact: u32) {
        debug_assert!(self.room(user) > 0);
        let place = self.offsets[user as usize] + self.filled[user as usize];
        self.contacts[place as usize] = SubscriberId(contact);
        self.filled[user as usize] += 1;
        if self.filled[user as usize] == LONG {
            let known = self.list_mut(user).iter().map(|contact| contact.0).collect();
            self.long.insert(user, known);
        } else if let Some(known) = self.long.get_mut(&user) {
            known.insert(contact);
        }
    }

    /// Closes the gaps that dropped contacts left.
    fn into_graph(mut self) -> ContactGraph {
        let mut to = 0;
        for user in 0..self.filled.len() {
            let from = self.offsets[user] as usize;
            self.contacts.copy_within(from..from + self.filled[user] as usize, to);
            self.offsets[user] = to as u32;
            to += self.filled[user] as usize;
        }
        self.offsets[self.filled.len()] = to as u32;
        self.contacts.truncate(to);
        ContactGraph::from_lists(self.offsets, self.contacts)
    }
}

/// Adds one contact that need not list the user; drops it if nobody is found who is not listed.
fn draw_one_way(
    lists: &mut Lists,
    population: &Population,
    user: u32,
    to: Destination,
    stream: &mut Stream,
) {
    let found = (0..REDRAWS)
        .map(|_| anybody(population, to, stream))
        .find(|&contact| lists.may_add(user, contact));
    if let Some(contact) = found {
        lists.add(user, contact);
    }
}

/// Anybody of a destination, uniformly.
pub(super) fn anybody(population: &Population, to: Destination, stream: &mut Stream) -> u32 {
    let im = population.im_users(to.operator);
    let base = population.base(to.operator);
    if to.legacy {
        base + im + stream.below(u64::from(population.sms_only(to.operator))) as u32
    } else {
        base + stream.below(u64::from(im)) as u32
    }
}

/// Pairs the users who want mutual contacts at each other's operators, at random. Those who are
/// left over get a contact that need not list them.
fn match_stubs(
    lists: &mut Lists,
    mut stubs: Stubs,
    federation: &Federation,
    population: &Population,
    run_seed: u64,
) {
    let mut pairs: Vec<_> = stubs.keys().map(|&(a, b)| (a.min(b), a.max(b))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    for (a, b) in pairs {
        let names = [&federation.operator(a).name, &federation.operator(b).name];
        let entity = format!("{}:{}", names[0], names[1]);
        let mut stream = StreamSeed::new(run_seed, &entity, "mutual contacts").stream();
        let mut left = stubs.remove(&(a, b)).unwrap_or_default();
        shuffle(&mut left, &mut stream);
        let mut right = if a == b {
            left.split_off(left.len() / 2)
        } else {
            stubs.remove(&(b, a)).unwrap_or_default()
        };
        shuffle(&mut right, &mut stream);
        let (left_over, right_over) = pair_up(lists, &left, &mut right, &mut stream);
        for (users, operator) in [(left_over, b), (right_over, a)] {
            let to = Destination { operator, legacy: false };
            for user in users {
                draw_one_way(lists, population, user, to, &mut stream);
            }
        }
    }
}

/// Makes each of `left` and the one at the same place of `right` each other's contacts. A pair
/// that cannot be tries others further on in `right`. Returns who is left over.
fn pair_up(
    lists: &mut Lists,
    left: &[u32],
    right: &mut [u32],
    stream: &mut Stream,
) -> (Vec<u32>, Vec<u32>) {
    let pairs = left.len().min(right.len());
    let mut left_over = left[pairs..].to_vec();
    let mut right_over = Vec::new();
    for place in 0..pairs {
        let user = left[place];
        let rest = (right.len() - place) as u64;
        let mut tries = 0;
        while !lists.may_add(user, right[place]) && tries < REDRAWS {
            right.swap(place, place + stream.below(rest) as usize);
            tries += 1;
        }
        if lists.may_add(user, right[place]) && lists.may_add(right[place], user) {
            lists.add(user, right[place]);
            lists.add(right[place], user);
        } else {
            left_over.push(user);
            right_over.push(right[place]);
        }
    }
    // Only now: a conflict may have swapped any of them.
    right_over.extend_from_slice(&right[pairs..]);
    (left_over, right_over)
}

/// Takes the lists of one operator's users from the file's pairs, in the file's order. Repeated
/// pairs, users who list themselves and numbers of nobody are passed over.
fn take_pairs(
    lists: &mut Lists,
    population: &Population,
    operator: OperatorId,
    workload: &Workload,
) {
    let exists = |&(of, index): &(OperatorId, u32)| {
        of.index() < population.operators() && index < population.range(of).len() as u32
    };
    let rows = workload.contacts.pairs.iter().flat_map(|pairs| pairs.iter());
    let mut pairs: Vec<(u32, u32)> = rows
        .filter(|[owner, contact]| owner.0 == operator && exists(contact))
        .filter(|[owner, _]| owner.1 < population.im_users(operator))
        .map(|[owner, contact]| {
            let id = |&(of, index)| population.subscriber(of, index).0;
            (id(owner), id(contact))
        })
        .collect();
    pairs.sort_by_key(|&(owner, _)| owner);
    for list in pairs.chunk_by(|a, b| a.0 == b.0) {
        let owner = list[0].0;
        lists.open(owner, list.len() as u32);
        for &(_, contact) in list {
            if lists.may_add(owner, contact) {
                lists.add(owner, contact);
            }
        }
    }
}

/// Every order alike (Fisher and Yates).
fn shuffle<T>(items: &mut [T], stream: &mut Stream) {
    for place in (1..items.len()).rev() {
        items.swap(place, stream.below(place as u64 + 1) as usize);
    }
}

#[cfg(test)]
mod tests;
