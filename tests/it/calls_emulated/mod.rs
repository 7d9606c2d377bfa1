//! Calls from end to end: the server and the emulator of Communication Services as two processes that know each other by
//! their settings alone.

mod faults;
mod gateway;
mod killed;
mod lifecycles;
mod rig;
mod together;
