//! `/api/dashboard`: what the overview page shows when it is opened. What comes after it is published on the topic
//! `metrics`: an event `{"kind":"sample","sample":{…}}` for each sample, and `{"kind":"alert",…}` for each alert that is
//! raised, becomes another (`raised: true`) or is over (`raised: false`); `id` tells which one.
//!
//! A quarter of an hour of samples is some 190 KB as text, so it goes compressed to whoever takes that.

use std::{collections::BTreeMap, sync::Arc};

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
        server_message::UsageFigures,
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
    /// The engines, by name: those that serve without being wished for, and those that were used.
    engines: Vec<EngineActivity>,
    /// How busy the server was.
    samples: Samples,
}

/// What an engine does.
#[derive(Serialize, ToSchema)]
struct EngineActivity {
    /// Its name.
    engine: &'static str,
    /// Whether it can be used: what it needs is there or set.
    available: bool,
    /// Whether it is left alone for a while, because it failed again and again.
    resting: bool,
    /// Translations that it serves now.
    translations: u64,
    /// How far the most delayed of them was behind its speaker on our side when it was last looked: speech that waited for
    /// the engine, and translated speech that was not played, in milliseconds.
    lag_ms: u64,
    /// Audio it was given since the server was started, in milliseconds.
    audio_ms: u64,
    /// Tokens since then, for an engine that is billed by them.
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<u64>,
    /// What it has cost since then in US dollars, by the prices in the settings; absent where it cost nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost_usd: Option<f64>,
}

fn activity(environment: &Environment) -> Vec<EngineActivity> {
    let engines = environment.engines();
    let relied_on: Vec<&str> = engines.relied_on().map(|engine| engine.name()).collect();
    let figures: BTreeMap<_, _> = environment.engine_board.all().into_iter().collect();
    engines
        .all()
        .map(|(engine, _)| engine)
        .filter(|engine| relied_on.contains(&engine.name()) || figures.contains_key(engine.name()))
        .map(|engine| {
            let name = engine.name();
            let figures = figures.get(name).cloned().unwrap_or_default();
            let used = UsageFigures::new(name, &figures.used(), figures.lag_ms(), None);
            EngineActivity {
                engine: name,
                available: engine.report().available,
                resting: !engines.breakers().is_closed(name),
                translations: figures.translations(),
                lag_ms: used.lag_ms,
                audio_ms: used.audio_ms,
                tokens: used.tokens,
                cost_usd: used.cost_usd,
            }
        })
        .collect()
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
        engines: activity(environment),
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
