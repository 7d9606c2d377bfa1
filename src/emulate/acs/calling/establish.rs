//! Answer, reject, redirect, connect, create: how legs come to be.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};
use uuid::Uuid;

use super::{
    super::{
        call::{
            Call, Lifecycle, Phase,
            directory::By,
            ending,
            leg::{Leg, Sent, Streaming},
            start,
        },
        callback::{Callback, Outcome},
        fault::Kind,
        gate::Reply,
        identifier,
        media::{
            Rate,
            heard::Heard,
            socket::{self, Cause},
        },
        refusal::Refusal,
        service::Service,
    },
    participants, reading,
};

/// How long after its request a leg is connected.
const CONNECTS_AFTER: Duration = Duration::from_millis(200);

/// How long after its request the media socket is dialled.
const DIALS_AFTER: Duration = Duration::from_millis(250);

/// How long an answer waits for the socket that is to come before it; outside.
pub const LONGEST_ANSWER: Duration = Duration::from_secs(10);

/// A leg that a request asks for.
struct Asked<'a> {
    body: &'a Value,
    version: &'a str,
    raw_id: String,
    /// What `get` says besides what changes.
    properties: Value,
    failure: &'static str,
}

/// `POST /calling/callConnections:answer`.
pub fn answer(service: &Arc<Service>, body: &Value, version: &str) -> Result<Reply, Refusal> {
    let call = ringing(service, body)?;
    let answered_by = body["answeredBy"]["id"].as_str();
    let raw_id = answered_by.unwrap_or(&call.to).to_owned();
    let mut properties = json!({
        "targets": [identifier::model(&call.to)],
        "source": identifier::model(&call.from),
    });
    if let Some(answered_by) = answered_by {
        properties["answeredBy"] = json!({"id": answered_by});
    }
    if let Some(number) = identifier::phone(&call.to) {
        properties["answeredFor"] = json!({"value": number});
    }
    let leg = make_leg(
        &call,
        &Asked {
            body,
            version,
            raw_id,
            properties,
            failure: "AnswerFailed",
        },
    )?;
    {
        let mut state = call.state.lock();
        if state.phase != Phase::Ringing {
            return Err(Refusal::conflict());
        }
        state.phase = Phase::Live;
    }
    start::begin_sound(service, &call);
    let reply = enter(service, &call, leg, 200);
    if call.faults.happens(Kind::AnswerFailed, 1).is_some() {
        service
            .timeline
            .tell(Some(&call.id), "fault: the answer fails");
        ending::end_for_everybody(
            service,
            &call,
            Outcome::ANSWER_CANCELLED,
            "the answer failed",
        );
    }
    Ok(reply)
}

/// A call that rings, by its context.
fn ringing(service: &Service, body: &Value) -> Result<Arc<Call>, Refusal> {
    let context = reading::text(body, "incomingCallContext")?;
    let call = service
        .directory
        .find(By::Context(context))
        .ok_or_else(Refusal::no_call)?;
    let phase = call.state.lock().phase;
    match phase {
        Phase::Ringing => Ok(call),
        // Somebody, perhaps the same, was faster.
        Phase::Live => Err(Refusal::conflict()),
        Phase::Ended(_) => Err(Refusal::no_call()),
    }
}

/// `POST /calling/callConnections:reject`.
pub fn reject(service: &Arc<Service>, body: &Value) -> Result<Reply, Refusal> {
    let reason = match &body["callRejectReason"] {
        Value::Null => "rejected",
        reason => match reason.as_str() {
            Some("none") => "rejected",
            Some("busy") => "rejected: busy",
            Some("forbidden") => "rejected: forbidden",
            _ => {
                return Err(Refusal::invalid(
                    "callRejectReason is none, busy or forbidden",
                ));
            }
        },
    };
    let call = ringing(service, body)?;
    ending::finish(service, &call, reason);
    Ok(Reply::empty(204))
}

/// `POST /calling/callConnections:redirect`.
pub fn redirect(service: &Arc<Service>, body: &Value) -> Result<Reply, Refusal> {
    let target = reading::somebody(body, "target")?;
    let call = ringing(service, body)?;
    service
        .timeline
        .tell(Some(&call.id), format!("redirected to {target}"));
    ending::finish(service, &call, "redirected");
    Ok(Reply::empty(204))
}

/// `POST /calling/callConnections:connect`.
pub fn connect(service: &Arc<Service>, body: &Value, version: &str) -> Result<Reply, Refusal> {
    let locator = &body["callLocator"];
    let id = |name: &str| locator[name].as_str();
    let found = if let Some(room) = id("roomId") {
        if !service.rooms.has(room) {
            return Err(Refusal::no_call());
        }
        service.directory.find(By::Meeting(room))
    } else if let Some(group) = id("groupCallId") {
        match service.directory.find(By::Meeting(group)) {
            Some(call) => Some(call),
            // A group call begins with whoever comes first.
            None => {
                let lifecycle = Lifecycle::Group(group.to_owned());
                let us = service.identities.new_raw_id();
                Some(start::make(service, lifecycle, &us, "")?)
            }
        }
    } else if let Some(server_call) = id("serverCallId") {
        let call = service.directory.find(By::ServerCall(server_call));
        Some(call.ok_or_else(Refusal::no_call)?)
    } else {
        return Err(Refusal::invalid(
            "callLocator names a room, a group call or a server call",
        ));
    };
    let raw_id = service.identities.new_raw_id();
    let asked = Asked {
        body,
        version,
        properties: json!({"targets": [], "source": identifier::model(&raw_id)}),
        raw_id,
        failure: "ConnectFailed",
    };
    match found {
        // One that rings is answered, not joined.
        Some(call) if call.state.lock().phase != Phase::Live => Err(Refusal::no_call()),
        Some(call) => {
            let leg = make_leg(&call, &asked)?;
            Ok(enter(service, &call, leg, 200))
        }
        None => connect_to_nobody(service, &asked),
    }
}

/// The room is there, but nobody is in it: the request is taken, and then it fails.
fn connect_to_nobody(service: &Arc<Service>, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    reading::callback_uri(asked.body)?;
    let call = start::make(service, Lifecycle::Outgoing, &asked.raw_id, "")?;
    let leg = make_leg(&call, asked)?;
    let (reply, connection) = (Reply::with(200, leg.model()), leg.ids.connection.clone());
    call.state.lock().legs.push(leg);
    service.directory.add_leg(&call, &connection);
    ending::end_leg(service, &call, &connection, Outcome::NO_CALL);
    ending::finish(service, &call, "there is no call in the room");
    Ok(reply)
}

/// `POST /calling/callConnections`.
pub fn create(service: &Arc<Service>, body: &Value, version: &str) -> Result<Reply, Refusal> {
    let targets = reading::people(body, "targets")?;
    let caller_id = body["sourceCallerIdNumber"]["value"].as_str();
    if caller_id.is_none() && targets.iter().any(|raw| identifier::phone(raw).is_some()) {
        return Err(Refusal::invalid(
            "sourceCallerIdNumber is needed to call a phone number",
        ));
    }
    let source = body["source"]["id"].as_str();
    let raw_id = source.map_or_else(|| service.identities.new_raw_id(), str::to_owned);
    let models: Vec<Value> = targets.iter().map(|raw| identifier::model(raw)).collect();
    let mut properties = json!({"targets": models, "source": identifier::model(&raw_id)});
    for name in ["sourceCallerIdNumber", "sourceDisplayName"] {
        if !body[name].is_null() {
            properties[name] = body[name].clone();
        }
    }
    reading::callback_uri(body)?;
    reading::media(body)?;
    let called = targets.join(", ");
    let call = start::make(service, Lifecycle::Outgoing, &raw_id, &called)?;
    let leg = make_leg(
        &call,
        &Asked {
            body,
            version,
            raw_id,
            properties,
            failure: "CreateCallFailed",
        },
    )?;
    let reply = Reply::with(201, leg.model());
    let connection = leg.ids.connection.clone();
    call.state.lock().legs.push(leg);
    service.directory.add_leg(&call, &connection);
    tell_leg(service, &call, &connection, "calls", &called);
    participants::call_targets(service, &call, &connection, targets);
    Ok(reply)
}

fn make_leg(call: &Call, asked: &Asked<'_>) -> Result<Leg, Refusal> {
    let Asked { body, .. } = asked;
    let media = reading::media(body)?;
    let rate = media.as_ref().map_or(Rate::Pcm16K, |media| media.rate);
    let connection = Uuid::from_u128(rand::random()).to_string();
    Ok(Leg {
        ids: call.ids(&connection),
        raw_id: asked.raw_id.clone(),
        callback_uri: reading::callback_uri(body)?,
        version: asked.version.to_owned(),
        context: reading::optional_text(body, "operationContext")?,
        failure: asked.failure,
        properties: asked.properties.clone(),
        media,
        subscription: Uuid::from_u128(rand::random()).to_string(),
        streaming: Streaming::Off,
        dialled: watch::Sender::new(false),
        attempt: 0,
        streaming_context: None,
        replaced: Vec::new(),
        sent: Sent::default(),
        heard: Heard::new(rate),
        connected: None,
        playing: None,
    })
}

/// Puts a leg into its call, where it is connected a little later.
fn enter(service: &Arc<Service>, call: &Arc<Call>, leg: Leg, status: u16) -> Reply {
    let starts = leg.media.as_ref().is_some_and(|media| media.starts);
    let early = starts && call.faults.happens(Kind::SocketBeforeAnswer, 1).is_some();
    let mut reply = Reply::with(status, leg.model());
    let connection = leg.ids.connection.clone();
    let dialled = early.then(|| leg.dialled.subscribe());
    service.directory.add_leg(call, &connection);
    {
        let mut state = call.state.lock();
        state.legs.push(leg);
        if let Some(leg) = state.leg(&connection).filter(|_| starts) {
            leg.streaming_context.clone_from(&leg.context);
            let delay = if early { Duration::ZERO } else { DIALS_AFTER };
            socket::open(service, call, leg, Cause::Start, delay);
        }
    }
    if early {
        tell_leg(
            service,
            call,
            &connection,
            "fault:",
            "the socket comes before the answer",
        );
    }
    reply.after = dialled.clone();
    let (service, call) = (Arc::clone(service), Arc::clone(call));
    service.handle.clone().spawn(async move {
        if let Some(mut dialled) = dialled {
            let _ = timeout(LONGEST_ANSWER, dialled.wait_for(|is| *is)).await;
        }
        service.pace.sleep(CONNECTS_AFTER).await;
        connected(&service, &call, &connection);
    });
    reply
}

/// A leg is connected, if it is still wanted.
pub fn connected(service: &Arc<Service>, call: &Arc<Call>, connection: &str) {
    let mut state = call.state.lock();
    let Some(leg) = state.leg(connection) else {
        return;
    };
    leg.connected = Some(Instant::now());
    if let Some(folder) = &service.record {
        let name = format!("{}-{}", call.id, leg.short());
        if let Err(error) = leg.heard.record(folder, &name) {
            service
                .timeline
                .tell(Some(&call.id), format!("cannot record: {error}"));
        }
    }
    let callback = Callback::new("CallConnected", Outcome::FINE).about(leg.context.as_deref());
    leg.call_back(&call.courier, &callback, None);
    state.tell_participants(&call.courier);
    drop(state);
    tell_leg(service, call, connection, "is connected", "");
}

fn tell_leg(service: &Service, call: &Call, connection: &str, what: &str, more: &str) {
    let short = connection.get(..8).unwrap_or_default();
    let what = format!("leg {short} {what} {more}");
    service.timeline.tell(Some(&call.id), what.trim_end());
}

/// Starts the media stream of a leg that is connected now, if it was to start by itself.
pub fn start_streaming(service: &Arc<Service>, call: &Arc<Call>, connection: &str) {
    let mut state = call.state.lock();
    if let Some(leg) = state.leg(connection)
        && leg.media.as_ref().is_some_and(|media| media.starts)
    {
        leg.streaming_context.clone_from(&leg.context);
        socket::open(service, call, leg, Cause::Start, Duration::ZERO);
    }
}
