//! Users of the service, and the tokens with which a browser acts as one of them (`api-version=2023-10-01`).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::confidential::Confidential;
use super::connection::UserReference;
use super::lenient::{lenient, moment};
use super::words::words;

words! {
    /// What a token is good for.
    TokenScope {
        /// Calls.
        Voip = "voip",
        /// Calls that one is asked into, none of one's own.
        VoipJoin = "voip.join",
        /// Chats.
        Chat = "chat",
        /// Chats that one is asked into.
        ChatJoin = "chat.join",
    }
}

/// Makes a user, with a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateIdentity {
    /// What the token is good for.
    pub create_token_with_scopes: Vec<TokenScope>,
    /// How long, in minutes: 60 to 1,440, which is the service's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in_minutes: Option<u16>,
}

/// Makes a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssueToken {
    /// What it is good for.
    pub scopes: Vec<TokenScope>,
    /// How long, in minutes: 60 to 1,440, which is the service's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in_minutes: Option<u16>,
}

/// A user that was made.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedIdentity {
    /// Who.
    pub identity: UserReference,
    /// A token, if one was asked for.
    #[serde(default, deserialize_with = "lenient")]
    pub access_token: Option<AccessToken>,
}

/// A token of a user.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessToken {
    /// The token.
    pub token: Confidential,
    /// When it ends.
    #[serde(default, deserialize_with = "moment")]
    pub expires_on: Option<OffsetDateTime>,
}
