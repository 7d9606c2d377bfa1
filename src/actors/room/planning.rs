//! The plan of a room: which translations run, and who is on their routes.
//!
//! One Invoker per (speaker, language), however many listen. The plan is made anew after every change and only what
//! differs is started; what is wanted no more is told so and ends by itself, so that a listener who comes back within
//! a few seconds finds it running.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use super::{Room, RoomState, Seat, Speaking, group_of};
use crate::{
    actors::{
        invoker::{Glossary, HearersRoute, Invoker, InvokerGauge, InvokerOrder},
        outlet::{Outlet, Outlets},
        source::{Source, SourceRoutes, Translator},
        voice::Hearing,
    },
    domain::{
        identity::{ConnectionId, SessionId},
        language::Language,
        participant::Speaker,
        server_message::ServerMessage,
    },
    supervision::{Ctx, Ref, Restart, Spec},
};

/// Texts that may wait for an Invoker. Partials coalesce in it, so this is many utterances.
const INVOKER_PLACES: u32 = 256;

impl Room {
    /// Starts what is wanted and not running, and gives everyone concerned their routes.
    pub(super) fn plan(&mut self, ctx: &mut Ctx<Self>) {
        self.plan_for(|_, _, _| true, ctx);
    }

    /// The same, of which only what somebody reads who is connected: one that has ended since nobody follows it is not
    /// started again for those who may come back.
    pub(super) fn plan_for_the_connected(&mut self, ctx: &mut Ctx<Self>) {
        self.plan_for(is_followed, ctx);
    }

    fn plan_for(
        &mut self,
        wanted: impl Fn(&RoomState, &SessionId, &Language) -> bool,
        ctx: &mut Ctx<Self>,
    ) {
        let state = self.kept.snapshot();
        for (speaker, speaking) in &state.speaking {
            let mut targets = self.wanted_targets(&state, speaker, speaking);
            targets.retain(|target| wanted(&state, speaker, target));
            for target in targets {
                let key = (speaker.clone(), target);
                if self.invoker(&key, ctx).is_none() {
                    self.start_invoker(&key, speaking, ctx);
                }
            }
        }
        self.push_all_routes(ctx);
    }

    fn wanted_targets(
        &self,
        state: &RoomState,
        speaker: &SessionId,
        speaking: &Speaking,
    ) -> Vec<Language> {
        let Some(seat) = state.seats.get(speaker) else {
            return Vec::new();
        };
        if self.meter.is_exhausted() {
            return Vec::new();
        }
        let chain = self.environment.engines().chain(seat.engine.as_deref());
        let mut targets = state.roster.targets(speaker, &speaking.language);
        targets.retain(|target| chain.translates(&speaking.language, target));
        targets
    }

    pub(super) fn invoker(
        &self,
        (speaker, language): &(SessionId, Language),
        ctx: &Ctx<Self>,
    ) -> Option<Ref<Invoker>> {
        ctx.child(&format!("invokers/{speaker}/{language}"))
    }

    fn start_invoker(&self, key: &(SessionId, Language), speaking: &Speaking, ctx: &mut Ctx<Self>) {
        let gauge = Arc::new(InvokerGauge::default());
        let Some(order) = self.invoker_order(key, speaking, Arc::clone(&gauge), ctx) else {
            return;
        };
        let spec = Spec::new()
            .restart(Restart::Transient)
            .mailbox(INVOKER_PLACES)
            .group(group_of(&self.id));
        let name = format!("invokers/{}/{}", key.0, key.1);
        match ctx.start_child(&name, spec, Invoker::factory(order)) {
            Ok(_) => self.kept.change(|state| {
                state.invoked.insert(key.clone(), gauge);
            }),
            Err(error) => tracing::warn!(room = %self.id, %error, "invoker not started"),
        }
    }

    fn invoker_order(
        &self,
        (speaker, target): &(SessionId, Language),
        speaking: &Speaking,
        gauge: Arc<InvokerGauge>,
        ctx: &Ctx<Self>,
    ) -> Option<InvokerOrder> {
        let state = self.kept.snapshot();
        let seat = state.seats.get(speaker)?;
        let member = state.roster.members.get(speaker)?;
        let chain = self.environment.engines().chain(seat.engine.as_deref());
        Some(InvokerOrder {
            environment: Arc::clone(&self.environment),
            room: ctx.me(),
            speaker: Speaker {
                session_id: speaker.clone(),
                name: member.participant.name.clone(),
            },
            source: speaking.language.clone(),
            assumed: speaking.assumed,
            target: target.clone(),
            chain,
            glossary: seat.glossary.clone(),
            gauge,
            streams: self.streams(),
            meter: Arc::clone(&self.meter),
        })
    }

    /// Lets the translations of a speaker go on from another language, name or engine.
    pub(super) fn reorder_invokers(
        &mut self,
        speaker: &SessionId,
        speaking: &Speaking,
        ctx: &mut Ctx<Self>,
    ) {
        let state = self.kept.snapshot();
        for (key, gauge) in state.invoked.iter().filter(|((of, _), _)| of == speaker) {
            let order = self.invoker_order(key, speaking, Arc::clone(gauge), ctx);
            if let (Some(invoker), Some(order)) = (self.invoker(key, ctx), order) {
                // One that is just ending is started anew with its speaker's next words.
                let _ = invoker.tell(order);
            }
        }
    }

    /// A speaker's glossary has changed: their translations go on with the new one.
    pub(super) fn push_glossary(&self, speaker: &SessionId, seat: &Seat, ctx: &Ctx<Self>) {
        let state = self.kept.snapshot();
        for key in state.invoked.keys().filter(|(of, _)| of == speaker) {
            if let Some(invoker) = self.invoker(key, ctx) {
                // One that is full goes on with the old one until its next stream or the next change.
                let _ = invoker.tell(Glossary(seat.glossary.clone()));
            }
        }
    }

    /// Gives every Source and Invoker the routes that follow from who is there now.
    pub(super) fn push_all_routes(&mut self, ctx: &mut Ctx<Self>) {
        let epoch = self.environment.next_epoch();
        let state = self.kept.snapshot();
        for key in state.invoked.keys() {
            if let Some(invoker) = self.invoker(key, ctx) {
                self.push_hearers(&state, key, &invoker, epoch);
            }
        }
        for (speaker, speaking) in &state.speaking {
            let Some(source) = ctx.child::<Source>(&format!("sources/{speaker}")) else {
                continue;
            };
            let translators = state
                .invoked
                .iter()
                .filter(|((of, _), _)| of == speaker)
                .filter_map(|(key, gauge)| {
                    Some(Translator {
                        language: key.1.clone(),
                        invoker: self.invoker(key, ctx)?,
                        gauge: Arc::clone(gauge),
                    })
                })
                .collect();
            let routes = SourceRoutes {
                epoch,
                translators,
                original: hearings(&state, &self.unadmitted, |id| {
                    state.roster.hears_original(id, speaker, &speaking.language)
                }),
                anybody: !self.everybody.finals.is_empty(),
            };
            // A Source that is full now gets the routes it lacks with the next change, or asks when it starts anew.
            if source.tell(routes).is_err() {
                tracing::debug!(room = %self.id, "source did not take its routes");
            }
        }
    }

    fn push_hearers(
        &self,
        state: &RoomState,
        (speaker, target): &(SessionId, Language),
        invoker: &Ref<Invoker>,
        epoch: u64,
    ) {
        let route = HearersRoute {
            epoch,
            anybody: is_followed(state, speaker, target),
            hearings: hearings(state, &self.unadmitted, |id| {
                state.roster.hears(id, speaker, target)
            }),
            speaking: state
                .speaking
                .get(speaker)
                .is_some_and(|speaking| !speaking.language.same_speech(target)),
        };
        if invoker.tell(route).is_err() {
            tracing::debug!(room = %self.id, "invoker did not take its route");
        }
    }

    /// Gives one Invoker its route: it asks when it starts.
    pub(super) fn push_route_of(&mut self, key: &(SessionId, Language), ctx: &mut Ctx<Self>) {
        if let Some(invoker) = self.invoker(key, ctx) {
            let epoch = self.environment.next_epoch();
            let state = self.kept.snapshot();
            self.push_hearers(&state, key, &invoker, epoch);
        }
    }

    /// An Invoker has ended. One that gave up is said to be lost to those who read it.
    pub(super) fn invoker_ended(
        &mut self,
        key: &(SessionId, Language),
        gave_up: bool,
        ctx: &mut Ctx<Self>,
    ) {
        if self.invoker(key, ctx).is_some() {
            return;
        }
        self.kept.change(|state| {
            state.invoked.remove(key);
        });
        if gave_up {
            let readers = self.readers_of(&key.0, &key.1);
            let error = ServerMessage::error(
                "translation_lost",
                format!(
                    "the translation into {} failed too often and was stopped; it is tried again with the next change",
                    key.1
                ),
            );
            readers
                .finals
                .deliver(&crate::actors::outbox::Parcel::lasting(error.encode(None)));
        }
    }
}

/// Whether somebody who is connected reads this translation.
fn is_followed(state: &RoomState, speaker: &SessionId, target: &Language) -> bool {
    state
        .seats
        .iter()
        .any(|(id, seat)| !seat.sockets.is_empty() && state.roster.reads(id, speaker, target))
}

/// The sockets of those who `hear`, by sample rate.
fn hearings(
    state: &RoomState,
    unadmitted: &HashSet<ConnectionId>,
    hear: impl Fn(&SessionId) -> bool,
) -> Vec<Hearing> {
    let mut by_rate: BTreeMap<u32, Vec<&Outlet>> = BTreeMap::new();
    for (_, seat) in state.seats.iter().filter(|(id, _)| hear(id)) {
        by_rate.entry(seat.sample_rate).or_default().extend(
            seat.sockets
                .iter()
                .filter(|attached| !unadmitted.contains(&attached.connection))
                .map(|attached| &attached.outlet),
        );
    }
    by_rate
        .into_iter()
        .map(|(sample_rate, outlets)| Hearing {
            sample_rate,
            outlets: outlets.into_iter().collect::<Outlets>(),
        })
        .filter(|hearing| !hearing.outlets.is_empty())
        .collect()
}
