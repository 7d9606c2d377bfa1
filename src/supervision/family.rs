//! What a parent does to its children as a whole: ordered stops, kills, and group restarts.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::control::Control;
use super::exit::Exit;
use super::node::{Node, State};
use super::spec::Strategy;

/// More children than this are stopped all at once: one after another, a crowd would take minutes.
const CROWD: usize = 32;
/// How long a killed actor may take; longer means that its thread is blocked, and it is left behind.
const KILL_GRACE: Duration = Duration::from_secs(1);

/// Stops all children of `parent` in reverse start order, each with its own deadline, and kills those that overrun it.
pub(super) async fn stop_children(parent: &Arc<Node>, reason: &'static str) {
    let children = parent.children_in_order();
    if children.len() > CROWD {
        let order = |child: Arc<Node>| (order_stop(&child, reason, None), child);
        await_ends(children.into_iter().rev().map(order).collect()).await;
    } else {
        for child in children.into_iter().rev() {
            stop(&child, reason, None).await;
        }
    }
}

/// Stops one actor within its own deadline, or `limit` if that is nearer.
pub(super) async fn stop(node: &Arc<Node>, reason: &'static str, limit: Option<Instant>) {
    let deadline = order_stop(node, reason, limit);
    await_ends(vec![(deadline, node.clone())]).await;
}

/// Kills all children of `parent`.
pub(super) async fn kill_children(parent: &Arc<Node>) {
    let children = parent.children_in_order();
    for child in &children {
        child.expected_to_end.store(true, Ordering::Release);
        child.kill();
    }
    await_kills(children).await;
}

fn order_stop(node: &Arc<Node>, reason: &'static str, limit: Option<Instant>) -> Instant {
    let own = Instant::now() + node.spec.stop_deadline;
    let deadline = limit.map_or(own, |limit| own.min(limit));
    node.expected_to_end.store(true, Ordering::Release);
    drop(node.lane.post(Control::Stop {
        reason,
        deadline: Some(deadline),
    }));
    deadline
}

/// Waits for each until its deadline, then kills those that are left.
async fn await_ends(stopping: Vec<(Instant, Arc<Node>)>) {
    let mut overdue = Vec::new();
    for (deadline, node) in stopping {
        if timeout_at(deadline, node.ended()).await.is_err() {
            tracing::warn!(actor = %node.path, "stop deadline passed, the actor is killed");
            node.kill();
            overdue.push(node);
        }
    }
    await_kills(overdue).await;
}

async fn await_kills(killed: Vec<Arc<Node>>) {
    let grace = Instant::now() + KILL_GRACE;
    for node in killed {
        if timeout_at(grace, node.ended()).await.is_err() {
            tracing::error!(actor = %node.path, "killed actor does not end, it is left behind");
            node.finish(None, Exit::Killed);
        }
    }
}

/// The siblings, in start order, that the failure of `node` restarts with it; empty for one-for-one.
pub(super) fn group_of(node: &Arc<Node>) -> Vec<Arc<Node>> {
    let Some(parent) = node.parent() else {
        return Vec::new();
    };
    let first = match parent.spec.strategy {
        Strategy::OneForOne => return Vec::new(),
        Strategy::OneForAll => 0,
        Strategy::RestForOne => node.sequence + 1,
    };
    let brood = parent.children.lock();
    brood
        .by_start
        .range(first..)
        .filter(|(sequence, _)| **sequence != node.sequence)
        .map(|(_, it)| it.clone())
        .collect()
}

/// Stops `group` in reverse start order; each waits for its `Resume`.
pub(super) async fn hold(group: &[Arc<Node>]) {
    for sibling in group.iter().rev() {
        if sibling.state() != State::Parked && sibling.lane.post(Control::Hold).is_ok() {
            sibling
                .until(|state| matches!(state, State::Held | State::Parked))
                .await;
        }
    }
}

/// The order to start for a group and the actor whose failure stopped it, oldest first.
pub(super) fn start_order(node: &Arc<Node>, mut group: Vec<Arc<Node>>) -> VecDeque<Arc<Node>> {
    group.push(node.clone());
    group.sort_by_key(|member| member.sequence);
    group.into()
}

/// Has the next of `rest` that is still there live again; it will pass the order on.
pub(super) fn resume_next(mut rest: VecDeque<Arc<Node>>) {
    while let Some(next) = rest.pop_front() {
        match next.lane.post(Control::Resume { rest }) {
            Ok(()) => return,
            Err(Control::Resume { rest: back }) => rest = back,
            Err(_) => return,
        }
    }
}
