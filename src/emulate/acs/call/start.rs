//! How calls begin: somebody rings, or people meet in a room.

use std::{path::PathBuf, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::super::{
    courier::Courier,
    fault::CallFaults,
    grid::{self, Event, Ring},
    identifier,
    media::{
        tick,
        voice::{Recording, RecordingError},
    },
    refusal::Refusal,
    service::Service,
};
use super::{
    Call, Lifecycle, Phase, State, ending,
    person::{Person, Script},
};

/// How large `incomingCallContext` is made, in bytes before it is encoded; recorded were 7 to 9 kB.
const CONTEXT_BYTES: usize = 4_500;

/// A call as a test or the command line describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Somebody calls us, or people meet in a room.
    #[serde(default)]
    pub lifecycle: Kind,
    /// Who calls, or begins.
    pub caller: Script,
    /// Who is called: a number or a raw id.
    #[serde(default)]
    pub to: Option<String>,
    /// More people in it from the beginning.
    #[serde(default)]
    pub people: Vec<Script>,
    /// The room; without one it is made.
    #[serde(default)]
    pub room_id: Option<String>,
    /// How long it rings.
    #[serde(default, with = "humantime_serde")]
    pub ring_for: Option<Duration>,
    /// `customContext` of IncomingCall.
    #[serde(default)]
    pub custom_context: Option<Value>,
}

/// How a described call begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody rings: IncomingCall.
    #[default]
    Incoming,
    /// People meet in a room: CallStarted.
    Room,
}

/// Why a call does not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A recording cannot be used.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// A room call is begun by a user of the resource.
    #[error("a room call is begun by an identifier that starts with 8:acs:")]
    NotAUser,
    /// There is no such room.
    #[error("there is no room {0:?}; POST /rooms, or leave room_id out")]
    NoRoom(String),
    /// There is a call in this room already.
    #[error("there is a call in room {0:?} already")]
    RoomBusy(String),
    /// Too much of something.
    #[error("too many calls or rooms")]
    TooMany,
}

impl StartError {
    /// The stable code by which the outside knows this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Recording(_) => "recording_unusable",
            Self::NotAUser => "caller_not_a_user",
            Self::NoRoom(_) => "room_unknown",
            Self::RoomBusy(_) => "room_busy",
            Self::TooMany => "too_many",
        }
    }
}

/// Makes a person, with their recording.
///
/// # Errors
/// When that cannot be used.
pub async fn person(service: &Arc<Service>, script: &Script) -> Result<Person, RecordingError> {
    let recording = match script.wav.clone() {
        None => None,
        Some(file) => recording(service, file).await?,
    };
    Ok(Person::new(script, recording))
}

/// A recording, read where that may take its time.
///
/// # Errors
/// When it cannot be used.
pub async fn recording(
    service: &Arc<Service>,
    file: PathBuf,
) -> Result<Option<Arc<Recording>>, RecordingError> {
    let service = Arc::clone(service);
    let read = tokio::task::spawn_blocking(move || service.library.get(&file));
    // The task is not cancelled and does not panic on any file.
    read.await.ok().transpose()
}

/// Makes a call that nobody knows of yet.
///
/// # Errors
/// When there are too many.
pub fn make(
    service: &Arc<Service>,
    lifecycle: Lifecycle,
    from: &str,
    to: &str,
) -> Result<Arc<Call>, Refusal> {
    let number = service
        .directory
        .number()
        .ok_or_else(|| Refusal::throttled(1))?;
    let id = format!("call-{number}");
    let phase = match lifecycle {
        Lifecycle::Incoming => Phase::Ringing,
        _ => Phase::Live,
    };
    let context = match lifecycle {
        Lifecycle::Incoming => context(),
        _ => String::new(),
    };
    let faults = Arc::new(CallFaults::new(Arc::clone(&service.faults), service.pace));
    let call = Arc::new(Call {
        courier: Courier::start(service, &id, &faults),
        id,
        server_call: server_call(),
        correlation: Uuid::from_u128(rand::random()).to_string(),
        lifecycle,
        from: from.to_owned(),
        to: to.to_owned(),
        context,
        began: Instant::now(),
        faults,
        state: Mutex::new(State::new(phase)),
    });
    service.directory.add(&call);
    if phase == Phase::Live {
        begin_sound(service, &call);
    }
    Ok(call)
}

/// From now on there is sound in the call.
pub fn begin_sound(service: &Arc<Service>, call: &Arc<Call>) {
    let run = tick::run(Arc::clone(service), Arc::clone(call));
    service.handle.spawn(run);
}

/// Begins a call as it is described.
///
/// # Errors
/// When it cannot be as described.
pub async fn begin(service: &Arc<Service>, wanted: Wanted) -> Result<Arc<Call>, StartError> {
    let caller = person(service, &wanted.caller).await?;
    begin_with(service, caller, wanted).await
}

/// The same with a caller who is there already, whatever the script says of them.
///
/// # Errors
/// When it cannot be as described.
pub async fn begin_with(
    service: &Arc<Service>,
    caller: Person,
    wanted: Wanted,
) -> Result<Arc<Call>, StartError> {
    let mut people = vec![caller];
    for script in &wanted.people {
        people.push(person(service, script).await?);
    }
    match wanted.lifecycle {
        Kind::Incoming => ring(service, people, &wanted),
        Kind::Room => meet(service, people, wanted.room_id),
    }
}

fn ring(
    service: &Arc<Service>,
    people: Vec<Person>,
    wanted: &Wanted,
) -> Result<Arc<Call>, StartError> {
    let to = identifier::raw_id(wanted.to.as_deref().unwrap_or(&service.number));
    let from = identifier::raw_id(&wanted.caller.identifier);
    let call = make(service, Lifecycle::Incoming, &from, &to).map_err(|_| StartError::TooMany)?;
    call.state.lock().people = people;
    service
        .timeline
        .tell(Some(&call.id), format!("{from} calls {to}"));
    let event = Event::incoming_call(&Ring {
        from: &from,
        to: &to,
        display_name: &wanted.caller.display_name,
        server_call: &call.server_call,
        correlation: &call.correlation,
        context: &call.context,
        custom_context: wanted.custom_context.as_ref(),
    });
    grid::publish(service, &call.id, &call.faults, event);
    let (ringing, service) = (Arc::clone(&call), Arc::clone(service));
    let patience = wanted.ring_for.unwrap_or(service.ring_for);
    service.handle.clone().spawn(async move {
        service.pace.sleep(patience).await;
        let still = ringing.state.lock().phase == Phase::Ringing;
        if still {
            ending::finish(&service, &ringing, "nobody answered");
        }
    });
    Ok(call)
}

fn meet(
    service: &Arc<Service>,
    people: Vec<Person>,
    room: Option<String>,
) -> Result<Arc<Call>, StartError> {
    let from = people
        .first()
        .map(|person| person.raw_id.clone())
        .filter(|raw| identifier::is_user(raw))
        .ok_or(StartError::NotAUser)?;
    let room = match room {
        Some(room) if !service.rooms.has(&room) => return Err(StartError::NoRoom(room)),
        Some(room) if service.has_meeting(&room) => return Err(StartError::RoomBusy(room)),
        Some(room) => room,
        None => service.rooms.make().map_err(|_| StartError::TooMany)?,
    };
    let call = make(service, Lifecycle::Room(room), &from, "").map_err(|_| StartError::TooMany)?;
    let event = Event::call_started(&call.in_events());
    grid::publish(service, &call.id, &call.faults, event);
    for person in people {
        call.admit(service, person);
    }
    Ok(call)
}

/// A `serverCallId`: an address in base64.
fn server_call() -> String {
    let id = Uuid::from_u128(rand::random());
    let address = format!("https://conv-emulated.conv.skype.com/conv/{id}?i=10-60-9-215&e=1");
    base64::engine::general_purpose::STANDARD.encode(address)
}

/// An `incomingCallContext`: a token that nobody signed, as long as the service's.
fn context() -> String {
    let mut random = vec![0_u8; CONTEXT_BYTES];
    rand::fill(&mut random[..]);
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let body = json!({"cc": URL_SAFE_NO_PAD.encode(random)}).to_string();
    format!("{head}.{}.", URL_SAFE_NO_PAD.encode(body))
}
