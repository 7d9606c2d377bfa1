//! Calls that the service knows and this process does not: those of a server that was here before it.
//!
//! Whoever tells of one shows its secret, and the service says whether that is so: the address at which the call is told of
//! has it. What the call was, and where, its session still knows.

use std::sync::Arc;

use subtle::ConstantTimeEq as _;

use super::{
    Call,
    arriving::{Terms, shown_name},
    callbacks::give,
    placing::Begin,
    registry::{ASK_BUDGET, Link},
    ticket::{CallState, Direction, Ticket, hash_of},
};
use crate::{
    actors::environment::Environment,
    domain::identity::{CallId, SessionId},
    links::acs::wire::{
        callback::{Callback, Kind},
        connection::{CallConnection, CallState as Stands},
        identifier::Identifier,
    },
};

/// Calls that are looked for at once.
const MOST_LOOKED_FOR: usize = 32;

/// Looks at the service for the call that this was told of, and gives it to that. Never waits.
pub(super) fn find_at_service(environment: &Arc<Environment>, context: &str, callback: Callback) {
    // What has failed or ended needs nobody.
    let is_over = matches!(
        callback.kind,
        Kind::CallDisconnected | Kind::AnswerFailed | Kind::CreateCallFailed | Kind::ConnectFailed
    );
    let Some(link) = environment.calls.link().filter(|_| !is_over) else {
        return;
    };
    let (environment, context) = (Arc::clone(environment), context.to_owned());
    link.outgoing.spawn(async move {
        let leg = callback.call_connection_id.clone();
        if let Some(ticket) = find(&environment, &context, &leg).await {
            give(&environment, &ticket, callback);
        }
    });
}

/// The call with this secret in its addresses, which the service knows by `leg`. Waits for the service if it is not known
/// here; for at most a few calls at once.
pub async fn find(environment: &Arc<Environment>, context: &str, leg: &str) -> Option<Arc<Ticket>> {
    let calls = &environment.calls;
    if let Some(known) = calls.of_context(&hash_of(context)) {
        return Some(known);
    }
    let link = calls.link().filter(|_| !leg.is_empty())?;
    {
        let mut looked_for = calls.looked_for.lock();
        if looked_for.len() >= MOST_LOOKED_FOR || looked_for.iter().any(|other| other == leg) {
            return None;
        }
        looked_for.push(leg.to_owned());
    }
    let found = rebuild(environment, link, context, leg).await;
    calls.looked_for.lock().retain(|other| other != leg);
    found
}

async fn rebuild(
    environment: &Arc<Environment>,
    link: &Arc<Link>,
    context: &str,
    leg: &str,
) -> Option<Arc<Ticket>> {
    let connection = link.client.get(leg, ASK_BUDGET).await.ok()?;
    if connection.state == Some(Stands::Disconnected) {
        return None;
    }
    let (id, direction) = shown(&connection, context)?;
    let session: SessionId = id.as_str().parse().ok()?;
    let stored = environment.archive.peek(&session).await.ok().flatten();
    let raw = |somebody: &Option<Identifier>| somebody.as_ref().map(|known| known.raw_id.clone());
    let from = raw(&connection.source);
    let to = connection
        .targets
        .first()
        .map(|target| target.raw_id.clone());
    let mut state = match stored {
        Some(stored) => CallState::new(
            direction,
            stored.room().clone(),
            stored.config.speaks.clone(),
            stored.config.hears.clone(),
            stored.config.name.clone(),
        ),
        None => {
            // It is ours, whatever the settings say of calls by now.
            let default = &environment.settings.acs.default;
            let terms = Terms::of(environment, to.as_deref(), from.as_deref(), &id)
                .unwrap_or_else(|| Terms::own(&id, default.speaks.clone(), default.hears.clone()));
            let other = match direction {
                Direction::Inbound => connection.source.as_ref(),
                Direction::Outbound => connection.targets.first(),
                Direction::Joined => None,
            };
            let name = match direction {
                Direction::Joined => Some("Interpreter"),
                _ => other.and_then(Identifier::phone_number),
            };
            terms.state(direction, shown_name(name))
        }
    };
    (state.from, state.to) = (from, to);
    // Where it has a room of its own, whoever is there is seen soon.
    state.waiting = direction != Direction::Joined
        && state.room == Terms::own(&id, state.speaks.clone(), Vec::new()).room;
    let now = environment.clock.now();
    let ticket = Ticket::known_by(id, now, state, context.to_owned());
    let begin = Begin::Found(Box::new(connection));
    match Call::open(environment, &ticket, begin) {
        Ok(_) => {
            tracing::info!(call = %ticket.id, "a call of the server before this one goes on");
            Some(ticket)
        }
        Err(refusal) => {
            tracing::warn!(
                code = refusal.code,
                "a call of the server before this one is lost"
            );
            None
        }
    }
}

/// Our id of the call, and how it began, if the service tells of it at the address that has this secret.
fn shown(connection: &CallConnection, context: &str) -> Option<(CallId, Direction)> {
    let told_at = url::Url::parse(connection.callback_uri.as_ref()?.expose()).ok()?;
    let secret = told_at.path().rsplit('/').next()?;
    if !bool::from(secret.as_bytes().ct_eq(context.as_bytes())) {
        return None;
    }
    let value = |wanted: &str| {
        let mut pairs = told_at.query_pairs();
        pairs.find_map(|(name, value)| (name == wanted).then_some(value))
    };
    let id: uuid::Uuid = value("call")?.parse().ok()?;
    let direction = Direction::named(&value("direction")?)?;
    Some((id.into(), direction))
}
