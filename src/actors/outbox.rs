//! The queue of one socket: bounded, by class, and pulled by the wire.
//!
//! The wire lives in the HTTP response body and is frozen while the peer does not read. So nothing is pushed at it:
//! it pulls from here whenever it is polled, a few frames at a time, and what a frozen wire leaves lying is kept
//! within bounds by class: captions that still change replace their older revision, audio drops its oldest, and when
//! what may not be dropped no longer fits, the socket is ended and the client recovers by sequence.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, atomic::AtomicU64, atomic::Ordering},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use bytestring::ByteString;
use futures_util::Stream;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::domain::{
    identity::{RoomId, UtteranceId},
    language::Language,
};

/// Frames and bytes given to the wire in one poll: what one stalled peer can hold beyond its queue.
const FRAMES_PER_PULL: usize = 16;
const BYTES_PER_PULL: usize = 32 * 1024;

/// Audio that waited longer than this is of no use to a listener and is dropped.
const STALE_AUDIO: Duration = Duration::from_secs(3);

/// What an entry of the queue costs beside its payload, so that many small ones are bounded too.
const ENTRY_COST: usize = 64;

/// Names what a newer message replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaces {
    /// The caption of an utterance: its transcript, or its translation into a language.
    Caption(UtteranceId, Option<Language>),
    /// The usage figures of the room.
    Usage,
    /// A ping that was not sent yet.
    Ping,
}

/// How a frame is treated when its reader is slow.
#[derive(Debug, Clone)]
pub enum Class {
    /// Never dropped.
    Lasting,
    /// Never dropped, and sent once to this socket by its number. Replaces the partials of its caption.
    Numbered {
        /// The log it is from.
        room: RoomId,
        /// Its number there.
        seq: u64,
        /// The partials that it makes obsolete.
        replaces: Option<Arc<Replaces>>,
    },
    /// Never dropped; what follows from this room counts from here.
    Entrance {
        /// The room entered.
        room: RoomId,
        /// The last number this socket is taken to have seen.
        seen: u64,
    },
    /// The newest of its kind replaces those before it.
    Newest(Arc<Replaces>),
    /// The oldest is dropped first.
    Audio,
}

/// The payload of a frame, shared by all who get it.
#[derive(Debug, Clone)]
pub enum Payload {
    /// A text frame.
    Text(ByteString),
    /// A binary frame.
    Binary(Bytes),
    /// A ping.
    Ping,
}

impl Payload {
    fn cost(&self) -> usize {
        ENTRY_COST
            + match self {
                Self::Text(text) => text.len(),
                Self::Binary(bytes) => bytes.len(),
                Self::Ping => 0,
            }
    }
}

/// A frame on its way to a socket.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// What is sent.
    pub payload: Payload,
    /// How it is treated.
    pub class: Class,
}

impl Parcel {
    /// A text frame that is never dropped.
    pub fn lasting(frame: ByteString) -> Self {
        Self {
            payload: Payload::Text(frame),
            class: Class::Lasting,
        }
    }
}

/// Why a socket is closed: the code and words of the close frame (API.md section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// The close code.
    pub code: u16,
    /// Its words.
    pub reason: &'static str,
}

impl Closing {
    /// The session was left.
    pub const LEFT: Self = Self::new(1000, "left");
    /// Nothing happened for too long.
    pub const IDLE: Self = Self::new(1001, "idle");
    /// A text frame is not UTF-8 (RFC 6455 section 7.4.1).
    pub const NOT_TEXT: Self = Self::new(1007, "text is not UTF-8");
    /// A limit or rule was broken.
    pub const POLICY: Self = Self::new(1008, "policy");
    /// A message was too big.
    pub const TOO_BIG: Self = Self::new(1009, "message too big");
    /// Our own fault.
    pub const INTERNAL: Self = Self::new(1011, "internal error");
    /// The server restarts.
    pub const RESTARTING: Self = Self::new(1012, "server restarts");
    /// The peer does not read fast enough.
    pub const TOO_SLOW: Self = Self::new(1013, "too slow");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }
}

/// What the wire sends next.
#[derive(Debug)]
pub enum Outgoing {
    /// A frame.
    Frame(Payload),
    /// The last thing it sends.
    Close(Closing),
}

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
                entries: VecDeque::new(),
                bytes: 0,
                replaceable: 0,
                closing: None,
                finished: false,
                waiting_since: None,
                given: None,
                written: None,
                followed: false,
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
                match &mut queue.given {
                    Some((given_room, given)) if given_room == room => {
                        if *given >= *seq {
                            return;
                        }
                        *given = *seq;
                    }
                    given => *given = Some((room.clone(), *seq)),
                }
                if let Some(replaces) = replaces {
                    queue.remove_replaceable(replaces);
                }
            }
            Class::Entrance { room, seen } => queue.given = Some((room.clone(), *seen)),
            Class::Newest(replaces) => queue.remove_replaceable(replaces),
            Class::Lasting | Class::Audio => {}
        }
        let cost = parcel.payload.cost();
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
            Class::Lasting | Class::Numbered { .. } | Class::Entrance { .. } => {
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

    /// Audio frames dropped since the socket opened.
    pub fn dropped_audio(&self) -> u64 {
        self.dropped_audio.load(Ordering::Relaxed)
    }

    /// Bytes waiting.
    pub fn queued_bytes(&self) -> usize {
        self.queue.lock().bytes
    }

    /// The wire's end of the queue.
    pub fn pull(self: &Arc<Self>) -> Pull {
        Pull {
            outbox: Arc::clone(self),
            frames: 0,
            bytes: 0,
        }
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
        self.bytes -= entry.payload.cost();
        if matches!(entry.class, Class::Newest(_)) {
            self.replaceable -= 1;
        }
    }
}

/// The wire's end: a stream of what to send, which pauses after a few frames so that they are written before more
/// are taken.
pub struct Pull {
    outbox: Arc<Outbox>,
    frames: usize,
    bytes: usize,
}

impl Pull {
    /// Notes one frame taken, with its effect on what counts as written.
    fn count(&mut self, queue: &mut Queue, entry: &Entry) {
        self.frames += 1;
        self.bytes += entry.payload.cost();
        match &entry.class {
            Class::Numbered { room, seq, .. } => {
                queue.written = Some((room.clone(), *seq));
                queue.followed = true;
            }
            Class::Entrance { room, seen } => queue.written = Some((room.clone(), *seen)),
            Class::Audio => queue.followed = true,
            Class::Lasting | Class::Newest(_) => {}
        }
    }
}

impl Stream for Pull {
    type Item = Outgoing;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        let this = &mut *self;
        let outbox = Arc::clone(&this.outbox);
        let mut queue = outbox.queue.lock();
        if queue.finished {
            return Poll::Ready(None);
        }
        let pausing = this.frames >= FRAMES_PER_PULL || this.bytes >= BYTES_PER_PULL;
        while !pausing && let Some(entry) = queue.entries.pop_front() {
            queue.taken(&entry);
            if matches!(entry.class, Class::Audio) && entry.queued_at.elapsed() > STALE_AUDIO {
                outbox.dropped_audio.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            this.count(&mut queue, &entry);
            queue.waiting_since = (!queue.entries.is_empty()).then(Instant::now);
            return Poll::Ready(Some(Outgoing::Frame(entry.payload)));
        }
        this.frames = 0;
        this.bytes = 0;
        if !queue.entries.is_empty() {
            context.waker().wake_by_ref();
        } else if let Some(closing) = queue.closing {
            queue.finished = true;
            return Poll::Ready(Some(Outgoing::Close(closing)));
        } else {
            queue.waiting_since = None;
            queue.waker = Some(context.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Pull {
    fn drop(&mut self) {
        let mut queue = self.outbox.queue.lock();
        queue.finished = true;
        queue.entries = VecDeque::new();
        queue.bytes = 0;
        queue.replaceable = 0;
        queue.waker = None;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, StreamExt};

    use super::*;

    fn room() -> RoomId {
        "r".parse().unwrap()
    }

    fn key(utterance: &str) -> Arc<Replaces> {
        Arc::new(Replaces::Caption(utterance.parse().unwrap(), None))
    }

    fn newest(utterance: &str, text: &str) -> Parcel {
        Parcel {
            payload: Payload::Text(text.into()),
            class: Class::Newest(key(utterance)),
        }
    }

    fn numbered(seq: u64, text: &str, utterance: &str) -> Parcel {
        Parcel {
            payload: Payload::Text(text.into()),
            class: Class::Numbered {
                room: room(),
                seq,
                replaces: Some(key(utterance)),
            },
        }
    }

    fn audio(size: usize) -> Parcel {
        Parcel {
            payload: Payload::Binary(vec![0; size].into()),
            class: Class::Audio,
        }
    }

    /// Everything that can be pulled now, as text; audio as its length.
    fn drain(outbox: &Arc<Outbox>) -> Vec<String> {
        let mut pull = outbox.pull();
        let mut taken = Vec::new();
        let mut idle = 0;
        while idle < 2 {
            match pull.next().now_or_never() {
                Some(Some(Outgoing::Frame(Payload::Text(text)))) => taken.push(text.to_string()),
                Some(Some(Outgoing::Frame(Payload::Binary(bytes)))) => {
                    taken.push(bytes.len().to_string());
                }
                Some(Some(Outgoing::Frame(Payload::Ping))) => taken.push("ping".into()),
                Some(Some(Outgoing::Close(closing))) => taken.push(closing.code.to_string()),
                Some(None) => break,
                None => idle += 1,
            }
        }
        taken
    }

    #[tokio::test(start_paused = true)]
    async fn captions_are_replaced_in_the_queue_and_finals_come_once() {
        let outbox = Outbox::new(10_000);
        outbox.push(newest("u1", "a"));
        outbox.push(newest("u1", "ab"));
        outbox.push(newest("u2", "x"));
        outbox.push(numbered(4, "abc.", "u1"));
        outbox.push(numbered(4, "abc. again", "u1"));
        outbox.push(numbered(3, "older", "u0"));
        assert_eq!(drain(&outbox), ["x", "abc."]);
        assert_eq!(outbox.written(), Some((room(), 4)));
    }

    #[tokio::test(start_paused = true)]
    async fn audio_gives_way_first_then_partials_and_then_the_socket_ends() {
        let outbox = Outbox::new(1_000);
        for _ in 0..4 {
            outbox.push(audio(200));
        }
        assert_eq!(outbox.dropped_audio(), 1);
        outbox.push(newest("u1", "partial"));
        for seq in 1..=11 {
            outbox.push(numbered(seq, "0123456789", "u9"));
        }
        assert!(!outbox.is_closing());
        assert_eq!(outbox.dropped_audio(), 4);
        for seq in 12..=15 {
            outbox.push(numbered(seq, "0123456789", "u9"));
        }
        assert_eq!(drain(&outbox), ["1013"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stall_shows_and_stale_audio_is_not_played() {
        let outbox = Outbox::new(10_000);
        assert_eq!(outbox.stalled_for(), Duration::ZERO);
        outbox.push(audio(10));
        outbox.push(Parcel::lasting("state".into()));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(outbox.stalled_for(), Duration::from_secs(5));
        outbox.close(Closing::RESTARTING);
        outbox.push(Parcel::lasting("too late".into()));
        assert_eq!(drain(&outbox), ["state", "1012"]);
        assert_eq!(outbox.stalled_for(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wire_takes_a_few_frames_at_a_time() {
        let outbox = Outbox::new(100_000);
        for _ in 0..40 {
            outbox.push(Parcel::lasting("x".into()));
        }
        let mut pull = outbox.pull();
        let mut first = 0;
        while let Some(Some(_)) = pull.next().now_or_never() {
            first += 1;
        }
        assert_eq!(first, FRAMES_PER_PULL);
        assert!(
            pull.next().now_or_never().is_some(),
            "and goes on when polled again"
        );
    }
}
