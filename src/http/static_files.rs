//! The files of the page: what Vite built into `static/dist`, embedded in the binary (a debug build reads the folder).
//!
//! Where the build left a compressed file beside another (`app.js.br`, `app.js.gz`), that one is sent to who takes it.

use actix_web::http::header::{
    self, AcceptEncoding, ETag, Encoding, EntityTag, Header as _, IfNoneMatch,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::ApiError;
use super::pages;

#[derive(RustEmbed)]
#[folder = "static/dist"]
struct Built;

/// Kept for a year and never asked for again: its name changes with its content.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Kept, and asked for each time whether it is still the same.
const REVALIDATE: &str = "no-cache";

/// The page itself.
const INDEX: &str = "index.html";

/// Shown in place of the page by a binary whose pages were not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Interpres</title>\
<h1>Interpres is running</h1><p>Its page was not built into this binary. <code>make run</code> builds it (needs Node with \
npm) and starts the server again.</p><p>The API works without it: <a href=\"/docs/\">documentation</a>.</p></html>";

/// Whether a file is served at `path`.
pub fn exists(path: &str) -> bool {
    file::<Built>(path).is_some()
}

/// The handler of whatever no route takes: a file, the page, 405 for an address that takes other methods, or 404.
pub async fn serve(request: HttpRequest) -> HttpResponse {
    serve_from::<Built>(&request)
}

fn serve_from<Files: RustEmbed>(request: &HttpRequest) -> HttpResponse {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_start = request.path() == "/";
    let refused = |status| ApiError::of_status(status, None).error_response();
    match file::<Files>(request.path()) {
        Some((INDEX, _)) if is_read && !is_start => pages::to_start(),
        Some((INDEX, file)) if is_read => pages::answer(request.path(), &file.data),
        Some((name, file)) if is_read => answer::<Files>(request, name, file),
        None if is_read && (is_start || pages::is_navigation(request)) => match Files::get(INDEX) {
            Some(index) => pages::answer(request.path(), &index.data),
            None => HttpResponse::ServiceUnavailable()
                .content_type("text/html; charset=utf-8")
                .body(NOT_BUILT),
        },
        // Where a route has this address, its guard on the method sent the request here.
        None if request.match_pattern().is_none() && !is_start => refused(StatusCode::NOT_FOUND),
        _ => refused(StatusCode::METHOD_NOT_ALLOWED),
    }
}

fn file<Files: RustEmbed>(path: &str) -> Option<(&str, EmbeddedFile)> {
    let name = match path.strip_prefix('/')? {
        "" => INDEX,
        name => name,
    };
    // Files that begin with a dot are the build's own business; compressed ones stand for the file beside them.
    let is_hidden = name.split('/').any(|segment| segment.starts_with('.'));
    let is_variant = COMPRESSED
        .iter()
        .any(|(ending, _)| name.ends_with(&format!(".{ending}")));
    if is_hidden || is_variant {
        return None;
    }
    Files::get(name).map(|file| (name, file))
}

/// The endings of compressed files, best first, and what each is to the client.
const COMPRESSED: [(&str, Encoding); 2] = [("br", Encoding::brotli()), ("gz", Encoding::gzip())];

/// The file as this client takes it best, and how that is compressed, if it is.
fn encoded<Files: RustEmbed>(
    request: &HttpRequest,
    name: &str,
    file: EmbeddedFile,
) -> (EmbeddedFile, Option<Encoding>) {
    let Ok(accepted) = AcceptEncoding::parse(request) else {
        return (file, None);
    };
    let taken = COMPRESSED.iter().find_map(|(ending, encoding)| {
        let is_taken = accepted.negotiate([encoding].into_iter()) == Some(encoding.clone());
        let variant = is_taken.then(|| Files::get(&format!("{name}.{ending}")))??;
        Some((variant, Some(encoding.clone())))
    });
    taken.unwrap_or((file, None))
}

fn answer<Files: RustEmbed>(request: &HttpRequest, name: &str, file: EmbeddedFile) -> HttpResponse {
    let kind = content_type(file.metadata.mimetype());
    let (file, encoding) = encoded::<Files>(request, name, file);
    // The bytes differ with the compression, and so does the tag.
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
    response
        .insert_header(ETag(tag))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((
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
    if let Some(encoding) = encoding {
        response.insert_header((header::CONTENT_ENCODING, encoding.to_string()));
    }
    response.content_type(kind).body(file.data.into_owned())
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
            ("/assets/mark.svg", "image/svg+xml", REVALIDATE),
        ] {
            let response = get(path);
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(header(&response, header::CONTENT_TYPE), kind, "{path}");
            assert_eq!(header(&response, header::CACHE_CONTROL), kept, "{path}");
        }
    }

    #[actix_web::test]
    async fn the_page_is_made_anew_for_everybody() {
        let mut nonces = Vec::new();
        for path in ["/", "/"] {
            let response = get(path);
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(
                header(&response, header::CONTENT_TYPE),
                "text/html; charset=utf-8"
            );
            assert_eq!(header(&response, header::CACHE_CONTROL), "no-store");
            assert!(!response.headers().contains_key(header::ETAG));
            let policy = header(&response, header::CONTENT_SECURITY_POLICY).to_owned();
            let (_, rest) = policy.split_once("'nonce-").unwrap();
            let nonce = rest.split('\'').next().unwrap().to_owned();
            let page = to_bytes(response.into_body()).await.unwrap();
            let built = std::fs::read_to_string("tests/it/site/index.html").unwrap();
            assert_eq!(page, built.replace("__CSP_NONCE__", &nonce), "{path}");
            nonces.push(nonce);
        }
        assert_ne!(nonces[0], nonces[1]);
    }

    #[actix_web::test]
    async fn the_file_of_the_page_leads_to_the_start() {
        let response = get("/index.html");
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
        assert_eq!(header(&response, header::LOCATION), "/");
    }

    #[actix_web::test]
    async fn a_browser_gets_the_page_wherever_it_goes_and_a_program_does_not() {
        let go = |path: &str| {
            let request = TestRequest::get()
                .uri(path)
                .insert_header((header::ACCEPT, "text/html,*/*;q=0.8"));
            request.to_http_request()
        };
        for (path, status) in [
            ("/rooms/standup", StatusCode::OK),
            ("/nowhere", StatusCode::NOT_FOUND),
        ] {
            let response = serve_from::<Site>(&go(path));
            assert_eq!(response.status(), status, "{path}");
            let page = to_bytes(response.into_body()).await.unwrap();
            assert!(page.ends_with(b"</script>\n"), "{path}");
            assert_eq!(get(path).status(), StatusCode::NOT_FOUND, "{path}");
            let unbuilt = serve_from::<Unbuilt>(&go(path));
            assert_eq!(unbuilt.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        }
        let mark = serve_from::<Site>(&go("/assets/mark.svg"));
        assert_eq!(header(&mark, header::CONTENT_TYPE), "image/svg+xml");
        let missing = serve_from::<Site>(&go("/assets/missing.js"));
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
        assert_eq!(header(&missing, header::CONTENT_TYPE), "application/json");
    }

    #[actix_web::test]
    async fn a_file_is_sent_as_small_as_the_client_takes_it() {
        const FILE: &str = "assets/app-DiwrgTda.js";
        let ask = |path: &str, accepted: &str| {
            let request = TestRequest::get()
                .uri(path)
                .insert_header((header::ACCEPT_ENCODING, accepted))
                .to_http_request();
            serve_from::<Site>(&request)
        };
        let mut tags = Vec::new();
        for (accepted, encoding, ending) in [
            ("gzip, deflate, br, zstd", Some("br"), ".br"),
            ("gzip", Some("gzip"), ".gz"),
            ("br;q=0, gzip", Some("gzip"), ".gz"),
            ("zstd", None, ""),
            ("identity", None, ""),
        ] {
            let response = ask(&format!("/{FILE}"), accepted);
            let sent = response.headers().get(header::CONTENT_ENCODING);
            assert_eq!(
                sent.map(|sent| sent.to_str().unwrap()),
                encoding,
                "{accepted}"
            );
            assert_eq!(header(&response, header::VARY), "accept-encoding");
            assert_eq!(header(&response, header::CACHE_CONTROL), FOREVER);
            assert_eq!(
                header(&response, header::CONTENT_TYPE),
                "text/javascript; charset=utf-8"
            );
            tags.push(header(&response, header::ETAG).to_owned());
            let body = to_bytes(response.into_body()).await.unwrap();
            let file = std::fs::read(format!("tests/it/site/{FILE}{ending}")).unwrap();
            assert_eq!(body, file, "{accepted}");
        }
        assert_eq!(tags[1], tags[2]);
        assert_eq!(tags[3], tags[4]);
        tags.dedup();
        assert_eq!(tags.len(), 3, "each has a tag of its own: {tags:?}");
        // One is there compressed in one way, and one in none.
        let mark = ask("/assets/mark.svg", "br, gzip");
        assert_eq!(header(&mark, header::CONTENT_ENCODING), "gzip");
        let worklet = ask("/assets/worklet.js", "br, gzip");
        assert!(!worklet.headers().contains_key(header::CONTENT_ENCODING));
    }

    #[actix_web::test]
    async fn who_has_the_file_is_told_so_and_not_sent_it_again() {
        const PATH: &str = "/assets/worklet.js";
        let tag = header(&get(PATH), header::ETAG).to_owned();
        let ask = |known: &str| {
            let request = TestRequest::get()
                .uri(PATH)
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
        assert_ne!(header(&get("/assets/mark.svg"), header::ETAG), tag);
    }

    #[actix_web::test]
    async fn what_is_no_file_is_refused_and_a_missing_build_explained() {
        for path in [
            "/missing.html",
            "/assets",
            "/assets/",
            "/assets/mark.svg.gz",
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
