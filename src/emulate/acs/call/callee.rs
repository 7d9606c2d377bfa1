//! People whom we call: whether they answer, when, and who they are then.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use serde::Deserialize;
use tokio::time::timeout;

use super::{
    super::{callback::Outcome, identifier, service::Service},
    Call,
    person::{Person, Script},
    start,
};

/// How long somebody of whom nothing is known takes to answer.
const USUAL_PAUSE: Duration = Duration::from_secs(1);

/// How many are kept.
const MOST_CALLEES: usize = 10_000;

/// What somebody does when they are called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// They answer.
    #[default]
    Accept,
    /// They are busy.
    Busy,
    /// They do not want to.
    Decline,
    /// They let it ring.
    Never,
}

/// Somebody who may be called. Whoever is not described answers after a second and says nothing.
#[derive(Debug, Clone, Deserialize)]
pub struct Callee {
    /// Who they are, and what they say then.
    #[serde(flatten)]
    pub script: Script,
    /// What they do.
    #[serde(default)]
    pub does: Does,
    /// When they do it.
    #[serde(default, with = "humantime_serde")]
    pub after: Option<Duration>,
}

/// All who were described.
#[derive(Debug, Default)]
pub struct Callees(Mutex<HashMap<String, Callee>>);

impl Callees {
    /// Describes somebody, instead of what was said of them before. Returns whether there was room.
    pub fn add(&self, callee: Callee) -> bool {
        let mut callees = self.0.lock();
        let raw = identifier::raw_id(&callee.script.identifier);
        if callees.len() >= MOST_CALLEES && !callees.contains_key(&raw) {
            return false;
        }
        callees.insert(raw, callee);
        true
    }

    fn get(&self, raw: &str) -> Callee {
        let known = self.0.lock().get(raw).cloned();
        known.unwrap_or_else(|| Callee {
            script: Script::silent(raw),
            does: Does::Accept,
            after: None,
        })
    }
}

/// Rings at somebody, so long at most: at the telephone that waits for their calls, or at who is scripted.
///
/// # Errors
/// How it went, if they do not come.
pub async fn ring(
    service: &Arc<Service>,
    call: &Arc<Call>,
    raw: &str,
    patience: Duration,
) -> Result<Person, Outcome> {
    if let Some(answer) = service.lines.ring(call, raw) {
        return match timeout(service.pace.outside(patience), answer).await {
            Ok(Ok(answer)) => answer,
            // They did not answer, or are gone.
            Ok(Err(_)) | Err(_) => Err(Outcome::CANCELLED),
        };
    }
    let callee = service.callees.get(raw);
    let pause = callee.after.unwrap_or(USUAL_PAUSE);
    if callee.does == Does::Never || pause > patience {
        service.pace.sleep(patience).await;
        return Err(Outcome::CANCELLED);
    }
    service.pace.sleep(pause).await;
    match callee.does {
        Does::Accept => start::person(service, &callee.script)
            .await
            .map_err(|_| Outcome::CANCELLED),
        Does::Busy => Err(Outcome::BUSY),
        Does::Decline | Does::Never => Err(Outcome::CANCELLED),
    }
}
