//! The texts that wait for one direction's pipeline. It outlives the pipeline's processes, so a text that was being
//! translated when they died is there for the next ones.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

use crate::domain::engine::{EngineError, Trouble};

/// Texts that may wait for one direction: several long texts at once; more is not served in time anyway.
const PLACES: usize = 256;

/// Times a text is given to a pipeline: once, and once more after it died with it.
const MOST_ATTEMPTS: u8 = 2;

/// One text and who waits for its translation.
#[derive(Debug)]
pub struct Job {
    /// The text, cleaned and escaped.
    pub request: String,
    answer: oneshot::Sender<Result<String, EngineError>>,
    attempts: u8,
}

impl Job {
    /// Whether somebody still waits.
    pub fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    /// Hands over the answer. Who asked may have left, which is fine.
    pub fn finish(self, answer: Result<String, EngineError>) {
        let _ = self.answer.send(answer);
    }
}

/// The queue of one direction.
#[derive(Debug, Default)]
pub struct Queue {
    jobs: Mutex<VecDeque<Job>>,
    arrived: Notify,
}

impl Queue {
    /// Adds a text; the answer comes through the receiver.
    ///
    /// # Errors
    /// [`Trouble::Overloaded`] when too many wait.
    pub fn add(
        &self,
        request: String,
    ) -> Result<oneshot::Receiver<Result<String, EngineError>>, EngineError> {
        let (answer, receiver) = oneshot::channel();
        let mut jobs = self.jobs.lock();
        if jobs.len() >= PLACES {
            return Err(EngineError::new(
                Trouble::Overloaded,
                format!("{PLACES} texts already wait for this translation; try again in a second"),
            ));
        }
        jobs.push_back(Job {
            request,
            answer,
            attempts: 0,
        });
        drop(jobs);
        self.arrived.notify_one();
        Ok(receiver)
    }

    /// The next text that somebody still waits for, waiting until there is one. Safe to drop half-way.
    pub async fn next(&self) -> Job {
        loop {
            if let Some(job) = self.take() {
                return job;
            }
            self.arrived.notified().await;
        }
    }

    fn take(&self) -> Option<Job> {
        let mut jobs = self.jobs.lock();
        while let Some(job) = jobs.pop_front() {
            if job.is_wanted() {
                return Some(job);
            }
        }
        None
    }

    /// Whether anybody waits.
    pub fn is_empty(&self) -> bool {
        self.jobs.lock().iter().all(|job| !job.is_wanted())
    }

    /// Takes back what a dead pipeline had not answered. The first of them may be what killed it: it gets one more
    /// chance, then its asker gets the error.
    pub fn give_back(&self, unanswered: VecDeque<Job>, why: &EngineError) {
        let mut unanswered = unanswered;
        if let Some(mut first) = unanswered.pop_front() {
            first.attempts += 1;
            if first.attempts < MOST_ATTEMPTS {
                unanswered.push_front(first);
            } else {
                first.finish(Err(why.clone()));
            }
        }
        let mut jobs = self.jobs.lock();
        for job in unanswered.into_iter().rev() {
            jobs.push_front(job);
        }
        drop(jobs);
        self.arrived.notify_one();
    }

    /// Tells all who wait that there will be no answer.
    pub fn refuse_all(&self, why: &EngineError) {
        let waiting = std::mem::take(&mut *self.jobs.lock());
        for job in waiting {
            job.finish(Err(why.clone()));
        }
    }
}
