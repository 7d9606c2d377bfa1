//! The typed part of a node: mailbox and factory, which outlive every life, and the launch of a cell on some thread.

use std::any::Any;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix::dev::Envelope;
use actix::dev::channel::{AddressReceiver, AddressSender, channel};
use futures_util::task::noop_waker_ref;
use futures_util::{FutureExt, StreamExt};
use parking_lot::Mutex;

use super::Supervised;
use super::cell::{self, Beginning};
use super::claim::Claim;
use super::exit::Failure;
use super::panic::{drop_guarded, guard};
use super::placement::Start;

/// What makes a fresh value for each life. Every closure that gives one is a maker; a type of its own can be looked at
/// from outside with [`Ref::seen`](super::Ref::seen), which costs an actor nothing.
pub trait Maker<A>: Any + Send + Sync {
    /// A fresh value.
    fn make(&self) -> A;
}

impl<A, F: Fn() -> A + Send + Sync + 'static> Maker<A> for F {
    fn make(&self) -> A {
        self()
    }
}

pub(super) type Factory<A> = Arc<dyn Maker<A>>;

/// What a node needs of its seat without knowing the actor's type.
pub(super) trait AnySeat: Send + Sync {
    /// For typed look-ups.
    fn as_any(&self) -> &dyn Any;
    /// The job that starts a cell on the thread it is run on.
    fn start(&self, claim: Claim, beginning: Beginning) -> Start;
    /// Hands the mailbox to cells of `generation` only.
    fn set_generation(&self, generation: u32);
    /// Drops what is queued.
    fn discard_queued(&self);
    /// Closes the mailbox for good and drops the factory.
    fn close(&self);
}

/// What a cell finds in the mailbox.
pub(super) enum Mail<A: Supervised> {
    Envelope(Envelope<A>),
    Empty,
    /// Another cell has the mailbox now.
    Stale,
}

pub(super) struct Seat<A: Supervised> {
    sender: AddressSender<A>,
    slot: Mutex<Slot<A>>,
    factory: Mutex<Option<Factory<A>>>,
}

struct Slot<A: Supervised> {
    generation: u32,
    receiver: Option<AddressReceiver<A>>,
}

impl<A: Supervised> Seat<A> {
    pub(super) fn new(factory: Factory<A>) -> Self {
        // Unbounded: actix bounds each sender by itself, so admission is by the node's places instead.
        let (sender, receiver) = channel(0);
        Seat {
            sender,
            slot: Mutex::new(Slot {
                generation: 0,
                receiver: Some(receiver),
            }),
            factory: Mutex::new(Some(factory)),
        }
    }

    pub(super) fn sender(&self) -> &AddressSender<A> {
        &self.sender
    }

    /// A fresh value, unless the actor has ended; a panic in the factory is a failure.
    pub(super) fn make(&self) -> Option<Result<A, Failure>> {
        let factory = self.factory.lock().clone()?;
        Some(guard("factory", move || factory.make()))
    }

    /// Looks at the maker, unless the actor has ended or its maker is no `M`.
    pub(super) fn seen<M: Maker<A>, R>(&self, look: impl FnOnce(&M) -> R) -> Option<R> {
        let factory = self.factory.lock().clone()?;
        let maker: &dyn Any = &*factory;
        maker.downcast_ref().map(look)
    }

    /// The oldest envelope. The lock is held only while it is taken, never while it is handled.
    pub(super) fn take(&self, generation: u32, task: &mut Context<'_>) -> Mail<A> {
        let mut slot = self.slot.lock();
        if slot.generation != generation {
            return Mail::Stale;
        }
        match slot
            .receiver
            .as_mut()
            .map(|receiver| receiver.poll_next_unpin(task))
        {
            Some(Poll::Ready(Some(envelope))) => Mail::Envelope(envelope),
            Some(Poll::Pending) => Mail::Empty,
            Some(Poll::Ready(None)) | None => Mail::Stale,
        }
    }
}

impl<A: Supervised> AnySeat for Seat<A> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn start(&self, claim: Claim, beginning: Beginning) -> Start {
        Box::new(move || {
            let life = cell::run::<A>(claim, beginning).map(drop);
            // Without a LocalSet on this thread `spawn_local` panics; the claim in the dropped future then says so.
            drop(guard("spawn", move || tokio::task::spawn_local(life)));
        })
    }

    fn set_generation(&self, generation: u32) {
        self.slot.lock().generation = generation;
    }

    fn discard_queued(&self) {
        let mut task = Context::from_waker(noop_waker_ref());
        loop {
            let next = match self.slot.lock().receiver.as_mut() {
                Some(receiver) => receiver.poll_next_unpin(&mut task),
                None => return,
            };
            match next {
                Poll::Ready(Some(envelope)) => drop_guarded("message", envelope),
                _ => return,
            }
        }
    }

    fn close(&self) {
        self.discard_queued();
        let receiver = self.slot.lock().receiver.take();
        drop_guarded("mailbox", receiver);
        let factory = self.factory.lock().take();
        drop_guarded("factory", factory);
    }
}
