//! What comes in over a WebSocket, at the rate at which it may (`websocket.byte_rate`).
//!
//! Bytes beyond it wait here, and nothing more is read meanwhile, so that TCP holds the client back and nothing is lost.
//! It counts before frames are told apart, so headers and control frames count too.

use std::{
    num::NonZeroU32,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{error::PayloadError, web::Payload};
use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt};
use tokio::time::{Sleep, sleep};

use crate::actors::{admission::Place, limit::Limit, pace::Meter};

/// The bytes of a connection, which has its place for as long as it reads.
pub struct Intake {
    payload: Payload,
    place: Place,
    meter: Meter,
    /// Boxed, because few clients ever wait.
    held: Option<Box<Held>>,
}

/// Bytes that wait for their time.
struct Held {
    bytes: Bytes,
    until: Pin<Box<Sleep>>,
}

impl Intake {
    /// The bytes of the connection that has this place.
    pub fn new(payload: Payload, place: Place) -> Self {
        Self {
            payload,
            place,
            meter: Meter::default(),
            held: None,
        }
    }

    /// Gives the bytes, or holds them until they are within the rate.
    fn pass(&mut self, bytes: Bytes) -> Option<Bytes> {
        let environment = self.place.environment();
        let amount = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let wait = match NonZeroU32::new(amount) {
            None => return Some(bytes),
            Some(amount) => environment.rates.bytes.take(&self.meter, amount),
        };
        match wait {
            Ok(()) => Some(bytes),
            Err(wait) => {
                environment.counters.limits.note(Limit::ByteRate);
                let until = Box::pin(sleep(wait));
                self.held = Some(Box::new(Held { bytes, until }));
                None
            }
        }
    }
}

impl Stream for Intake {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let bytes = match &mut self.held {
                Some(held) => {
                    ready!(held.until.poll_unpin(context));
                    let held = self.held.take();
                    held.map(|held| held.bytes).unwrap_or_default()
                }
                None => match ready!(self.payload.poll_next_unpin(context)) {
                    Some(Ok(bytes)) => bytes,
                    ended => return Poll::Ready(ended),
                },
            };
            if let Some(bytes) = self.pass(bytes) {
                return Poll::Ready(Some(Ok(bytes)));
            }
        }
    }
}
