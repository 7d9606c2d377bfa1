//! How many requests an address may make a second; before it is asked who calls, so that keys cannot be guessed fast.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use actix_web::{
    ResponseError as _,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{HeaderValue, RETRY_AFTER},
    },
    middleware::Next,
    web::Data,
};
use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    state::keyed::{DashMapStateStore, DefaultHasher},
};

use super::{acs, error::ApiError};
use crate::{
    actors::{
        admission::counted_as,
        environment::Environment,
        limit::Limit,
        pace::{Moment, TokioClock},
    },
    config,
};

/// After how many requests those addresses are forgotten whose whole burst is free again: an address that makes one
/// request at the default rate is one for 10 ms. So memory is bounded by the addresses of so many requests and those
/// of the last moments.
const SWEEP: u32 = 1024;

type PerAddress = RateLimiter<
    IpAddr,
    DashMapStateStore<IpAddr, DefaultHasher>,
    TokioClock,
    NoOpMiddleware<Moment>,
>;

/// The requests of each address.
pub struct Throttle {
    /// Absent: there is no limit.
    limiter: Option<PerAddress>,
    limit_loopback: bool,
    seen: AtomicU32,
}

impl Throttle {
    /// The limit these settings give.
    pub fn new(server: &config::Server) -> Self {
        let quota = std::num::NonZeroU32::new(server.request_rate)
            .map(|rate| Quota::per_second(rate).allow_burst(server.request_burst));
        Self {
            limiter: quota.map(|quota| PerAddress::dashmap_with_clock(quota, TokioClock)),
            limit_loopback: server.limit_loopback,
            seen: AtomicU32::new(0),
        }
    }

    /// Counts a request of this peer.
    ///
    /// # Errors
    /// How long it is to wait; this request was not counted.
    fn take(&self, peer: Option<IpAddr>) -> Result<(), Duration> {
        let counted = counted_as(peer, self.limit_loopback);
        let Some((limiter, address)) = self.limiter.as_ref().zip(counted) else {
            return Ok(());
        };
        if self.seen.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            limiter.retain_recent();
        }
        limiter
            .check_key(&address)
            .map_err(|later| later.wait_time_from(TokioClock.now()))
    }
}

/// The middleware. Needs `web::Data<Throttle>` in the app.
///
/// # Errors
/// Only those of what is behind it; its own refusal is a response.
pub async fn throttle<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let peer = request.peer_addr().map(|address| address.ip());
    let taken = match request.app_data::<Data<Throttle>>() {
        // All calls there are come from the few addresses of the service.
        _ if acs::authenticates_itself(request.path()) => Ok(()),
        Some(throttle) => throttle.take(peer),
        None => Ok(()),
    };
    let Err(wait) = taken else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    if let Some(environment) = request.app_data::<Data<Environment>>() {
        environment.counters.limits.note(Limit::RequestRate);
    }
    // Whole seconds are all that the header can say.
    let seconds = wait.as_secs() + 1;
    let refusal = ApiError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "rate_limited",
        "your address makes more requests a second than this server takes (server.request_rate); \
         wait for as long as Retry-After says",
    );
    let mut response = refusal.error_response();
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    Ok(request.into_response(response))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn throttle(rate: u32, burst: u32) -> Throttle {
        let mut server = Settings::default().server;
        server.request_rate = rate;
        server.request_burst = std::num::NonZeroU32::new(burst).unwrap();
        Throttle::new(&server)
    }

    fn address(number: u32) -> Option<IpAddr> {
        Some(IpAddr::from((0x0a00_0000 + number).to_be_bytes()))
    }

    #[tokio::test(start_paused = true)]
    async fn each_address_has_its_burst_and_its_rate() {
        let throttle = throttle(10, 3);
        for _ in 0..3 {
            throttle.take(address(1)).unwrap();
        }
        let wait = throttle.take(address(1)).unwrap_err();
        assert_eq!(wait, Duration::from_millis(100));
        throttle.take(address(2)).unwrap();
        tokio::time::advance(wait).await;
        throttle.take(address(1)).unwrap();
        assert!(throttle.take(address(1)).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn this_machine_is_not_limited_and_nobody_is_without_a_rate() {
        let throttle_here = throttle(1, 1);
        let unlimited = throttle(0, 1);
        for _ in 0..10 {
            throttle_here.take(Some([127, 0, 0, 1].into())).unwrap();
            unlimited.take(address(1)).unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_that_call_no_more_are_forgotten() {
        let throttle = throttle(100, 400);
        for number in 0..100 * SWEEP {
            throttle.take(address(number)).unwrap();
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        let known = throttle.limiter.as_ref().unwrap().len();
        assert!(known <= SWEEP as usize + 400, "{known} addresses are kept");
    }
}
