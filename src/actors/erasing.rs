//! Ending sessions and rooms by order, and erasing what was said: nothing of it may come after.
//!
//! Who is sent away in the middle of a sentence is still understood, and translated. So an erasure waits until nobody
//! works on these words any more, and only then takes them out of logs and store.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    environment::Environment,
    invoker::Invoker,
    refusal::Refusal,
    room::{Room, describing::Describe, entering::Leave},
    session::commands::CloseSession,
    source::Source,
};
use crate::{
    domain::identity::{RoomId, SessionId},
    store::archive::ArchiveError,
    supervision::{AskError, Filter, Node, Path, Supervised},
};

/// How long an actor that ends is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the last words of a session are waited for. A Source gives its last final two seconds.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How often it is looked whether they have come.
const LOOK: Duration = Duration::from_millis(20);

/// How long the store is waited for by one who has something erased.
const STORE_PATIENCE: Duration = Duration::from_secs(10);

/// Ends a session and removes its row, whether or not anybody is attached to it.
///
/// # Errors
/// [`Refusal`] if it does not end, or the store does not take the removal.
pub async fn end_session(environment: &Arc<Environment>, id: &SessionId) -> Result<(), Refusal> {
    let archive = &environment.archive;
    if let Some(known) = archive.peek(id).await?
        && archive.is_elsewhere(known.holder.as_ref()).await?
    {
        return Err(ArchiveError::Elsewhere.into());
    }
    if let Some(session) = environment.session(id) {
        match session.ask(CloseSession, PATIENCE).await {
            Ok(()) | Err(AskError::Gone | AskError::Dropped) => {}
            Err(error) => return Err(error.into()),
        }
        if tokio::time::timeout(PATIENCE, session.ended())
            .await
            .is_err()
        {
            return Err(Refusal::new(
                "busy",
                "the session does not end; try again in a moment",
            ));
        }
    }
    // Whoever was attached has removed it, unless they were just leaving; its row may also be all there is.
    flush(environment).await?;
    if environment.archive.peek(id).await?.is_some() {
        environment.archive.remove_session(id);
        flush(environment).await?;
    }
    Ok(())
}

async fn flush(environment: &Environment) -> Result<(), Refusal> {
    let deadline = Instant::now() + STORE_PATIENCE;
    match environment.archive.recorder().flush(deadline).await {
        true => Ok(()),
        false => Err(store_is_away()),
    }
}

/// Erases an ended session with all it said, in every room.
///
/// # Errors
/// [`Refusal`] if the store does not work: nothing is promised then.
pub async fn erase_session(environment: &Arc<Environment>, id: &SessionId) -> Result<(), Refusal> {
    let patience = Instant::now() + LAST_WORDS;
    loop {
        let (sources, invokers) = workers(environment, id);
        if sources.is_empty() && invokers.is_empty() {
            break;
        }
        if Instant::now() >= patience + PATIENCE {
            return Err(Refusal::new(
                "busy",
                "the session's last words are still being interpreted; try again in a moment",
            ));
        }
        if Instant::now() >= patience {
            for node in nodes(environment, sources.iter().chain(&invokers)) {
                node.kill();
            }
        } else if sources.is_empty() {
            // An Invoker lives on for a while, and has nothing left to do once its Source is gone.
            for node in nodes(environment, invokers.iter()) {
                node.stop("erased");
            }
        }
        tokio::time::sleep(LOOK).await;
    }
    // What they said to their Rooms is logged when these have answered.
    for row in environment.tree.snapshot(&Filter::all().kind(Room::KIND)) {
        if let Some(room) = environment.tree.lookup::<Room>(row.path.as_str()) {
            // One who is still expected back there, after a crash, is not.
            let leave = Leave {
                session_id: id.clone(),
            };
            // One that ends or restarts logs nothing of what was told to it before.
            let _ = room.ask(leave, PATIENCE).await;
            let _ = room.ask(Describe, PATIENCE).await;
        }
    }
    stored_away(environment.archive.erase_session(id)).await
}

/// Erases all that was said in a room, and its name.
///
/// # Errors
/// As [`erase_session`].
pub async fn erase_room(environment: &Arc<Environment>, id: &RoomId) -> Result<(), Refusal> {
    let archive = &environment.archive;
    let stored = archive.store().room(id).await.map_err(ArchiveError::from)?;
    if let Some(room) = stored
        && archive.is_elsewhere(room.owner.as_ref()).await?
    {
        return Err(ArchiveError::Elsewhere.into());
    }
    stored_away(archive.erase_room(id)).await
}

async fn stored_away(
    erasing: impl Future<Output = Result<(), ArchiveError>>,
) -> Result<(), Refusal> {
    match tokio::time::timeout(STORE_PATIENCE, erasing).await {
        Ok(erased) => Ok(erased?),
        Err(_) => Err(store_is_away()),
    }
}

fn store_is_away() -> Refusal {
    Refusal::new(
        "store_unavailable",
        "the store does not work now; try again in a moment",
    )
}

fn nodes<'a>(
    environment: &Environment,
    paths: impl Iterator<Item = &'a Path>,
) -> impl Iterator<Item = Arc<Node>> {
    paths.filter_map(|path| environment.tree.find(path.as_str()))
}

/// The Sources and Invokers of this session, in whatever room.
fn workers(environment: &Environment, id: &SessionId) -> (Vec<Path>, Vec<Path>) {
    let of = |kind: &str| -> Vec<Path> {
        let rows = environment.tree.snapshot(&Filter::all().kind(kind));
        let paths = rows.into_iter().map(|row| row.path);
        // rooms/{room}/sources/{session}, rooms/{room}/invokers/{session}/{language}
        paths
            .filter(|path| path.as_str().split('/').nth(3) == Some(id.as_str()))
            .collect()
    };
    (of(Source::KIND), of(Invoker::KIND))
}
