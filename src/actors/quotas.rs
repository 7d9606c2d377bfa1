//! How many of something each holder may have at once: rooms of a subject, connections of an address.
//!
//! A claim counts for as long as it is held, so nothing can be forgotten: whoever keeps the thing keeps the claim beside
//! it. Rooms made over REST claim in `http/rooms.rs`. Sessions are counted in the store, where they are rows.

use std::{hash::Hash, sync::Arc};

use dashmap::{DashMap, mapref::entry::Entry};

use crate::{actors::limit::Limit, config::Settings};

/// At most so many at once for each holder. Holders without anything take no memory.
#[derive(Debug)]
pub struct Quota<K: Eq + Hash> {
    held: DashMap<K, usize>,
    most: usize,
}

impl<K: Eq + Hash + Clone> Quota<K> {
    /// At most `most`, 1 or more, for each holder.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            held: DashMap::new(),
            most,
        })
    }

    /// Takes one more for this holder, until the claim is dropped; nothing if the holder has all it may have.
    pub fn claim(self: &Arc<Self>, holder: K) -> Option<Claim<K>> {
        let mut held = self.held.entry(holder.clone()).or_insert(0);
        if *held >= self.most {
            return None;
        }
        *held += 1;
        drop(held);
        Some(Claim {
            quota: Arc::clone(self),
            holder,
        })
    }

    /// How many this holder has.
    pub fn held(&self, holder: &K) -> usize {
        self.held.get(holder).map_or(0, |held| *held)
    }
}

/// One that its holder has; dropped, it is free again.
#[derive(Debug)]
pub struct Claim<K: Eq + Hash + Clone> {
    quota: Arc<Quota<K>>,
    holder: K,
}

impl<K: Eq + Hash + Clone> Drop for Claim<K> {
    fn drop(&mut self) {
        if let Entry::Occupied(mut held) = self.quota.held.entry(self.holder.clone()) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
    }
}

/// What a subject holds: a claim on one of its rooms.
pub type SubjectClaim = Claim<Arc<str>>;

/// What one subject may have at once, over all its connections and requests.
#[derive(Debug)]
pub struct Quotas {
    rooms: Arc<Quota<Arc<str>>>,
}

impl Quotas {
    /// The quotas these settings give.
    pub fn new(settings: &Settings) -> Self {
        Self {
            rooms: Quota::new(settings.room.max_per_subject),
        }
    }

    /// One more room for this subject, to be held for as long as the room runs. To be called where a room is made over
    /// REST by somebody with a name; nobody in particular has no quota.
    ///
    /// # Errors
    /// The limit it met.
    pub fn claim_room(&self, subject: &str) -> Result<SubjectClaim, Limit> {
        self.rooms
            .claim(subject.into())
            .ok_or(Limit::RoomsPerSubject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_counts_while_it_is_held_and_for_its_holder_alone() {
        let quota = Quota::new(2);
        let first = quota.claim("ana").unwrap();
        let _second = quota.claim("ana").unwrap();
        assert!(quota.claim("ana").is_none());
        assert!(quota.claim("berta").is_some(), "and it was dropped at once");
        drop(first);
        let _third = quota.claim("ana").expect("the place is free again");
        assert!(quota.claim("ana").is_none());
        assert_eq!((quota.held(&"ana"), quota.held(&"berta")), (2, 0));
    }

    #[test]
    fn holders_without_anything_are_forgotten() {
        let quota = Quota::new(1);
        let claims: Vec<_> = (0..100).map(|holder| quota.claim(holder)).collect();
        assert_eq!(quota.held.len(), 100);
        drop(claims);
        assert_eq!(quota.held.len(), 0);
    }

    #[test]
    fn claims_from_many_threads_never_exceed_the_quota_and_lose_none() {
        let quota = Quota::new(3);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..5_000 {
                        let claim = quota.claim(());
                        assert!(quota.held(&()) <= 3);
                        drop(claim);
                    }
                });
            }
        });
        assert_eq!(quota.held(&()), 0);
    }
}
