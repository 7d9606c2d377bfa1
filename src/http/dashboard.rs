//! `/api/dashboard`: what the overview page shows when it is opened. What comes after it is published on the topic
//! `metrics`: an event `{"kind":"sample","sample":{…}}` for each sample, and `{"kind":"alert",…}` for each alert that is
//! raised, becomes another (`raised: true`) or is over (`raised: false`); `id` tells which one.
//!
//! A quarter of an hour of samples is some 190 KB as text, so it goes compressed to whoever takes that.

use std::sync::Arc;

use actix_web::{
    get,
    middleware::Compress,
    web::{Data, Json},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    error::ApiError,
    metrics::Metrics,
    system::{Connections, HealthSource, State, overall},
};
use crate::{
    actors::environment::Environment,
    domain::{
        access::{Access, Role},
        alert::Alert,
        sample::Sample,
        time::Timestamp,
    },
};

/// How the server does and did in the last quarter of an hour.
#[derive(Serialize, ToSchema)]
struct Dashboard {
    /// The server's time.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// As in `/api/health`.
    status: State,
    /// Version of the server.
    version: &'static str,
    /// Seconds since the start.
    uptime: f64,
    /// WebSocket connections.
    connections: Connections,
    /// Rooms running, private ones of sessions counted.
    rooms: u64,
    /// Sessions in the store, attached or not.
    sessions: u64,
    /// What is wrong now, the worst first.
    alerts: Vec<Alert>,
    /// How busy the server was.
    samples: Samples,
}

/// Samples of the last quarter of an hour.
#[derive(Serialize, ToSchema)]
struct Samples {
    /// How often one is taken (`metrics.sample_interval`).
    interval_ms: u64,
    /// The samples, oldest first.
    points: Vec<Sample>,
}

fn view(environment: &Environment, health: &dyn HealthSource, metrics: &Metrics) -> Dashboard {
    let board = &environment.board;
    Dashboard {
        now: environment.clock.now(),
        status: overall(health),
        version: env!("CARGO_PKG_VERSION"),
        uptime: metrics.uptime().as_secs_f64(),
        connections: health.connections(),
        rooms: environment.room_count(),
        sessions: environment.archive.session_count(),
        alerts: board.alerts(),
        samples: Samples {
            interval_ms: board.interval().as_millis() as u64,
            points: board.samples(),
        },
    }
}

/// How the server does, what is wrong with it, and how busy it was in the last quarter of an hour.
#[utoipa::path(get, path = "/api/dashboard", tag = "system", responses(
    (status = 200, body = Dashboard),
    (status = 403, description = "Needs the role operator"),
))]
#[get("/api/dashboard", wrap = "Compress::default()")]
pub async fn dashboard(
    access: Access,
    environment: Data<Environment>,
    health: Data<Arc<dyn HealthSource>>,
    metrics: Data<Metrics>,
) -> Result<Json<Dashboard>, ApiError> {
    access.require(Role::Operator)?;
    Ok(Json(view(&environment, &***health, &metrics)))
}

/// The same as `/api/dashboard`.
#[utoipa::path(get, path = "/api/metrics/dashboard", tag = "system", responses(
    (status = 200, body = Dashboard),
    (status = 403, description = "Needs the role operator"),
))]
#[get("/api/metrics/dashboard", wrap = "Compress::default()")]
pub async fn metrics_dashboard(
    access: Access,
    environment: Data<Environment>,
    health: Data<Arc<dyn HealthSource>>,
    metrics: Data<Metrics>,
) -> Result<Json<Dashboard>, ApiError> {
    access.require(Role::Operator)?;
    Ok(Json(view(&environment, &***health, &metrics)))
}
