//! What a test or a person asks of the emulator itself: calls, people, keys, faults, what happened.

use std::{path::PathBuf, sync::Arc};

use actix_web::{
    HttpResponse,
    error::InternalError,
    web::{Data, Json, JsonConfig, Path, Query},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    call::{
        Call, Phase,
        callee::Callee,
        directory::By,
        ending,
        person::Script,
        start::{self, Wanted},
    },
    fault::Fault,
    identifier,
    service::Service,
};
use crate::emulate::fault::FaultError;

fn refuse(code: &str, message: &str) -> HttpResponse {
    HttpResponse::BadRequest().json(json!({"error": {"code": code, "message": message}}))
}

fn nobody(what: &str) -> HttpResponse {
    let message = format!("there is no such {what}, or it is over");
    HttpResponse::NotFound().json(json!({"error": {"code": "not_found", "message": message}}))
}

/// How bodies are read: whatever they call themselves, and what is wrong is said.
pub fn json_rules() -> JsonConfig {
    JsonConfig::default()
        .content_type_required(false)
        .content_type(|_| true)
        .error_handler(|error, _| {
            let refusal = refuse("body_unreadable", &error.to_string());
            InternalError::from_response(error, refusal).into()
        })
}

/// All calls.
pub async fn calls(service: Data<Service>) -> HttpResponse {
    HttpResponse::Ok().json(service.report())
}

/// How much there was, and what the emulator does just now.
pub async fn totals(service: Data<Service>) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "totals": service.directory.totals(),
        "alive": service.directory.alive().len(),
        "names": service.directory.names(),
        "tasks": service.handle.metrics().num_alive_tasks(),
    }))
}

/// Begins a call.
pub async fn begin(service: Data<Service>, wanted: Json<Wanted>) -> HttpResponse {
    match start::begin(&service.into_inner(), wanted.into_inner()).await {
        Ok(call) => HttpResponse::Created().json(json!({
            "id": call.id,
            "server_call_id": call.server_call,
            "correlation_id": call.correlation,
            "room_id": call.in_events().room,
            "from": call.from,
            "to": call.to,
        })),
        Err(error) => refuse(error.code(), &error.to_string()),
    }
}

/// One call, alive or over, by its id or the connection of one of its legs.
pub async fn call(service: Data<Service>, call: Path<String>) -> HttpResponse {
    if let Some(call) = alive(&service, &call) {
        return HttpResponse::Ok().json(call.report(&service));
    }
    let is_it = |report: &Value| {
        report["id"] == call.as_str()
            || report["legs"].as_array().is_some_and(|legs| {
                legs.iter()
                    .any(|leg| leg["call_connection_id"] == call.as_str())
            })
    };
    match service.directory.ended_call(is_it) {
        Some(report) => HttpResponse::Ok().json(report),
        None => nobody("call"),
    }
}

fn alive(service: &Service, call: &str) -> Option<Arc<Call>> {
    let find = |by| service.directory.find(by);
    find(By::Id(call)).or_else(|| find(By::Leg(call)))
}

/// All people of a call hang up.
pub async fn hang_up(service: Data<Service>, call: Path<String>) -> HttpResponse {
    let Some(call) = alive(&service, &call) else {
        return nobody("call");
    };
    let service = service.into_inner();
    let people: Vec<String> = {
        let state = call.state.lock();
        state
            .people
            .iter()
            .map(|person| person.raw_id.clone())
            .collect()
    };
    for raw in people {
        ending::person_leaves(&service, &call, &raw, "hangs up");
    }
    HttpResponse::Ok().json(call.report(&service))
}

/// Somebody joins a call that was answered.
pub async fn join(
    service: Data<Service>,
    call: Path<String>,
    script: Json<Script>,
) -> HttpResponse {
    let Some(call) = alive(&service, &call) else {
        return nobody("call");
    };
    if call.state.lock().phase != Phase::Live {
        return refuse("call_not_answered", "nobody has answered the call yet");
    }
    let service = service.into_inner();
    match start::person(&service, &script).await {
        Ok(person) => {
            call.admit(&service, person);
            HttpResponse::Ok().json(call.report(&service))
        }
        Err(error) => refuse("recording_unusable", &error.to_string()),
    }
}

/// Somebody hangs up.
pub async fn leave(service: Data<Service>, path: Path<(String, String)>) -> HttpResponse {
    let (call, raw) = path.into_inner();
    let Some(call) = alive(&service, &call) else {
        return nobody("call");
    };
    let service = service.into_inner();
    let raw = identifier::raw_id(&raw);
    if ending::person_leaves(&service, &call, &raw, "hangs up") {
        HttpResponse::Ok().json(call.report(&service))
    } else {
        nobody("person")
    }
}

/// A key that somebody presses.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pressed {
    identifier: String,
    tone: String,
}

/// Somebody presses a key.
pub async fn press(
    service: Data<Service>,
    call: Path<String>,
    pressed: Json<Pressed>,
) -> HttpResponse {
    let Some(call) = alive(&service, &call) else {
        return nobody("call");
    };
    let raw = identifier::raw_id(&pressed.identifier);
    let mut state = call.state.lock();
    match state.people.iter_mut().find(|person| person.raw_id == raw) {
        Some(person) => {
            person.press_soon(&pressed.tone);
            HttpResponse::Ok().json(json!({}))
        }
        None => nobody("person"),
    }
}

/// Something that somebody says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    identifier: String,
    wav: PathBuf,
}

/// Somebody says something now, instead of what they were saying or were to say.
pub async fn say(service: Data<Service>, call: Path<String>, said: Json<Said>) -> HttpResponse {
    let Some(call) = alive(&service, &call) else {
        return nobody("call");
    };
    let said = said.into_inner();
    let recording = match start::recording(&service.into_inner(), said.wav).await {
        Ok(Some(recording)) => recording,
        Ok(None) => return refuse("recording_unusable", "the recording was not read"),
        Err(error) => return refuse("recording_unusable", &error.to_string()),
    };
    let raw = identifier::raw_id(&said.identifier);
    let mut state = call.state.lock();
    match state.people.iter_mut().find(|person| person.raw_id == raw) {
        Some(person) => {
            person.say(recording);
            HttpResponse::Ok().json(json!({}))
        }
        None => nobody("person"),
    }
}

/// Describes somebody who may be called.
pub async fn callee(service: Data<Service>, callee: Json<Callee>) -> HttpResponse {
    if service.callees.add(callee.into_inner()) {
        HttpResponse::Ok().json(json!({}))
    } else {
        refuse("too_many", "too many callees")
    }
}

/// Another key signs from now on.
pub async fn rotate(service: Data<Service>) -> HttpResponse {
    let kid = service.keys.rotate();
    service.timeline.tell(None, format!("{kid} signs now"));
    HttpResponse::Ok().json(json!({"kid": kid}))
}

/// Which call is asked about.
#[derive(Deserialize)]
pub struct Of {
    call: Option<String>,
}

/// What happened, in all calls or one (`?call=call-1`).
pub async fn timeline(service: Data<Service>, of: Query<Of>) -> HttpResponse {
    let happenings = service.timeline.kept(of.call.as_deref());
    HttpResponse::Ok().json(json!({"happenings": happenings}))
}

/// Faults to add.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFaults {
    /// As `--fault` takes them.
    faults: Vec<String>,
}

/// Adds faults, to calls that are alive too; answers with all of them.
pub async fn add_faults(service: Data<Service>, wanted: Json<NewFaults>) -> HttpResponse {
    let faults: Result<Vec<Fault>, FaultError> =
        wanted.faults.iter().map(|fault| fault.parse()).collect();
    match faults.and_then(|faults| service.faults.add(faults)) {
        Ok(()) => HttpResponse::Ok().json(listed(&service)),
        Err(error) => refuse(error.code(), &error.to_string()),
    }
}

/// The faults there are.
pub async fn list_faults(service: Data<Service>) -> HttpResponse {
    HttpResponse::Ok().json(listed(&service))
}

/// Takes all faults out.
pub async fn clear_faults(service: Data<Service>) -> HttpResponse {
    service.faults.clear();
    HttpResponse::Ok().json(listed(&service))
}

fn listed(service: &Service) -> Value {
    json!({"faults": service.faults.texts()})
}
