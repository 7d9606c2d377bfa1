//! One life of an actor: its value and its context, and every call into code that is not ours, guarded.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix::dev::EnvelopeProxy;
use actix::{ActorState, Running};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Supervised;
use super::control::{Control, Next};
use super::ctx::{Ctx, Task, Wish};
use super::exit::{Cause, Departure, Exit, Failure, Verdict};
use super::family::resume_next;
use super::node::Node;
use super::panic::{drop_guarded, guard};
use super::seat::Mail;
use super::spec::Restart;

/// Messages and finished futures per poll; then the other tasks of the thread have their turn.
const BUDGET: u32 = 64;

/// What a poll of a life comes to.
pub(super) enum Step {
    /// There is more to do, but others come first.
    Yield,
    End(End),
}

/// How a life ends.
pub(super) enum End {
    /// Another cell has the actor now.
    Stale,
    Killed,
    Failed(Failure),
    /// In good order. `ask` says whether `stopping` is asked first.
    Orderly {
        then: Then,
        deadline: Instant,
        ask: bool,
    },
}

/// What follows an end in good order.
pub(super) enum Then {
    Exit(Exit),
    Again,
    Hold,
}

pub(super) struct Life<A: Supervised> {
    pub(super) ctx: Ctx<A>,
    actor: Option<A>,
    generation: u32,
    began: Instant,
    alarm: Option<Pin<Box<Sleep>>>,
    /// Set while it puts off its stop: when that must end.
    draining: Option<Instant>,
}

impl<A: Supervised> Life<A> {
    /// Makes the value and starts it. On failure the life is over before it began and `stopped` is not called.
    pub(super) fn begin(
        node: &Arc<Node>,
        generation: u32,
        number: u32,
    ) -> Result<Option<Self>, Failure> {
        let began = Instant::now();
        let mut ctx = Ctx::new(node.clone(), number);
        ctx.begin("factory", began);
        let Some(actor) = node.seat_of::<A>().and_then(|seat| seat.make()) else {
            return Ok(None);
        };
        let mut life = Life {
            ctx,
            actor: Some(actor?),
            generation,
            began,
            alarm: None,
            draining: None,
        };
        life.call("started", |actor, ctx| actor.started(ctx))?;
        life.ctx.phase = ActorState::Running;
        life.ctx.node.gauges.finish();
        Ok(Some(life))
    }

    /// How long it has lived.
    pub(super) fn age(&self) -> std::time::Duration {
        self.began.elapsed()
    }

    /// Calls a hook.
    fn call<R>(
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
        node.lane.register(task.waker());
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

    fn controls(&mut self) -> Option<End> {
        loop {
            match self.ctx.node.lane.next(self.generation) {
                Next::Stale => return Some(End::Stale),
                Next::Killed => return Some(End::Killed),
                Next::Nothing => return None,
                Next::Control(control) => {
                    if let Some(end) = self.control(control) {
                        return Some(end);
                    }
                }
            }
        }
    }

    fn control(&mut self, control: Control) -> Option<End> {
        let is_draining = self.draining.is_some();
        let outcome = match control {
            Control::Stop { deadline, .. } if is_draining => {
                self.draining = self.draining.min(deadline.or(self.draining));
                Ok(())
            }
            Control::Restart { .. } | Control::Hold if is_draining => Ok(()),
            Control::Stop { reason, deadline } => {
                return Some(self.orderly(Then::Exit(Exit::Stopped { reason }), deadline));
            }
            Control::Restart { reason } => {
                tracing::info!(actor = %self.ctx.path(), reason, "restart ordered");
                return Some(self.orderly(Then::Again, None));
            }
            Control::Hold => return Some(self.orderly(Then::Hold, None)),
            Control::Resume { rest } => {
                resume_next(rest);
                Ok(())
            }
            Control::InjectPanic => self.call("injected panic", |_, _| panic!("injected panic")),
            Control::WatchedEnded(notice) => self.call("watched_ended", |actor, ctx| {
                actor.watched_ended(&notice.0, &notice.1, ctx)
            }),
            Control::ChildEnded(end) => {
                let verdict = self.call("child_ended", |actor, ctx| {
                    Some(actor.child_ended(&end, ctx))
                });
                verdict.and_then(|verdict| self.judge(verdict, &end.how, end.path.as_str()))
            }
        };
        outcome.err().map(End::Failed)
    }

    fn judge(
        &mut self,
        verdict: Option<Verdict>,
        how: &Departure,
        path: &str,
    ) -> Result<(), Failure> {
        match (verdict, how) {
            (Some(Verdict::Escalate), Departure::Ended(exit)) => Err(Failure::new(
                Cause::Child,
                format!("{path} {exit}"),
                Some("child_ended"),
            )),
            (Some(Verdict::Escalate), Departure::Parked(failure)) => Err(Failure::new(
                Cause::Child,
                format!("{path} parked: {failure}"),
                Some("child_ended"),
            )),
            (Some(Verdict::StopChild), Departure::Parked(_)) => {
                if let Some(child) = self.ctx.node.tree.find(path) {
                    child.stop("parked");
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn orderly(&self, then: Then, deadline: Option<Instant>) -> End {
        let deadline =
            deadline.unwrap_or_else(|| Instant::now() + self.ctx.node.spec.stop_deadline);
        End::Orderly {
            then,
            deadline,
            ask: true,
        }
    }

    /// Polls what holds the messages up; else handles messages, then polls the futures beside them.
    fn work(
        &mut self,
        node: &Arc<Node>,
        task: &mut Context<'_>,
        budget: &mut u32,
    ) -> Result<(), End> {
        if !self.poll_waits(task).map_err(End::Failed)? {
            return Ok(());
        }
        let Some(seat) = node.seat_of::<A>() else {
            return Err(End::Stale);
        };
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
            outcome.map_err(End::Failed)?;
            self.drop_cancelled();
        }
        self.poll_futures(task, budget).map_err(End::Failed)
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
        let mut index = 0;
        while index < self.ctx.futures.len() && !self.is_held_up() {
            let Some(future) = self.ctx.futures[index].future.take() else {
                index += 1;
                continue;
            };
            let doing = self.ctx.futures[index].doing;
            let handle = self.ctx.futures[index].handle;
            let mut polled = Task {
                handle,
                future: Some(future),
                deadline: None,
                doing,
                seen: true,
            };
            let is_done = self.poll_task(&mut polled, task)?;
            if is_done {
                drop_guarded("future", polled);
                self.ctx.futures.remove(index);
                *budget = budget.saturating_sub(1);
            } else {
                self.ctx.futures[index].future = polled.future.take();
                index += 1;
            }
            self.drop_cancelled_before(&mut index);
            if *budget == 0 {
                break;
            }
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

    /// What the actor asked for itself.
    fn wishes(&mut self) -> Option<End> {
        let wish = self.ctx.take_wish()?;
        let wants_end = matches!(wish, Wish::End(_));
        let exit = wish.exit();
        let ask = match wish {
            Wish::Fail(failure) => return Some(End::Failed(failure)),
            Wish::Terminate => false,
            Wish::Stop | Wish::End(_) => self.draining.is_none(),
        };
        if self.draining.is_none() && !wants_end && self.ctx.node.spec.restart == Restart::Permanent
        {
            let failure = Failure::new(
                Cause::Stopped,
                "stopped itself without a reason",
                Some(self.ctx.doing),
            );
            return Some(End::Failed(failure));
        }
        let deadline = Instant::now() + self.ctx.node.spec.stop_deadline;
        Some(End::Orderly {
            then: Then::Exit(exit),
            deadline,
            ask,
        })
    }

    /// Ends that come with time: idleness, lifetime, an endless future, the stop deadline.
    fn time(&mut self, task: &mut Context<'_>) -> Poll<End> {
        loop {
            let Some(earliest) = self.earliest() else {
                return Poll::Pending;
            };
            let alarm = self
                .alarm
                .get_or_insert_with(|| Box::pin(sleep_until(earliest)));
            // An alarm set for an earlier moment goes off once too often, which is cheaper than to set it anew each time.
            if alarm.is_elapsed() || alarm.deadline() > earliest {
                alarm.as_mut().reset(earliest);
            }
            if alarm.as_mut().poll(task).is_pending() {
                return Poll::Pending;
            }
            if let Some(end) = self.due(Instant::now()) {
                return Poll::Ready(end);
            }
        }
    }

    fn idle_at(&self) -> Option<Instant> {
        self.ctx
            .node
            .spec
            .idle_after
            .map(|idle| self.ctx.last_activity + idle)
    }

    fn lifetime_at(&self) -> Option<Instant> {
        self.ctx
            .node
            .spec
            .max_lifetime
            .map(|lifetime| self.ctx.node.started() + lifetime)
    }

    fn earliest(&self) -> Option<Instant> {
        let ends = match self.draining {
            Some(deadline) => [Some(deadline), None],
            None => [self.idle_at(), self.lifetime_at()],
        };
        ends.into_iter()
            .chain([self.ctx.earliest_deadline()])
            .flatten()
            .min()
    }

    fn due(&self, now: Instant) -> Option<End> {
        let is_due = |moment: Option<Instant>| moment.is_some_and(|moment| moment <= now);
        if is_due(self.draining) {
            return Some(End::Killed);
        }
        if let Some(doing) = self.ctx.endless(now) {
            return Some(End::Failed(Failure::new(
                Cause::Endless,
                "did not end within its limit",
                Some(doing),
            )));
        }
        if self.draining.is_some() {
            return None;
        }
        if is_due(self.lifetime_at()) {
            return Some(self.orderly(Then::Exit(Exit::Lifetime), None));
        }
        is_due(self.idle_at()).then(|| self.orderly(Then::Exit(Exit::Idle), None))
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
