//! Group rooms and their members. Flat arrays, shared read-only by all shards; drawn by `workload`,
//! asked by whoever sends to a room.

use super::id::{OperatorId, SubscriberId};

/// A room: a place in `Rooms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomId(pub(crate) u32);

/// All rooms of a federation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rooms {
    /// End of each room's stretch of `members`.
    ends: Vec<u32>,
    members: Vec<SubscriberId>,
    /// Legacy customers who were meant to join, by the room's host: group messaging is not for them
    /// (OMTP IM-0020).
    pub turned_away: Vec<(OperatorId, SubscriberId)>,
}

impl Rooms {
    /// Adds a room.
    pub(crate) fn push(&mut self, members: &[SubscriberId]) {
        self.members.extend_from_slice(members);
        self.ends.push(self.members.len() as u32);
    }

    /// The members of a room.
    pub fn members(&self, room: RoomId) -> &[SubscriberId] {
        let place = room.0 as usize;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.members[start as usize..self.ends[place] as usize]
    }

    /// All rooms.
    pub fn all(&self) -> impl Iterator<Item = RoomId> {
        (0..self.ends.len() as u32).map(RoomId)
    }
}
