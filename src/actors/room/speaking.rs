//! Speakers and their Sources: started when somebody begins to speak or type, ended when they are not heard any more.

use std::sync::Arc;

use actix::{Handler, Message};
use serde_json::json;

use super::{Room, Seat, Speaking, group_of};
use crate::{
    actors::{
        chain::Chain,
        environment::assumed_language,
        outbox::Parcel,
        refusal::Refusal,
        session::commands::Asker,
        socket::route::{AudioWay, SourceRoute},
        source::{Finish, LAST_WORDS, Source, SourceGauge, SourceOrder, listening::Type},
    },
    domain::{
        audience::{Member, spoken},
        identity::{SessionId, UtteranceId},
        language::Language,
        participant::{Speaker, Speaks},
        server_message::ServerMessage,
    },
    supervision::{ChildEnd, Ctx, Departure, Ref, Restart, Spec, StartError, TellError},
};

/// Frames of audio and orders that may wait for a Source: five seconds of 20 ms frames.
const SOURCE_PLACES: u32 = 256;

/// A participant sends audio and needs the way to their Source.
#[derive(Message)]
#[rtype(result = "()")]
pub struct OpenSource {
    /// Who.
    pub session_id: SessionId,
}

impl Handler<OpenSource> for Room {
    type Result = ();

    fn handle(&mut self, open: OpenSource, ctx: &mut Ctx<Self>) {
        let Some(seat) = self
            .kept
            .read(|state| state.seats.get(&open.session_id).cloned())
        else {
            return;
        };
        let (chain, language) = self.speech_of(&open.session_id, &seat);
        let refusal = if !seat.audio_enabled {
            Some(Refusal::new(
                "audio_disabled",
                "audio is switched off for this session; send configure with audio_enabled: true",
            ))
        } else if !chain.hears(&language) {
            Some(Refusal::new(
                "speech_unavailable",
                format!("speech in {language} cannot be recognized here; typed text works"),
            ))
        } else {
            None
        };
        match refusal {
            Some(refusal) => self.refuse_audio(&open.session_id, &refusal),
            None => match self.source(&open.session_id, ctx) {
                Ok(source) => self.push_source_route(&open.session_id, Some(source)),
                // The Source before this one is just ending: the socket asks again with its next audio.
                Err(_) => self.push_source_route(&open.session_id, None),
            },
        }
    }
}

/// A participant says something in writing.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Say {
    /// Who.
    pub session_id: SessionId,
    /// What.
    pub text: String,
    /// The client's own name for it.
    pub utterance_id: Option<UtteranceId>,
    /// Who gets the errors.
    pub asker: Asker,
}

impl Handler<Say> for Room {
    type Result = ();

    fn handle(&mut self, say: Say, ctx: &mut Ctx<Self>) {
        let typed = Type {
            text: say.text,
            utterance_id: say.utterance_id,
        };
        let told = self.source(&say.session_id, ctx).and_then(|source| {
            source.tell(typed).map_err(|error| match error {
                TellError::Full(_) => Refusal::new(
                    "busy",
                    "you say more than can be interpreted; send the text again in a moment",
                ),
                _ => Refusal::new(
                    "busy",
                    "the source is restarting; send the text again in a moment",
                ),
            })
        });
        if let Err(refusal) = told {
            say.asker.refuse(&refusal);
        }
    }
}

fn just_ending() -> Refusal {
    Refusal::new(
        "busy",
        "the source is just ending; send it again in a moment",
    )
}

impl Room {
    /// Whether this participant leaves it to the server what they speak.
    pub(super) fn leaves_language_open(&self, session_id: &SessionId) -> bool {
        self.kept.read(|state| {
            let member = state.roster.members.get(session_id);
            member.is_some_and(|member| member.participant.speaks == Speaks::Auto)
        })
    }

    /// The engines for what this participant says, and the language they say it in.
    pub(super) fn speech_of(&self, session_id: &SessionId, seat: &Seat) -> (Chain, Language) {
        let chain = self.environment.engines().chain(seat.engine.as_deref());
        let assumed = assumed_language(&**chain.first());
        let language = self.kept.read(|state| {
            state
                .roster
                .members
                .get(session_id)
                .map_or(assumed.clone(), |member| {
                    spoken(&member.participant.speaks, &assumed)
                })
        });
        (chain, language)
    }

    /// The Source of a participant, started if they had none.
    fn source(
        &mut self,
        session_id: &SessionId,
        ctx: &mut Ctx<Self>,
    ) -> Result<Ref<Source>, Refusal> {
        let name = format!("sources/{session_id}");
        if let Some(running) = ctx.child::<Source>(&name) {
            // One that finishes takes nothing more.
            let finishes = self
                .kept
                .read(|state| !state.speaking.contains_key(session_id));
            return if finishes {
                Err(just_ending())
            } else {
                Ok(running)
            };
        }
        if self.environment.is_stopping() {
            return Err(Refusal::stopping());
        }
        let state = self.kept.snapshot();
        let (Some(seat), Some(member)) = (
            state.seats.get(session_id),
            state.roster.members.get(session_id),
        ) else {
            return Err(Refusal::new(
                "not_in_room",
                "the session is not in this room any more",
            ));
        };
        let gauge = Arc::new(SourceGauge::default());
        let order = self.source_order(session_id, seat, member, Arc::clone(&gauge), ctx);
        let language = order.language.clone();
        let spec = Spec::new()
            .restart(Restart::Permanent)
            .mailbox(SOURCE_PLACES)
            .stop_deadline(LAST_WORDS)
            .group(group_of(&self.id));
        let source = ctx
            .start_child(&name, spec, Source::factory(order))
            .map_err(|error| match error {
                StartError::NameTaken(_) => just_ending(),
                _ => Refusal::stopping(),
            })?;
        let speaking = Speaking {
            language,
            assumed: self.leaves_language_open(session_id),
            gauge,
        };
        self.kept.change(|state| {
            state.speaking.insert(session_id.clone(), speaking);
        });
        self.environment.topics.publish(
            &self.topic(),
            json!({"kind": "source_started", "session_id": session_id}),
        );
        self.plan(ctx);
        Ok(source)
    }

    fn source_order(
        &self,
        session_id: &SessionId,
        seat: &Seat,
        member: &Member,
        gauge: Arc<SourceGauge>,
        ctx: &Ctx<Self>,
    ) -> SourceOrder {
        let (chain, language) = self.speech_of(session_id, seat);
        SourceOrder {
            environment: Arc::clone(&self.environment),
            room: ctx.me(),
            speaker: Speaker {
                session_id: session_id.clone(),
                name: member.participant.name.clone(),
            },
            language,
            chain,
            sample_rate: seat.sample_rate,
            gauge,
            streams: self.streams(),
            meter: Arc::clone(&self.meter),
        }
    }

    /// Ends a participant's Source, and with it their translations.
    pub(super) fn stop_speaking(
        &mut self,
        session_id: &SessionId,
        reason: &'static str,
        ctx: &mut Ctx<Self>,
    ) {
        // After what is on its way to it already; a stop would come before.
        if let Some(source) = ctx.child::<Source>(&format!("sources/{session_id}"))
            && source.tell(Finish).is_err()
        {
            source.stop(reason);
        }
        self.kept.change(|state| {
            state.speaking.remove(session_id);
        });
        self.push_source_route(session_id, None);
    }

    /// A speaker's language, name, format or engine may have changed: Source and Invokers go on with the new ones.
    pub(super) fn replan_speaker(&mut self, session_id: &SessionId, ctx: &mut Ctx<Self>) {
        let state = self.kept.snapshot();
        let (Some(speaking), Some(seat), Some(member)) = (
            state.speaking.get(session_id),
            state.seats.get(session_id),
            state.roster.members.get(session_id),
        ) else {
            return;
        };
        let order = self.source_order(session_id, seat, member, Arc::clone(&speaking.gauge), ctx);
        let assumed = self.leaves_language_open(session_id);
        let same = speaking.language == order.language
            && speaking.assumed == assumed
            && speaking.gauge.is_for(
                order.chain.first().name(),
                order.sample_rate,
                &order.speaker.name,
            );
        if !same {
            let language = order.language.clone();
            if let Some(source) = ctx.child::<Source>(&format!("sources/{session_id}")) {
                // One that is just ending is started anew with its next words.
                let _ = source.tell(order);
            }
            let speaking = Speaking {
                language,
                assumed,
                gauge: Arc::clone(&speaking.gauge),
            };
            self.kept.change(|state| {
                state.speaking.insert(session_id.clone(), speaking.clone());
            });
            self.reorder_invokers(session_id, &speaking, ctx);
        }
    }

    /// Lets the sockets of a session ask for the way anew: what was refused may be possible now, or the other way round.
    pub(super) fn review_audio(&self, session_id: &SessionId) {
        self.push_source_route(session_id, None);
    }

    /// Gives a speaker's sockets the way to their Source, or takes it away.
    pub(super) fn push_source_route(&self, session_id: &SessionId, source: Option<Ref<Source>>) {
        let epoch = self.environment.next_epoch();
        let seat = self.kept.read(|state| state.seats.get(session_id).cloned());
        for attached in seat.iter().flat_map(|seat| seat.sockets.iter()) {
            attached.line.route(SourceRoute {
                epoch,
                session_id: session_id.clone(),
                way: source.clone().map_or(AudioWay::Gone, AudioWay::Open),
            });
        }
    }

    fn refuse_audio(&self, session_id: &SessionId, refusal: &Refusal) {
        let epoch = self.environment.next_epoch();
        let seat = self.kept.read(|state| state.seats.get(session_id).cloned());
        let frame = ServerMessage::error(refusal.code, refusal.message.clone()).encode(None);
        for attached in seat.iter().flat_map(|seat| seat.sockets.iter()) {
            attached.line.route(SourceRoute {
                epoch,
                session_id: session_id.clone(),
                way: AudioWay::Refused,
            });
            attached.outlet.deliver(Parcel::lasting(frame.clone()));
        }
    }

    /// A Source or Invoker has ended for good; whoever is still wanted is started again with the next need.
    pub(super) fn on_child_ended(&mut self, child: &ChildEnd, ctx: &mut Ctx<Self>) {
        let Departure::Ended(exit) = &child.how else {
            return;
        };
        let own = ctx.path().join("");
        let name = child
            .path
            .as_str()
            .strip_prefix(own.as_str())
            .unwrap_or_default()
            .trim_start_matches('/');
        if let Some(id) = name.strip_prefix("sources/") {
            if let Ok(session_id) = id.parse::<SessionId>()
                && ctx.child::<Source>(name).is_none()
            {
                self.kept.change(|state| {
                    state.speaking.remove(&session_id);
                });
                self.push_source_route(&session_id, None);
            }
        } else if let Some((speaker, language)) = name
            .strip_prefix("invokers/")
            .and_then(|rest| rest.split_once('/'))
            && let (Ok(speaker), Ok(language)) = (speaker.parse(), language.parse())
        {
            self.invoker_ended(&(speaker, language), exit.is_abnormal(), ctx);
        }
        self.environment.topics.publish(
            &self.topic(),
            json!({"kind": "actor_ended", "name": name, "reason": exit.to_string()}),
        );
        if !exit.is_abnormal() {
            self.plan_for_the_connected(ctx);
        }
    }
}
