//! Calls between the real server and the emulator of the service, each in a process of its own: what measurements and
//! tests (`tests/it/acs/soak.rs`) have in common.

pub mod caller;
pub mod pair;
pub mod remains;
pub mod soak;
pub mod trouble;
