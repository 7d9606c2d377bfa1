//! The emulator's own HTTP server: its paths, and the task of every session.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::Server,
    web::{self, Bytes, Data, Payload},
};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Dialect,
    complaint::Complaint,
    control, conversation,
    fault::{Fault, Kind, SessionFaults, refuses_key},
    gate::{self, Keys, Verdict},
    identity::{self, Identity},
    interpreter::Interpreter,
    invoice::Invoice,
    outlet::{self, Outlet},
    prices::Prices,
    secrets::Secrets,
    session::{Opening, new_id, unix_seconds},
    transcript::{self, Transcript},
    translation, wire,
};
use crate::emulate::fault::{FaultBook, FaultError};

/// The largest body of a request, in bytes.
const LARGEST_BODY: usize = 256 * 1024;

/// How long open connections are given when the emulator ends.
const SHUTDOWN_SECONDS: u64 = 1;

/// How an emulator is to be.
pub struct Options {
    /// Its port on 127.0.0.1; 0 for a free one.
    pub port: u16,
    /// The key that is right.
    pub key: String,
    /// Who is given tokens instead.
    pub identity: Identity,
    /// How long a session may last.
    pub session_limit: Duration,
    /// What goes wrong from the start.
    pub faults: Vec<Fault>,
    /// A recorded session that every connection is answered with, and how many times slower than it was recorded: 1 as
    /// recorded, 0 without any pause.
    pub transcript: Option<(Transcript, f64)>,
    /// Who interprets.
    pub interpreter: Interpreter,
    /// What it costs.
    pub prices: Prices,
}

/// What all requests share.
pub struct Service {
    key: String,
    pub(super) identity: Identity,
    session_limit: Duration,
    pub(super) faults: Arc<FaultBook<Kind>>,
    transcript: Option<(Transcript, f64)>,
    interpreter: Interpreter,
    secrets: Secrets,
    pub(super) invoice: Arc<Invoice>,
    connections: AtomicU64,
}

impl Service {
    fn keys(&self) -> Keys<'_> {
        Keys {
            key: &self.key,
            identity: &self.identity,
            secrets: &self.secrets,
        }
    }
}

/// An emulator that listens.
pub struct Bound {
    address: SocketAddr,
    invoice: Arc<Invoice>,
    server: Server,
}

impl Bound {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its sessions use.
    pub fn invoice(&self) -> Arc<Invoice> {
        Arc::clone(&self.invoice)
    }

    /// Serves until the process is told to end.
    ///
    /// # Errors
    /// When the sockets break.
    pub async fn run(self) -> std::io::Result<()> {
        self.server.await
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
}

/// Listens on loopback. To be called on a thread with an actix system.
///
/// # Errors
/// When the port is taken, or there are too many faults.
pub fn bind(options: Options) -> Result<Bound, BindError> {
    let invoice = Arc::new(Invoice::new(options.prices));
    let faults = Arc::new(FaultBook::default());
    faults.add(options.faults)?;
    let service = Data::new(Service {
        key: options.key,
        identity: options.identity,
        session_limit: options.session_limit,
        faults,
        transcript: options.transcript,
        interpreter: options.interpreter,
        secrets: Secrets::default(),
        invoice: Arc::clone(&invoice),
        connections: AtomicU64::new(0),
    });
    let taken = |error| BindError::Port(options.port, error);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(service.clone())
            .app_data(web::PayloadConfig::new(LARGEST_BODY))
            .configure(routes)
    })
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .bind((Ipv4Addr::LOCALHOST, options.port))
    .map_err(taken)?;
    let address = server
        .addrs()
        .first()
        .copied()
        .ok_or_else(|| taken(std::io::Error::other("no address")))?;
    Ok(Bound {
        address,
        invoice,
        server: server.run(),
    })
}

fn routes(config: &mut web::ServiceConfig) {
    for root in ["/v1/realtime", "/openai/v1/realtime"] {
        let path = |rest: &str| format!("{root}{rest}");
        config
            .route(root, web::get().to(converse))
            .route(&path("/translations"), web::get().to(translate))
            .route(
                &path("/client_secrets"),
                web::post().to(conversation_secret),
            )
            .route(
                &path("/translations/client_secrets"),
                web::post().to(translation_secret),
            );
    }
    config
        .route("/openai/realtime", web::get().to(preview))
        .service(
            web::resource("/_emulator/faults")
                .get(control::list_faults)
                .post(control::add_faults)
                .delete(control::clear_faults),
        )
        .route("/_emulator/invoice", web::get().to(control::invoice))
        .route("/_emulator/tokens", web::get().to(control::tokens))
        .route(
            "/{tenant}/oauth2/v2.0/token",
            web::post().to(identity::application),
        )
        .route(
            "/metadata/identity/oauth2/token",
            web::get().to(identity::machine),
        )
        .default_service(web::to(unknown));
}

async fn unknown(request: HttpRequest) -> HttpResponse {
    let message = format!("Invalid URL ({} {})", request.method(), request.path());
    HttpResponse::NotFound().json(json!({"error":
        {"message": message, "type": "invalid_request_error", "param": null, "code": null}}))
}

async fn converse(
    request: HttpRequest,
    payload: Payload,
    service: Data<Service>,
) -> actix_web::Result<HttpResponse> {
    connect(&request, payload, service, Dialect::Conversation)
}

async fn translate(
    request: HttpRequest,
    payload: Payload,
    service: Data<Service>,
) -> actix_web::Result<HttpResponse> {
    connect(&request, payload, service, Dialect::Translation)
}

/// Azure's dated path, which speaks the beta dialect.
async fn preview(request: HttpRequest, payload: Payload) -> actix_web::Result<HttpResponse> {
    turn_away(&request, payload, gate::beta(), 4_000)
}

fn connect(
    request: &HttpRequest,
    payload: Payload,
    service: Data<Service>,
    dialect: Dialect,
) -> actix_web::Result<HttpResponse> {
    let connection = service.connections.fetch_add(1, Ordering::Relaxed) + 1;
    if let Some((transcript, pace)) = service.transcript.clone() {
        let (response, incoming, outgoing) = wire::upgrade(request, payload)?;
        let asked = request.uri().to_string();
        actix_rt::spawn(async move {
            transcript::replay(&transcript, pace, &asked, incoming, outgoing).await;
        });
        return Ok(response);
    }
    let verdict = if refuses_key(&service.faults, connection) {
        Verdict::TurnAway(gate::bad_key("sk-em"), 3_000)
    } else {
        gate::decide(request, dialect, &service.keys())
    };
    let (model, configured) = match verdict {
        Verdict::Enter { model, configured } => (model, configured),
        Verdict::Refuse(status, body) => {
            let status = actix_web::http::StatusCode::from_u16(status)
                .unwrap_or(actix_web::http::StatusCode::BAD_REQUEST);
            return Ok(HttpResponse::build(status).json(body));
        }
        Verdict::TurnAway(complaint, code) => {
            return turn_away(request, payload, complaint, code);
        }
    };
    let (response, incoming, outgoing) = wire::upgrade(request, payload)?;
    let id = new_id("sess");
    let opening = Opening {
        outlet: outlet(&service, outgoing, &id, dialect, &model),
        id,
        model,
        configured,
        interpreter: service.interpreter.clone(),
        ends_at: Instant::now() + service.session_limit,
        expires_at: unix_seconds(service.session_limit),
        incoming,
    };
    actix_rt::spawn(async move {
        let outlet = match dialect {
            Dialect::Translation => translation::serve(opening).await,
            Dialect::Conversation => conversation::serve(opening).await,
        };
        outlet.leave().await;
    });
    Ok(response)
}

fn outlet(
    service: &Service,
    outgoing: tokio::sync::mpsc::Sender<super::outlet::Outgoing>,
    id: &str,
    dialect: Dialect,
    model: &str,
) -> Outlet {
    let faults = SessionFaults::new(Arc::clone(&service.faults));
    let bill = service.invoice.open(id, dialect, model);
    Outlet::new(outgoing, faults, bill, limit_text(service.session_limit))
}

/// What an expired session is told: the real service's words, with the limit that is set here.
fn limit_text(limit: Duration) -> String {
    let seconds = limit.as_secs();
    if seconds > 0 && seconds.is_multiple_of(60) {
        format!(
            "Your session hit the maximum duration of {} minutes.",
            seconds / 60
        )
    } else {
        let limit = humantime::format_duration(limit);
        format!("Your session hit the maximum duration of {limit}.")
    }
}

fn turn_away(
    request: &HttpRequest,
    payload: Payload,
    complaint: Complaint,
    code: u16,
) -> actix_web::Result<HttpResponse> {
    let (response, incoming, outgoing) = wire::upgrade(request, payload)?;
    actix_rt::spawn(async move {
        outlet::refuse(&outgoing, &complaint, code).await;
        drop(incoming);
    });
    Ok(response)
}

async fn conversation_secret(
    request: HttpRequest,
    body: Bytes,
    service: Data<Service>,
) -> HttpResponse {
    secret(&request, &body, &service, Dialect::Conversation)
}

async fn translation_secret(
    request: HttpRequest,
    body: Bytes,
    service: Data<Service>,
) -> HttpResponse {
    secret(&request, &body, &service, Dialect::Translation)
}

fn secret(
    request: &HttpRequest,
    body: &Bytes,
    service: &Service,
    dialect: Dialect,
) -> HttpResponse {
    if let Err(complaint) = gate::check_key(request, &service.keys()) {
        return HttpResponse::Unauthorized().json(json!({"error": complaint.body()}));
    }
    let wanted: Value = match body.is_empty() {
        true => json!({}),
        false => match serde_json::from_slice(body) {
            Ok(wanted) => wanted,
            Err(_) => {
                let complaint = Complaint::new("invalid_json", "The body is not JSON.");
                return HttpResponse::BadRequest().json(json!({"error": complaint.body()}));
            }
        },
    };
    let configure = |session: Option<&Value>| match dialect {
        Dialect::Translation => translation::configured(session),
        Dialect::Conversation => conversation::configured(session),
    };
    match service.secrets.make(dialect, &wanted, configure) {
        Ok(secret) => HttpResponse::Ok().json(secret),
        Err(complaint) => HttpResponse::BadRequest().json(json!({"error": complaint.body()})),
    }
}
