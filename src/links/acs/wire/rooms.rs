//! Rooms of the service: calls that are there before anybody is in them, for those on a list (`api-version=2025-03-13`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::lenient::{lenient, moment};
use super::words::words;

words! {
    /// What somebody may in a room.
    Role {
        /// Everything.
        Presenter = "Presenter",
        /// Speak and show themselves.
        Attendee = "Attendee",
        /// Listen.
        Consumer = "Consumer",
    }
}

/// The role of somebody who is named by the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seat {
    /// What they may.
    pub role: Role,
}

/// Makes a room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateRoom {
    /// From when on it can be entered; now if not given.
    #[serde(with = "time::serde::rfc3339::option")]
    pub valid_from: Option<OffsetDateTime>,
    /// Until when.
    #[serde(with = "time::serde::rfc3339::option")]
    pub valid_until: Option<OffsetDateTime>,
    /// Whether phones can be called from it.
    pub pstn_dial_out_enabled: bool,
    /// Who may in, by raw id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub participants: BTreeMap<String, Seat>,
}

/// Changes a room; what is not given stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateRoom {
    /// From when on it can be entered.
    #[serde(
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub valid_from: Option<OffsetDateTime>,
    /// Until when.
    #[serde(
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub valid_until: Option<OffsetDateTime>,
    /// Whether phones can be called from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pstn_dial_out_enabled: Option<bool>,
}

/// Changes who may into a room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UpdateSeats {
    /// By raw id; nothing puts somebody off the list.
    pub participants: BTreeMap<String, Option<Seat>>,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    /// Its id, which [`CallLocator::Room`](super::request::CallLocator) takes.
    pub id: String,
    /// When it was made.
    #[serde(default, deserialize_with = "moment")]
    pub created_at: Option<OffsetDateTime>,
    /// From when on it can be entered.
    #[serde(default, deserialize_with = "moment")]
    pub valid_from: Option<OffsetDateTime>,
    /// Until when.
    #[serde(default, deserialize_with = "moment")]
    pub valid_until: Option<OffsetDateTime>,
    /// Whether phones can be called from it.
    #[serde(default, deserialize_with = "lenient")]
    pub pstn_dial_out_enabled: Option<bool>,
}

/// Somebody who may into a room.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomParticipant {
    /// Who.
    pub raw_id: String,
    /// What they may.
    #[serde(default, deserialize_with = "lenient")]
    pub role: Option<Role>,
}
