//! What happened, line by line: printed as it happens, and kept for who asks.

use std::{
    collections::VecDeque,
    io::Write as _,
    sync::mpsc::{SyncSender, sync_channel},
};

use parking_lot::Mutex;
use serde::Serialize;
use tokio::{sync::broadcast, time::Instant};

/// How many happenings are kept; the oldest are forgotten first.
const MOST_KEPT: usize = 10_000;

/// How many lines may wait for a slow terminal; more are not printed.
const MOST_WAITING: usize = 10_000;

/// How many happenings may wait for somebody who watches; who is slower misses the oldest.
const MOST_UNSEEN: usize = 1_024;

/// Something that happened.
#[derive(Debug, Clone, Serialize)]
pub struct Happening {
    /// Seconds since the emulator started, as they pass outside.
    pub at: f64,
    /// The call it happened in; none for what belongs to none.
    pub call: Option<String>,
    /// What it was, in words.
    pub what: String,
}

/// All that happened.
pub struct Timeline {
    began: Instant,
    kept: Mutex<VecDeque<Happening>>,
    printer: Option<SyncSender<String>>,
    watched: broadcast::Sender<Happening>,
}

impl Timeline {
    /// A timeline that begins now; printed by a thread of its own if it is to be, since a terminal may block.
    pub fn new(print: bool) -> Self {
        let printer = print.then(|| {
            let (sender, lines) = sync_channel::<String>(MOST_WAITING);
            std::thread::spawn(move || {
                for line in lines {
                    // Nobody reads it any more; there is nothing to do about that.
                    if writeln!(std::io::stdout(), "{line}").is_err() {
                        return;
                    }
                }
            });
            sender
        });
        Self {
            began: Instant::now(),
            kept: Mutex::default(),
            printer,
            watched: broadcast::Sender::new(MOST_UNSEEN),
        }
    }

    /// Something happened, in a call or not.
    pub fn tell(&self, call: Option<&str>, what: impl Into<String>) {
        let happening = Happening {
            at: self.began.elapsed().as_secs_f64(),
            call: call.map(str::to_owned),
            what: what.into(),
        };
        if let Some(printer) = &self.printer {
            let Happening { at, what, .. } = &happening;
            let call = call.unwrap_or("-");
            // A line that does not fit any more is kept all the same.
            let _ = printer.try_send(format!("{at:9.3}  {call:<10}  {what}"));
        }
        // Whether anybody watches does not matter.
        let _ = self.watched.send(happening.clone());
        let mut kept = self.kept.lock();
        kept.push_back(happening);
        if kept.len() > MOST_KEPT {
            kept.pop_front();
        }
    }

    /// What happens from now on.
    pub fn watch(&self) -> broadcast::Receiver<Happening> {
        self.watched.subscribe()
    }

    /// What is kept, of one call or of all.
    pub fn kept(&self, call: Option<&str>) -> Vec<Happening> {
        self.kept
            .lock()
            .iter()
            .filter(|happening| call.is_none() || happening.call.as_deref() == call)
            .cloned()
            .collect()
    }
}
