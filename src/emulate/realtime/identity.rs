//! Who gives tokens: Microsoft Entra, to an application that knows its secret, and the endpoint at which a machine of
//! Azure's asks for its own identity.
//!
//! Names and numbers of errors are the services'; the wording is close to it.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Bytes, Data, Path},
};
use serde_json::json;
use url::form_urlencoded;

use super::{
    server::Service,
    session::unix_seconds,
    tokens::{TokenCount, Tokens},
};

/// What a token may be for: `/openai/v1`, and its dated versions.
const RESOURCES: [&str; 2] = [
    "https://ai.azure.com",
    "https://cognitiveservices.azure.com",
];

/// What follows a resource in the scope of an application.
const ALL_OF_IT: &str = "/.default";

/// The version of the machine's endpoint.
const MACHINE_VERSION: &str = "2018-02-01";

/// The application that Entra knows, and the tokens it was given.
#[derive(Debug)]
pub struct Identity {
    client_id: String,
    client_secret: String,
    tokens: Tokens,
}

impl Identity {
    /// An application, which is also the machine's own identity.
    pub fn new(client_id: String, client_secret: String, lifetime: Duration) -> Self {
        Self {
            client_id,
            client_secret,
            tokens: Tokens::new(lifetime),
        }
    }

    /// Whether this is a token that is good now.
    pub fn is_good(&self, token: &str) -> bool {
        self.tokens.is_good(token)
    }

    /// Tokens given, and those that are good.
    pub fn count(&self) -> TokenCount {
        self.tokens.count()
    }
}

/// Why there is no token, as Entra says it.
struct Denial {
    status: StatusCode,
    error: &'static str,
    number: u32,
    message: String,
}

impl Denial {
    fn new(error: &'static str, number: u32, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            number,
            message: message.into(),
        }
    }

    fn missing(name: &str) -> Self {
        let message = format!("The request body must contain the following parameter: '{name}'.");
        Self::new("invalid_request", 900_144, message)
    }

    fn unknown_secret(number: u32, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::new("invalid_client", number, message)
        }
    }

    fn answer(&self) -> HttpResponse {
        let Self { number, .. } = self;
        let [trace, correlation] = [(); 2].map(|()| uuid::Uuid::now_v7().to_string());
        let time = humantime::format_rfc3339_seconds(SystemTime::now());
        let time = time.to_string().replace('T', " ");
        let description = format!(
            "AADSTS{number}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}",
            self.message
        );
        HttpResponse::build(self.status).json(json!({
            "error": self.error,
            "error_description": description,
            "error_codes": [number],
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
        }))
    }
}

/// `POST /{tenant}/oauth2/v2.0/token`: a token for an application that shows its secret. Any tenant is known.
pub async fn application(
    tenant: Path<String>,
    body: Bytes,
    service: Data<Service>,
) -> HttpResponse {
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let identity = &service.identity;
    if let Err(denial) = identity.admits(&tenant, &form) {
        return denial.answer();
    }
    let seconds = identity.tokens.lifetime().as_secs();
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store, no-cache"))
        .json(json!({
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": identity.tokens.give(),
        }))
}

impl Identity {
    fn admits(&self, tenant: &str, form: &HashMap<String, String>) -> Result<(), Denial> {
        let field = |name: &str| {
            let value = form.get(name).filter(|value| !value.is_empty());
            value.ok_or_else(|| Denial::missing(name))
        };
        let grant = field("grant_type")?;
        if grant != "client_credentials" {
            let message = format!(
                "The app requested an unsupported grant type '{}'.",
                cut(grant)
            );
            return Err(Denial::new("unsupported_grant_type", 70_003, message));
        }
        let client_id = field("client_id")?;
        let scope = field("scope")?;
        let Some(resource) = scope.strip_suffix(ALL_OF_IT) else {
            let message = format!(
                "The provided value for scope {} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
                cut(scope)
            );
            return Err(Denial::new("invalid_scope", 1_002_012, message));
        };
        if !RESOURCES.contains(&resource) {
            let message = format!(
                "The resource principal named {} was not found in the tenant named {}.",
                cut(resource),
                cut(tenant)
            );
            return Err(Denial::new("invalid_resource", 500_011, message));
        }
        if *client_id != self.client_id {
            let message = format!(
                "Application with identifier '{}' was not found in the directory '{}'.",
                cut(client_id),
                cut(tenant)
            );
            return Err(Denial::new("unauthorized_client", 700_016, message));
        }
        let Ok(secret) = field("client_secret") else {
            let message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
            return Err(Denial::unknown_secret(7_000_218, message));
        };
        if *secret != self.client_secret {
            let message = format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{}'.",
                cut(client_id)
            );
            return Err(Denial::unknown_secret(7_000_215, message));
        }
        Ok(())
    }
}

/// `GET /metadata/identity/oauth2/token`: a token for whoever asks from the machine itself, which a header shows that no
/// form on a page can send.
pub async fn machine(request: HttpRequest, service: Data<Service>) -> HttpResponse {
    let query: HashMap<String, String> = form_urlencoded::parse(request.query_string().as_bytes())
        .into_owned()
        .collect();
    let denied = |message: &str| {
        HttpResponse::BadRequest()
            .json(json!({"error": "invalid_request", "error_description": message}))
    };
    let marked = request.headers().get("metadata");
    if !marked.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true")) {
        return denied("Required metadata header not specified");
    }
    if query.get("api-version").map(String::as_str) != Some(MACHINE_VERSION) {
        return denied("Required query variable 'api-version' is missing or not supported");
    }
    let Some(resource) = query.get("resource") else {
        return denied("Required query variable 'resource' is missing");
    };
    let is_known = |resource: &str| RESOURCES.contains(&resource.trim_end_matches('/'));
    if !is_known(resource) {
        let message = format!(
            "AADSTS500011: The resource principal named {} was not found in the tenant.",
            cut(resource)
        );
        return HttpResponse::BadRequest()
            .json(json!({"error": "invalid_resource", "error_description": message}));
    }
    let identity = &service.identity;
    if query
        .get("client_id")
        .is_some_and(|id| *id != identity.client_id)
    {
        return denied("Identity not found");
    }
    let lifetime = identity.tokens.lifetime();
    let seconds = lifetime.as_secs().to_string();
    // Numbers are texts there.
    HttpResponse::Ok().json(json!({
        "access_token": identity.tokens.give(),
        "client_id": identity.client_id,
        "expires_in": seconds,
        "expires_on": unix_seconds(lifetime).to_string(),
        "ext_expires_in": seconds,
        "not_before": unix_seconds(Duration::ZERO).to_string(),
        "resource": resource,
        "token_type": "Bearer",
    }))
}

/// So much of what was sent as an answer may repeat.
fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}
