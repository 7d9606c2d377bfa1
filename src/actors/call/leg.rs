//! Our leg of a call as the service has it: what costs money, and is hung up however its Call ends.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;

use crate::links::acs::client::{AcsError, Client, Ended};

/// How often hanging up is tried at once; later it is the auditor's ([`super::auditing`]). The service ends a leg in which nobody
/// speaks only when all have gone.
const HANG_UP_TRIES: u32 = 4;

/// Longest time of one try, pauses for the service's own troubles in it.
const HANG_UP_BUDGET: Duration = Duration::from_secs(20);

/// The pause before the second try; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// How a leg stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegState {
    /// The service has not been asked for it.
    Unasked,
    /// It has, and has not answered.
    Asking,
    /// It may be there: the service did not say.
    Unclear,
    /// It is there, under this id.
    Up(String),
    /// It is not there (any more).
    Gone,
}

/// A leg, shared by its Call, who asks for it, and who hangs it up.
#[derive(Debug)]
pub struct Leg {
    state: watch::Sender<LegState>,
    id: OnceLock<String>,
    /// Whether somebody is hanging it up.
    releasing: AtomicBool,
}

impl Default for Leg {
    fn default() -> Self {
        Self {
            state: watch::Sender::new(LegState::Unasked),
            id: OnceLock::new(),
            releasing: AtomicBool::new(false),
        }
    }
}

impl Leg {
    /// How it stands.
    pub fn state(&self) -> LegState {
        self.state.borrow().clone()
    }

    /// Its id at the service while it is there.
    pub fn id(&self) -> Option<String> {
        match self.state() {
            LegState::Up(id) => Some(id),
            _ => None,
        }
    }

    /// Its id at the service, even when it is over.
    pub fn known_id(&self) -> Option<String> {
        self.id.get().cloned()
    }

    /// Notes how it stands; what is gone stays gone.
    pub fn set(&self, state: LegState) {
        if let LegState::Up(id) = &state {
            // The first one is its own; a leg has no other.
            let _ = self.id.set(id.clone());
        }
        self.state.send_if_modified(|known| {
            let changes = *known != LegState::Gone && *known != state;
            if changes {
                *known = state;
            }
            changes
        });
    }

    /// Notes that asking for it failed, unless it was told of meanwhile.
    pub fn fail(&self, state: LegState) {
        self.state.send_if_modified(|known| {
            let changes = *known == LegState::Asking;
            if changes {
                *known = state;
            }
            changes
        });
    }

    /// Takes it to be asked for: `false` if it was before.
    pub fn begin(&self) -> bool {
        self.state.send_if_modified(|known| {
            let begins = *known == LegState::Unasked;
            if begins {
                *known = LegState::Asking;
            }
            begins
        })
    }

    /// Waits until the service has said whether it is there, if it was asked.
    pub async fn settled(&self) -> LegState {
        let mut states = self.state.subscribe();
        let settled = states.wait_for(|state| *state != LegState::Asking).await;
        settled.map_or(LegState::Gone, |state| state.clone())
    }

    /// Hangs up, our own leg or everybody, until it is done or was tried often enough. One that is gone is done with, and
    /// one that somebody hangs up already is left to them: what is told of it meanwhile is no reason to ask twice. Gives how
    /// it came to be over, if that was asked.
    ///
    /// # Errors
    /// The last try's.
    pub async fn release(
        &self,
        client: &Client,
        everybody: bool,
    ) -> Result<Option<Ended>, AcsError> {
        if self.releasing.swap(true, Ordering::AcqRel) {
            return Ok(None);
        }
        let released = self.hang_up(client, everybody).await;
        self.releasing.store(false, Ordering::Release);
        released
    }

    async fn hang_up(&self, client: &Client, everybody: bool) -> Result<Option<Ended>, AcsError> {
        let LegState::Up(id) = self.settled().await else {
            return Ok(None);
        };
        let is_gone = || self.state() == LegState::Gone;
        let ended = hang_up_patiently(client, &id, everybody, is_gone).await?;
        self.set(LegState::Gone);
        Ok(ended)
    }
}

/// Hangs up, our own leg or everybody. One that is gone is done with.
///
/// # Errors
/// [`AcsError`]
pub(super) async fn hang_up(
    client: &Client,
    leg: &str,
    everybody: bool,
) -> Result<Ended, AcsError> {
    match everybody {
        true => client.terminate(leg, HANG_UP_BUDGET).await,
        false => client.hang_up(leg, HANG_UP_BUDGET).await,
    }
}

/// The same, until it is done, was tried often enough, or `is_gone`; gives how it came to be over, if the service said so.
///
/// # Errors
/// The last try's.
pub(super) async fn hang_up_patiently(
    client: &Client,
    leg: &str,
    everybody: bool,
    is_gone: impl Fn() -> bool,
) -> Result<Option<Ended>, AcsError> {
    let mut pause = FIRST_PAUSE;
    let mut tries = 0;
    loop {
        tries += 1;
        match hang_up(client, leg, everybody).await {
            Ok(ended) => return Ok(Some(ended)),
            Err(error) if tries >= HANG_UP_TRIES => return Err(error),
            Err(error) => tracing::debug!(%error, tries, "not hung up yet"),
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
        if is_gone() {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_asked_for_once_and_what_is_gone_stays_gone() {
        let leg = Leg::default();
        assert_eq!(leg.settled().await, LegState::Unasked);
        assert!(leg.begin());
        assert!(!leg.begin());
        leg.set(LegState::Gone);
        leg.set(LegState::Up("late".to_owned()));
        assert_eq!(leg.state(), LegState::Gone);
        assert_eq!(leg.id(), None);
    }
}
