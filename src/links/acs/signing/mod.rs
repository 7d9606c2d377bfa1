//! Who we are to the service: a key that signs each request, or a token of Microsoft Entra.
//!
//! A [`ConnectionString`] gives an [`Endpoint`] and an [`AccessKey`]; [`Authorise`] is what a client asks for the headers of
//! one attempt.

mod access_key;
mod authorise;
mod connection_string;
mod endpoint;

pub(in crate::links::acs) use self::access_key::from_rfc1123;
pub use self::access_key::{AccessKey, AccessKeyError, Signature, rfc1123};
pub use self::authorise::{Authorise, NotAuthorised, Unsigned};
pub use self::connection_string::{ConnectionString, ConnectionStringError};
pub use self::endpoint::{Endpoint, EndpointError};

/// What a token of Microsoft Entra is for; the slash at the end is the official SDK's own.
pub const RESOURCE: &str = "https://communication.azure.com/";
