//! What audits found, counted.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a look at a leg comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It is there, and the call goes on here.
    Agrees,
    /// It is not there, and its call went on here; it is ended.
    GoneThere,
    /// It is connected, which nobody had told.
    Connected,
    /// It is not there, as it should be.
    Confirmed,
    /// It was there although its call is over; it is hung up.
    HungUp,
    /// It belonged to no call of ours that can go on; it is hung up.
    Abandoned,
    /// The service did not say.
    Unanswered,
    /// It was looked at often enough; it may be there.
    GivenUp,
    /// Too many ended; it was not looked at.
    Skipped,
}

impl Finding {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 9] = [
        Self::Agrees,
        Self::GoneThere,
        Self::Connected,
        Self::Confirmed,
        Self::HungUp,
        Self::Abandoned,
        Self::Unanswered,
        Self::GivenUp,
        Self::Skipped,
    ];

    /// Its name in the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::GoneThere => "gone_there",
            Self::Connected => "connected",
            Self::Confirmed => "confirmed",
            Self::HungUp => "hung_up",
            Self::Abandoned => "abandoned",
            Self::Unanswered => "unanswered",
            Self::GivenUp => "given_up",
            Self::Skipped => "skipped",
        }
    }
}

/// How often each was found.
#[derive(Debug, Default)]
pub struct Found([AtomicU64; Finding::ALL.len()]);

impl Found {
    /// Counts one.
    pub fn note(&self, finding: Finding) {
        self.0[finding as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were.
    pub fn times(&self, finding: Finding) -> u64 {
        self.0[finding as usize].load(Ordering::Relaxed)
    }
}
