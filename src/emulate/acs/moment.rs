//! Times of day as this wire writes them.

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// `2026-03-12T10:00:00.1234567`, in UTC.
const TENTHS_OF_MICROSECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:7]");

/// `2026-03-12T10:00:00.123`, in UTC.
const MILLISECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]");

fn written(time: OffsetDateTime, form: &[BorrowedFormatItem<'_>]) -> String {
    // A date that comes from a clock can always be written.
    time.format(form).unwrap_or_default()
}

/// As callbacks have it.
pub fn in_callback(time: OffsetDateTime) -> String {
    format!("{}+00:00", written(time, TENTHS_OF_MICROSECONDS))
}

/// As events have it.
pub fn in_event(time: OffsetDateTime) -> String {
    format!("{}Z", written(time, TENTHS_OF_MICROSECONDS))
}

/// As frames have it.
pub fn in_frame(time: OffsetDateTime) -> String {
    format!("{}Z", written(time, MILLISECONDS))
}

/// As answers have it.
pub fn in_answer(time: OffsetDateTime) -> String {
    format!("{}+00:00", written(time, MILLISECONDS))
}
