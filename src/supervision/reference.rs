//! Handles to actors: valid across restarts and moves, bounded across all their clones.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix::dev::channel::AddressSender;
use actix::{Handler, Message};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::Supervised;
use super::envelope::admitted;
use super::exit::Exit;
use super::node::{Node, Permit, Refusal, State};
use super::path::Path;
use super::refusal::{AskError, TellError};
use super::seat::Maker;

/// A handle to an actor of type `A`. Cheap to clone; holds over restarts and over moves to another thread.
pub struct Ref<A> {
    node: Arc<Node>,
    of: PhantomData<fn(A)>,
}

impl<A: Supervised> Ref<A> {
    /// The reference, if the node's actor is an `A`.
    pub(super) fn of(node: Arc<Node>) -> Option<Self> {
        node.seat_of::<A>()
            .is_some()
            .then(|| Ref::known(node.clone()))
    }

    /// The reference to a node that is known to hold an `A`.
    pub(super) fn known(node: Arc<Node>) -> Self {
        Ref {
            node,
            of: PhantomData,
        }
    }

    /// Looks at what makes the actor's values, without asking the actor: nothing if it has ended, or was not started
    /// with an `M`.
    pub fn seen<M: Maker<A>, R>(&self, look: impl FnOnce(&M) -> R) -> Option<R> {
        self.node.seat_of::<A>()?.seen(look)
    }

    /// Queues a message; never waits.
    ///
    /// # Errors
    /// [`TellError`], with the message.
    pub fn tell<M>(&self, message: M) -> Result<(), TellError<M>>
    where
        A: Handler<M>,
        M: Message + Send + 'static,
        M::Result: Send,
    {
        tell_through(&self.node, message, deliver::<A, M>)
    }

    /// Asks and waits for the answer. When the mailbox is full it waits for a place, in turn, within the same deadline.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask<M>(&self, message: M, deadline: Duration) -> Result<M::Result, AskError>
    where
        A: Handler<M>,
        M: Message + Send + 'static,
        M::Result: Send,
    {
        ask_through(&self.node, message, deadline, request::<A, M>).await
    }

    /// A handle for one type of message, whatever the actor's type. Shares the same places in the mailbox.
    pub fn recipient<M>(&self) -> RefFor<M>
    where
        A: Handler<M>,
        M: Message + Send + 'static,
        M::Result: Send,
    {
        RefFor {
            node: self.node.clone(),
            deliver: deliver::<A, M>,
            request: request::<A, M>,
        }
    }
}

impl<A> Ref<A> {
    /// Orders it to end for good, ahead of everything in its mailbox.
    pub fn stop(&self, reason: &'static str) {
        self.node.stop(reason);
    }

    /// Orders it to end this life and begin another at once.
    pub fn restart(&self, reason: impl Into<String>) {
        self.node.restart(reason);
    }

    /// Orders it to end now, without asking it and without waiting for its children.
    pub fn kill(&self) {
        self.node.kill();
    }

    /// Makes it panic, as a fault would.
    pub fn inject_panic(&self) {
        self.node.inject_panic();
    }

    /// Waits until it has ended for good.
    pub async fn ended(&self) -> Exit {
        self.node.ended().await
    }

    /// Where it sits.
    pub fn path(&self) -> &Path {
        self.node.path()
    }

    /// Its place in the tree.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Whether it has not ended for good.
    pub fn is_alive(&self) -> bool {
        self.node.state() != State::Ended
    }
}

impl<A> Clone for Ref<A> {
    fn clone(&self) -> Self {
        Ref {
            node: self.node.clone(),
            of: PhantomData,
        }
    }
}

impl<A> fmt::Debug for Ref<A> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Ref({})", self.node.path)
    }
}

impl<A> PartialEq for Ref<A> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.node, &other.node)
    }
}

impl<A> Eq for Ref<A> {}

type Deliver<M> = fn(&Node, Permit, M) -> Result<(), M>;
type Request<M> = fn(&Node, Permit, M) -> Option<oneshot::Receiver<<M as Message>::Result>>;

/// A handle for one type of message.
pub struct RefFor<M: Message> {
    node: Arc<Node>,
    deliver: Deliver<M>,
    request: Request<M>,
}

impl<M: Message + Send + 'static> RefFor<M>
where
    M::Result: Send,
{
    /// Queues a message; never waits.
    ///
    /// # Errors
    /// [`TellError`], with the message.
    pub fn tell(&self, message: M) -> Result<(), TellError<M>> {
        tell_through(&self.node, message, self.deliver)
    }

    /// Asks and waits for the answer, as [`Ref::ask`] does.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask(&self, message: M, deadline: Duration) -> Result<M::Result, AskError> {
        ask_through(&self.node, message, deadline, self.request).await
    }

    /// Where the actor sits.
    pub fn path(&self) -> &Path {
        self.node.path()
    }

    /// Its place in the tree.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Whether it has not ended for good.
    pub fn is_alive(&self) -> bool {
        self.node.state() != State::Ended
    }
}

impl<M: Message> Clone for RefFor<M> {
    fn clone(&self) -> Self {
        RefFor {
            node: self.node.clone(),
            deliver: self.deliver,
            request: self.request,
        }
    }
}

impl<M: Message> fmt::Debug for RefFor<M> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "RefFor({})", self.node.path)
    }
}

pub(super) fn sender_of<A: Supervised>(node: &Node) -> &AddressSender<A> {
    // A reference is only ever made for a node of its own type.
    node.seat_of::<A>()
        .expect("a reference leads to a node of its own type")
        .sender()
}

fn deliver<A, M>(node: &Node, permit: Permit, message: M) -> Result<(), M>
where
    A: Supervised + Handler<M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    admitted(permit, || sender_of::<A>(node).do_send(message))
        .map_err(|refused| refused.into_inner())
}

fn request<A, M>(node: &Node, permit: Permit, message: M) -> Option<oneshot::Receiver<M::Result>>
where
    A: Supervised + Handler<M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    admitted(permit, || sender_of::<A>(node).send(message)).ok()
}

fn tell_through<M>(node: &Arc<Node>, message: M, deliver: Deliver<M>) -> Result<(), TellError<M>> {
    match node.admit() {
        Ok(permit) => deliver(node, permit, message).map_err(TellError::Gone),
        Err(Refusal::Full) => {
            node.counters.full.fetch_add(1, Ordering::Relaxed);
            Err(TellError::Full(message))
        }
        Err(Refusal::Gone) => Err(TellError::Gone(message)),
        Err(Refusal::Unavailable) => Err(TellError::Unavailable(message)),
    }
}

fn ask_through<'a, M: Message + 'a>(
    node: &'a Arc<Node>,
    message: M,
    deadline: Duration,
    request: Request<M>,
) -> impl Future<Output = Result<M::Result, AskError>> + 'a {
    let until = Instant::now() + deadline;
    async move {
        let admission = timeout_at(until, node.admit_in_turn())
            .await
            .map_err(|_| AskError::Timeout)?;
        let permit = admission.map_err(|refusal| match refusal {
            Refusal::Full => AskError::Timeout,
            Refusal::Gone => AskError::Gone,
            Refusal::Unavailable => AskError::Unavailable,
        })?;
        let reply = request(node, permit, message).ok_or(AskError::Gone)?;
        match timeout_at(until, reply).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(why_dropped(node)),
            Err(_) => Err(AskError::Timeout),
        }
    }
}

fn why_dropped(node: &Node) -> AskError {
    match node.state() {
        State::Parked => AskError::Unavailable,
        State::Ended => AskError::Gone,
        _ => AskError::Dropped,
    }
}
