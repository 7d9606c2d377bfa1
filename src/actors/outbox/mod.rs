//! The queue of one socket: bounded, by class, and pulled by the wire.
//!
//! The wire lives in the HTTP response body and is frozen while the peer does not read. So nothing is pushed at it:
//! it pulls from here whenever it is polled, a few frames at a time, and what a frozen wire leaves lying is kept
//! within bounds by class: captions that still change replace their older revision, audio drops its oldest, and when
//! what may not be dropped no longer fits, the socket is ended and the client recovers by sequence.

mod parcel;
mod pull;
#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::AtomicU64, atomic::Ordering},
    task::Waker,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::Instant;

pub use self::{
    parcel::{Class, Closing, Outgoing, Parcel, Payload, Replaces},
    pull::Pull,
};
use crate::domain::identity::{RoomId, SessionId};

struct Entry {
    payload: Payload,
    class: Class,
    queued_at: Instant,
}

struct Queue {
    entries: VecDeque<Entry>,
    bytes: usize,
    replaceable: usize,
    closing: Option<Closing>,
    /// The wire is gone or has sent its close frame.
    finished: bool,
    /// Since when something waits and nothing was pulled.
    waiting_since: Option<Instant>,
    given: Option<(RoomId, u64)>,
    written: Option<(RoomId, u64)>,
    followed: bool,
    /// Whose frames these are.
    session: Option<SessionId>,
    waker: Option<Waker>,
}

/// The queue of one socket. Shared by the Socket that owns it, the wire that pulls, and the routes that fill it.
pub struct Outbox {
    queue: Mutex<Queue>,
    limit: usize,
    dropped_audio: AtomicU64,
}

impl Outbox {
    /// An empty queue for at most `limit` bytes.
    pub fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            queue: Mutex::new(Queue {
                // Few sockets ever have more than one frame waiting, and there are many sockets.
                entries: VecDeque::with_capacity(1),
                bytes: 0,
                replaceable: 0,
                closing: None,
                finished: false,
                waiting_since: None,
                given: None,
                written: None,
                followed: false,
                session: None,
                waker: None,
            }),
            limit,
            dropped_audio: AtomicU64::new(0),
        })
    }

    /// Queues a frame, by the rules of its class. Never waits.
    pub fn push(&self, parcel: Parcel) {
        let mut queue = self.queue.lock();
        if queue.finished || queue.closing.is_some() {
            return;
        }
        match &parcel.class {
            Class::Numbered {
                room,
                seq,
                replaces,
            } => {
                if !queue.is_next(room, *seq) {
                    return;
                }
                if let Some(replaces) = replaces {
                    queue.remove_replaceable(replaces);
                }
            }
            Class::Replayed { room, seq } => {
                if !queue.is_next(room, *seq) {
                    return;
                }
            }
            Class::Entrance { room, seen } => queue.enter(room, *seen),
            Class::Newest(replaces) | Class::Last(replaces) => {
                queue.remove_replaceable(replaces);
            }
            Class::Lasting | Class::Audio => {}
        }
        let cost = parcel.class.cost(&parcel.payload);
        if queue.bytes + cost > self.limit && !self.make_room(&mut queue, cost, &parcel.class) {
            return;
        }
        queue.bytes += cost;
        if matches!(parcel.class, Class::Newest(_)) {
            queue.replaceable += 1;
        }
        let now = Instant::now();
        queue.waiting_since.get_or_insert(now);
        queue.entries.push_back(Entry {
            payload: parcel.payload,
            class: parcel.class,
            queued_at: now,
        });
        Self::wake(queue);
    }

    /// Makes room for `cost` bytes; `false` if the frame itself is what has to give way.
    fn make_room(&self, queue: &mut Queue, cost: usize, class: &Class) -> bool {
        let droppable = |entry: &Entry| matches!(entry.class, Class::Audio);
        while queue.bytes + cost > self.limit && queue.remove_first(droppable) {
            self.dropped_audio.fetch_add(1, Ordering::Relaxed);
        }
        if queue.bytes + cost <= self.limit {
            return true;
        }
        match class {
            Class::Audio => {
                self.dropped_audio.fetch_add(1, Ordering::Relaxed);
                false
            }
            Class::Newest(_) => false,
            Class::Lasting
            | Class::Last(_)
            | Class::Numbered { .. }
            | Class::Replayed { .. }
            | Class::Entrance { .. } => {
                while queue.bytes + cost > self.limit
                    && queue.remove_first(|entry| matches!(entry.class, Class::Newest(_)))
                {
                }
                if queue.bytes + cost <= self.limit {
                    return true;
                }
                queue.entries.clear();
                queue.bytes = 0;
                queue.replaceable = 0;
                queue.closing = Some(Closing::TOO_SLOW);
                if let Some(waker) = queue.waker.take() {
                    waker.wake();
                }
                false
            }
        }
    }

    /// Ends the socket after what is queued; later pushes are ignored. The first reason stays.
    pub fn close(&self, closing: Closing) {
        let mut queue = self.queue.lock();
        if queue.closing.is_none() {
            queue.closing = Some(closing);
            queue.waiting_since.get_or_insert_with(Instant::now);
            Self::wake(queue);
        }
    }

    /// How long the peer has taken nothing although something waits for it.
    pub fn stalled_for(&self) -> Duration {
        let queue = self.queue.lock();
        match queue.waiting_since {
            Some(since) if !queue.finished => since.elapsed(),
            _ => Duration::ZERO,
        }
    }

    /// Whether a close is under way or done.
    pub fn is_closing(&self) -> bool {
        let queue = self.queue.lock();
        queue.finished || queue.closing.is_some()
    }

    /// The room and number of the last numbered frame that was written to the peer.
    pub fn written(&self) -> Option<(RoomId, u64)> {
        self.queue.lock().written.clone()
    }

    /// Whether a caption or audio was written since this was last asked: the listener follows something.
    pub fn take_followed(&self) -> bool {
        std::mem::take(&mut self.queue.lock().followed)
    }

    /// Audio frames dropped since this was last asked.
    pub fn take_dropped_audio(&self) -> u64 {
        self.dropped_audio.swap(0, Ordering::Relaxed)
    }

    /// Bytes waiting.
    pub fn queued_bytes(&self) -> usize {
        self.queue.lock().bytes
    }

    /// Notes the session that the socket is attached to, for those who look at it from outside.
    pub fn bind(&self, session: Option<SessionId>) {
        self.queue.lock().session = session;
    }

    /// The session that the socket is attached to.
    pub fn session(&self) -> Option<SessionId> {
        self.queue.lock().session.clone()
    }

    /// The wire's end of the queue.
    pub fn pull(self: &Arc<Self>) -> Pull {
        Pull::new(Arc::clone(self))
    }

    fn wake(mut queue: parking_lot::MutexGuard<'_, Queue>) {
        let waker = queue.waker.take();
        drop(queue);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Queue {
    /// Whether this number was not given to the peer before; it is from now on.
    fn is_next(&mut self, room: &RoomId, seq: u64) -> bool {
        match &mut self.given {
            Some((given_room, given)) if given_room == room => {
                let next = seq > *given;
                *given = seq.max(*given);
                next
            }
            given => {
                *given = Some((room.clone(), seq));
                true
            }
        }
    }

    /// From here on numbers count from `seen`. What waits and has a higher one comes again, so that it is sent once, and
    /// one who recovers again and again does not make the queue grow.
    fn enter(&mut self, room: &RoomId, seen: u64) {
        self.given = Some((room.clone(), seen));
        let mut freed = 0;
        self.entries.retain(|entry| {
            let again = matches!(
                &entry.class,
                Class::Numbered { room: of, seq, .. } | Class::Replayed { room: of, seq }
                    if of == room && *seq > seen
            );
            if again {
                freed += entry.class.cost(&entry.payload);
            }
            !again
        });
        self.bytes -= freed;
    }

    fn remove_replaceable(&mut self, key: &Replaces) {
        if self.replaceable == 0 {
            return;
        }
        self.remove_first(
            |entry| matches!(&entry.class, Class::Newest(replaces) if **replaces == *key),
        );
    }

    fn remove_first(&mut self, wanted: impl Fn(&Entry) -> bool) -> bool {
        let Some(entry) = self
            .entries
            .iter()
            .position(wanted)
            .and_then(|position| self.entries.remove(position))
        else {
            return false;
        };
        self.taken(&entry);
        true
    }

    fn taken(&mut self, entry: &Entry) {
        self.bytes -= entry.class.cost(&entry.payload);
        if matches!(entry.class, Class::Newest(_)) {
            self.replaceable -= 1;
        }
    }
}
