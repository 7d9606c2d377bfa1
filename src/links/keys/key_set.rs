//! The issuer's public keys: fetched in the background, renewed when a token names one that is not known, and kept while
//! the issuer is not to be reached.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};

use super::published_key::PublishedKey;

/// Longest wait of a caller for keys that are being fetched.
const PATIENCE: Duration = Duration::from_secs(5);

/// Least time between two fetches that unknown keys ask for: whoever makes up key ids must not make us ask the issuer
/// more often than this.
const BETWEEN_DEMANDS: Duration = Duration::from_secs(30);

/// Age from which on keys are fetched anew, so that one that the issuer takes back is refused here soon.
const OLDEST: Duration = Duration::from_secs(600);

/// First and longest pause after a failure; it doubles from one to the other.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Why there is no key for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoKey {
    /// The issuer was asked, and has none of this name.
    Unknown,
    /// The issuer is not to be reached, so nobody can tell.
    Unavailable,
}

/// The keys, and the task that fetches them, which ends with this.
#[derive(Debug)]
pub struct KeySet {
    shared: Arc<Shared>,
    fetching: AbortHandle,
}

#[derive(Debug)]
struct Shared {
    state: watch::Sender<State>,
    demand: Notify,
}

#[derive(Debug)]
struct State {
    keys: Option<Vec<PublishedKey>>,
    is_fetching: bool,
    has_failed: bool,
    attempts: u64,
    demanded_at: Option<Instant>,
}

impl KeySet {
    /// Keys that `fetch` gives, of which the first are asked for at once. `fetch` has a deadline of its own, and logs what
    /// it fails of.
    pub fn start<F, Fetching>(outgoing: &Handle, fetch: F) -> Self
    where
        F: Fn() -> Fetching + Send + 'static,
        Fetching: Future<Output = Option<Vec<PublishedKey>>> + Send + 'static,
    {
        let shared = Arc::new(Shared {
            state: watch::Sender::new(State {
                keys: None,
                is_fetching: true,
                has_failed: false,
                attempts: 0,
                demanded_at: None,
            }),
            demand: Notify::new(),
        });
        let task = outgoing.spawn(keep_fetching(Arc::clone(&shared), fetch));
        Self {
            shared,
            fetching: task.abort_handle(),
        }
    }

    /// The key of this id; without an id the only key there is. Waits a little for keys that are being fetched.
    ///
    /// # Errors
    /// [`NoKey`] if there is none, or none can be had.
    pub async fn find(&self, id: Option<&str>) -> Result<PublishedKey, NoKey> {
        let mut changes = self.shared.state.subscribe();
        let known = chosen(&changes.borrow(), id);
        if let Some(key) = known {
            return Ok(key);
        }
        if let Some(attempts) = self.demand() {
            let fetched = changes.wait_for(|state| state.attempts > attempts);
            // Whether it came in time shows in the state.
            let _ = timeout(PATIENCE, fetched).await;
        }
        let state = self.shared.state.borrow();
        chosen(&state, id).ok_or(if state.keys.is_none() || state.has_failed {
            NoKey::Unavailable
        } else {
            NoKey::Unknown
        })
    }

    /// Asks for a fetch if one is allowed now; gives the number of those that were done before it, or nothing if none is
    /// under way.
    fn demand(&self) -> Option<u64> {
        let mut before = None;
        self.shared.state.send_if_modified(|state| {
            let is_allowed = state
                .demanded_at
                .is_none_or(|demanded| demanded.elapsed() >= BETWEEN_DEMANDS);
            if !state.is_fetching && is_allowed {
                state.is_fetching = true;
                state.demanded_at = Some(Instant::now());
                self.shared.demand.notify_one();
            }
            before = state.is_fetching.then_some(state.attempts);
            false
        });
        before
    }
}

impl Drop for KeySet {
    fn drop(&mut self) {
        self.fetching.abort();
    }
}

fn chosen(state: &State, id: Option<&str>) -> Option<PublishedKey> {
    let keys = state.keys.as_deref()?;
    match (id, keys) {
        (Some(id), keys) => keys.iter().find(|key| key.id.as_deref() == Some(id)),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
    .cloned()
}

async fn keep_fetching<F, Fetching>(shared: Arc<Shared>, fetch: F)
where
    F: Fn() -> Fetching,
    Fetching: Future<Output = Option<Vec<PublishedKey>>>,
{
    let mut retry = RETRY.0;
    loop {
        shared.state.send_modify(|state| state.is_fetching = true);
        let fetched = fetch().await;
        let pause = match fetched {
            Some(_) => {
                retry = RETRY.0;
                OLDEST
            }
            None => {
                let pause = retry;
                retry = RETRY.1.min(retry * 2);
                pause
            }
        };
        shared.state.send_modify(|state| {
            state.is_fetching = false;
            state.attempts += 1;
            state.has_failed = fetched.is_none();
            if fetched.is_some() {
                state.keys = fetched;
            }
        });
        tokio::select! {
            biased;
            () = shared.demand.notified() => {}
            () = sleep(pause) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use jsonwebtoken::{Algorithm, DecodingKey};

    use super::*;

    fn keys(ids: &[&str]) -> Option<Vec<PublishedKey>> {
        let key = |id: &&str| PublishedKey {
            id: Some((*id).to_owned()),
            algorithms: vec![Algorithm::ES256],
            key: DecodingKey::from_ec_der(id.as_bytes()),
        };
        Some(ids.iter().map(key).collect())
    }

    /// An issuer: what it answers, and how often it was asked.
    #[derive(Clone, Default)]
    struct Issuer(Arc<Mutex<(Option<Vec<PublishedKey>>, u32)>>);

    impl Issuer {
        fn answers(&self, keys: Option<Vec<PublishedKey>>) {
            self.0.lock().unwrap().0 = keys;
        }

        fn asked(&self) -> u32 {
            self.0.lock().unwrap().1
        }

        fn start(&self) -> KeySet {
            let issuer = self.clone();
            KeySet::start(&Handle::current(), move || {
                let issuer = issuer.clone();
                async move {
                    sleep(Duration::from_millis(100)).await;
                    let mut issuer = issuer.0.lock().unwrap();
                    issuer.1 += 1;
                    issuer.0.clone()
                }
            })
        }
    }

    async fn found(set: &KeySet, id: &str) -> Result<(), NoKey> {
        set.find(Some(id)).await.map(|_| ())
    }

    #[tokio::test(start_paused = true)]
    async fn an_unknown_key_is_asked_for_once_and_then_not_for_a_while() {
        let issuer = Issuer::default();
        issuer.answers(keys(&["one"]));
        let set = issuer.start();
        assert_eq!(
            found(&set, "one").await,
            Ok(()),
            "the first fetch is waited for"
        );
        issuer.answers(keys(&["two"]));
        let both = tokio::join!(found(&set, "two"), found(&set, "two"));
        assert_eq!(both, (Ok(()), Ok(())));
        assert_eq!(issuer.asked(), 2, "both waited for one fetch");
        assert_eq!(
            found(&set, "one").await,
            Err(NoKey::Unknown),
            "it was taken back"
        );
        issuer.answers(keys(&["three"]));
        let before = Instant::now();
        assert_eq!(found(&set, "three").await, Err(NoKey::Unknown));
        assert_eq!((issuer.asked(), before.elapsed()), (2, Duration::ZERO));
        sleep(BETWEEN_DEMANDS).await;
        assert_eq!(found(&set, "three").await, Ok(()));
        assert_eq!(issuer.asked(), 3);
        assert_eq!(set.find(None).await.unwrap().id.as_deref(), Some("three"));
        issuer.answers(keys(&["three", "four"]));
        sleep(OLDEST * 2).await;
        assert_eq!(
            set.find(None).await.err(),
            Some(NoKey::Unknown),
            "which of them?"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn keys_outlive_their_issuer_and_what_it_takes_back_goes_in_time() {
        let issuer = Issuer::default();
        issuer.answers(keys(&["one"]));
        let set = issuer.start();
        assert_eq!(found(&set, "one").await, Ok(()));
        issuer.answers(None);
        sleep(OLDEST * 3).await;
        assert_eq!(found(&set, "one").await, Ok(()));
        assert_eq!(found(&set, "two").await, Err(NoKey::Unavailable));
        issuer.answers(keys(&["two"]));
        sleep(RETRY.1 * 2).await;
        assert_eq!(found(&set, "one").await, Err(NoKey::Unknown));
    }

    #[tokio::test(start_paused = true)]
    async fn an_issuer_that_is_down_at_the_start_is_tried_again_and_keeps_nobody_waiting() {
        let issuer = Issuer::default();
        let set = issuer.start();
        assert_eq!(found(&set, "one").await, Err(NoKey::Unavailable));
        issuer.answers(keys(&["one"]));
        sleep(RETRY.0 * 2).await;
        assert_eq!(found(&set, "one").await, Ok(()));
        let silent = KeySet::start(&Handle::current(), std::future::pending);
        let before = Instant::now();
        assert_eq!(found(&silent, "one").await, Err(NoKey::Unavailable));
        assert_eq!(before.elapsed(), PATIENCE);
    }
}
