//! What is sent to callback addresses: an array of one CloudEvent, as recorded.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::moment;

/// By which ids a leg is known.
#[derive(Debug, Clone)]
pub struct Ids {
    /// `callConnectionId`, the leg's own.
    pub connection: String,
    /// `serverCallId`, its call's.
    pub server_call: String,
    /// `correlationId`, its call's too.
    pub correlation: String,
}

/// How something went: `resultInformation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    code: u16,
    sub_code: u32,
    message: &'static str,
}

impl Outcome {
    /// A call is as it should be.
    pub const FINE: Self = Self::new(200, 0, "");
    /// An action was done.
    pub const DONE: Self = Self::new(200, 0, "Action completed successfully.");
    /// The leg hung up, or its owner ended the call.
    pub const HUNG_UP: Self =
        Self::new(200, 7_000, "The conversation has ended. DiagCode: 0#7000.@");
    /// The other side hung up.
    pub const REMOTE_ENDED: Self = Self::new(
        200,
        5_001,
        "This conversation has ended.. DiagCode: 0#5001.@",
    );
    /// Nobody else is left.
    pub const LAST_LEFT: Self = Self::new(
        200,
        5_010,
        "This conversation has ended as only one participant was remaining in the conversation.. DiagCode: 0#5010.@",
    );
    /// Whoever was called did not come.
    pub const CANCELLED: Self = Self::new(487, 8_542, "Call canceled. DiagCode: 487#8542.@");
    /// The caller hung up while the call was being answered.
    pub const ANSWER_CANCELLED: Self = Self::new(400, 8_542, "Call canceled. DiagCode: 487#8542.@");
    /// Whoever was called is busy.
    pub const BUSY: Self = Self::new(486, 8_539, "Callee busy. DiagCode: 486#8539.@");
    /// The call is not there.
    pub const NO_CALL: Self = Self::new(404, 8_522, "Call not found. DiagCode: 404#8522.@");
    /// The call to move somebody from is not there.
    pub const NO_CALL_TO_MOVE_FROM: Self = Self::new(404, 8_522, "Call not found.");
    /// They are not there.
    pub const NO_PARTICIPANT: Self =
        Self::new(404, 8_522, "Participant not found. DiagCode: 404#8522.@");
    /// There is no such invitation.
    pub const NO_INVITATION: Self = Self::new(404, 8_522, "Invitation not found.");
    /// The media socket cannot be opened.
    pub const NO_SOCKET: Self = Self::new(
        400,
        8_581,
        "Action failed, Transport url is not valid or web socket server is not operational.",
    );
    /// The media socket broke.
    pub const SOCKET_BROKE: Self = Self::new(500, 8_603, "Action failed, Media streaming failed.");
    /// What was playing was cancelled.
    pub const PLAY_CANCELLED: Self =
        Self::new(400, 8_508, "Action failed, the operation was cancelled.");

    /// Its sub-code.
    pub fn sub_code(self) -> u32 {
        self.sub_code
    }

    const fn new(code: u16, sub_code: u32, message: &'static str) -> Self {
        Self {
            code,
            sub_code,
            message,
        }
    }
}

/// A callback to be.
#[derive(Debug, Clone)]
pub struct Callback {
    /// The last part of its type.
    pub kind: &'static str,
    outcome: Outcome,
    context: Option<String>,
    extra: Map<String, Value>,
}

impl Callback {
    /// A callback of this kind.
    pub fn new(kind: &'static str, outcome: Outcome) -> Self {
        Self {
            kind,
            outcome,
            context: None,
            extra: Map::new(),
        }
    }

    /// With the context of the operation that it is about.
    pub fn about(mut self, context: Option<&str>) -> Self {
        self.context = context.map(str::to_owned);
        self
    }

    /// With another field.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    /// What happened to a media socket.
    pub fn media(ids: &Ids, kind: &'static str, details: &str, outcome: Outcome) -> Self {
        let status = match kind {
            "MediaStreamingStarted" => "mediaStreamingStarted",
            "MediaStreamingStopped" => "mediaStreamingStopped",
            _ => "mediaStreamingFailed",
        };
        Self::new(kind, outcome)
            .with("eventSource", source(ids))
            .with(
                "mediaStreamingUpdate",
                json!({
                    "contentType": "Audio",
                    "mediaStreamingStatus": status,
                    "mediaStreamingStatusDetails": details,
                }),
            )
    }

    /// As it is sent about this leg, in this version of the interface.
    pub fn body(&self, ids: &Ids, version: &str) -> Value {
        let kind = format!("Microsoft.Communication.{}", self.kind);
        let Outcome {
            code,
            sub_code,
            message,
        } = self.outcome;
        let mut data = self.extra.clone();
        data.insert("version".into(), version.into());
        if let Some(context) = &self.context {
            data.insert("operationContext".into(), context.as_str().into());
        }
        data.insert(
            "resultInformation".into(),
            json!({"code": code, "subCode": sub_code, "message": message}),
        );
        data.insert("callConnectionId".into(), ids.connection.as_str().into());
        data.insert("serverCallId".into(), ids.server_call.as_str().into());
        data.insert("correlationId".into(), ids.correlation.as_str().into());
        data.insert("publicEventType".into(), kind.as_str().into());
        json!([{
            "id": Uuid::from_u128(rand::random()).to_string(),
            "source": source(ids),
            "type": kind,
            "data": data,
            "time": moment::in_callback(OffsetDateTime::now_utc()),
            "specversion": "1.0",
            "datacontenttype": "application/json",
            "subject": source(ids),
        }])
    }
}

fn source(ids: &Ids) -> String {
    format!("calling/callConnections/{}", ids.connection)
}
