//! What all requests and tasks of the emulator share, and how it is to be.

use std::{
    fmt::{self, Display},
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{
    bearer::Tokens,
    call::{
        callee::{Callee, Callees},
        directory::{By, Directory, Totals},
        start::Wanted,
    },
    fault::{CallFaults, Fault, Kind},
    grid::{Grid, Schema},
    identities::Identities,
    keys::Keys,
    media::voice::Library,
    pace::Pace,
    repeatability::Answers,
    rooms::Rooms,
    server::BindError,
    signature::AccessKey,
    telephone::Lines,
    timeline::Timeline,
};
use crate::emulate::fault::FaultBook;

/// How long the other side has to answer a callback or an event, as Event Grid has it; outside.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many connections to the other side are kept for the next callback, and for how long.
const MOST_IDLE: usize = 16;
const IDLE_FOR: Duration = Duration::from_secs(5);

/// Where events go.
#[derive(Debug, Clone)]
pub struct Subscription {
    pub url: String,
    pub schema: Schema,
}

/// How an emulator is to be.
pub struct Options {
    /// Its port on 127.0.0.1; 0 for a free one.
    pub port: u16,
    /// The access key, in base64.
    pub access_key: String,
    /// How far the date of a request may be from now.
    pub clock_skew: Duration,
    /// A token that is taken instead of a signature.
    pub token: String,
    /// The immutable id of the resource: the audience of tokens.
    pub resource: String,
    /// Who is called if a call does not say it.
    pub number: String,
    /// Who issues tokens.
    pub issuer: String,
    /// Where events go, if anywhere.
    pub subscription: Option<Subscription>,
    /// How fast time passes.
    pub pace: Pace,
    /// How long a call rings.
    pub ring_for: Duration,
    /// Where what legs say is recorded, if anywhere.
    pub record: Option<PathBuf>,
    /// What goes wrong from the start.
    pub faults: Vec<Fault>,
    /// People who may be called.
    pub callees: Vec<Callee>,
    /// Calls that begin once events can be delivered.
    pub calls: Vec<Wanted>,
    /// Whether happenings are printed.
    pub prints: bool,
    /// Where tasks run.
    pub handle: Handle,
}

/// What is shared.
pub struct Service {
    base: OnceLock<String>,
    pub access_key: AccessKey,
    pub tokens: Tokens,
    pub keys: Keys,
    pub faults: Arc<FaultBook<Kind>>,
    /// The faults of requests that belong to no call.
    pub own_faults: CallFaults,
    pub answers: Mutex<Answers>,
    pub rooms: Rooms,
    pub identities: Identities,
    pub callees: Callees,
    pub lines: Lines,
    pub directory: Directory,
    pub library: Library,
    pub grid: Option<Grid>,
    pub timeline: Timeline,
    pub pace: Pace,
    pub ring_for: Duration,
    pub number: String,
    pub record: Option<PathBuf>,
    pub http: reqwest::Client,
    pub handle: Handle,
}

impl Service {
    /// Shared by nobody yet.
    ///
    /// # Errors
    /// When it cannot be as it is to be.
    pub fn new(options: Options) -> Result<Self, BindError> {
        let faults = Arc::new(FaultBook::default());
        faults.add(options.faults)?;
        let callees = Callees::default();
        for callee in options.callees {
            callees.add(callee);
        }
        if let Some(folder) = &options.record {
            std::fs::create_dir_all(folder)
                .map_err(|error| BindError::Folder(folder.clone(), error))?;
        }
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .pool_max_idle_per_host(MOST_IDLE)
            .pool_idle_timeout(IDLE_FOR)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(BindError::Client)?;
        Ok(Self {
            base: OnceLock::new(),
            access_key: AccessKey::new(&options.access_key, options.clock_skew)
                .ok_or(BindError::AccessKey)?,
            tokens: Tokens::new(options.token),
            keys: Keys::new(options.issuer, options.resource.clone()).map_err(BindError::Keys)?,
            own_faults: CallFaults::new(Arc::clone(&faults), options.pace),
            faults,
            answers: Mutex::default(),
            rooms: Rooms::default(),
            identities: Identities::new(options.resource),
            callees,
            lines: Lines::default(),
            directory: Directory::default(),
            library: Library::default(),
            grid: options
                .subscription
                .map(|subscription| Grid::new(subscription.url, subscription.schema)),
            timeline: Timeline::new(options.prints),
            pace: options.pace,
            ring_for: options.ring_for,
            number: options.number,
            record: options.record,
            http,
            handle: options.handle,
        })
    }

    /// Where it listens; said once.
    pub fn set_base(&self, base: String) {
        self.base.get_or_init(|| base);
    }

    /// Where it listens, without a slash at the end.
    pub fn base(&self) -> &str {
        self.base.get().map_or("", String::as_str)
    }

    /// Whether there is a call in this room or group.
    pub fn has_meeting(&self, meeting: &str) -> bool {
        self.directory.find(By::Meeting(meeting)).is_some()
    }

    /// All calls, for who asks the emulator.
    pub fn report(&self) -> Value {
        let alive = self.directory.alive();
        let calls: Vec<Value> = alive.iter().map(|call| call.report(self)).collect();
        json!({
            "totals": self.directory.totals(),
            "open_legs": alive.iter().map(|call| call.state.lock().legs.len()).sum::<usize>(),
            "calls": calls,
            "ended": self.directory.ended(),
        })
    }

    /// What there was and what is left.
    pub fn summary(&self) -> Summary {
        let mut open = Vec::new();
        for call in self.directory.alive() {
            let state = call.state.lock();
            for leg in &state.legs {
                let billed = leg.billed(self.pace).as_secs_f64();
                let connection = &leg.ids.connection;
                open.push(format!(
                    "leg {connection} of {}: {billed:.1} s billed until now",
                    call.id
                ));
            }
        }
        Summary {
            totals: self.directory.totals(),
            open,
        }
    }
}

/// What an emulator says at its end.
#[derive(Debug)]
pub struct Summary {
    totals: Totals,
    /// Legs that are still open.
    pub open: Vec<String>,
}

impl Display for Summary {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals {
            calls,
            legs,
            seconds_billed,
        } = self.totals;
        let minutes = seconds_billed / 60.0;
        writeln!(
            text,
            "{calls} calls, {legs} legs, {minutes:.1} minutes billed"
        )?;
        if self.open.is_empty() {
            return writeln!(text, "no leg is open: nothing keeps billing");
        }
        writeln!(text, "still open, and billed as long as they are:")?;
        for leg in &self.open {
            writeln!(text, "  {leg}")?;
        }
        Ok(())
    }
}
