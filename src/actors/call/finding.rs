//! Calls that the service knows and this process does not: those of a server that was here before it.
//!
//! Whoever tells of one shows its secret, and the service says whether that is so: the address at which the call is told of
//! has it. What the call was, and where, its session still knows.

use std::sync::Arc;

use subtle::ConstantTimeEq as _;

use super::{
    Call,
    arriving::{Terms, shown_name},
    auditing::found::Finding,
    callbacks::give,
    inheriting::is_of_another,
    leg::hang_up_patiently,
    placing::Begin,
    registry::{ASK_BUDGET, Link},
    ticket::{CallState, Direction, Ticket, hash_of},
};
use crate::{
    actors::environment::Environment,
    domain::{
        identity::{CallId, SessionId},
        time::Timestamp,
    },
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
    let _looking = Looking::begin(environment, leg)?;
    let connection = link.client.get(leg, ASK_BUDGET).await.ok()?;
    if connection.state == Some(Stands::Disconnected) {
        return None;
    }
    match rebuild(environment, context, connection, false).await {
        Rebuilt::GoesOn(ticket) => Some(ticket),
        Rebuilt::NotOurs => None,
        Rebuilt::NoPlace => {
            abandon(environment, link, leg);
            None
        }
    }
}

/// While this is kept nobody else looks for the same leg.
pub(super) struct Looking {
    environment: Arc<Environment>,
    leg: String,
}

impl Looking {
    /// Nothing if somebody looks for it already, or too many are looked for.
    pub(super) fn begin(environment: &Arc<Environment>, leg: &str) -> Option<Self> {
        let mut looked_for = environment.calls.looked_for.lock();
        if looked_for.len() >= MOST_LOOKED_FOR || looked_for.iter().any(|other| other == leg) {
            return None;
        }
        looked_for.push(leg.to_owned());
        Some(Self {
            environment: Arc::clone(environment),
            leg: leg.to_owned(),
        })
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        let mut looked_for = self.environment.calls.looked_for.lock();
        looked_for.retain(|other| *other != self.leg);
    }
}

/// What becomes of a call that is there and not known here.
pub(super) enum Rebuilt {
    /// It goes on here.
    GoesOn(Arc<Ticket>),
    /// It is told of elsewhere, another process has it, or whoever comes after this one is to have it.
    NotOurs,
    /// It is ours, and does not go on here: too many do already.
    NoPlace,
}

/// Goes on with a call that is there, if it is told of at the address with this secret. One that `is_inherited` is surely
/// nobody else's, and its socket went with the server that died.
pub(super) async fn rebuild(
    environment: &Arc<Environment>,
    context: &str,
    connection: CallConnection,
    is_inherited: bool,
) -> Rebuilt {
    let Some((id, direction)) = shown(&connection, context) else {
        return Rebuilt::NotOurs;
    };
    // Of two processes that go on with one call the second ends it.
    if environment.is_stopping() || (!is_inherited && is_of_another(environment, &id).await) {
        return Rebuilt::NotOurs;
    }
    let Ok(session) = id.as_str().parse::<SessionId>() else {
        return Rebuilt::NotOurs;
    };
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
    state.server_call_id.clone_from(&connection.server_call_id);
    // Where it has a room of its own, whoever is there is seen soon.
    // Where it only rings there was no socket.
    state.restarted = is_inherited && connection.state == Some(Stands::Connected);
    let own = Terms::own(&id, state.speaks.clone(), Vec::new()).room;
    state.queues = direction != Direction::Joined && state.room == own;
    state.waiting = state.queues;
    let began = began_at(&id).unwrap_or_else(|| environment.clock.now());
    let ticket = Ticket::known_by(id, began, state, context.to_owned());
    let begin = Begin::Found(Box::new(connection));
    match Call::open(environment, &ticket, begin) {
        Ok(_) => {
            tracing::info!(call = %ticket.id, "a call of the server before this one goes on");
            Rebuilt::GoesOn(ticket)
        }
        Err(refusal) => {
            tracing::warn!(
                code = refusal.code,
                "a call of the server before this one is lost"
            );
            Rebuilt::NoPlace
        }
    }
}

/// Hangs up a leg that is ours and whose call cannot go on here. If that fails, whatever is told of it next does it again.
fn abandon(environment: &Arc<Environment>, link: &Arc<Link>, leg: &str) {
    let (client, leg) = (Arc::clone(&link.client), leg.to_owned());
    let calls = Arc::clone(environment);
    let everybody = environment.settings.acs.terminate;
    environment.calls.keep(link, async move {
        match hang_up_patiently(&client, &leg, everybody, || false).await {
            Ok(_) => calls.calls.found.note(Finding::Abandoned),
            Err(error) => tracing::error!(%error, "a leg without a call cannot be hung up"),
        }
    });
}

/// Our id of the call and its direction, if the service tells of it at the address that has this secret.
fn shown(connection: &CallConnection, context: &str) -> Option<(CallId, Direction)> {
    let told_at = url::Url::parse(connection.callback_uri.as_ref()?.expose()).ok()?;
    let secret = told_at.path().rsplit('/').next()?;
    if !bool::from(secret.as_bytes().ct_eq(context.as_bytes())) {
        return None;
    }
    let said = |what: &str| told_at.query_pairs().find(|(name, _)| name == what);
    let id: uuid::Uuid = said("call")?.1.parse().ok()?;
    let direction = said("direction").and_then(|(_, name)| Direction::of_name(&name));
    Some((id.into(), direction.unwrap_or(Direction::Inbound)))
}

/// When the call of this id began: its id tells.
fn began_at(id: &CallId) -> Option<Timestamp> {
    let id: uuid::Uuid = id.as_str().parse().ok()?;
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    let millis = seconds.checked_mul(1_000)? + u64::from(nanos) / 1_000_000;
    Some(Timestamp::from_unix_millis(millis))
}
