//! The two ends of one recognizer: its user's and its process's.

use tokio::sync::{mpsc, oneshot};

use super::gauge::Place;
use crate::domain::engine::{
    EngineError, STREAM_PLACES, TranscriptionInput, TranscriptionOutput, Trouble,
};

/// The end of a recognizer that its user holds: wait for `ready`, then `claim` it, then talk.
#[derive(Debug)]
pub struct Recognizer {
    /// Tells when it is loaded, or why it never will be.
    pub ready: oneshot::Receiver<Result<(), EngineError>>,
    /// Makes it this talker's.
    pub claim: oneshot::Sender<Place>,
    /// The talker's audio.
    pub input: mpsc::Sender<TranscriptionInput>,
    /// The talker's words.
    pub output: mpsc::Receiver<TranscriptionOutput>,
}

/// The end of a recognizer that its process holds.
#[derive(Debug)]
pub struct Duty {
    /// Tells the user that it is loaded, or why it never will be.
    pub ready: oneshot::Sender<Result<(), EngineError>>,
    /// Brings the place of the talker who claims it.
    pub claim: oneshot::Receiver<Place>,
    /// The talker's audio.
    pub steps: mpsc::Receiver<TranscriptionInput>,
    /// The way of the talker's words.
    pub output: Outlet,
}

/// Both ends of a recognizer that is still to be started.
pub fn recognizer() -> (Recognizer, Duty) {
    let (ready_sender, ready) = oneshot::channel();
    let (claim, claimed) = oneshot::channel();
    let (input, steps) = mpsc::channel(STREAM_PLACES);
    let (outlet, output) = mpsc::channel(STREAM_PLACES);
    let user = Recognizer {
        ready,
        claim,
        input,
        output,
    };
    let duty = Duty {
        ready: ready_sender,
        claim: claimed,
        steps,
        output: Outlet {
            sender: outlet,
            closed: false,
        },
    };
    (user, duty)
}

/// The words' way out, which never ends without a reason.
#[derive(Debug)]
pub struct Outlet {
    /// The channel itself.
    pub sender: mpsc::Sender<TranscriptionOutput>,
    /// Whether its reader knows why it ends.
    pub closed: bool,
}

impl Drop for Outlet {
    fn drop(&mut self) {
        if !self.closed {
            // If the queue is full its reader finds the end of the channel instead.
            let _ = self
                .sender
                .try_send(TranscriptionOutput::Failed(EngineError::new(
                    Trouble::Failed,
                    "the recognizer of this speaker was stopped; open the stream again",
                )));
        }
    }
}
