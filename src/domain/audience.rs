//! Whom news of presence is for that crosses to another domain; crossings and gateways ask.

use super::id::SubscriberId;

/// Whom a notification to another domain is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// This watcher alone: one notification for each of them.
    Watcher(SubscriberId),
    /// The watchers in the domain, so many as the publisher's IMSP knows; their own IMSP knows which
    /// of its users have the publisher on their lists.
    Domain(u32),
}

/// An [`Audience`] as crossings hold it: no byte between, so that an event stays a line of the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    whom: [u8; 4],
    domain: bool,
}

impl From<Audience> for Told {
    fn from(audience: Audience) -> Self {
        let (whom, domain) = match audience {
            Audience::Watcher(watcher) => (watcher.0, false),
            Audience::Domain(watchers) => (watchers, true),
        };
        Self { whom: whom.to_ne_bytes(), domain }
    }
}

impl Told {
    /// Whom it is for.
    pub(crate) fn audience(self) -> Audience {
        let whom = u32::from_ne_bytes(self.whom);
        if self.domain { Audience::Domain(whom) } else { Audience::Watcher(SubscriberId(whom)) }
    }
}
