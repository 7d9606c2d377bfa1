//! The emulator's own HTTP server: its paths, and the scripted calls that begin by themselves.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::from_fn,
    web::{self, Data},
};

use super::{
    bearer,
    call::start::{self, Wanted},
    control, gate, grid, keys, origin,
    service::{Options, Service, Summary},
    telephone,
};
use crate::emulate::fault::FaultError;

/// The largest body of a request, in bytes.
const LARGEST_BODY: usize = 1024 * 1024;

/// How long open connections are given when the emulator ends.
const SHUTDOWN_SECONDS: u64 = 1;

/// An emulator that listens.
pub struct Bound {
    address: SocketAddr,
    service: Arc<Service>,
    calls: Vec<Wanted>,
    server: Server,
}

impl Bound {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the process is told to end.
    ///
    /// # Errors
    /// When the sockets break.
    pub async fn run(self) -> std::io::Result<Summary> {
        let service = Arc::clone(&self.service);
        let calls = self.calls;
        service
            .handle
            .clone()
            .spawn(play(Arc::clone(&service), calls));
        self.server.await?;
        Ok(service.summary())
    }
}

/// Validates the subscription, and begins the scripted calls.
async fn play(service: Arc<Service>, calls: Vec<Wanted>) {
    grid::subscribe(Arc::clone(&service)).await;
    for wanted in calls {
        if let Err(error) = start::begin(&service, wanted).await {
            service.timeline.tell(None, format!("no call: {error}"));
        }
    }
}

/// Why an emulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The port is not to be had.
    #[error("cannot listen on 127.0.0.1:{0}: {1}; choose another with --port")]
    Port(u16, std::io::Error),
    /// The faults are wrong.
    #[error(transparent)]
    Faults(#[from] FaultError),
    /// The access key is no base64.
    #[error("the access key must be base64")]
    AccessKey,
    /// The keys in the program cannot be read.
    #[error("cannot read the keys: {0}")]
    Keys(jsonwebtoken::errors::Error),
    /// Nothing can be sent.
    #[error("cannot send anything: {0}")]
    Client(reqwest::Error),
    /// Recordings cannot be kept there.
    #[error("cannot make the folder {folder}: {1}", folder = .0.display())]
    Folder(PathBuf, std::io::Error),
}

/// Listens on loopback. To be called on a thread with an actix system.
///
/// # Errors
/// When the port is taken, or something of the options is wrong.
pub fn bind(mut options: Options) -> Result<Bound, BindError> {
    let port = options.port;
    let calls = std::mem::take(&mut options.calls);
    let service = Arc::new(Service::new(options)?);
    let data = Data::from(Arc::clone(&service));
    let taken = |error| BindError::Port(port, error);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .app_data(web::PayloadConfig::new(LARGEST_BODY))
            .app_data(control::json_rules())
            .configure(routes)
            .wrap(from_fn(origin::guard))
    })
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .bind((Ipv4Addr::LOCALHOST, port))
    .map_err(taken)?;
    let address = server
        .addrs()
        .first()
        .copied()
        .ok_or_else(|| taken(std::io::Error::other("no address")))?;
    service.set_base(format!("http://{address}"));
    Ok(Bound {
        address,
        service,
        calls,
        server: server.run(),
    })
}

fn routes(config: &mut web::ServiceConfig) {
    telephone::routes(config);
    config
        .route(
            "/calling/.well-known/acsopenidconfiguration",
            web::get().to(keys::configuration),
        )
        .route("/calling/keys", web::get().to(keys::published))
        .route("/{tenant}/oauth2/v2.0/token", web::post().to(bearer::give))
        .route(
            "/eventsubscriptions/emulated/validate",
            web::get().to(grid::manual),
        )
        .service(
            web::resource("/_emulator/faults")
                .get(control::list_faults)
                .post(control::add_faults)
                .delete(control::clear_faults),
        )
        .service(
            web::resource("/_emulator/calls")
                .get(control::calls)
                .post(control::begin),
        )
        .service(
            web::resource("/_emulator/calls/{call}")
                .get(control::call)
                .delete(control::hang_up),
        )
        .route(
            "/_emulator/calls/{call}/people",
            web::post().to(control::join),
        )
        .route(
            "/_emulator/calls/{call}/people/{raw}",
            web::delete().to(control::leave),
        )
        .route(
            "/_emulator/calls/{call}/dtmf",
            web::post().to(control::press),
        )
        .route("/_emulator/totals", web::get().to(control::totals))
        .route("/_emulator/calls/{call}/say", web::post().to(control::say))
        .route("/_emulator/callees", web::post().to(control::callee))
        .route("/_emulator/keys", web::post().to(control::rotate))
        .route("/_emulator/timeline", web::get().to(control::timeline))
        .default_service(web::to(gate::answer));
}
