//! What is asked of a call and of who is in it. Fields stand in the order in which the official SDK writes them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::confidential::Confidential;
use super::connection::{PhoneNumber, UserReference};
use super::identifier::Identifier;
use super::media::{MediaStreaming, Transcription};
use super::words::words;

/// What a call's artificial intelligence is done with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallIntelligence {
    /// The resource that does it.
    pub cognitive_services_endpoint: String,
}

/// Answers a call that rings.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// What came with it.
    pub incoming_call_context: Confidential,
    /// Where the call is told of (`https`); it holds the call's secret.
    pub callback_uri: Confidential,
    /// What comes back with whatever is told of this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_context: Option<String>,
    /// What transcription and speech are done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_intelligence_options: Option<CallIntelligence>,
    /// As whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<UserReference>,
    /// How its audio is streamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_streaming_options: Option<MediaStreaming>,
    /// How the service transcribes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription_options: Option<Transcription>,
}

impl Answer {
    /// Answers, and nothing more.
    pub fn new(context: Confidential, callback_uri: impl Into<Confidential>) -> Self {
        Self {
            incoming_call_context: context,
            callback_uri: callback_uri.into(),
            operation_context: None,
            call_intelligence_options: None,
            answered_by: None,
            media_streaming_options: None,
            transcription_options: None,
        }
    }
}

/// A call that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
pub enum CallLocator {
    /// That of a room of the service.
    #[serde(rename = "roomCallLocator")]
    Room {
        /// The room.
        room_id: String,
    },
    /// By the id that all legs share.
    #[serde(rename = "serverCallLocator")]
    ServerCall {
        /// The call.
        server_call_id: String,
    },
    /// By the id of a group.
    #[serde(rename = "groupCallLocator")]
    Group {
        /// The group.
        group_call_id: String,
    },
}

/// Joins a call that is there.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connect {
    /// Which.
    pub call_locator: CallLocator,
    /// Where the call is told of (`https`); it holds the call's secret.
    pub callback_uri: Confidential,
    /// What comes back with whatever is told of this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_context: Option<String>,
    /// What transcription and speech are done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_intelligence_options: Option<CallIntelligence>,
    /// How its audio is streamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_streaming_options: Option<MediaStreaming>,
    /// How the service transcribes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription_options: Option<Transcription>,
}

impl Connect {
    /// Joins, and nothing more.
    pub fn new(call_locator: CallLocator, callback_uri: impl Into<Confidential>) -> Self {
        Self {
            call_locator,
            callback_uri: callback_uri.into(),
            operation_context: None,
            call_intelligence_options: None,
            media_streaming_options: None,
            transcription_options: None,
        }
    }
}

/// Calls somebody.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Create {
    /// Whom.
    pub targets: Vec<Identifier>,
    /// The number that a phone is shown; it must be ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_caller_id_number: Option<PhoneNumber>,
    /// The name that others are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_display_name: Option<String>,
    /// As whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<UserReference>,
    /// What comes back with whatever is told of this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_context: Option<String>,
    /// Where the call is told of (`https`); it holds the call's secret.
    pub callback_uri: Confidential,
    /// What transcription and speech are done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_intelligence_options: Option<CallIntelligence>,
    /// How its audio is streamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_streaming_options: Option<MediaStreaming>,
    /// How the service transcribes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription_options: Option<Transcription>,
}

impl Create {
    /// Calls, and nothing more.
    pub fn new(targets: Vec<Identifier>, callback_uri: impl Into<Confidential>) -> Self {
        Self {
            targets,
            source_caller_id_number: None,
            source_display_name: None,
            source: None,
            operation_context: None,
            callback_uri: callback_uri.into(),
            call_intelligence_options: None,
            media_streaming_options: None,
            transcription_options: None,
        }
    }
}

/// Sends a call that rings to somebody else.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Redirect {
    /// What came with it.
    pub incoming_call_context: Confidential,
    /// To whom.
    pub target: Identifier,
}

words! {
    /// Why a call is rejected.
    RejectReason {
        /// No reason is given.
        None = "none",
        /// We are busy; the caller hears so.
        Busy = "busy",
        /// The caller may not.
        Forbidden = "forbidden",
    }
}

/// Rejects a call that rings.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reject {
    /// What came with it.
    pub incoming_call_context: Confidential,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_reject_reason: Option<RejectReason>,
}

/// What somebody who is added is told by headers of one's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomCallingContext {
    /// To a user of the service.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub voip_headers: BTreeMap<String, String>,
    /// To a phone.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sip_headers: BTreeMap<String, String>,
}

/// Adds somebody to a call.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddParticipant {
    /// The number that a phone is shown; it must be ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_caller_id_number: Option<PhoneNumber>,
    /// The name that others are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_display_name: Option<String>,
    /// Whom.
    pub participant_to_add: Identifier,
    /// How long it may ring, in seconds, 0 to 180.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_timeout_in_seconds: Option<u8>,
    /// What comes back with whatever is told of this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_context: Option<String>,
    /// Where it is told of, if not where the call is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_callback_uri: Option<Confidential>,
    /// What they are told besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_calling_context: Option<CustomCallingContext>,
}

impl AddParticipant {
    /// Adds, and nothing more.
    pub fn new(participant_to_add: Identifier) -> Self {
        Self {
            source_caller_id_number: None,
            source_display_name: None,
            participant_to_add,
            invitation_timeout_in_seconds: None,
            operation_context: None,
            operation_callback_uri: None,
            custom_calling_context: None,
        }
    }
}

/// Puts somebody out of a call.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoveParticipant {
    /// Whom.
    pub participant_to_remove: Identifier,
    /// What comes back with whatever is told of this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_context: Option<String>,
    /// Where it is told of, if not where the call is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_callback_uri: Option<Confidential>,
}

/// Moves somebody here from another of our calls.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MoveParticipants {
    /// Whom.
    pub target_participants: Vec<Identifier>,
    /// What comes back with whatever is told of this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_context: Option<String>,
    /// From which leg, by its connection id.
    pub from_call: String,
    /// Where it is told of, if not where the call is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_callback_uri: Option<Confidential>,
}

/// Mutes somebody. The service has no way to take it back.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MuteParticipant {
    /// Whom: the service takes one.
    pub target_participants: [Identifier; 1],
    /// What comes back in the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_context: Option<String>,
}

/// Takes an invitation back.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelAddParticipant {
    /// Which.
    pub invitation_id: String,
    /// What comes back with whatever is told of this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_context: Option<String>,
    /// Where it is told of, if not where the call is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_callback_uri: Option<Confidential>,
}
