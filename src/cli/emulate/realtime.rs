//! `interpres emulate realtime`: from the command line to an emulator that listens, and the invoice at its end.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use actix::Actor;
use anyhow::Context;
use clap::ValueEnum;
use interpres::{
    config::{Log, LogFormat, LogLevel},
    domain::language::Language,
    emulate::realtime::{
        Bound, Fault, Identity, Interpreter, Invoice, Options as Wanted, Prices, Prompter,
        Transcript, bind,
    },
    engines::{
        local::{LocalEngine, LocalSettings},
        null::null_engine,
    },
    supervision::{ArbiterPool, ChildEnd, Ctx, Spec, Supervised, Tree, TreeConfig, Verdict},
};
use tokio::runtime::Handle;

use crate::cli::logs;

/// How long the engine is given to end its processes.
const SHUTDOWN: Duration = Duration::from_secs(3);

/// Stands in for the realtime services of OpenAI and Azure OpenAI on 127.0.0.1.
///
/// The official SDKs talk to it: give them http://127.0.0.1:PORT/v1 as base URL. What it hears, translates and says is
/// the engine of this machine. At its end (Ctrl-C) it prints what the real service would have cost.
#[derive(clap::Args)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for a free one
    #[arg(long, default_value_t = 8011)]
    port: u16,
    /// The key that is right; any other is refused as the service does it: after the upgrade
    #[arg(long, default_value = "sk-emulated-for-anybody")]
    key: String,
    /// The application that Microsoft Entra knows here; the machine's identity is called so too
    #[arg(
        long,
        default_value = "11111111-2222-4333-8444-555555555555",
        value_name = "ID"
    )]
    client_id: String,
    /// Its secret; for any other there is no token
    #[arg(
        long,
        default_value = "secret-emulated-for-anybody",
        value_name = "SECRET"
    )]
    client_secret: String,
    /// How long a token is good; then it is refused like a wrong key
    #[arg(long, default_value = "60m", value_parser = humantime::parse_duration, value_name = "TIME")]
    token_lifetime: Duration,
    /// How long a session may last
    #[arg(long, default_value = "60m", value_parser = humantime::parse_duration, value_name = "TIME")]
    session_limit: Duration,
    /// What goes wrong: KIND[=VALUE][@N|@TIME][*TIMES]. KIND is bad-key, rate-limit, session-expired, close=CODE, nulls,
    /// unknown-events, stall, slow-audio=FACTOR, error or garbage; @N the N-th time that it could happen in a session,
    /// @TIME so long after its beginning; *TIMES in so many sessions. May be given several times; while it runs,
    /// POST /_emulator/faults adds more
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Fault>,
    /// Answer every connection with a recorded session (JSON lines), and say on standard error where the client differs
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    /// How many times slower than it was recorded: 1 as recorded, 0 without pauses
    #[arg(long, default_value_t = 1.0, value_parser = pace, requires = "transcript", value_name = "FACTOR")]
    pace: f64,
    /// Who interprets: the engine of this machine, or nobody (sound becomes words and a tone, at once)
    #[arg(long, value_enum, default_value_t = Model::Local)]
    model: Model,
    /// The language that is spoken to it; the engine of this machine writes down English
    #[arg(long, default_value = "en", value_name = "LANGUAGE")]
    speaks: Language,
    /// What is said to it, a sentence on each line, for a language that the engine of this machine does not write down:
    /// each sentence that is heard is the next line, whatever it is
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Prices by the beginning of a model's name (JSON), instead of the service's
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Where the invoice is written as JSON at the end
    #[arg(long, value_name = "FILE")]
    invoice: Option<PathBuf>,
    /// Log what is going on in detail
    #[arg(long)]
    debug: bool,
}

/// Who interprets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Model {
    /// The engine of this machine
    Local,
    /// Nobody, for measuring
    Null,
}

fn pace(text: &str) -> Result<f64, String> {
    let factor: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=100.0).contains(&factor) {
        Ok(factor)
    } else {
        Err("it must lie in 0 to 100".to_owned())
    }
}

/// Serves until a signal, and prints the invoice.
///
/// # Errors
/// What keeps it from starting, in words for people.
pub fn emulate(options: Options) -> anyhow::Result<()> {
    let log = Log {
        level: LogLevel::Warn,
        format: LogFormat::Text,
    };
    logs::start(&log, options.debug);
    let outgoing = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("outgoing")
        .enable_all()
        .build()
        .context("no threads for the engine")?;
    let handle = outgoing.handle().clone();
    let served = actix_rt::System::new().block_on(serve(options, handle));
    outgoing.shutdown_timeout(Duration::from_millis(500));
    served
}

async fn serve(options: Options, outgoing: Handle) -> anyhow::Result<()> {
    let transcript = options
        .transcript
        .as_deref()
        .map(|file| Ok::<_, anyhow::Error>(Transcript::read(&text(file)?)?))
        .transpose()?;
    let prices = match &options.prices {
        Some(file) => Prices::read(&text(file)?)?,
        None => Prices::default(),
    };
    // A session that is played back needs nobody who interprets.
    let engine = match options.model {
        Model::Local if transcript.is_none() => Some(OwnEngine::start(outgoing.clone()).await?),
        Model::Local | Model::Null => None,
    };
    let mut interpreter = match &engine {
        Some(engine) => Interpreter::engine(engine.engine.clone(), options.speaks),
        None => Interpreter::null(Arc::new(null_engine(outgoing)), options.speaks),
    };
    if let Some(script) = &options.script {
        interpreter = interpreter.prompted_by(Prompter::new(&text(script)?));
    }
    let bound = bind(Wanted {
        port: options.port,
        key: options.key.clone(),
        identity: Identity::new(
            options.client_id.clone(),
            options.client_secret.clone(),
            options.token_lifetime,
        ),
        session_limit: options.session_limit,
        faults: options.faults,
        transcript: transcript.map(|transcript| (transcript, options.pace)),
        interpreter,
        prices,
    })?;
    let invoice = bound.invoice();
    greet(
        &bound,
        &options.key,
        &options.client_id,
        &options.client_secret,
    )?;
    bound
        .run()
        .await
        .context("the emulator stopped listening")?;
    if let Some(engine) = engine {
        engine.tree.shutdown(SHUTDOWN).await;
    }
    settle(&invoice, options.invoice.as_deref())
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Says where it listens, and what to type elsewhere.
fn greet(bound: &Bound, key: &str, client_id: &str, client_secret: &str) -> anyhow::Result<()> {
    let address = bound.address();
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{address}")?;
    writeln!(
        out,
        "a program of yours with an official SDK:  OPENAI_BASE_URL=http://{address}/v1 OPENAI_API_KEY={key} python program.py"
    )?;
    writeln!(
        out,
        "Interpres, with an engine of Azure OpenAI: AZURE_OPENAI_ENDPOINT=http://{address} AZURE_OPENAI_API_KEY={key} interpres serve"
    )?;
    let entra = "INTERPRES__ENGINES__AZURE_OPENAI__ENTRA";
    writeln!(
        out,
        "the same with tokens instead of a key:     AZURE_OPENAI_ENDPOINT=http://{address} {entra}__AUTHORITY=http://{address} {entra}__TENANT=any {entra}__CLIENT_ID={client_id} {entra}__CLIENT_SECRET={client_secret} interpres serve"
    )?;
    writeln!(
        out,
        "faults: POST /_emulator/faults; invoice: GET /_emulator/invoice; end with Ctrl-C"
    )?;
    out.flush()?;
    Ok(())
}

fn settle(invoice: &Invoice, file: Option<&Path>) -> anyhow::Result<()> {
    let statement = invoice.statement();
    if let Some(file) = file {
        let written = serde_json::to_vec_pretty(&statement)?;
        std::fs::write(file, written)
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    let mut out = std::io::stdout();
    write!(out, "\n{}", statement.text())?;
    out.flush()?;
    Ok(())
}

/// The engine of this machine, in a tree of its own.
struct OwnEngine {
    engine: Arc<LocalEngine>,
    tree: Tree,
}

/// The root of that tree.
struct Engines;

impl Actor for Engines {
    type Context = Ctx<Self>;
}

impl Supervised for Engines {
    const KIND: &'static str = "engines";

    fn child_ended(&mut self, _: &ChildEnd, _: &mut Ctx<Self>) -> Verdict {
        Verdict::Ignore
    }
}

impl OwnEngine {
    async fn start(outgoing: Handle) -> anyhow::Result<Self> {
        let placement = Arc::new(ArbiterPool::new(1).context("no thread for the engine")?);
        let tree = Tree::new(TreeConfig {
            seed: rand::random(),
            placement,
        });
        let root = tree.start_root("engines", Spec::new(), || Engines)?;
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let settings = LocalSettings::default();
        let engine = LocalEngine::start(root.node(), &settings, outgoing, program)?;
        engine.ready().await;
        Ok(Self { engine, tree })
    }
}
