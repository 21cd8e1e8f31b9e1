//! Groups (IMPS) and their members. Flat arrays, shared read-only by all shards; drawn by `workload`,
//! asked by whoever sends to one.

use super::id::{OperatorId, SubscriberId};

/// A group: a place in `Memberships`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupId(pub(crate) u32);

/// All groups of a federation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memberships {
    /// End of each group's stretch of `members`.
    ends: Vec<u32>,
    members: Vec<SubscriberId>,
    /// Legacy customers who were meant to join, by the group's host: group messaging is not for them
    /// (OMTP IM-0020).
    pub turned_away: Vec<(OperatorId, SubscriberId)>,
}

impl Memberships {
    /// Adds a group.
    pub(crate) fn push(&mut self, members: &[SubscriberId]) {
        self.members.extend_from_slice(members);
        self.ends.push(self.members.len() as u32);
    }

    /// The members of a group.
    pub fn members(&self, group: GroupId) -> &[SubscriberId] {
        let place = group.0 as usize;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.members[start as usize..self.ends[place] as usize]
    }

    /// Every group of the federation, in the order in which they were drawn.
    pub fn all(&self) -> impl Iterator<Item = GroupId> {
        (0..self.ends.len() as u32).map(GroupId)
    }
}
