//! Why an actor was not started, a message not queued, a question not answered.

use std::fmt;

use super::path::Path;

/// Why an actor was not started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// There is an actor of that path; wait for its `ended`, or look it up.
    #[error("the path {0} is taken by a running actor")]
    NameTaken(Path),
    /// The parent, or the tree, is on its way down.
    #[error("the parent is stopping and starts no more children")]
    Stopping,
    /// There is no thread to run it on: it was to stay on a thread that runs no `LocalSet`, or none could be made.
    #[error("there is no thread with a LocalSet to run the actor on")]
    NoThread,
}

impl StartError {
    /// A stable word for interfaces.
    pub fn code(&self) -> &'static str {
        match self {
            StartError::NameTaken(_) => "name_taken",
            StartError::Stopping => "stopping",
            StartError::NoThread => "no_thread",
        }
    }
}

/// Why a message was not queued; it is given back.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TellError<M> {
    /// The mailbox holds as many messages as it may.
    #[error("the mailbox is full")]
    Full(M),
    /// The actor has ended for good.
    #[error("the actor has ended")]
    Gone(M),
    /// The actor is parked.
    #[error("the actor is parked after repeated failures")]
    Unavailable(M),
}

impl<M> TellError<M> {
    /// The message that was not queued.
    pub fn into_message(self) -> M {
        match self {
            TellError::Full(message)
            | TellError::Gone(message)
            | TellError::Unavailable(message) => message,
        }
    }

    /// A stable word for interfaces.
    pub fn code(&self) -> &'static str {
        match self {
            TellError::Full(_) => "full",
            TellError::Gone(_) => "gone",
            TellError::Unavailable(_) => "unavailable",
        }
    }
}

/// Without the message, which may hold what must not be logged.
impl<M> fmt::Debug for TellError<M> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

/// Why a question was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// No answer, or no place in the mailbox, within the deadline.
    #[error("no answer within the deadline")]
    Timeout,
    /// The actor has ended for good.
    #[error("the actor has ended")]
    Gone,
    /// The actor is parked.
    #[error("the actor is parked after repeated failures")]
    Unavailable,
    /// The life that held the question ended before it answered.
    #[error("the actor failed before it answered")]
    Dropped,
}

impl AskError {
    /// A stable word for interfaces.
    pub fn code(&self) -> &'static str {
        match self {
            AskError::Timeout => "timeout",
            AskError::Gone => "gone",
            AskError::Unavailable => "unavailable",
            AskError::Dropped => "dropped",
        }
    }
}
