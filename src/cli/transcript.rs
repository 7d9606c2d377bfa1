//! `interpres transcript export`: what was said in a room, read from the store, while its server runs or not.

mod output;

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use interpres::{
    config::Settings,
    domain::{
        identity::RoomId,
        language::Language,
        transcript::{Format, Reading, Transcript},
    },
    store::{
        contract::Store,
        log_pages::LogPages,
        open::{FILE, open},
        record::NodeId,
    },
};
use secrecy::ExposeSecret;

use self::output::Output;

/// How often it is looked whether more was said.
const LOOK: Duration = Duration::from_millis(500);

/// Options of an export.
#[derive(clap::Args)]
pub struct Options {
    /// The room
    #[arg(value_name = "ROOM")]
    room: RoomId,
    /// json: the room's messages; vtt: WebVTT; srt: SubRip; txt: lines for people
    #[arg(long, value_name = "FORMAT", default_value = "json", value_parser = ["json", "vtt", "srt", "txt"])]
    format: String,
    /// The reading of one who reads this language: what was said in it, and the translations of all else
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Language>,
    /// Where it is written; without it standard output
    #[arg(long, value_name = "FILE")]
    output: Option<std::path::PathBuf>,
    /// Go on while the room does, until it ends or Ctrl-C; json is then a line for each message
    #[arg(long)]
    follow: bool,
    /// The settings file, which says where the store is; without it as for serve
    #[arg(long, value_name = "FILE")]
    pub config: Option<std::path::PathBuf>,
}

/// Exports a transcript.
///
/// # Errors
/// A store that does not open, a room that is not there or has no words, a file that cannot be written.
pub fn export(settings: &Settings, options: &Options) -> anyhow::Result<()> {
    // A database is served by threads of this runtime.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("no runtime")?;
    runtime.block_on(async {
        let store = open_to_read(settings).await?;
        let exported = write(&store, options).await;
        store.close().await;
        exported
    })
}

/// Opens the store that is there; none is made. It is opened under a name of its own, that holds nothing.
async fn open_to_read(settings: &Settings) -> anyhow::Result<Arc<dyn Store>> {
    let url = settings.store.url.as_ref();
    let file = match url.map(|url| url.expose_secret()) {
        Some("memory:") => bail!(
            "the store of these settings is memory, which only its server can read; GET /api/rooms/ROOM/transcript there"
        ),
        Some(url) => url.strip_prefix("sqlite://").map(Into::into),
        None => Some(settings.data.dir.join(FILE)),
    };
    if let Some(file) = file {
        ensure!(
            file.exists(),
            "there is no database {}; name the server's own settings with --config, DATA_DIR or DATABASE_URL",
            file.display()
        );
    }
    let node = NodeId::from(uuid::Uuid::now_v7());
    Ok(open(url, &settings.data.dir, &node).await?)
}

async fn write(store: &Arc<dyn Store>, options: &Options) -> anyhow::Result<()> {
    let room = &options.room;
    ensure!(
        store.room(room).await?.is_some(),
        "there is no room {room} in the store; see that its id and the settings are right"
    );
    let extent = store.extent(room).await?;
    ensure!(
        extent.entries > 0 || options.follow,
        "nothing is stored of room {room}: nobody came yet, or it was erased or is too old"
    );
    let format: Format = options.format.parse()?;
    let reading = match &options.lang {
        Some(language) => Reading::In(language.clone()),
        None => Reading::Original,
    };
    let mut transcript = Transcript::new(room, format, reading, options.follow);
    let mut output = Output::open(options.output.as_deref())?;
    let bar = ProgressBar::new(extent.entries).with_style(
        ProgressStyle::with_template("{msg} [{bar:36}] {pos}/{len}, {eta} left")
            .context("a constant template")?
            .progress_chars("=> "),
    );
    bar.set_message(format!("reading {room}"));
    let mut pages = LogPages::new(Arc::clone(store), room.clone());
    let mut out = String::new();
    transcript.begin(&mut out);
    loop {
        let page = pages.next(u64::MAX).await?;
        for entry in &page {
            transcript.add(entry, &mut out);
        }
        output.write(&std::mem::take(&mut out))?;
        if page.is_empty() {
            break;
        }
        bar.inc(page.len() as u64);
    }
    bar.finish_and_clear();
    if options.follow {
        transcript.go_live(&mut out);
        output.write(&std::mem::take(&mut out))?;
        follow(store, room, &mut pages, &mut transcript, &mut output).await?;
    }
    transcript.end(&mut out);
    output.write(&out)?;
    output.finish()
}

/// Writes what is said until nobody serves the room any more, or Ctrl-C.
async fn follow(
    store: &Arc<dyn Store>,
    room: &RoomId,
    pages: &mut LogPages,
    transcript: &mut Transcript,
    output: &mut Output,
) -> anyhow::Result<()> {
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        // Asked before reading: what is said at last is stored before the room is given back.
        let stored = store.room(room).await?;
        let served = stored.is_some_and(|room| room.owner.is_some());
        loop {
            let page = pages.next(u64::MAX).await?;
            if page.is_empty() {
                break;
            }
            let mut out = String::new();
            for entry in &page {
                transcript.add(entry, &mut out);
            }
            output.write(&out)?;
        }
        if !served {
            return Ok(());
        }
        tokio::select! {
            biased;
            interrupted = &mut interrupt => return interrupted.context("cannot take Ctrl-C"),
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
