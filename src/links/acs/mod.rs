//! Azure Communication Services: calls that it carries, which the product answers, places, hears and speaks into.
//!
//! [`wire`] is what goes over the wire, both ways; [`signing`] says who we are to it; [`client`] asks it for something;
//! [`tokens`] checks that it is it who calls us. Nothing here decides what becomes of a call.

pub mod client;
pub mod signing;
pub mod tokens;
pub mod wire;
