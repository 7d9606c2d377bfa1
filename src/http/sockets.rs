//! `/api/broadcast` and `/api/websocket/connections`: everybody who is connected.

use std::sync::atomic::Ordering;

use actix_web::{
    get, post,
    web::{Data, Json, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    audit::noted,
    error::ApiError,
    rooms::{Announced, Announcement},
};
use crate::{
    actors::{
        environment::Environment,
        socket::{Socket, announcing::announce_to_all},
    },
    domain::{
        access::{Access, Role},
        identity::ConnectionId,
        time::Timestamp,
    },
    supervision::{ActorRow, Filter, Supervised},
};

/// Connections on one page, at most and without a wish.
const LARGEST_PAGE: usize = 1_000;
const USUAL_PAGE: usize = 100;

/// Shows a message to everybody who is connected.
#[utoipa::path(tag = "rooms", request_body = Announcement, responses(
    (status = 200, body = Announced),
    (status = 400, description = "The message is empty or too long"),
    (status = 403, description = "Needs the role operator"),
))]
#[post("/api/broadcast")]
pub async fn broadcast(
    access: Access,
    environment: Data<Environment>,
    announcement: Json<Announcement>,
) -> Result<Json<Announced>, ApiError> {
    access.require(Role::Operator)?;
    let message = announcement.into_inner().checked()?;
    let sockets = announce_to_all(&environment, message);
    noted(&environment, &access, "broadcast", "*", Ok(()))?;
    Ok(Json(Announced { sockets }))
}

/// Which connections.
#[derive(Deserialize, IntoParams)]
pub struct Which {
    /// Only those after this one: the `next` of the page before.
    after: Option<ConnectionId>,
    /// At most this many, 1 to 1000; 100 without it.
    limit: Option<usize>,
}

/// A WebSocket connection.
#[derive(Serialize, ToSchema)]
struct ConnectionView {
    #[schema(value_type = ConnectionId)]
    connection_id: String,
    /// When it was made.
    connected_at: Timestamp,
    /// How long ago something last happened in it.
    idle_ms: u64,
    /// Frames from the client that were handled.
    handled: u64,
    /// Frames from the client that wait.
    waiting: u32,
}

/// A page of connections, with totals since the start.
#[derive(Serialize, ToSchema)]
struct ConnectionList {
    active: u64,
    total: u64,
    peak: u64,
    connections: Vec<ConnectionView>,
    /// What to send as `after` for the next page, if there is one.
    #[schema(required = true, value_type = Option<ConnectionId>)]
    next: Option<String>,
}

/// Lists the WebSocket connections, in the order of their ids.
#[utoipa::path(tag = "system", params(Which), responses(
    (status = 200, body = ConnectionList),
    (status = 403, description = "Needs the role operator"),
))]
#[get("/api/websocket/connections")]
pub async fn connections(
    access: Access,
    environment: Data<Environment>,
    which: Query<Which>,
) -> Result<Json<ConnectionList>, ApiError> {
    access.require(Role::Operator)?;
    let which = which.into_inner();
    let limit = which.limit.unwrap_or(USUAL_PAGE).clamp(1, LARGEST_PAGE);
    let filter = Filter::all().kind(<Socket as Supervised>::KIND);
    let rows = environment.tree.snapshot(&filter);
    let after = which.after.as_ref().map_or("", ConnectionId::as_str);
    let mut later = rows.iter().filter(|row| id_of(row) > after);
    let now = environment.clock.now();
    let page: Vec<ConnectionView> = later
        .by_ref()
        .take(limit)
        .map(|row| ConnectionView {
            connection_id: id_of(row).to_owned(),
            connected_at: now.before(row.uptime),
            idle_ms: row.idle.as_millis() as u64,
            handled: row.handled,
            waiting: row.mailbox_depth,
        })
        .collect();
    let next = match (later.next(), page.last()) {
        (Some(_), Some(last)) => Some(last.connection_id.clone()),
        _ => None,
    };
    let counters = &environment.counters;
    Ok(Json(ConnectionList {
        active: counters.connections_active.load(Ordering::Relaxed),
        total: counters.connections_opened.load(Ordering::Relaxed),
        peak: counters.connections_peak.load(Ordering::Relaxed),
        connections: page,
        next,
    }))
}

/// The connection of `sockets/{connection}`.
fn id_of(row: &ActorRow) -> &str {
    row.path.as_str().rsplit('/').next().unwrap_or_default()
}
