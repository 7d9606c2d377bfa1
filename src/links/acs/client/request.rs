//! A request before it is signed.

use reqwest::Method;
use serde::Serialize;
use url::Url;

use super::Client;
use super::error::AcsError;

/// Largest id that goes into an address, in bytes; real ones have some 100.
const LONGEST_ID: usize = 1024;

/// How the body is announced.
pub(super) const JSON: &str = "application/json";

/// The same of a body that changes something in part.
pub(super) const MERGE_PATCH: &str = "application/merge-patch+json";

/// A request that can be sent as often as need be.
pub(super) struct Request {
    /// Its name, for logs and errors.
    pub(super) operation: &'static str,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) accept: &'static str,
    pub(super) content_type: Option<&'static str>,
    pub(super) body: Vec<u8>,
    /// Whether the service is to do it once, however often it comes.
    pub(super) is_repeatable: bool,
}

impl Request {
    /// With a body.
    pub(super) fn with(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(body).expect("requests are made of texts and maps of texts");
        self.content_type = Some(self.content_type.unwrap_or(JSON));
        self
    }

    /// Done once, however often it comes.
    pub(super) fn repeatable(mut self) -> Self {
        self.is_repeatable = true;
        self
    }

    /// With a body of this type.
    pub(super) fn of_type(mut self, content_type: &'static str) -> Self {
        self.content_type = Some(content_type);
        self
    }

    /// Whether the service can be asked twice without doing twice what it is asked for.
    pub(super) fn can_be_sent_again(&self) -> bool {
        self.is_repeatable || self.method == Method::GET || self.method == Method::DELETE
    }
}

impl Client {
    /// A request of calls; `path` begins after `/calling/callConnections`.
    pub(super) fn calling(
        &self,
        operation: &'static str,
        method: Method,
        path: &str,
    ) -> Result<Request, AcsError> {
        let path = format!("/calling/callConnections{path}");
        self.request(operation, method, &path, &self.settings.calling_version)
    }

    /// A request of the leg `call`; `rest` is what follows its id.
    pub(super) fn of_call(
        &self,
        operation: &'static str,
        method: Method,
        call: &str,
        rest: &str,
    ) -> Result<Request, AcsError> {
        let call = segment(operation, call)?;
        self.calling(operation, method, &format!("/{call}{rest}"))
    }

    pub(super) fn request(
        &self,
        operation: &'static str,
        method: Method,
        path: &str,
        version: &str,
    ) -> Result<Request, AcsError> {
        let target = format!("{path}?api-version={version}");
        let url = self.settings.endpoint.at(&target);
        Ok(Request {
            operation,
            method,
            url: url.ok_or(AcsError::BadId { operation })?,
            accept: JSON,
            content_type: None,
            body: Vec::new(),
            is_repeatable: false,
        })
    }

    /// The next page of a list, at the address that the service gave, as it gave it.
    ///
    /// # Errors
    /// If the address is not the service's own: what we sign is for nobody else.
    pub(super) fn next_page(
        &self,
        operation: &'static str,
        link: &str,
    ) -> Result<Request, AcsError> {
        let url = Url::parse(link).ok();
        let url = url.filter(|url| self.settings.endpoint.holds(url));
        Ok(Request {
            operation,
            method: Method::GET,
            url: url.ok_or(AcsError::StrangeLink { operation })?,
            // The SDK's own habit.
            accept: "*/*",
            content_type: None,
            body: Vec::new(),
            is_repeatable: false,
        })
    }
}

/// An id as a segment of a path: all but letters, digits and `-._~` as percent signs, as the SDK does.
pub(super) fn segment(operation: &'static str, id: &str) -> Result<String, AcsError> {
    // A segment of dots alone would be taken for a step in the path, however it is written.
    if id.is_empty() || id.len() > LONGEST_ID || id.bytes().all(|byte| byte == b'.') {
        return Err(AcsError::BadId { operation });
    }
    let mut segment = String::with_capacity(id.len() + 16);
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            segment.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(segment)
}
