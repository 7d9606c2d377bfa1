//! What is said, on its way to the engine: in frames of its length, at the pace of speech, with silence between them
//! where it wants that.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::{sync::mpsc::error::TrySendError, time::Instant};

use super::{Awaited, CATCH_UP, Invoker, Mark, link::Phase};
use crate::{audio::backlog::Next, domain::interpretation::InterpretationInput};

impl Invoker {
    /// Gives the stream that takes it whatever is due.
    pub(super) fn feed(&mut self) {
        let now = Instant::now();
        while self.interpreting.next_due <= now {
            if !self.feed_a_frame(now) {
                break;
            }
        }
    }

    /// Gives the next frame. `false` if there is nothing to give, or nobody to take it.
    fn feed_a_frame(&mut self, now: Instant) -> bool {
        let clock = self.order.environment.clock.now();
        let interpreting = &mut self.interpreting;
        let index = interpreting
            .links
            .iter()
            .position(|link| link.phase == Phase::Taking);
        let Some(link) = index.map(|index| &mut interpreting.links[index]) else {
            return false;
        };
        let Some(input) = link.input.clone() else {
            return false;
        };
        // A frame and the end of an utterance.
        if input.capacity() < 2 {
            link.stalled.get_or_insert(now);
            return false;
        }
        link.stalled = None;
        interpreting
            .backlog
            .skip_silence(link.style.frame + CATCH_UP);
        let whole = interpreting.backlog.bytes(link.style.frame);
        let mut ended = false;
        while interpreting.frame.len() < whole && !ended {
            match interpreting.backlog.take(whole - interpreting.frame.len()) {
                Some(Next::Audio(samples, voiced)) => {
                    interpreting.frame.extend_from_slice(&samples);
                    interpreting.voiced += voiced;
                }
                Some(Next::Mark(Mark::Begin { utterance, at, .. })) => {
                    interpreting.giving = Some(Awaited {
                        id: utterance,
                        started_at: at,
                    });
                }
                // A continuous engine hears no end; what follows goes into the same frame.
                Some(Next::Mark(Mark::End)) => ended = !link.style.continuous,
                None => break,
            }
        }
        let waits = interpreting.coming && !ended && interpreting.frame.len() < whole;
        let has_sound = !interpreting.frame.is_empty();
        let silence = link.style.wants_silence && !self.leaving;
        if waits || !has_sound && !ended && !silence {
            return false;
        }
        if silence && !ended {
            interpreting.frame.resize(whole, 0);
        }
        let samples: Bytes =
            std::mem::replace(&mut interpreting.frame, BytesMut::with_capacity(whole)).freeze();
        let voiced = interpreting
            .backlog
            .length(std::mem::take(&mut interpreting.voiced));
        let length = interpreting.backlog.length(samples.len());
        link.began.get_or_insert((now, clock));
        if !link.style.continuous && !link.in_turn && !samples.is_empty() {
            // The rest of an utterance that another stream was given the beginning of has a name of its own.
            let rest = || Awaited {
                id: self.order.environment.identities.next().into(),
                started_at: clock,
            };
            link.said
                .push(interpreting.giving.take().unwrap_or_else(rest));
            link.in_turn = true;
        }
        link.unanswered += voiced;
        let mut sent = Ok(());
        if !samples.is_empty() {
            sent = input.try_send(InterpretationInput::Audio(samples));
        }
        if ended {
            interpreting.giving = None;
            if std::mem::take(&mut link.in_turn) {
                sent = sent.and_then(|()| input.try_send(InterpretationInput::EndOfUtterance));
            }
        }
        if let Err(TrySendError::Closed(_)) = sent {
            // Its output says why it is over; one that does not is given up after a while.
            link.input = None;
            link.stalled.get_or_insert(now);
            return false;
        }
        // One frame may be late without those after it being late too.
        let frame = link.style.frame;
        let earliest = now.checked_sub(frame).unwrap_or(now);
        interpreting.next_due =
            interpreting.next_due.max(earliest) + length.max(Duration::from_millis(1));
        true
    }
}
