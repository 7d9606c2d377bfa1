//! Which sites a browser may ask the emulator for: its own pages. What it does can open files of this machine and place calls.

use actix_web::{
    HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap},
    middleware::Next,
};

/// The names by which a browser on this machine may have come.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Refuses what a browser asks for another site, whatever the path.
pub async fn guard<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> actix_web::Result<ServiceResponse<EitherBody<B>>> {
    if !is_ours(request.headers()) {
        let refusal =
            HttpResponse::Forbidden().body("only the emulator's own page may do this in a browser");
        return Ok(request.into_response(refusal).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

/// Any site can have a browser connect to this machine; but browsers say for which site they do so.
fn is_ours(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        // A program, which could do anything else as well.
        return true;
    };
    let host = headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let site = origin.to_str().ok();
    LOOPBACK.contains(&name) && site.and_then(|site| site.strip_prefix("http://")) == Some(host)
}
