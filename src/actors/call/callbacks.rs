//! What the service tells of a call: in any order, more than once, and of calls that are not known (any more).

use std::sync::Arc;

use actix::{AsyncContext, Handler, Message};

use super::{
    Call,
    finding::find_at_service,
    inheriting::{came_up, given_back},
    leg::LegState,
    tally::{Fate, Post},
    ticket::{Ticket, hash_of},
};
use crate::{
    actors::environment::Environment,
    links::acs::wire::{
        callback::{Callback, Kind, Roster},
        order::Moment,
    },
    supervision::{Ctx, TellError},
};

/// The service told this of the call.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct Told(pub Callback);

/// Gives what came to the address with this secret to its call. Never waits.
pub fn deliver(environment: &Arc<Environment>, context: &str, told: Vec<Callback>) {
    let known = environment.calls.of_context(&hash_of(context));
    for callback in told {
        let id = &callback.id;
        let is_known = !id.is_empty() && environment.calls.was_told(&format!("callback/{id}"));
        let fate = match &known {
            _ if is_known => Fate::Duplicate,
            Some(ticket) => give(environment, ticket, callback),
            None => {
                find_at_service(environment, context, callback);
                Fate::Unknown
            }
        };
        environment.calls.tally.note(Post::Callback, fate, 1);
    }
}

/// Gives it to the actor, or does in its place what must be done once it has ended.
pub(super) fn give(
    environment: &Arc<Environment>,
    ticket: &Arc<Ticket>,
    callback: Callback,
) -> Fate {
    let leg = &callback.call_connection_id;
    if ticket.leg.known_id().is_some_and(|known| known != *leg) {
        return Fate::Unknown;
    }
    // The first thing that is known of a leg may be what is told of it.
    if !matches!(ticket.leg.state(), LegState::Up(_) | LegState::Gone) || ends(&callback) {
        came_up(environment, ticket, leg);
    }
    if ends(&callback) {
        ticket.leg.set(LegState::Gone);
    }
    let Some(call) = Call::running(environment, ticket) else {
        // It was given up before the service said that it is there after all.
        if let (Some(link), LegState::Up(_)) = (environment.calls.link(), ticket.leg.state()) {
            let (client, ticket) = (Arc::clone(&link.client), Arc::clone(ticket));
            let giving_back = Arc::clone(environment);
            environment.calls.keep(link, async move {
                let everybody = giving_back.settings.acs.terminate;
                match ticket.leg.release(&client, everybody).await {
                    Ok(_) => given_back(&giving_back, &ticket),
                    Err(error) => {
                        tracing::error!(call = %ticket.id, %error, "a leg that came late cannot be hung up yet");
                        let calls = &giving_back.calls;
                        let after = giving_back.settings.acs.audit.ended_after;
                        calls.ended_legs.add(&ticket, false, after, &calls.found);
                    }
                }
            });
        }
        given_back(environment, ticket);
        return Fate::Unknown;
    };
    match call.tell(Told(callback)) {
        Ok(()) => Fate::Taken,
        Err(TellError::Full(_)) => {
            tracing::warn!(call = %ticket.id, "a call has more to do than it can");
            Fate::Refused
        }
        Err(_) => Fate::Unknown,
    }
}

/// Whether there is no leg after it.
fn ends(callback: &Callback) -> bool {
    matches!(callback.kind, Kind::CallDisconnected)
}

impl Handler<Told> for Call {
    type Result = ();

    fn handle(&mut self, Told(callback): Told, ctx: &mut Ctx<Self>) {
        let moment = callback.moment();
        self.ticket.state.change(|state| {
            if state.server_call_id.is_none() {
                state.server_call_id.clone_from(&callback.server_call_id);
            }
            if state.correlation_id.is_none() {
                state.correlation_id.clone_from(&callback.correlation_id);
            }
        });
        let result = callback.result.as_ref();
        let sub_code = result.and_then(|result| result.sub_code);
        match callback.kind {
            Kind::CallConnected => self.connected(ctx),
            Kind::CallDisconnected => {
                let reason = match sub_code.map_or(0, |code| code.0) {
                    7000 => "hung_up",
                    5001 => "remote_hung_up",
                    5010 => "last_participant_left",
                    _ => "disconnected",
                };
                self.end(reason, ctx);
            }
            Kind::AnswerFailed => self.end("answer_failed", ctx),
            Kind::CreateCallFailed => self.end("create_failed", ctx),
            Kind::ConnectFailed => self.end("connect_failed", ctx),
            Kind::ParticipantsUpdated(roster) => self.take_roster(roster, moment, ctx),
            // While its socket is here, this is told of an older one.
            Kind::MediaStreamingFailed(_) | Kind::MediaStreamingStopped(_)
                if self.media_due.is_none() && self.is_up_without_sound() =>
            {
                self.await_media(ctx);
            }
            _ => {}
        }
    }
}

impl Call {
    pub(super) fn is_up_without_sound(&self) -> bool {
        let state = self.ticket.state.snapshot();
        state.rate.is_none() && state.connected_at.is_some()
    }

    fn take_roster(&mut self, roster: Roster, moment: Moment, ctx: &mut Ctx<Self>) {
        let known = self.ticket.state.read(|state| state.roster_moment);
        if known.is_some_and(|known| !moment.is_after(&known)) {
            return;
        }
        let people: Vec<String> = roster
            .participants
            .into_iter()
            .map(|participant| participant.identifier.raw_id)
            .collect();
        let (were, are) = self.ticket.state.change(|state| {
            let were = state.participants.len();
            state.participants = people;
            state.roster_moment = Some(moment);
            (were, state.participants.len())
        });
        self.publish("call.participants");
        // Our own leg is one of them. Where nobody has come yet, nobody has left.
        if are > 1 {
            if let Some(alone) = self.alone.take() {
                ctx.cancel_future(alone);
            }
        } else if were > 1 && self.alone.is_none() {
            let patience = self.environment.settings.acs.alone_after;
            self.alone = Some(ctx.run_later(patience, |call, ctx| call.end("alone", ctx)));
        }
    }
}
