//! The task that owns an actor: one life after another, as its policy decides.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::Supervised;
use super::claim::Claim;
use super::control::{Control, Next};
use super::ending::{End, Then};
use super::exit::{Cause, Departure, Exit, Failure};
use super::family;
use super::life::{Life, Step};
use super::node::{Node, State};
use super::policy::Decision;
use super::spec::{Children, MailboxOnRestart};

/// A member of a group that nobody starts again does so itself after this long: whoever held it was lost.
const LONGEST_HOLD: Duration = Duration::from_secs(60);

/// Why a cell begins.
pub(super) enum Beginning {
    /// The actor is new.
    First,
    /// Its thread was lost.
    Moved,
    /// It failed in a way that took its cell from it.
    Failed(Box<Failure>),
}

/// What a life came to.
enum Outcome {
    Stale,
    Ended(Exit),
    Failed(Box<Failure>, Duration),
    Again,
    Held,
}

/// What a cell does between two lives.
enum Pause {
    /// The wait is over.
    Over,
    Stale,
    End(Exit),
}

struct Cell<A: Supervised> {
    node: Arc<Node>,
    generation: u32,
    /// Whom to start next once this actor has started: the rest of its group.
    group: std::collections::VecDeque<Arc<Node>>,
    of: PhantomData<fn(A)>,
}

/// Runs the actor until it ends for good or another cell takes over.
pub(super) async fn run<A: Supervised>(claim: Claim, beginning: Beginning) {
    let mut cell = Cell::<A> {
        node: claim.node.clone(),
        generation: claim.generation,
        group: Default::default(),
        of: PhantomData,
    };
    match cell.live(beginning).await {
        Some(exit) => claim.finish(exit),
        None => claim.yield_place(),
    }
}

impl<A: Supervised> Cell<A> {
    /// Life after life. `None` when another cell has taken over.
    async fn live(&mut self, beginning: Beginning) -> Option<Exit> {
        let mut outcome = match beginning {
            Beginning::First => self.one_life().await,
            Beginning::Failed(failure) => {
                self.settle_family().await;
                Outcome::Failed(failure, Duration::ZERO)
            }
            Beginning::Moved => {
                self.settle_family().await;
                Outcome::Again
            }
        };
        loop {
            if !self.is_current() {
                return None;
            }
            let pause = match outcome {
                Outcome::Stale => return None,
                Outcome::Ended(exit) => return self.end(exit).await,
                Outcome::Again => Pause::Over,
                Outcome::Held => {
                    self.pause(State::Held, Some(Instant::now() + LONGEST_HOLD))
                        .await
                }
                Outcome::Failed(failure, lived) => Box::pin(self.recover(*failure, lived)).await,
            };
            match pause {
                Pause::Over => {}
                Pause::Stale => return None,
                Pause::End(exit) => return self.end(exit).await,
            }
            self.node.counters.restarts.fetch_add(1, Ordering::Relaxed);
            // A life that fails at once must not keep the thread to itself.
            tokio::task::yield_now().await;
            outcome = self.one_life().await;
        }
    }

    async fn one_life(&mut self) -> Outcome {
        self.set_state(State::Starting);
        let number = self.node.gauges.lives.fetch_add(1, Ordering::Relaxed);
        let began = Life::<A>::begin(&self.node, self.generation, number);
        self.node.gauges.finish();
        if !self.group.is_empty() {
            family::resume_next(std::mem::take(&mut self.group));
        }
        let mut life = match began {
            Ok(Some(life)) => life,
            Ok(None) => return Outcome::Stale,
            Err(failure) => {
                let end = self.family_after_failure().await;
                return end.unwrap_or(Outcome::Failed(failure, Duration::ZERO));
            }
        };
        self.set_state(State::Running);
        let end = drive(&mut life).await;
        Box::pin(self.close(life, end)).await
    }

    /// Ends a life: `stopping`, children, `stopped`, and the drop of the value.
    async fn close(&mut self, mut life: Box<Life<A>>, end: End) -> Outcome {
        let mut outcome = match end {
            End::Stale => return Outcome::Stale,
            End::Killed => Outcome::Ended(Exit::Killed),
            End::Failed(failure) => Outcome::Failed(failure, life.age()),
            End::Orderly {
                then,
                deadline,
                ask,
            } => {
                self.set_state(State::Stopping);
                match self.wind_down(&mut life, then, deadline, ask).await {
                    Some(outcome) => outcome,
                    None => return Outcome::Stale,
                }
            }
        };
        let (children_stop, reason) = match &outcome {
            Outcome::Ended(Exit::Stopped { reason }) => (true, *reason),
            Outcome::Ended(exit) => (true, exit.code()),
            _ => (
                self.node.spec.children_on_restart == Children::Stop,
                "parent_restarts",
            ),
        };
        if matches!(outcome, Outcome::Ended(Exit::Killed)) {
            family::kill_children(&self.node).await;
        } else if children_stop && let Some(end) = self.stop_children(reason).await {
            outcome = end;
        }
        if !self.is_current() {
            return Outcome::Stale;
        }
        if let Err(failure) = life.stopped() {
            self.log(&failure);
        }
        outcome
    }

    /// Asks `stopping` and lets the actor go on for as long as it puts its end off. `None` when another cell took over.
    async fn wind_down(
        &mut self,
        life: &mut Life<A>,
        then: Then,
        deadline: Instant,
        ask: bool,
    ) -> Option<Outcome> {
        let goes_on = ask
            && life.stopping(deadline).unwrap_or_else(|failure| {
                self.note(failure);
                false
            });
        let exit = match then {
            Then::Again => return Some(Outcome::Again),
            Then::Hold => return Some(Outcome::Held),
            Then::Exit(exit) => exit,
        };
        if goes_on {
            match drive(life).await {
                End::Stale => return None,
                End::Killed => return Some(Outcome::Ended(Exit::Killed)),
                End::Failed(failure) => drop(self.note(*failure)),
                End::Orderly { .. } => {}
            }
        }
        Some(Outcome::Ended(exit))
    }

    /// Stops the children, unless a kill or a take-over cuts it short.
    async fn stop_children(&mut self, reason: &'static str) -> Option<Outcome> {
        if self.node.children.lock().by_start.is_empty() {
            return None;
        }
        tokio::select! {
            biased;
            () = cut(&self.node, self.generation) => {}
            () = family::stop_children(&self.node, reason) => {
                self.node.lane.forget_children();
                return None;
            }
        }
        if !self.is_current() {
            return Some(Outcome::Stale);
        }
        family::kill_children(&self.node).await;
        Some(Outcome::Ended(Exit::Killed))
    }

    async fn family_after_failure(&mut self) -> Option<Outcome> {
        match self.node.spec.children_on_restart {
            Children::Stop => Box::pin(self.stop_children("parent_restarts")).await,
            Children::Keep => None,
        }
    }

    /// After the loss of a thread: what the former cell would have done at the end of its life.
    async fn settle_family(&mut self) {
        self.set_state(State::Restarting);
        drop(self.family_after_failure().await);
        if self.node.spec.mailbox_on_restart == MailboxOnRestart::Discard {
            self.node.seat.discard_queued();
        }
    }

    /// The end for good, with whatever children are left.
    async fn end(&mut self, exit: Exit) -> Option<Exit> {
        self.node.children.lock().closed = true;
        let reason = match &exit {
            Exit::Stopped { reason } => reason,
            other => other.code(),
        };
        match Box::pin(self.stop_children(reason)).await {
            None => Some(exit),
            Some(Outcome::Ended(cut)) => Some(cut),
            Some(_) => None,
        }
    }

    /// Does what the policy says about a failure.
    async fn recover(&mut self, failure: Failure, lived: Duration) -> Pause {
        let failure = self.note(failure);
        let seed = self.node.chance();
        let decision = self.node.history.lock().get_or_insert_default().decide(
            &self.node.spec,
            lived,
            Instant::now(),
            seed,
        );
        match decision {
            Decision::Fail => Pause::End(Exit::Failed(failure)),
            Decision::GiveUp => Pause::End(Exit::GaveUp(failure)),
            Decision::Park { retry, first } => {
                self.set_state(State::Parked);
                self.node.seat.discard_queued();
                if first {
                    tracing::error!(actor = %self.node.path, "actor failed too often and is parked");
                    self.node.tell_parent(Departure::Parked(failure));
                }
                self.pause(State::Parked, Some(Instant::now() + retry))
                    .await
            }
            Decision::Restart(wait) => {
                if self.node.spec.mailbox_on_restart == MailboxOnRestart::Discard {
                    self.node.seat.discard_queued();
                }
                let group = family::group_of(&self.node);
                if group.is_empty() {
                    return self
                        .pause(
                            State::Restarting,
                            (!wait.is_zero()).then(|| Instant::now() + wait),
                        )
                        .await;
                }
                self.restart_group(group, wait).await
            }
        }
    }

    /// Stops the siblings that share this failure, then has the whole group start again in its order.
    async fn restart_group(&mut self, group: Vec<Arc<Node>>, wait: Duration) -> Pause {
        self.set_state(State::Held);
        let node = self.node.clone();
        let held = async {
            family::hold(&group).await;
            tokio::time::sleep(wait).await;
            family::resume_next(family::start_order(&node, group));
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            pause = self.pause(State::Held, Some(Instant::now() + wait + LONGEST_HOLD)) => pause,
            () = held => Pause::Over,
        }
    }

    /// Waits between two lives: until `until`, or for an order. Without `until` it only looks for orders at hand, and
    /// what is held waits for its group.
    async fn pause(&mut self, state: State, until: Option<Instant>) -> Pause {
        self.set_state(state);
        let mut is_held = state == State::Held;
        let mut alarm = until.map(|until| Box::pin(sleep_until(until)));
        poll_fn(|task| {
            self.node.lane.register(self.generation, task.waker());
            loop {
                match self.node.lane.next_order(self.generation) {
                    Next::Stale => return Poll::Ready(Pause::Stale),
                    Next::Killed => return Poll::Ready(Pause::End(Exit::Killed)),
                    Next::Control(Control::Stop { reason, .. }) => {
                        return Poll::Ready(Pause::End(Exit::Stopped { reason }));
                    }
                    Next::Control(Control::Restart { .. }) if !is_held => {
                        return Poll::Ready(Pause::Over);
                    }
                    Next::Control(Control::Resume { rest }) => {
                        self.group = rest;
                        return Poll::Ready(Pause::Over);
                    }
                    Next::Control(Control::Hold) if state != State::Parked => {
                        is_held = true;
                        self.set_state(State::Held);
                        alarm = Some(Box::pin(sleep_until(Instant::now() + LONGEST_HOLD)));
                    }
                    Next::Control(_) => {}
                    Next::Nothing => break,
                }
            }
            match alarm.as_mut() {
                Some(alarm) => alarm.as_mut().poll(task).map(|()| Pause::Over),
                None => Poll::Ready(Pause::Over),
            }
        })
        .await
    }

    fn set_state(&self, state: State) {
        self.node
            .lane
            .when_current(self.generation, || self.node.set_state(state));
    }

    fn is_current(&self) -> bool {
        self.node.lane.generation() == self.generation
    }

    /// Keeps, counts and logs a failure.
    fn note(&self, failure: Failure) -> Arc<Failure> {
        self.log(&failure);
        self.node.counters.failures.fetch_add(1, Ordering::Relaxed);
        if failure.cause == Cause::Panic {
            self.node.counters.panics.fetch_add(1, Ordering::Relaxed);
        }
        let failure = Arc::new(failure);
        *self.node.last_failure.lock() = Some(failure.clone());
        failure
    }

    fn log(&self, failure: &Failure) {
        tracing::error!(actor = %self.node.path, kind = self.node.kind, %failure, "actor failed");
    }
}

/// Polls a life to its end, giving way to the other tasks of the thread whenever its budget is spent.
async fn drive<A: Supervised>(life: &mut Life<A>) -> End {
    loop {
        match poll_fn(|task| life.poll(task)).await {
            Step::Yield => tokio::task::yield_now().await,
            Step::End(end) => return end,
        }
    }
}

/// Waits for a kill or a take-over.
async fn cut(node: &Node, generation: u32) {
    poll_fn(|task| {
        node.lane.register(generation, task.waker());
        if node.lane.is_cut(generation) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}
