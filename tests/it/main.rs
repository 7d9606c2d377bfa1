//! The integration tests: one binary, a module per capability.

mod engines;
mod supervision;
