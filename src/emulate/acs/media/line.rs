//! The line to somebody who is there themselves: what they say, what they hear, and what they are told. Every queue is
//! bounded and gives up what is oldest, so that who is slow hears less and nobody hears late.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{
    Rate,
    converter::Converter,
    voice::{Spoken, is_silent},
};

/// Frames that are waited for before what somebody says is let through: 60 ms, by which frames may come unevenly.
const CUSHION: usize = 3;

/// Frames said that may wait: 300 ms. When there are more, the oldest go until a cushion is left, so that what came in one
/// burst, or a clock that runs faster than ours, does not have them heard late from then on.
const MOST_SAID: usize = 15;

/// Frames to be heard that may wait for a reader that is slow: half a second.
const MOST_HEARD: usize = 25;

/// Messages that may wait for one.
const MOST_TEXTS: usize = 500;

/// A line, shared by the call and the connection to the person.
#[derive(Default)]
pub struct Line {
    said: Mutex<Said>,
    outgoing: Mutex<Outgoing>,
    news: Notify,
}

#[derive(Default)]
struct Said {
    frames: VecDeque<Vec<i16>>,
    /// Whether frames go out as they come, or a cushion is still gathered.
    flows: bool,
    /// How long it is gathered, in frames.
    gathered_for: usize,
}

#[derive(Default)]
struct Outgoing {
    texts: VecDeque<String>,
    pong: Option<Bytes>,
    frames: VecDeque<Bytes>,
    closed: bool,
}

/// What goes out next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// A message.
    Text(String),
    /// 20 ms of sound, PCM 16 bits at 16 kHz.
    Frame(Bytes),
    /// The answer to a ping.
    Pong(Bytes),
    /// Nothing comes any more.
    End,
}

impl Line {
    /// They said this: a frame at 16 kHz.
    pub fn say(&self, frame: Vec<i16>) {
        let mut said = self.said.lock();
        said.frames.push_back(frame);
        if said.frames.len() > MOST_SAID {
            said.keep_cushion();
        }
    }

    /// What they say in these 20 ms; nothing if nothing came.
    fn spoken(&self) -> Option<Vec<i16>> {
        let mut said = self.said.lock();
        if !said.flows {
            if said.frames.is_empty() {
                return None;
            }
            said.gathered_for += 1;
            if said.frames.len() < CUSHION && said.gathered_for < CUSHION {
                return None;
            }
            // What was said before anybody could hear it is not said now.
            said.keep_cushion();
            said.flows = true;
        }
        let frame = said.frames.pop_front();
        if frame.is_none() {
            said.flows = false;
            said.gathered_for = 0;
        }
        frame
    }

    /// They hear this: a frame at 16 kHz.
    pub fn hear(&self, frame: &[i16]) {
        let bytes: Vec<u8> = frame
            .iter()
            .flat_map(|sample| sample.to_le_bytes())
            .collect();
        self.put(|outgoing| push_bounded(&mut outgoing.frames, bytes.into(), MOST_HEARD));
    }

    /// They are told this.
    pub fn tell(&self, text: String) {
        self.put(|outgoing| push_bounded(&mut outgoing.texts, text, MOST_TEXTS));
    }

    /// Answers a ping; the newest is enough.
    pub fn pong(&self, bytes: Bytes) {
        self.put(|outgoing| outgoing.pong = Some(bytes));
    }

    /// Nothing more comes after what waits.
    pub fn close(&self) {
        self.put(|outgoing| outgoing.closed = true);
    }

    fn put(&self, change: impl FnOnce(&mut Outgoing)) {
        change(&mut self.outgoing.lock());
        self.news.notify_one();
    }

    /// What goes out next, as soon as there is something. For one reader.
    pub async fn next(&self) -> Next {
        loop {
            {
                let mut outgoing = self.outgoing.lock();
                if let Some(bytes) = outgoing.pong.take() {
                    return Next::Pong(bytes);
                }
                if let Some(text) = outgoing.texts.pop_front() {
                    return Next::Text(text);
                }
                if let Some(frame) = outgoing.frames.pop_front() {
                    return Next::Frame(frame);
                }
                if outgoing.closed {
                    return Next::End;
                }
            }
            self.news.notified().await;
        }
    }
}

impl Said {
    /// The newest frames stay, as many as a cushion has.
    fn keep_cushion(&mut self) {
        let old = self.frames.len().saturating_sub(CUSHION);
        self.frames.drain(..old);
    }
}

fn push_bounded<Item>(queue: &mut VecDeque<Item>, item: Item, most: usize) {
    queue.push_back(item);
    if queue.len() > most {
        queue.pop_front();
    }
}

/// The voice of somebody at a line.
pub struct LiveVoice {
    line: Arc<Line>,
    /// None if the filter cannot be made; then those who hear at 24 kHz do not hear them.
    fast: Option<Converter>,
}

impl LiveVoice {
    /// Of who is at this line.
    pub fn new(line: Arc<Line>) -> Self {
        Self {
            line,
            fast: Converter::new(Rate::Pcm16K, Rate::Pcm24K).ok(),
        }
    }

    /// The next frame; nothing if they are silent.
    pub fn next(&mut self) -> Option<Spoken> {
        let slow = self.line.spoken();
        let fast = match &mut self.fast {
            Some(converter) => converter.next(slow.as_deref()),
            None => Vec::new(),
        };
        if slow.is_none() && is_silent(&fast) {
            return None;
        }
        let slow = slow.unwrap_or_default();
        Some(Spoken::Live { slow, fast })
    }

    /// Lets them hear a frame at 16 kHz.
    pub fn hear(&self, frame: &[i16]) {
        self.line.hear(frame);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(number: usize) -> Vec<i16> {
        vec![number as i16; 320]
    }

    fn spoken(line: &Line) -> Vec<i16> {
        std::iter::from_fn(|| line.spoken())
            .map(|frame| frame[0])
            .collect()
    }

    #[test]
    fn what_is_said_waits_for_a_cushion_and_then_goes_out_in_order() {
        let line = Line::default();
        assert_eq!(line.spoken(), None);
        line.say(frame(1));
        assert_eq!(line.spoken(), None);
        line.say(frame(2));
        line.say(frame(3));
        assert_eq!(spoken(&line), [1, 2, 3]);
        // One that is followed by none goes out after the same time.
        line.say(frame(4));
        let later: Vec<_> = (0..4).map(|_| line.spoken().is_some()).collect();
        assert_eq!(later, [false, false, true, false]);
    }

    #[test]
    fn of_too_much_the_newest_is_said() {
        let line = Line::default();
        (1..=MOST_SAID).for_each(|number| line.say(frame(number)));
        // Nobody heard them until now.
        assert_eq!(spoken(&line), [13, 14, 15]);
        (1..=3).for_each(|number| line.say(frame(number)));
        assert!(line.spoken().is_some());
        (4..=17).for_each(|number| line.say(frame(number)));
        assert_eq!(spoken(&line), [15, 16, 17]);
    }

    #[tokio::test]
    async fn a_slow_reader_misses_what_is_oldest_and_is_told_first() {
        let line = Line::default();
        for number in 0..MOST_HEARD + 5 {
            line.hear(&frame(number));
        }
        line.tell("news".into());
        line.pong(Bytes::from_static(b"p"));
        line.close();
        assert_eq!(line.next().await, Next::Pong(Bytes::from_static(b"p")));
        assert_eq!(line.next().await, Next::Text("news".into()));
        for number in 5..MOST_HEARD + 5 {
            let Next::Frame(bytes) = line.next().await else {
                panic!("frame {number}");
            };
            assert_eq!((bytes.len(), bytes[0]), (640, number as u8));
        }
        assert_eq!(line.next().await, Next::End);
    }
}
