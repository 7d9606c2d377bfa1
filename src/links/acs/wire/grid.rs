//! What Event Grid tells of calls: that one rings, that one has begun or ended, that somebody came or went.
//!
//! In its own schema or as CloudEvents, in a list or alone. At least once, in no order, hours later after trouble: who acts on
//! it looks at the id, at the call, and at the time.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use time::OffsetDateTime;

use super::batch::{Batch, NoEvents};
use super::callback::COMMON;
use super::confidential::Confidential;
use super::handshake::SubscriptionValidation;
use super::identifier::Identifier;
use super::lenient::{field, lenient, moment_in, text};
use super::words::words;

words! {
    /// What a delivery is for, as the header `aeg-event-type` says.
    DeliveryType {
        /// To see whether we take events at all.
        SubscriptionValidation = "SubscriptionValidation",
        /// To tell events.
        Notification = "Notification",
        /// To say that no more will come.
        SubscriptionDeletion = "SubscriptionDeletion",
    }
}

/// In which form an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Event Grid's own.
    EventGrid,
    /// CloudEvents 1.0.
    CloudEvents,
}

/// Something that Event Grid tells.
#[derive(Debug, Clone)]
pub struct GridEvent {
    /// Its id, the same when it is told again; empty if it has none.
    pub id: String,
    /// In which form it came.
    pub schema: Schema,
    /// Its resource.
    pub source: Option<String>,
    /// When it happened.
    pub time: Option<OffsetDateTime>,
    /// What happened.
    pub kind: Kind,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Kind {
    /// It wants to know whether we take events.
    Validation(SubscriptionValidation),
    /// A call rings.
    IncomingCall(Box<IncomingCall>),
    /// A call has begun.
    CallStarted(Box<CallPlace>),
    /// A call has ended.
    CallEnded(Box<CallPlace>),
    /// Somebody came.
    ParticipantAdded(Box<CallPlace>),
    /// Somebody went.
    ParticipantRemoved(Box<CallPlace>),
    /// One that is not known here, by its whole type.
    Unknown(String),
}

/// A call that rings.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IncomingCall {
    /// Who is called.
    pub to: Identifier,
    /// Who calls.
    pub from: Identifier,
    /// The call.
    #[serde(default, deserialize_with = "lenient")]
    pub server_call_id: Option<String>,
    /// The caller's name; may be empty.
    #[serde(default, deserialize_with = "lenient")]
    pub caller_display_name: Option<String>,
    /// With what it is answered: some 8 kB that open the call to whoever has them.
    pub incoming_call_context: Confidential,
    /// What links all that is told of the call.
    #[serde(default, deserialize_with = "lenient")]
    pub correlation_id: Option<String>,
    /// What the caller said besides.
    #[serde(default, deserialize_with = "lenient")]
    pub custom_context: Option<CustomContext>,
    /// For whom it was before it was sent on.
    #[serde(default, deserialize_with = "lenient")]
    pub on_behalf_of_callee: Option<Identifier>,
}

/// What a caller says in headers of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomContext {
    /// From a phone.
    #[serde(default, deserialize_with = "lenient")]
    pub sip_headers: Option<BTreeMap<String, String>>,
    /// From a user of the service.
    #[serde(default, deserialize_with = "lenient")]
    pub voip_headers: Option<BTreeMap<String, String>>,
}

/// Which call something is told of, and of whom.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallPlace {
    /// The call.
    pub server_call_id: Option<String>,
    /// What links all that is told of the call.
    pub correlation_id: Option<String>,
    /// Its room, if it is that of one.
    pub room_id: Option<String>,
    /// Its group.
    pub group_id: Option<String>,
    /// Whether it is a room's; unknown in the oldest form.
    pub is_rooms_call: Option<bool>,
    /// Whether only two can be in it.
    pub is_two_party: Option<bool>,
    /// Who began it.
    pub started_by: Option<Identifier>,
    /// Who came or went.
    pub user: Option<Identifier>,
    /// Their name.
    pub display_name: Option<String>,
    /// How long it was, in seconds, once it has ended.
    pub seconds: Option<f64>,
}

/// Reads what Event Grid sends.
///
/// # Errors
/// If the body is neither an event nor a list of events.
pub fn read(body: &[u8]) -> Result<Batch<GridEvent>, NoEvents> {
    Batch::read(body, event)
}

/// One event; nothing if it has no type, or lacks what makes it one of its type.
fn event(event: &Json) -> Option<GridEvent> {
    let (schema, whole) = match text(event, "eventType") {
        Some(whole) => (Schema::EventGrid, whole),
        None => (Schema::CloudEvents, text(event, "type")?),
    };
    let (source, time) = match schema {
        Schema::EventGrid => ("topic", "eventTime"),
        Schema::CloudEvents => ("source", "time"),
    };
    let data = event.get("data").unwrap_or(&Json::Null);
    let place = || Box::new(place(data));
    let kind = match whole.strip_prefix(COMMON).unwrap_or(&whole) {
        "Microsoft.EventGrid.SubscriptionValidationEvent" => {
            Kind::Validation(SubscriptionValidation::deserialize(data).ok()?)
        }
        "IncomingCall" => Kind::IncomingCall(Box::new(IncomingCall::deserialize(data).ok()?)),
        "CallStarted" => Kind::CallStarted(place()),
        "CallEnded" => Kind::CallEnded(place()),
        "CallParticipantAdded" => Kind::ParticipantAdded(place()),
        "CallParticipantRemoved" => Kind::ParticipantRemoved(place()),
        _ => Kind::Unknown(whole),
    };
    Some(GridEvent {
        id: text(event, "id").unwrap_or_default(),
        schema,
        source: text(event, source),
        time: event.get(time).and_then(moment_in),
        kind,
    })
}

fn place(data: &Json) -> CallPlace {
    let id = |of: &str| data.get(of).and_then(|object| text(object, "id"));
    // Now in an object of its own, beside a role; in older forms the identifier itself.
    let somebody = |who: &str| {
        let who = data.get(who)?;
        field(who, "communicationIdentifier").or_else(|| Identifier::deserialize(who).ok())
    };
    CallPlace {
        server_call_id: text(data, "serverCallId"),
        correlation_id: text(data, "correlationId"),
        room_id: id("room"),
        group_id: id("group"),
        is_rooms_call: field(data, "isRoomsCall"),
        is_two_party: field(data, "isTwoParty"),
        started_by: somebody("startedBy"),
        user: somebody("user"),
        display_name: text(data, "displayName"),
        // The documentation has the first, the SDK's model the second.
        seconds: field(data, "durationOfCall").or_else(|| field(data, "callDurationInSeconds")),
    }
}
