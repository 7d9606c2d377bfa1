//! The addresses of the single-page application: each of them is answered with the one `index.html`, which shows what
//! belongs to the address.

use actix_web::http::header::{self, Accept, Header as _, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

use super::browser_policy::Nonce;
use crate::domain::identity::RoomId;

/// What stands in `index.html` where the nonce belongs (Vite's `html.cspNonce`).
const PLACEHOLDER: &str = "__CSP_NONCE__";

/// What marks a line of `index.html` that is for one page alone, named by the first part of its address.
const FOR_PAGE: &str = "data-page=\"";

/// Pages without a parameter; `/rooms/{id}` is one besides. At others the page says that there is nothing.
const KNOWN: [&str; 12] = [
    "/",
    "/rooms",
    "/websocket-test",
    "/calls",
    "/bots",
    "/services",
    "/connections",
    "/actors",
    "/audio",
    "/settings",
    "/logs",
    "/analytics",
];

/// First parts of addresses that are for programs, whatever they accept.
const FOR_PROGRAMS: [&str; 6] = ["api", "admin", "v1", "docs", "assets", "socket.io"];

/// Whether a browser goes to a page with this request: it asks for HTML, at an address that no route has.
pub(super) fn is_navigation(request: &HttpRequest) -> bool {
    let first = request.path().split('/').nth(1).unwrap_or_default();
    matches!(*request.method(), Method::GET | Method::HEAD)
        && !FOR_PROGRAMS.contains(&first)
        && accepts_html(request)
        && request.match_pattern().is_none()
}

/// Whether HTML is named among what is accepted: programs accept anything, and are not served pages for it.
fn accepts_html(request: &HttpRequest) -> bool {
    Accept::parse(request).is_ok_and(|accept| {
        accept.iter().any(|accepted| {
            accepted.item.essence_str() == "text/html" && accepted.quality > header::q(0.0)
        })
    })
}

/// The file of the page is no address of its own: who asks for it is sent to the start.
pub(super) fn to_start() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/"))
        .finish()
}

/// The page, at this address. It is made anew for every answer, so nobody may keep it.
pub(super) fn answer(path: &str, index: &[u8]) -> HttpResponse {
    let nonce = Nonce::fresh();
    let html = for_page(path, &String::from_utf8_lossy(index)).replace(PLACEHOLDER, nonce.as_str());
    let status = if is_known(path) {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, HeaderName::as_str(&header::ACCEPT)))
        .insert_header((header::CONTENT_SECURITY_POLICY, nonce.policy()))
        .body(html)
}

/// `index.html` without the lines that are for other pages: what each needs to be fetched early (the build marks it,
/// `static/build/page-preloads.ts`).
fn for_page(path: &str, index: &str) -> String {
    let page = path.split('/').nth(1).unwrap_or_default();
    let own = format!("{FOR_PAGE}{page}\"");
    index
        .split_inclusive('\n')
        .filter(|line| !line.contains(FOR_PAGE) || line.contains(&own))
        .collect()
}

/// Whether there is a page at this address.
fn is_known(path: &str) -> bool {
    let path = match path.strip_suffix('/') {
        Some(shorter) if shorter.len() > 1 => shorter,
        _ => path,
    };
    KNOWN.contains(&path)
        || path
            .strip_prefix("/rooms/")
            .is_some_and(|id| id.parse::<RoomId>().is_ok())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn pages_are_told_from_addresses_where_nothing_is() {
        for path in ["/", "/rooms", "/rooms/", "/rooms/stand-up.1", "/settings"] {
            assert!(is_known(path), "{path}");
        }
        for path in [
            "//",
            "/rooms/a/b",
            "/rooms/a b",
            "/rooms/..",
            "/room",
            "/Rooms",
            "/shortcuts",
            "/index.html",
        ] {
            assert!(!is_known(path), "{path}");
        }
    }

    #[test]
    fn a_page_is_sent_with_its_own_lines_and_those_for_all() {
        let index =
            "<all>\n<link href=a data-page=\"\">\n<link href=b data-page=\"rooms\">\n</all>";
        for (path, link) in [
            ("/", "<link href=a data-page=\"\">\n"),
            ("/rooms", "<link href=b data-page=\"rooms\">\n"),
            ("/rooms/lobby", "<link href=b data-page=\"rooms\">\n"),
            ("/calls", ""),
        ] {
            assert_eq!(
                for_page(path, index),
                format!("<all>\n{link}</all>"),
                "{path}"
            );
        }
    }

    #[test]
    fn who_asks_for_html_goes_to_a_page_unless_the_address_is_for_programs() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let goes = |path: &str, accept: &str| {
            let request = TestRequest::get()
                .uri(path)
                .insert_header((header::ACCEPT, accept));
            is_navigation(&request.to_http_request())
        };
        for path in ["/", "/rooms/a", "/nowhere/at/all", "/apiary"] {
            assert!(goes(path, browser), "{path}");
            assert!(goes(path, "text/html;q=0.1"), "{path}");
            for accept in ["*/*", "application/json", "text/html;q=0", "text/plain"] {
                assert!(!goes(path, accept), "{path} {accept}");
            }
            assert!(!is_navigation(
                &TestRequest::get().uri(path).to_http_request()
            ));
            let post = TestRequest::post()
                .uri(path)
                .insert_header((header::ACCEPT, browser));
            assert!(!is_navigation(&post.to_http_request()), "{path}");
        }
        for path in [
            "/api",
            "/api/rooms",
            "/admin/x",
            "/v1/x",
            "/docs",
            "/assets/x.js",
            "/socket.io/",
        ] {
            assert!(!goes(path, browser), "{path}");
        }
    }
}
