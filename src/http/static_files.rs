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
<h1>Interpres is running</h1><p>Its page was not built into this binary. <code>make run</code> builds it (needs Node with \
npm) and starts the server again.</p><p>The API works without it: <a href=\"/docs/\">documentation</a>.</p></html>";

/// Whether a file is served at `path`.
pub fn exists(path: &str) -> bool {
    file::<Built>(path).is_some()
}

/// The handler of whatever no route takes: a file, 405 for an address that takes other methods, or 404.
pub async fn serve(request: HttpRequest) -> HttpResponse {
    serve_from::<Built>(&request)
}

fn serve_from<Files: RustEmbed>(request: &HttpRequest) -> HttpResponse {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_start = request.path() == "/";
    let refused = |status| ApiError::of_status(status, None).error_response();
    match file::<Files>(request.path()) {
        Some((name, file)) if is_read => answer(request, &name, file),
        None if is_read && is_start => HttpResponse::ServiceUnavailable()
            .content_type("text/html; charset=utf-8")
            .body(NOT_BUILT),
        // Where a route has this address, its guard on the method sent the request here.
        None if request.match_pattern().is_none() && !is_start => refused(StatusCode::NOT_FOUND),
        _ => refused(StatusCode::METHOD_NOT_ALLOWED),
    }
}

fn file<Files: RustEmbed>(path: &str) -> Option<(String, EmbeddedFile)> {
    let name = match path.strip_prefix('/')? {
        "" => "index.html",
        name => name,
    };
    // Files that begin with a dot are the build's own business.
    if name.split('/').any(|segment| segment.starts_with('.')) {
        return None;
    }
    Files::get(name).map(|file| (name.to_owned(), file))
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
    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;

    use super::*;

    /// Stands for a build: a page, a file named by its content and one that is not.
    #[derive(RustEmbed)]
    #[folder = "tests/it/site"]
    struct Site;

    #[derive(RustEmbed)]
    #[folder = "tests/it/site/assets"]
    struct Unbuilt;

    fn get(path: &str) -> HttpResponse {
        serve_from::<Site>(&TestRequest::get().uri(path).to_http_request())
    }

    fn header(response: &HttpResponse, name: header::HeaderName) -> &str {
        response.headers().get(name).unwrap().to_str().unwrap()
    }

    #[actix_web::test]
    async fn a_file_has_its_type_and_is_kept_as_long_as_its_name_allows() {
        for (path, kind, kept) in [
            ("/", "text/html; charset=utf-8", REVALIDATE),
            ("/index.html", "text/html; charset=utf-8", REVALIDATE),
            (
                "/assets/app-DiwrgTda.js",
                "text/javascript; charset=utf-8",
                FOREVER,
            ),
            (
                "/assets/worklet.js",
                "text/javascript; charset=utf-8",
                REVALIDATE,
            ),
        ] {
            let response = get(path);
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(header(&response, header::CONTENT_TYPE), kind, "{path}");
            assert_eq!(header(&response, header::CACHE_CONTROL), kept, "{path}");
        }
        let page = to_bytes(get("/").into_body()).await.unwrap();
        assert_eq!(page, std::fs::read("tests/it/site/index.html").unwrap());
    }

    #[actix_web::test]
    async fn who_has_the_file_is_told_so_and_not_sent_it_again() {
        let tag = header(&get("/"), header::ETAG).to_owned();
        let ask = |known: &str| {
            let request = TestRequest::get()
                .uri("/")
                .insert_header((header::IF_NONE_MATCH, known))
                .to_http_request();
            serve_from::<Site>(&request)
        };
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".into()] {
            let response = ask(&known);
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(header(&response, header::ETAG), tag);
            assert!(to_bytes(response.into_body()).await.unwrap().is_empty());
        }
        assert_eq!(ask("\"other\"").status(), StatusCode::OK);
        assert_ne!(header(&get("/assets/worklet.js"), header::ETAG), tag);
    }

    #[actix_web::test]
    async fn what_is_no_file_is_refused_and_a_missing_build_explained() {
        for path in [
            "/missing.html",
            "/assets",
            "/assets/",
            "/.hidden",
            "/assets/../index.html",
            "//index.html",
        ] {
            assert_eq!(get(path).status(), StatusCode::NOT_FOUND, "{path}");
        }
        let post = serve_from::<Site>(&TestRequest::post().uri("/index.html").to_http_request());
        assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
        let unbuilt = serve_from::<Unbuilt>(&TestRequest::get().uri("/").to_http_request());
        assert_eq!(unbuilt.status(), StatusCode::SERVICE_UNAVAILABLE);
        let text = to_bytes(unbuilt.into_body()).await.unwrap();
        assert!(std::str::from_utf8(&text).unwrap().contains("make run"));
    }

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
