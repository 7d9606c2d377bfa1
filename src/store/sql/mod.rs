//! What SQLite and PostgreSQL have in common, which is all of the SQL: they differ in how they are opened, who else may
//! use them, and what they call a failure.

pub(super) mod connection;
pub(super) mod database;
pub(super) mod fault;
mod holdings;
mod reads;
mod rooms;
mod rows;
mod sessions;
pub(super) mod turns;
mod writes;

pub(super) use writes::write_all;
