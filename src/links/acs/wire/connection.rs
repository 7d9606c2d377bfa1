//! A call as the service describes it: our leg of it, and who is in it.

use serde::{Deserialize, Serialize};

use super::confidential::Confidential;
use super::identifier::Identifier;
use super::lenient::{lenient, list};
use super::words::words;

words! {
    /// How far our leg of a call is.
    CallState {
        /// Nobody can say.
        Unknown = "unknown",
        /// It is being set up.
        Connecting = "connecting",
        /// It is up.
        Connected = "connected",
        /// It is being transferred.
        Transferring = "transferring",
        /// Its transfer was taken.
        TransferAccepted = "transferAccepted",
        /// It is being ended.
        Disconnecting = "disconnecting",
        /// It has ended.
        Disconnected = "disconnected",
    }
}

words! {
    /// What a stream of media does.
    SubscriptionState {
        /// It is not wanted.
        Disabled = "disabled",
        /// It could run, and does not.
        Inactive = "inactive",
        /// It runs.
        Active = "active",
    }
}

/// Our leg of a call (`CallConnectionProperties`).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallConnection {
    /// The id of our leg, which every request for it and everything told of it names.
    pub call_connection_id: String,
    /// The id of the call, which all its legs share.
    #[serde(default, deserialize_with = "lenient")]
    pub server_call_id: Option<String>,
    /// Whom it was for.
    #[serde(default, deserialize_with = "list")]
    pub targets: Vec<Identifier>,
    /// How far it is.
    #[serde(default, rename = "callConnectionState", deserialize_with = "lenient")]
    pub state: Option<CallState>,
    /// Where it is told of.
    #[serde(default, deserialize_with = "lenient")]
    pub callback_uri: Option<Confidential>,
    /// Who called.
    #[serde(default, deserialize_with = "lenient")]
    pub source: Option<Identifier>,
    /// The number that we show those we call.
    #[serde(default, deserialize_with = "lenient")]
    pub source_caller_id_number: Option<PhoneNumber>,
    /// The name that we show those we call.
    #[serde(default, deserialize_with = "lenient")]
    pub source_display_name: Option<String>,
    /// What links all that the service knows of the call.
    #[serde(default, deserialize_with = "lenient")]
    pub correlation_id: Option<String>,
    /// As whom we answered.
    #[serde(default, deserialize_with = "lenient")]
    pub answered_by: Option<UserReference>,
    /// For which number we answered.
    #[serde(default, deserialize_with = "lenient")]
    pub answered_for: Option<PhoneNumber>,
    /// Its stream of audio.
    #[serde(default, deserialize_with = "lenient")]
    pub media_streaming_subscription: Option<MediaStreamingSubscription>,
}

/// The stream of audio of a leg.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MediaStreamingSubscription {
    /// Its id, which the first frame on the socket names too.
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<String>,
    /// What it does.
    #[serde(default, deserialize_with = "lenient")]
    pub state: Option<SubscriptionState>,
    /// What is in it: `audio`.
    #[serde(default, deserialize_with = "list")]
    pub subscribed_content_types: Vec<String>,
}

/// A phone number by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneNumber {
    /// As E.164, with its plus sign.
    pub value: String,
}

/// A user of the service by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserReference {
    /// The raw id.
    pub id: String,
}

/// Somebody in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Who it is.
    pub identifier: Identifier,
    /// Whether they are muted; unknown in the oldest form.
    pub is_muted: Option<bool>,
    /// Whether they are on hold; unknown in the oldest form.
    pub is_on_hold: Option<bool>,
}

impl<'de> Deserialize<'de> for Participant {
    /// In the oldest form the identifier stands in place of the participant.
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wrapped {
            identifier: Identifier,
            #[serde(default, deserialize_with = "lenient")]
            is_muted: Option<bool>,
            #[serde(default, deserialize_with = "lenient")]
            is_on_hold: Option<bool>,
        }

        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Wrapped(Wrapped),
            Bare(Identifier),
        }

        Ok(match Form::deserialize(from)? {
            Form::Wrapped(wrapped) => Self {
                identifier: wrapped.identifier,
                is_muted: wrapped.is_muted,
                is_on_hold: wrapped.is_on_hold,
            },
            Form::Bare(identifier) => Self {
                identifier,
                is_muted: None,
                is_on_hold: None,
            },
        })
    }
}

/// A page of a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    rename_all = "camelCase",
    bound(deserialize = "T: serde::de::DeserializeOwned")
)]
pub struct Page<T> {
    /// What is on it.
    #[serde(default, deserialize_with = "list")]
    pub value: Vec<T>,
    /// Where the next one is, if there is one.
    #[serde(default, deserialize_with = "lenient")]
    pub next_link: Option<String>,
}

/// What the service says to somebody being added.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddedParticipant {
    /// Who is being added.
    #[serde(default, deserialize_with = "lenient")]
    pub participant: Option<Participant>,
    /// What we gave with the request.
    #[serde(default, deserialize_with = "lenient")]
    pub operation_context: Option<String>,
    /// By which the invitation can be taken back.
    #[serde(default, deserialize_with = "lenient")]
    pub invitation_id: Option<String>,
}

/// What the service says to participants being moved.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MovedParticipants {
    /// Who is being moved.
    #[serde(default, deserialize_with = "list")]
    pub participants: Vec<Participant>,
    /// From which leg.
    #[serde(default, deserialize_with = "lenient")]
    pub from_call: Option<String>,
    /// What we gave with the request.
    #[serde(default, deserialize_with = "lenient")]
    pub operation_context: Option<String>,
}

/// What the service says to other requests: what we gave with them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// What we gave with the request.
    #[serde(default, deserialize_with = "lenient")]
    pub operation_context: Option<String>,
    /// Which invitation is taken back, if it was asked for that.
    #[serde(default, deserialize_with = "lenient")]
    pub invitation_id: Option<String>,
}
