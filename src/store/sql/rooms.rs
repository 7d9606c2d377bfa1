//! What is written of rooms: leases, numbers and the log.

use std::collections::BTreeMap;

use super::{
    super::{
        contract::StoreError,
        record::{NUMBER_BLOCK, NodeId, Outcome, Write},
    },
    connection::{Connection, Statement, Value},
    fault::fault,
    rows::{LeaseRow, node, number},
};
use crate::domain::{
    budget::Budget, identity::RoomId, room_log::LogEntry, time::Timestamp, usage::Cost,
};

const ACQUIRING: &str = "taking a room's lease";
const APPENDING: &str = "adding to a room's log";

/// Takes a room's lease, in one statement that makes the room if there is none.
pub async fn acquire(
    connection: &mut impl Connection,
    room: &RoomId,
    holder: &NodeId,
    name: Option<&str>,
    private: bool,
    budget: Option<&Budget>,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let statement = Statement::new(
        "INSERT INTO rooms (id, name, private, owner, fence, reserved, opened_at, created_at, used_at, \
         budget_audio_ms, budget_nanodollars) \
         VALUES ($1, $2, $3, $4, 1, $5, 1, $6, $6, $7, $8) \
         ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, fence = rooms.fence + 1, \
         reserved = rooms.reserved + excluded.reserved, \
         opened_at = COALESCE(rooms.opened_at, rooms.reserved + 1), \
         name = COALESCE(excluded.name, rooms.name), private = excluded.private, \
         used_at = excluded.used_at, \
         budget_audio_ms = CASE WHEN $9 THEN $7 ELSE rooms.budget_audio_ms END, \
         budget_nanodollars = CASE WHEN $9 THEN $8 ELSE rooms.budget_nanodollars END, \
         used_audio_ms = CASE WHEN $9 THEN 0 ELSE rooms.used_audio_ms END, \
         used_nanodollars = CASE WHEN $9 THEN 0 ELSE rooms.used_nanodollars END \
         WHERE rooms.owner IS NULL OR rooms.owner = excluded.owner \
         RETURNING fence, reserved, opened_at, \
         budget_audio_ms, budget_nanodollars, used_audio_ms, used_nanodollars",
        [
            room.as_str().into(),
            name.into(),
            private.into(),
            holder.as_str().into(),
            NUMBER_BLOCK.into(),
            at.into(),
            budget.and_then(|budget| budget.audio_ms).into(),
            budget
                .and_then(|budget| budget.cost)
                .map(Cost::nanodollars)
                .into(),
            budget.is_some().into(),
        ],
    );
    let leased: Option<LeaseRow> = connection
        .row(statement)
        .await
        .map_err(|error| fault(ACQUIRING, &error))?;
    if let Some(lease) = leased {
        return Ok(Outcome::Leased(lease.try_into()?));
    }
    // The statement has locked the row, so this is whoever was in its way.
    let statement = Statement::new(
        "SELECT owner FROM rooms WHERE id = $1 AND owner IS NOT NULL",
        [room.as_str().into()],
    );
    let owner: Option<(String,)> = connection
        .row(statement)
        .await
        .map_err(|error| fault(ACQUIRING, &error))?;
    let Some((owner,)) = owner else {
        return Err(StoreError::Unavailable {
            doing: ACQUIRING,
            cause: "the lease changed hands meanwhile".into(),
        });
    };
    Ok(Outcome::Held(node(&owner)?))
}

/// Changes a room if this lease of it holds.
async fn leased(
    connection: &mut impl Connection,
    doing: &'static str,
    change: Statement<'_>,
) -> Result<Outcome, StoreError> {
    let changed = connection.run(change).await;
    match changed.map_err(|error| fault(doing, &error))? {
        0 => Ok(Outcome::Fenced),
        _ => Ok(Outcome::Done),
    }
}

/// Reserves numbers up to this one.
pub async fn reserve(
    connection: &mut impl Connection,
    room: &RoomId,
    fence: u64,
    up_to: u64,
) -> Result<Outcome, StoreError> {
    let change = Statement::new(
        "UPDATE rooms SET reserved = CASE WHEN reserved < $1 THEN $1 ELSE reserved END \
         WHERE id = $2 AND fence = $3 AND owner IS NOT NULL",
        [up_to.into(), room.as_str().into(), fence.into()],
    );
    leased(connection, "reserving numbers", change).await
}

/// Gives a lease back.
pub async fn release(
    connection: &mut impl Connection,
    room: &RoomId,
    fence: u64,
    head: u64,
    over: bool,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let change = Statement::new(
        "UPDATE rooms SET owner = NULL, reserved = $1, used_at = $2, \
         opened_at = CASE WHEN $3 THEN NULL ELSE opened_at END \
         WHERE id = $4 AND fence = $5 AND owner IS NOT NULL",
        [
            head.into(),
            at.into(),
            over.into(),
            room.as_str().into(),
            fence.into(),
        ],
    );
    leased(connection, "giving a room's lease back", change).await
}

/// Adds all entries of a run whose leases hold, in one statement.
pub async fn append<C: Connection>(
    connection: &mut C,
    run: &[Write],
    outcomes: &mut Vec<Outcome>,
) -> Result<(), StoreError> {
    let appends: Vec<(&RoomId, u64, &LogEntry)> = run
        .iter()
        .filter_map(|write| match write {
            Write::Append { room, fence, entry } => Some((room, *fence, entry)),
            _ => None,
        })
        .collect();
    let fences = held_fences(connection, &appends).await?;
    let holds = |room: &RoomId, fence| fences.get(room.as_str()) == Some(&fence);
    let valid: Vec<_> = appends
        .iter()
        .filter(|(room, fence, _)| holds(room, *fence))
        .collect();
    if !valid.is_empty() {
        let rows = valid.iter().map(|(room, _, entry)| -> [Value; 7] {
            let subject = &entry.subject;
            [
                room.as_str().into(),
                entry.seq.into(),
                subject.kind.name().into(),
                subject.speaker.as_str().into(),
                subject.language.as_ref().map(|tag| tag.as_str()).into(),
                subject.at.into(),
                (&*entry.frame).into(),
            ]
        });
        let statement = Statement::of_rows(
            "INSERT INTO room_log (room_id, seq, kind, speaker, language, said_at, frame) VALUES",
            rows,
            "ON CONFLICT (room_id, seq) DO NOTHING",
        );
        let added = connection.run(statement).await;
        added.map_err(|error| fault(APPENDING, &error))?;
    }
    outcomes.extend(appends.iter().map(|(room, fence, _)| {
        if holds(room, *fence) {
            Outcome::Done
        } else {
            Outcome::Fenced
        }
    }));
    Ok(())
}

/// The fencing tokens of those of these rooms that somebody holds. They stay as they are until the transaction ends.
async fn held_fences<C: Connection>(
    connection: &mut C,
    appends: &[(&RoomId, u64, &LogEntry)],
) -> Result<BTreeMap<String, u64>, StoreError> {
    let rooms: BTreeMap<&str, ()> = appends
        .iter()
        .map(|(room, ..)| (room.as_str(), ()))
        .collect();
    let statement = Statement::of_rows(
        "SELECT id, fence FROM rooms WHERE id IN (VALUES",
        rooms.into_keys().map(|room| [room.into()]),
        // In order, so that two transactions that need the same rooms do not wait for each other for ever.
        &format!(") AND owner IS NOT NULL ORDER BY id{}", C::UNTIL_COMMITTED),
    );
    let held: Vec<(String, i64)> = connection
        .rows(statement)
        .await
        .map_err(|error| fault(APPENDING, &error))?;
    held.into_iter()
        .map(|(room, fence)| Ok((room, number(fence)?)))
        .collect()
}
