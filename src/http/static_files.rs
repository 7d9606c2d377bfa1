//! The pages and their files: what Vite built into `static/dist`, embedded in the binary (a debug build reads the folder).

use actix_web::http::header::{self, ETag, EntityTag, Header as _, IfNoneMatch};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::ApiError;

#[derive(RustEmbed)]
#[folder = "static/dist"]
struct Built;

/// Kept for a year and never asked for again: its name changes with its content.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Kept, and asked for each time whether it is still the same.
const REVALIDATE: &str = "no-cache";

/// Shown at `/` by a binary whose pages were not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Interpres</title>\
<h1>Interpres is running</h1><p>Its page was not built into this binary. <code>make run</code> builds it (Node 20.19 or \
newer) and starts the server again.</p><p>The API works without it: <a href=\"/docs/\">documentation</a>.</p></html>";

/// Whether a file is served at `path`.
pub fn exists(path: &str) -> bool {
    file(path).is_some()
}

/// The handler of every address that no route has: a file, or 404.
pub async fn serve(request: HttpRequest) -> HttpResponse {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::of_status(StatusCode::NOT_FOUND, None).error_response();
    }
    match file(request.path()) {
        Some((name, file)) => answer(&request, &name, file),
        None if request.path() == "/" => HttpResponse::ServiceUnavailable()
            .content_type("text/html; charset=utf-8")
            .body(NOT_BUILT),
        None => ApiError::of_status(StatusCode::NOT_FOUND, None).error_response(),
    }
}

fn file(path: &str) -> Option<(String, EmbeddedFile)> {
    let name = match path.strip_prefix('/')? {
        "" => "index.html",
        name => name,
    };
    // Files that begin with a dot are the build's own business.
    if name.split('/').any(|segment| segment.starts_with('.')) {
        return None;
    }
    Built::get(name).map(|file| (name.to_owned(), file))
}

fn answer(request: &HttpRequest, name: &str, file: EmbeddedFile) -> HttpResponse {
    let hash: String = file
        .metadata
        .sha256_hash()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tag = EntityTag::new_strong(hash);
    let unchanged = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut response = if unchanged {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response.insert_header(ETag(tag)).insert_header((
        header::CACHE_CONTROL,
        if is_named_by_content(name) {
            FOREVER
        } else {
            REVALIDATE
        },
    ));
    if unchanged {
        return response.finish();
    }
    response
        .content_type(content_type(file.metadata.mimetype()))
        .body(file.data.into_owned())
}

/// Text files are UTF-8 here, and a browser that is not told guesses.
fn content_type(kind: &str) -> String {
    let is_text = kind.starts_with("text/") && !kind.contains("charset");
    if is_text {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_owned()
    }
}

/// Vite puts a hash of eight letters before the extension: `assets/index-DiwrgTda.js`.
fn is_named_by_content(name: &str) -> bool {
    let Some((stem, _)) = name
        .strip_prefix("assets/")
        .and_then(|file| file.rsplit_once('.'))
    else {
        return false;
    };
    let hash_at = stem
        .len()
        .checked_sub(9)
        .filter(|at| stem.as_bytes()[*at] == b'-');
    hash_at.is_some_and(|at| {
        stem.bytes()
            .skip(at + 1)
            .all(|letter| letter.is_ascii_alphanumeric() || b"-_".contains(&letter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_vite_named_by_its_content_is_kept_for_ever() {
        for name in ["assets/index-DiwrgTda.js", "assets/a-b-12_4-678.css"] {
            assert!(is_named_by_content(name), "{name}");
        }
        for name in [
            "index.html",
            "assets/worklet.js",
            "assets/logo-small.svg",
            "other/index-DiwrgTda.js",
            "assets/é-1234567.js",
        ] {
            assert!(!is_named_by_content(name), "{name}");
        }
    }
}
