//! What is written of sessions.

use std::collections::HashMap;

use super::{
    super::{
        contract::StoreError,
        record::{NodeId, Outcome, SessionRecord, Write},
    },
    connection::{Connection, Statement, Value},
    fault::fault,
    rows::{SessionRow, session_columns},
};
use crate::domain::{identity::SessionId, time::Timestamp};

const CREATING: &str = "making a session";
const SAVING: &str = "saving a session";

/// The parts of a session that are stored as JSON.
struct Encoded {
    config: String,
    data: Option<String>,
}

impl Encoded {
    fn of(session: &SessionRecord) -> Result<Self, StoreError> {
        let refused = |error: serde_json::Error| StoreError::Refused {
            doing: SAVING,
            cause: error.to_string(),
        };
        Ok(Self {
            config: serde_json::to_string(&session.config).map_err(refused)?,
            data: session
                .data
                .as_ref()
                .map(|data| serde_json::to_string(data).map_err(refused))
                .transpose()?,
        })
    }
}

/// Makes all sessions of a run in one statement.
pub async fn create<C: Connection>(
    connection: &mut C,
    run: &[Write],
    outcomes: &mut Vec<Outcome>,
) -> Result<(), StoreError> {
    let mut sessions = Vec::with_capacity(run.len());
    for write in run {
        if let Write::CreateSession(session) = write {
            sessions.push((&**session, Encoded::of(session)?));
        }
    }
    let rows = sessions.iter().map(|(session, encoded)| -> [Value; 12] {
        [
            session.id.as_str().into(),
            session.owner.as_deref().into(),
            encoded.config.as_str().into(),
            encoded.data.as_deref().into(),
            session.private_room.as_str().into(),
            session.room().as_str().into(),
            session.cursor.into(),
            session.entered_at.into(),
            session.created_at.into(),
            session.active_at.into(),
            session.holder.as_ref().map(NodeId::as_str).into(),
            session.fence.into(),
        ]
    });
    let statement = Statement::of_rows(
        "INSERT INTO sessions (id, owner, config, data, private_room, room_id, cursor, entered_at, \
         created_at, active_at, holder, fence) VALUES",
        rows,
        "ON CONFLICT (id) DO NOTHING",
    );
    let made = connection.run(statement).await;
    let made = made.map_err(|error| fault(CREATING, &error))?;
    if made == sessions.len() as u64 {
        outcomes.extend(sessions.iter().map(|_| Outcome::Done));
        return Ok(());
    }
    let stored = private_rooms(connection, &sessions).await?;
    outcomes.extend(
        sessions
            .iter()
            .map(|(session, _)| match stored.get(session.id.as_str()) {
                Some(room) if room == session.private_room.as_str() => Outcome::Done,
                _ => Outcome::Exists,
            }),
    );
    Ok(())
}

/// The private rooms of those of these sessions that are stored, by id.
async fn private_rooms<C: Connection>(
    connection: &mut C,
    sessions: &[(&SessionRecord, Encoded)],
) -> Result<HashMap<String, String>, StoreError> {
    let ids = sessions
        .iter()
        .map(|(session, _)| [session.id.as_str().into()]);
    let statement = Statement::of_rows(
        "SELECT id, private_room FROM sessions WHERE id IN (VALUES",
        ids,
        ")",
    );
    let stored: Vec<(String, String)> = connection
        .rows(statement)
        .await
        .map_err(|error| fault(CREATING, &error))?;
    Ok(stored.into_iter().collect())
}

/// Takes a session for a node.
pub async fn claim(
    connection: &mut impl Connection,
    id: &SessionId,
    node: &NodeId,
) -> Result<Outcome, StoreError> {
    let statement = Statement::new(
        concat!(
            "UPDATE sessions SET holder = $1, fence = fence + 1 WHERE id = $2 RETURNING ",
            session_columns!()
        ),
        [node.as_str().into(), id.as_str().into()],
    );
    let claimed: Option<SessionRow> = connection
        .row(statement)
        .await
        .map_err(|error| fault("claiming a session", &error))?;
    claimed.map_or(Ok(Outcome::Absent), |row| {
        Ok(Outcome::Claimed(Box::new(row.try_into()?)))
    })
}

/// Saves what may change of a session.
pub async fn save(
    connection: &mut impl Connection,
    session: &SessionRecord,
) -> Result<Outcome, StoreError> {
    let encoded = Encoded::of(session)?;
    let statement = Statement::new(
        "UPDATE sessions SET config = $1, data = $2, room_id = $3, cursor = $4, entered_at = $5, \
         active_at = $6, holder = $7 WHERE id = $8 AND private_room = $9 AND fence = $10",
        [
            encoded.config.into(),
            encoded.data.as_deref().into(),
            session.room().as_str().into(),
            session.cursor.into(),
            session.entered_at.into(),
            session.active_at.into(),
            session.holder.as_ref().map(NodeId::as_str).into(),
            session.id.as_str().into(),
            session.private_room.as_str().into(),
            session.fence.into(),
        ],
    );
    let saved = connection.run(statement).await;
    match saved.map_err(|error| fault(SAVING, &error))? {
        0 => Ok(Outcome::Fenced),
        _ => Ok(Outcome::Done),
    }
}

/// Removes a session.
pub async fn remove(
    connection: &mut impl Connection,
    id: &SessionId,
) -> Result<Outcome, StoreError> {
    let statement = Statement::new("DELETE FROM sessions WHERE id = $1", [id.as_str().into()]);
    let removed = connection.run(statement).await;
    removed.map_err(|error| fault("removing a session", &error))?;
    Ok(Outcome::Done)
}

/// Removes the sessions that nobody holds and that were last active before this.
pub async fn expire(
    connection: &mut impl Connection,
    before: Timestamp,
) -> Result<Outcome, StoreError> {
    let statement = Statement::new(
        "DELETE FROM sessions WHERE holder IS NULL AND active_at < $1 RETURNING id",
        [before.into()],
    );
    let removed: Vec<(String,)> = connection
        .rows(statement)
        .await
        .map_err(|error| fault("removing expired sessions", &error))?;
    let ids: Result<Vec<SessionId>, _> = removed.iter().map(|(id,)| id.parse()).collect();
    let mut ids =
        ids.map_err(
            |error: crate::domain::identity::IdentityError| StoreError::Unreadable {
                what: "session",
                cause: error.to_string(),
            },
        )?;
    ids.sort_unstable();
    Ok(Outcome::Removed(ids))
}
