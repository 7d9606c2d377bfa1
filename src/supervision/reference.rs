//! Handles to actors: valid across restarts and moves, bounded across all their clones.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use actix::dev::channel::AddressSender;
use actix::{Handler, Message};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::Supervised;
use super::control::Control;
use super::envelope::admitted;
use super::exit::Exit;
use super::node::{Node, Permit, Refusal, State};
use super::path::Path;

/// Why an actor was not started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// There is an actor of that path; wait for its `ended`, or look it up.
    #[error("the path {0} is taken by a running actor")]
    NameTaken(Path),
    /// The parent, or the tree, is on its way down.
    #[error("the parent is stopping and starts no more children")]
    Stopping,
    /// There is no thread to run it on: it was to stay on a thread that runs no `LocalSet`, or none could be made.
    #[error("there is no thread with a LocalSet to run the actor on")]
    NoThread,
}

impl StartError {
    /// A stable word for interfaces.
    pub fn code(&self) -> &'static str {
        match self {
            StartError::NameTaken(_) => "name_taken",
            StartError::Stopping => "stopping",
            StartError::NoThread => "no_thread",
        }
    }
}

/// Why a message was not queued; it is given back.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TellError<M> {
    /// The mailbox holds as many messages as it may.
    #[error("the mailbox is full")]
    Full(M),
    /// The actor has ended for good.
    #[error("the actor has ended")]
    Gone(M),
    /// The actor is parked.
    #[error("the actor is parked after repeated failures")]
    Unavailable(M),
}

impl<M> TellError<M> {
    /// The message that was not queued.
    pub fn into_message(self) -> M {
        match self {
            TellError::Full(message)
            | TellError::Gone(message)
            | TellError::Unavailable(message) => message,
        }
    }

    /// A stable word for interfaces.
    pub fn code(&self) -> &'static str {
        match self {
            TellError::Full(_) => "full",
            TellError::Gone(_) => "gone",
            TellError::Unavailable(_) => "unavailable",
        }
    }
}

/// Without the message, which may hold what must not be logged.
impl<M> fmt::Debug for TellError<M> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

/// Why a question was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// No answer, or no place in the mailbox, within the deadline.
    #[error("no answer within the deadline")]
    Timeout,
    /// The actor has ended for good.
    #[error("the actor has ended")]
    Gone,
    /// The actor is parked.
    #[error("the actor is parked after repeated failures")]
    Unavailable,
    /// The life that held the question ended before it answered.
    #[error("the actor failed before it answered")]
    Dropped,
}

impl AskError {
    /// A stable word for interfaces.
    pub fn code(&self) -> &'static str {
        match self {
            AskError::Timeout => "timeout",
            AskError::Gone => "gone",
            AskError::Unavailable => "unavailable",
            AskError::Dropped => "dropped",
        }
    }
}

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

fn sender_of<A: Supervised>(node: &Node) -> &AddressSender<A> {
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
            node.counters
                .full
                .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
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

/// What can be watched: a reference, a node, or a path.
pub trait Watchable {
    /// Adds `watcher` to those told of the end.
    fn watched_by(&self, watcher: &Arc<Node>);
}

impl Watchable for Arc<Node> {
    fn watched_by(&self, watcher: &Arc<Node>) {
        {
            let mut watchers = self.watchers.lock();
            watchers.retain(|known| {
                known
                    .upgrade()
                    .is_some_and(|known| !Arc::ptr_eq(&known, watcher))
            });
            watchers.push(Arc::downgrade(watcher));
        }
        // It may have ended between the look-up and the registration; whoever empties the list tells.
        if let Some(exit) = self.exit.get() {
            let is_untold = !std::mem::take(&mut *self.watchers.lock()).is_empty();
            if is_untold {
                tell_ended(watcher, self.path.clone(), exit.clone());
            }
        }
    }
}

impl<A> Watchable for Ref<A> {
    fn watched_by(&self, watcher: &Arc<Node>) {
        self.node.watched_by(watcher);
    }
}

impl<M: Message> Watchable for RefFor<M> {
    fn watched_by(&self, watcher: &Arc<Node>) {
        self.node.watched_by(watcher);
    }
}

impl Watchable for Path {
    fn watched_by(&self, watcher: &Arc<Node>) {
        match watcher.tree.find(self.as_str()) {
            Some(node) => node.watched_by(watcher),
            None => tell_ended(watcher, self.clone(), Exit::Stopped { reason: "unknown" }),
        }
    }
}

fn tell_ended(watcher: &Arc<Node>, path: Path, exit: Exit) {
    drop(
        watcher
            .lane
            .post(Control::WatchedEnded(Box::new((path, exit)))),
    );
}
