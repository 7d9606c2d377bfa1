//! An engine's stream as an actor holds it: closed, being opened, open; broken and opened again after a pause.
//!
//! What is to be said again on a new stream is the owner's script; this knows only how much of it the open stream was
//! given. It is the same for the ear of a Source and the translation of an Invoker, and for every engine.

use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use tokio::{sync::mpsc, time::Instant};
use tokio_stream::wrappers::ReceiverStream;

/// The pause after a failure, times the failures in a row, at most [`MOST_PAUSES`] of them.
const AFTER_FAILURE: Duration = Duration::from_millis(100);
const MOST_PAUSES: u32 = 20;

/// The pause after an engine has refused: it will not be different at once.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

/// How often the same words are tried on streams that break before they are given up: the fault may be theirs.
const TRIES: u32 = 3;

enum State<Input> {
    Closed { not_before: Option<Instant> },
    Opening,
    Open(mpsc::Sender<Input>),
}

/// A stream that takes `Input`.
pub struct EngineStream<Input> {
    state: State<Input>,
    given: usize,
    generation: u64,
    failures: u32,
}

/// Which opening something belongs to, so that what an earlier stream still yields is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation(u64);

impl Generation {
    /// That of an owner that counts its openings itself.
    pub fn numbered(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// What a stream yields, and from which opening; nothing when it has ended.
pub struct Yielded<Output> {
    /// Which opening.
    pub generation: Generation,
    /// What, or that it is over.
    pub output: Option<Output>,
}

/// What a stream yields, with its end.
pub fn yields<Output: Send + 'static>(
    generation: Generation,
    output: mpsc::Receiver<Output>,
) -> impl Stream<Item = Yielded<Output>> {
    ReceiverStream::new(output)
        .map(Some)
        .chain(stream::iter([None]))
        .map(move |output| Yielded { generation, output })
}

impl<Input> Default for EngineStream<Input> {
    fn default() -> Self {
        Self {
            state: State::Closed { not_before: None },
            given: 0,
            generation: 0,
            failures: 0,
        }
    }
}

impl<Input> EngineStream<Input> {
    /// Whether it takes anything.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// How much of the script it has been given.
    pub fn given(&self) -> usize {
        self.given
    }

    /// Whether something belongs to the newest opening.
    pub fn is_current(&self, generation: Generation) -> bool {
        generation.0 == self.generation
    }

    /// Begins to open it, if it is closed and its pause is over.
    pub fn begin_opening(&mut self) -> Option<Generation> {
        match self.state {
            State::Closed { not_before }
                if not_before.is_none_or(|moment| moment <= Instant::now()) =>
            {
                self.state = State::Opening;
                self.given = 0;
                self.generation += 1;
                Some(Generation(self.generation))
            }
            _ => None,
        }
    }

    /// It is open.
    pub fn opened(&mut self, input: mpsc::Sender<Input>) {
        self.state = State::Open(input);
        self.given = 0;
    }

    /// Gives it something beside the script. `false` if it is not open or has no place.
    pub fn try_give(&self, input: Input) -> bool {
        match &self.state {
            State::Open(sender) => sender.try_send(input).is_ok(),
            State::Closed { .. } | State::Opening => false,
        }
    }

    /// Gives it the next of the script. `false` if it is not open or has no place.
    pub fn give_next(&mut self, input: Input) -> bool {
        let given = self.try_give(input);
        self.given += usize::from(given);
        given
    }

    /// The oldest `count` of the script are no longer part of it.
    pub fn forget(&mut self, count: usize) {
        self.given = self.given.saturating_sub(count);
    }

    /// Something came of it: failures in a row end here.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Closes it; the next words open another one.
    pub fn release(&mut self) {
        self.close(None);
        self.failures = 0;
    }

    /// It was refused, and is not tried for a while.
    pub fn refused(&mut self) {
        self.close(Some(AFTER_REFUSAL));
    }

    /// It broke. Whether the oldest of the script broke it so often that it is to be given up.
    pub fn broke(&mut self) -> bool {
        self.failures += 1;
        self.close(Some(AFTER_FAILURE * self.failures.min(MOST_PAUSES)));
        let give_up = self.failures >= TRIES;
        if give_up {
            self.failures = 0;
        }
        give_up
    }

    fn close(&mut self, pause: Option<Duration>) {
        self.state = State::Closed {
            not_before: pause.map(|pause| Instant::now() + pause),
        };
        self.generation += 1;
        self.given = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_broken_stream_rests_a_little_longer_each_time_and_its_words_are_given_up() {
        let mut stream = EngineStream::default();
        for attempt in 1..=3_u32 {
            let generation = stream.begin_opening().expect("its pause is over");
            let (input, _output) = mpsc::channel(4);
            stream.opened(input);
            assert!(stream.give_next("words"));
            assert_eq!(stream.given(), 1);
            assert_eq!(stream.broke(), attempt == 3);
            assert!(
                !stream.is_current(generation),
                "what it still yields is not heeded"
            );
            assert_eq!(stream.given(), 0, "a new stream is told everything again");
            assert_eq!(stream.begin_opening(), None);
            tokio::time::advance(AFTER_FAILURE * attempt).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_given_to_a_full_stream_and_a_success_ends_the_row_of_failures() {
        let mut stream = EngineStream::default();
        assert!(!stream.give_next(0));
        stream.begin_opening().expect("closed");
        let (input, _output) = mpsc::channel(1);
        stream.opened(input);
        assert!(stream.give_next(1));
        assert!(!stream.give_next(2));
        stream.forget(1);
        assert_eq!(stream.given(), 0);
        assert!(!stream.broke());
        stream.succeeded();
        assert!(!stream.broke());
        assert!(!stream.broke());
    }
}
