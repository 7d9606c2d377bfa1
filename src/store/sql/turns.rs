//! In which order processes that write to the same rooms and sessions of PostgreSQL wait for each other.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::{
    super::{contract::StoreError, record::Write},
    connection::{Connection as _, Statement},
    fault::fault,
};

/// Waits until no other transaction writes to what these writes name, and keeps others waiting until this one ends.
///
/// All of it is taken in one order before anything is written, so that no two groups wait for each other for ever. The
/// locks are on names and not on rows: those that are about to be made have none yet.
///
/// # Errors
/// The transaction must be rolled back then.
pub async fn take(connection: &mut PgConnection, writes: &[Write]) -> Result<(), StoreError> {
    let names: BTreeSet<String> = writes.iter().filter_map(name).collect();
    if names.is_empty() {
        return Ok(());
    }
    let statement = Statement::of_rows(
        "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM (VALUES",
        names.into_iter().map(|name| [name.into()]),
        ") AS names (name)",
    );
    let taken = connection.run(statement).await;
    taken
        .map(drop)
        .map_err(|error| fault("waiting for other server processes", &error))
}

/// What is locked for a write; nothing for those that name no one room or session, or only add a row. Everybody who
/// uses the database may lock numbers, so it is made from a text of ours.
fn name(write: &Write) -> Option<String> {
    let session = |id| Some(format!("interpres/session/{id}"));
    let room = |id| Some(format!("interpres/room/{id}"));
    match write {
        Write::CreateSession(record) | Write::SaveSession(record) => session(&record.id),
        Write::ClaimSession { id, .. } | Write::RemoveSession(id) | Write::EraseSession(id) => {
            session(id)
        }
        Write::AcquireRoom { room: id, .. }
        | Write::ReserveNumbers { room: id, .. }
        | Write::Append { room: id, .. }
        | Write::ReleaseRoom { room: id, .. }
        | Write::EraseRoom(id) => room(id),
        Write::AddUsage(usage) => room(&usage.room),
        // Two that take over the same rows, each in its own order, would wait for each other.
        Write::TakeOver { kind, from, .. } => Some(format!("interpres/holdings/{kind}/{from}")),
        Write::Mark
        | Write::Hold { .. }
        | Write::GiveBack { .. }
        | Write::ExpireSessions { .. }
        | Write::ReleaseNode(_)
        | Write::Audit(_)
        | Write::ForgetOld { .. } => None,
    }
}
