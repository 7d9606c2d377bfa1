//! What our leg says: one voice at a time, a frame of 20 ms every 20 ms.
//!
//! A call takes one stream of sound, and several people may be interpreted to it at once. Whoever begins first is heard out,
//! and the others after them. Frames go out at the pace at which they are heard, so that little of them waits at the service
//! and a sentence can be cut off.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use serde::Deserialize;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::{
    actors::outbox::{Outgoing, Payload, Pull},
    audio::frames::FRAME_MS,
    domain::server_message::AUDIO_HEADER,
    links::acs::wire::frame,
};

/// The length of a frame as time.
const FRAME: Duration = Duration::from_millis(FRAME_MS as u64);

/// Frames that go out ahead of their time, so that the service's clock, if it is a little fast, does not run dry.
const AHEAD: u32 = 2;

/// Frames that may wait: fifteen seconds. The oldest are left out.
const MOST_WAITING: usize = 750;

/// A voice that says nothing for so long, without an end, does not keep the others waiting.
const PATIENCE: Duration = Duration::from_secs(1);

struct Voice {
    stream: u32,
    frames: VecDeque<Bytes>,
    ended: bool,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Say(Bytes),
    Wait(Instant),
    Nothing,
}

/// The voices that wait, and the pace.
#[derive(Default)]
pub struct Mouth {
    voices: VecDeque<Voice>,
    waiting: usize,
    /// When the next frame is heard by one who hears everything at its pace.
    heard_at: Option<Instant>,
    said_at: Option<Instant>,
}

/// The end of a stream of audio, as a session is told of it.
#[derive(Deserialize)]
struct Stop<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    stream_id: Option<u32>,
    reason: Option<&'a str>,
}

impl Mouth {
    /// Takes a binary frame that was meant for a session.
    fn take(&mut self, framed: &Bytes, now: Instant) {
        let Some(stream) = framed.get(4..8).and_then(|bytes| bytes.try_into().ok()) else {
            return;
        };
        let stream = u32::from_le_bytes(stream);
        let samples = framed.slice(AUDIO_HEADER.min(framed.len())..);
        if self.voices.is_empty() {
            self.said_at = Some(now);
        }
        match self.voices.iter_mut().find(|voice| voice.stream == stream) {
            Some(voice) => voice.frames.push_back(samples),
            None => self.voices.push_back(Voice {
                stream,
                frames: VecDeque::from([samples]),
                ended: false,
            }),
        }
        self.waiting += 1;
        if self.waiting > MOST_WAITING {
            let longest = self
                .voices
                .iter_mut()
                .max_by_key(|voice| voice.frames.len());
            if longest.is_some_and(|voice| voice.frames.pop_front().is_some()) {
                self.waiting -= 1;
            }
        }
    }

    /// Takes a message that was meant for a session. Whether the service is to drop what it has not said yet.
    fn heed(&mut self, text: &str) -> bool {
        // Captions are most of what comes here, and mean nothing on a telephone.
        let Ok(Stop {
            kind: "audio_stop",
            stream_id: Some(stream),
            reason,
        }) = serde_json::from_str(text)
        else {
            return false;
        };
        let Some(place) = self.voices.iter().position(|voice| voice.stream == stream) else {
            return false;
        };
        if reason == Some("complete") {
            self.voices[place].ended = true;
            return false;
        }
        if let Some(cut) = self.voices.remove(place) {
            self.waiting -= cut.frames.len();
        }
        // Those behind the one that is heard have said nothing yet.
        let was_heard = place == 0;
        if was_heard {
            self.heard_at = None;
        }
        was_heard
    }

    fn next(&mut self, now: Instant) -> Next {
        while let Some(voice) = self.voices.front_mut() {
            if voice.frames.is_empty() {
                let quiet_since = self.said_at.unwrap_or(now);
                let is_over = voice.ended
                    || (self.voices.len() > 1 && now.duration_since(quiet_since) >= PATIENCE);
                if is_over {
                    self.voices.pop_front();
                    self.said_at = Some(now);
                    continue;
                }
                return match self.voices.len() {
                    1 => Next::Nothing,
                    _ => Next::Wait(quiet_since + PATIENCE),
                };
            }
            let heard_at = self.heard_at.map_or(now, |heard_at| heard_at.max(now));
            let due = heard_at.checked_sub(FRAME * AHEAD).unwrap_or(now);
            if due > now {
                return Next::Wait(due);
            }
            let Some(samples) = voice.frames.pop_front() else {
                continue;
            };
            self.waiting -= 1;
            self.heard_at = Some(heard_at + FRAME);
            self.said_at = Some(now);
            return Next::Say(samples);
        }
        Next::Nothing
    }
}

/// What goes over a call's media socket: what was meant for its session, as the service takes it.
pub struct Speech {
    pull: Pull,
    mouth: Mouth,
    timer: Pin<Box<Sleep>>,
}

impl Speech {
    /// The speech in what is pulled.
    pub fn new(pull: Pull) -> Self {
        Self {
            pull,
            mouth: Mouth::default(),
            timer: Box::pin(sleep_until(Instant::now())),
        }
    }
}

fn text(frame: String) -> Poll<Option<Outgoing>> {
    Poll::Ready(Some(Outgoing::Frame(Payload::Text(frame.into()))))
}

impl Stream for Speech {
    type Item = Outgoing;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        let this = &mut *self;
        while let Poll::Ready(pulled) = this.pull.poll_next_unpin(context) {
            match pulled {
                Some(Outgoing::Frame(Payload::Binary(framed))) => {
                    this.mouth.take(&framed, Instant::now());
                }
                Some(Outgoing::Frame(Payload::Text(message))) => {
                    if this.mouth.heed(&message) {
                        return text(frame::stop_audio());
                    }
                }
                other => return Poll::Ready(other),
            }
        }
        loop {
            match this.mouth.next(Instant::now()) {
                Next::Say(samples) => {
                    let (pairs, _) = samples.as_chunks::<2>();
                    let samples: Vec<i16> = pairs.iter().copied().map(i16::from_le_bytes).collect();
                    return text(frame::audio(&samples));
                }
                Next::Nothing => return Poll::Pending,
                Next::Wait(until) => {
                    this.timer.as_mut().reset(until);
                    if this.timer.poll_unpin(context).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::server_message::audio_frame;

    fn stop(stream: u32, reason: &str) -> String {
        format!(
            r#"{{"type":"audio_stop","stream_id":{stream},"utterance_id":"u","reason":"{reason}"}}"#
        )
    }

    fn said(next: Next) -> i16 {
        match next {
            Next::Say(bytes) => i16::from_le_bytes([bytes[0], bytes[1]]),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_out_at_the_pace_at_which_it_is_heard() {
        let mut mouth = Mouth::default();
        let begun = Instant::now();
        for number in 0..50 {
            mouth.take(&audio_frame(1, number, &[number as i16; 320]), begun);
        }
        let mut times = Vec::new();
        for number in 0..50 {
            loop {
                match mouth.next(Instant::now()) {
                    Next::Wait(until) => tokio::time::sleep_until(until).await,
                    next => {
                        assert_eq!(said(next), number);
                        break;
                    }
                }
            }
            times.push(begun.elapsed().as_millis() / 20);
        }
        // Three at once, the first and those ahead of their time, and then each in its turn.
        let expected: Vec<_> = (0..50_u128)
            .map(|number| number.saturating_sub(2))
            .collect();
        assert_eq!(times, expected);
        assert_eq!(mouth.next(Instant::now()), Next::Nothing);
    }

    #[tokio::test(start_paused = true)]
    async fn two_voices_are_heard_one_after_the_other() {
        let mut mouth = Mouth::default();
        let now = Instant::now();
        mouth.take(&audio_frame(1, 0, &[1; 320]), now);
        mouth.take(&audio_frame(2, 0, &[2; 320]), now);
        assert_eq!(said(mouth.next(now)), 1);
        assert!(
            matches!(mouth.next(now), Next::Wait(_)),
            "the first has not ended"
        );
        assert!(!mouth.heed(&stop(1, "complete")));
        assert_eq!(said(mouth.next(now)), 2);
        assert!(!mouth.heed(r#"{"type":"translation","text":"hola"}"#));
        // One without an end does not keep the others waiting for ever.
        mouth.take(&audio_frame(3, 0, &[3; 320]), now);
        tokio::time::advance(PATIENCE).await;
        assert_eq!(said(mouth.next(Instant::now())), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_is_being_heard_is_cut_off() {
        let mut mouth = Mouth::default();
        let now = Instant::now();
        for number in 0..10 {
            mouth.take(&audio_frame(1, number, &[1; 320]), now);
            mouth.take(&audio_frame(2, number, &[2; 320]), now);
        }
        assert_eq!(said(mouth.next(now)), 1);
        assert!(!mouth.heed(&stop(2, "dropped")), "nobody has heard of it");
        assert!(!mouth.heed(&stop(7, "cancelled")));
        assert!(mouth.heed(&stop(1, "cancelled")));
        assert_eq!(mouth.next(now), Next::Nothing);
        assert_eq!(mouth.waiting, 0);
        // Who speaks next is heard at once.
        mouth.take(&audio_frame(3, 0, &[3; 320]), now);
        assert_eq!(said(mouth.next(now)), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_is_bounded() {
        let mut mouth = Mouth::default();
        for number in 0..2_000 {
            mouth.take(&audio_frame(1, number, &[0; 320]), Instant::now());
        }
        assert_eq!(mouth.waiting, MOST_WAITING);
        assert_eq!(mouth.voices[0].frames.len(), MOST_WAITING);
    }
}
