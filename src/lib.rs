//! Live interpretation in calls, rooms and meetings.

pub mod audio;
