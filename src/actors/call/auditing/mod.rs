//! Compares our calls with what the service has, for what it told us may have been lost, and what we told it too.
//!
//! The service lists no calls, so each leg is asked for by its id: those of calls that go on, those longest not looked at
//! first, and those of calls that are over, once more a while after their end ([`ended`]). What the service ended is ended
//! here; what it still has after its end is hung up. A round looks at so many legs and no more, and the next one begins when
//! it is done. What is told of legs that no call here has is seen to where it comes in ([`super::finding`]).

pub mod ended;
pub mod found;

use std::sync::Arc;

use actix::{Actor, ActorFutureExt, AsyncContext, WrapFuture};
use futures_util::{StreamExt as _, stream};

use self::{ended::EndedLeg, found::Finding};
use super::{
    Call,
    inheriting::given_back,
    leg::{LegState, hang_up},
    placing::{Placed, TELL_PATIENCE, lose},
    registry::{ASK_BUDGET, Link},
    ticket::Ticket,
};
use crate::{
    actors::environment::Environment,
    links::acs::{
        client::{AcsError, Client},
        wire::connection::CallState,
    },
    supervision::{Ctx, Ref, Spec, StartError, Supervised},
};

/// Legs that are looked at side by side.
const AT_ONCE: usize = 8;

/// The actor.
pub struct Auditor {
    environment: Arc<Environment>,
    link: Arc<Link>,
}

impl Auditor {
    /// Starts it below the root.
    ///
    /// # Errors
    /// [`StartError`] if it runs already, or the tree is on its way down.
    pub fn start(
        environment: &Arc<Environment>,
        link: &Arc<Link>,
    ) -> Result<Ref<Self>, StartError> {
        let given = (Arc::clone(environment), Arc::clone(link));
        let root = environment.observer().node();
        root.start_child("workers/auditor", Spec::new(), move || Self {
            environment: Arc::clone(&given.0),
            link: Arc::clone(&given.1),
        })
    }

    fn round(&mut self, ctx: &mut Ctx<Self>) {
        let settings = &self.environment.settings.acs.audit;
        // Calls that go on are not starved by those that are over.
        let ended = self
            .environment
            .calls
            .ended_legs
            .due(settings.calls.div_ceil(2));
        let alive = self
            .environment
            .calls
            .longest_unaudited(settings.interval, settings.calls - ended.len());
        let looking = look(
            Arc::clone(&self.environment),
            Arc::clone(&self.link),
            ended,
            alive,
        );
        let looking = self.link.outgoing.spawn(looking);
        let interval = settings.interval;
        ctx.spawn(looking.into_actor(self).map(move |_, _, ctx| {
            ctx.run_later(interval, Self::round);
        }));
    }
}

impl Actor for Auditor {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Ctx<Self>) {
        let interval = self.environment.settings.acs.audit.interval;
        ctx.run_later(interval, Self::round);
    }
}

impl Supervised for Auditor {
    const KIND: &'static str = "auditor";
}

async fn look(
    environment: Arc<Environment>,
    link: Arc<Link>,
    ended: Vec<EndedLeg>,
    alive: Vec<Arc<Ticket>>,
) {
    let (environment, link) = (&environment, &link);
    stream::iter(ended)
        .for_each_concurrent(AT_ONCE, |leg| confirm(environment, link, leg))
        .await;
    stream::iter(alive)
        .for_each_concurrent(AT_ONCE, |ticket| compare(environment, link, ticket))
        .await;
}

/// Whether the service has no such leg (any more), if it says so.
async fn is_gone(client: &Client, leg: &str) -> Result<Option<CallState>, AcsError> {
    match client.get(leg, ASK_BUDGET).await {
        Ok(connection) if connection.state == Some(CallState::Disconnected) => Ok(None),
        Ok(connection) => Ok(Some(connection.state.unwrap_or(CallState::Unknown))),
        Err(error) if error.says_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

/// A call that goes on here.
async fn compare(environment: &Arc<Environment>, link: &Arc<Link>, ticket: Arc<Ticket>) {
    let found = &environment.calls.found;
    let (Some(leg), Some(call)) = (ticket.leg.id(), Call::running(environment, &ticket)) else {
        return;
    };
    match is_gone(&link.client, &leg).await {
        Ok(None) => {
            tracing::info!(call = %ticket.id, "the service has no such call any more");
            found.note(Finding::GoneThere);
            lose(&ticket, &call).await;
        }
        // That it is up was not told, or the telling was lost.
        Ok(Some(CallState::Connected))
            if ticket.state.read(|state| state.connected_at.is_none()) =>
        {
            found.note(Finding::Connected);
            let _ = call.ask(Placed(Ok(true)), TELL_PATIENCE).await;
        }
        Ok(Some(_)) => found.note(Finding::Agrees),
        Err(error) => {
            tracing::debug!(call = %ticket.id, %error, "the service does not say whether the call is there");
            found.note(Finding::Unanswered);
        }
    }
}

/// A leg of a call that is over here.
async fn confirm(environment: &Arc<Environment>, link: &Arc<Link>, ended: EndedLeg) {
    let calls = &environment.calls;
    let Some(leg) = ended.ticket.leg.known_id() else {
        return;
    };
    // What was told of it later may have brought it back.
    let is_ours_again = calls
        .find(&leg)
        .is_some_and(|now| !Arc::ptr_eq(&now, &ended.ticket));
    if is_ours_again {
        return calls.found.note(Finding::Confirmed);
    }
    let call = ended.ticket.id.clone();
    let answer = match is_gone(&link.client, &leg).await {
        Ok(None) => {
            ended.ticket.leg.set(LegState::Gone);
            given_back(environment, &ended.ticket);
            return calls.found.note(Finding::Confirmed);
        }
        Ok(Some(_)) => {
            let everybody = environment.settings.acs.terminate;
            hang_up(&link.client, &leg, everybody).await.map(drop)
        }
        Err(error) => {
            calls.found.note(Finding::Unanswered);
            Err(error)
        }
    };
    match answer {
        Ok(()) => {
            ended.ticket.leg.set(LegState::Gone);
            given_back(environment, &ended.ticket);
            tracing::warn!(%call, "a call that is over still had its leg at the service; it is hung up");
            calls.found.note(Finding::HungUp);
        }
        Err(error) => {
            tracing::warn!(%call, %error, "the leg of a call that is over may be there still");
            let after = environment.settings.acs.audit.ended_after;
            if !calls.ended_legs.again(ended, after) {
                tracing::error!(%call, leg, "the leg of a call that is over may be there still, and is given up");
                calls.found.note(Finding::GivenUp);
            }
        }
    }
}
