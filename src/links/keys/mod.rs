//! The public keys of those who sign tokens: fetched in the background, cached, renewed when a token names an unknown one.
//!
//! [`Issuer`] asks for them, a [`PublishedKey`] is one of them and what it may check, a [`KeySet`] keeps them.

mod issuer;
mod key_set;
mod published_key;

pub use self::issuer::Issuer;
pub use self::key_set::{KeySet, NoKey};
pub use self::published_key::PublishedKey;
