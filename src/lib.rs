//! Live interpretation in calls, rooms and meetings.

pub mod domain;
pub mod store;
pub mod supervision;
pub mod audio;
