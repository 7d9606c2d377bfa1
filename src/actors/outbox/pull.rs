//! The wire's end of an outbox.

use std::{
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
    time::Duration,
};

use futures_util::Stream;
use tokio::time::Instant;

use super::{
    Entry, Outbox, Queue,
    parcel::{Class, Outgoing},
};

/// Frames and bytes given to the wire in one poll: what one stalled peer can hold beyond its queue.
const FRAMES_PER_PULL: usize = 16;
const BYTES_PER_PULL: usize = 32 * 1024;

/// Audio that waited longer than this is of no use to a listener and is dropped.
const STALE_AUDIO: Duration = Duration::from_secs(3);

/// The wire's end: a stream of what to send, which pauses after a few frames so that they are written before more
/// are taken.
pub struct Pull {
    outbox: Arc<Outbox>,
    frames: usize,
    bytes: usize,
}

impl Pull {
    pub(super) fn new(outbox: Arc<Outbox>) -> Self {
        Self {
            outbox,
            frames: 0,
            bytes: 0,
        }
    }

    /// Notes one frame taken, with its effect on what counts as written.
    fn count(&mut self, queue: &mut Queue, entry: &Entry) {
        self.frames += 1;
        self.bytes += entry.payload.cost();
        match &entry.class {
            Class::Numbered { room, seq, .. } | Class::Replayed { room, seq } => {
                queue.written = Some((room.clone(), *seq));
                queue.followed = true;
            }
            Class::Entrance { room, seen } => queue.written = Some((room.clone(), *seen)),
            Class::Audio => queue.followed = true,
            Class::Lasting | Class::Last(_) | Class::Newest(_) => {}
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
        queue.entries = std::collections::VecDeque::new();
        queue.bytes = 0;
        queue.replaceable = 0;
        queue.waker = None;
    }
}
