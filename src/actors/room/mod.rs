//! A room: people who are interpreted to each other.
//!
//! The Room knows who is there and who speaks and hears which language, starts and ends a Source for each speaker and
//! an Invoker for each (speaker, language), gives them the routes along which audio flows past it, and is the only
//! writer of the room's numbered log. What must outlive a crash is kept: the roster, the seats, the sources, the log.
//! Its children live on through its crash, so no stream that is paid for is cut by it.

mod admitting;
pub mod captions;
pub mod describing;
pub mod draining;
pub mod entering;
mod interrupting;
pub mod lines;
pub mod meter;
pub mod planning;
mod publishing;
pub mod speaking;
mod spending;
mod watching;

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use actix::{Actor, AsyncContext, Running, SpawnHandle};
use serde_json::Value;

use self::{entering::SessionEnded, meter::RoomMeter, publishing::Pending};
use crate::{
    actors::{
        environment::Environment,
        invoker::InvokerGauge,
        outlet::{Outlet, Outlets},
        refusal::Refusal,
        session::{Attached, Session},
        source::SourceGauge,
    },
    domain::{
        audience::{Member, Roster},
        identity::{ConnectionId, RoomId, SessionId},
        language::Language,
        server_message::UsageFigures,
        time::Timestamp,
        topic::Topic,
    },
    store::{archive::Opening, durable_log::SharedLog},
    supervision::{
        ChildEnd, Children, Ctx, Exit, Kept, Path, Ref, Spec, StartError, Supervised, Verdict,
    },
};

/// Messages that may wait for a room: captions of all its speakers and commands of all its sessions.
const ROOM_PLACES: u32 = 4096;

/// A participant's place in the room: how they are reached and served.
#[derive(Clone)]
pub struct Seat {
    /// Their session's actor.
    pub session: Ref<Session>,
    /// Their sockets.
    pub sockets: Vec<Attached>,
    /// Of the audio they send and get, in Hz.
    pub sample_rate: u32,
    /// Whether their audio is listened to.
    pub audio_enabled: bool,
    /// The engine they wish for.
    pub engine: Option<String>,
    /// How their words are to be translated.
    pub glossary: Option<Value>,
}

/// A speaker who has a Source.
#[derive(Clone)]
pub struct Speaking {
    /// What they speak, `auto` resolved.
    pub language: Language,
    /// Whether that is only taken to be so, because they left it open.
    pub assumed: bool,
    /// What the Source shows of itself.
    pub gauge: Arc<SourceGauge>,
}

/// What a room keeps through a crash.
#[derive(Clone, Default)]
pub struct RoomState {
    /// A name for people.
    pub name: Option<String>,
    /// Made by REST and not used yet.
    pub reserved: bool,
    /// Who is there.
    pub roster: Roster,
    /// How they are reached.
    pub seats: BTreeMap<SessionId, Arc<Seat>>,
    /// Who has a Source.
    pub speaking: BTreeMap<SessionId, Speaking>,
    /// The translations under way, by speaker and target.
    pub invoked: BTreeMap<(SessionId, Language), Arc<InvokerGauge>>,
}

/// Who reads a caption: all of them, and those who also want it while it changes.
#[derive(Clone, Default)]
struct Readers {
    finals: Outlets,
    partials: Outlets,
}

/// The actor of a room.
pub struct Room {
    environment: Arc<Environment>,
    id: RoomId,
    kept: Kept<RoomState>,
    log: SharedLog,
    streams: Arc<AtomicU32>,
    created_at: Timestamp,
    everybody: Readers,
    readers: HashMap<(SessionId, Language), Readers>,
    /// What has a number and waits for the store, and who waits behind it.
    pending: VecDeque<Pending>,
    /// Sockets that have not been answered yet, and get nothing before they are.
    unadmitted: HashSet<ConnectionId>,
    emptied: Option<SpawnHandle>,
    meter: Arc<RoomMeter>,
    follows_usage: bool,
    usage_told: Vec<UsageFigures>,
}

impl Room {
    /// The reason of a room that was closed by request.
    pub const CLOSED: &'static str = "room_closed";

    /// The actor of this room, started if it is not running.
    ///
    /// # Errors
    /// [`Refusal`] while the server stops, or if another process serves the room.
    pub async fn open(
        environment: &Arc<Environment>,
        id: &RoomId,
        state: RoomState,
    ) -> Result<Ref<Self>, Refusal> {
        if let Some(running) = environment.room(id) {
            return Ok(running);
        }
        if environment.is_stopping() {
            return Err(Refusal::stopping());
        }
        environment.admit_room()?;
        let opening = Opening {
            name: state.name.clone(),
            private: state.roster.private,
            budget: None,
        };
        let log = environment.archive.open_log(id, opening).await?;
        // It may have been free only because this server goes down.
        if environment.is_stopping() {
            return Err(Refusal::stopping());
        }
        match Self::start(environment, id, state, log) {
            Err(taken @ StartError::NameTaken(_)) => Ok(environment.room(id).ok_or(taken)?),
            other => Ok(other?),
        }
    }

    /// Starts this room on its log, with those in it whom the log has as present: they were there when the process that
    /// served them ended, and are expected back.
    ///
    /// # Errors
    /// [`StartError::NameTaken`] if it is running.
    pub fn start(
        environment: &Arc<Environment>,
        id: &RoomId,
        mut state: RoomState,
        log: SharedLog,
    ) -> Result<Ref<Self>, StartError> {
        let (given, room_id) = (Arc::clone(environment), id.clone());
        for participant in log.present() {
            let id = participant.session_id.clone();
            let member = Member {
                participant,
                translation_enabled: true,
                speech: false,
                partials: true,
                barge_in: false,
            };
            state.roster.members.entry(id).or_insert(Arc::new(member));
        }
        let kept = Kept::new(state);
        let streams = Arc::new(AtomicU32::new(0));
        let created_at = environment.clock.now();
        let meter = RoomMeter::new(environment, id, &log);
        environment.observer().node().start_child(
            &format!("rooms/{id}"),
            Spec::new()
                .mailbox(ROOM_PLACES)
                .children_on_restart(Children::Keep)
                .group(group_of(id)),
            move || Self {
                environment: Arc::clone(&given),
                id: room_id.clone(),
                kept: kept.clone(),
                log: Arc::clone(&log),
                streams: Arc::clone(&streams),
                created_at,
                everybody: Readers::default(),
                readers: HashMap::new(),
                pending: VecDeque::new(),
                unadmitted: HashSet::new(),
                emptied: None,
                meter: Arc::clone(&meter),
                follows_usage: false,
                usage_told: Vec::new(),
            },
        )
    }

    fn topic(&self) -> Topic {
        Topic::Room(self.id.clone())
    }

    /// The next number for a stream of audio, unique in the room.
    fn streams(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.streams)
    }

    /// Works out anew who reads what; called after every change of roster or seats.
    fn refresh_readers(&mut self) {
        self.everybody = self.outlets_of(|_| true);
        self.readers.clear();
    }

    fn outlets_of(&self, wanted: impl Fn(&SessionId) -> bool) -> Readers {
        self.kept.read(|state| {
            let mut finals: Vec<&Outlet> = Vec::new();
            let mut partials: Vec<&Outlet> = Vec::new();
            for (id, seat) in state.seats.iter().filter(|(id, _)| wanted(id)) {
                let admitted = seat.sockets.iter().filter(|attached| {
                    self.unadmitted.is_empty() || !self.unadmitted.contains(&attached.connection)
                });
                let outlets = admitted.map(|attached| &attached.outlet);
                if state
                    .roster
                    .members
                    .get(id)
                    .is_some_and(|member| member.partials)
                {
                    partials.extend(outlets.clone());
                }
                finals.extend(outlets);
            }
            Readers {
                finals: finals.into_iter().collect(),
                partials: partials.into_iter().collect(),
            }
        })
    }

    /// Those who read the translation of this speaker into this language.
    fn readers_of(&mut self, speaker: &SessionId, language: &Language) -> Readers {
        let key = (speaker.clone(), language.clone());
        if let Some(known) = self.readers.get(&key) {
            return known.clone();
        }
        let state = self.kept.snapshot();
        let readers = self.outlets_of(|id| state.roster.reads(id, speaker, language));
        self.readers.insert(key, readers.clone());
        readers
    }

    /// Ends the room after a while without anybody in it.
    fn watch_emptiness(&mut self, ctx: &mut Ctx<Self>) {
        let (empty, reserved) = self
            .kept
            .read(|state| (state.seats.is_empty(), state.reserved));
        if let Some(waiting) = self.emptied.take() {
            ctx.cancel_future(waiting);
        }
        if empty {
            let room = &self.environment.settings.room;
            let patience = if reserved {
                room.unused_after
            } else {
                room.empty_after
            };
            let reason = if reserved { "unused" } else { "empty" };
            self.emptied = Some(ctx.run_later(patience, move |_, ctx| ctx.end(reason)));
        }
    }
}

impl Room {
    /// Takes out those who were there before the server went down and do not come back.
    fn await_the_absent(&self, ctx: &mut Ctx<Self>) {
        let anybody_absent = self
            .kept
            .read(|state| state.roster.members.len() > state.seats.len());
        if anybody_absent {
            let patience = self.environment.settings.session.return_within;
            ctx.run_later(patience, |room, ctx| {
                let state = room.kept.snapshot();
                for id in state.roster.members.keys() {
                    if !state.seats.contains_key(id) {
                        room.take_out(id, ctx);
                    }
                }
            });
        }
    }
}

/// The placement key of a room: its Sources and Invokers share it, so that they share its thread.
pub fn group_of(id: &RoomId) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// A number for a new stream of audio in a room; never 0.
pub fn next_stream(streams: &AtomicU32) -> u32 {
    streams
        .fetch_add(1, Ordering::Relaxed)
        .wrapping_add(1)
        .max(1)
}

impl Actor for Room {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Ctx<Self>) {
        self.refresh_readers();
        self.watch_emptiness(ctx);
        if ctx.life() > 0 {
            for seat in self.kept.snapshot().seats.values() {
                ctx.watch(&seat.session);
            }
            self.publish_again(ctx);
            if self.meter.is_known() {
                self.follow_usage(ctx);
            }
            self.plan(ctx);
            self.push_all_routes(ctx);
        }
        if self.environment.is_stopping() {
            self.begin_handover(ctx);
        }
        self.await_the_absent(ctx);
        self.environment.topics.publish(
            &self.topic(),
            serde_json::json!({"kind": "room_started", "life": ctx.life()}),
        );
    }

    /// Those in a room that ends here have left, unless it goes on in another process.
    fn stopping(&mut self, _: &mut Ctx<Self>) -> Running {
        if !self.environment.is_stopping() {
            self.log.end_life();
        }
        Running::Stop
    }

    fn stopped(&mut self, _: &mut Ctx<Self>) {
        self.environment
            .topics
            .publish(&self.topic(), serde_json::json!({"kind": "room_ended"}));
    }
}

impl Supervised for Room {
    const KIND: &'static str = "room";

    fn child_ended(&mut self, child: &ChildEnd, ctx: &mut Ctx<Self>) -> Verdict {
        self.on_child_ended(child, ctx);
        Verdict::Ignore
    }

    /// After what the session has said before it ended, which may still wait in the mailbox.
    fn watched_ended(&mut self, path: &Path, _: &Exit, ctx: &mut Ctx<Self>) {
        if ctx.me().tell(SessionEnded(path.clone())).is_err() {
            self.session_ended(path, ctx);
        }
    }
}
