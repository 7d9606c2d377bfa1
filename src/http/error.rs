//! What every error over HTTP looks like: `{"error":{"code","message","details"}}`, whether a route of ours or the
//! framework found it.

use actix_multipart::form::MultipartFormConfig;
use actix_web::body::BoxBody;
use actix_web::error::{InternalError, JsonPayloadError};
use actix_web::http::StatusCode;
use actix_web::web::{
    FormConfig, JsonConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig,
};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Value as Json, json};
use utoipa::{
    ToSchema,
    openapi::{Object, ObjectBuilder, schema::AdditionalProperties},
};

use crate::{
    actors::refusal::Refusal,
    domain::{access::Forbidden, identity::IdentityError},
    store::{archive::ArchiveError, contract::StoreError},
};

/// The body of every error.
#[derive(Serialize, ToSchema)]
pub struct ErrorBody<'a> {
    error: ErrorView<'a>,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
struct ErrorView<'a> {
    /// Stable, snake_case: what programs decide by.
    #[schema(examples("room_not_found"))]
    code: &'a str,
    /// What failed and what to do, for people.
    message: &'a str,
    /// What programs may want to know besides.
    #[schema(required = false, schema_with = any_object)]
    details: &'a Json,
}

/// The schema of an object that holds anything.
fn any_object() -> Object {
    ObjectBuilder::new()
        .description(Some("What programs may want to know besides."))
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .build()
}

/// An error as the caller sees it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// Stable, snake_case: what programs decide by.
    pub code: &'static str,
    /// What failed and what to do, for people.
    pub message: String,
    /// What programs may want to know besides: an object, empty if there is nothing.
    pub details: Json,
}

impl ApiError {
    /// An error without details.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            details: json!({}),
        }
    }

    /// 400: the request does not say what it must.
    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 404: `code` names the kind of thing that is not there, such as `room_not_found`.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// 409: what is there stands in the way.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// 503: not now.
    pub fn unavailable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
    }

    /// 401: no key, or one that opens nothing; `why` is a clause.
    pub fn unauthenticated(why: &str) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            format!(
                "{why}; send a good one as `Authorization: Bearer KEY`, or as `token` in the query of a WebSocket; the \
                 server's operator gives keys out (auth.keys, or the file admin.key in the data folder)"
            ),
        )
    }

    /// 403: known, and not allowed.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// Adds what programs may want to know; `details` is an object.
    pub fn with_details(mut self, details: Json) -> Self {
        self.details = details;
        self
    }

    /// What stands for an error of the framework that has a status and at most a sentence.
    pub(super) fn of_status(status: StatusCode, message: Option<String>) -> Self {
        let (code, standard) = match status {
            StatusCode::NOT_FOUND => (
                "not_found",
                "there is nothing at this address; /openapi.json lists what there is",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method_not_allowed",
                "this address does not take this method; /openapi.json lists what it takes",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (
                "payload_too_large",
                "the body is larger than this server takes (server.body_limit)",
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "unsupported_media_type",
                "the body's Content-Type is not taken here",
            ),
            StatusCode::REQUEST_TIMEOUT => (
                "request_timeout",
                "the request did not arrive in time; send it again",
            ),
            other if other.is_client_error() => ("bad_request", "the request is not well formed"),
            StatusCode::BAD_GATEWAY => (
                "bad_gateway",
                "the service behind this server gave no usable answer",
            ),
            StatusCode::SERVICE_UNAVAILABLE => {
                ("unavailable", "not available now; try again later")
            }
            StatusCode::GATEWAY_TIMEOUT => (
                "gateway_timeout",
                "the service behind this server did not answer in time",
            ),
            _ => (
                "internal",
                "the server failed; its log says more under this X-Request-Id",
            ),
        };
        // A failure inside the server is for its log and not for its callers.
        let told = message.filter(|message| status.is_client_error() && !message.is_empty());
        Self::new(status, code, told.unwrap_or_else(|| standard.to_owned()))
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.code {
            "session_exists"
            | "room_exists"
            | "room_full"
            | "too_many_own_sessions"
            | "already_in_call" => StatusCode::CONFLICT,
            "session_not_found" | "room_not_found" | "acs_not_configured" => StatusCode::NOT_FOUND,
            "forbidden" => StatusCode::FORBIDDEN,
            "busy" | "restarting" | "room_elsewhere" | "store_unavailable"
            | "too_many_sessions" | "too_many_rooms" | "too_many_calls" => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, refusal.code, refusal.message)
    }
}

impl From<IdentityError> for ApiError {
    fn from(error: IdentityError) -> Self {
        Self::bad_request("invalid_id", error.to_string())
    }
}

impl From<ArchiveError> for ApiError {
    fn from(error: ArchiveError) -> Self {
        Refusal::from(error).into()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        ArchiveError::from(error).into()
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status);
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header(("WWW-Authenticate", "Bearer"));
        }
        response.json(ErrorBody {
            error: ErrorView {
                code: self.code,
                message: &self.message,
                details: &self.details,
            },
        })
    }
}

impl From<Forbidden> for ApiError {
    fn from(missing: Forbidden) -> Self {
        Self::forbidden(missing.to_string())
            .with_details(json!({"needed": missing.needed.name(), "held": missing.held.name()}))
    }
}

/// Gives the extractors of every route the body limit (bytes) and our way to say what is wrong. A route that reads the raw
/// payload as it arrives keeps the limit itself.
pub fn extractors(config: &mut ServiceConfig, body_limit: usize) {
    config
        .app_data(
            JsonConfig::default()
                .limit(body_limit)
                .error_handler(|error, _| answered(json_error(&error), error)),
        )
        .app_data(
            QueryConfig::default()
                .error_handler(|error, _| answered(invalid("invalid_query", &error), error)),
        )
        .app_data(
            PathConfig::default()
                .error_handler(|error, _| answered(invalid("invalid_path", &error), error)),
        )
        .app_data(
            FormConfig::default()
                .limit(body_limit)
                .error_handler(|error, _| answered(same_status("invalid_form", &error), error)),
        )
        .app_data(
            MultipartFormConfig::default()
                .total_limit(body_limit)
                .memory_limit(body_limit)
                .error_handler(|error, _| answered(same_status("invalid_form", &error), error)),
        )
        .app_data(PayloadConfig::new(body_limit));
}

fn answered<E>(error: ApiError, cause: E) -> actix_web::Error
where
    E: std::fmt::Debug + std::fmt::Display + 'static,
{
    InternalError::from_response(cause, error.error_response()).into()
}

fn json_error(error: &JsonPayloadError) -> ApiError {
    match error {
        JsonPayloadError::OverflowKnownLength { limit, .. }
        | JsonPayloadError::Overflow { limit } => {
            ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE, None)
                .with_details(json!({"limit_bytes": limit}))
        }
        JsonPayloadError::ContentType => ApiError::of_status(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Some("the body must be JSON: send Content-Type: application/json".into()),
        ),
        other => invalid("invalid_json", other),
    }
}

fn invalid(code: &'static str, error: &dyn std::fmt::Display) -> ApiError {
    ApiError::bad_request(code, error.to_string())
}

fn same_status(code: &'static str, error: &dyn ResponseError) -> ApiError {
    match error.status_code() {
        StatusCode::BAD_REQUEST => invalid(code, &error.to_string()),
        status => ApiError::of_status(status, Some(error.to_string())),
    }
}
