//! Events about calls, in the two schemas that Event Grid delivers in.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::{identifier, moment};

/// In which form events are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// An array of events in Event Grid's own.
    EventGrid,
    /// One CloudEvent.
    CloudEvents,
}

/// The source of all events.
pub const TOPIC: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourcegroups/emulated/providers/microsoft.communication/communicationservices/emulated";

/// An event. Delivered twice it has the same id.
#[derive(Debug, Clone)]
pub struct Event {
    id: String,
    /// The last part of its type.
    pub kind: &'static str,
    subject: String,
    time: String,
    data: Value,
}

/// What room calls' events say of their call.
#[derive(Debug, Clone)]
pub struct RoomCall<'a> {
    pub started_by: &'a str,
    pub server_call: &'a str,
    pub correlation: &'a str,
    /// The id of a room, and of a group; one is empty.
    pub room: &'a str,
    pub group: &'a str,
}

impl RoomCall<'_> {
    fn data(&self) -> Map<String, Value> {
        let group = match self.group {
            "" => "00000000-0000-0000-0000-000000000000",
            group => group,
        };
        let mut data = Map::new();
        data.insert("startedBy".into(), attendee(self.started_by));
        data.insert("serverCallId".into(), self.server_call.into());
        data.insert("group".into(), json!({"id": group}));
        if !self.room.is_empty() {
            data.insert("room".into(), json!({"id": self.room}));
        }
        data.insert("isTwoParty".into(), false.into());
        data.insert("correlationId".into(), self.correlation.into());
        data.insert("isRoomsCall".into(), (!self.room.is_empty()).into());
        data
    }
}

fn attendee(raw: &str) -> Value {
    json!({"communicationIdentifier": identifier::model_without_kind(raw), "role": "Attendee"})
}

/// Who calls whom, as IncomingCall says it.
#[derive(Debug, Clone)]
pub struct Ring<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub display_name: &'a str,
    pub server_call: &'a str,
    pub correlation: &'a str,
    pub context: &'a str,
    pub custom_context: Option<&'a Value>,
}

impl Event {
    fn new(kind: &'static str, subject: String, data: Value) -> Self {
        Self {
            id: Uuid::from_u128(rand::random()).to_string(),
            kind,
            subject,
            time: moment::in_event(OffsetDateTime::now_utc()),
            data,
        }
    }

    /// Somebody calls.
    pub fn incoming_call(ring: &Ring<'_>) -> Self {
        let mut data = json!({
            "to": identifier::model(ring.to),
            "from": identifier::model(ring.from),
            "serverCallId": ring.server_call,
            "callerDisplayName": ring.display_name,
            "incomingCallContext": ring.context,
            "correlationId": ring.correlation,
        });
        if let Some(custom) = ring.custom_context {
            data["customContext"] = custom.clone();
        }
        let subject = format!("/caller/{}/recipient/{}", ring.from, ring.to);
        Self::new("IncomingCall", subject, data)
    }

    /// A room or group call has begun.
    pub fn call_started(call: &RoomCall<'_>) -> Self {
        let subject = format!("call/{}/startedBy/{}", call.server_call, call.started_by);
        Self::new("CallStarted", subject, Value::Object(call.data()))
    }

    /// It has ended after so many seconds.
    pub fn call_ended(call: &RoomCall<'_>, seconds: f64) -> Self {
        let mut data = call.data();
        data.insert("durationOfCall".into(), seconds.into());
        let subject = format!("call/{}", call.server_call);
        Self::new("CallEnded", subject, Value::Object(data))
    }

    /// Somebody came into it (`CallParticipantAdded`) or left it (`CallParticipantRemoved`).
    pub fn participant(
        kind: &'static str,
        call: &RoomCall<'_>,
        raw: &str,
        display_name: &str,
        participant: &str,
    ) -> Self {
        let mut data = call.data();
        data.insert("user".into(), attendee(raw));
        data.insert("displayName".into(), display_name.into());
        data.insert("participantId".into(), participant.into());
        data.insert("endpointType".into(), "acs-emulator".into());
        let subject = format!("call/{}/participant/{raw}", call.server_call);
        Self::new(kind, subject, Value::Object(data))
    }

    /// As it is delivered.
    pub fn body(&self, schema: Schema) -> Value {
        let kind = format!("Microsoft.Communication.{}", self.kind);
        match schema {
            Schema::EventGrid => json!([{
                "id": self.id,
                "topic": TOPIC,
                "subject": self.subject,
                "data": self.data,
                "eventType": kind,
                "dataVersion": "1.0",
                "metadataVersion": "1",
                "eventTime": self.time,
            }]),
            Schema::CloudEvents => json!({
                "id": self.id,
                "source": TOPIC,
                "type": kind,
                "subject": self.subject,
                "time": self.time,
                "specversion": "1.0",
                "data": self.data,
            }),
        }
    }
}
