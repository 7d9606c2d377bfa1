//! What the service tells of a call at its callback address: CloudEvents, usually one in a list.
//!
//! They come in any order, more than once, and for calls that are not known (any more); see [`super::order`].

use serde_json::Value as Json;
use time::OffsetDateTime;

use super::batch::{Batch, NoEvents};
use super::connection::Participant;
use super::error::ResultInformation;
use super::identifier::Identifier;
use super::lenient::{field, moment_in, text};
use super::words::words;

/// What the type of every event of a call begins with.
pub(super) const COMMON: &str = "Microsoft.Communication.";

/// Something that happened to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The event's id, the same when it is told again; empty if it has none.
    pub id: String,
    /// Our leg, by which calls are known here.
    pub call_connection_id: String,
    /// The call, shared by all its legs.
    pub server_call_id: Option<String>,
    /// What links the legs of a call.
    pub correlation_id: Option<String>,
    /// What we gave with the request that it is about, or with the one that began what it is about.
    pub operation_context: Option<String>,
    /// When it happened.
    pub time: Option<OffsetDateTime>,
    /// How it came out; absent in the oldest form.
    pub result: Option<ResultInformation>,
    /// What happened.
    pub kind: Kind,
}

/// What happened to a call, under the service's own names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum Kind {
    CallConnected,
    CallDisconnected,
    AnswerFailed,
    CreateCallFailed,
    ConnectFailed,
    ParticipantsUpdated(Roster),
    AddParticipantSucceeded(Option<Identifier>),
    AddParticipantFailed(Option<Identifier>),
    RemoveParticipantSucceeded(Option<Identifier>),
    RemoveParticipantFailed(Option<Identifier>),
    MoveParticipantSucceeded(Move),
    MoveParticipantFailed(Move),
    CancelAddParticipantSucceeded {
        invitation_id: Option<String>,
    },
    CancelAddParticipantFailed {
        invitation_id: Option<String>,
    },
    MediaStreamingStarted(MediaStreamingUpdate),
    MediaStreamingStopped(MediaStreamingUpdate),
    MediaStreamingFailed(MediaStreamingUpdate),
    TranscriptionStarted,
    TranscriptionUpdated,
    TranscriptionStopped,
    TranscriptionFailed,
    PlayStarted,
    PlayCompleted,
    PlayFailed,
    PlayCanceled,
    RecognizeCompleted,
    RecognizeFailed,
    RecognizeCanceled,
    SendDtmfTonesCompleted,
    SendDtmfTonesFailed,
    ContinuousDtmfRecognitionToneReceived {
        tone: Option<String>,
    },
    ContinuousDtmfRecognitionToneFailed,
    ContinuousDtmfRecognitionStopped,
    HoldFailed,
    CallTransferAccepted,
    CallTransferFailed,
    RecordingStateChanged,
    StartRecordingFailed,
    /// One that is not known here, by its whole type.
    Unknown(String),
}

/// Who is in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// Everybody, our leg too.
    pub participants: Vec<Participant>,
    /// Rises with each of these events of one call.
    pub sequence_number: Option<u64>,
}

/// Somebody who is moved here from another call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Who.
    pub participant: Option<Identifier>,
    /// From which leg.
    pub from_call: Option<String>,
}

words! {
    /// What the stream of audio does.
    StreamingStatus {
        /// It runs.
        Started = "mediaStreamingStarted",
        /// It does not.
        Failed = "mediaStreamingFailed",
        /// It was ended.
        Stopped = "mediaStreamingStopped",
        /// Nobody can say.
        Unspecified = "unspecifiedError",
    }
}

words! {
    /// Why the stream of audio does what it does.
    StreamingDetail {
        /// It was asked for.
        SubscriptionStarted = "subscriptionStarted",
        /// Its socket was open anew.
        Reestablished = "streamConnectionReestablished",
        /// Its socket could not be opened.
        Unsuccessful = "streamConnectionUnsuccessful",
        /// It was told no address.
        UrlMissing = "streamUrlMissing",
        /// The service goes down.
        ServiceShutdown = "serviceShutdown",
        /// Its socket broke.
        Interrupted = "streamConnectionInterrupted",
        /// The resource for speech is not to be reached.
        SpeechServicesConnectionError = "speechServicesConnectionError",
        /// It was ended on request.
        SubscriptionStopped = "subscriptionStopped",
        /// Nobody can say.
        Unspecified = "unspecifiedError",
        /// Our side refused its token.
        AuthenticationFailure = "authenticationFailure",
        /// Our side took its request for a wrong one.
        BadRequest = "badRequest",
        /// Our side had too many.
        TooManyRequests = "tooManyRequests",
        /// Our side forbade it.
        Forbidden = "forbidden",
        /// Something took too long.
        ServiceTimeout = "serviceTimeout",
        /// Its first socket could not be opened.
        InitialConnectionFailed = "initialWebSocketConnectionFailed",
    }
}

/// What became of the stream of audio.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MediaStreamingUpdate {
    /// What it does.
    pub status: Option<StreamingStatus>,
    /// Why.
    pub detail: Option<StreamingDetail>,
}

/// Reads what comes to a callback address.
///
/// # Errors
/// If the body is neither an event nor a list of events.
pub fn read(body: &[u8]) -> Result<Batch<Callback>, NoEvents> {
    Batch::read(body, callback)
}

/// One event; nothing if it has no type or names no call.
fn callback(event: &Json) -> Option<Callback> {
    let data = event.get("data").unwrap_or(&Json::Null);
    // Where the data does not name the leg, `source` does: `calling/callConnections/{id}`.
    let source = || {
        let source = text(event, "source")?;
        let (_, id) = source.rsplit_once('/')?;
        (!id.is_empty()).then(|| id.to_owned())
    };
    Some(Callback {
        id: text(event, "id").unwrap_or_default(),
        call_connection_id: text(data, "callConnectionId").or_else(source)?,
        server_call_id: text(data, "serverCallId"),
        correlation_id: text(data, "correlationId"),
        operation_context: text(data, "operationContext"),
        time: event.get("time").and_then(moment_in),
        result: field(data, "resultInformation"),
        kind: kind(&text(event, "type")?, data),
    })
}

fn kind(whole: &str, data: &Json) -> Kind {
    let participant = || field(data, "participant");
    let moved = || Move {
        participant: participant(),
        from_call: text(data, "fromCall"),
    };
    let invitation_id = || text(data, "invitationId");
    let streaming = || {
        let update = data.get("mediaStreamingUpdate").unwrap_or(&Json::Null);
        MediaStreamingUpdate {
            status: field(update, "mediaStreamingStatus"),
            detail: field(update, "mediaStreamingStatusDetails"),
        }
    };
    match whole.strip_prefix(COMMON).unwrap_or(whole) {
        "CallConnected" => Kind::CallConnected,
        "CallDisconnected" => Kind::CallDisconnected,
        "AnswerFailed" => Kind::AnswerFailed,
        "CreateCallFailed" => Kind::CreateCallFailed,
        "ConnectFailed" => Kind::ConnectFailed,
        "ParticipantsUpdated" => Kind::ParticipantsUpdated(Roster {
            participants: participants(data),
            sequence_number: field(data, "sequenceNumber"),
        }),
        "AddParticipantSucceeded" => Kind::AddParticipantSucceeded(participant()),
        "AddParticipantFailed" => Kind::AddParticipantFailed(participant()),
        "RemoveParticipantSucceeded" => Kind::RemoveParticipantSucceeded(participant()),
        "RemoveParticipantFailed" => Kind::RemoveParticipantFailed(participant()),
        "MoveParticipantSucceeded" => Kind::MoveParticipantSucceeded(moved()),
        "MoveParticipantFailed" => Kind::MoveParticipantFailed(moved()),
        "CancelAddParticipantSucceeded" => Kind::CancelAddParticipantSucceeded {
            invitation_id: invitation_id(),
        },
        "CancelAddParticipantFailed" => Kind::CancelAddParticipantFailed {
            invitation_id: invitation_id(),
        },
        "MediaStreamingStarted" => Kind::MediaStreamingStarted(streaming()),
        "MediaStreamingStopped" => Kind::MediaStreamingStopped(streaming()),
        "MediaStreamingFailed" => Kind::MediaStreamingFailed(streaming()),
        "TranscriptionStarted" => Kind::TranscriptionStarted,
        "TranscriptionUpdated" => Kind::TranscriptionUpdated,
        "TranscriptionStopped" => Kind::TranscriptionStopped,
        "TranscriptionFailed" => Kind::TranscriptionFailed,
        "PlayStarted" => Kind::PlayStarted,
        "PlayCompleted" => Kind::PlayCompleted,
        "PlayFailed" => Kind::PlayFailed,
        "PlayCanceled" => Kind::PlayCanceled,
        "RecognizeCompleted" => Kind::RecognizeCompleted,
        "RecognizeFailed" => Kind::RecognizeFailed,
        "RecognizeCanceled" => Kind::RecognizeCanceled,
        "SendDtmfTonesCompleted" => Kind::SendDtmfTonesCompleted,
        "SendDtmfTonesFailed" => Kind::SendDtmfTonesFailed,
        "ContinuousDtmfRecognitionToneReceived" => Kind::ContinuousDtmfRecognitionToneReceived {
            tone: text(data, "tone"),
        },
        "ContinuousDtmfRecognitionToneFailed" => Kind::ContinuousDtmfRecognitionToneFailed,
        "ContinuousDtmfRecognitionStopped" => Kind::ContinuousDtmfRecognitionStopped,
        "HoldFailed" => Kind::HoldFailed,
        "CallTransferAccepted" => Kind::CallTransferAccepted,
        "CallTransferFailed" => Kind::CallTransferFailed,
        "RecordingStateChanged" => Kind::RecordingStateChanged,
        "StartRecordingFailed" => Kind::StartRecordingFailed,
        _ => Kind::Unknown(whole.to_owned()),
    }
}

/// Those participants that can be read.
fn participants(data: &Json) -> Vec<Participant> {
    let elements = data.get("participants").and_then(Json::as_array);
    let read = elements
        .into_iter()
        .flatten()
        .map(serde::Deserialize::deserialize);
    read.filter_map(Result::ok).collect()
}
