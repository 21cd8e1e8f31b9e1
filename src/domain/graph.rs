//! The contact graph: who lists whom at the start of the run, and the reverse. Flat arrays with
//! offsets, shared read-only by all shards; contacts added during the run live with the nodes.

use super::id::SubscriberId;

/// Contact lists of all IM users and, for every subscriber, the IM users who list it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactGraph {
    contact_offsets: Vec<u32>,
    contacts: Vec<SubscriberId>,
    watcher_offsets: Vec<u32>,
    watchers: Vec<SubscriberId>,
}

impl ContactGraph {
    /// From (owner, contact) pairs in the order of each owner's list; pairs of different owners
    /// may be mixed. Each pair must occur once. `subscribers` is the size of the population.
    #[cfg(test)]
    pub(crate) fn new(subscribers: u32, pairs: &[(SubscriberId, SubscriberId)]) -> Self {
        let (offsets, contacts) = group(subscribers, pairs.iter().copied());
        Self::from_lists(offsets, contacts)
    }

    /// From all lists one after another: the list of subscriber `s` is
    /// `contacts[offsets[s]..offsets[s + 1]]`. `offsets` is ascending, starts with 0, has one place
    /// more than there are subscribers and ends with the number of contacts.
    pub(crate) fn from_lists(offsets: Vec<u32>, contacts: Vec<SubscriberId>) -> Self {
        let subscribers = offsets.len() - 1;
        // Owners come in ascending order, and the sort is stable: so do each one's watchers.
        let pairs = offsets.windows(2).zip(0..).flat_map(|(ends, owner)| {
            let list = &contacts[ends[0] as usize..ends[1] as usize];
            list.iter().map(move |&contact| (contact, SubscriberId(owner)))
        });
        let (watcher_offsets, watchers) = group(subscribers as u32, pairs);
        Self { contact_offsets: offsets, contacts, watcher_offsets, watchers }
    }

    /// The contact list of a subscriber, in list order; empty for legacy customers.
    pub(crate) fn contacts(&self, owner: SubscriberId) -> &[SubscriberId] {
        slice(&self.contact_offsets, &self.contacts, owner)
    }

    /// Who lists a subscriber, ascending: the watchers of one operator stand together.
    pub(crate) fn watchers(&self, contact: SubscriberId) -> &[SubscriberId] {
        slice(&self.watcher_offsets, &self.watchers, contact)
    }

    /// The place of a subscriber's first watcher in the array of all watchers.
    pub(crate) fn watcher_offset(&self, contact: SubscriberId) -> u32 {
        self.watcher_offsets[contact.index()]
    }

    /// All entries of all lists.
    pub fn len(&self) -> usize {
        self.contacts.len()
    }

    /// The longest list.
    pub(crate) fn longest(&self) -> usize {
        self.contact_offsets.windows(2).map(|w| (w[1] - w[0]) as usize).max().unwrap_or(0)
    }
}

fn slice<'a>(offsets: &[u32], items: &'a [SubscriberId], of: SubscriberId) -> &'a [SubscriberId] {
    &items[offsets[of.index()] as usize..offsets[of.index() + 1] as usize]
}

/// Counting sort of (key, value) pairs by key, stable.
fn group(
    keys: u32,
    pairs: impl Iterator<Item = (SubscriberId, SubscriberId)> + Clone,
) -> (Vec<u32>, Vec<SubscriberId>) {
    let mut offsets = vec![0u32; keys as usize + 1];
    for (key, _) in pairs.clone() {
        offsets[key.index() + 1] += 1;
    }
    for place in 0..keys as usize {
        offsets[place + 1] += offsets[place];
    }
    let mut next = offsets.clone();
    let mut items = vec![SubscriberId(0); offsets[keys as usize] as usize];
    for (key, value) in pairs {
        let place = &mut next[key.index()];
        items[*place as usize] = value;
        *place += 1;
    }
    (offsets, items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[u32]) -> Vec<SubscriberId> {
        numbers.iter().copied().map(SubscriberId).collect()
    }

    fn pairs(numbers: &[(u32, u32)]) -> Vec<(SubscriberId, SubscriberId)> {
        numbers.iter().map(|&(a, b)| (SubscriberId(a), SubscriberId(b))).collect()
    }

    #[test]
    fn lists_keep_their_order_when_owners_are_mixed() {
        let graph = ContactGraph::new(4, &pairs(&[(2, 3), (0, 3), (2, 0), (0, 1), (2, 1)]));
        assert_eq!(graph.contacts(SubscriberId(0)), ids(&[3, 1]));
        assert_eq!(graph.contacts(SubscriberId(1)), []);
        assert_eq!(graph.contacts(SubscriberId(2)), ids(&[3, 0, 1]));
        assert_eq!(graph.contacts(SubscriberId(3)), []);
        assert_eq!((graph.len(), graph.longest()), (5, 3));
    }

    #[test]
    fn watchers_are_ascending_whatever_the_order_of_pairs() {
        let graph = ContactGraph::new(4, &pairs(&[(2, 3), (0, 3), (1, 3), (2, 0)]));
        assert_eq!(graph.watchers(SubscriberId(3)), ids(&[0, 1, 2]));
        assert_eq!(graph.watchers(SubscriberId(0)), ids(&[2]));
        assert_eq!(graph.watchers(SubscriberId(1)), []);
    }

    #[test]
    fn watcher_offsets_number_all_watchers_without_gaps() {
        let graph = ContactGraph::new(4, &pairs(&[(2, 3), (0, 3), (1, 3), (2, 0)]));
        let offsets: Vec<u32> = (0..4).map(|s| graph.watcher_offset(SubscriberId(s))).collect();
        assert_eq!(offsets, [0, 1, 1, 1]);
    }

    #[test]
    fn lists_and_pairs_make_the_same_graph() {
        let from_pairs = ContactGraph::new(3, &pairs(&[(2, 1), (0, 2), (2, 0), (0, 1)]));
        let from_lists = ContactGraph::from_lists(vec![0, 2, 2, 4], ids(&[2, 1, 1, 0]));
        assert_eq!(from_pairs, from_lists);
    }

    #[test]
    fn a_graph_without_contacts_is_empty() {
        let graph = ContactGraph::new(2, &[]);
        assert_eq!((graph.len(), graph.longest()), (0, 0));
        assert_eq!(graph.watchers(SubscriberId(1)), []);
        assert_eq!(ContactGraph::new(0, &[]).len(), 0);
    }
}
