//! Every request of the REST surface comes through here: who asks, in which version, whether it was asked before, and
//! what goes wrong on purpose; then it is done.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Bytes, Data},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tokio::{sync::watch, time::timeout};
use url::form_urlencoded;

use super::{
    call::{Call, directory::By},
    calling::{
        establish::{self, LONGEST_ANSWER},
        leave, media, participants,
    },
    fault::{CallFaults, Counter, Kind},
    operation::{LegOperation, Operation},
    refusal::Refusal,
    repeatability::Known,
    service::Service,
    signature::Signed,
};

/// An answer that is no refusal.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    body: Option<Value>,
    /// What it waits for: that a socket is opened, or cannot be.
    pub after: Option<watch::Receiver<bool>>,
}

impl Reply {
    /// With a body.
    pub fn with(status: u16, body: Value) -> Self {
        Self {
            status,
            body: Some(body),
            after: None,
        }
    }

    /// Without one.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            body: None,
            after: None,
        }
    }
}

/// Answers a request, whatever it is.
pub async fn answer(request: HttpRequest, body: Bytes, service: Data<Service>) -> HttpResponse {
    let service = service.into_inner();
    let operation = Operation::of(request.method().as_str(), request.uri().path());
    let name = operation.as_ref().map_or("unknown", Operation::name);
    let call = operation
        .as_ref()
        .and_then(|operation| call_of(&service, operation, &body));
    let faults = call
        .as_ref()
        .map_or(&service.own_faults, |call| &call.faults);
    let done = match &operation {
        None => Err(Refusal::not_found("Resource")),
        Some(operation) => done(&service, &request, operation, &body, faults),
    };
    let call = call.as_ref().map(|call| call.id.as_str());
    let tell = |how: &str| service.timeline.tell(call, format!("{name} -> {how}"));
    let mut response = match done {
        Ok(reply) => {
            if let Some(mut dialled) = reply.after {
                // A leg that is gone has nobody wait for it.
                let _ = timeout(LONGEST_ANSWER, dialled.wait_for(|is| *is)).await;
            }
            tell(&reply.status.to_string());
            let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
            let mut response = HttpResponse::build(status);
            match reply.body {
                Some(body) => response.json(body),
                None => response.finish(),
            }
        }
        Err(refusal) => {
            tell(&refusal.in_short());
            let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
            let mut response = HttpResponse::build(status);
            if let Some(seconds) = refusal.retry_after {
                response.insert_header((header::RETRY_AFTER, seconds));
            }
            response.json(refusal.body())
        }
    };
    // Who wants their own id back gets it.
    let wants_id = text(&request, "x-ms-return-client-request-id").eq_ignore_ascii_case("true");
    if let Some(id) = request
        .headers()
        .get("x-ms-client-request-id")
        .filter(|_| wants_id)
    {
        let name = header::HeaderName::from_static("x-ms-client-request-id");
        response.headers_mut().insert(name, id.clone());
    }
    response
}

/// The call that a request is about, whose faults are its own.
fn call_of(service: &Service, operation: &Operation, body: &Bytes) -> Option<Arc<Call>> {
    match operation {
        Operation::Leg(connection, _) => service.directory.find(By::Leg(connection)),
        Operation::Answer | Operation::Reject | Operation::Redirect | Operation::Connect => {
            let body: Value = serde_json::from_slice(body).ok()?;
            let find = |path: &str, by: fn(&str) -> By<'_>| {
                service.directory.find(by(body.pointer(path)?.as_str()?))
            };
            find("/incomingCallContext", |id| By::Context(id))
                .or_else(|| find("/callLocator/roomId", |id| By::Meeting(id)))
                .or_else(|| find("/callLocator/groupCallId", |id| By::Meeting(id)))
                .or_else(|| find("/callLocator/serverCallId", |id| By::ServerCall(id)))
        }
        _ => None,
    }
}

fn text<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn done(
    service: &Arc<Service>,
    request: &HttpRequest,
    operation: &Operation,
    body: &Bytes,
    faults: &CallFaults,
) -> Result<Reply, Refusal> {
    authorise(service, request, body)?;
    let version = version(request)?;
    let count = faults.count(Counter::Requests);
    misbehave(faults, count)?;
    let body: Value = match body.is_empty() {
        true => Value::Null,
        false => {
            serde_json::from_slice(body).map_err(|_| Refusal::invalid("the body is not JSON"))?
        }
    };
    let asked = Asked {
        service,
        operation,
        body: &body,
        version: &version,
        skip: query(request, "skip").and_then(|skip| skip.parse().ok()),
    };
    let id = text(request, "Repeatability-Request-ID");
    let lost = |reply: Reply| match faults.happens(Kind::AnswerLost, count) {
        Some(_) => Err(Refusal::internal()),
        None => Ok(reply),
    };
    if id.is_empty() || !operation.is_repeatable() {
        return asked.perform().and_then(lost);
    }
    if text(request, "Repeatability-First-Sent").is_empty() {
        return Err(Refusal::invalid("Repeatability-First-Sent is needed"));
    }
    let same = format!("{} {} {body}", request.method(), request.uri());
    // Bodies may be long, and hold what is nobody's business.
    let same: [u8; 32] = Sha256::digest(same).into();
    // Held while it is done, so that what comes twice at once is done once.
    let mut answers = service.answers.lock();
    match answers.look_up(id, same) {
        Known::Done(reply) => {
            let name = operation.name();
            service
                .timeline
                .tell(None, format!("{name}: asked before, not done again"));
            Ok(reply)
        }
        Known::Other => Err(Refusal::invalid(
            "Repeatability-Request-ID is of another request",
        )),
        Known::New => {
            let reply = asked.perform()?;
            answers.keep(id, same, reply.clone());
            lost(reply)
        }
    }
}

fn authorise(service: &Service, request: &HttpRequest, body: &[u8]) -> Result<(), Refusal> {
    let authorization = text(request, "authorization");
    if let Some(token) = authorization.strip_prefix("Bearer ") {
        return if service.tokens.is_good(token) {
            Ok(())
        } else {
            Err(Refusal::denied())
        };
    }
    if authorization.is_empty() {
        return Err(Refusal::denied());
    }
    let signed = Signed {
        method: request.method().as_str(),
        target: &request.uri().to_string(),
        host: text(request, "host"),
        body,
        date: text(request, "x-ms-date"),
        content_hash: text(request, "x-ms-content-sha256"),
        authorization,
    };
    service
        .access_key
        .check(&signed, OffsetDateTime::now_utc())
        .map_err(Refusal::signature)
}

fn query(request: &HttpRequest, name: &str) -> Option<String> {
    form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// The version of the interface, a date that may be a preview's.
fn version(request: &HttpRequest) -> Result<String, Refusal> {
    let version = query(request, "api-version").unwrap_or_default();
    let date = version.strip_suffix("-preview").unwrap_or(&version);
    let is_date = date.len() == 10
        && date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if is_date {
        Ok(version)
    } else {
        Err(Refusal::invalid("api-version is needed"))
    }
}

fn misbehave(faults: &CallFaults, count: u64) -> Result<(), Refusal> {
    let happens = |kind| faults.happens(kind, count);
    if happens(Kind::Denied).is_some() {
        return Err(Refusal::signature("a fault"));
    }
    if happens(Kind::NoCall).is_some() {
        return Err(Refusal::no_call());
    }
    if happens(Kind::Conflict).is_some() {
        return Err(Refusal::conflict());
    }
    if let Some(seconds) = happens(Kind::Throttled) {
        return Err(Refusal::throttled(seconds as u64));
    }
    if happens(Kind::Internal).is_some() {
        return Err(Refusal::internal());
    }
    if let Some(seconds) = happens(Kind::Unavailable) {
        return Err(Refusal::unavailable(seconds as u64));
    }
    Ok(())
}

/// What is asked for, by somebody who may.
struct Asked<'a> {
    service: &'a Arc<Service>,
    operation: &'a Operation,
    body: &'a Value,
    version: &'a str,
    skip: Option<usize>,
}

impl Asked<'_> {
    fn perform(&self) -> Result<Reply, Refusal> {
        let Self {
            service,
            body,
            version,
            ..
        } = *self;
        let rooms = &service.rooms;
        let identities = &service.identities;
        let empty = |()| Reply::empty(204);
        let fine = |body| Reply::with(200, body);
        match self.operation {
            Operation::Answer => establish::answer(service, body, version),
            Operation::Connect => establish::connect(service, body, version),
            Operation::Create => establish::create(service, body, version),
            Operation::Redirect => establish::redirect(service, body),
            Operation::Reject => establish::reject(service, body),
            Operation::Leg(connection, operation) => self.of_leg(connection, operation),
            Operation::CreateIdentity => identities.create(body).map(|made| Reply::with(201, made)),
            Operation::IssueToken(id) => identities.issue(id, body).map(fine),
            Operation::RevokeTokens(id) => identities.check(id).map(empty),
            Operation::DeleteIdentity(id) => identities.delete(id).map(empty),
            Operation::CreateRoom => rooms.create(body).map(|made| Reply::with(201, made)),
            Operation::ListRooms => Ok(fine(rooms.list())),
            Operation::GetRoom(id) => rooms.get(id).map(fine),
            Operation::UpdateRoom(id) => rooms.update(id, body).map(fine),
            Operation::DeleteRoom(id) => rooms.delete(id).map(empty),
            Operation::ListRoomParticipants(id) => rooms.participants(id).map(fine),
            Operation::UpdateRoomParticipants(id) => rooms.update_participants(id, body).map(fine),
        }
    }

    fn of_leg(&self, connection: &str, operation: &LegOperation) -> Result<Reply, Refusal> {
        let (service, body) = (self.service, self.body);
        let call = &service
            .directory
            .find(By::Leg(connection))
            .ok_or_else(Refusal::no_call)?;
        match operation {
            LegOperation::Get => {
                let mut state = call.state.lock();
                let leg = state.leg(connection).ok_or_else(Refusal::no_call)?;
                Ok(Reply::with(200, leg.model()))
            }
            LegOperation::HangUp => leave::hang_up(service, call, connection),
            LegOperation::Terminate => Ok(leave::terminate(service, call)),
            LegOperation::ListParticipants => {
                let query = participants::Query {
                    version: self.version,
                    skip: self.skip.unwrap_or_default(),
                };
                participants::list(service, call, connection, &query)
            }
            LegOperation::GetParticipant(raw) => participants::get(call, connection, raw),
            LegOperation::Add => participants::add(service, call, connection, body),
            LegOperation::Remove => participants::remove(service, call, connection, body),
            LegOperation::Mute => participants::mute(call, connection, body),
            LegOperation::CancelAdd => participants::cancel_add(call, connection, body),
            LegOperation::Move => participants::move_here(service, call, connection, body),
            LegOperation::StartMedia => media::start(service, call, connection, body),
            LegOperation::StopMedia => media::stop(call, connection, body),
            LegOperation::Play => media::play(service, call, connection, body),
            LegOperation::CancelMedia => media::cancel(call, connection),
            LegOperation::Idle(_, status) => participants::with_leg(call, connection, |_| {
                Ok(match &body["operationContext"] {
                    Value::String(context) if *status == 202 => {
                        let body = serde_json::json!({"operationContext": context});
                        Reply::with(*status, body)
                    }
                    _ => Reply::empty(*status),
                })
            }),
        }
    }
}
