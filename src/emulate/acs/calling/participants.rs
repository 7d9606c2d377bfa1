//! Who is in a call: list, get, add, cancel an invitation, remove, mute, move.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{
        call::{Call, State, callee, directory::By, ending, leg::Leg},
        callback::{Callback, Outcome},
        gate::Reply,
        identifier,
        refusal::Refusal,
        service::Service,
    },
    establish, reading,
};

/// How many participants a page has.
const PAGE: usize = 10;

/// How long an invitation is open if nothing is said, and at most, in seconds.
const USUAL_PATIENCE: u64 = 30;
const MOST_PATIENCE: u64 = 180;

/// Does something with a leg that is connected.
///
/// # Errors
/// When it is not, or is not there.
pub fn with_leg<Done>(
    call: &Call,
    connection: &str,
    act: impl FnOnce(&mut Leg) -> Result<Done, Refusal>,
) -> Result<Done, Refusal> {
    let mut state = call.state.lock();
    let leg = state.leg(connection).ok_or_else(Refusal::no_call)?;
    if leg.connected.is_none() {
        return Err(Refusal::not_established());
    }
    act(leg)
}

/// Says how an operation went, through the leg that asked for it.
fn tell(call: &Call, connection: &str, uri: Option<&str>, callback: &Callback) {
    if let Some(leg) = call.state.lock().leg(connection) {
        leg.call_back(&call.courier, callback, uri);
    }
}

/// `GET …/participants`.
pub fn list(
    service: &Service,
    call: &Call,
    connection: &str,
    query: &Query<'_>,
) -> Result<Reply, Refusal> {
    with_leg(call, connection, |_| Ok(()))?;
    let everybody = call.state.lock().participants();
    let rest: Vec<Value> = everybody.into_iter().skip(query.skip).collect();
    let mut page = json!({"value": rest.get(..PAGE).unwrap_or(&rest)});
    if rest.len() > PAGE {
        page["nextLink"] = format!(
            "{}/calling/callConnections/{connection}/participants?api-version={}&skip={}",
            service.base(),
            query.version,
            query.skip + PAGE
        )
        .into();
    }
    Ok(Reply::with(200, page))
}

/// What the query says that bears on lists.
pub struct Query<'a> {
    pub version: &'a str,
    /// How many were on the pages before.
    pub skip: usize,
}

/// `GET …/participants/{raw id}`.
pub fn get(call: &Call, connection: &str, raw: &str) -> Result<Reply, Refusal> {
    with_leg(call, connection, |_| Ok(()))?;
    let everybody = call.state.lock().participants();
    everybody
        .into_iter()
        .find(|participant| participant["identifier"]["rawId"] == raw)
        .map(|participant| Reply::with(200, participant))
        .ok_or_else(Refusal::no_participant)
}

/// `POST …/participants:add`.
pub fn add(
    service: &Arc<Service>,
    call: &Arc<Call>,
    connection: &str,
    body: &Value,
) -> Result<Reply, Refusal> {
    let raw = reading::somebody(body, "participantToAdd")?;
    let context = reading::optional_text(body, "operationContext")?;
    let uri = reading::operation_callback_uri(body)?;
    if identifier::phone(&raw).is_some() && body["sourceCallerIdNumber"]["value"].is_null() {
        return Err(Refusal::invalid(
            "sourceCallerIdNumber is needed to call a phone number",
        ));
    }
    let patience = match &body["invitationTimeoutInSeconds"] {
        Value::Null => USUAL_PATIENCE,
        seconds => seconds
            .as_u64()
            .filter(|seconds| *seconds <= MOST_PATIENCE)
            .ok_or_else(|| Refusal::invalid("invitationTimeoutInSeconds lies in 0 to 180"))?,
    };
    with_leg(call, connection, |_| Ok(()))?;
    let id = Uuid::from_u128(rand::random()).to_string();
    call.state.lock().invitations.push(id.clone());
    let mut reply = json!({
        "participant": {
            "identifier": identifier::model(&raw),
            "isMuted": false,
            "isOnHold": false,
        },
        "invitationId": id,
    });
    if let Some(context) = &context {
        reply["operationContext"] = context.as_str().into();
    }
    let (service, call) = (Arc::clone(service), Arc::clone(call));
    let connection = connection.to_owned();
    service.handle.clone().spawn(async move {
        let patience = Duration::from_secs(patience);
        let came = callee::ring(&service, &call, &raw, patience).await;
        if !take_invitation(&mut call.state.lock(), &id) {
            return;
        }
        let (kind, outcome) = match &came {
            Ok(_) => ("AddParticipantSucceeded", Outcome::FINE),
            Err(outcome) => ("AddParticipantFailed", *outcome),
        };
        let callback = Callback::new(kind, outcome)
            .about(context.as_deref())
            .with("participant", identifier::model(&raw));
        tell(&call, &connection, uri.as_deref(), &callback);
        match came {
            Ok(person) => call.admit(&service, person),
            Err(_) => ending::settle(&service, &call),
        }
    });
    Ok(Reply::with(202, reply))
}

fn take_invitation(state: &mut State, id: &str) -> bool {
    let before = state.invitations.len();
    state.invitations.retain(|invitation| invitation != id);
    state.invitations.len() < before
}

/// `POST …/participants:cancelAddParticipant`.
pub fn cancel_add(call: &Call, connection: &str, body: &Value) -> Result<Reply, Refusal> {
    let id = reading::text(body, "invitationId")?.to_owned();
    let context = reading::optional_text(body, "operationContext")?;
    let uri = reading::operation_callback_uri(body)?;
    with_leg(call, connection, |_| Ok(()))?;
    let (kind, outcome) = if take_invitation(&mut call.state.lock(), &id) {
        ("CancelAddParticipantSucceeded", Outcome::FINE)
    } else {
        ("CancelAddParticipantFailed", Outcome::NO_INVITATION)
    };
    let callback = Callback::new(kind, outcome)
        .about(context.as_deref())
        .with("invitationId", id.as_str());
    tell(call, connection, uri.as_deref(), &callback);
    let mut reply = json!({"invitationId": id});
    if let Some(context) = context {
        reply["operationContext"] = context.into();
    }
    Ok(Reply::with(202, reply))
}

/// `POST …/participants:remove`.
pub fn remove(
    service: &Arc<Service>,
    call: &Arc<Call>,
    connection: &str,
    body: &Value,
) -> Result<Reply, Refusal> {
    let raw = reading::somebody(body, "participantToRemove")?;
    let context = reading::optional_text(body, "operationContext")?;
    let uri = reading::operation_callback_uri(body)?;
    with_leg(call, connection, |_| Ok(()))?;
    let is_there = call
        .state
        .lock()
        .people
        .iter()
        .any(|person| person.raw_id == raw);
    let (kind, outcome) = if is_there {
        ("RemoveParticipantSucceeded", Outcome::FINE)
    } else {
        ("RemoveParticipantFailed", Outcome::NO_PARTICIPANT)
    };
    let callback = Callback::new(kind, outcome)
        .about(context.as_deref())
        .with("participant", identifier::model(&raw));
    tell(call, connection, uri.as_deref(), &callback);
    if is_there {
        ending::person_leaves(service, call, &raw, "is removed");
    }
    Ok(Reply::with(202, about(context)))
}

/// `POST …/participants:mute`. There is no unmute.
pub fn mute(call: &Call, connection: &str, body: &Value) -> Result<Reply, Refusal> {
    let [raw] = reading::people(body, "targetParticipants")?
        .try_into()
        .map_err(|_| Refusal::invalid("targetParticipants names one"))?;
    let context = reading::optional_text(body, "operationContext")?;
    with_leg(call, connection, |_| Ok(()))?;
    let mut state = call.state.lock();
    let person = state
        .people
        .iter_mut()
        .find(|person| person.raw_id == raw)
        .ok_or_else(Refusal::no_participant)?;
    person.muted = true;
    state.tell_participants(&call.courier);
    Ok(Reply::with(200, about(context)))
}

/// `POST …/participants:moveHere`.
pub fn move_here(
    service: &Arc<Service>,
    call: &Arc<Call>,
    connection: &str,
    body: &Value,
) -> Result<Reply, Refusal> {
    let people = reading::people(body, "targetParticipants")?;
    let from = reading::text(body, "fromCall")?.to_owned();
    let context = reading::optional_text(body, "operationContext")?;
    let uri = reading::operation_callback_uri(body)?;
    with_leg(call, connection, |_| Ok(()))?;
    let source = service.directory.find(By::Leg(&from));
    let models: Vec<Value> = people
        .iter()
        .map(|raw| {
            json!({"identifier": identifier::model(raw), "isMuted": false, "isOnHold": false})
        })
        .collect();
    for raw in people {
        let person = source.as_ref().and_then(|source| {
            let mut state = source.state.lock();
            let position = state
                .people
                .iter()
                .position(|person| person.raw_id == raw)?;
            Some(state.people.remove(position))
        });
        let (kind, outcome) = match &person {
            Some(_) => ("MoveParticipantSucceeded", Outcome::FINE),
            None => ("MoveParticipantFailed", Outcome::NO_CALL_TO_MOVE_FROM),
        };
        let callback = Callback::new(kind, outcome)
            .about(context.as_deref())
            .with("participant", identifier::model(&raw))
            .with("fromCall", from.as_str());
        tell(call, connection, uri.as_deref(), &callback);
        if let Some(person) = person {
            call.admit(service, person);
        }
    }
    if let Some(source) = source {
        ending::settle(service, &source);
    }
    let mut reply = about(context);
    reply["participants"] = models.into();
    reply["fromCall"] = from.into();
    Ok(Reply::with(202, reply))
}

fn about(context: Option<String>) -> Value {
    let mut reply = json!({});
    if let Some(context) = context {
        reply["operationContext"] = context.into();
    }
    reply
}

/// Calls those whom a new call is for. The first who answers has the leg connected; if nobody does, it fails.
pub fn call_targets(
    service: &Arc<Service>,
    call: &Arc<Call>,
    connection: &str,
    targets: Vec<String>,
) {
    call.state
        .lock()
        .invitations
        .extend(targets.iter().cloned());
    for raw in targets {
        let (service, call) = (Arc::clone(service), Arc::clone(call));
        let connection = connection.to_owned();
        service.handle.clone().spawn(async move {
            let patience = service.ring_for;
            let came = callee::ring(&service, &call, &raw, patience).await;
            let is_last = {
                let mut state = call.state.lock();
                if !take_invitation(&mut state, &raw) {
                    return;
                }
                state.invitations.is_empty() && state.people.is_empty()
            };
            match came {
                Ok(person) => {
                    let is_first = call
                        .state
                        .lock()
                        .leg(&connection)
                        .is_some_and(|leg| leg.connected.is_none());
                    if is_first {
                        call.state.lock().people.push(person);
                        establish::connected(&service, &call, &connection);
                        establish::start_streaming(&service, &call, &connection);
                    } else {
                        call.admit(&service, person);
                    }
                }
                Err(outcome) if is_last => {
                    ending::end_for_everybody(&service, &call, outcome, "nobody answered");
                }
                Err(_) => {}
            }
        });
    }
}
