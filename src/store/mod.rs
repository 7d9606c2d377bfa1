//! What outlives actors and processes: session rows, room logs, usage, the audit trail.
//!
//! [`contract`] says what a store does; [`memory`] and the databases do it: [`open`] opens the one of the settings.
//! [`recorder`] commits writes in groups, [`durable_log`] is a room's log on its lease, [`ledger`] what its engines
//! cost, and [`archive`] is what actors ask: a cache over the store, that gives out one handle per session and per room.

pub mod archive;
pub mod contract;
pub mod durable_log;
pub mod ledger;
pub mod log_pages;
pub mod memory;
mod node_lock;
mod node_sign;
pub mod open;
mod postgres;
pub mod record;
pub mod recorder;
mod sql;
mod sqlite;
pub mod state;
