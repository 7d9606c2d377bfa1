//! The right of one cell to act for its actor, and what happens when that cell is lost.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::cell::Beginning;
use super::control::Control;
use super::exit::{Cause, ChildEnd, Departure, Exit, Failure};
use super::node::{Node, State};
use super::panic::guard;
use super::spec::Restart;

/// A launch is under way on this very call stack.
const LAUNCHING: u8 = 1;
/// The claim was dropped while its launch was under way.
const REFUSED: u8 = 2;
/// How many threads are tried before an actor counts as lost.
const LAUNCH_ATTEMPTS: u32 = 3;

/// Held by a cell for as long as it may act. If it is dropped before the cell let go of it, the thread was lost.
pub(super) struct Claim {
    pub(super) node: Arc<Node>,
    pub(super) generation: u32,
    held: bool,
}

impl Claim {
    /// Ends the actor for good.
    pub(super) fn finish(mut self, exit: Exit) {
        self.held = false;
        self.node.finish(Some(self.generation), exit);
    }

    /// Lets go without a word: another cell has taken over.
    pub(super) fn yield_place(mut self) {
        self.held = false;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.held {
            return;
        }
        let before = self.node.launching.fetch_or(REFUSED, Ordering::AcqRel);
        if before & LAUNCHING != 0 || std::thread::panicking() {
            return;
        }
        let (node, generation) = (self.node.clone(), self.generation);
        if let Err(failure) = guard("respawn", move || node.thread_lost(generation)) {
            tracing::error!(actor = %self.node.path, %failure, "a lost actor could not be respawned");
        }
    }
}

impl Node {
    /// Starts a cell for the generation `generation` on the thread of its group. `false` when no thread took it.
    pub(super) fn launch(
        self: &Arc<Self>,
        generation: u32,
        mut beginning: Option<Beginning>,
    ) -> bool {
        for _ in 0..LAUNCH_ATTEMPTS {
            self.launching.store(LAUNCHING, Ordering::Release);
            let claim = Claim {
                node: self.clone(),
                generation,
                held: true,
            };
            let start = self
                .seat
                .start(claim, beginning.take().unwrap_or(Beginning::Moved));
            let host = self.tree.place(&self.spec, self.group, start);
            let outcome = self.launching.swap(0, Ordering::AcqRel);
            if let Some(host) = host
                && outcome & REFUSED == 0
            {
                *self.host.lock() = Some(host);
                return true;
            }
            if self.spec.on_current_thread {
                break;
            }
        }
        false
    }

    /// The thread that ran the cell of `generation` went away with it.
    fn thread_lost(self: &Arc<Self>, generation: u32) {
        let stays = self.spec.on_current_thread
            || self.spec.restart == Restart::Temporary
            || self.tree.is_closing()
            || !self.tree.can_move();
        if stays {
            self.finish(Some(generation), Exit::Lost);
            return;
        }
        tracing::warn!(actor = %self.path, "thread lost, the actor is respawned on another");
        self.relaunch(generation, Beginning::Moved);
    }

    /// The watchdog takes the actor away from a blocked thread. `blamed` is what it was doing there, if it was the one.
    pub(super) fn take_over(self: &Arc<Self>, blamed: Option<&'static str>) {
        let generation = self.lane.generation();
        match blamed {
            Some(doing) => {
                let failure = Failure::new(Cause::Blocked, "it blocked its thread", Some(doing));
                self.relaunch(generation, Beginning::Failed(Box::new(failure)));
            }
            None if self.spec.restart == Restart::Temporary => {
                self.finish(Some(generation), Exit::Lost)
            }
            None => self.relaunch(generation, Beginning::Moved),
        }
    }

    fn relaunch(self: &Arc<Self>, from: u32, beginning: Beginning) {
        let Some(generation) = self
            .lane
            .advance(from, |generation| self.seat.set_generation(generation))
        else {
            return;
        };
        self.gauges.finish();
        if !self.launch(generation, Some(beginning)) {
            self.finish(Some(generation), Exit::Lost);
        }
    }

    /// Ends the actor for good: closes its mailbox, takes it out of the tree and tells whoever must know. Does nothing
    /// if it has ended or, with a generation, if another cell has taken over.
    pub(super) fn finish(self: &Arc<Self>, generation: Option<u32>, exit: Exit) {
        let Some(unheard) = self.lane.end(generation) else {
            return;
        };
        self.gauges.finish();
        self.places.close();
        self.set_state(State::Ended);
        self.seat.close();
        self.leave_tree();
        self.counters.ended.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(actor = %self.path, kind = self.kind, %exit, "actor ended");
        self.tell_of_end(&exit);
        pass_on(unheard);
        drop(self.exit.set(exit));
        self.changed.notify_waiters();
    }

    fn leave_tree(&self) {
        self.tree.forget(self);
        let orphans = {
            let mut brood = self.children.lock();
            brood.closed = true;
            std::mem::take(&mut brood.by_start)
        };
        for orphan in orphans.values() {
            orphan.kill();
        }
        if let Some(parent) = self.parent() {
            parent.children.lock().by_start.remove(&self.sequence);
        }
    }

    fn tell_of_end(&self, exit: &Exit) {
        if !self.expected_to_end.load(Ordering::Acquire) {
            self.tell_parent(Departure::Ended(exit.clone()));
        }
        for watcher in std::mem::take(&mut *self.watchers.lock()) {
            if let Some(watcher) = watcher.upgrade() {
                drop(watcher.lane.post(Control::WatchedEnded(Box::new((
                    self.path.clone(),
                    exit.clone(),
                )))));
            }
        }
    }

    pub(super) fn tell_parent(&self, how: Departure) {
        if let Some(parent) = self.parent() {
            let end = ChildEnd {
                path: self.path.clone(),
                kind: self.kind,
                how,
            };
            drop(parent.lane.post(Control::ChildEnded(Box::new(end))));
        }
    }
}

/// A group that waits for this actor to pass the start on must not wait for ever.
fn pass_on(unheard: impl IntoIterator<Item = Control>) {
    for control in unheard {
        if let Control::Resume { rest } = control {
            super::family::resume_next(rest);
        }
    }
}
