//! How lives end: exits, failures, and what a parent hears of its children.

use std::backtrace::Backtrace;
use std::fmt;
use std::sync::{Arc, Weak};

use tokio::time::Instant;

use super::path::Path;

/// How an actor ended for good.
#[derive(Clone, Debug)]
pub enum Exit {
    /// It was stopped, or ended itself, for this reason.
    Stopped {
        /// The exact reason, a fixed word of the product.
        reason: &'static str,
    },
    /// Nothing was asked of it for its `idle_after`.
    Idle,
    /// It reached its `max_lifetime`.
    Lifetime,
    /// A temporary actor failed.
    Failed(Arc<Failure>),
    /// A transient actor failed more often than its intensity allows.
    GaveUp(Arc<Failure>),
    /// It was killed, or did not stop within its deadline.
    Killed,
    /// Its thread went away and it could not be respawned on another.
    Lost,
}

impl Exit {
    /// Whether nobody meant it to end: `Failed`, `GaveUp` and `Lost`.
    pub fn is_abnormal(&self) -> bool {
        matches!(self, Exit::Failed(_) | Exit::GaveUp(_) | Exit::Lost)
    }

    /// A stable word for logs and interfaces.
    pub fn code(&self) -> &'static str {
        match self {
            Exit::Stopped { .. } => "stopped",
            Exit::Idle => "idle",
            Exit::Lifetime => "lifetime",
            Exit::Failed(_) => "failed",
            Exit::GaveUp(_) => "gave_up",
            Exit::Killed => "killed",
            Exit::Lost => "lost",
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Stopped { reason } => write!(out, "stopped: {reason}"),
            Exit::Failed(failure) => write!(out, "failed: {failure}"),
            Exit::GaveUp(failure) => write!(out, "gave up: {failure}"),
            other => out.write_str(other.code()),
        }
    }
}

/// What kind of thing ended a life that nobody meant to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A panic in the factory, a hook, a handler or a future.
    Panic,
    /// `ctx.fail`.
    Error,
    /// A `ctx.wait()` or reply future outlasted the `wait_limit`.
    Endless,
    /// It held its thread for so long that the watchdog took its place in the tree away from that thread.
    Blocked,
    /// A permanent actor called `ctx.stop()`.
    Stopped,
    /// A child ended abnormally and the verdict was to escalate.
    Child,
}

impl Cause {
    /// A stable word for logs and interfaces.
    pub fn code(self) -> &'static str {
        match self {
            Cause::Panic => "panic",
            Cause::Error => "error",
            Cause::Endless => "endless",
            Cause::Blocked => "blocked",
            Cause::Stopped => "stopped",
            Cause::Child => "child",
        }
    }
}

/// One failure of one life.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What kind of failure it was.
    pub cause: Cause,
    /// The panic's text or the reason given.
    pub text: String,
    /// Where, as `file:line`, when that is known.
    pub location: Option<String>,
    /// The type of the message in hand, or the name of the hook that ran.
    pub message: Option<&'static str>,
    /// When, by the clock of the runtime.
    pub at: Instant,
    pub(super) backtrace: Weak<Backtrace>,
}

impl Failure {
    pub(super) fn new(
        cause: Cause,
        text: impl Into<String>,
        message: Option<&'static str>,
    ) -> Self {
        Failure {
            cause,
            text: text.into(),
            location: None,
            message,
            at: Instant::now(),
            backtrace: Weak::new(),
        }
    }

    /// The backtrace, resolved now. Only a few are taken a second and only the latest are kept, so that a storm of
    /// panics costs neither time nor memory: `None` is common.
    pub fn backtrace(&self) -> Option<String> {
        self.backtrace.upgrade().map(|trace| trace.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} \"{}\"", self.cause.code(), self.text)?;
        if let Some(message) = self.message {
            write!(out, " in {message}")?;
        }
        if let Some(location) = &self.location {
            write!(out, " at {location}")?;
        }
        Ok(())
    }
}

/// What a parent is told of a child.
#[derive(Clone, Debug)]
pub struct ChildEnd {
    /// The child's path.
    pub path: Path,
    /// Its `KIND`.
    pub kind: &'static str,
    /// What happened to it.
    pub how: Departure,
}

/// What happened to a child.
#[derive(Clone, Debug)]
pub enum Departure {
    /// It ended for good.
    Ended(Exit),
    /// It failed too often and is parked: its address holds, it answers `Unavailable` and is retried.
    Parked(Arc<Failure>),
}

impl fmt::Display for Departure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Departure::Ended(exit) => exit.fmt(out),
            Departure::Parked(failure) => write!(out, "parked: {failure}"),
        }
    }
}

impl ChildEnd {
    /// What a parent decides that has no view of its own: a normal end is ignored, an abnormal one escalated, a parked
    /// child left parked.
    pub fn default_verdict(&self) -> Verdict {
        match &self.how {
            Departure::Ended(exit) if exit.is_abnormal() => Verdict::Escalate,
            _ => Verdict::Ignore,
        }
    }
}

/// What a parent decides about the end of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on without it; a parked child stays parked.
    Ignore,
    /// Fail with it.
    Escalate,
    /// End a parked child for good.
    StopChild,
}
