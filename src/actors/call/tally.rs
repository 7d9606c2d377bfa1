//! What came to the webhooks, counted by what became of it.

use std::sync::atomic::{AtomicU64, Ordering};

/// What came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    /// From Event Grid.
    Event,
    /// To a callback address.
    Callback,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was acted on, or given to the call it is about.
    Taken,
    /// It was told before.
    Duplicate,
    /// It came too late to act on.
    Stale,
    /// Its type, or its call, is not known here.
    Unknown,
    /// It is no event.
    Unreadable,
    /// Whoever sent it did not show who they are.
    Unauthenticated,
    /// Nothing was done: there are too many calls, or the call has too much to do.
    Refused,
}

impl Post {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Event, Self::Callback];

    /// Its name in the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Callback => "callback",
        }
    }
}

impl Fate {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 7] = [
        Self::Taken,
        Self::Duplicate,
        Self::Stale,
        Self::Unknown,
        Self::Unreadable,
        Self::Unauthenticated,
        Self::Refused,
    ];

    /// Its name in the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Duplicate => "duplicate",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::Unreadable => "unreadable",
            Self::Unauthenticated => "unauthenticated",
            Self::Refused => "refused",
        }
    }
}

/// How often each came to each.
#[derive(Debug, Default)]
pub struct Tally([[AtomicU64; Fate::ALL.len()]; Post::ALL.len()]);

impl Tally {
    /// Counts some.
    pub fn note(&self, post: Post, fate: Fate, times: usize) {
        self.0[post as usize][fate as usize].fetch_add(times as u64, Ordering::Relaxed);
    }

    /// How many there were.
    pub fn times(&self, post: Post, fate: Fate) -> u64 {
        self.0[post as usize][fate as usize].load(Ordering::Relaxed)
    }
}
