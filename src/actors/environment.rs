//! What every actor is given: settings, engines, the archive, time and chance, and the way to other actors.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    actors::{
        admission::Admission,
        call::registry::Calls,
        chain::{Breakers, Chain},
        clock::{Clock, Identities},
        engine_board::EngineBoard,
        limit::{Limit, LimitsMet},
        monitor::{Board, Monitor},
        observer::RoomObserver,
        outlet::Postboxes,
        pace::Rates,
        quotas::Quotas,
        refusal::Refusal,
        room::Room,
        session::Session,
        socket::Socket,
        source::Heard,
        topics::Topics,
    },
    config::Settings,
    domain::{
        engine::Engine,
        identity::{ConnectionId, RoomId, SessionId},
        language::Language,
    },
    store::archive::Archive,
    supervision::{Node, Ref, StartError, Supervised, Tree},
};

/// Shared by all actors of a tree. Made by [`Environment::start`], which starts the root.
pub struct Environment {
    /// Validated settings.
    pub settings: Arc<Settings>,
    /// Rows and logs.
    pub archive: Archive,
    /// Time of day.
    pub clock: Clock,
    /// Generated identities.
    pub identities: Identities,
    /// Subscriptions.
    pub topics: Topics,
    /// The way to the sockets of each HTTP worker.
    pub postboxes: Postboxes,
    /// Signs and checks resume tokens.
    pub tokens: ResumeTokens,
    /// How many may connect.
    pub admission: Admission,
    /// How fast each connection may send.
    pub rates: Rates,
    /// How much one subject may have.
    pub quotas: Quotas,
    /// What has happened so far, counted.
    pub counters: Counters,
    /// Calls.
    pub calls: Calls,
    /// What each engine does.
    pub engine_board: EngineBoard,
    /// Who is being heard.
    pub heard: Arc<Heard>,
    /// How busy the server is and what is wrong with it, as the Monitor saw it last.
    pub board: Board,
    /// The tree, whose registry is the directory: it is written by the tree and read by everybody.
    pub tree: Tree,
    /// The root and the engines below it, set once when the tree starts.
    staff: OnceLock<(Ref<RoomObserver>, Engines)>,
    /// Whether the server is on its way down: nothing new begins.
    stopping: AtomicBool,
    /// The newest epoch of any route.
    epoch: AtomicU64,
}

impl Environment {
    /// Makes what actors share, starts the root, and with it as their parent the engines.
    ///
    /// # Errors
    /// [`StartError`] if a root runs in this tree already or it is on its way down.
    pub fn start(
        settings: Arc<Settings>,
        tree: Tree,
        archive: Archive,
        clock: Clock,
        seed: u64,
        secret: &[u8],
        engines: impl FnOnce(&Arc<Node>) -> Result<Engines, StartError>,
    ) -> Result<Arc<Self>, StartError> {
        let environment = Arc::new(Self {
            archive,
            admission: Admission::new(&settings),
            rates: Rates::new(&settings),
            quotas: Quotas::new(&settings),
            board: Board::new(settings.metrics.sample_interval),
            settings,
            identities: Identities::new(clock.clone(), seed),
            clock,
            topics: Topics::default(),
            postboxes: Postboxes::default(),
            tokens: ResumeTokens::new(secret),
            counters: Counters::default(),
            calls: Calls::default(),
            engine_board: EngineBoard::default(),
            heard: Arc::default(),
            tree,
            staff: OnceLock::new(),
            stopping: AtomicBool::new(false),
            epoch: AtomicU64::new(0),
        });
        let observer = RoomObserver::start(&environment)?;
        let engines = engines(observer.node())?;
        // Set once: a second root would have been refused above.
        let _ = environment.staff.set((observer, engines));
        Monitor::start(&environment)?;
        Ok(environment)
    }

    /// The root of the tree.
    ///
    /// # Panics
    /// Never once the tree has been started, which is the first thing done with an environment.
    pub fn observer(&self) -> &Ref<RoomObserver> {
        &self.staff().0
    }

    /// The engines at hand.
    ///
    /// # Panics
    /// As [`Self::observer`].
    pub fn engines(&self) -> &Engines {
        &self.staff().1
    }

    /// The epoch of a change of routes: higher than any before, whichever room makes it, so that a socket which went
    /// from one room to another heeds the newer.
    pub fn next_epoch(&self) -> u64 {
        self.epoch.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn staff(&self) -> &(Ref<RoomObserver>, Engines) {
        self.staff
            .get()
            .expect("the tree is started before anything is asked of it")
    }

    /// The room of this id, if it is running.
    pub fn room(&self, id: &RoomId) -> Option<Ref<Room>> {
        self.tree.lookup(&format!("rooms/{id}"))
    }

    /// How many rooms run, private ones counted.
    pub fn room_count(&self) -> u64 {
        let mut kinds = self.tree.kinds().into_iter();
        let rooms = kinds.find(|totals| totals.kind == <Room as Supervised>::KIND);
        rooms.map_or(0, |rooms| rooms.alive)
    }

    /// Whether another room may be opened: as many as `room.max_rooms` run at once, private ones counted.
    ///
    /// # Errors
    /// A refusal whose code is `too_many_rooms`.
    pub fn admit_room(&self) -> Result<(), Refusal> {
        if self.room_count() < self.settings.room.max_rooms {
            return Ok(());
        }
        self.counters.limits.note(Limit::Rooms);
        Err(Refusal::new(
            "too_many_rooms",
            "as many rooms run as this server takes (room.max_rooms); try again later",
        ))
    }

    /// The session of this id, if somebody is attached to it.
    pub fn session(&self, id: &SessionId) -> Option<Ref<Session>> {
        self.tree.lookup(&format!("sessions/{id}"))
    }

    /// The socket of this id, if it is connected.
    pub fn socket(&self, id: &ConnectionId) -> Option<Ref<Socket>> {
        self.tree.lookup(&format!("sockets/{id}"))
    }

    /// Whether the server is on its way down.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// From here on nothing new begins.
    pub fn begin_stopping(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.archive.begin_handover();
    }
}

/// The engines at hand, by name.
pub struct Engines {
    by_name: BTreeMap<&'static str, Arc<dyn Engine>>,
    default: &'static str,
    fallback: Vec<String>,
    breakers: Arc<Breakers>,
}

impl Engines {
    /// A choice of engines, of which `default` serves whoever names none.
    pub fn new(default: Arc<dyn Engine>, others: Vec<Arc<dyn Engine>>) -> Self {
        let name = default.name();
        let by_name = others
            .into_iter()
            .chain([default])
            .map(|engine| (engine.name(), engine))
            .collect();
        Self {
            by_name,
            default: name,
            fallback: Vec::new(),
            breakers: Arc::default(),
        }
    }

    /// Lets these serve, in this order, whoever's engine does not; one that is not at hand is passed over.
    pub fn falling_back_to(mut self, fallback: Vec<String>) -> Self {
        self.fallback = fallback;
        self
    }

    /// The engines for one who wishes for this one: it, or the default one, then those that stand in for it.
    pub fn chain(&self, wanted: Option<&str>) -> Chain {
        let (first, _) = self.choose(wanted);
        let mut others: Vec<Arc<dyn Engine>> = Vec::new();
        for name in &self.fallback {
            let Some(engine) = self.by_name.get(name.as_str()) else {
                continue;
            };
            let known = |other: &Arc<dyn Engine>| other.name() == engine.name();
            if !known(&first) && !others.iter().any(known) {
                others.push(Arc::clone(engine));
            }
        }
        Chain::new(first, others, Arc::clone(&self.breakers))
    }

    /// What is known of each.
    pub fn breakers(&self) -> &Breakers {
        &self.breakers
    }

    /// The engine of this name, or the default one; the flag tells whether the wish was met.
    pub fn choose(&self, wanted: Option<&str>) -> (Arc<dyn Engine>, bool) {
        let found = wanted.and_then(|name| self.by_name.get(name));
        let met = wanted.is_none() || found.is_some();
        let engine = found.unwrap_or(&self.by_name[self.default]);
        (Arc::clone(engine), met)
    }

    /// Those who serve without being wished for: the default one, and those that stand in for it. That another one is
    /// not set up is no fault.
    pub fn relied_on(&self) -> impl Iterator<Item = &Arc<dyn Engine>> {
        let stands_in = |name: &str| self.fallback.iter().any(|other| other == name);
        self.all()
            .filter(move |(engine, is_default)| *is_default || stands_in(engine.name()))
            .map(|(engine, _)| engine)
    }

    /// All engines, the default one marked.
    pub fn all(&self) -> impl Iterator<Item = (&Arc<dyn Engine>, bool)> {
        self.by_name
            .iter()
            .map(|(name, engine)| (engine, *name == self.default))
    }
}

/// What `auto` is taken to be: the first language the engine can write down, else English.
pub fn assumed_language(engine: &dyn Engine) -> Language {
    engine
        .report()
        .recognizes
        .first()
        .and_then(|tag| tag.parse().ok())
        .unwrap_or_else(|| "en".parse().expect("a constant tag"))
}

/// Signs session ids, so that whoever made a session can come back to it.
pub struct ResumeTokens(Hmac<Sha256>);

impl ResumeTokens {
    /// Tokens signed with `secret`.
    pub fn new(secret: &[u8]) -> Self {
        Self(Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"))
    }

    /// The token of a session.
    pub fn issue(&self, session: &SessionId, private_room: &RoomId) -> String {
        URL_SAFE_NO_PAD.encode(self.signed(session, private_room).finalize().into_bytes())
    }

    /// Whether `token` is this session's; takes the same time for every wrong one.
    pub fn verify(&self, session: &SessionId, private_room: &RoomId, token: &str) -> bool {
        URL_SAFE_NO_PAD.decode(token).is_ok_and(|given| {
            self.signed(session, private_room)
                .verify_slice(&given)
                .is_ok()
        })
    }

    /// The private room is made anew with each session, so a token is not good for a later one of the same id.
    fn signed(&self, session: &SessionId, private_room: &RoomId) -> Hmac<Sha256> {
        let mut signing = self.0.clone();
        signing.update(b"session:");
        signing.update(session.as_str().as_bytes());
        signing.update(b"/");
        signing.update(private_room.as_str().as_bytes());
        signing
    }
}

/// Totals since the start, read by the metrics.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "each is the total its name says")]
pub struct Counters {
    pub connections_opened: AtomicU64,
    pub connections_active: AtomicU64,
    pub connections_peak: AtomicU64,
    pub messages_received: AtomicU64,
    pub messages_sent: AtomicU64,
    pub messages_refused: AtomicU64,
    pub audio_frames_received: AtomicU64,
    pub audio_frames_discarded: AtomicU64,
    pub audio_frames_sent: AtomicU64,
    pub captions_partial: AtomicU64,
    pub captions_final: AtomicU64,
    pub speech_milliseconds: AtomicU64,
    pub limits: LimitsMet,
}

impl Counters {
    /// Adds to a total.
    pub fn add(total: &AtomicU64, amount: u64) {
        total.fetch_add(amount, Ordering::Relaxed);
    }

    /// Notes a socket that opened.
    pub fn connected(&self) {
        Self::add(&self.connections_opened, 1);
        let active = self.connections_active.fetch_add(1, Ordering::Relaxed) + 1;
        self.connections_peak.fetch_max(active, Ordering::Relaxed);
    }

    /// Notes a socket that closed.
    pub fn disconnected(&self) {
        self.connections_active.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_own_session_only() {
        let tokens = ResumeTokens::new(b"secret");
        let (one, other) = ("one".parse().unwrap(), "other".parse().unwrap());
        let (room, later_room) = ("room".parse().unwrap(), "later".parse().unwrap());
        let token = tokens.issue(&one, &room);
        assert!(tokens.verify(&one, &room, &token));
        assert!(!tokens.verify(&other, &room, &token));
        assert!(!tokens.verify(&one, &later_room, &token));
        assert!(!tokens.verify(&one, &room, "not a token"));
        assert!(!ResumeTokens::new(b"another").verify(&one, &room, &token));
    }
}
