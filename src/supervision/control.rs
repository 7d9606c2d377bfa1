//! The control lane: what reaches an actor ahead of its mailbox.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::exit::{ChildEnd, Exit};
use super::node::Node;
use super::path::Path;

/// An order or a notice to an actor's cell.
pub(super) enum Control {
    /// End for good.
    Stop {
        reason: &'static str,
        deadline: Option<Instant>,
    },
    /// Live anew, at once.
    Restart { reason: String },
    /// Stop and wait for `Resume`: a sibling's failure restarts the group.
    Hold,
    /// Live anew, then pass the order on to the first of `rest`, so that a group starts in order.
    Resume { rest: VecDeque<Arc<Node>> },
    /// A child ended or was parked.
    ChildEnded(Box<ChildEnd>),
    /// A watched actor ended.
    WatchedEnded(Box<(Path, Exit)>),
    /// Panic, to prove that it does no harm.
    InjectPanic,
}

impl Control {
    /// Whether a cell that is between two lives must hear it at once; notices wait for the next life.
    fn is_order(&self) -> bool {
        !matches!(
            self,
            Control::ChildEnded(_) | Control::WatchedEnded(_) | Control::InjectPanic
        )
    }
}

/// What a cell finds in its lane.
pub(super) enum Next {
    /// Another cell has taken this one's place.
    Stale,
    /// It was killed.
    Killed,
    /// The oldest control.
    Control(Control),
    /// Nothing.
    Nothing,
}

/// A queue of controls. A plain list under a lock takes far less memory than a channel, and controls are rare.
#[derive(Default)]
pub(super) struct Lane {
    state: Mutex<LaneState>,
    waker: AtomicWaker,
}

#[derive(Default)]
struct LaneState {
    generation: u32,
    ended: bool,
    killed: bool,
    queue: VecDeque<Control>,
}

impl Lane {
    /// The generation of the cell that may act for the actor.
    pub(super) fn generation(&self) -> u32 {
        self.state.lock().generation
    }

    /// Adds a control, unless the actor has ended.
    pub(super) fn post(&self, control: Control) -> Result<(), Control> {
        {
            let mut state = self.state.lock();
            if state.ended {
                return Err(control);
            }
            state.queue.push_back(control);
        }
        self.waker.wake();
        Ok(())
    }

    /// Orders an end without further questions.
    pub(super) fn kill(&self) {
        self.state.lock().killed = true;
        self.waker.wake();
    }

    /// The oldest control for the cell of `generation`.
    pub(super) fn next(&self, generation: u32) -> Next {
        self.take(generation, |queue| queue.pop_front())
    }

    /// The oldest order; notices stay for the next life.
    pub(super) fn next_order(&self, generation: u32) -> Next {
        self.take(generation, |queue| {
            let index = queue.iter().position(Control::is_order)?;
            queue.remove(index)
        })
    }

    fn take(
        &self,
        generation: u32,
        pop: impl FnOnce(&mut VecDeque<Control>) -> Option<Control>,
    ) -> Next {
        let mut state = self.state.lock();
        if state.generation != generation {
            return Next::Stale;
        }
        if state.killed {
            return Next::Killed;
        }
        pop(&mut state.queue).map_or(Next::Nothing, Next::Control)
    }

    /// Runs `act` only while the cell of `generation` may act, so that a late thread changes nothing.
    pub(super) fn when_current(&self, generation: u32, act: impl FnOnce()) {
        let state = self.state.lock();
        if state.generation == generation {
            act();
        }
    }

    /// Whether the cell of `generation` was killed or replaced.
    pub(super) fn is_cut(&self, generation: u32) -> bool {
        let state = self.state.lock();
        state.killed || state.generation != generation
    }

    /// Drops the notices about children that are no more.
    pub(super) fn forget_children(&self) {
        self.state
            .lock()
            .queue
            .retain(|control| !matches!(control, Control::ChildEnded(_)));
    }

    /// Wakes `waker` when something is posted, if the cell of `generation` may act: a late one must not take the place
    /// of its successor's.
    pub(super) fn register(&self, generation: u32, waker: &Waker) {
        self.when_current(generation, || self.waker.register(waker));
    }

    /// Runs `also` and starts a new generation in one step, unless `expected` is no longer the generation or the actor
    /// has ended. The former cell then finds itself stale.
    pub(super) fn advance(&self, expected: u32, also: impl FnOnce(u32)) -> Option<u32> {
        let mut state = self.state.lock();
        if state.ended || state.generation != expected {
            return None;
        }
        state.generation += 1;
        also(state.generation);
        Some(state.generation)
    }

    /// Closes the lane for good; gives what was still queued. `None` if it was closed before or, with a generation,
    /// if another cell has taken over.
    pub(super) fn end(&self, generation: Option<u32>) -> Option<VecDeque<Control>> {
        let mut state = self.state.lock();
        if state.ended || generation.is_some_and(|mine| mine != state.generation) {
            return None;
        }
        state.ended = true;
        state.generation += 1;
        Some(std::mem::take(&mut state.queue))
    }
}
