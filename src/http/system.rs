//! Whether the server lives, can serve, and how it does: `/healthz`, `/readyz`, `/api/health`.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, route};
use serde::Serialize;
use utoipa::ToSchema;

use super::metrics::Metrics;

/// Where the routes learn how the server does. Asked on every call, from an HTTP worker: answers at once, from memory.
pub trait HealthSource: Send + Sync {
    /// What is missing to serve; empty: ready. A server that is stopping says so here.
    fn missing(&self) -> Vec<Missing>;
    /// What an operator should know of a server that serves all the same.
    fn warnings(&self) -> Vec<Missing> {
        Vec::new()
    }
    /// The state of each service that is served or used, by name. `websocket` is always among them.
    fn services(&self) -> BTreeMap<String, State>;
    /// The state of each part of the server, by name.
    fn components(&self) -> BTreeMap<String, State>;
    /// WebSocket connections.
    fn connections(&self) -> Connections;
}

/// What is missing, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Missing {
    /// What is not there: "the translator en-es".
    #[schema(example = "translator en-es")]
    pub what: String,
    /// What to do: "install apertium-eng-cat".
    #[schema(example = "apt-get install apertium-eng-cat")]
    pub remedy: String,
}

/// How something does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HealthState)]
pub enum State {
    /// Works.
    Healthy,
    /// Works in part, or slowly.
    Degraded,
    /// Does not work.
    Unhealthy,
    /// Nobody set it up, which is no fault.
    NotConfigured,
}

/// WebSocket connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Connections {
    /// Open now.
    pub active: u64,
    /// Opened since the start.
    pub total: u64,
    /// Most at once since the start.
    pub peak: u64,
}

#[derive(Serialize, ToSchema)]
struct Alive {
    status: AliveStatus,
}

/// What a process that answers is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AliveStatus {
    Alive,
}

#[derive(Serialize, ToSchema)]
struct Readiness {
    status: ReadyStatus,
    missing: Vec<Missing>,
    /// What does not keep it from serving.
    warnings: Vec<Missing>,
}

/// Whether a server can serve.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReadyStatus {
    Ready,
    NotReady,
}

#[derive(Serialize, ToSchema)]
struct Health {
    status: State,
    services: BTreeMap<String, State>,
    connections: Connections,
    /// Seconds since the start.
    uptime: f64,
    components: BTreeMap<String, State>,
    /// Version of the server.
    version: &'static str,
}

/// How the server does as a whole.
pub(super) fn overall(source: &dyn HealthSource) -> State {
    let (services, components) = (source.services(), source.components());
    worst(source, services.values().chain(components.values()))
}

fn worst<'a>(source: &dyn HealthSource, parts: impl Iterator<Item = &'a State> + Clone) -> State {
    let anything_is = |state: State| parts.clone().any(|is| *is == state);
    if !source.missing().is_empty() || anything_is(State::Unhealthy) {
        State::Unhealthy
    } else if anything_is(State::Degraded) {
        State::Degraded
    } else {
        State::Healthy
    }
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "system", responses((status = 200, description = "It lives", body = Alive)))]
#[route("/healthz", method = "GET", method = "HEAD")]
pub(super) async fn alive() -> Json<Alive> {
    Json(Alive {
        status: AliveStatus::Alive,
    })
}

/// Whether the server can serve; if not, what is missing and what to do.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "system",
    responses(
        (status = 200, description = "It can serve", body = Readiness),
        (status = 503, description = "Something is missing", body = Readiness),
    )
)]
#[route("/readyz", method = "GET", method = "HEAD")]
pub(super) async fn ready(source: Data<Arc<dyn HealthSource>>) -> HttpResponse {
    let missing = source.missing();
    let (code, status) = if missing.is_empty() {
        (StatusCode::OK, ReadyStatus::Ready)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, ReadyStatus::NotReady)
    };
    HttpResponse::build(code).json(Readiness {
        status,
        missing,
        warnings: source.warnings(),
    })
}

/// How the server and what it uses do.
#[utoipa::path(get, path = "/api/health", tag = "system", responses((status = 200, description = "How it does", body = Health)))]
#[route("/api/health", method = "GET", method = "HEAD")]
pub(super) async fn health(
    source: Data<Arc<dyn HealthSource>>,
    metrics: Data<Metrics>,
) -> Json<Health> {
    let (services, components) = (source.services(), source.components());
    let status = worst(&***source, services.values().chain(components.values()));
    Json(Health {
        status,
        services,
        connections: source.connections(),
        uptime: metrics.uptime().as_secs_f64(),
        components,
        version: env!("CARGO_PKG_VERSION"),
    })
}
