//! The OpenAPI document at `/openapi.json` and its page at `/docs/`, both served from this binary.
//!
//! The document is made from the routes themselves: annotate the handler and register it, and it stands in the document.
//! ```
//! use actix_web::{get, web::Json};
//! use utoipa_actix_web::service_config::ServiceConfig;
//!
//! /// Which languages there are.
//! #[utoipa::path(tag = "languages", responses((status = 200, body = Vec<String>)))]
//! #[get("/api/languages")]
//! async fn languages() -> Json<Vec<String>> {
//!     Json(vec!["en".into(), "es".into()])
//! }
//!
//! fn routes(config: &mut ServiceConfig) {
//!     config.service(languages);
//! }
//! ```
//! `config.route(path, …)` and `config.map(|plain| …)` register what is no OpenAPI matter, such as a WebSocket.

mod completing;

use actix_web::web::{self, Redirect, ServiceConfig};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::error::ErrorBody;

/// Where the document lies.
pub const DOCUMENT: &str = "/openapi.json";

const PAGE: &str = "/docs";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Interpres",
        description = "Live interpretation in calls, rooms and meetings. Errors are \
                       `{\"error\":{\"code\",\"message\",\"details\"}}`; the code is stable. Times are RFC 3339 UTC, \
                       durations in milliseconds are named `_ms`, languages are BCP 47. The WebSocket at `/ws` is described \
                       by [`/asyncapi.json`](/asyncapi.json)."
    ),
    components(schemas(ErrorBody)),
    tags((name = "system", description = "How the server does"))
)]
struct Document;

/// The document without paths: title, version, licence.
pub fn skeleton() -> OpenApi {
    Document::openapi()
}

/// Whether `path` belongs to the page.
pub(super) fn is_page(path: &str) -> bool {
    path.strip_prefix(PAGE)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Serves the document and its page.
pub(super) fn routes(config: &mut ServiceConfig, document: OpenApi) {
    // The page would otherwise ask a validator on the internet about this document.
    let page = SwaggerUi::new(format!("{PAGE}/{{_:.*}}"))
        .config(Config::new([DOCUMENT]).validator_url("none"))
        .external_url_unchecked(DOCUMENT, completing::completed(document));
    config
        .route(
            PAGE,
            web::get().to(async || Redirect::to(format!("{PAGE}/"))),
        )
        .service(page);
}
