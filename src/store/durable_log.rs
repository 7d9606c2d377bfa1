//! A room's log with the store behind it, held by a lease that ends with whoever holds this.

use std::sync::{Arc, OnceLock};

use bytestring::ByteString;
use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};

use super::{
    contract::StoreError,
    record::{Lease, NUMBER_BLOCK, Outcome, Write},
    recorder::{Receipt, Recorder},
};
use crate::domain::{
    audience::Roster,
    budget::Budget,
    identity::{RoomId, SessionId},
    participant::Participant,
    room_log::{LogEntry, Missed, RoomLog, Subject},
    time::Timestamp,
    usage::Amount,
};

/// Tells the time of day.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Whether the numbers that are given are ours alone.
pub(super) enum Standing {
    /// The store has not answered yet, because it does not work: numbers are for the time being, and nothing of them
    /// is stored until the lease arrives.
    Provisional(Receipt),
    /// The lease is held.
    Leased { fence: u64, reserved: u64 },
    /// Another node took over.
    Lost,
}

impl From<&Lease> for Standing {
    fn from(lease: &Lease) -> Self {
        Self::Leased {
            fence: lease.fence,
            reserved: lease.reserved,
        }
    }
}

struct State {
    log: RoomLog,
    standing: Standing,
    funds: Funds,
    over: bool,
}

/// A room's log: a number is given and its entry kept in memory in one step, and written by the recorder. The lease is
/// given back when the last holder drops it, however that one ends.
pub struct DurableLog {
    room: RoomId,
    /// The write that takes the lease.
    claim: Write,
    state: Mutex<State>,
    recorder: Recorder,
    /// Made for the first who follows the log: few do.
    followed: OnceLock<watch::Sender<u64>>,
    now: Now,
}

/// What a room may use, and what it has used of that.
pub type Funds = (Option<Budget>, Amount);

/// A shared handle on a room's log. Whoever holds it holds the lease.
pub type SharedLog = Arc<DurableLog>;

impl DurableLog {
    pub(super) fn new(
        room: RoomId,
        claim: Write,
        funds: Funds,
        standing: Standing,
        log: RoomLog,
        recorder: Recorder,
        now: Now,
    ) -> Self {
        Self {
            room,
            claim,
            state: Mutex::new(State {
                log,
                standing,
                funds,
                over: false,
            }),
            recorder,
            followed: OnceLock::new(),
            now,
        }
    }

    /// Gives the next number to a message, which `encode` writes, keeps it, and hands it to the recorder. The receipt
    /// tells when it is durable.
    pub fn append(
        &self,
        subject: Subject,
        encode: impl FnOnce(u64) -> ByteString,
    ) -> (LogEntry, Receipt) {
        let mut state = self.state.lock();
        self.settle(&mut state);
        let entry = state.log.append(subject, encode);
        // Half a block ahead, so that a store that fails for a while does not run us out of numbers.
        if let Standing::Leased { fence, reserved } = &mut state.standing
            && entry.seq + NUMBER_BLOCK / 2 >= *reserved
        {
            *reserved = entry.seq + NUMBER_BLOCK;
            drop(self.recorder.submit(Write::ReserveNumbers {
                room: self.room.clone(),
                fence: *fence,
                up_to: *reserved,
            }));
        }
        let receipt = self.hand_over(&state.standing, &entry);
        (entry, receipt)
    }

    /// Hands an entry over once more, whose receipt was lost. One that is stored already stays as it is.
    pub fn append_again(&self, entry: &LogEntry) -> Receipt {
        let mut state = self.state.lock();
        self.settle(&mut state);
        self.hand_over(&state.standing, entry)
    }

    /// Hands an entry to the recorder, if numbers are ours to give.
    fn hand_over(&self, standing: &Standing, entry: &LogEntry) -> Receipt {
        match standing {
            Standing::Leased { fence, .. } => self.recorder.submit(Write::Append {
                room: self.room.clone(),
                fence: *fence,
                entry: entry.clone(),
            }),
            Standing::Provisional(_) => answered(Err(StoreError::Overrun)),
            Standing::Lost => answered(Ok(Outcome::Fenced)),
        }
    }

    /// The number of the coming of one who is there.
    pub fn came_at(&self, session: &SessionId) -> Option<u64> {
        self.state.lock().log.came_at(session)
    }

    /// Whether the store does not commit just now, so that waiting for a receipt is in vain.
    pub fn is_undurable(&self) -> bool {
        let mut state = self.state.lock();
        self.settle(&mut state);
        self.recorder.is_failing() || !matches!(state.standing, Standing::Leased { .. })
    }

    /// The highest number given so far.
    pub fn head(&self) -> u64 {
        self.state.lock().log.head()
    }

    /// The highest number that was given to the sockets.
    pub fn published(&self) -> u64 {
        self.state.lock().log.published()
    }

    /// Follows the highest number that was given to the sockets; ends with the log.
    pub fn follow(&self) -> watch::Receiver<u64> {
        let followed = self.followed.get_or_init(|| watch::Sender::new(0));
        let published = self.published();
        followed.send_if_modified(|known| {
            *known = published.max(*known);
            true
        });
        followed.subscribe()
    }

    /// Notes that everything up to `seq` has been given to the sockets.
    pub fn mark_published(&self, seq: u64) {
        self.state.lock().log.mark_published(seq);
        if let Some(followed) = self.followed.get() {
            followed.send_if_modified(|published| {
                let newer = seq > *published;
                *published = seq.max(*published);
                newer
            });
        }
    }

    /// Entries that have a number but were not given to the sockets.
    pub fn unpublished(&self) -> Vec<LogEntry> {
        self.state.lock().log.unpublished()
    }

    /// What `member` missed after number `seq`, of what has been published.
    pub fn missed_by(&self, roster: &Roster, member: &SessionId, seq: u64) -> Missed {
        self.state.lock().log.missed_by(roster, member, seq)
    }

    /// Who came and has not left, as the log has it.
    pub fn present(&self) -> Vec<Participant> {
        let state = self.state.lock();
        let present = state.log.present().values();
        present
            .map(|(_, participant)| participant.clone())
            .collect()
    }

    /// What the room may use, and what was used of that before, as far as the store has told: when the log was opened, or
    /// later if it did not work then.
    pub fn funds(&self) -> Funds {
        let mut state = self.state.lock();
        self.settle(&mut state);
        state.funds
    }

    /// The room's life is over: whoever is in it at its end has left, and is not waited for at its next opening.
    pub fn end_life(&self) {
        self.state.lock().over = true;
    }

    /// Takes out what a session said and all that names it.
    pub fn erase(&self, session: &SessionId) {
        self.state.lock().log.erase(session);
    }

    /// Takes out everything.
    pub fn erase_all(&self) {
        self.state.lock().log.erase_all();
    }

    /// Another node has taken the room over: nothing more of ours is stored.
    pub fn lose(&self) {
        self.state.lock().standing = Standing::Lost;
    }
}

impl DurableLog {
    /// Takes the lease if it has arrived meanwhile.
    fn settle(&self, state: &mut State) {
        let Standing::Provisional(lease) = &mut state.standing else {
            return;
        };
        match lease.try_recv() {
            Ok(Ok(Outcome::Leased(lease))) => {
                state.log.skip_to(lease.head);
                state.funds = (lease.budget, lease.used);
                state.standing = Standing::from(&lease);
            }
            Ok(Ok(_)) => state.standing = Standing::Lost,
            Ok(Err(_)) | Err(oneshot::error::TryRecvError::Closed) => {
                if !self.recorder.is_failing() {
                    state.standing =
                        Standing::Provisional(self.recorder.submit(self.claim.clone()));
                }
            }
            Err(oneshot::error::TryRecvError::Empty) => {}
        }
    }
}

/// Gives a lease back that was asked for and may still come, though nobody wants it any more.
pub(super) fn give_back(recorder: &Recorder, receipt: Receipt, room: RoomId, at: Timestamp) {
    recorder.when_answered(receipt, move |outcome, recorder| {
        if let Outcome::Leased(lease) = outcome {
            drop(recorder.submit(unused(&lease, room, at)));
        }
    });
}

/// The release of a lease under which nothing was said.
pub(super) fn unused(lease: &Lease, room: RoomId, at: Timestamp) -> Write {
    Write::ReleaseRoom {
        room,
        fence: lease.fence,
        head: lease.head,
        over: lease.opened_at > lease.head,
        at,
    }
}

/// A receipt that says this at once.
fn answered(outcome: Result<Outcome, StoreError>) -> Receipt {
    let (answer, receipt) = oneshot::channel();
    // The receiver is here.
    let _ = answer.send(outcome);
    receipt
}

impl Drop for DurableLog {
    fn drop(&mut self) {
        let mut state = self.state.lock();
        self.settle(&mut state);
        let head = state.log.head();
        let over = state.over || state.log.present().is_empty();
        match std::mem::replace(&mut state.standing, Standing::Lost) {
            Standing::Leased { fence, .. } => drop(self.recorder.submit(Write::ReleaseRoom {
                room: self.room.clone(),
                fence,
                head,
                over,
                at: (self.now)(),
            })),
            Standing::Provisional(receipt) => {
                let at = (self.now)();
                give_back(&self.recorder, receipt, self.room.clone(), at);
            }
            Standing::Lost => {}
        }
    }
}
