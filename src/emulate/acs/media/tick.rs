//! Moves every sound of a call on by 20 ms: what people say and what legs play goes to everybody else.

use std::{sync::Arc, time::Duration};

use tokio::time::MissedTickBehavior;

use super::{
    super::{
        call::{
            Call, Phase, State, ending,
            leg::{Leg, Outgoing, Streaming},
        },
        service::Service,
    },
    Rate, frame,
    voice::{Spoken, is_silent},
};

/// How long a frame is.
const FRAME: Duration = Duration::from_millis(20);

/// How many speakers are told apart at once.
const MOST_SPEAKERS: usize = 4;

/// Runs until the call has ended.
pub async fn run(service: Arc<Service>, call: Arc<Call>) {
    let mut frames = tokio::time::interval(service.pace.outside(FRAME));
    // What was missed is made up for, so that a recording is as long as it is.
    frames.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        frames.tick().await;
        let leaving = {
            let mut state = call.state.lock();
            if matches!(state.phase, Phase::Ended(_)) {
                return;
            }
            step(&mut state)
        };
        for raw in leaving {
            ending::person_leaves(&service, &call, &raw, "hangs up");
        }
    }
}

/// 20 ms of one source.
struct Sound {
    raw_id: String,
    /// The connection of a leg; its own sound does not come back to it.
    leg: Option<String>,
    /// Samples at both rates; fewer than a frame has, or none, for silence.
    slow: Vec<i16>,
    fast: Vec<i16>,
}

impl Sound {
    fn samples(&self, rate: Rate) -> &[i16] {
        match rate {
            Rate::Pcm16K => &self.slow,
            Rate::Pcm24K => &self.fast,
        }
    }

    fn peak(&self, rate: Rate) -> u16 {
        let samples = self.samples(rate).iter();
        samples
            .map(|sample| sample.unsigned_abs())
            .max()
            .unwrap_or(0)
    }
}

/// One step. Returns who hangs up.
fn step(state: &mut State) -> Vec<String> {
    let has = |rate| {
        let mut legs = state.legs.iter();
        legs.any(|leg| leg.media.as_ref().is_some_and(|media| media.rate == rate))
    };
    let listens = state.people.iter().any(|who| who.listener().is_some());
    let (has_slow, has_fast) = (has(Rate::Pcm16K) || listens, has(Rate::Pcm24K));
    let mut sounds = Vec::with_capacity(state.size());
    let mut presses = Vec::new();
    let mut leaving = Vec::new();
    let heard = state.heard;
    for person in state.people.iter_mut().filter(|_| heard) {
        let spoken = person.speak();
        let at = |rate, wanted: bool| match &spoken {
            Some(spoken) if wanted => Spoken::samples(spoken, rate).to_vec(),
            _ => Vec::new(),
        };
        sounds.push(Sound {
            raw_id: person.raw_id.clone(),
            leg: None,
            slow: at(Rate::Pcm16K, has_slow),
            fast: at(Rate::Pcm24K, has_fast),
        });
        if let Some(tone) = person.press() {
            presses.push((tone, person.raw_id.clone()));
        }
        if person.leaves() {
            leaving.push(person.raw_id.clone());
        }
    }
    for leg in state.legs.iter_mut().filter(|leg| leg.connected.is_some()) {
        sounds.extend(played(leg, has_slow, has_fast));
    }
    for person in &state.people {
        if let Some(listener) = person.listener() {
            let is_own = |sound: &&Sound| sound.leg.is_none() && sound.raw_id == person.raw_id;
            let others = sounds.iter().filter(|sound| !is_own(sound));
            listener.hear(&mixed(others, Rate::Pcm16K));
        }
    }
    for leg in &mut state.legs {
        let Leg {
            ids,
            media,
            streaming,
            sent,
            ..
        } = leg;
        if let (Some(media), Streaming::On(frames)) = (media, streaming) {
            let mut send = |text, sounds| {
                // A socket that does not keep up misses frames, as it would of the service.
                match frames.try_send(Outgoing { text, sounds }) {
                    Ok(()) => sent.frames += 1,
                    Err(_) => sent.missed += 1,
                }
            };
            let others = sounds
                .iter()
                .filter(|sound| sound.leg.as_deref() != Some(&ids.connection));
            if media.unmixed {
                tell_apart(others.collect(), media.rate, &mut send);
            } else {
                let mut mixed = mixed(others, media.rate);
                let silent = is_silent(&mixed);
                if silent {
                    mixed.fill(0);
                }
                send(frame::audio(&mixed, None, silent), !silent);
            }
            for (tone, raw) in presses.iter().filter(|_| media.dtmf) {
                let who = media.unmixed.then_some(raw.as_str());
                send(frame::dtmf(tone, who), false);
            }
        }
    }
    leaving
}

/// What a leg plays now.
fn played(leg: &mut Leg, has_slow: bool, has_fast: bool) -> Option<Sound> {
    let rate = leg.media.as_ref()?.rate;
    let own = leg.heard.play();
    let other = match rate {
        Rate::Pcm16K if has_fast => leg.heard.convert(own.as_deref(), Rate::Pcm24K),
        Rate::Pcm24K if has_slow => leg.heard.convert(own.as_deref(), Rate::Pcm16K),
        _ => None,
    };
    if own.is_none() && other.as_ref().is_none_or(|other| is_silent(other)) {
        return None;
    }
    let (own, other) = (own.unwrap_or_default(), other.unwrap_or_default());
    let (slow, fast) = match rate {
        Rate::Pcm16K => (own, other),
        Rate::Pcm24K => (other, own),
    };
    Some(Sound {
        raw_id: leg.raw_id.clone(),
        leg: Some(leg.ids.connection.clone()),
        slow,
        fast,
    })
}

/// One frame of everybody.
fn mixed<'a>(sounds: impl Iterator<Item = &'a Sound>, rate: Rate) -> Vec<i16> {
    let mut sum = vec![0_i32; rate.samples()];
    for sound in sounds {
        for (sum, sample) in sum.iter_mut().zip(sound.samples(rate)) {
            *sum += i32::from(*sample);
        }
    }
    let limits = (i32::from(i16::MIN), i32::from(i16::MAX));
    sum.into_iter()
        .map(|sample| sample.clamp(limits.0, limits.1) as i16)
        .collect()
}

/// A frame of each of the loudest, silent people too.
fn tell_apart(mut sounds: Vec<&Sound>, rate: Rate, send: &mut impl FnMut(String, bool)) {
    if sounds.len() > MOST_SPEAKERS {
        sounds.sort_by_key(|sound| std::cmp::Reverse(sound.peak(rate)));
        sounds.truncate(MOST_SPEAKERS);
    }
    for sound in sounds {
        let mut samples = sound.samples(rate).to_vec();
        let silent = is_silent(&samples);
        if silent {
            samples.clear();
        }
        samples.resize(rate.samples(), 0);
        send(frame::audio(&samples, Some(&sound.raw_id), silent), !silent);
    }
}
