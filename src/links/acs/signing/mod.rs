//! Who we are to the service: a key that signs each request, or a token of Microsoft Entra.
//!
//! A [`ConnectionString`] gives an [`Endpoint`] and an [`AccessKey`]; [`Authorise`] is what a client asks for the headers of
//! one attempt.

mod access_key;
mod authorise;
mod connection_string;
mod endpoint;
mod entra;

pub(in crate::links::acs) use self::access_key::from_rfc1123;
pub use self::access_key::{AccessKey, AccessKeyError, Signature, rfc1123};
pub use self::authorise::{Authorise, Bearer, NotAuthorised, TokenSource, Unsigned};
pub use self::connection_string::{ConnectionString, ConnectionStringError};
pub use self::endpoint::{Endpoint, EndpointError};
pub use self::entra::{Application, EntraTokens};
