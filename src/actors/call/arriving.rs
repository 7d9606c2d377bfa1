//! Calls that come: which are answered, into which room, and which are rejected.

use std::{sync::Arc, time::Duration};

use super::{
    Call,
    placing::Begin,
    registry::{Calls, Link},
    tally::Fate,
    ticket::{CallState, Direction, Ticket},
};
use crate::{
    actors::environment::Environment,
    domain::{
        call_route::RouteRoom,
        identity::{CallId, RoomId},
        language::Language,
        participant::Speaks,
        time::Timestamp,
    },
    links::acs::wire::{
        confidential::Confidential,
        grid::{CallPlace, GridEvent, IncomingCall, Kind},
        identifier::Identifier,
        request::{CallLocator, Reject, RejectReason},
    },
};

/// How long a rejection may take; then the caller gives up by themselves.
const REJECT_BUDGET: Duration = Duration::from_secs(10);

/// Where a call is interpreted, and how.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The room.
    pub room: RoomId,
    /// Whether it is the call's own, in which it waits.
    pub waits: bool,
    /// What is spoken.
    pub speaks: Speaks,
    /// What is heard.
    pub hears: Vec<Language>,
}

impl Terms {
    /// What the settings say of a call of this id to and from these raw ids; nothing if they do not want it.
    pub fn of(
        environment: &Environment,
        to: Option<&str>,
        from: Option<&str>,
        id: &CallId,
    ) -> Option<Self> {
        let settings = &environment.settings.acs;
        if settings.routes.is_empty() {
            let languages = &settings.default;
            return Some(Self::own(
                id,
                languages.speaks.clone(),
                languages.hears.clone(),
            ));
        }
        let route = settings.routes.iter().find(|route| route.takes(to, from))?;
        let (speaks, hears) = (route.speaks.clone(), route.hears.clone());
        Some(match &route.room {
            RouteRoom::PerCall => Self::own(id, speaks, hears),
            RouteRoom::Room(room) => Self {
                room: room.clone(),
                waits: false,
                speaks,
                hears,
            },
        })
    }

    /// A room of the call's own.
    pub fn own(id: &CallId, speaks: Speaks, hears: Vec<Language>) -> Self {
        let room = format!("call-{id}");
        Self {
            room: room.parse().expect("a call's id is a UUID"),
            waits: true,
            speaks,
            hears,
        }
    }

    /// What is known of the call at first.
    pub fn state(self, direction: Direction, name: String) -> CallState {
        let mut state = CallState::new(direction, self.room, self.speaks, self.hears, name);
        // Who is interpreted in a call of others has company there.
        state.queues = self.waits && direction != Direction::Joined;
        state.waiting = state.queues;
        state
    }
}

/// Acts on something that Event Grid told. Never waits.
pub fn take(environment: &Arc<Environment>, event: GridEvent) -> Fate {
    let calls = &environment.calls;
    let age = event.time.map(|time| {
        let time = Timestamp::from(time);
        time.until(environment.clock.now())
    });
    let is_stale = age.is_some_and(|age| age > environment.settings.acs.events.max_age);
    match event.kind {
        Kind::IncomingCall(_) | Kind::CallStarted(_) if is_stale => Fate::Stale,
        _ if !event.id.is_empty() && calls.was_told(&format!("event/{}", event.id)) => {
            Fate::Duplicate
        }
        Kind::IncomingCall(call) => {
            let links = [&call.correlation_id, &call.server_call_id];
            match was_told_of(calls, "incoming", links) {
                true => Fate::Duplicate,
                false => ring(environment, *call),
            }
        }
        Kind::CallStarted(place) => {
            let links = [&place.correlation_id, &place.server_call_id];
            match was_told_of(calls, "started", links) {
                true => Fate::Duplicate,
                false => join(environment, *place),
            }
        }
        Kind::CallEnded(_) | Kind::ParticipantAdded(_) | Kind::ParticipantRemoved(_) => Fate::Taken,
        // Validation is answered where it comes in.
        Kind::Validation(_) | Kind::Unknown(_) => Fate::Unknown,
    }
}

/// Whether one of these types was told of the same call, under another event id.
fn was_told_of(calls: &Calls, what: &str, links: [&Option<String>; 2]) -> bool {
    let link = links.into_iter().flatten().find(|link| !link.is_empty());
    link.is_some_and(|link| calls.was_told(&format!("{what}/{link}")))
}

/// Answers a call that rings, or rejects it.
fn ring(environment: &Arc<Environment>, call: IncomingCall) -> Fate {
    let Some(link) = environment.calls.link() else {
        return Fate::Refused;
    };
    let id: CallId = environment.identities.next().into();
    let (to, from) = (&call.to.raw_id, &call.from.raw_id);
    let Some(terms) = Terms::of(environment, Some(to), Some(from), &id) else {
        tracing::info!("a call that no route takes is rejected");
        reject(link, call.incoming_call_context, RejectReason::Forbidden);
        return Fate::Taken;
    };
    let mut state = terms.state(Direction::Inbound, name_of(&call));
    state.to = Some(to.clone());
    state.from = Some(from.clone());
    state.server_call_id = call.server_call_id;
    state.correlation_id = call.correlation_id;
    let ticket = Ticket::new(id, environment.clock.now(), state);
    let begin = Begin::Answer(call.incoming_call_context.clone());
    match Call::open(environment, &ticket, begin) {
        Ok(_) => Fate::Taken,
        Err(refusal) => {
            tracing::warn!(code = refusal.code, "a call is not taken");
            reject(link, call.incoming_call_context, RejectReason::Busy);
            Fate::Refused
        }
    }
}

/// What others see of a caller.
fn name_of(call: &IncomingCall) -> String {
    let shown = call.caller_display_name.as_deref().map(str::trim);
    let shown = shown.filter(|name| !name.is_empty());
    shown_name(shown.or(call.from.phone_number()))
}

/// A name as a session takes it.
pub fn shown_name(name: Option<&str>) -> String {
    let name = name.unwrap_or("Phone");
    name.chars()
        .filter(|letter| !letter.is_control())
        .take(100)
        .collect()
}

fn reject(link: &Arc<Link>, incoming_call_context: Confidential, reason: RejectReason) {
    let client = Arc::clone(&link.client);
    link.outgoing.spawn(async move {
        let reject = Reject {
            incoming_call_context,
            call_reject_reason: Some(reason),
        };
        if let Err(error) = client.reject(&reject, REJECT_BUDGET).await {
            tracing::info!(%error, "a call is not rejected");
        }
    });
}

/// Joins a call in a room of the service that has begun.
fn join(environment: &Arc<Environment>, place: CallPlace) -> Fate {
    // Calls between two are answered when they ring, if they are for us.
    let Some(room_id) = place.room_id else {
        return Fate::Taken;
    };
    let id: CallId = environment.identities.next().into();
    let from = place.started_by.as_ref().map(|who| who.raw_id.as_str());
    let Some(terms) = Terms::of(environment, Some(&room_id), from, &id) else {
        return Fate::Taken;
    };
    let mut state = terms.state(Direction::Joined, shown_name(Some("Interpreter")));
    state.to = Some(room_id.clone());
    state.from = from.map(str::to_owned);
    state.server_call_id = place.server_call_id;
    state.correlation_id = place.correlation_id;
    let begin = Begin::Join(CallLocator::Room { room_id });
    let ticket = Ticket::new(id, environment.clock.now(), state);
    match Call::open(environment, &ticket, begin) {
        Ok(_) => Fate::Taken,
        // What began may be what we have joined ourselves.
        Err(refusal) if refusal.code == "already_in_call" => Fate::Duplicate,
        Err(_) => Fate::Refused,
    }
}

/// Calls somebody, or joins a call, by order of an operator.
///
/// # Errors
/// [`Refusal`](crate::actors::refusal::Refusal) as [`Call::open`].
pub fn place(
    environment: &Arc<Environment>,
    id: CallId,
    terms: Terms,
    begin: Begin,
) -> Result<Arc<Ticket>, crate::actors::refusal::Refusal> {
    let (direction, to) = match &begin {
        Begin::Place { target, .. } => (Direction::Outbound, Some(target.raw_id.clone())),
        Begin::Join(CallLocator::Room { room_id }) => (Direction::Joined, Some(room_id.clone())),
        _ => (Direction::Joined, None),
    };
    let name = match &begin {
        Begin::Place { target, .. } => shown_name(target.phone_number()),
        _ => shown_name(Some("Interpreter")),
    };
    let mut state = terms.state(direction, name);
    state.to = to;
    if let Begin::Join(CallLocator::ServerCall { server_call_id }) = &begin {
        state.server_call_id = Some(server_call_id.clone());
    }
    let ticket = Ticket::new(id, environment.clock.now(), state);
    Call::open(environment, &ticket, begin)?;
    Ok(ticket)
}

/// Whom an operator names: a phone's number, or a raw id.
pub fn target_of(text: &str) -> Identifier {
    if text.starts_with('+') {
        Identifier::phone(text)
    } else {
        Identifier::from_raw(text)
    }
}
