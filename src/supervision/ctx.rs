//! The context of a supervised actor: actix's own interface, and what the tree adds to it.

use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix::fut::ActorFuture;
use actix::{Actor, ActorContext, ActorState, Addr, AsyncContext, SpawnHandle};
use tokio::time::Instant;

use super::Supervised;
use super::exit::{Cause, Exit, Failure};
use super::node::{Node, State};
use super::path::Path;
use super::reference::{Ref, sender_of};
use super::refusal::StartError;
use super::spec::Spec;
use super::watch::Watchable;

/// The context of a supervised actor. `run_later`, `run_interval`, `spawn`, `wait`, `add_stream` and `notify` work as in
/// actix; `address` gives the raw address, whose messages are counted but not bounded, so it is for libraries only.
pub struct Ctx<A: Actor<Context = Ctx<A>>> {
    pub(super) node: Arc<Node>,
    pub(super) wish: Option<Wish>,
    pub(super) phase: ActorState,
    /// Futures that run beside the messages.
    pub(super) futures: Vec<Task<A>>,
    /// Futures that hold the messages up; the newest runs.
    pub(super) waits: Vec<Task<A>>,
    pub(super) cancelled: Vec<SpawnHandle>,
    /// What runs now: the type of a message or the name of a hook.
    pub(super) doing: &'static str,
    /// When that began.
    pub(super) begun: Instant,
    pub(super) last_activity: Instant,
    generation: u32,
    known_busy: &'static str,
    replying: Option<&'static str>,
    last_handle: SpawnHandle,
    life: u32,
}

/// A future of the actor's.
pub(super) struct Task<A: Actor<Context = Ctx<A>>> {
    pub(super) handle: SpawnHandle,
    /// Taken out while it is polled.
    pub(super) future: Option<Pin<Box<dyn ActorFuture<A, Output = ()>>>>,
    /// When it counts as endless.
    pub(super) deadline: Option<Instant>,
    /// The message it answers, or what it is.
    pub(super) doing: &'static str,
    /// Whether it was polled, so that something will wake it.
    pub(super) seen: bool,
}

impl<A: Actor<Context = Ctx<A>>> Task<A> {
    /// The same task with the future in it, which leaves the actor's list while it is polled.
    pub(super) fn take_out(&mut self) -> Self {
        Task {
            future: self.future.take(),
            ..*self
        }
    }
}

/// What the actor asked for itself.
pub(super) enum Wish {
    Stop,
    Terminate,
    End(&'static str),
    Fail(Box<Failure>),
}

/// One child as its parent sees it.
#[derive(Clone, Debug)]
pub struct ChildInfo {
    /// Its path.
    pub path: Path,
    /// Its `KIND`.
    pub kind: &'static str,
    /// What it is doing.
    pub state: State,
}

impl<A: Supervised> Ctx<A> {
    pub(super) fn new(node: Arc<Node>, generation: u32, life: u32) -> Self {
        let now = Instant::now();
        Ctx {
            generation,
            node,
            wish: None,
            phase: ActorState::Started,
            futures: Vec::new(),
            waits: Vec::new(),
            cancelled: Vec::new(),
            doing: "",
            begun: now,
            last_activity: now,
            known_busy: "",
            replying: None,
            last_handle: SpawnHandle::default(),
            life,
        }
    }

    /// The actor's own reference.
    pub fn me(&self) -> Ref<A> {
        Ref::known(self.node.clone())
    }

    /// Where it sits.
    pub fn path(&self) -> &Path {
        &self.node.path
    }

    /// Its place in the tree.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Which life this is: 0 for the first.
    pub fn life(&self) -> u32 {
        self.life
    }

    /// Starts a child called `name`, which may hold slashes. `factory` makes a fresh value for each of its lives.
    ///
    /// # Errors
    /// [`StartError::NameTaken`], [`StartError::Stopping`] or [`StartError::NoThread`].
    pub fn start_child<C: Supervised>(
        &mut self,
        name: &str,
        spec: Spec,
        factory: impl Fn() -> C + Send + Sync + 'static,
    ) -> Result<Ref<C>, StartError> {
        if self.node.lane.generation() != self.generation {
            // The watchdog took the actor away from this thread, and its next life starts its own children.
            return Err(StartError::Stopping);
        }
        self.node.start_child(name, spec, factory)
    }

    /// The child called `name`, if there is one and it is a `C`.
    pub fn child<C: Supervised>(&self, name: &str) -> Option<Ref<C>> {
        self.node.tree.lookup(self.node.path.join(name).as_str())
    }

    /// The children in the order in which they were started.
    pub fn children(&self) -> Vec<ChildInfo> {
        let info = |child: Arc<Node>| ChildInfo {
            path: child.path.clone(),
            kind: child.kind,
            state: child.state(),
        };
        self.node
            .children_in_order()
            .into_iter()
            .map(info)
            .collect()
    }

    /// Has `watched_ended` called once `target` has ended for good, at once if it has ended or never was. Holds over
    /// this actor's restarts; to watch twice is to watch once.
    pub fn watch(&mut self, target: &impl Watchable) {
        target.watched_by(&self.node);
    }

    /// Ends this life as a failure, without a panic.
    #[track_caller]
    pub fn fail(&mut self, reason: impl Into<String>) {
        let mut failure = Failure::new(Cause::Error, reason, Some(self.doing));
        let place = Location::caller();
        failure.location = Some(format!("{}:{}", place.file(), place.line()));
        self.wish = Some(Wish::Fail(Box::new(failure)));
    }

    /// Ends the actor for good, as [`Exit::Stopped`] with this reason.
    pub fn end(&mut self, reason: &'static str) {
        if !matches!(self.wish, Some(Wish::Fail(_))) {
            self.wish = Some(Wish::End(reason));
        }
    }

    /// Counts as activity for `idle_after`.
    pub fn touch(&mut self) {
        self.active(Instant::now());
    }

    pub(super) fn active(&mut self, now: Instant) {
        self.last_activity = now;
        let nanos = self.node.tree.nanos(now);
        self.node
            .gauges
            .last_activity
            .store(nanos, Ordering::Relaxed);
    }

    pub(super) fn begin(&mut self, what: &'static str, now: Instant) {
        self.doing = what;
        self.begun = now;
        self.node
            .gauges
            .begin(what, &mut self.known_busy, self.node.tree.nanos(now));
    }

    pub(super) fn begin_message(&mut self, message: &'static str, queued_at: Instant) {
        let now = Instant::now();
        self.begin(message, now);
        let queued = now.duration_since(queued_at);
        self.node.gauges.message(queued);
        self.node.counters.message(queued);
        if !self.node.spec.idle_by_touch {
            self.active(now);
        }
    }

    /// Futures spawned between the two calls are the reply to `message` and must end within the wait limit.
    pub(super) fn replying(&mut self, message: Option<&'static str>) {
        self.replying = message;
    }

    pub(super) fn take_wish(&mut self) -> Option<Wish> {
        self.wish.take()
    }

    /// The earliest moment at which a wait or a reply counts as endless.
    pub(super) fn earliest_deadline(&self) -> Option<Instant> {
        self.futures
            .iter()
            .chain(&self.waits)
            .filter_map(|task| task.deadline)
            .min()
    }

    /// What has outlasted the wait limit.
    pub(super) fn endless(&self, now: Instant) -> Option<&'static str> {
        let tasks = self.futures.iter().chain(&self.waits);
        tasks
            .filter(|task| task.deadline.is_some_and(|deadline| deadline <= now))
            .map(|task| task.doing)
            .next()
    }
}

impl<A: Supervised> Ctx<A> {
    fn task(
        &mut self,
        future: impl ActorFuture<A, Output = ()> + 'static,
        is_wait: bool,
    ) -> Task<A> {
        self.last_handle = self.last_handle.next();
        let is_limited = is_wait || self.replying.is_some();
        Task {
            handle: self.last_handle,
            future: Some(Box::pin(future)),
            deadline: is_limited.then(|| Instant::now() + self.node.spec.wait_limit),
            doing: self
                .replying
                .unwrap_or(if is_wait { "wait" } else { "future" }),
            seen: false,
        }
    }
}

impl<A: Supervised> ActorContext for Ctx<A> {
    /// Ends this life: a permanent actor lives again, any other ends as `Exit::Stopped`. `end` always ends it.
    fn stop(&mut self) {
        if self.wish.is_none() {
            self.wish = Some(Wish::Stop);
        }
    }

    /// Ends this life without asking `stopping`.
    fn terminate(&mut self) {
        if matches!(self.wish, None | Some(Wish::Stop)) {
            self.wish = Some(Wish::Terminate);
        }
    }

    fn state(&self) -> ActorState {
        match self.wish {
            None => self.phase,
            Some(Wish::Stop) => ActorState::Stopping,
            Some(_) => ActorState::Stopped,
        }
    }
}

impl<A: Supervised> AsyncContext<A> for Ctx<A> {
    fn address(&self) -> Addr<A> {
        Addr::new(sender_of::<A>(&self.node).clone())
    }

    fn spawn<F: ActorFuture<A, Output = ()> + 'static>(&mut self, future: F) -> SpawnHandle {
        let task = self.task(future, false);
        let handle = task.handle;
        add(&mut self.futures, task);
        handle
    }

    fn wait<F: ActorFuture<A, Output = ()> + 'static>(&mut self, future: F) {
        let task = self.task(future, true);
        add(&mut self.waits, task);
    }

    fn waiting(&self) -> bool {
        !self.waits.is_empty() || self.wish.is_some()
    }

    fn cancel_future(&mut self, handle: SpawnHandle) -> bool {
        self.cancelled.push(handle);
        true
    }
}

/// The exit that a wish for an end amounts to.
impl Wish {
    pub(super) fn exit(&self) -> Exit {
        match self {
            Wish::End(reason) => Exit::Stopped { reason },
            _ => Exit::Stopped { reason: "stopped" },
        }
    }
}

/// Adds to a list that seldom holds more than one: left alone it would make room for four, in every actor there is.
fn add<T>(list: &mut Vec<T>, item: T) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
    list.push(item);
}
