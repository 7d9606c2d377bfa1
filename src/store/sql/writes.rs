//! A group of writes in the transaction of one connection. Those of a kind that follow each other go in one statement.

use super::{
    super::{
        contract::StoreError,
        record::{AuditRecord, NodeId, Outcome, UsageRecord, Write},
    },
    connection::{Connection, Statement},
    fault::fault,
    holdings, rooms, sessions,
};
use crate::domain::{
    identity::{RoomId, SessionId},
    time::Timestamp,
};

/// Makes all changes in order; the outcomes stand in the same order.
///
/// # Errors
/// The transaction must be rolled back then.
pub async fn write_all<C: Connection>(
    connection: &mut C,
    writes: &[Write],
) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes = Vec::with_capacity(writes.len());
    for run in writes.chunk_by(go_together) {
        match run {
            [Write::CreateSession(_), ..] => {
                sessions::create(connection, run, &mut outcomes).await?;
            }
            [Write::Append { .. }, ..] => rooms::append(connection, run, &mut outcomes).await?,
            run => {
                for write in run {
                    outcomes.push(write_one(connection, write).await?);
                }
            }
        }
    }
    Ok(outcomes)
}

/// Whether two writes may be of one statement.
fn go_together(first: &Write, second: &Write) -> bool {
    matches!(
        (first, second),
        (Write::CreateSession(_), Write::CreateSession(_))
            | (Write::Append { .. }, Write::Append { .. })
    )
}

async fn write_one<C: Connection>(
    connection: &mut C,
    write: &Write,
) -> Result<Outcome, StoreError> {
    match write {
        Write::Mark | Write::CreateSession(_) | Write::Append { .. } => Ok(Outcome::Done),
        Write::ClaimSession { id, node } => sessions::claim(connection, id, node).await,
        Write::SaveSession(session) => sessions::save(connection, session).await,
        Write::RemoveSession(id) => sessions::remove(connection, id).await,
        Write::ExpireSessions { before } => sessions::expire(connection, *before).await,
        Write::AcquireRoom {
            room,
            node,
            name,
            private,
            budget,
            at,
        } => {
            let (name, budget) = (name.as_deref(), budget.as_ref());
            rooms::acquire(connection, room, node, name, *private, budget, *at).await
        }
        Write::ReserveNumbers { room, fence, up_to } => {
            rooms::reserve(connection, room, *fence, *up_to).await
        }
        Write::ReleaseRoom {
            room,
            fence,
            head,
            over,
            at,
        } => rooms::release(connection, room, *fence, *head, *over, *at).await,
        Write::Hold { holding, node } => holdings::hold(connection, holding, node).await,
        Write::GiveBack { kind, id, node } => holdings::give_back(connection, kind, id, node).await,
        Write::TakeOver { kind, from, node } => {
            holdings::take_over(connection, kind, from, node).await
        }
        Write::ReleaseNode(node) => release_node(connection, node).await,
        Write::AddUsage(usage) => add_usage(connection, usage).await,
        Write::Audit(record) => audit(connection, record).await,
        Write::EraseSession(id) => erase_session(connection, id).await,
        Write::EraseRoom(id) => erase_room(connection, id).await,
        Write::ForgetOld {
            entries_before,
            audit_before,
        } => forget(connection, *entries_before, *audit_before).await,
    }
}

/// Runs each of these, for the same purpose.
async fn run_all<const N: usize>(
    connection: &mut impl Connection,
    doing: &'static str,
    statements: [Statement<'_>; N],
) -> Result<Outcome, StoreError> {
    for statement in statements {
        let done = connection.run(statement).await;
        done.map_err(|error| fault(doing, &error))?;
    }
    Ok(Outcome::Done)
}

async fn release_node(
    connection: &mut impl Connection,
    node: &NodeId,
) -> Result<Outcome, StoreError> {
    run_all(
        connection,
        "letting go of what a dead server process held",
        [
            Statement::new(
                "UPDATE sessions SET holder = NULL WHERE holder = $1",
                [node.as_str().into()],
            ),
            Statement::new(
                "UPDATE rooms SET owner = NULL WHERE owner = $1",
                [node.as_str().into()],
            ),
        ],
    )
    .await
}

async fn add_usage(
    connection: &mut impl Connection,
    usage: &UsageRecord,
) -> Result<Outcome, StoreError> {
    let amount = &usage.amount;
    let of_the_day = Statement::new(
        "INSERT INTO usage (room_id, day, engine, audio_ms, tokens, nanodollars) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (room_id, day, engine) DO UPDATE SET \
         audio_ms = usage.audio_ms + excluded.audio_ms, tokens = usage.tokens + excluded.tokens, \
         nanodollars = usage.nanodollars + excluded.nanodollars",
        [
            usage.room.as_str().into(),
            usage.day.as_str().into(),
            usage.engine.as_str().into(),
            amount.audio_ms.into(),
            amount.tokens.into(),
            amount.cost.nanodollars().into(),
        ],
    );
    let of_the_room = Statement::new(
        "UPDATE rooms SET used_audio_ms = used_audio_ms + $1, used_nanodollars = used_nanodollars + $2 \
         WHERE id = $3",
        [
            amount.audio_ms.into(),
            amount.cost.nanodollars().into(),
            usage.room.as_str().into(),
        ],
    );
    run_all(connection, "adding usage", [of_the_day, of_the_room]).await
}

async fn audit(
    connection: &mut impl Connection,
    record: &AuditRecord,
) -> Result<Outcome, StoreError> {
    let statement = Statement::new(
        "INSERT INTO audit (at, subject, role, action, target, outcome) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            record.at.into(),
            record.subject.as_deref().into(),
            record.role.as_str().into(),
            record.action.as_str().into(),
            record.target.as_str().into(),
            record.outcome.as_str().into(),
        ],
    );
    run_all(connection, "noting what was ordered", [statement]).await
}

async fn erase_session(
    connection: &mut impl Connection,
    id: &SessionId,
) -> Result<Outcome, StoreError> {
    run_all(
        connection,
        "erasing a session",
        [
            Statement::new("DELETE FROM sessions WHERE id = $1", [id.as_str().into()]),
            Statement::new(
                "DELETE FROM room_log WHERE speaker = $1",
                [id.as_str().into()],
            ),
        ],
    )
    .await
}

async fn erase_room(connection: &mut impl Connection, id: &RoomId) -> Result<Outcome, StoreError> {
    run_all(
        connection,
        "erasing a room",
        [
            Statement::new(
                "DELETE FROM room_log WHERE room_id = $1",
                [id.as_str().into()],
            ),
            // What was spent was spent: the sums stay, under no room's name.
            Statement::new(
                "INSERT INTO usage (room_id, day, engine, audio_ms, tokens, nanodollars) \
                 SELECT '', day, engine, audio_ms, tokens, nanodollars FROM usage WHERE room_id = $1 \
                 ON CONFLICT (room_id, day, engine) DO UPDATE SET \
                 audio_ms = usage.audio_ms + excluded.audio_ms, tokens = usage.tokens + excluded.tokens, \
                 nanodollars = usage.nanodollars + excluded.nanodollars",
                [id.as_str().into()],
            ),
            Statement::new("DELETE FROM usage WHERE room_id = $1", [id.as_str().into()]),
            Statement::new(
                "UPDATE rooms SET name = NULL WHERE id = $1",
                [id.as_str().into()],
            ),
        ],
    )
    .await
}

async fn forget(
    connection: &mut impl Connection,
    entries_before: Timestamp,
    audit_before: Timestamp,
) -> Result<Outcome, StoreError> {
    run_all(
        connection,
        "removing what is older than it is kept",
        [
            Statement::new(
                "DELETE FROM room_log WHERE said_at < $1",
                [entries_before.into()],
            ),
            Statement::new(
                "DELETE FROM usage WHERE day < $1",
                [audit_before.day().into()],
            ),
            Statement::new("DELETE FROM audit WHERE at < $1", [audit_before.into()]),
            Statement::new(
                "DELETE FROM rooms WHERE owner IS NULL AND used_at < $1 \
                 AND NOT EXISTS (SELECT 1 FROM room_log WHERE room_log.room_id = rooms.id)",
                [entries_before.into()],
            ),
        ],
    )
    .await
}
