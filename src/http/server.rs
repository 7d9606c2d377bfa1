//! Binding and stopping the HTTP server, and the order of what surrounds every route.
//!
//! Stopping is in two steps, and the first is not ours: a graceful stop waits for every WebSocket and then resets it, so
//! whoever stops the server closes its sockets first (1012), and then calls `Bound::handle().stop(true)`.

use std::any::Any;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::{Extensions, Server, ServerHandle};
use actix_web::http::KeepAlive;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use socket2::SockRef;
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::{AccessPolicy, guard};
use super::exchange::exchange;
use super::granted::granted;
use super::metrics::{Metrics, metrics_text};
use super::system::{HealthSource, alive, health, ready};
use super::throttle::{Throttle, throttle};
use super::tls::{self, TlsError};
use super::{asyncapi, error, metrics_json, openapi, static_files};
use crate::config::Settings;

/// How long an idle connection is kept for the next request: longer than most proxies' 60 s, so that they close first.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Connections that each worker takes beyond the WebSockets allowed, so that their limit is met by close code 1008, and plain requests
/// still get through, instead of by silence.
const BEYOND_SOCKETS: usize = 1_000;

/// Unsent bytes that the kernel may hold of one connection: a second of speech at 16 kHz. Without this limit it takes up
/// to 4 MiB (`net.ipv4.tcp_wmem`), where nothing can be dropped or replaced any more, and a listener who falls behind
/// hears what is minutes old.
const UNSENT: u32 = 32 * 1024;

/// What is served besides the routes, and what it needs.
#[derive(Clone)]
pub struct Parts {
    /// Where and how to listen.
    pub settings: Arc<Settings>,
    /// Who may call.
    pub access: AccessPolicy,
    /// Where requests are counted.
    pub metrics: Metrics,
    /// How the server does.
    pub health: Arc<dyn HealthSource>,
}

/// A server that listens and does not answer yet.
pub struct Bound {
    addresses: Vec<SocketAddr>,
    is_encrypted: bool,
    server: Server,
}

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address cannot be had.
    #[error(
        "cannot listen on {host}:{port}: {cause}; stop what listens there, or set server.host and server.port (HOST, PORT)"
    )]
    Address {
        /// As it was set.
        host: String,
        /// As it was set.
        port: u16,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The certificate is of no use.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Listens where the settings say. `routes` runs once per worker and registers the server's own routes, documented ones
/// with `service` (see [`openapi`]). An upgrade on `/` needs a resource with a guard, so that the page at `/` stays:
/// `config.map(|plain| plain.service(web::resource("/").guard(…).to(…)))`.
///
/// # Errors
/// [`BindError`] if the address cannot be had, or the certificate is of no use.
pub fn bind<R>(parts: Parts, routes: R) -> Result<Bound, BindError>
where
    R: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let settings = parts.settings.clone();
    let server = &settings.server;
    let (host, port) = (server.host.clone(), server.port);
    let user_timeout = server.tcp_user_timeout;
    let requests = Data::new(Throttle::new(server));
    let tls = tls::configuration(&server.tls)?;
    let mut http = HttpServer::new(move || {
        let body_limit = parts.settings.server.body_limit;
        let (app, document) = App::new()
            .app_data(Data::new(parts.access.clone()))
            .app_data(Data::new(parts.metrics.clone()))
            .app_data(Data::new(parts.health.clone()))
            .app_data(requests.clone())
            .configure(|config| error::extractors(config, body_limit))
            .into_utoipa_app()
            .openapi(openapi::skeleton())
            .configure(|config| own_routes(config, &parts.settings))
            .configure(&routes)
            .split_for_parts();
        app.configure(|config| openapi::routes(config, document))
            .configure(asyncapi::routes)
            .default_service(web::to(static_files::serve))
            .wrap(from_fn(guard))
            .wrap(from_fn(throttle))
            .wrap(from_fn(exchange))
    })
    .keep_alive(KeepAlive::Timeout(KEEP_ALIVE))
    .backlog(server.backlog)
    .max_connections(server.max_connections.saturating_add(BEYOND_SOCKETS))
    .shutdown_timeout(server.shutdown_deadline.as_secs())
    .on_connect(move |connection, _: &mut Extensions| tune(connection, user_timeout))
    // Signals belong to whoever stops the whole tree.
    .disable_signals();
    if server.workers > 0 {
        http = http.workers(server.workers);
    }
    let is_encrypted = tls.is_some();
    let bound = match tls {
        Some(tls) => http.bind_rustls_0_23((host.as_str(), port), tls),
        None => http.bind((host.as_str(), port)),
    };
    let http = bound.map_err(|cause| BindError::Address { host, port, cause })?;
    Ok(Bound {
        addresses: http.addrs(),
        is_encrypted,
        server: http.run(),
    })
}

impl Bound {
    /// Where it listens: with port 0 the one the system chose.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// `http`, or `https` with a certificate.
    pub fn scheme(&self) -> &'static str {
        if self.is_encrypted { "https" } else { "http" }
    }

    /// Stops it, from anywhere; see the order in the module's first lines.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Answers until it is stopped. Connections that came since [`bind`] wait in the backlog until then.
    ///
    /// # Errors
    /// If the system takes the listening socket away.
    pub async fn run(self) -> std::io::Result<()> {
        self.server.await
    }
}

fn own_routes(config: &mut ServiceConfig, settings: &Settings) {
    config
        .service(alive)
        .service(ready)
        .service(health)
        .service(granted);
    if settings.metrics.enabled {
        config.service(metrics_text).service(metrics_json::metrics);
    }
}

/// A peer that vanished without a word holds its socket until the kernel gives up, by default after a quarter of an hour;
/// a frame that waits for more bytes to share its packet with comes late, and so does one behind megabytes of others.
fn tune(connection: &dyn Any, user_timeout: Duration) {
    let encrypted = connection.downcast_ref::<TlsStream<TcpStream>>();
    let Some(stream) = encrypted
        .map(|encrypted| encrypted.get_ref().0)
        .or_else(|| connection.downcast_ref())
    else {
        return;
    };
    let socket = SockRef::from(stream);
    let tuned = socket
        .set_tcp_nodelay(true)
        .and_then(|()| socket.set_tcp_notsent_lowat(UNSENT))
        .and_then(|()| socket.set_tcp_user_timeout(Some(user_timeout)));
    if let Err(error) = tuned {
        // The peer may be gone by now, which its first read will tell.
        tracing::debug!(%error, "a connection could not be tuned");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_connection_is_given_up_when_the_settings_say() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        tune(&stream, Duration::from_secs(7));
        let socket = SockRef::from(&stream);
        assert_eq!(
            socket.tcp_user_timeout().unwrap(),
            Some(Duration::from_secs(7))
        );
        assert_eq!(socket.tcp_notsent_lowat().unwrap(), UNSENT);
        assert!(socket.tcp_nodelay().unwrap());
    }
}
