//! What is read.

use super::{
    super::{
        contract::StoreError,
        record::{
            AuditRecord, DayUsage, LogExtent, NodeId, Range, RoomRecord, SessionRecord, UsageRecord,
        },
    },
    connection::{Connection, Row, Statement},
    fault::fault,
    rows::{AuditRow, EntryRow, RoomRow, SessionRow, UsageRow, node, number, session_columns},
};
use crate::domain::{
    identity::{RoomId, SessionId},
    room_log::LogEntry,
    time::Day,
};

/// What is being done when it is asked who has something.
const WHO_HAS: &str = "reading who has what costs money";

async fn all<T: Row, R>(
    connection: &mut impl Connection,
    doing: &'static str,
    statement: Statement<'_>,
    into: impl FnMut(T) -> Result<R, StoreError>,
) -> Result<Vec<R>, StoreError> {
    let rows = connection.rows(statement).await;
    let rows = rows.map_err(|error| fault(doing, &error))?;
    rows.into_iter().map(into).collect()
}

async fn one<T: Row>(
    connection: &mut impl Connection,
    doing: &'static str,
    statement: Statement<'_>,
) -> Result<Option<T>, StoreError> {
    let row = connection.row(statement).await;
    row.map_err(|error| fault(doing, &error))
}

pub async fn holders(connection: &mut impl Connection) -> Result<Vec<NodeId>, StoreError> {
    let statement = Statement::new(
        "SELECT holder FROM sessions WHERE holder IS NOT NULL \
         UNION SELECT owner FROM rooms WHERE owner IS NOT NULL ORDER BY 1",
        [],
    );
    let into = |(holder,): (String,)| node(&holder);
    all(connection, "reading who holds sessions", statement, into).await
}

pub async fn holders_of(
    connection: &mut impl Connection,
    kind: &str,
) -> Result<Vec<NodeId>, StoreError> {
    let statement = Statement::new(
        "SELECT DISTINCT node FROM holdings WHERE kind = $1 ORDER BY 1",
        [kind.into()],
    );
    let into = |(holder,): (String,)| node(&holder);
    all(connection, WHO_HAS, statement, into).await
}

pub async fn holder_of(
    connection: &mut impl Connection,
    kind: &str,
    id: &str,
) -> Result<Option<NodeId>, StoreError> {
    let statement = Statement::new(
        "SELECT node FROM holdings WHERE kind = $1 AND id = $2",
        [kind.into(), id.into()],
    );
    let row: Option<(String,)> = one(connection, WHO_HAS, statement).await?;
    row.map(|(holder,)| node(&holder)).transpose()
}

pub async fn session(
    connection: &mut impl Connection,
    id: &SessionId,
) -> Result<Option<SessionRecord>, StoreError> {
    let statement = Statement::new(
        concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions WHERE id = $1"
        ),
        [id.as_str().into()],
    );
    let row: Option<SessionRow> = one(connection, "reading a session", statement).await?;
    row.map(TryInto::try_into).transpose()
}

pub async fn sessions(
    connection: &mut impl Connection,
    after: Option<&SessionId>,
    limit: u32,
) -> Result<Vec<SessionRecord>, StoreError> {
    // No id is empty, so all come after that.
    let after = after.map_or("", SessionId::as_str);
    let statement = Statement::new(
        concat!(
            "SELECT ",
            session_columns!(),
            " FROM sessions WHERE id > $1 ORDER BY id LIMIT $2"
        ),
        [after.into(), limit.into()],
    );
    all(
        connection,
        "reading sessions",
        statement,
        |row: SessionRow| row.try_into(),
    )
    .await
}

pub async fn session_count(
    connection: &mut impl Connection,
    owner: Option<&str>,
) -> Result<u64, StoreError> {
    let statement = match owner {
        None => Statement::new("SELECT COUNT(*) FROM sessions", []),
        Some(owner) => Statement::new(
            "SELECT COUNT(*) FROM sessions WHERE owner = $1",
            [owner.into()],
        ),
    };
    let counted: Option<(i64,)> = one(connection, "counting sessions", statement).await?;
    counted.map_or(Ok(0), |(count,)| number(count))
}

pub async fn room(
    connection: &mut impl Connection,
    id: &RoomId,
) -> Result<Option<RoomRecord>, StoreError> {
    let statement = Statement::new(
        "SELECT name, private, owner, fence, reserved, opened_at, created_at, used_at, \
         budget_audio_ms, budget_nanodollars, used_audio_ms, used_nanodollars \
         FROM rooms WHERE id = $1",
        [id.as_str().into()],
    );
    let row: Option<RoomRow> = one(connection, "reading a room", statement).await?;
    row.map(|row| row.into_record(id.clone())).transpose()
}

const READING_LOG: &str = "reading a room's log";

pub async fn entries(
    connection: &mut impl Connection,
    room: &RoomId,
    range: Range,
) -> Result<Vec<LogEntry>, StoreError> {
    let statement = Statement::new(
        "SELECT seq, kind, speaker, language, said_at, frame FROM room_log \
         WHERE room_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        [room.as_str().into(), range.after.into(), range.limit.into()],
    );
    all(connection, READING_LOG, statement, |row: EntryRow| {
        row.try_into()
    })
    .await
}

pub async fn newest(
    connection: &mut impl Connection,
    room: &RoomId,
    limit: u32,
) -> Result<Vec<LogEntry>, StoreError> {
    let statement = Statement::new(
        "SELECT seq, kind, speaker, language, said_at, frame FROM room_log \
         WHERE room_id = $1 ORDER BY seq DESC LIMIT $2",
        [room.as_str().into(), limit.into()],
    );
    let into = |row: EntryRow| row.try_into();
    let mut newest = all(connection, READING_LOG, statement, into).await?;
    newest.reverse();
    Ok(newest)
}

pub async fn presences(
    connection: &mut impl Connection,
    room: &RoomId,
    from: u64,
) -> Result<Vec<LogEntry>, StoreError> {
    let statement = Statement::new(
        "SELECT seq, kind, speaker, language, said_at, frame FROM room_log \
         WHERE room_id = $1 AND seq >= $2 AND kind IN ('present', 'left') ORDER BY seq",
        [room.as_str().into(), from.into()],
    );
    all(connection, READING_LOG, statement, |row: EntryRow| {
        row.try_into()
    })
    .await
}

pub async fn extent(
    connection: &mut impl Connection,
    room: &RoomId,
) -> Result<LogExtent, StoreError> {
    let statement = Statement::new(
        "SELECT COUNT(*), COALESCE(MIN(seq), 0), COALESCE(MAX(seq), 0) FROM room_log \
         WHERE room_id = $1",
        [room.as_str().into()],
    );
    let extent: Option<(i64, i64, i64)> = one(connection, READING_LOG, statement).await?;
    let Some((entries, first, last)) = extent else {
        return Ok(LogExtent::default());
    };
    Ok(LogExtent {
        entries: number(entries)?,
        first: number(first)?,
        last: number(last)?,
    })
}

pub async fn usage(
    connection: &mut impl Connection,
    room: &RoomId,
) -> Result<Vec<UsageRecord>, StoreError> {
    let statement = Statement::new(
        "SELECT day, engine, audio_ms, tokens, nanodollars FROM usage WHERE room_id = $1 ORDER BY day, engine",
        [room.as_str().into()],
    );
    let into = |row: UsageRow| row.into_record(room.clone());
    all(connection, "reading usage", statement, into).await
}

pub async fn usage_by_day(
    connection: &mut impl Connection,
    from: Day,
    to: Day,
) -> Result<Vec<DayUsage>, StoreError> {
    // The sum of large numbers is of another type than they are.
    let statement = Statement::new(
        "SELECT day, engine, CAST(SUM(audio_ms) AS BIGINT) AS audio_ms, CAST(SUM(tokens) AS BIGINT) AS tokens, \
         CAST(SUM(nanodollars) AS BIGINT) AS nanodollars \
         FROM usage WHERE day >= $1 AND day <= $2 GROUP BY day, engine ORDER BY day, engine",
        [from.to_string().into(), to.to_string().into()],
    );
    all(connection, "reading usage", statement, |row: UsageRow| {
        row.try_into()
    })
    .await
}

pub async fn audit(
    connection: &mut impl Connection,
    limit: u32,
) -> Result<Vec<AuditRecord>, StoreError> {
    let statement = Statement::new(
        "SELECT at, subject, role, action, target, outcome FROM audit ORDER BY id DESC LIMIT $1",
        [limit.into()],
    );
    all(
        connection,
        "reading the audit trail",
        statement,
        |row: AuditRow| row.try_into(),
    )
    .await
}
