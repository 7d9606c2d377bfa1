//! The files of the page: what Vite built into `static/dist/.telephone` (`static/telephone.config.ts`), embedded in the
//! binary; a debug build reads the folder. The server of Interpres does not serve them: its files hide what begins with a
//! dot.

use actix_web::{
    HttpResponse,
    http::header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, LOCATION, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
    web::Path,
};
use rust_embed::{EmbeddedFile, RustEmbed};

/// Where the page is.
pub const ADDRESS: &str = "/_emulator/telephone";

/// The page itself.
const INDEX: &str = "telephone.html";

/// It loads from here and talks to here; no script and no style stands in its markup, and nobody may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// It takes the microphone and nothing else.
const PERMISSIONS: &str = "microphone=(self), camera=(), display-capture=(), geolocation=()";

/// Shown in place of the page by a binary whose pages were not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Telephone</title>\
<h1>The emulator is running</h1><p>Its telephone was not built into this binary. <code>make page</code> builds it (needs \
Node with npm); then start the emulator again.</p></html>";

#[derive(RustEmbed)]
#[folder = "static/dist/.telephone"]
#[allow_missing = true]
struct Built;

/// Who opens the emulator's address in a browser wants the page.
pub async fn lead() -> HttpResponse {
    HttpResponse::TemporaryRedirect()
        .insert_header((LOCATION, ADDRESS))
        .finish()
}

/// The page.
pub async fn page() -> HttpResponse {
    match Built::get(INDEX) {
        Some(file) => answer(file),
        None => HttpResponse::ServiceUnavailable()
            .content_type("text/html; charset=utf-8")
            .body(NOT_BUILT),
    }
}

/// A file that the page needs.
pub async fn file(name: Path<String>) -> HttpResponse {
    match Built::get(&name).filter(|_| *name != INDEX) {
        Some(file) => answer(file),
        None => HttpResponse::NotFound().finish(),
    }
}

fn answer(file: EmbeddedFile) -> HttpResponse {
    let kind = file.metadata.mimetype();
    let kind = match kind.starts_with("text/") && !kind.contains("charset") {
        true => format!("{kind}; charset=utf-8"),
        false => kind.to_owned(),
    };
    HttpResponse::Ok()
        .content_type(kind)
        // Another version of the program has other files, at the same address.
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((HeaderName::from_static("permissions-policy"), PERMISSIONS))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(file.data.into_owned())
}
