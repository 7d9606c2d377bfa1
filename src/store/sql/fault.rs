//! What a database calls a failure, as one of three: try again, never, not understood.

use sqlx::{error::DatabaseError, postgres::PgDatabaseError, sqlite::SqliteError};

use super::super::contract::StoreError;

/// SQLite's primary result codes (sqlite.org/rescode.html) that are about the statement and its values: SQLITE_ERROR,
/// TOOBIG, CONSTRAINT, MISMATCH, MISUSE and RANGE. All others are about the disk, the file or other processes.
const SQLITE_REFUSALS: [i32; 6] = [1, 18, 19, 20, 21, 25];

/// Those that say that the file is damaged, which does not pass: SQLITE_CORRUPT and NOTADB.
const SQLITE_DAMAGE: [i32; 2] = [11, 26];

/// PostgreSQL's error classes (appendix A) that are about the statement and its values: features, cardinality, data,
/// integrity, limits of the program. All others are about the server, its disk, permissions or other clients.
const POSTGRES_REFUSALS: [&str; 5] = ["0A", "21", "22", "23", "54"];

/// SQLSTATE of statements that are wrong; 42501, in the same class, is a missing permission, which can be given.
const POSTGRES_WRONG: &str = "42";
const POSTGRES_FORBIDDEN: &str = "42501";

/// The class of data that is wrong; its messages may show the data.
const POSTGRES_DATA: &str = "22";

/// SQLSTATE of a transaction that the server broke off because another was in its way: serialization_failure and
/// deadlock_detected.
const POSTGRES_IN_THE_WAY: [&str; 2] = ["40001", "40P01"];

/// Whether the same transaction, begun anew, is likely to succeed at once.
pub fn was_in_the_way(error: &StoreError) -> bool {
    let StoreError::Unavailable { cause, .. } = error else {
        return false;
    };
    POSTGRES_IN_THE_WAY
        .iter()
        .any(|code| cause.ends_with(&with_code(code)))
}

fn with_code(code: &str) -> String {
    format!("(SQLSTATE {code})")
}

/// What is to be said and done about an error. Nothing of what was written is in it.
pub fn fault(doing: &'static str, error: &sqlx::Error) -> StoreError {
    use sqlx::Error as E;
    let cause = cause(error);
    match error {
        E::Database(error) if is_refusal(&**error) => StoreError::Refused { doing, cause },
        E::Encode(_) | E::InvalidArgument(_) => StoreError::Refused { doing, cause },
        E::ColumnDecode { .. }
        | E::Decode(_)
        | E::ColumnNotFound(_)
        | E::ColumnIndexOutOfBounds { .. }
        | E::TypeNotFound { .. } => StoreError::Unreadable { what: "row", cause },
        _ => StoreError::Unavailable { doing, cause },
    }
}

/// What to do about a damaged file. Nothing is done about it unasked: what is left in it can be read out
/// (sqlite.org/recovery.html).
const DAMAGED: &str =
    "put a backup in its place, or move it aside with its -wal and -shm files to begin a new one";

/// The database's own words, and what to do where those do not say it.
pub fn cause(error: &sqlx::Error) -> String {
    if let sqlx::Error::Database(error) = error
        && let Some(error) = error.try_downcast_ref::<PgDatabaseError>()
    {
        return if error.code().starts_with(POSTGRES_DATA) {
            format!("SQLSTATE {}", error.code())
        } else {
            format!("{} {}", error.message(), with_code(error.code()))
        };
    }
    match error {
        sqlx::Error::Database(error)
            if sqlite_code(&**error).is_some_and(|code| SQLITE_DAMAGE.contains(&code)) =>
        {
            format!("{}; {DAMAGED}", error.message())
        }
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index} has another type"),
        sqlx::Error::PoolTimedOut => "no connection within the time allowed".into(),
        other => other.to_string(),
    }
}

fn is_refusal(error: &dyn DatabaseError) -> bool {
    if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
        let code = error.code();
        return code != POSTGRES_FORBIDDEN
            && (code.starts_with(POSTGRES_WRONG)
                || POSTGRES_REFUSALS
                    .iter()
                    .any(|class| code.starts_with(class)));
    }
    sqlite_code(error).is_some_and(|code| SQLITE_REFUSALS.contains(&code))
}

/// SQLite's primary result code.
fn sqlite_code(error: &dyn DatabaseError) -> Option<i32> {
    let error = error.try_downcast_ref::<SqliteError>()?;
    let code: i32 = error.code()?.parse().ok()?;
    // The lowest byte is the primary code, the others say more.
    Some(code & 0xff)
}
