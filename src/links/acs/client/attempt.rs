//! One attempt of a request: signed, sent, and its answer read.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::{
    ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use time::OffsetDateTime;
use url::Position;

use super::error::AcsError;
use super::request::Request;
use super::{Client, Ids};
use crate::links::acs::signing::{Unsigned, from_rfc1123};
use crate::links::acs::wire::error::Refusal;
use crate::links::causes::causes;

/// Largest answer that is read, in bytes; a page of participants has some 50 kB.
const LARGEST: usize = 4 * 1024 * 1024;

impl Client {
    pub(super) async fn attempt(&self, request: &Request, ids: &Ids) -> Result<Vec<u8>, AcsError> {
        let operation = request.operation;
        let unsigned = Unsigned {
            method: request.method.as_str(),
            host: &request.url[Position::BeforeHost..Position::AfterPort],
            target: &request.url[Position::BeforePath..Position::AfterQuery],
            body: &request.body,
            now: self.now(),
        };
        let who = self.authorise.headers(&unsigned).await;
        let mut headers = who.map_err(|error| AcsError::NotAuthorised { operation, error })?;
        describe(request, ids, &mut headers);
        let sending = self
            .http
            .request(request.method.clone(), request.url.clone())
            .headers(headers)
            .body(request.body.clone());
        let answer = sending.send().await.map_err(|error| {
            let is_unsent = error.is_connect();
            let why = causes(&error.without_url());
            if is_unsent {
                AcsError::Unreachable { operation, why }
            } else {
                AcsError::Broken { operation, why }
            }
        });
        self.read(operation, answer?).await
    }

    async fn read(
        &self,
        operation: &'static str,
        mut answer: Response,
    ) -> Result<Vec<u8>, AcsError> {
        let status = answer.status();
        let retry_after = retry_after(answer.headers(), self.now());
        let mut body = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(part)) if body.len() + part.len() > LARGEST => {
                    return Err(AcsError::Unreadable { operation });
                }
                Ok(Some(part)) => body.extend_from_slice(&part),
                Ok(None) => break,
                Err(error) => {
                    let why = causes(&error.without_url());
                    return Err(AcsError::Broken { operation, why });
                }
            }
        }
        if status.is_success() {
            return Ok(body);
        }
        Err(AcsError::Refused {
            operation,
            refusal: Refusal::read(status.as_u16(), &body),
            retry_after,
        })
    }
}

/// The headers that say what is sent.
fn describe(request: &Request, ids: &Ids, headers: &mut HeaderMap) {
    headers.insert(ACCEPT, HeaderValue::from_static(request.accept));
    if let Some(content_type) = request.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if request.method != reqwest::Method::GET {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(request.body.len()));
    }
    let mut put = |name: &'static str, value: String| {
        // Ids and dates are of letters that every header takes.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put("x-ms-client-request-id", ids.client_request.to_string());
    put("x-ms-return-client-request-id", "true".to_owned());
    if let Some(repeatability) = &ids.repeatability {
        put(
            "repeatability-request-id",
            repeatability.request.to_string(),
        );
        put("repeatability-first-sent", repeatability.first_sent.clone());
    }
}

/// After which time the service wants to be asked again: in seconds, or a date.
fn retry_after(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some((from_rfc1123(text)? - now).try_into().unwrap_or_default()),
    }
}
