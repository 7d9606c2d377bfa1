//! How legs end, people go, and calls are over.

use std::sync::Arc;

use super::{
    super::{
        callback::{Callback, Outcome},
        grid::{self, Event},
        service::Service,
    },
    Call, MOST_ENDED_LEGS, Phase,
    leg::{Leg, Streaming},
};

/// Ends the stream of a leg, if there is one, and says so.
pub fn stop_streaming(call: &Call, leg: &mut Leg, uri: Option<&str>) {
    leg.replaced.clear();
    let was = std::mem::replace(&mut leg.streaming, Streaming::Off);
    if matches!(was, Streaming::On(_))
        || (leg.connected.is_some() && !matches!(was, Streaming::Off))
    {
        // It carries the context of the operation that started it, as recorded.
        let callback = Callback::media(
            &leg.ids,
            "MediaStreamingStopped",
            "subscriptionStopped",
            Outcome::DONE,
        )
        .about(leg.streaming_context.as_deref());
        leg.call_back(&call.courier, &callback, uri);
    }
}

/// Ends a leg and says why. Returns whether there was such a leg.
pub fn end_leg(service: &Service, call: &Call, connection: &str, outcome: Outcome) -> bool {
    let mut state = call.state.lock();
    let Some(position) = state
        .legs
        .iter()
        .position(|leg| leg.ids.connection == connection)
    else {
        return false;
    };
    let mut leg = state.legs.remove(position);
    stop_streaming(call, &mut leg, None);
    let callback = match (leg.connected, outcome) {
        (Some(_), _) | (None, Outcome::HUNG_UP) => Callback::new("CallDisconnected", outcome),
        // The others were gone before it was connected.
        (None, Outcome::REMOTE_ENDED | Outcome::LAST_LEFT) => {
            Callback::new(leg.failure, Outcome::ANSWER_CANCELLED).about(leg.context.as_deref())
        }
        (None, _) => Callback::new(leg.failure, outcome).about(leg.context.as_deref()),
    };
    leg.call_back(&call.courier, &callback, None);
    leg.heard.finish();
    if let Some((_, playing)) = leg.playing.take() {
        playing.abort();
    }
    let billed = leg.billed(service.pace).as_secs_f64();
    state.billed += billed;
    let report = leg.report(service.pace, Some(outcome.sub_code()));
    state.ended_legs.push(report);
    if state.ended_legs.len() > MOST_ENDED_LEGS {
        state.ended_legs.remove(0);
    }
    service.directory.remove_leg(connection, billed);
    let what = format!(
        "leg {} ends ({}), {billed:.1} s billed",
        leg.short(),
        outcome.sub_code()
    );
    service.timeline.tell(Some(&call.id), what);
    true
}

/// Somebody goes. Returns whether they were there.
pub fn person_leaves(service: &Arc<Service>, call: &Arc<Call>, raw: &str, how: &str) -> bool {
    let (person, ringing) = {
        let mut state = call.state.lock();
        let Some(position) = state.people.iter().position(|person| person.raw_id == raw) else {
            return false;
        };
        (
            state.people.remove(position),
            state.phase == Phase::Ringing && raw == call.from,
        )
    };
    service
        .timeline
        .tell(Some(&call.id), format!("{raw} {how}"));
    call.publish_participant(service, "CallParticipantRemoved", &person);
    if ringing {
        finish(service, call, "the caller hung up");
    } else {
        settle(service, call);
    }
    true
}

/// Everybody goes: people, and all legs with the same reason.
pub fn end_for_everybody(
    service: &Arc<Service>,
    call: &Arc<Call>,
    outcome: Outcome,
    reason: &'static str,
) {
    let legs = legs(call);
    for connection in legs {
        end_leg(service, call, &connection, outcome);
    }
    finish(service, call, reason);
}

/// Who is left is told who is left; a call in which nobody can talk to anybody ends.
pub fn settle(service: &Arc<Service>, call: &Arc<Call>) {
    let outcome = {
        let mut state = call.state.lock();
        if state.phase != Phase::Live {
            return;
        }
        let is_over = if call.is_meeting() {
            state.size() == 0
        } else {
            state.size() + state.invitations.len() <= 1
        };
        if !is_over {
            state.tell_participants(&call.courier);
            return;
        }
        if state.most <= 2 {
            Outcome::REMOTE_ENDED
        } else {
            Outcome::LAST_LEFT
        }
    };
    end_for_everybody(service, call, outcome, "nobody was left to talk to");
}

/// The call is over. What still belongs to it goes.
pub fn finish(service: &Arc<Service>, call: &Arc<Call>, reason: &'static str) {
    {
        let mut state = call.state.lock();
        if matches!(state.phase, Phase::Ended(_)) {
            return;
        }
        state.phase = Phase::Ended(reason);
        state.people.clear();
        state.invitations.clear();
    }
    if call.is_meeting() {
        let seconds = service.pace.since(call.began).as_secs_f64();
        let event = Event::call_ended(&call.in_events(), seconds);
        grid::publish(service, &call.id, &call.faults, event);
    }
    service.directory.remove(call, call.report(service));
    service
        .timeline
        .tell(Some(&call.id), format!("the call is over: {reason}"));
}

fn legs(call: &Call) -> Vec<String> {
    let state = call.state.lock();
    state
        .legs
        .iter()
        .map(|leg| leg.ids.connection.clone())
        .collect()
}
