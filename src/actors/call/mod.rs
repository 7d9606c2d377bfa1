//! A call: our leg of it at Azure Communication Services, from its first ring until it is hung up.
//!
//! The Call hears what the service tells of it, in any order and more than once, and decides when it is over: the other side
//! hung up, nobody speaks, nobody else is there, its sound does not come. What goes to the service is done beside it, on the
//! runtime of what goes out ([`placing`]), and whatever ends the Call, a panic too often or the server's own end, its leg is
//! hung up by a keeper that outlives it ([`leg`]). Its people take part in a Room by a Session of their own, to which the
//! media socket is what a browser's socket is to a browser's session ([`media`]).

pub mod arriving;
pub mod auditing;
pub mod callbacks;
pub mod commands;
mod company;
pub mod finding;
pub mod inheriting;
pub mod interpreting;
pub mod leg;
pub mod media;
pub mod mouth;
pub mod placing;
pub mod registry;
mod seating;
pub mod seen;
pub mod streaming;
pub mod tally;
pub mod ticket;

use std::{sync::Arc, time::Duration};

use actix::{Actor, AsyncContext, SpawnHandle};
use serde_json::json;
use tokio::time::Instant;

use self::{
    leg::LegState,
    media::MediaSocket,
    placing::{Begin, ask, keep},
    registry::Link,
    ticket::{CallView, Stage, Ticket},
};
use crate::{
    actors::{environment::Environment, refusal::Refusal},
    domain::topic::{Family, Topic},
    supervision::{ChildEnd, Children, Ctx, Kept, Ref, Restart, Spec, Supervised, Verdict},
};

/// Messages that may wait for a Call.
const CALL_PLACES: u32 = 128;

/// How often a Call looks at its clocks, at the least.
const BEAT: Duration = Duration::from_secs(5);

/// How often a call that does not wait is looked at: whoever was in its room may have left.
const COMPANY: Duration = Duration::from_secs(20);

/// The actor of a call.
pub struct Call {
    environment: Arc<Environment>,
    link: Arc<Link>,
    ticket: Arc<Ticket>,
    media: Kept<Option<Ref<MediaSocket>>>,
    /// Since when it may be idle.
    since: Instant,
    /// Whether its leg was gone at the last beat.
    was_gone: bool,
    /// When somebody else was in its room, as was seen last.
    company_seen_at: Option<Instant>,
    media_due: Option<SpawnHandle>,
    alone: Option<SpawnHandle>,
}

impl Call {
    /// Starts a call, asks the service for it, and sees to it that it is hung up in the end.
    ///
    /// # Errors
    /// [`Refusal`] while the server stops, or if there are as many calls as it takes.
    pub fn open(
        environment: &Arc<Environment>,
        ticket: &Arc<Ticket>,
        begin: Begin,
    ) -> Result<Ref<Self>, Refusal> {
        let calls = &environment.calls;
        let link = calls.link().cloned().ok_or_else(not_configured)?;
        if environment.is_stopping() {
            return Err(Refusal::stopping());
        }
        calls.admit(ticket, environment.settings.acs.max_calls)?;
        let given = (
            Arc::clone(environment),
            Arc::clone(&link),
            Arc::clone(ticket),
        );
        let media = Kept::new(None);
        let spec = Spec::new()
            .restart(Restart::Transient)
            .mailbox(CALL_PLACES)
            .children_on_restart(Children::Keep);
        let started = environment.observer().node().start_child(
            &format!("calls/{}", ticket.id),
            spec,
            move || Self {
                environment: Arc::clone(&given.0),
                link: Arc::clone(&given.1),
                ticket: Arc::clone(&given.2),
                media: media.clone(),
                since: Instant::now(),
                was_gone: false,
                company_seen_at: None,
                media_due: None,
                alone: None,
            },
        );
        let call = started.inspect_err(|_| calls.forget(ticket))?;
        // Before anything is asked for, so that nothing is asked for that is not given back.
        calls.keep(
            &link,
            keep(
                Arc::clone(environment),
                Arc::clone(&link),
                Arc::clone(ticket),
                call.clone(),
            ),
        );
        link.outgoing.spawn(ask(
            Arc::clone(environment),
            Arc::clone(&link),
            Arc::clone(ticket),
            call.clone(),
            begin,
        ));
        Ok(call)
    }

    /// The actor of this call, if it is running.
    pub fn running(environment: &Environment, ticket: &Ticket) -> Option<Ref<Self>> {
        environment.tree.lookup(&format!("calls/{}", ticket.id))
    }

    /// Tells those who follow the call.
    fn publish(&self, kind: &str) {
        publish(&self.environment, &self.ticket, kind);
    }

    /// Notes something of the call, and tells those who follow it if that changes how far it is.
    fn note(&self, step: impl FnOnce(&mut ticket::CallState)) {
        let before = self.ticket.stage();
        self.ticket.state.change(step);
        let after = self.ticket.stage();
        if before != after {
            tracing::info!(call = %self.ticket.id, state = ?after, "call");
            self.publish("call.state");
        }
    }

    /// Ends the call. The first reason stays.
    fn end(&mut self, reason: &'static str, ctx: &mut Ctx<Self>) {
        self.note(|state| {
            state.reason.get_or_insert(reason);
        });
        ctx.end(reason);
    }

    fn connected(&mut self, ctx: &mut Ctx<Self>) {
        let now = self.environment.clock.now();
        if self.ticket.state.read(|state| state.connected_at.is_some()) {
            return;
        }
        self.since = Instant::now();
        self.note(|state| {
            state.accepted = true;
            state.connected_at = Some(now);
        });
        // Where streaming is started anew already, it is waited for when that is done.
        if self.is_up_without_sound() && !self.ticket.state.read(|state| state.restarted) {
            self.await_media(ctx);
        }
    }

    /// Gives the service a while to open its socket; then streaming is started anew, once, and then the call ends.
    fn await_media(&mut self, ctx: &mut Ctx<Self>) {
        let patience = self.environment.settings.acs.media_timeout;
        let due = ctx.run_later(patience, |call, ctx| {
            call.media_due = None;
            if call.ticket.state.read(|state| state.rate.is_some()) {
                return;
            }
            if call
                .ticket
                .state
                .change(|state| std::mem::replace(&mut state.restarted, true))
            {
                return call.end("media_missing", ctx);
            }
            // It says when that is done, and only then it is waited for again.
            call.link.outgoing.spawn(placing::restart_streaming(
                Arc::clone(&call.link),
                Arc::clone(&call.ticket),
                ctx.me(),
            ));
        });
        if let Some(former) = self.media_due.replace(due) {
            ctx.cancel_future(former);
        }
    }

    fn beat(&mut self, ctx: &mut Ctx<Self>) {
        // Who learns that says why, unless it finds no place in the mailbox; until the next beat it is waited for.
        let is_gone = self.ticket.leg.state() == LegState::Gone;
        if std::mem::replace(&mut self.was_gone, is_gone) && is_gone {
            return self.end("gone", ctx);
        }
        if !matches!(self.ticket.stage(), Stage::Connected | Stage::Media) {
            return;
        }
        let sessions = self.ticket.sessions().into_iter();
        let rows = sessions.filter_map(|id| self.environment.archive.held(&id));
        let quiet = rows.map(|row| row.lock().active.elapsed()).min();
        if quiet.unwrap_or(Duration::MAX).min(self.since.elapsed())
            >= self.environment.settings.acs.idle_after
        {
            return self.end("idle", ctx);
        }
        let (queues, waits) = self
            .ticket
            .state
            .read(|state| (state.queues, state.waiting));
        let was_looked = self
            .company_seen_at
            .is_some_and(|at| at.elapsed() < COMPANY);
        if waits || queues && !was_looked {
            self.look_for_company(ctx);
        }
    }
}

/// Tells those who follow a call how it is.
fn publish(environment: &Environment, ticket: &Ticket, kind: &str) {
    let topic = Topic::Of(Family::Call, ticket.id.to_string());
    if environment.topics.has_subscribers(&topic) {
        let event = json!({"kind": kind, "call": CallView::from(ticket)});
        environment.topics.publish(&topic, event);
    }
}

/// What is answered to who wants a call where there are none.
pub fn not_configured() -> Refusal {
    Refusal::new(
        "acs_not_configured",
        "there are no calls on this server; set acs.connection_string",
    )
}

impl Actor for Call {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Ctx<Self>) {
        let settings = &self.environment.settings.acs;
        let beat = BEAT.min(settings.idle_after / 4);
        ctx.run_interval(beat.max(Duration::from_millis(20)), Self::beat);
        ctx.run_later(settings.connect_timeout, |call, ctx| {
            if matches!(call.ticket.stage(), Stage::Ringing | Stage::Answering) {
                call.end("not_connected", ctx);
            }
        });
        if ctx.life() > 0 {
            // What was told to the life before may be lost with it, and stands on the ticket all the same.
            if matches!(self.ticket.leg.state(), LegState::Up(_)) {
                self.note(|state| state.accepted = true);
            }
            let is_up = self.ticket.state.read(|state| state.connected_at.is_some());
            if is_up && self.ticket.state.read(|state| state.rate.is_none()) {
                self.await_media(ctx);
            }
        }
        self.publish("call.state");
    }
}

impl Supervised for Call {
    const KIND: &'static str = "call";

    /// A media socket has gone, whyever.
    fn child_ended(&mut self, child: &ChildEnd, ctx: &mut Ctx<Self>) -> Verdict {
        let is_current = |media: &Ref<MediaSocket>| *media.path() == child.path;
        if self
            .media
            .read(|media| media.as_ref().is_some_and(is_current))
        {
            self.media.change(|media| *media = None);
            self.note(|state| state.rate = None);
            if self.ticket.state.read(|state| state.connected_at.is_some()) {
                self.await_media(ctx);
            }
        }
        Verdict::Ignore
    }
}
