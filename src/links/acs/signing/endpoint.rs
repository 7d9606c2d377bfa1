//! Where the service is.

use url::{Position, Url};

use crate::config::is_secure;

/// The address of the resource: `https`, or `http` to this machine for an emulator; without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why a text is no endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is no address of the web.
    #[error("the endpoint is no address; it is like https://<resource>.communication.azure.com")]
    NoAddress,
    /// Whoever is on the way could read the calls.
    #[error("the endpoint must be https; http is for this machine only")]
    Insecure,
    /// Requests would go elsewhere than what is signed.
    #[error("the endpoint must have no path and no query")]
    Path,
}

impl EndpointError {
    /// Its stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoAddress => "acs_endpoint_no_address",
            Self::Insecure => "acs_endpoint_insecure",
            Self::Path => "acs_endpoint_path",
        }
    }
}

impl Endpoint {
    /// Reads an address. Slashes at its end are dropped: signed with one, no request is accepted.
    ///
    /// # Errors
    /// [`EndpointError`] if it is none that calls can be made through.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim().trim_end_matches('/');
        let url = Url::parse(text).map_err(|_| EndpointError::NoAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EndpointError::NoAddress);
        }
        if !is_secure(url.as_str()) {
            return Err(EndpointError::Insecure);
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(EndpointError::Path);
        }
        Ok(Self(url))
    }

    /// Whether it is this machine, without encryption.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The address of something at the endpoint, by its path, which begins with a slash, and query.
    pub(in crate::links::acs) fn at(&self, target: &str) -> Option<Url> {
        let base = &self.0[..Position::AfterPort];
        Url::parse(&format!("{base}{target}")).ok()
    }

    /// Whether an address is at this endpoint.
    pub(in crate::links::acs) fn holds(&self, url: &Url) -> bool {
        self.0.origin() == url.origin() && url.username().is_empty() && url.password().is_none()
    }
}
