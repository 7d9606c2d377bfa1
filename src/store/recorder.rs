//! Group commit: whatever waits to be written goes into the next transaction, and each writer learns of its own write.
//!
//! While one transaction is being committed the next one gathers, so nothing waits for a timer, and a slow disk makes
//! larger groups. The queue behind it is bounded. When the store does not work, the group in hand is tried again until
//! it does; what then no longer fits the queue is refused, and its writer told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot, watch},
    time::Instant,
};

use super::{
    contract::{Store, StoreError},
    record::{Outcome, Write},
    state::StoreState,
};

/// Writes in one transaction: about 5 ms of work for SQLite, so that the first of a group does not wait for long.
const LARGEST_GROUP: usize = 256;

/// Text in one transaction, in bytes, for the same reason; a longer write goes alone.
const LARGEST_GROUP_BYTES: usize = 1 << 20;

/// Text that may wait, in bytes: more than an hour of fifty people who speak without a pause.
const MOST_WAITING_BYTES: usize = 64 << 20;

/// How long a write may take before the store counts as slow, and who waits for it goes on without (DESIGN.md).
pub const PATIENCE: Duration = Duration::from_millis(50);

/// How long a group may take before nobody waits for it any more.
const STUCK: Duration = Duration::from_millis(250);

/// The pause before a failed group is tried again, which doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What a writer learns of its write. Dropped without an answer when the server goes down first.
pub type Receipt = oneshot::Receiver<Result<Outcome, StoreError>>;

struct Job {
    write: Write,
    bytes: Waiting,
    answer: oneshot::Sender<Result<Outcome, StoreError>>,
}

/// Bytes of text that wait, counted for as long as this lives: a writer may give up at any moment.
struct Waiting {
    bytes: usize,
    shared: Arc<Shared>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.shared.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Totals since the start.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "each is the total its name says")]
pub struct RecorderCounters {
    pub groups: AtomicU64,
    pub writes: AtomicU64,
    pub refused: AtomicU64,
    pub failures: AtomicU64,
    /// Nanoseconds spent in transactions.
    pub busy_nanos: AtomicU64,
}

/// Takes writes and commits them in groups. Cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    jobs: mpsc::Sender<Job>,
    shared: Arc<Shared>,
    runtime: Handle,
}

struct Shared {
    state: watch::Sender<StoreState>,
    /// When the group in hand was begun.
    begun: Mutex<Option<Instant>>,
    counters: RecorderCounters,
    /// Bytes of text that wait or are being committed.
    bytes: AtomicUsize,
    closing: AtomicBool,
}

impl Recorder {
    /// A recorder for this store with at most `queue` writes waiting, whose work is done on `runtime`.
    pub fn start(store: Arc<dyn Store>, queue: usize, runtime: &Handle) -> Self {
        let (jobs, waiting) = mpsc::channel(queue.max(1));
        let shared = Arc::new(Shared {
            state: watch::Sender::new(StoreState::Healthy),
            begun: Mutex::new(None),
            counters: RecorderCounters::default(),
            bytes: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
        });
        runtime.spawn(commit_groups(store, waiting, Arc::clone(&shared)));
        Self {
            jobs,
            shared,
            runtime: runtime.clone(),
        }
    }

    /// Has something done once it is known what became of a write, by whoever gave up waiting for it. Nothing is done
    /// about one that failed.
    pub fn when_answered(
        &self,
        receipt: Receipt,
        then: impl FnOnce(Outcome, Self) + Send + 'static,
    ) {
        let recorder = self.clone();
        self.runtime.spawn(async move {
            if let Ok(Ok(outcome)) = receipt.await {
                then(outcome, recorder);
            }
        });
    }

    /// Hands a write over without waiting. With a full queue the receipt says [`StoreError::Overrun`] at once.
    pub fn submit(&self, write: Write) -> Receipt {
        let (answer, receipt) = oneshot::channel();
        let job = self.job(write, answer);
        if self.shared.bytes.load(Ordering::Relaxed) > MOST_WAITING_BYTES {
            self.refuse(job);
        } else if let Err(refused) = self.jobs.try_send(job) {
            self.refuse(refused.into_inner());
        }
        receipt
    }

    fn job(&self, write: Write, answer: oneshot::Sender<Result<Outcome, StoreError>>) -> Job {
        let bytes = write.text_bytes();
        self.shared.bytes.fetch_add(bytes, Ordering::Relaxed);
        let shared = Arc::clone(&self.shared);
        Job {
            write,
            bytes: Waiting { bytes, shared },
            answer,
        }
    }

    /// Writes, and waits until that is committed.
    ///
    /// # Errors
    /// [`StoreError`] of this write alone; [`StoreError::Overrun`] while the store does not work and the queue is full.
    pub async fn record(&self, write: Write) -> Result<Outcome, StoreError> {
        let (answer, receipt) = oneshot::channel();
        match self.jobs.try_send(self.job(write, answer)) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(job)) if !self.is_failing() => {
                // Busy, not broken: there is a place soon. A closed channel drops the answer, which says the same.
                let _ = self.jobs.send(job).await;
            }
            Err(refused) => self.refuse(refused.into_inner()),
        }
        receipt.await.unwrap_or(Err(StoreError::Overrun))
    }

    /// Writes, and waits as long as the store makes progress.
    ///
    /// # Errors
    /// The receipt, if the store is stuck or does not work: the write waits in the queue.
    pub async fn record_patiently(
        &self,
        write: Write,
    ) -> Result<Result<Outcome, StoreError>, Receipt> {
        let mut receipt = self.hand_over(write).await;
        match self.patiently(&mut receipt).await {
            Some(answered) => Ok(answered),
            None => Err(receipt),
        }
    }

    /// Hands a write over, and waits for a place in the queue as long as the store makes progress.
    pub(super) async fn hand_over(&self, write: Write) -> Receipt {
        loop {
            if self.is_stuck() {
                return self.submit(write);
            }
            // A closed channel refuses what is submitted, and the receipt says so.
            let place = tokio::time::timeout(PATIENCE, self.jobs.reserve()).await;
            let Ok(place) = place else {
                continue;
            };
            let (answer, receipt) = oneshot::channel();
            if let Ok(place) = place {
                place.send(self.job(write, answer));
            }
            return receipt;
        }
    }

    /// What became of a write; nothing if the store gets stuck or does not work.
    pub(super) async fn patiently(
        &self,
        receipt: &mut Receipt,
    ) -> Option<Result<Outcome, StoreError>> {
        loop {
            // Without a wait if there is no use in one.
            let patience = if self.is_stuck() {
                Duration::ZERO
            } else {
                PATIENCE
            };
            match tokio::time::timeout(patience, &mut *receipt).await {
                Ok(answered) => return Some(answered.unwrap_or(Err(StoreError::Overrun))),
                Err(_) if self.is_stuck() => return None,
                Err(_) => {}
            }
        }
    }

    /// Whether there is no use in waiting: the last group failed, or the one in hand takes too long.
    fn is_stuck(&self) -> bool {
        let begun = *self.shared.begun.lock();
        self.is_failing() || begun.is_some_and(|begun| begun.elapsed() > STUCK)
    }

    fn refuse(&self, job: Job) {
        self.shared.counters.refused.fetch_add(1, Ordering::Relaxed);
        let _ = job.answer.send(Err(StoreError::Overrun));
    }

    /// How the store does now.
    pub fn state(&self) -> StoreState {
        let state = self.shared.state.borrow().clone();
        let begun = *self.shared.begun.lock();
        match state {
            StoreState::Healthy if begun.is_some_and(|begun| begun.elapsed() > PATIENCE) => {
                StoreState::Slow
            }
            other => other,
        }
    }

    /// Whether nothing is committed just now, so that there is no use in waiting.
    pub fn is_failing(&self) -> bool {
        matches!(*self.shared.state.borrow(), StoreState::Failing(_))
    }

    /// Follows the state of the store.
    pub fn watch(&self) -> watch::Receiver<StoreState> {
        self.shared.state.subscribe()
    }

    /// Totals since the start.
    pub fn counters(&self) -> &RecorderCounters {
        &self.shared.counters
    }

    /// Writes that wait.
    pub fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    /// Waits until all that was handed over so far is committed, at most until `deadline`; `false` if it is not.
    pub async fn flush(&self, deadline: Instant) -> bool {
        let marked = self.record(Write::Mark);
        matches!(tokio::time::timeout_at(deadline, marked).await, Ok(Ok(_)))
    }

    /// From here on a group that fails is given up instead of tried again: the server goes down.
    pub fn begin_closing(&self) {
        self.shared.closing.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn turn(&self, state: StoreState) {
        self.state.send_if_modified(|current| {
            let turned = *current != state;
            match (&*current, &state) {
                (StoreState::Failing(_), StoreState::Failing(_)) => {}
                (_, StoreState::Failing(cause)) => {
                    tracing::error!(%cause, "the store does not work; what is said is passed on marked durable:false");
                }
                (_, StoreState::Slow) if turned => {
                    tracing::warn!("the store is slow; what is said may be passed on marked durable:false");
                }
                (_, StoreState::Healthy) if turned => tracing::info!("the store works again"),
                _ => {}
            }
            *current = state;
            turned
        });
    }
}

async fn commit_groups(store: Arc<dyn Store>, mut jobs: mpsc::Receiver<Job>, shared: Arc<Shared>) {
    while let Some(first) = jobs.recv().await {
        let mut bytes = first.bytes.bytes;
        let (mut writes, mut answers) = (vec![first.write], vec![first.answer]);
        let mut counted = vec![first.bytes];
        while writes.len() < LARGEST_GROUP
            && bytes < LARGEST_GROUP_BYTES
            && let Ok(job) = jobs.try_recv()
        {
            bytes += job.bytes.bytes;
            writes.push(job.write);
            answers.push(job.answer);
            counted.push(job.bytes);
        }
        let outcomes = commit(&store, writes, &shared).await;
        drop(counted);
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // Who gave up waiting does not want to know.
            let _ = answer.send(outcome);
        }
    }
}

/// Commits one group, trying again while the store does not work. A group in which a write is refused is committed
/// write by write, so that the others do not fall with it.
async fn commit(
    store: &Arc<dyn Store>,
    writes: Vec<Write>,
    shared: &Shared,
) -> Vec<Result<Outcome, StoreError>> {
    let count = writes.len();
    let writes = Arc::new(writes);
    let mut pause = FIRST_PAUSE;
    loop {
        let begun = Instant::now();
        *shared.begun.lock() = Some(begun);
        let committed = attempt(store, Arc::clone(&writes)).await;
        *shared.begun.lock() = None;
        let took = begun.elapsed();
        let counters = &shared.counters;
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        counters.busy_nanos.fetch_add(nanos, Ordering::Relaxed);
        match committed {
            Ok(outcomes) => {
                counters.groups.fetch_add(1, Ordering::Relaxed);
                counters.writes.fetch_add(count as u64, Ordering::Relaxed);
                let slow = took > PATIENCE;
                shared.turn(if slow {
                    StoreState::Slow
                } else {
                    StoreState::Healthy
                });
                return outcomes.into_iter().map(Ok).collect();
            }
            Err(error @ (StoreError::Refused { .. } | StoreError::Unreadable { .. })) => {
                counters.failures.fetch_add(1, Ordering::Relaxed);
                if count == 1 {
                    tracing::error!(%error, "a write was refused and is lost");
                    return vec![Err(error)];
                }
                let mut outcomes = Vec::with_capacity(count);
                for write in writes.iter() {
                    let alone = Box::pin(commit(store, vec![write.clone()], shared));
                    outcomes.extend(alone.await);
                }
                return outcomes;
            }
            Err(error) => {
                counters.failures.fetch_add(1, Ordering::Relaxed);
                shared.turn(StoreState::Failing(error.to_string()));
                if shared.closing.load(Ordering::Relaxed) {
                    return vec![Err(error); count];
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// One transaction, in a task of its own: a panic in the driver is a failure of this group and not the end of all.
async fn attempt(
    store: &Arc<dyn Store>,
    writes: Arc<Vec<Write>>,
) -> Result<Vec<Outcome>, StoreError> {
    let store = Arc::clone(store);
    let committing = tokio::spawn(async move { store.commit(&writes).await });
    committing.await.unwrap_or_else(|panic| {
        Err(StoreError::Refused {
            doing: "committing",
            cause: panic.to_string(),
        })
    })
}
