//! Moments as the wire shows them: RFC 3339 in UTC, with milliseconds.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::{
    Date, OffsetDateTime,
    format_description::{BorrowedFormatItem, well_known::Rfc3339},
    macros::{date, format_description},
};

const FORMAT: &[BorrowedFormatItem<'static>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

const DAY: &[BorrowedFormatItem<'static>] = format_description!("[year]-[month]-[day]");

/// A moment in UTC, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime, examples("2026-11-21T12:00:00.000Z"))]
pub struct Timestamp(OffsetDateTime);

impl From<OffsetDateTime> for Timestamp {
    fn from(moment: OffsetDateTime) -> Self {
        Self(moment.to_offset(time::UtcOffset::UTC))
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(moment: Timestamp) -> Self {
        moment.0
    }
}

impl Timestamp {
    /// Milliseconds since 1970.
    pub fn unix_millis(self) -> u64 {
        u64::try_from(self.0.unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
    }

    /// The time from this moment to a later one; none if it is past.
    pub fn until(self, later: Self) -> std::time::Duration {
        (later.0 - self.0).try_into().unwrap_or_default()
    }

    /// The moment this many milliseconds after 1970; the latest there is if it lies beyond the year 9999.
    pub fn from_unix_millis(millis: u64) -> Self {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000);
        Self(moment.unwrap_or(time::PrimitiveDateTime::MAX.assume_utc()))
    }

    /// The day in UTC, as `2026-11-21`.
    pub fn day(self) -> String {
        self.0.date().to_string()
    }

    /// This moment, `duration` earlier, or the first there is.
    pub fn before(self, duration: std::time::Duration) -> Self {
        let duration = time::Duration::try_from(duration).unwrap_or(time::Duration::MAX);
        Self(self.0.saturating_sub(duration))
    }

    /// This moment, `duration` later, or the last there is.
    pub fn after(self, duration: std::time::Duration) -> Self {
        let duration = time::Duration::try_from(duration).unwrap_or(time::Duration::MAX);
        Self(self.0.saturating_add(duration))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.0.format(FORMAT).map_err(|_| std::fmt::Error)?;
        out.write_str(&text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

/// A day in UTC, as `2026-11-21`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(Date);

impl Day {
    /// The first there is.
    pub const FIRST: Self = Self(date!(0000 - 01 - 01));

    /// The last there is.
    pub const LAST: Self = Self(Date::MAX);
}

impl std::fmt::Display for Day {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, out)
    }
}

/// Why a text is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a day; write it as 2026-11-21")]
pub struct DayError(pub String);

impl TryFrom<String> for Day {
    type Error = DayError;

    fn try_from(text: String) -> Result<Self, DayError> {
        let day = Date::parse(&text, DAY);
        day.map(Self)
            .map_err(|_| DayError(text.chars().take(40).collect()))
    }
}

/// Why a text is not a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a moment; use RFC 3339 such as 2026-11-21T12:00:00.000Z")]
pub struct TimestampError(pub String);

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        OffsetDateTime::parse(text, &Rfc3339)
            .map(Self::from)
            .map_err(|_| TimestampError(text.chars().take(40).collect()))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_past_is_no_time_away() {
        let at = |second| Timestamp::from(OffsetDateTime::from_unix_timestamp(second).unwrap());
        assert_eq!(at(5).until(at(7)), std::time::Duration::from_secs(2));
        assert_eq!(at(7).until(at(5)), std::time::Duration::ZERO);
    }

    #[test]
    fn what_was_written_is_read_again() {
        let moment = Timestamp::from_unix_millis(1_700_000_000_123);
        assert_eq!(moment.to_string().parse(), Ok(moment));
        assert_eq!("2023-11-14T23:13:20.123+01:00".parse(), Ok(moment));
        for wrong in ["", "yesterday", "2023-11-14", "2023-11-14T22:13:20"] {
            assert!(wrong.parse::<Timestamp>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn written_in_utc_with_milliseconds() {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_456_789).unwrap();
        assert_eq!(
            Timestamp::from(moment).to_string(),
            "2023-11-14T22:13:20.123Z"
        );
    }
}
