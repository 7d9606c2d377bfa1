//! What can be seen of the actors from outside, without asking them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::exit::Failure;
use super::node::{Node, State};
use super::path::Path;

/// Which actors a snapshot shows. `Filter::all()` and then narrower.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    kind: Option<String>,
    under: Option<String>,
    depth: Option<usize>,
}

impl Filter {
    /// Every actor.
    pub fn all() -> Self {
        Filter::default()
    }

    /// Only actors of this kind.
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// Only the actor at `path` and those below it.
    pub fn under(mut self, path: impl Into<String>) -> Self {
        self.under = Some(path.into());
        self
    }

    /// Only paths of at most so many names.
    pub fn depth(mut self, names: usize) -> Self {
        self.depth = Some(names);
        self
    }

    pub(super) fn admits(&self, node: &Node) -> bool {
        self.kind.as_ref().is_none_or(|kind| kind == node.kind)
            && self
                .under
                .as_ref()
                .is_none_or(|path| node.path.is_within(path))
            && self.depth.is_none_or(|names| node.path.depth() <= names)
    }
}

/// What an actor is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    /// The type of the message, or the name of the hook.
    pub with: &'static str,
    /// For how long already.
    pub since: Duration,
}

/// One actor at one moment.
#[derive(Clone, Debug)]
pub struct ActorRow {
    /// Where it sits.
    pub path: Path,
    /// Its `KIND`.
    pub kind: &'static str,
    /// What it is doing, in large.
    pub state: State,
    /// Lives after the first.
    pub restarts: u32,
    /// Its latest failure.
    pub last_failure: Option<Arc<Failure>>,
    /// Messages that wait, 0 to `mailbox_bound`.
    pub mailbox_depth: u32,
    /// Messages that may wait.
    pub mailbox_bound: u32,
    /// Messages handled over all lives.
    pub handled: u64,
    /// What it is busy with at this very moment.
    pub busy: Option<Busy>,
    /// How long its messages waited, on average over all lives.
    pub mean_queue_time: Duration,
    /// Since it was first started.
    pub uptime: Duration,
    /// Since its latest activity.
    pub idle: Duration,
    /// How many children it has.
    pub children: usize,
}

/// Some of many actors, by the order of their paths.
#[derive(Clone, Debug)]
pub struct ActorPage {
    /// The actors of this page.
    pub rows: Vec<ActorRow>,
    /// How many there are on all pages.
    pub total: usize,
    /// Whether others come after these.
    pub more: bool,
}

impl ActorRow {
    pub(super) fn of(node: &Node, now: u64) -> Self {
        let since = |moment: u64| Duration::from_nanos(now.saturating_sub(moment));
        let gauges = &node.gauges;
        ActorRow {
            path: node.path.clone(),
            kind: node.kind,
            state: node.state(),
            restarts: gauges.lives.load(Ordering::Relaxed).saturating_sub(1),
            last_failure: node.last_failure(),
            mailbox_depth: node.depth(),
            mailbox_bound: node.spec.mailbox,
            handled: gauges.handled(),
            busy: gauges.busy().map(|(with, moment)| Busy {
                with,
                since: since(moment),
            }),
            mean_queue_time: gauges.mean_queue_time(),
            uptime: since(gauges.started_at.load(Ordering::Relaxed)),
            idle: since(gauges.last_activity.load(Ordering::Relaxed)),
            children: node.children.lock().by_start.len(),
        }
    }
}

impl Node {
    /// This actor at this moment.
    pub fn row(&self) -> ActorRow {
        ActorRow::of(self, self.tree.nanos(tokio::time::Instant::now()))
    }

    /// Its children at this moment, in the order in which they were started.
    pub fn children(&self) -> Vec<ActorRow> {
        let children: Vec<_> = self.children.lock().by_start.values().cloned().collect();
        children.iter().map(|child| child.row()).collect()
    }
}
