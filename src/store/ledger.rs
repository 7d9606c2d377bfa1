//! A room's ledger: what its engines were used for is stored by day, also after the room has ended.
//!
//! It outlives the room's log, for whoever talks to a provider holds it until the last connection is closed. What the
//! store does not take waits here, added up.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::{
    contract::StoreError,
    durable_log::Now,
    record::{UsageRecord, Write},
    recorder::Recorder,
};
use crate::domain::{identity::RoomId, usage::Amount};

/// Writes what a room uses to the store, without waiting.
pub struct Ledger {
    room: RoomId,
    recorder: Recorder,
    now: Now,
    /// By day and engine.
    unwritten: Mutex<BTreeMap<(String, &'static str), Amount>>,
    /// The store is not closed while this is here.
    _open: TaskTrackerToken,
}

impl Ledger {
    pub(super) fn new(room: RoomId, recorder: Recorder, now: Now, open: TaskTrackerToken) -> Self {
        Self {
            room,
            recorder,
            now,
            unwritten: Mutex::default(),
            _open: open,
        }
    }

    /// So much more was used today.
    pub fn add(&self, engine: &'static str, amount: Amount) {
        let mut unwritten = self.unwritten.lock();
        let so_far = unwritten.entry(((self.now)().day(), engine)).or_default();
        *so_far = so_far.and(amount);
        if !self.recorder.is_failing() {
            self.write(&mut unwritten);
        }
    }

    fn write(&self, unwritten: &mut BTreeMap<(String, &'static str), Amount>) {
        for ((day, engine), amount) in std::mem::take(unwritten) {
            let mut receipt = self.recorder.submit(Write::AddUsage(UsageRecord {
                room: self.room.clone(),
                engine: engine.to_owned(),
                day: day.clone(),
                amount,
            }));
            // What finds no place in the queue is refused at once, and goes with what is used next.
            if matches!(receipt.try_recv(), Ok(Err(StoreError::Overrun))) {
                unwritten.insert((day, engine), amount);
            }
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        let mut unwritten = std::mem::take(&mut *self.unwritten.lock());
        self.write(&mut unwritten);
    }
}
