//! Rows as the databases have them, and records as the rest has them.

use serde::de::DeserializeOwned;
use sqlx::FromRow;

use super::super::{
    contract::StoreError,
    record::{
        AuditRecord, DayUsage, Lease, NUMBER_BLOCK, NodeId, RoomRecord, SessionRecord, UsageRecord,
    },
};
use crate::domain::{
    budget::Budget,
    identity::RoomId,
    room_log::{EntryKind, LogEntry, Subject},
    time::Timestamp,
    usage::{Amount, Cost},
};

/// What of a session is read: a [`SessionRow`].
macro_rules! session_columns {
    () => {
        "id, owner, config, data, private_room, cursor, entered_at, created_at, active_at, holder, fence"
    };
}
pub(super) use session_columns;

#[derive(FromRow)]
pub struct SessionRow {
    id: String,
    owner: Option<String>,
    config: String,
    data: Option<String>,
    private_room: String,
    cursor: i64,
    entered_at: Option<i64>,
    created_at: i64,
    active_at: i64,
    holder: Option<String>,
    fence: i64,
}

#[derive(FromRow)]
pub struct RoomRow {
    name: Option<String>,
    private: bool,
    owner: Option<String>,
    fence: i64,
    reserved: i64,
    opened_at: Option<i64>,
    created_at: i64,
    used_at: i64,
    #[sqlx(flatten)]
    money: MoneyRow,
}

/// What a room may use, and what was used of it.
#[derive(FromRow)]
pub struct MoneyRow {
    budget_audio_ms: Option<i64>,
    budget_nanodollars: Option<i64>,
    used_audio_ms: i64,
    used_nanodollars: i64,
}

#[derive(FromRow)]
pub struct LeaseRow {
    fence: i64,
    reserved: i64,
    opened_at: i64,
    #[sqlx(flatten)]
    money: MoneyRow,
}

#[derive(FromRow)]
pub struct EntryRow {
    seq: i64,
    kind: String,
    speaker: String,
    language: Option<String>,
    said_at: i64,
    frame: String,
}

#[derive(FromRow)]
pub struct UsageRow {
    day: String,
    engine: String,
    audio_ms: i64,
    tokens: i64,
    nanodollars: i64,
}

#[derive(FromRow)]
pub struct AuditRow {
    at: i64,
    subject: Option<String>,
    role: String,
    action: String,
    target: String,
    outcome: String,
}

/// Why a stored value cannot be read. Never holds the value.
fn unreadable(what: &'static str, cause: impl ToString) -> StoreError {
    StoreError::Unreadable {
        what,
        cause: cause.to_string(),
    }
}

fn parsed<T: std::str::FromStr>(what: &'static str, text: &str) -> Result<T, StoreError>
where
    T::Err: std::fmt::Display,
{
    text.parse()
        .map_err(|error: T::Err| unreadable(what, error))
}

fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    // The place and not serde's own words, which quote what is there.
    serde_json::from_str(text).map_err(|error| {
        unreadable(
            what,
            format!("{:?} error at column {}", error.classify(), error.column()),
        )
    })
}

/// A node as it is stored.
pub fn node(text: &str) -> Result<NodeId, StoreError> {
    parsed("node", text)
}

/// A number as it is stored: never negative.
pub fn number(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| unreadable("number", "it is negative"))
}

fn money(stored: i64) -> Result<Cost, StoreError> {
    number(stored).map(Cost::from_nanodollars)
}

fn moment(stored: i64) -> Result<Timestamp, StoreError> {
    number(stored).map(Timestamp::from_unix_millis)
}

impl TryFrom<SessionRow> for SessionRecord {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed("session", &row.id)?,
            owner: row.owner,
            config: from_json("session configuration", &row.config)?,
            data: row
                .data
                .map(|data| from_json("session's data", &data))
                .transpose()?,
            private_room: parsed("room", &row.private_room)?,
            cursor: number(row.cursor)?,
            entered_at: row.entered_at.map(number).transpose()?,
            created_at: moment(row.created_at)?,
            active_at: moment(row.active_at)?,
            holder: row.holder.as_deref().map(node).transpose()?,
            fence: number(row.fence)?,
        })
    }
}

impl RoomRow {
    pub fn into_record(self, id: RoomId) -> Result<RoomRecord, StoreError> {
        Ok(RoomRecord {
            id,
            name: self.name,
            private: self.private,
            owner: self.owner.as_deref().map(node).transpose()?,
            fence: number(self.fence)?,
            reserved: number(self.reserved)?,
            opened_at: self.opened_at.map(number).transpose()?,
            created_at: moment(self.created_at)?,
            used_at: moment(self.used_at)?,
            budget: self.money.budget()?,
            used: self.money.used()?,
        })
    }
}

impl MoneyRow {
    fn budget(&self) -> Result<Option<Budget>, StoreError> {
        let budget = Budget {
            audio_ms: self.budget_audio_ms.map(number).transpose()?,
            cost: self.budget_nanodollars.map(money).transpose()?,
        };
        let is_one = budget.audio_ms.is_some() || budget.cost.is_some();
        Ok(is_one.then_some(budget))
    }

    fn used(&self) -> Result<Amount, StoreError> {
        Ok(Amount {
            audio_ms: number(self.used_audio_ms)?,
            tokens: 0,
            cost: money(self.used_nanodollars)?,
        })
    }
}

impl TryFrom<LeaseRow> for Lease {
    type Error = StoreError;

    fn try_from(row: LeaseRow) -> Result<Self, StoreError> {
        let reserved = number(row.reserved)?;
        Ok(Self {
            fence: number(row.fence)?,
            head: reserved - NUMBER_BLOCK,
            reserved,
            opened_at: number(row.opened_at)?,
            budget: row.money.budget()?,
            used: row.money.used()?,
        })
    }
}

impl TryFrom<EntryRow> for LogEntry {
    type Error = StoreError;

    fn try_from(row: EntryRow) -> Result<Self, StoreError> {
        let kind = EntryKind::named(&row.kind)
            .ok_or_else(|| unreadable("log entry", "its kind is unknown"))?;
        let language = row.language.as_deref();
        Ok(Self {
            seq: number(row.seq)?,
            subject: Subject {
                kind,
                speaker: parsed("session", &row.speaker)?,
                language: language
                    .map(|language| parsed("language", language))
                    .transpose()?,
                at: moment(row.said_at)?,
            },
            frame: row.frame.into(),
        })
    }
}

impl UsageRow {
    pub fn into_record(self, room: RoomId) -> Result<UsageRecord, StoreError> {
        let DayUsage {
            day,
            engine,
            amount,
        } = self.try_into()?;
        Ok(UsageRecord {
            room,
            engine,
            day,
            amount,
        })
    }
}

impl TryFrom<UsageRow> for DayUsage {
    type Error = StoreError;

    fn try_from(row: UsageRow) -> Result<Self, StoreError> {
        Ok(Self {
            day: row.day,
            engine: row.engine,
            amount: Amount {
                audio_ms: number(row.audio_ms)?,
                tokens: number(row.tokens)?,
                cost: money(row.nanodollars)?,
            },
        })
    }
}

impl TryFrom<AuditRow> for AuditRecord {
    type Error = StoreError;

    fn try_from(row: AuditRow) -> Result<Self, StoreError> {
        Ok(Self {
            at: moment(row.at)?,
            subject: row.subject,
            role: row.role,
            action: row.action,
            target: row.target,
            outcome: row.outcome,
        })
    }
}
