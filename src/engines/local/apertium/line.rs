//! One direction at work: its queue, the actor that keeps its pipeline, and whether it is in order.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::{sleep, timeout};

use super::{
    super::actors::{Keeper, PipelineDriver, Wanted},
    pipeline::{self, PipelineCommand, PipelineError},
    queue::Queue,
};
use crate::{
    domain::engine::{EngineError, Trouble},
    supervision::Ref,
};

/// The longest that a text waits for one direction, whatever happens to its pipeline.
const PATIENCE: Duration = Duration::from_secs(30);

/// One direction.
pub struct Line {
    command: PipelineCommand,
    idle_after: Duration,
    queue: Arc<Queue>,
    keeper: Mutex<Option<Ref<Keeper<PipelineDriver>>>>,
    trouble: Mutex<Option<EngineError>>,
    /// How many wait for an answer.
    waiting: AtomicUsize,
}

impl Line {
    /// A direction that nobody has asked yet.
    pub fn new(command: PipelineCommand, idle_after: Duration) -> Self {
        Self {
            command,
            idle_after,
            queue: Arc::default(),
            keeper: Mutex::default(),
            trouble: Mutex::default(),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Apertium's name for it.
    pub fn mode(&self) -> &str {
        &self.command.mode
    }

    /// After how long without a text its pipeline is ended.
    pub fn idle_after(&self) -> Duration {
        self.idle_after
    }

    /// The actor that keeps its pipeline, if it was ever started.
    pub fn keeper(&self) -> Option<Ref<Keeper<PipelineDriver>>> {
        self.keeper.lock().clone()
    }

    /// Its pipeline is kept by this actor now.
    pub fn kept_by(&self, keeper: Ref<Keeper<PipelineDriver>>) {
        *self.keeper.lock() = Some(keeper);
    }

    /// What is wrong with it, if anything.
    pub fn trouble(&self) -> Option<EngineError> {
        self.trouble.lock().clone()
    }

    /// It does not work; whoever waits is told, and routes go around it until its next good life.
    pub fn out_of_order(&self, why: &EngineError) {
        *self.trouble.lock() = Some(why.clone());
        self.queue.refuse_all(why);
    }

    /// Its actor has ended: the next text starts it afresh.
    pub fn ended(&self) {
        *self.trouble.lock() = None;
    }

    /// Whether texts wait.
    pub fn is_wanted(&self) -> bool {
        !self.queue.is_empty()
    }

    /// One life of the pipeline, which ends only by an error.
    pub async fn live(self: Arc<Self>) -> PipelineError {
        let serving = pipeline::serve(&self.command, &self.queue, || {
            *self.trouble.lock() = None;
        });
        let error = tokio::select! {
            error = serving => error,
            never = self.stay_awake() => match never {},
        };
        if matches!(
            error,
            PipelineError::Start { .. } | PipelineError::SelfTest { .. }
        ) {
            self.out_of_order(&error.for_callers());
        }
        error
    }

    /// Keeps its actor from being idle while somebody waits: loading may take longer than it may be idle.
    async fn stay_awake(&self) -> Infallible {
        loop {
            sleep(self.idle_after / 4).await;
            if self.waiting.load(Ordering::Relaxed) > 0
                && let Some(keeper) = self.keeper()
            {
                // One whose mailbox is full is not idle.
                let _ = keeper.tell(Wanted);
            }
        }
    }

    /// Translates one text that is cleaned and escaped. `serve` makes sure that somebody works on the queue.
    pub async fn ask(&self, request: String, serve: impl FnOnce()) -> Result<String, EngineError> {
        let answer = self.queue.add(request)?;
        let _waiting = Waiting::begin(&self.waiting);
        serve();
        match timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(EngineError::new(
                Trouble::Failed,
                format!("the pipeline {} was stopped while translating", self.mode()),
            )),
            Err(_) => Err(EngineError::new(
                Trouble::Timeout,
                format!(
                    "the pipeline {} gave no answer within {PATIENCE:?}",
                    self.mode()
                ),
            )),
        }
    }
}

/// Somebody who waits.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
