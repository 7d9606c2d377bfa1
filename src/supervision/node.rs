//! An actor's place in the tree: what stays while its lives come and go.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore, TryAcquireError};
use tokio::time::Instant;

use super::Supervised;
use super::control::{Control, Lane};
use super::exit::{Exit, Failure};
use super::gauges::Gauges;
use super::kind::KindCounters;
use super::path::Path;
use super::placement::Host;
use super::policy::History;
use super::reference::Ref;
use super::refusal::StartError;
use super::seat::{AnySeat, Maker, Seat};
use super::spec::Spec;
use super::tree::Tree;

/// What an actor is doing, in large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// A life is being made.
    Starting,
    /// It handles messages.
    Running,
    /// It is ending a life.
    Stopping,
    /// It waits out its back-off.
    Restarting,
    /// It waits for its group to start it again.
    Held,
    /// It failed too often: refuses messages and is retried now and then.
    Parked,
    /// It ended for good.
    Ended,
}

impl State {
    const ALL: [State; 7] = [
        State::Starting,
        State::Running,
        State::Stopping,
        State::Restarting,
        State::Held,
        State::Parked,
        State::Ended,
    ];

    /// A stable word for logs and interfaces.
    pub fn code(self) -> &'static str {
        match self {
            State::Starting => "starting",
            State::Running => "running",
            State::Stopping => "stopping",
            State::Restarting => "restarting",
            State::Held => "held",
            State::Parked => "parked",
            State::Ended => "ended",
        }
    }
}

/// The children of a node, by the order in which they were started.
#[derive(Default)]
pub(super) struct Brood {
    pub(super) by_start: BTreeMap<u64, Arc<Node>>,
    pub(super) closed: bool,
}

/// An actor's place in the tree. References, the registry and the parent share it; the actor's value does not live here.
pub struct Node {
    pub(super) path: Path,
    pub(super) kind: &'static str,
    pub(super) counters: Arc<KindCounters>,
    pub(super) spec: Arc<Spec>,
    pub(super) group: u64,
    pub(super) sequence: u64,
    pub(super) tree: Tree,
    pub(super) parent: Option<Weak<Node>>,
    pub(super) seat: Box<dyn AnySeat>,
    pub(super) lane: Lane,
    pub(super) places: Semaphore,
    pub(super) children: Mutex<Brood>,
    pub(super) watchers: Mutex<Vec<Weak<Node>>>,
    pub(super) host: Mutex<Option<Arc<Host>>>,
    /// Made with the first failure.
    pub(super) history: Mutex<Option<Box<History>>>,
    pub(super) last_failure: Mutex<Option<Arc<Failure>>>,
    pub(super) gauges: Gauges,
    pub(super) changed: Notify,
    pub(super) exit: OnceLock<Exit>,
    /// Its parent is stopping it, so its end is no news to the parent.
    pub(super) expected_to_end: AtomicBool,
    pub(super) launching: AtomicU8,
    state: AtomicU8,
}

/// The parts of a node that its maker knows.
pub(super) struct NodeParts {
    pub(super) path: Path,
    pub(super) kind: &'static str,
    pub(super) counters: Arc<KindCounters>,
    pub(super) spec: Arc<Spec>,
    pub(super) group: u64,
    pub(super) sequence: u64,
    pub(super) tree: Tree,
    pub(super) parent: Option<Weak<Node>>,
    pub(super) seat: Box<dyn AnySeat>,
}

/// Why a message was not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Full,
    Gone,
    Unavailable,
}

/// The right to a place in a mailbox, given back when dropped.
pub(super) struct Permit(Arc<Node>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.places.add_permits(1);
    }
}

impl Node {
    pub(super) fn new(parts: NodeParts) -> Self {
        Node {
            places: Semaphore::new(parts.spec.mailbox as usize),
            path: parts.path,
            kind: parts.kind,
            counters: parts.counters,
            spec: parts.spec,
            group: parts.group,
            sequence: parts.sequence,
            tree: parts.tree,
            parent: parts.parent,
            seat: parts.seat,
            lane: Lane::default(),
            children: Mutex::default(),
            watchers: Mutex::default(),
            host: Mutex::default(),
            history: Mutex::default(),
            last_failure: Mutex::default(),
            gauges: Gauges::default(),
            changed: Notify::new(),
            exit: OnceLock::new(),
            expected_to_end: AtomicBool::new(false),
            launching: AtomicU8::new(0),
            state: AtomicU8::new(State::Starting as u8),
        }
    }

    /// Where it sits.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its `Supervised::KIND`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The tree it belongs to.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What it is doing, in large.
    pub fn state(&self) -> State {
        State::ALL[usize::from(self.state.load(Ordering::Acquire))]
    }

    /// How it ended, once it has ended for good.
    pub fn exit(&self) -> Option<Exit> {
        self.exit.get().cloned()
    }

    /// Its latest failure, which a later good life does not wipe.
    pub fn last_failure(&self) -> Option<Arc<Failure>> {
        self.last_failure.lock().clone()
    }

    /// Waits until it has ended for good.
    pub async fn ended(&self) -> Exit {
        loop {
            let changed = self.changed.notified();
            if let Some(exit) = self.exit.get() {
                return exit.clone();
            }
            changed.await;
        }
    }

    /// Waits until it has ended or `wanted` holds for its state.
    pub(super) async fn until(&self, wanted: impl Fn(State) -> bool) {
        loop {
            let changed = self.changed.notified();
            if self.exit.get().is_some() || wanted(self.state()) {
                return;
            }
            changed.await;
        }
    }

    /// Orders it to end for good. A stop overtakes everything in its mailbox.
    pub fn stop(&self, reason: &'static str) {
        self.order(Control::Stop {
            reason,
            deadline: None,
        });
    }

    /// Orders it to end this life and begin another at once; counts for no intensity.
    pub fn restart(&self, reason: impl Into<String>) {
        self.order(Control::Restart {
            reason: reason.into(),
        });
    }

    /// Orders it to end now: its children are killed, `stopping` is not asked, `stopped` still runs.
    pub fn kill(&self) {
        self.lane.kill();
    }

    /// Makes it panic when it next looks, as a fault would.
    pub fn inject_panic(&self) {
        self.order(Control::InjectPanic);
    }

    /// Starts a child of this actor from any thread.
    ///
    /// # Errors
    /// [`StartError::NameTaken`], [`StartError::Stopping`] or [`StartError::NoThread`].
    pub fn start_child<C: Supervised>(
        self: &Arc<Self>,
        name: &str,
        spec: Spec,
        factory: impl Fn() -> C + Send + Sync + 'static,
    ) -> Result<Ref<C>, StartError> {
        self.start_child_by(name, spec, factory)
    }

    /// As [`Self::start_child`], with a maker that can be looked at.
    ///
    /// # Errors
    /// As [`Self::start_child`].
    pub fn start_child_by<C: Supervised>(
        self: &Arc<Self>,
        name: &str,
        spec: Spec,
        maker: impl Maker<C>,
    ) -> Result<Ref<C>, StartError> {
        self.tree.start(Some(self), name, spec, Arc::new(maker))
    }

    /// The typed reference, if the actor is an `A`.
    pub fn typed<A: Supervised>(self: &Arc<Self>) -> Option<Ref<A>> {
        Ref::of(self.clone())
    }

    /// An order to an actor that has ended comes too late and is dropped.
    fn order(&self, control: Control) {
        drop(self.lane.post(control));
    }

    pub(super) fn set_state(&self, state: State) {
        self.state.store(state as u8, Ordering::Release);
        self.changed.notify_waiters();
    }

    /// Takes a place in the mailbox, if there is one now.
    pub(super) fn admit(self: &Arc<Self>) -> Result<Permit, Refusal> {
        if self.state() == State::Parked {
            return Err(Refusal::Unavailable);
        }
        match self.places.try_acquire() {
            Ok(place) => {
                place.forget();
                Ok(Permit(self.clone()))
            }
            Err(TryAcquireError::NoPermits) => Err(Refusal::Full),
            Err(TryAcquireError::Closed) => Err(Refusal::Gone),
        }
    }

    /// Waits for a place in the mailbox.
    pub(super) async fn admit_in_turn(self: &Arc<Self>) -> Result<Permit, Refusal> {
        match self.admit() {
            Err(Refusal::Full) => {}
            settled => return settled,
        }
        let place = self.places.acquire().await.map_err(|_| Refusal::Gone)?;
        place.forget();
        let permit = Permit(self.clone());
        if self.state() == State::Parked {
            Err(Refusal::Unavailable)
        } else {
            Ok(permit)
        }
    }

    /// How many admitted messages wait.
    pub(super) fn depth(&self) -> u32 {
        self.spec
            .mailbox
            .saturating_sub(self.places.available_permits() as u32)
    }

    /// The typed part, if the actor is an `A`.
    pub(super) fn seat_of<A: Supervised>(&self) -> Option<&Seat<A>> {
        self.seat.as_any().downcast_ref()
    }

    /// When it was first started.
    pub(super) fn started(&self) -> Instant {
        self.tree
            .moment(self.gauges.started_at.load(Ordering::Relaxed))
    }

    /// A number for the jitter, the same in every run with the same seed.
    pub(super) fn chance(&self) -> u64 {
        self.tree.chance(&self.path)
    }

    pub(super) fn parent(&self) -> Option<Arc<Node>> {
        self.parent.as_ref().and_then(Weak::upgrade)
    }

    /// The children in the order in which they were started.
    pub(super) fn children_in_order(&self) -> Vec<Arc<Node>> {
        self.children.lock().by_start.values().cloned().collect()
    }
}
