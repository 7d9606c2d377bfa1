//! What every request and response carries, whatever its route: an id, a tracing span, security headers, a place in the
//! metrics, and errors in one shape.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, ResponseError as _, web};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::browser_policy;
use super::error::ApiError;
use super::metrics::Metrics;
use super::openapi;

/// The header an id comes in with and goes out with.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What of the machine a page may use. The library has no name for it.
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// The route label of what no route answered: paths are endless, and may hold secrets.
const NO_ROUTE: &str = "none";

/// The id of a request, for messages to actors and answers that name it.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The middleware; the outermost one. Needs `web::Data<Metrics>` in the app.
///
/// # Errors
/// Those of the middleware behind it; routes' errors are responses by then.
pub async fn exchange<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    let is_documentation = openapi::is_page(request.path());
    request.extensions_mut().insert(RequestId(id.clone()));
    // Neither path nor query: a path may be a secret (a call's callback address), and queries carry tokens.
    let span = tracing::info_span!("http.request", id = %id, method = %method);

    let response = next
        .call(request)
        .instrument(span.clone())
        .await?
        .map_into_boxed_body();
    let mut response = in_one_shape(response);
    add_headers(response.headers_mut(), &id, is_documentation);

    let route = response
        .request()
        .match_pattern()
        .unwrap_or_else(|| NO_ROUTE.to_owned());
    let (status, took) = (response.status(), started.elapsed());
    span.in_scope(|| match status.is_server_error() {
        true => tracing::warn!(
            route,
            status = status.as_u16(),
            took_ms = took.as_millis() as u64,
            "request failed"
        ),
        false => tracing::debug!(
            route,
            status = status.as_u16(),
            took_ms = took.as_millis() as u64,
            "request answered"
        ),
    });
    if let Some(metrics) = metrics {
        metrics.count_request(&method, &route, status, took);
    }
    Ok(response)
}

/// The caller's own id if it is one of ours to write (API.md: ids), else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let is_id = |id: &&str| {
        (1..=128).contains(&id.len())
            && id
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
    };
    given
        .filter(is_id)
        .map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}

/// Errors of the framework come as plain text or without a body; here they become what all others are.
fn in_one_shape(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let error = response.response().error();
    let is_ours = error.is_some_and(|error| error.as_error::<ApiError>().is_some());
    let is_empty = matches!(
        response.response().body().size(),
        BodySize::None | BodySize::Sized(0)
    );
    let is_plain = error.is_some() && !is_json(response.headers());
    if is_ours
        || !(is_empty || is_plain)
        || *response.request().method() == actix_web::http::Method::HEAD
    {
        return response;
    }
    let message = error.map(ToString::to_string);
    response.map_body(|head, _| {
        let rendered: HttpResponse = ApiError::of_status(status, message).error_response();
        for (name, value) in rendered.headers() {
            head.headers_mut().insert(name.clone(), value.clone());
        }
        rendered.into_body()
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

fn add_headers(headers: &mut HeaderMap, id: &str, is_documentation: bool) {
    // The id was checked or made here, so it is a header value.
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    let policy = if is_documentation {
        browser_policy::DOCUMENTATION
    } else {
        browser_policy::OTHER
    };
    // A page brings its own, which names its nonce.
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(PERMISSIONS_POLICY, browser_policy::PERMISSIONS);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse};

    use super::*;

    /// A log that is kept in memory.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[actix_web::test]
    async fn a_page_keeps_its_own_policy_and_all_else_gets_the_common_one() {
        let own = "default-src 'none'";
        let app = App::new()
            .route(
                "/page",
                web::get().to(move || async move {
                    let policy = (header::CONTENT_SECURITY_POLICY, own);
                    HttpResponse::Ok().insert_header(policy).finish()
                }),
            )
            .wrap(from_fn(exchange));
        let app = init_service(app).await;
        for (path, policy) in [
            ("/page", own),
            ("/nowhere", browser_policy::OTHER.to_str().unwrap()),
            ("/docs/", browser_policy::DOCUMENTATION.to_str().unwrap()),
        ] {
            let request = TestRequest::get().uri(path).to_request();
            let answer = call_service(&app, request).await;
            let sent = answer.headers();
            let sent_policy = sent.get(header::CONTENT_SECURITY_POLICY).unwrap();
            assert_eq!(sent_policy, policy, "{path}");
            let permissions = sent.get(PERMISSIONS_POLICY).unwrap();
            assert_eq!(permissions, &browser_policy::PERMISSIONS);
        }
    }

    #[actix_web::test]
    async fn the_log_tells_route_and_id_and_neither_path_nor_query() {
        let log = Kept::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone());
        let _here = tracing::subscriber::set_default(subscriber.finish());
        let answer = |status: u16| {
            move || async move { HttpResponse::build(status.try_into().unwrap()).finish() }
        };
        let app = App::new()
            .route("/callbacks/{secret}", web::get().to(answer(200)))
            .route("/broken/{secret}", web::get().to(answer(500)))
            .wrap(from_fn(exchange));
        let app = init_service(app).await;
        for address in [
            "/callbacks/hidden?token=hidden",
            "/broken/hidden",
            "/nowhere/hidden",
        ] {
            let request = TestRequest::get()
                .uri(address)
                .insert_header((REQUEST_ID, "from-the-test"));
            call_service(&app, request.to_request()).await;
        }
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(
            text.contains("/callbacks/{secret}") && text.contains("id=from-the-test"),
            "{text}"
        );
        assert!(
            text.lines()
                .any(|line| line.contains("WARN") && line.contains("/broken/{secret}")),
            "{text}"
        );
        assert!(!text.contains("hidden"), "{text}");
    }
}
