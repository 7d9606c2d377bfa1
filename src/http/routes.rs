//! All routes of the product, in one place.

use std::{collections::BTreeMap, sync::Arc, sync::atomic::Ordering};

use actix_web::{
    guard,
    web::{self, Data},
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    acs, admin, audit, dashboard, languages, rooms, sessions, sockets, speech,
    system::{Connections, HealthSource, Missing, State},
    transcripts, usage, wire,
};
use crate::{actors::environment::Environment, store::state::StoreState};

/// Registers every route over this environment.
pub fn routes(
    environment: &Arc<Environment>,
) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let environment = Data::from(Arc::clone(environment));
    move |config: &mut ServiceConfig| {
        let given = environment.clone();
        config
            .map(|plain| {
                plain
                    .app_data(given)
                    .route("/ws", web::get().to(wire::upgrade))
                    .route("/acs/media/{contextId}", web::get().to(acs::media::upgrade))
                    .service(
                        web::resource("/")
                            .guard(guard::fn_guard(is_upgrade))
                            .route(web::get().to(wire::upgrade)),
                    )
            })
            .service(acs::events::take)
            .service(acs::events::allow)
            .service(acs::callbacks::take)
            .service(acs::calls::place)
            .service(acs::calls::list)
            .service(acs::calls::show)
            .service(acs::calls::attach)
            .service(acs::calls::hang_up)
            .service(rooms::create)
            .service(rooms::list)
            .service(rooms::show)
            .service(rooms::close)
            .service(rooms::announce)
            .service(transcripts::transcript)
            .service(sessions::create)
            .service(sessions::list)
            .service(sessions::show)
            .service(sessions::end)
            .service(sockets::broadcast)
            .service(sockets::connections)
            .service(languages::languages)
            .service(languages::engines)
            .service(speech::translate)
            .service(speech::transcribe_upload)
            .service(speech::transcribe_whisper)
            .service(usage::usage)
            .service(dashboard::dashboard)
            .service(dashboard::metrics_dashboard)
            .service(admin::actors)
            .service(admin::panic)
            .service(audit::audit);
    }
}

/// An upgrade on `/` behaves as one on `/ws`.
fn is_upgrade(context: &guard::GuardContext<'_>) -> bool {
    context
        .head()
        .headers()
        .get("upgrade")
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// The health of the tree and its engines.
pub struct TreeHealth {
    /// The tree.
    pub environment: Arc<Environment>,
    /// What was found at the start, which an operator should know.
    pub warnings: Vec<Missing>,
}

impl HealthSource for TreeHealth {
    /// A server without any engine part still serves those who understand each other, so it is ready; only one on
    /// its way down is not.
    fn missing(&self) -> Vec<Missing> {
        if self.environment.is_stopping() {
            return vec![Missing {
                what: "the server is shutting down".to_owned(),
                remedy: "connect again in a moment".to_owned(),
            }];
        }
        Vec::new()
    }

    fn warnings(&self) -> Vec<Missing> {
        self.warnings.clone()
    }

    fn services(&self) -> BTreeMap<String, State> {
        let websocket = if self.environment.is_stopping() {
            State::Unhealthy
        } else {
            State::Healthy
        };
        BTreeMap::from([("websocket".to_owned(), websocket)])
    }

    fn components(&self) -> BTreeMap<String, State> {
        let store = match self.environment.archive.recorder().state() {
            StoreState::Healthy => State::Healthy,
            StoreState::Slow => State::Degraded,
            StoreState::Failing(_) => State::Unhealthy,
        };
        let parts = self.environment.engines().all().flat_map(|(engine, _)| {
            let report = engine.report();
            report.parts.into_iter().map(move |part| {
                let state = if part.available {
                    State::Healthy
                } else {
                    State::NotConfigured
                };
                (format!("{}.{}", report.name, part.name), state)
            })
        });
        parts.chain([("store".to_owned(), store)]).collect()
    }

    fn connections(&self) -> Connections {
        let counters = &self.environment.counters;
        Connections {
            active: counters.connections_active.load(Ordering::Relaxed),
            total: counters.connections_opened.load(Ordering::Relaxed),
            peak: counters.connections_peak.load(Ordering::Relaxed),
        }
    }
}
