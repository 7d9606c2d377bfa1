//! How a call is interpreted now, which its room knows: with whom, how late, and for how much.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures_util::future::join_all;
use serde::Serialize;
use utoipa::ToSchema;

use super::ticket::{CallView, Ticket};
use crate::{
    actors::{
        environment::Environment,
        room::describing::{Describe, RoomView},
    },
    domain::{identity::RoomId, participant::Participant},
};

/// How long a room may take to say it. Whoever looks at all calls does not wait for one room that hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// People of a room who are named with each of its calls: many calls may be in one room.
const MOST_PEOPLE: usize = 32;

/// The room of a call, as it is now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CallInterpretation)]
pub struct Interpretation {
    /// The room's name for people.
    #[schema(required = true)]
    pub room_name: Option<String>,
    /// Who is in the room, those on the call among them; 32 at the most, `GET /api/rooms/{id}` names all.
    pub participants: Vec<Participant>,
    /// How far the most delayed speech or translation in the room is behind on our side, in milliseconds.
    pub lag_ms: u64,
    /// What its engines cost since the room was started, in US dollars by the prices in the settings; absent where they
    /// cost nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
}

impl From<RoomView> for Interpretation {
    fn from(room: RoomView) -> Self {
        let heard = room.sources.iter().map(|source| source.lag_ms);
        let made = room.invokers.iter();
        let made = made.map(|invoker| invoker.lag_ms + invoker.waiting_ms);
        let costs = room.usage.iter().filter_map(|usage| usage.cost_usd);
        Self {
            lag_ms: heard.chain(made).max().unwrap_or_default(),
            cost_usd: costs.reduce(|one, other| one + other),
            room_name: room.name,
            participants: room.participants.into_iter().take(MOST_PEOPLE).collect(),
        }
    }
}

/// These calls as operators see them, in their order. Each of their rooms is asked once, however many calls it has, and all of
/// them at once.
pub async fn look_at(environment: &Environment, calls: &[Arc<Ticket>]) -> Vec<CallView> {
    let mut views: Vec<_> = calls
        .iter()
        .map(|ticket| CallView::from(&**ticket))
        .collect();
    let going_on = views.iter().filter(|view| view.ended_at.is_none());
    let rooms: HashSet<_> = going_on.map(|view| view.room_id.clone()).collect();
    let asked = rooms.into_iter().map(async |room| {
        let interpretation = interpretation(environment, &room).await?;
        Some((room, interpretation))
    });
    let known: HashMap<_, _> = join_all(asked).await.into_iter().flatten().collect();
    for view in views.iter_mut().filter(|view| view.ended_at.is_none()) {
        view.interpretation = known.get(&view.room_id).cloned();
    }
    views
}

/// A call as operators see it.
pub async fn look(environment: &Environment, ticket: &Ticket) -> CallView {
    let mut view = CallView::from(ticket);
    if view.ended_at.is_none() {
        view.interpretation = interpretation(environment, &view.room_id).await;
    }
    view
}

/// What a room says, if it runs and answers in time.
async fn interpretation(environment: &Environment, room: &RoomId) -> Option<Interpretation> {
    let described = environment.room(room)?.ask(Describe, PATIENCE).await;
    described.ok().map(Interpretation::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{server_message::UsageFigures, time::Timestamp};

    fn usage(cost_usd: Option<f64>) -> UsageFigures {
        UsageFigures {
            engine: "engine",
            audio_ms: 0,
            tokens: None,
            cost_usd,
            budget_left: None,
            lag_ms: 0,
        }
    }

    fn room(usage: Vec<UsageFigures>) -> RoomView {
        RoomView {
            room_id: "desk".parse().unwrap(),
            name: None,
            private: false,
            created_at: Timestamp::from(time::OffsetDateTime::UNIX_EPOCH),
            seq: 0,
            participants: Vec::new(),
            sockets: 0,
            sources: Vec::new(),
            invokers: Vec::new(),
            usage,
            budget: None,
            budget_left: None,
        }
    }

    #[test]
    fn what_costs_nothing_has_no_cost_and_engines_are_added_up() {
        let of = |usage| Interpretation::from(room(usage)).cost_usd;
        assert_eq!(of(Vec::new()), None);
        assert_eq!(of(vec![usage(None)]), None);
        assert_eq!(
            of(vec![usage(Some(0.5)), usage(None), usage(Some(0.25))]),
            Some(0.75)
        );
    }
}
