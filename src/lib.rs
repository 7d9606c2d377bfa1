//! Live interpretation in calls, rooms and meetings.

pub mod config;
pub mod domain;
pub mod http;
