//! `/api/rooms/{id}/transcript`: what was said in a room, after it or while it goes on.

use std::time::Duration;

use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Data, Path, Query},
};
use bytes::Bytes;
use serde::Deserialize;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, MissedTickBehavior},
};
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, Ref, RefOr, Schema},
};

use super::{error::ApiError, ownership::may_read};
use crate::{
    actors::environment::Environment,
    domain::{
        access::{Access, Role},
        identity::RoomId,
        language::Language,
        room_log::LogEntry,
        transcript::{Format, Reading, Transcript},
    },
    store::{contract::StoreError, log_pages::LogPages},
};

/// Pieces that may wait for a client that reads slowly; the next one is not read from the store before.
const PIECES: usize = 2;

/// How often somebody who follows is shown that the connection lives: below the minute after which proxies give up.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How often it is looked whether something was stored late.
const BEAT: Duration = Duration::from_secs(1);

/// How long a slow store is waited for: what it has not committed by then, though it was said, is missing.
const COMMIT_PATIENCE: Duration = Duration::from_secs(2);

/// Which transcript.
#[derive(Deserialize, IntoParams)]
pub struct Which {
    /// What it is written as; JSON without it.
    #[param(inline, value_type = Option<Format>)]
    format: Option<String>,
    /// The reading of one who reads this language: what was said in it, and the translations of all else. Without it
    /// everything as it was said; in JSON also translations, and who came and went.
    #[param(value_type = Option<Language>)]
    lang: Option<String>,
    /// `1`: goes on while the room does, and ends with it. JSON is then a line for each message (NDJSON).
    follow: Option<String>,
}

/// A transcript as JSON. It is written piece by piece, so there is no value of it, only its schema.
enum TranscriptDocument {}

impl PartialSchema for TranscriptDocument {
    fn schema() -> RefOr<Schema> {
        // Made with the messages of the WebSocket; see `openapi`.
        let entries = ArrayBuilder::new().items(Ref::from_schema_name("LoggedMessage"));
        ObjectBuilder::new()
            .description(Some(
                "The room's messages as they were sent, in the order of their numbers.",
            ))
            .property("room_id", Ref::from_schema_name("RoomId"))
            .property("entries", entries)
            .required("room_id")
            .required("entries")
            .into()
    }
}

impl ToSchema for TranscriptDocument {}

/// What was said in a room: as JSON, WebVTT, SubRip or text, in one language or as it was said, after it or live.
#[utoipa::path(tag = "rooms", params(("id" = RoomId, Path, description = "The room"), Which), responses(
    (status = 200, description = "The transcript", content(
        (TranscriptDocument = "application/json"), (String = "application/x-ndjson"), (String = "text/vtt"),
        (String = "application/x-subrip"), (String = "text/plain"),
    )),
    (status = 400, description = "`invalid_format`, `invalid_language` or `invalid_follow`"),
    (status = 403, description = "It is for operators, and for clients with a session that is or was in the room"),
    (status = 404, description = "No such room is running or stored"),
))]
#[get("/api/rooms/{id}/transcript")]
pub async fn transcript(
    access: Access,
    environment: Data<Environment>,
    id: Path<String>,
    which: Query<Which>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Client)?;
    let room: RoomId = id.parse()?;
    let order = Order::try_from(which.into_inner())?;
    let archive = &environment.archive;
    // Only the number: whoever holds the log holds the room's lease.
    let published = archive.running_log(&room).map(|log| log.follow());
    if published.is_none() && archive.store().room(&room).await?.is_none() {
        return Err(ApiError::not_found(
            "room_not_found",
            format!("no room {room} is running or stored"),
        ));
    }
    may_read(&environment, &access, &room).await?;

    let transcript = Transcript::new(&room, order.format, order.reading.clone(), order.follow);
    let mut reader = Reader {
        pages: LogPages::new(archive.store().clone(), room.clone()),
        published,
    };
    reader.settle(&environment).await;
    // A store that does not work is told by a status, not by a body that breaks off.
    let first = reader.next().await?;
    let (pieces, body) = mpsc::channel(PIECES);
    let writer = Writer {
        environment,
        transcript,
        reader,
        pieces,
        follow: order.follow,
    };
    actix_web::rt::spawn(writer.run(first));
    Ok(HttpResponse::Ok()
        .content_type(order.format.media_type(order.follow))
        .insert_header((header::CONTENT_DISPOSITION, order.disposition(&room)))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // What is followed must not wait in somebody's buffer: neither for compression nor in a proxy.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(ReceiverStream::new(body)))
}

/// What is asked for.
struct Order {
    format: Format,
    reading: Reading,
    follow: bool,
}

impl TryFrom<Which> for Order {
    type Error = ApiError;

    fn try_from(which: Which) -> Result<Self, ApiError> {
        let format = which.format.as_deref().unwrap_or("json").parse();
        let format: Format = format.map_err(|error: crate::domain::transcript::FormatError| {
            ApiError::bad_request("invalid_format", error.to_string())
        })?;
        let reading = match which.lang.as_deref().map(str::parse::<Language>) {
            None => Reading::Original,
            Some(Ok(language)) => Reading::In(language),
            Some(Err(error)) => {
                return Err(ApiError::bad_request("invalid_language", error.to_string()));
            }
        };
        let follow = match which.follow.as_deref() {
            None | Some("0" | "false") => false,
            Some("1" | "true") => true,
            Some(_) => {
                return Err(ApiError::bad_request("invalid_follow", "follow is 1 or 0"));
            }
        };
        Ok(Self {
            format,
            reading,
            follow,
        })
    }
}

impl Order {
    /// An id and a language tag have no character that would need quoting.
    fn disposition(&self, room: &RoomId) -> String {
        let language = match &self.reading {
            Reading::Original => String::new(),
            Reading::In(language) => format!(".{language}"),
        };
        let (kind, ending) = match (self.follow, self.format) {
            (true, Format::Json) => ("inline", "ndjson"),
            (true, format) => ("inline", format.name()),
            (false, format) => ("attachment", format.name()),
        };
        format!("{kind}; filename=\"{room}{language}.{ending}\"")
    }
}

/// Reads what has been published so far: in a room that runs a number may be stored and not have been sent yet.
struct Reader {
    pages: LogPages,
    published: Option<watch::Receiver<u64>>,
}

impl Reader {
    /// Waits until what was said so far in a room that runs is stored.
    async fn settle(&self, environment: &Environment) {
        if self.published.is_some() {
            let deadline = Instant::now() + COMMIT_PATIENCE;
            // A store that is later than that is told by `durable:false`, and read as it is.
            let _ = environment.archive.recorder().flush(deadline).await;
        }
    }

    async fn next(&mut self) -> Result<Vec<LogEntry>, StoreError> {
        let published = self.published.as_mut();
        let up_to = published.map_or(u64::MAX, |published| *published.borrow_and_update());
        self.pages.next(up_to).await
    }
}

/// Writes a transcript into a response, as fast as the client reads it.
struct Writer {
    environment: Data<Environment>,
    transcript: Transcript,
    reader: Reader,
    pieces: mpsc::Sender<Result<Bytes, StoreError>>,
    follow: bool,
}

/// The client has gone, or was told of a failure.
struct Over;

impl Writer {
    async fn run(mut self, first: Vec<LogEntry>) {
        // A client that has gone needs no further word.
        let _ = self.write(first).await;
    }

    async fn write(&mut self, first: Vec<LogEntry>) -> Result<(), Over> {
        let mut out = String::new();
        self.transcript.begin(&mut out);
        self.write_pages(first, out).await?;
        if self.follow && self.reader.published.is_some() {
            let mut out = String::new();
            self.transcript.go_live(&mut out);
            self.send(out).await?;
            self.keep_up().await?;
        }
        let mut out = String::new();
        self.transcript.end(&mut out);
        self.send(out).await
    }

    /// Writes this page and all that come after it for now, behind what stands in `out`.
    async fn write_pages(&mut self, mut page: Vec<LogEntry>, mut out: String) -> Result<(), Over> {
        loop {
            for entry in &page {
                self.transcript.add(entry, &mut out);
            }
            self.send(std::mem::take(&mut out)).await?;
            if page.is_empty() {
                return Ok(());
            }
            page = self.read().await?;
        }
    }

    /// Writes what is said, until the room ends; when the server goes down, that is after its last words.
    async fn keep_up(&mut self) -> Result<(), Over> {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut written_at = Instant::now();
        loop {
            let ended = match &mut self.reader.published {
                Some(published) => tokio::select! {
                    biased;
                    () = self.pieces.closed() => return Err(Over),
                    changed = published.changed() => changed.is_err(),
                    _ = beat.tick() => false,
                },
                None => true,
            };
            if ended {
                self.reader.settle(&self.environment).await;
            }
            let page = self.read().await?;
            if !page.is_empty() {
                written_at = Instant::now();
                self.write_pages(page, String::new()).await?;
            }
            if ended {
                return Ok(());
            }
            if written_at.elapsed() >= KEEP_ALIVE {
                written_at = Instant::now();
                let mut out = String::new();
                self.transcript.keep_alive(&mut out);
                self.send(out).await?;
            }
        }
    }

    /// A failure cuts the response off, so that nobody takes what came for all there is.
    async fn read(&mut self) -> Result<Vec<LogEntry>, Over> {
        match self.reader.next().await {
            Ok(page) => Ok(page),
            Err(error) => {
                tracing::warn!(%error, "a transcript broke off");
                let _ = self.pieces.send(Err(error)).await;
                Err(Over)
            }
        }
    }

    async fn send(&self, out: String) -> Result<(), Over> {
        if out.is_empty() {
            return Ok(());
        }
        self.pieces.send(Ok(out.into())).await.map_err(|_| Over)
    }
}
