//! Runs code that may panic and turns the panic into a [`Failure`].
//!
//! A process-wide hook, chained before whatever was installed, notes where a guarded panic happened and keeps quiet;
//! panics outside a guard reach the earlier hook untouched.

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Arc, Once, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::exit::{Cause, Failure};

/// Backtraces taken in one second at most: walking the stack costs some 50 µs, which a storm must not pay each time.
const BACKTRACES_PER_SECOND: u32 = 4;
/// Backtraces kept in the whole process.
const BACKTRACES_KEPT: usize = 64;

thread_local! {
    static GUARDS: Cell<u32> = const { Cell::new(0) };
    static NOTE: RefCell<Option<Note>> = const { RefCell::new(None) };
}

struct Note {
    location: Option<String>,
    backtrace: Weak<Backtrace>,
}

struct Traces {
    second: Option<Instant>,
    taken: u32,
    kept: VecDeque<Arc<Backtrace>>,
}

static TRACES: Mutex<Traces> = Mutex::new(Traces {
    second: None,
    taken: 0,
    kept: VecDeque::new(),
});

/// Installs the hook, once for the process.
pub(super) fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let earlier = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if GUARDS.get() > 0 {
                note(info);
            } else {
                earlier(info);
            }
        }));
    });
}

/// Runs `body`; a panic becomes a failure that names `doing`.
pub(super) fn guard<R>(doing: &'static str, body: impl FnOnce() -> R) -> Result<R, Failure> {
    GUARDS.set(GUARDS.get() + 1);
    let outcome = panic::catch_unwind(AssertUnwindSafe(body));
    GUARDS.set(GUARDS.get() - 1);
    outcome.map_err(|payload| {
        let mut failure = Failure::new(Cause::Panic, text_of(&*payload), Some(doing));
        if let Some(note) = NOTE.take() {
            failure.location = note.location;
            failure.backtrace = note.backtrace;
        }
        discard_payload(payload);
        failure
    })
}

/// Drops a value of the user's; a panic in its destructor is told to the log and goes no further.
pub(super) fn drop_guarded<T>(what: &'static str, value: T) {
    if let Err(failure) = guard(what, move || drop(value)) {
        tracing::error!(%failure, "a destructor panicked");
    }
}

fn note(info: &PanicHookInfo<'_>) {
    let location = info
        .location()
        .map(|place| format!("{}:{}", place.file(), place.line()));
    NOTE.set(Some(Note {
        location,
        backtrace: take_backtrace(),
    }));
}

fn take_backtrace() -> Weak<Backtrace> {
    let now = Instant::now();
    {
        let mut traces = TRACES.lock();
        let since = |start| now.checked_duration_since(start);
        let same_second = traces
            .second
            .and_then(since)
            .is_some_and(|since| since < Duration::from_secs(1));
        if !same_second {
            traces.second = Some(now);
            traces.taken = 0;
        }
        if traces.taken >= BACKTRACES_PER_SECOND {
            return Weak::new();
        }
        traces.taken += 1;
    }
    let trace = Arc::new(Backtrace::force_capture());
    let mut traces = TRACES.lock();
    if traces.kept.len() == BACKTRACES_KEPT {
        traces.kept.pop_front();
    }
    traces.kept.push_back(trace.clone());
    Arc::downgrade(&trace)
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    match (
        payload.downcast_ref::<&str>(),
        payload.downcast_ref::<String>(),
    ) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "a panic without text".to_owned(),
    }
}

/// A payload may be any value, so its destructor may panic as well; the second one is leaked.
fn discard_payload(payload: Box<dyn Any + Send>) {
    GUARDS.set(GUARDS.get() + 1);
    if let Err(second) = panic::catch_unwind(AssertUnwindSafe(move || drop(payload))) {
        std::mem::forget(second);
    }
    GUARDS.set(GUARDS.get() - 1);
    NOTE.take();
}
