//! Legs that outlived the process that asked for them. Each is noted in the store while it is there, so that a server that
//! comes after one that died goes on with it or hangs it up, even if the service tells nothing of it any more.

use std::{sync::Arc, time::Duration};

use super::{
    auditing::found::Finding,
    finding::{Looking, Rebuilt, rebuild},
    leg::{LegState, hang_up},
    registry::{ASK_BUDGET, Link},
    ticket::Ticket,
};
use crate::{
    actors::environment::Environment,
    domain::identity::CallId,
    links::acs::{
        client::AcsError,
        wire::connection::{CallConnection, CallState as Stands},
    },
    store::record::Holding,
};

/// What a leg is among all that costs money.
const KIND: &str = "acs-leg";

/// The pause before the service is asked again that did not answer; each later one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The leg of a call is there, under this id of the service.
pub fn came_up(environment: &Environment, ticket: &Arc<Ticket>, leg: &str) {
    environment.calls.add_leg(ticket, leg);
    ticket.leg.set(LegState::Up(leg.to_owned()));
    if ticket.leg.id().is_some() {
        environment.archive.hold(Holding {
            kind: KIND.to_owned(),
            id: ticket.id.to_string(),
            handle: leg.to_owned(),
        });
    }
}

/// Whether another process has the call of this id, as far as is known. While the store does not work nothing is: whoever
/// has it is told of it again.
pub(super) async fn is_of_another(environment: &Environment, id: &CallId) -> bool {
    let held = environment.archive.is_held_elsewhere(KIND, id.as_str());
    held.await.unwrap_or(true)
}

/// If it is there no more, nobody need go on with it.
pub(super) fn given_back(environment: &Environment, ticket: &Ticket) {
    if ticket.leg.known_id().is_some() && ticket.leg.state() == LegState::Gone {
        environment.archive.give_back(KIND, ticket.id.as_str());
    }
}

/// Goes on with the calls of servers that died, or hangs them up, beside everything else. To be called when the service can
/// reach this server, and now and then.
pub fn inherit(environment: &Arc<Environment>) {
    if let Some(link) = environment.calls.link() {
        let taking = take_over(Arc::clone(environment), Arc::clone(link));
        link.outgoing.spawn(taking);
    }
}

async fn take_over(environment: Arc<Environment>, link: Arc<Link>) {
    let inherited = match environment.archive.take_over(KIND).await {
        Ok(inherited) => inherited,
        Err(error) => {
            tracing::warn!(%error, "whether servers that died had calls is not known; it is looked at again");
            return;
        }
    };
    // One after the other: a server that starts has little to do with them, and the service limits how often it is asked.
    for holding in inherited {
        if !take_up(&environment, &link, &holding).await {
            link.outgoing.spawn(keep_at_it(
                Arc::clone(&environment),
                Arc::clone(&link),
                holding,
            ));
        }
    }
}

async fn keep_at_it(environment: Arc<Environment>, link: Arc<Link>, holding: Holding) {
    let mut pause = FIRST_PAUSE;
    loop {
        tokio::time::sleep(pause).await;
        if take_up(&environment, &link, &holding).await {
            return;
        }
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

/// Whether it is known what became of the leg, and done what is to be done.
async fn take_up(environment: &Arc<Environment>, link: &Arc<Link>, holding: &Holding) -> bool {
    let leg = &holding.handle;
    if environment.calls.find(leg).is_some() {
        return true;
    }
    // Whoever looks for it now, because it was told of, may find it.
    let Some(_looking) = Looking::begin(environment, leg) else {
        return false;
    };
    match go_on_or_hang_up(environment, link, leg).await {
        Ok(goes_on) => {
            if !goes_on {
                environment.archive.give_back(KIND, &holding.id);
            }
            true
        }
        Err(error) => {
            tracing::warn!(call = holding.id, %error, "what became of a call of a server that died is not known yet");
            false
        }
    }
}

/// Whether it goes on; else it is there no more.
async fn go_on_or_hang_up(
    environment: &Arc<Environment>,
    link: &Arc<Link>,
    leg: &str,
) -> Result<bool, AcsError> {
    let connection = match link.client.get(leg, ASK_BUDGET).await {
        Ok(connection) if connection.state != Some(Stands::Disconnected) => connection,
        Ok(_) => return Ok(false),
        Err(error) if error.says_gone() => return Ok(false),
        Err(error) => return Err(error),
    };
    if environment.is_stopping() {
        // It stays noted, for whoever comes next.
        return Ok(true);
    }
    if let Some(context) = context_of(&connection)
        && let Rebuilt::GoesOn(_) = rebuild(environment, &context, connection, true).await
    {
        return Ok(true);
    }
    hang_up(&link.client, leg, environment.settings.acs.terminate).await?;
    environment.calls.found.note(Finding::Abandoned);
    tracing::info!("a call of a server that died is hung up, as it has no place here");
    Ok(false)
}

/// The secret in the address at which the service tells of the call.
fn context_of(connection: &CallConnection) -> Option<String> {
    let told_at = url::Url::parse(connection.callback_uri.as_ref()?.expose()).ok()?;
    let secret = told_at.path().rsplit('/').next()?;
    (!secret.is_empty()).then(|| secret.to_owned())
}
