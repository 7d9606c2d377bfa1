//! What ends a life: orders, its own wish, and time.

use std::future::Future;
use std::task::{Context, Poll};

use tokio::time::{Instant, sleep_until};

use super::Supervised;
use super::control::{Control, Next};
use super::ctx::Wish;
use super::exit::{Cause, Departure, Exit, Failure, Verdict};
use super::family::resume_next;
use super::life::Life;
use super::spec::Restart;

/// How a life ends.
pub(super) enum End {
    /// Another cell has the actor now.
    Stale,
    Killed,
    Failed(Box<Failure>),
    /// In good order. `ask` says whether `stopping` is asked first.
    Orderly {
        then: Then,
        deadline: Instant,
        ask: bool,
    },
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        End::Failed(Box::new(failure))
    }
}

/// What follows an end in good order.
pub(super) enum Then {
    Exit(Exit),
    Again,
    Hold,
}

impl<A: Supervised> Life<A> {
    /// Does what the control lane says, up to an order that ends this life.
    pub(super) fn controls(&mut self) -> Option<End> {
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
        outcome.err().map(End::from)
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

    /// What the actor asked for itself.
    pub(super) fn wishes(&mut self) -> Option<End> {
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
            return Some(failure.into());
        }
        let deadline = Instant::now() + self.ctx.node.spec.stop_deadline;
        Some(End::Orderly {
            then: Then::Exit(exit),
            deadline,
            ask,
        })
    }

    /// Ends that come with time: idleness, lifetime, an endless future, the stop deadline.
    pub(super) fn time(&mut self, task: &mut Context<'_>) -> Poll<End> {
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
            let failure = Failure::new(Cause::Endless, "did not end within its limit", Some(doing));
            return Some(failure.into());
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
