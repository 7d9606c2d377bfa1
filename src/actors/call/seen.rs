//! Which events were told before: they come at least once, and again hours later.

use std::collections::{HashSet, VecDeque};

use sha2::{Digest as _, Sha256};

/// The hash of a name, which has the same length however long that is.
type Hash = [u8; 32];

/// The events told last; older ones are forgotten, so that it does not grow.
#[derive(Debug)]
pub struct Seen {
    known: HashSet<Hash>,
    order: VecDeque<Hash>,
    most: usize,
}

impl Seen {
    /// Remembers so many.
    pub fn new(most: usize) -> Self {
        Self {
            known: HashSet::new(),
            order: VecDeque::new(),
            most: most.max(1),
        }
    }

    /// Whether this was told before; it is from now on. What has no name is always new.
    pub fn was_told(&mut self, name: &str) -> bool {
        if name.is_empty() {
            return false;
        }
        let name: Hash = Sha256::digest(name.as_bytes()).into();
        if !self.known.insert(name) {
            return true;
        }
        self.order.push_back(name);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_known_and_the_oldest_forgotten() {
        let mut seen = Seen::new(2);
        assert!(!seen.was_told("a"));
        assert!(seen.was_told("a"));
        assert!(!seen.was_told("b"));
        assert!(!seen.was_told("c"));
        assert!(!seen.was_told("a"), "forgotten");
        assert!(seen.was_told("c"));
        assert!(!seen.was_told(""));
        assert!(!seen.was_told(""));
    }
}
