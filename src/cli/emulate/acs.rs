//! `interpres emulate acs`: from the command line to an emulator that listens, and what is left at its end.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use clap::ValueEnum;
use interpres::{
    config::{Log, LogFormat, LogLevel},
    emulate::acs::{
        Bound, Callee, Does, Fault, Kind, Options as Emulated, Pace, Schema, Script, Subscription,
        Wanted, bind,
    },
};
use tokio::runtime::Handle;

use crate::cli::logs;

/// Who calls if a scripted call does not say it.
const USUAL_CALLER: &str = "+14255550123";

/// Who begins a room call if a scripted one does not say it.
const USUAL_USER: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-2033-438d-1000-343a0d006e10";

/// Stands in for Azure Communication Services on 127.0.0.1: calls with scripted people, callbacks, media sockets.
///
/// Events of scripted calls go to --events-url; the REST surface takes what the official SDKs send, signed with the access
/// key. /_emulator/telephone is a page for a browser on this machine: call, and be called, with your own voice. What happens
/// is printed line by line; at the end (Ctrl-C) it names the legs that are still open.
#[derive(clap::Args)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for a free one
    #[arg(long, default_value_t = 8012)]
    port: u16,
    /// The access key (base64); requests signed with another are refused
    #[arg(
        long,
        default_value = "ZW11bGF0ZWQtZm9yLWFueWJvZHktYW5kLWdvb2QtZm9yLW5vdGhpbmctZWxzZQ==",
        value_name = "KEY"
    )]
    access_key: String,
    /// A token that is taken instead of a signature; POST /TENANT/oauth2/v2.0/token gives others
    #[arg(
        long,
        default_value = "token-emulated-for-anybody",
        value_name = "TOKEN"
    )]
    token: String,
    /// How far the date of a request may be from now
    #[arg(long, default_value = "15m", value_parser = humantime::parse_duration, value_name = "TIME")]
    clock_skew: Duration,
    /// The immutable id of the resource: the audience of the tokens at callbacks and sockets
    #[arg(
        long,
        default_value = "1bdaa2b9-9507-4542-bb64-a7b22c00a8d4",
        value_name = "ID"
    )]
    resource_id: String,
    /// Who issues these tokens
    #[arg(
        long,
        default_value = "https://acscallautomation.communication.azure.com",
        value_name = "URL"
    )]
    issuer: String,
    /// Where events go: the address that would be registered with Event Grid, its secret included
    #[arg(long, value_name = "URL")]
    events_url: Option<String>,
    /// In which schema they are delivered
    #[arg(long, value_enum, default_value_t = EventSchema::Eventgrid, value_name = "SCHEMA")]
    events_schema: EventSchema,
    /// Somebody calls: FILE.wav[:IDENTIFIER][:LANGUAGE], the identifier a phone number or a raw id. May be given several
    /// times; while it runs, POST /_emulator/calls begins more
    #[arg(long = "call", value_parser = scripted, value_name = "CALL")]
    calls: Vec<Script>,
    /// The --calls meet in one room, instead of each calling by itself
    #[arg(long)]
    room: bool,
    /// Who is called, by --calls and by the telephone if nobody chooses otherwise
    #[arg(long, default_value = "+18005550100", value_name = "IDENTIFIER")]
    to: String,
    /// Somebody who answers when they are called: FILE.wav:IDENTIFIER[:LANGUAGE]. May be given several times
    #[arg(long = "callee", value_parser = scripted, value_name = "CALLEE")]
    callees: Vec<Script>,
    /// How long after the end of their recording callers and callees hang up
    #[arg(long, default_value = "10s", value_parser = humantime::parse_duration, value_name = "TIME")]
    leave_after: Duration,
    /// How long a call rings
    #[arg(long, default_value = "30s", value_parser = humantime::parse_duration, value_name = "TIME")]
    ring_for: Duration,
    /// Where what is said into calls is recorded: a WAV for each leg
    #[arg(long, value_name = "FOLDER")]
    record: Option<PathBuf>,
    /// How many times faster than outside time passes
    #[arg(long, default_value = "1", value_parser = pace, value_name = "FACTOR")]
    time_scale: Pace,
    /// What goes wrong: KIND[=VALUE][@N|@TIME][*TIMES]. KIND is 401, 404, 409, 429=SECONDS, 500, 503=SECONDS, answer-lost, answer-failed,
    /// event-duplicate, event-reorder, event-delay=SECONDS, event-drop, callback-duplicate, callback-reorder,
    /// callback-delay=SECONDS, callback-drop, bad-token, expired-token, wrong-audience, key-rotation, socket-bad-token,
    /// socket-before-answer, socket-never, socket-cut, socket-redial or socket-twice; @N the N-th time that it could happen in
    /// a call, @TIME so long after its beginning; *TIMES in so many calls. May be given several times; while it runs,
    /// POST /_emulator/faults adds more
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Fault>,
    /// Do not print what happens
    #[arg(long)]
    quiet: bool,
    /// Log what is going on in detail
    #[arg(long)]
    debug: bool,
}

/// In which form events are delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EventSchema {
    /// Event Grid's own
    Eventgrid,
    /// CloudEvents 1.0
    Cloudevents,
}

fn pace(text: &str) -> Result<Pace, String> {
    let factor: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    Pace::new(factor).ok_or_else(|| "it must lie in 0.1 to 1000".to_owned())
}

/// Reads `FILE.wav[:IDENTIFIER][:LANGUAGE]`. An identifier may hold colons itself: what is last and short is the language.
fn scripted(text: &str) -> Result<Script, String> {
    let (file, rest) = match text.split_once(':') {
        Some((file, rest)) => (file, rest),
        None => (text, ""),
    };
    if file.is_empty() {
        return Err("it begins with the file of a recording".to_owned());
    }
    let is_language = |part: &str| {
        (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let (identifier, language) = match rest.rsplit_once(':') {
        Some((identifier, language)) if is_language(language) => (identifier, Some(language)),
        None if is_language(rest) => ("", Some(rest)),
        _ => (rest, None),
    };
    let mut script = Script::silent(identifier);
    script.wav = Some(PathBuf::from(file));
    script.language = language.map(str::to_owned);
    Ok(script)
}

/// Serves until a signal, and says what is left.
///
/// # Errors
/// What keeps it from starting, in words for people.
pub fn emulate(options: Options) -> anyhow::Result<()> {
    let log = Log {
        level: LogLevel::Warn,
        format: LogFormat::Text,
    };
    logs::start(&log, options.debug);
    let tasks = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("calls")
        .enable_all()
        .build()
        .context("no threads for the calls")?;
    let handle = tasks.handle().clone();
    let served = actix_rt::System::new().block_on(serve(options, handle));
    tasks.shutdown_timeout(Duration::from_millis(500));
    served
}

async fn serve(options: Options, handle: Handle) -> anyhow::Result<()> {
    let key = options.access_key.clone();
    let bound = bind(wanted(options, handle)?)?;
    greet(&bound, &key)?;
    let summary = bound
        .run()
        .await
        .context("the emulator stopped listening")?;
    let mut out = std::io::stdout();
    write!(out, "\n{summary}")?;
    out.flush()?;
    Ok(())
}

fn wanted(options: Options, handle: Handle) -> anyhow::Result<Emulated> {
    let schema = match options.events_schema {
        EventSchema::Eventgrid => Schema::EventGrid,
        EventSchema::Cloudevents => Schema::CloudEvents,
    };
    let leave_after = options.leave_after;
    let lasting = |mut script: Script| {
        script.leave_after = Some(leave_after);
        script
    };
    for script in options.calls.iter().chain(&options.callees) {
        let file = script.wav.as_deref().unwrap_or(Path::new(""));
        anyhow::ensure!(file.is_file(), "there is no file {}", file.display());
    }
    anyhow::ensure!(
        options
            .callees
            .iter()
            .all(|script| !script.identifier.is_empty()),
        "--callee needs an identifier: FILE.wav:IDENTIFIER[:LANGUAGE]"
    );
    let callees = options.callees.into_iter().map(|script| Callee {
        script: lasting(script),
        does: Does::Accept,
        after: None,
    });
    let calls: Vec<Script> = options.calls.into_iter().map(lasting).collect();
    Ok(Emulated {
        port: options.port,
        access_key: options.access_key,
        clock_skew: options.clock_skew,
        token: options.token,
        resource: options.resource_id,
        number: options.to.clone(),
        issuer: options.issuer,
        subscription: options.events_url.map(|url| Subscription { url, schema }),
        pace: options.time_scale,
        ring_for: options.ring_for,
        record: options.record,
        faults: options.faults,
        callees: callees.collect(),
        calls: if options.room {
            meeting(calls)
        } else {
            ringing(calls, &options.to)
        },
        prints: !options.quiet,
        handle,
    })
}

/// Each calls by themselves.
fn ringing(calls: Vec<Script>, to: &str) -> Vec<Wanted> {
    let call = |mut caller: Script| {
        if caller.identifier.is_empty() {
            USUAL_CALLER.clone_into(&mut caller.identifier);
        }
        Wanted {
            lifecycle: Kind::Incoming,
            caller,
            to: Some(to.to_owned()),
            people: Vec::new(),
            room_id: None,
            ring_for: None,
            custom_context: None,
        }
    };
    calls.into_iter().map(call).collect()
}

/// All meet in one room; the first begins.
fn meeting(calls: Vec<Script>) -> Vec<Wanted> {
    let mut people = calls.into_iter().enumerate().map(|(at, mut person)| {
        if person.identifier.is_empty() {
            // Different people have different last digits.
            person.identifier = format!("{}{at}", &USUAL_USER[..USUAL_USER.len() - 1]);
        }
        person
    });
    let Some(caller) = people.next() else {
        return Vec::new();
    };
    vec![Wanted {
        lifecycle: Kind::Room,
        caller,
        to: None,
        people: people.collect(),
        room_id: None,
        ring_for: None,
        custom_context: None,
    }]
}

/// Says where it listens, and what to type elsewhere.
fn greet(bound: &Bound, key: &str) -> anyhow::Result<()> {
    let address = bound.address();
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{address}")?;
    writeln!(
        out,
        "Interpres: ACS_CONNECTION_STRING='endpoint=http://{address}/;accesskey={key}' interpres serve"
    )?;
    writeln!(
        out,
        "keys that sign: http://{address}/calling/.well-known/acsopenidconfiguration"
    )?;
    writeln!(
        out,
        "call with your own voice: http://{address}/_emulator/telephone (in a browser on this machine)"
    )?;
    writeln!(
        out,
        "calls: GET and POST /_emulator/calls; faults: POST /_emulator/faults; end with Ctrl-C"
    )?;
    out.flush()?;
    Ok(())
}
