//! Whether anybody else is in the room of a call: one without waits, and those who follow it are told so again and again.

use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, WrapFuture};
use tokio::time::Instant;

use super::Call;
use crate::{actors::room::describing::Describe, supervision::Ctx};

/// How long a room is waited for that is asked who is in it.
const ROOM_PATIENCE: Duration = Duration::from_secs(2);

impl Call {
    /// Looks who is in the room.
    pub(super) fn look_for_company(&mut self, ctx: &mut Ctx<Self>) {
        let looked_in = self.ticket.state.read(|state| state.room.clone());
        let room = self.environment.room(&looked_in);
        let looking = async move {
            match room {
                None => Some(Vec::new()),
                Some(room) => {
                    let room = room.ask(Describe, ROOM_PATIENCE).await.ok()?;
                    Some(room.participants)
                }
            }
        };
        ctx.spawn(looking.into_actor(self).map(move |people, call, _| {
            // One that does not answer is asked again, and the call may be elsewhere by now.
            let is_here = call.ticket.state.read(|state| state.room == looked_in);
            let Some(people) = people.filter(|_| is_here) else {
                return;
            };
            let own = call.ticket.id.as_str();
            let is_other = |id: &str| id.split('.').next() != Some(own);
            let has_company = people
                .iter()
                .any(|person| is_other(person.session_id.as_str()));
            call.company_seen_at = has_company.then(Instant::now);
            let waited = call
                .ticket
                .state
                .change(|state| std::mem::replace(&mut state.waiting, !has_company));
            match (waited, has_company) {
                (true, true) => call.publish("call.joined"),
                (_, false) => call.publish("call.waiting"),
                (false, true) => {}
            }
        }));
    }
}
