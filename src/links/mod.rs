//! Links to services of others: what is asked of them over HTTP, and what they send us, in their own words.
//!
//! Lives here: clients, codecs, signatures, checks of what a service says of itself. Does not live here: engines (they are
//! links too, but to one purpose), routes that a service calls, and what is decided of what it says, which actors do.

pub mod acs;
mod causes;
pub mod keys;
