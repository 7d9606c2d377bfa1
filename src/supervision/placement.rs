//! Which thread an actor runs on.

use std::cell::RefCell;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;

use actix::{Arbiter, System};
use actix_rt::ArbiterHandle;
use futures_util::task::AtomicWaker;
use parking_lot::Mutex;

use super::panic::guard;

/// A job that must run on the thread where it shall leave a local task.
pub type Start = Box<dyn FnOnce() + Send>;

/// Decides which thread an actor runs on, and brings it there.
pub trait Placement: Send + Sync {
    /// Runs `start`, now or soon, on the thread that serves `group`, inside its `LocalSet`. `None` when there is no such
    /// thread; `start` is dropped then.
    fn place(&self, group: u64, start: Start) -> Option<Arc<Host>>;

    /// Gives up a thread, which is blocked or gone: its groups are served by another from now on. `false` when this
    /// placement has no other thread.
    fn replace(&self, lost: &Host) -> bool;

    /// Whether actors of a lost thread can go on elsewhere.
    fn can_move(&self) -> bool;
}

/// A thread that runs actors, as the watchdog sees it.
pub struct Host {
    id: u64,
    name: String,
    asked: AtomicU64,
    answered: AtomicU64,
    waker: AtomicWaker,
    listening: AtomicBool,
}

thread_local! {
    static HERE: RefCell<Option<Arc<Host>>> = const { RefCell::new(None) };
}

impl Host {
    fn new(name: String) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Arc::new(Host {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            name,
            asked: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            waker: AtomicWaker::new(),
            listening: AtomicBool::new(false),
        })
    }

    /// The calling thread, if a `LocalSet` runs on it.
    pub fn here() -> Option<Arc<Host>> {
        let known = HERE.try_with(|here| here.borrow().clone()).ok()?;
        match known {
            Some(host) if host.listening.load(Ordering::Acquire) => Some(host),
            Some(host) => host.listen(),
            None => Host::new(
                std::thread::current()
                    .name()
                    .unwrap_or("unnamed thread")
                    .to_owned(),
            )
            .listen(),
        }
    }

    /// Makes the calling thread answer for this host.
    fn listen(self: Arc<Self>) -> Option<Arc<Self>> {
        let listener = Listener(self.clone());
        let answers = poll_fn(move |task| {
            let host = &listener.0;
            host.waker.register(task.waker());
            host.answered
                .store(host.asked.load(Ordering::Acquire), Ordering::Release);
            Poll::<()>::Pending
        });
        guard("listen", || tokio::task::spawn_local(answers)).ok()?;
        self.listening.store(true, Ordering::Release);
        HERE.try_with(|here| *here.borrow_mut() = Some(self.clone()))
            .ok()?;
        Some(self)
    }

    /// A number that no other host of the process has.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The thread's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Asks the thread for a sign of life.
    pub(super) fn ask(&self) {
        self.asked.fetch_add(1, Ordering::AcqRel);
        self.waker.wake();
    }

    /// Whether it has answered the latest question. A thread whose `LocalSet` is gone is not blocked.
    pub(super) fn has_answered(&self) -> bool {
        !self.listening.load(Ordering::Acquire)
            || self.answered.load(Ordering::Acquire) == self.asked.load(Ordering::Acquire)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Host({} {})", self.id, self.name)
    }
}

struct Listener(Arc<Host>);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.listening.store(false, Ordering::Release);
    }
}

/// Everything on the `LocalSet` of the calling thread: for simulations and tests, whose clock may be paused.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local;

impl Placement for Local {
    fn place(&self, _group: u64, start: Start) -> Option<Arc<Host>> {
        let host = Host::here()?;
        start();
        Some(host)
    }

    fn replace(&self, _lost: &Host) -> bool {
        false
    }

    fn can_move(&self) -> bool {
        false
    }
}

/// A fixed number of actix arbiters; a group always lands on the same one. A lost arbiter is replaced by a new one.
/// Shut the tree down before the actix `System`, which stops all arbiters at once.
pub struct ArbiterPool {
    system: System,
    slots: Mutex<Vec<Slot>>,
}

struct Slot {
    arbiter: ArbiterHandle,
    host: Arc<Host>,
    lost: bool,
}

impl ArbiterPool {
    /// Starts `threads` arbiters, at least one, in the actix `System` of the calling thread.
    ///
    /// # Errors
    /// When a thread or its runtime cannot be made.
    ///
    /// # Panics
    /// Without an actix `System` on the calling thread.
    pub fn new(threads: usize) -> io::Result<Self> {
        let system = System::current();
        let slots = (0..threads.max(1))
            .map(|index| Slot::open(&system, index))
            .collect::<io::Result<_>>()?;
        Ok(ArbiterPool {
            system,
            slots: Mutex::new(slots),
        })
    }

    /// The arbiter that serves `group` now.
    pub fn arbiter(&self, group: u64) -> ArbiterHandle {
        let slots = self.slots.lock();
        slots[(group % slots.len() as u64) as usize].arbiter.clone()
    }
}

impl Slot {
    fn open(system: &System, index: usize) -> io::Result<Self> {
        // A new arbiter looks for its system on the thread that makes it, which may be the watchdog's.
        if System::try_current().is_none() {
            System::set_current(system.clone());
        }
        let arbiter = Arbiter::try_new()?.handle();
        let host = Host::new(format!("arbiter {index}"));
        let adopted = host.clone();
        arbiter.spawn_fn(move || drop(adopted.listen()));
        Ok(Slot {
            arbiter,
            host,
            lost: false,
        })
    }
}

impl Placement for ArbiterPool {
    fn place(&self, group: u64, start: Start) -> Option<Arc<Host>> {
        let (arbiter, host) = {
            let mut slots = self.slots.lock();
            let index = (group % slots.len() as u64) as usize;
            if slots[index].lost || !slots[index].arbiter.alive() {
                match Slot::open(&self.system, index) {
                    Ok(fresh) => slots[index] = fresh,
                    Err(error) => {
                        tracing::error!(%error, "no thread for a new arbiter");
                        return None;
                    }
                }
            }
            (slots[index].arbiter.clone(), slots[index].host.clone())
        };
        let is_here =
            HERE.try_with(|here| here.borrow().as_ref().is_some_and(|it| it.id == host.id));
        if is_here.unwrap_or(false) {
            start();
            return Some(host);
        }
        arbiter.spawn_fn(start).then_some(host)
    }

    fn replace(&self, lost: &Host) -> bool {
        let mut slots = self.slots.lock();
        let Some(slot) = slots.iter_mut().find(|slot| slot.host.id == lost.id) else {
            return false;
        };
        slot.lost = true;
        // Should the thread ever come back, it finds this and drops what it still holds.
        slot.arbiter.stop();
        true
    }

    fn can_move(&self) -> bool {
        true
    }
}
