//! One life of an actor: its value and its context, and every call into code that is not ours, guarded.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix::dev::EnvelopeProxy;
use actix::{ActorState, Running};
use tokio::time::{Instant, Sleep};

use super::Supervised;
use super::ctx::{Ctx, Task};
use super::ending::End;
use super::exit::Failure;
use super::node::Node;
use super::panic::{drop_guarded, guard};
use super::seat::Mail;

/// Messages and finished futures per poll; then the other tasks of the thread have their turn.
const BUDGET: u32 = 64;

/// The same as time: messages that take long are fewer in a poll. The latest is looked at when it begins, so one that
/// takes long by itself comes on top.
const SLICE: Duration = Duration::from_millis(5);

/// What a poll of a life comes to.
pub(super) enum Step {
    /// There is more to do, but others come first.
    Yield,
    End(End),
}

pub(super) struct Life<A: Supervised> {
    pub(super) ctx: Ctx<A>,
    actor: Option<A>,
    pub(super) generation: u32,
    began: Instant,
    pub(super) alarm: Option<Pin<Box<Sleep>>>,
    /// Set while it puts off its stop: when that must end.
    pub(super) draining: Option<Instant>,
}

impl<A: Supervised> Life<A> {
    /// Makes the value and starts it. On failure the life is over before it began and `stopped` is not called.
    ///
    /// Boxed, because a cell's future would otherwise hold room for it twice, and there are tens of thousands of cells.
    pub(super) fn begin(
        node: &Arc<Node>,
        generation: u32,
        number: u32,
    ) -> Result<Option<Box<Self>>, Box<Failure>> {
        let began = Instant::now();
        let mut ctx = Ctx::new(node.clone(), generation, number);
        ctx.begin("factory", began);
        let Some(actor) = node.seat_of::<A>().and_then(|seat| seat.make()) else {
            return Ok(None);
        };
        let mut life = Box::new(Life {
            ctx,
            actor: Some(actor?),
            generation,
            began,
            alarm: None,
            draining: None,
        });
        life.call("started", |actor, ctx| actor.started(ctx))?;
        life.ctx.phase = ActorState::Running;
        life.ctx.node.gauges.finish();
        Ok(Some(life))
    }

    /// How long it has lived.
    pub(super) fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// Calls a hook.
    pub(super) fn call<R>(
        &mut self,
        doing: &'static str,
        hook: impl FnOnce(&mut A, &mut Ctx<A>) -> R,
    ) -> Result<R, Failure>
    where
        R: Default,
    {
        self.ctx.begin(doing, Instant::now());
        let outcome = self.run(hook);
        self.ctx.node.gauges.finish();
        outcome
    }

    /// Runs code of the actor's; a failure names what `ctx.doing` says. A value that is gone has nothing to run.
    fn run<R: Default>(
        &mut self,
        code: impl FnOnce(&mut A, &mut Ctx<A>) -> R,
    ) -> Result<R, Failure> {
        let Life { actor, ctx, .. } = self;
        let Some(actor) = actor.as_mut() else {
            return Ok(R::default());
        };
        let outcome = guard("", || code(actor, ctx));
        outcome.map_err(|failure| Failure {
            message: Some(self.ctx.doing),
            ..failure
        })
    }

    /// Asks whether it wants to go on for a while; `true` if so.
    pub(super) fn stopping(&mut self, until: Instant) -> Result<bool, Failure> {
        self.ctx.phase = ActorState::Stopping;
        self.draining = Some(until);
        self.call("stopping", |actor, ctx| {
            actor.stopping(ctx) == Running::Continue
        })
    }

    /// The last call of a life, whatever ended it.
    pub(super) fn stopped(&mut self) -> Result<(), Failure> {
        self.ctx.phase = ActorState::Stopped;
        self.call("stopped", |actor, ctx| actor.stopped(ctx))
    }

    /// Does what there is to do.
    pub(super) fn poll(&mut self, task: &mut Context<'_>) -> Poll<Step> {
        let node = self.ctx.node.clone();
        node.lane.register(self.generation, task.waker());
        let mut budget = BUDGET;
        loop {
            if let Some(end) = self.controls() {
                return Poll::Ready(Step::End(end));
            }
            if let Err(end) = self.work(&node, task, &mut budget) {
                node.gauges.finish();
                return Poll::Ready(Step::End(end));
            }
            node.gauges.finish();
            if let Some(end) = self.wishes() {
                return Poll::Ready(Step::End(end));
            }
            if budget == 0 {
                return Poll::Ready(Step::Yield);
            }
            match self.time(task) {
                Poll::Ready(end) => return Poll::Ready(Step::End(end)),
                // A wait that was added just now has not been polled, so nothing would wake it.
                Poll::Pending if self.has_fresh_wait() => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Polls what holds the messages up; else handles messages, then polls the futures beside them.
    fn work(
        &mut self,
        node: &Arc<Node>,
        task: &mut Context<'_>,
        budget: &mut u32,
    ) -> Result<(), End> {
        // What a hook cancelled must not run first.
        self.drop_cancelled();
        if !self.poll_waits(task).map_err(End::from)? {
            return Ok(());
        }
        let Some(seat) = node.seat_of::<A>() else {
            return Err(End::Stale);
        };
        let mut slice_ends = None;
        while *budget > 0 && !self.is_held_up() {
            let mut envelope = match seat.take(self.generation, task) {
                Mail::Envelope(envelope) => envelope,
                Mail::Empty => break,
                Mail::Stale => return Err(End::Stale),
            };
            *budget -= 1;
            let outcome = self.run(|actor, ctx| envelope.handle(actor, ctx));
            drop_guarded("message", envelope);
            self.ctx.replying(None);
            outcome.map_err(End::from)?;
            self.drop_cancelled();
            if self.ctx.begun >= *slice_ends.get_or_insert(self.ctx.begun + SLICE) {
                *budget = 0;
            }
        }
        self.poll_futures(task, budget).map_err(End::from)
    }

    fn is_held_up(&self) -> bool {
        self.ctx.wish.is_some() || !self.ctx.waits.is_empty()
    }

    fn has_fresh_wait(&self) -> bool {
        self.ctx.waits.last().is_some_and(|wait| !wait.seen)
    }

    /// Polls the newest wait until none is left or one is pending; `true` if none is left.
    fn poll_waits(&mut self, task: &mut Context<'_>) -> Result<bool, Failure> {
        while self.ctx.wish.is_none() {
            let Some(mut wait) = self.ctx.waits.pop() else {
                return Ok(true);
            };
            let place = self.ctx.waits.len();
            let is_done = self.poll_task(&mut wait, task)?;
            if is_done {
                drop_guarded("future", wait);
                continue;
            }
            wait.seen = true;
            // Waits that it added itself lie on top of it and come first.
            let is_newest = self.ctx.waits.len() == place;
            self.ctx.waits.insert(place, wait);
            if is_newest {
                return Ok(false);
            }
        }
        Ok(false)
    }

    fn poll_futures(&mut self, task: &mut Context<'_>, budget: &mut u32) -> Result<(), Failure> {
        if self.ctx.futures.is_empty() || self.is_held_up() {
            return Ok(());
        }
        self.ctx.begin("future", Instant::now());
        // Futures may add futures without end; those that were there all have their turn.
        let mut turns = self.ctx.futures.len() + BUDGET as usize;
        let mut index = 0;
        while index < self.ctx.futures.len() && !self.is_held_up() {
            if turns == 0 {
                *budget = 0;
                break;
            }
            turns -= 1;
            let mut polled = self.ctx.futures[index].take_out();
            let is_done = self.poll_task(&mut polled, task)?;
            if is_done {
                drop_guarded("future", polled);
                self.ctx.futures.remove(index);
            } else {
                self.ctx.futures[index].future = polled.future;
                index += 1;
            }
            self.drop_cancelled_before(&mut index);
        }
        Ok(())
    }

    fn poll_task(&mut self, polled: &mut Task<A>, task: &mut Context<'_>) -> Result<bool, Failure> {
        self.ctx.doing = polled.doing;
        let Some(future) = polled.future.as_mut() else {
            return Ok(true);
        };
        let outcome = self.run(|actor, ctx| future.as_mut().poll(actor, ctx, task).is_ready());
        if outcome.is_err() {
            drop_guarded("future", polled.future.take());
        }
        outcome
    }

    fn drop_cancelled(&mut self) {
        self.drop_cancelled_before(&mut 0);
    }

    /// Drops what was cancelled; `index` keeps pointing at the same future.
    fn drop_cancelled_before(&mut self, index: &mut usize) {
        while let Some(handle) = self.ctx.cancelled.pop() {
            if let Some(found) = self
                .ctx
                .futures
                .iter()
                .position(|future| future.handle == handle)
            {
                let cancelled = self.ctx.futures.remove(found);
                if found < *index {
                    *index -= 1;
                }
                drop_guarded("future", cancelled);
            }
        }
    }
}

impl<A: Supervised> Drop for Life<A> {
    /// Drops value and futures one by one, so that the panic of one destructor meets no other while it unwinds.
    fn drop(&mut self) {
        for wait in self.ctx.waits.drain(..).rev() {
            drop_guarded("future", wait);
        }
        for future in self.ctx.futures.drain(..) {
            drop_guarded("future", future);
        }
        drop_guarded("actor", self.actor.take());
    }
}
