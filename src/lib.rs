//! Live interpretation in calls, rooms and meetings.

pub mod domain;
pub mod engines;
pub mod supervision;
