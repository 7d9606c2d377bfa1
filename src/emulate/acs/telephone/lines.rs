//! At which telephones somebody waits to be called, and how many telephones there are.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use super::super::{
    call::{Call, person::Person},
    callback::Outcome,
};

/// How many telephones there may be at once.
const MOST_LINES: usize = 64;

/// A call that rings at a telephone.
pub struct Ringing {
    pub call: Arc<Call>,
    /// Takes the person who answers, or how it went if they do not. Closed when nobody waits for that any more.
    pub answer: oneshot::Sender<Result<Person, Outcome>>,
}

/// The telephones at which calls are waited for.
#[derive(Default)]
pub struct Lines {
    /// By the raw id of who is called: the telephone's number, and the way to it.
    waiting: Mutex<HashMap<String, (u64, mpsc::Sender<Ringing>)>>,
    open: AtomicUsize,
}

impl Lines {
    /// Another telephone. Returns whether there was room.
    pub fn enter(&self) -> bool {
        let more = |open| (open < MOST_LINES).then_some(open + 1);
        self.open
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .is_ok()
    }

    /// A telephone is gone.
    pub fn leave(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// From now on calls to this raw id ring at this telephone, instead of at another one.
    pub fn wait(&self, raw: &str, telephone: u64, calls: &mpsc::Sender<Ringing>) {
        let mut waiting = self.waiting.lock();
        waiting.insert(raw.to_owned(), (telephone, calls.clone()));
    }

    /// No calls ring at this telephone any more.
    pub fn stop(&self, telephone: u64) {
        self.waiting.lock().retain(|_, (of, _)| *of != telephone);
    }

    /// Has a call ring where calls to this raw id are waited for. Returns what the answer will come through; nothing if
    /// nobody waits.
    pub fn ring(
        &self,
        call: &Arc<Call>,
        raw: &str,
    ) -> Option<oneshot::Receiver<Result<Person, Outcome>>> {
        let (_, telephone) = self.waiting.lock().get(raw).cloned()?;
        let (answer, answered) = oneshot::channel();
        let call = Arc::clone(call);
        // One that has no room is busy with others: its answer never comes.
        let _ = telephone.try_send(Ringing { call, answer });
        Some(answered)
    }
}
