//! A connection to either database, as the statements see it.

use std::borrow::Cow;

use sqlx::{
    AssertSqlSafe, FromRow, PgConnection, SqliteConnection, postgres::PgRow, sqlite::SqliteRow,
};

use crate::domain::time::Timestamp;

/// What is put into a statement.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// No text.
    NoText,
    /// A whole number.
    Number(i64),
    /// No number.
    NoNumber,
    /// Yes or no.
    Flag(bool),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::NoText, Self::from)
    }
}

/// Beyond the largest number of a database it is that one: what we count rises by one and never gets there, and what
/// is asked for may.
impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Option<u64>> for Value<'_> {
    fn from(number: Option<u64>) -> Self {
        number.map_or(Self::NoNumber, Self::from)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(moment: Timestamp) -> Self {
        moment.unix_millis().into()
    }
}

/// A statement with its values, in place of `$1`, `$2` and so on.
#[derive(Debug)]
pub struct Statement<'a> {
    text: Cow<'static, str>,
    values: Vec<Value<'a>>,
    /// Whether the database keeps it prepared.
    kept: bool,
}

impl<'a> Statement<'a> {
    /// One that is used again and again; the database keeps it prepared.
    pub fn new<const N: usize>(text: &'static str, values: [Value<'a>; N]) -> Self {
        Self {
            text: Cow::Borrowed(text),
            values: values.into(),
            kept: true,
        }
    }

    /// `before`, then a tuple of values for each row, then `after`. There are as many of these as sizes of groups, and
    /// only that for one row is kept prepared.
    pub fn of_rows<const N: usize>(
        before: &str,
        rows: impl ExactSizeIterator<Item = [Value<'a>; N]>,
        after: &str,
    ) -> Self {
        let mut text = String::with_capacity(before.len() + rows.len() * N * 6 + after.len());
        text.push_str(before);
        let mut values = Vec::with_capacity(rows.len() * N);
        let kept = rows.len() == 1;
        for row in rows {
            text.push_str(if values.is_empty() { " (" } else { ", (" });
            for (column, value) in row.into_iter().enumerate() {
                values.push(value);
                text.push_str(if column == 0 { "$" } else { ", $" });
                text.push_str(&values.len().to_string());
            }
            text.push(')');
        }
        text.push(' ');
        text.push_str(after);
        Self {
            text: Cow::Owned(text),
            values,
            kept,
        }
    }
}

/// A row of either database as this type.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

/// A connection to either database.
pub trait Connection: Send {
    /// Whether its texts may hold U+0000. Where not, U+FFFD is stored and looked for in its place: refused, one such
    /// character would spoil the whole group it is written in. JSON escapes it, so it is none of what is said.
    const TAKES_NUL: bool;

    /// What follows a `SELECT` whose rows must stay as they are until the transaction ends.
    const UNTIL_COMMITTED: &'static str;

    /// Runs a statement; how many rows it changed.
    fn run(
        &mut self,
        statement: Statement<'_>,
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;

    /// Runs a statement; the rows it gives.
    fn rows<T: Row>(
        &mut self,
        statement: Statement<'_>,
    ) -> impl Future<Output = Result<Vec<T>, sqlx::Error>> + Send;

    /// Runs a statement; the first row it gives.
    fn row<T: Row>(
        &mut self,
        statement: Statement<'_>,
    ) -> impl Future<Output = Result<Option<T>, sqlx::Error>> + Send;
}

fn without_nul(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{FFFD}"))
    } else {
        text
    }
}

/// The text of this program alone: values never become part of it.
macro_rules! prepared {
    ($query:expr, $statement:ident) => {{
        let mut query = $query(AssertSqlSafe($statement.text)).persistent($statement.kept);
        for value in $statement.values {
            query = match value {
                Value::Text(text) if Self::TAKES_NUL => query.bind(text),
                Value::Text(text) => query.bind(without_nul(text)),
                Value::NoText => query.bind(None::<&str>),
                Value::Number(number) => query.bind(number),
                Value::NoNumber => query.bind(None::<i64>),
                Value::Flag(flag) => query.bind(flag),
            };
        }
        query
    }};
}

macro_rules! connection {
    ($connection:ty, $takes_nul:literal, $until_committed:literal) => {
        impl Connection for $connection {
            const TAKES_NUL: bool = $takes_nul;
            const UNTIL_COMMITTED: &'static str = $until_committed;

            async fn run(&mut self, statement: Statement<'_>) -> Result<u64, sqlx::Error> {
                let done = prepared!(sqlx::query, statement).execute(self).await?;
                Ok(done.rows_affected())
            }

            async fn rows<T: Row>(
                &mut self,
                statement: Statement<'_>,
            ) -> Result<Vec<T>, sqlx::Error> {
                prepared!(sqlx::query_as, statement).fetch_all(self).await
            }

            async fn row<T: Row>(
                &mut self,
                statement: Statement<'_>,
            ) -> Result<Option<T>, sqlx::Error> {
                prepared!(sqlx::query_as, statement)
                    .fetch_optional(self)
                    .await
            }
        }
    };
}

// There is one writer at a time.
connection!(SqliteConnection, true, "");
connection!(PgConnection, false, " FOR SHARE");
