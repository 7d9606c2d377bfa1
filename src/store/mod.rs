//! What outlives actors: the rows of sessions and the logs of rooms.
//!
//! Rows and logs are held in memory here and end with the process.

pub mod archive;
