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
    /// Bytes that wait for the client to read.
    queued_bytes: usize,
    /// The session it is attached to.
    #[schema(required)]
    session_id: Option<String>,
    /// The room of that session.
    #[schema(required)]
    room_id: Option<String>,
    /// What the caller may do.
    role: Role,
    /// Who the caller is, if keys or tokens tell.
    #[schema(required)]
    subject: Option<String>,
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
    let after = which.after.map(|id| format!("sockets/{id}"));
    let after = after.as_deref().unwrap_or_default();
    let page = environment.tree.page(&filter, after, limit);
    let last = page.rows.last().filter(|_| page.more);
    let next = last.map(|last| id_of(last).to_owned());
    let now = environment.clock.now();
    // One that has ended just now is left out.
    let connections = page.rows.iter().filter_map(|row| {
        let seen = Socket::seen(&environment.tree.lookup(row.path.as_str())?)?;
        Some(ConnectionView {
            connection_id: id_of(row).to_owned(),
            connected_at: now.before(row.uptime),
            idle_ms: row.idle.as_millis() as u64,
            handled: row.handled,
            waiting: row.mailbox_depth,
            queued_bytes: seen.queued_bytes,
            session_id: seen.session.map(|session| session.to_string()),
            room_id: seen.room.map(|room| room.to_string()),
            role: seen.role,
            subject: seen.subject,
        })
    });
    let counters = &environment.counters;
    Ok(Json(ConnectionList {
        active: counters.connections_active.load(Ordering::Relaxed),
        total: counters.connections_opened.load(Ordering::Relaxed),
        peak: counters.connections_peak.load(Ordering::Relaxed),
        connections: connections.collect(),
        next,
    }))
}

/// The connection of `sockets/{connection}`.
fn id_of(row: &ActorRow) -> &str {
    row.path.as_str().rsplit('/').next().unwrap_or_default()
}
