//! Bearer tokens as Microsoft Entra gives them: they are good for a while, and nobody sees in them for how long.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use serde::Serialize;
use tokio::time::Instant;

/// Tokens that are kept; the one that ends first makes room.
const MOST_TOKENS: usize = 1_000;

/// The tokens that were given.
#[derive(Debug)]
pub struct Tokens {
    lifetime: Duration,
    given: Mutex<Given>,
}

#[derive(Debug, Default)]
struct Given {
    count: u64,
    ahead: u64,
    until: HashMap<String, Instant>,
}

/// How many there are, for whoever tests a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TokenCount {
    /// Given so far.
    pub given: u64,
    /// Of these, those given while another was still good.
    pub ahead: u64,
    /// Good now.
    pub good: usize,
}

impl Tokens {
    /// Tokens that are good for so long.
    pub fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            given: Mutex::default(),
        }
    }

    /// For how long a new one is good.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Gives a new one.
    pub fn give(&self) -> String {
        let token = format!("entra-emulated-{:032x}", rand::random::<u128>());
        let now = Instant::now();
        let mut given = self.given.lock();
        given.until.retain(|_, until| *until > now);
        given.ahead += u64::from(!given.until.is_empty());
        if given.until.len() >= MOST_TOKENS {
            let first = given.until.iter().min_by_key(|(_, until)| **until);
            if let Some(first) = first.map(|(token, _)| token.clone()) {
                given.until.remove(&first);
            }
        }
        given.until.insert(token.clone(), now + self.lifetime);
        given.count += 1;
        token
    }

    /// Whether this one was given and has not ended.
    pub fn is_good(&self, token: &str) -> bool {
        let given = self.given.lock();
        let until = given.until.get(token);
        until.is_some_and(|until| *until > Instant::now())
    }

    /// How many there are.
    pub fn count(&self) -> TokenCount {
        let now = Instant::now();
        let given = self.given.lock();
        TokenCount {
            given: given.count,
            ahead: given.ahead,
            good: given.until.values().filter(|until| **until > now).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_token_ends_when_it_should_and_makes_room() {
        let tokens = Tokens::new(Duration::from_secs(10));
        let first = tokens.give();
        tokio::time::advance(Duration::from_secs(9)).await;
        let second = tokens.give();
        assert!(tokens.is_good(&first) && tokens.is_good(&second));
        let count = |good| TokenCount {
            given: 2,
            ahead: 1,
            good,
        };
        assert_eq!(tokens.count(), count(2));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!tokens.is_good(&first) && tokens.is_good(&second));
        assert!(!tokens.is_good("entra-emulated-by-nobody"));
        assert_eq!(tokens.count(), count(1));
        tokio::time::advance(Duration::from_secs(1)).await;
        for _ in 0..MOST_TOKENS {
            tokens.give();
        }
        assert!(!tokens.is_good(&second), "it ended first, and made room");
        assert_eq!(tokens.count().good, MOST_TOKENS);
    }
}
