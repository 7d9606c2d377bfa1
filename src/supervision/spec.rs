//! How an actor lives: what restarts it, how much it may queue, when it ends, where it runs.

use std::time::Duration;

/// Which ends of a life are followed by another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restart {
    /// After a failure and after a plain `ctx.stop()`. Past its intensity it is parked, never given up.
    Permanent,
    /// After a failure only. Past its intensity it ends with `Exit::GaveUp`.
    Transient,
    /// Never: its first failure ends it with `Exit::Failed`.
    Temporary,
}

/// Whom a parent restarts when one of its children fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// The child that failed.
    OneForOne,
    /// All children: stopped in reverse start order, started again in start order.
    OneForAll,
    /// The child that failed and those started after it.
    RestForOne,
}

/// What becomes of the children when their parent is restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Children {
    /// They are stopped before the parent's next life begins, which starts them anew.
    Stop,
    /// They go on; the next life finds them with `ctx.child`.
    Keep,
}

/// What becomes of the queued messages when an actor is restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailboxOnRestart {
    /// The next life handles them, in order.
    Keep,
    /// They are dropped; whoever asked is answered `AskError::Dropped`.
    Discard,
}

/// The waits between restarts: none before the first, then `first`, growing by `factor` up to `max`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The wait before the second restart in a row.
    pub first: Duration,
    /// The longest wait.
    pub max: Duration,
    /// What each wait is multiplied by to give the next; at least 1.
    pub factor: f64,
    /// The share of each wait, 0 to 1, that chance may take off, so that a crowd does not return as one.
    pub jitter: f64,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff {
            first: Duration::from_millis(100),
            max: Duration::from_secs(10),
            factor: 2.0,
            jitter: 0.2,
        }
    }
}

/// How an actor lives. `Spec::new()` gives the defaults named at each setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec {
    pub(super) restart: Restart,
    pub(super) strategy: Strategy,
    pub(super) children_on_restart: Children,
    pub(super) mailbox_on_restart: MailboxOnRestart,
    pub(super) on_current_thread: bool,
    pub(super) idle_by_touch: bool,
    pub(super) mailbox: u32,
    pub(super) intensity: u32,
    pub(super) intensity_window: Duration,
    pub(super) backoff: Backoff,
    pub(super) calm: Duration,
    pub(super) stop_deadline: Duration,
    pub(super) wait_limit: Duration,
    pub(super) idle_after: Option<Duration>,
    pub(super) max_lifetime: Option<Duration>,
    pub(super) group: Option<u64>,
}

impl Default for Spec {
    fn default() -> Self {
        Spec {
            restart: Restart::Permanent,
            strategy: Strategy::OneForOne,
            children_on_restart: Children::Stop,
            mailbox_on_restart: MailboxOnRestart::Keep,
            on_current_thread: false,
            idle_by_touch: false,
            mailbox: 256,
            intensity: 10,
            intensity_window: Duration::from_secs(60),
            backoff: Backoff::default(),
            calm: Duration::from_secs(30),
            stop_deadline: Duration::from_secs(5),
            wait_limit: Duration::from_secs(30),
            idle_after: None,
            max_lifetime: None,
            group: None,
        }
    }
}

impl Spec {
    /// A permanent actor with a mailbox of 256 whose children are restarted one for one.
    pub fn new() -> Self {
        Spec::default()
    }

    /// When it is restarted. Default: [`Restart::Permanent`].
    pub fn restart(mut self, restart: Restart) -> Self {
        self.restart = restart;
        self
    }

    /// Whom the failure of one of its children restarts. Default: [`Strategy::OneForOne`].
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// What its own restart does to its children. Default: [`Children::Stop`].
    pub fn children_on_restart(mut self, children: Children) -> Self {
        self.children_on_restart = children;
        self
    }

    /// How many messages may wait, at least 1. Default: 256. Holds across all clones of all references.
    pub fn mailbox(mut self, bound: u32) -> Self {
        self.mailbox = bound.max(1);
        self
    }

    /// What a restart does to the messages that wait. Default: [`MailboxOnRestart::Keep`].
    pub fn mailbox_on_restart(mut self, mailbox: MailboxOnRestart) -> Self {
        self.mailbox_on_restart = mailbox;
        self
    }

    /// The waits between restarts. Default: 100 ms, doubling up to 10 s, less up to 20 % by chance.
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// A life that lasts this long wipes the record of restarts. Default: 30 s.
    pub fn calm(mut self, calm: Duration) -> Self {
        self.calm = calm;
        self
    }

    /// At most so many restarts within `window`; then it is parked or given up. Default: 10 in 60 s.
    pub fn intensity(mut self, restarts: u32, window: Duration) -> Self {
        self.intensity = restarts;
        self.intensity_window = window;
        self
    }

    /// How long it may take to stop, its children included, before it is killed. Default: 5 s.
    pub fn stop_deadline(mut self, deadline: Duration) -> Self {
        self.stop_deadline = deadline;
        self
    }

    /// Ends it with `Exit::Idle` after so long without activity. Default: never. Every message is activity.
    pub fn idle_after(mut self, idle: Duration) -> Self {
        self.idle_after = Some(idle);
        self
    }

    /// Only `ctx.touch()` is activity. Default: every message is.
    pub fn idle_by_touch(mut self) -> Self {
        self.idle_by_touch = true;
        self
    }

    /// Ends it with `Exit::Lifetime` so long after it was first started, restarts included. Default: never.
    pub fn max_lifetime(mut self, lifetime: Duration) -> Self {
        self.max_lifetime = Some(lifetime);
        self
    }

    /// How long a `ctx.wait()` or a reply future may take before it is dropped and the actor restarted. Default: 30 s.
    pub fn wait_limit(mut self, limit: Duration) -> Self {
        self.wait_limit = limit;
        self
    }

    /// Actors of one group run on one thread. Default: the parent's group, and for a root's child its own.
    pub fn group(mut self, key: u64) -> Self {
        self.group = Some(key);
        self
    }

    /// Runs on the thread that starts it and can be respawned on no other.
    pub fn on_current_thread(mut self) -> Self {
        self.on_current_thread = true;
        self
    }
}
