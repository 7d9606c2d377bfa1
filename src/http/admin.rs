//! `/admin/actors`: the tree as it is, and faults on request.

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{audit::noted, error::ApiError};
use crate::{
    actors::environment::Environment,
    domain::access::{Access, Role},
    supervision::{ActorRow, Filter, State},
};

/// Actors on one page.
const PAGE: usize = 500;

/// Which actors.
#[derive(Deserialize, IntoParams)]
pub struct Which {
    /// Only of this kind: `room`, `socket`.
    kind: Option<String>,
    /// Only at or below this path.
    path: Option<String>,
    /// Only down to this depth.
    depth: Option<usize>,
    /// Which page of 500, from 0.
    page: Option<usize>,
}

/// An actor as operators see it. Times are in milliseconds.
#[derive(Serialize, ToSchema)]
struct ActorView {
    path: String,
    kind: &'static str,
    state: ActorState,
    restarts: u32,
    /// What the last failure was, if there was one.
    #[schema(required = true)]
    last_failure: Option<String>,
    mailbox_depth: u32,
    mailbox_bound: u32,
    handled: u64,
    /// The message in hand, if there is one.
    #[schema(required = true)]
    busy_with: Option<String>,
    queue_ms: f64,
    uptime_ms: u64,
    idle_ms: u64,
    children: usize,
}

/// What an actor is doing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ActorState {
    /// It is about to handle messages.
    Starting,
    /// It handles messages.
    Running,
    /// It is ending a life.
    Stopping,
    /// It waits out its back-off.
    Restarting,
    /// It waits for its group to start it again.
    Held,
    /// It failed too often: refuses messages and is retried now and then.
    Parked,
    /// It ended for good.
    Ended,
}

impl From<State> for ActorState {
    fn from(state: State) -> Self {
        match state {
            State::Starting => Self::Starting,
            State::Running => Self::Running,
            State::Stopping => Self::Stopping,
            State::Restarting => Self::Restarting,
            State::Held => Self::Held,
            State::Parked => Self::Parked,
            State::Ended => Self::Ended,
        }
    }
}

impl From<ActorRow> for ActorView {
    fn from(row: ActorRow) -> Self {
        Self {
            path: row.path.as_str().to_owned(),
            kind: row.kind,
            state: row.state.into(),
            restarts: row.restarts,
            last_failure: row.last_failure.map(|failure| failure.to_string()),
            mailbox_depth: row.mailbox_depth,
            mailbox_bound: row.mailbox_bound,
            handled: row.handled,
            busy_with: row.busy.map(|busy| busy.with.to_owned()),
            queue_ms: row.mean_queue_time.as_secs_f64() * 1_000.0,
            uptime_ms: row.uptime.as_millis() as u64,
            idle_ms: row.idle.as_millis() as u64,
            children: row.children,
        }
    }
}

/// A page of actors.
#[derive(Serialize, ToSchema)]
struct Actors {
    total: usize,
    page: usize,
    actors: Vec<ActorView>,
}

/// The actors of the tree, in the order of their paths.
#[utoipa::path(tag = "admin", params(Which), responses(
    (status = 200, body = Actors),
    (status = 403, description = "Needs the role admin"),
))]
#[get("/admin/actors")]
pub async fn actors(
    access: Access,
    environment: Data<Environment>,
    which: Query<Which>,
) -> Result<Json<Actors>, ApiError> {
    access.require(Role::Admin)?;
    let which = which.into_inner();
    let mut filter = Filter::all();
    if let Some(kind) = which.kind {
        filter = filter.kind(kind);
    }
    if let Some(path) = which.path {
        filter = filter.under(path);
    }
    if let Some(depth) = which.depth {
        filter = filter.depth(depth);
    }
    let rows = environment.tree.snapshot(&filter);
    let page = which.page.unwrap_or(0);
    Ok(Json(Actors {
        total: rows.len(),
        page,
        actors: rows
            .into_iter()
            .skip(page.saturating_mul(PAGE))
            .take(PAGE)
            .map(ActorView::from)
            .collect(),
    }))
}

/// Makes an actor panic, to see that it comes back. Only with `admin.fault_injection: true`.
#[utoipa::path(tag = "admin", params(("path" = String, Path, description = "The actor, such as rooms/demo")), responses(
    (status = 202, description = "It will panic before its next message"),
    (status = 403, description = "Faults are not allowed here"),
    (status = 404, description = "There is no such actor"),
))]
#[post("/admin/actors/{path:.*}/panic")]
pub async fn panic(
    access: Access,
    environment: Data<Environment>,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Admin)?;
    if !environment.settings.admin.fault_injection {
        return Err(ApiError::forbidden(
            "faults are not allowed on this server; set admin.fault_injection: true where they are wanted",
        ));
    }
    let node = environment.tree.find(&path).ok_or_else(|| {
        ApiError::not_found(
            "actor_not_found",
            format!("there is no actor {path}; GET /admin/actors lists them"),
        )
    })?;
    node.inject_panic();
    tracing::warn!(actor = %node.path(), "panic injected by request");
    noted(&environment, &access, "actor.panic", &path, Ok(()))?;
    Ok(HttpResponse::Accepted().finish())
}
