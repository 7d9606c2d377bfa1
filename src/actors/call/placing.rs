//! What is asked of the service for a call: that it is answered, joined or placed, that it streams, that it is over.
//!
//! All of it runs beside the Call, on the runtime of what goes out, and puts what it learns on the ticket before it tells the
//! Call, so that nothing is lost with a Call that crashes meanwhile.

use std::{sync::Arc, time::Duration};

use actix::{Handler, Message};

use super::{
    Call,
    inheriting::{came_up, given_back},
    leg::LegState,
    publish,
    registry::{ASK_BUDGET, Link},
    streaming::StreamingRestarted,
    ticket::Ticket,
};
use crate::{
    actors::{environment::Environment, session::commands::CloseSession},
    config::{CallFormat, Channels},
    links::acs::{
        client::{AcsError, Ended},
        wire::{
            confidential::Confidential,
            connection::{CallConnection, CallState, PhoneNumber},
            identifier::Identifier,
            media::{AudioChannels, AudioFormat, MediaOperation, MediaStreaming},
            request::{Answer, CallLocator, Connect, Create},
        },
    },
    supervision::{Exit, Ref},
};

/// How long a Call is waited for that is told how its leg stands.
pub(super) const TELL_PATIENCE: Duration = Duration::from_secs(30);

/// How a call begins.
#[derive(Debug, Clone)]
pub enum Begin {
    /// It rings, and is answered with this.
    Answer(Confidential),
    /// It is there, and is joined.
    Join(CallLocator),
    /// Somebody is called.
    Place {
        /// Whom.
        target: Box<Identifier>,
        /// The number they are shown, if theirs is a phone.
        caller_id: Option<String>,
    },
    /// It was ours before this process began.
    Found(Box<CallConnection>),
}

/// The service has answered.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Placed(pub Result<bool, AcsError>);

impl Handler<Placed> for Call {
    type Result = ();

    fn handle(&mut self, Placed(placed): Placed, ctx: &mut crate::supervision::Ctx<Self>) {
        match placed {
            Ok(is_connected) => {
                self.note(|state| state.accepted = true);
                if is_connected {
                    self.connected(ctx);
                }
            }
            // It was told of before the request was answered.
            Err(_) if self.ticket.leg.id().is_some() => self.note(|state| state.accepted = true),
            // It may be there all the same, which a callback would tell; else it ends with its time.
            Err(error) if error.may_have_been_done() => {
                tracing::warn!(call = %self.ticket.id, %error, "the service did not say whether the call is there");
            }
            Err(error) if error.is_gone() => self.end("gone", ctx),
            Err(error) => {
                tracing::warn!(call = %self.ticket.id, %error, "there is no call");
                self.end(error.code(), ctx);
            }
        }
    }
}

/// The service says that there is no such call any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct LegGone;

impl Handler<LegGone> for Call {
    type Result = ();

    fn handle(&mut self, _: LegGone, ctx: &mut crate::supervision::Ctx<Self>) {
        self.end("gone", ctx);
    }
}

/// Asks for the call.
pub(super) async fn ask(
    environment: Arc<Environment>,
    link: Arc<Link>,
    ticket: Arc<Ticket>,
    call: Ref<Call>,
    begin: Begin,
) {
    // One that was found may have been told of already.
    if !ticket.leg.begin() && !matches!(begin, Begin::Found(_)) {
        return;
    }
    let callback = ticket.callback_url(&link.public_url);
    let media = Some(streaming(&environment, &link, &ticket));
    let client = &link.client;
    let restarts = matches!(begin, Begin::Found(_)) && ticket.state.read(|state| state.restarted);
    let asked = match begin {
        Begin::Answer(context) => {
            let mut answer = Answer::new(context, callback);
            answer.media_streaming_options = media;
            answer.operation_context = Some(ticket.id.to_string());
            client.answer(&answer, ASK_BUDGET).await
        }
        Begin::Join(locator) => {
            let mut connect = Connect::new(locator, callback);
            connect.media_streaming_options = media;
            connect.operation_context = Some(ticket.id.to_string());
            client.connect(&connect, ASK_BUDGET).await
        }
        Begin::Place { target, caller_id } => {
            let mut create = Create::new(vec![*target], callback);
            create.media_streaming_options = media;
            create.operation_context = Some(ticket.id.to_string());
            create.source_caller_id_number = caller_id.map(|value| PhoneNumber { value });
            client.create(&create, ASK_BUDGET).await
        }
        Begin::Found(connection) => Ok(*connection),
    };
    let placed = match asked {
        Ok(connection) => {
            learn(&environment, &ticket, &connection);
            Ok(connection.state == Some(CallState::Connected))
        }
        Err(error) => {
            ticket.leg.fail(match error.may_have_been_done() {
                true => LegState::Unclear,
                false => LegState::Gone,
            });
            Err(error)
        }
    };
    // A Call that has ended needs to know no more: its keeper sees the leg.
    let _ = call.ask(Placed(placed), TELL_PATIENCE).await;
    if restarts && let Some(leg) = ticket.leg.id() {
        stop_and_start(&link, &ticket, &call, leg).await;
        // This was for the server that died, not for a socket that does not come: the service may have found nobody there
        // yet, or be about to dial by itself.
        ticket.state.change(|state| state.restarted = false);
        let _ = call.ask(StreamingRestarted, TELL_PATIENCE).await;
    }
}

fn learn(environment: &Environment, ticket: &Arc<Ticket>, connection: &CallConnection) {
    came_up(environment, ticket, &connection.call_connection_id);
    ticket.state.change(|state| {
        if connection.server_call_id.is_some() {
            state.server_call_id.clone_from(&connection.server_call_id);
        }
        if connection.correlation_id.is_some() {
            state.correlation_id.clone_from(&connection.correlation_id);
        }
    });
}

fn streaming(environment: &Environment, link: &Link, ticket: &Ticket) -> MediaStreaming {
    let settings = &environment.settings.acs;
    let channels = match settings.channels {
        Channels::Mixed => AudioChannels::Mixed,
        Channels::Unmixed => AudioChannels::Unmixed,
    };
    let mut streaming = MediaStreaming::to(ticket.media_url(&link.public_url), channels);
    streaming.start_media_streaming = Some(true);
    streaming.enable_bidirectional = Some(true);
    streaming.audio_format = Some(match settings.audio_format {
        CallFormat::Pcm16K => AudioFormat::Pcm16K,
        CallFormat::Pcm24K => AudioFormat::Pcm24K,
    });
    streaming
}

/// Has the service open its socket anew, and tells the Call when that has been asked for.
pub(super) async fn restart_streaming(link: Arc<Link>, ticket: Arc<Ticket>, call: Ref<Call>) {
    if let Some(leg) = ticket.leg.id() {
        stop_and_start(&link, &ticket, &call, leg).await;
    }
    let _ = call.ask(StreamingRestarted, TELL_PATIENCE).await;
}

async fn stop_and_start(link: &Link, ticket: &Ticket, call: &Ref<Call>, leg: String) {
    let operation = MediaOperation::default();
    // What does not run cannot be stopped, and is started all the same.
    let stopped = link
        .client
        .stop_media_streaming(&leg, &operation, ASK_BUDGET)
        .await;
    let started = link
        .client
        .start_media_streaming(&leg, &operation, ASK_BUDGET)
        .await;
    match (stopped, started) {
        (_, Err(error)) if error.says_gone() => lose(ticket, call).await,
        (_, Err(error)) => {
            tracing::warn!(call = %ticket.id, %error, "streaming is not started anew");
        }
        (_, Ok(())) => {}
    }
}

/// The service has no such leg any more.
pub(super) async fn lose(ticket: &Ticket, call: &Ref<Call>) {
    ticket.leg.set(LegState::Gone);
    let _ = call.ask(LegGone, TELL_PATIENCE).await;
}

/// Waits for the end of a Call, however it comes, and gives back what it held: its leg and its sessions.
pub(super) async fn keep(
    environment: Arc<Environment>,
    link: Arc<Link>,
    ticket: Arc<Ticket>,
    call: Ref<Call>,
) {
    let reason = match call.node().ended().await {
        Exit::Stopped { reason } => reason,
        exit => exit.code(),
    };
    ticket.state.change(|state| {
        state.reason.get_or_insert(reason);
    });
    let everybody = environment.settings.acs.terminate;
    // A Call that ends before it has begun to ask asks for nothing any more.
    if ticket.leg.begin() {
        ticket.leg.set(LegState::Gone);
    }
    let released = ticket.leg.release(&link.client, everybody).await;
    match &released {
        Ok(_) => given_back(&environment, &ticket),
        Err(error) => {
            tracing::error!(call = %ticket.id, %error, "our leg of a call cannot be hung up yet");
        }
    }
    // Where the service itself said that it is over, or just ended it.
    let is_sure = match released {
        Ok(Some(ended)) => ended == Ended::Now,
        Ok(None) => ticket.state.read(|state| state.reason != Some("gone")),
        Err(_) => false,
    };
    let calls = &environment.calls;
    let after = environment.settings.acs.audit.ended_after;
    calls.ended_legs.add(&ticket, is_sure, after, &calls.found);
    close_sessions(&environment, &ticket).await;
    let now = environment.clock.now();
    ticket.state.change(|state| {
        state.rate = None;
        state.ended_at = Some(now);
    });
    tracing::info!(call = %ticket.id, reason = ticket.state.read(|state| state.reason), "call over");
    publish(&environment, &ticket, "call.ended");
    environment.calls.retire(&ticket);
}

/// The people of a call have no place in a room without it.
async fn close_sessions(environment: &Environment, ticket: &Ticket) {
    for id in ticket.sessions() {
        if let Some(session) = environment.session(&id) {
            // One that takes nothing now has no socket any more, and ends by itself.
            let _ = session.ask(CloseSession, TELL_PATIENCE).await;
        } else if let Ok(Some(_)) = environment.archive.peek(&id).await {
            environment.archive.remove_session(&id);
        }
    }
}
