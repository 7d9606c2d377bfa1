//! SQLite: one file, one connection that writes, a few that read, in this process.

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use sqlx::{
    ConnectOptions as _, Connection as _, Sqlite, SqliteConnection, SqlitePool,
    migrate::Migrator,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::{sync::Mutex, time::Instant};

use super::{
    contract::StoreError,
    node_lock::{NodeLocks, OpeningTurn},
    open::OpenError,
    record::{NodeId, Outcome, Write},
    sql::{
        connection::{Connection as _, Statement},
        database::Database,
        fault::fault,
        write_all,
    },
};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// Beside the file: one lock for each process that uses it.
const NODES: &str = "nodes";

/// Connections that read; each is a thread.
const READERS: u32 = 4;

/// How long another process may keep us from writing, or reading ones from emptying the journal.
const BUSY: Duration = Duration::from_secs(5);

/// How long another process may take to open the database.
const OPENING: Duration = Duration::from_secs(20);
const OPENING_PAUSE: Duration = Duration::from_millis(20);

/// What SQLite takes a file system to give out at once: it writes one byte in each 4 KiB of its shared memory file and
/// relies on the rest. With smaller blocks a full disk ends the process by SIGBUS at the next start.
const SAFE_BLOCK: u64 = 4096;

/// What is left of the journal's file after it was emptied: it is written from its beginning then, and need not grow.
/// At four times what it grows to between two checkpoints (1,000 pages of 4 KiB).
const JOURNAL_BYTES: &str = "16777216";

/// Memory for pages per connection, in KiB, negative as SQLite wants it.
const CACHE_KIB: &str = "-2048";

/// The database in a file.
pub struct SqliteDatabase {
    file: PathBuf,
    /// Device and number of the file that was opened.
    identity: (u64, u64),
    writing: SqliteConnectOptions,
    writer: Mutex<Writer>,
    readers: SqlitePool,
    nodes: NodeLocks,
}

/// Says so where a full disk would end the process.
fn warn_of_small_blocks(folder: &Path) {
    match rustix::fs::statvfs(folder) {
        Ok(system) if system.f_frsize < SAFE_BLOCK => tracing::warn!(
            folder = %folder.display(),
            block_bytes = system.f_frsize,
            "the file system of the database has blocks smaller than 4096 bytes: should it ever be full, a start may \
             fail; move it to one made with 4096 (mkfs.ext4 -b 4096) by data.dir (DATA_DIR)"
        ),
        Ok(_) => {}
        Err(error) => {
            tracing::debug!(%error, "the file system of the database tells nothing of its blocks")
        }
    }
}

enum Writer {
    Ready(SqliteConnection),
    /// Not opened, or given up after a failure.
    Absent,
    Closed,
}

impl SqliteDatabase {
    /// Opens the database in this file, made with its folder where there is none, for this node.
    ///
    /// # Errors
    /// In words for people.
    pub async fn open(file: &Path, node: &NodeId) -> Result<Self, OpenError> {
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let in_folder = |error: std::io::Error| OpenError::Folder {
            path: folder.to_owned(),
            cause: error.to_string(),
        };
        let nodes = folder.join(NODES);
        let turn = opening_turn(&nodes, in_folder).await?;
        let node_locks = NodeLocks::take(nodes, node.clone(), &turn).map_err(in_folder)?;
        make(file).map_err(|error| OpenError::File {
            path: file.to_owned(),
            cause: error.to_string(),
        })?;
        let failed = |error: &sqlx::Error| OpenError::File {
            path: file.to_owned(),
            cause: super::sql::fault::cause(error),
        };
        warn_of_small_blocks(folder);
        let options = SqliteConnectOptions::new()
            .filename(file)
            .busy_timeout(BUSY)
            .foreign_keys(false)
            .pragma("cache_size", CACHE_KIB)
            .disable_statement_logging();
        let writing = options
            .clone()
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "ON")
            .pragma("journal_size_limit", JOURNAL_BYTES);
        let mut writer = writing.connect().await.map_err(|error| failed(&error))?;
        MIGRATIONS
            .run_direct(None, &mut writer, false)
            .await
            .map_err(|error| OpenError::of_migration(error, failed))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY)
            .test_before_acquire(false)
            .connect_lazy_with(options.read_only(true));
        let identity = identity(file).map_err(|error| OpenError::File {
            path: file.to_owned(),
            cause: error.to_string(),
        })?;
        Ok(Self {
            file: file.to_owned(),
            identity,
            writing,
            writer: Mutex::new(Writer::Ready(writer)),
            readers,
            nodes: node_locks,
        })
    }

    /// SQLite goes on with a file that is no longer where it was, and what it writes is lost with it.
    fn check_file(&self) -> Result<(), StoreError> {
        // A look into the file system's cache: not worth a thread of its own.
        let cause = match identity(&self.file) {
            Ok(identity) if identity == self.identity => return Ok(()),
            Ok(_) => "was replaced by another; restart the server to use that one",
            Err(_) => "is gone; put it back, or restart the server to begin a new one",
        };
        Err(StoreError::Unavailable {
            doing: "looking for the database",
            cause: format!("the file {} {cause}", self.file.display()),
        })
    }

    /// Does something with the writing connection, which is opened at need, and given up when it does not work.
    async fn write<T>(
        &self,
        doing: &'static str,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut place = self.writer.lock().await;
        if matches!(*place, Writer::Closed) {
            return Err(closed());
        }
        self.check_file()?;
        // Not in its place while it is used: a connection that is dropped half way takes its transaction with it.
        let mut connection = match std::mem::replace(&mut *place, Writer::Absent) {
            Writer::Ready(connection) => connection,
            _ => {
                let connecting = self.writing.connect().await;
                connecting.map_err(|error| fault(doing, &error))?
            }
        };
        let done = work(&mut connection).await;
        if !matches!(done, Err(StoreError::Unavailable { .. })) {
            *place = Writer::Ready(connection);
        }
        done
    }
}

async fn opening_turn(
    nodes: &Path,
    in_folder: impl Fn(std::io::Error) -> OpenError,
) -> Result<OpeningTurn, OpenError> {
    let deadline = Instant::now() + OPENING;
    loop {
        if let Some(turn) = OpeningTurn::take(nodes).map_err(&in_folder)? {
            return Ok(turn);
        }
        if Instant::now() >= deadline {
            return Err(in_folder(std::io::Error::other(
                "another process has been opening the database for too long",
            )));
        }
        tokio::time::sleep(OPENING_PAUSE).await;
    }
}

/// Makes the file if there is none, for its own user only; SQLite makes those beside it like it.
fn make(file: &Path) -> std::io::Result<()> {
    let made = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(file);
    made.map(drop)
}

fn identity(file: &Path) -> std::io::Result<(u64, u64)> {
    let metadata = fs::metadata(file)?;
    Ok((metadata.dev(), metadata.ino()))
}

fn closed() -> StoreError {
    StoreError::Unavailable {
        doing: "writing",
        cause: "the store is closed".into(),
    }
}

const COMMITTING: &str = "committing";

async fn transact(
    connection: &mut SqliteConnection,
    writes: &[Write],
) -> Result<Vec<Outcome>, StoreError> {
    let failed = |error: sqlx::Error| fault(COMMITTING, &error);
    // From the beginning: a transaction that first reads and then writes can be refused in its middle.
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(failed)?;
    match write_all(&mut *transaction, writes).await {
        Ok(outcomes) => {
            transaction.commit().await.map_err(failed)?;
            Ok(outcomes)
        }
        Err(error) => match transaction.rollback().await {
            Ok(()) => Err(error),
            // SQLite may have rolled back by itself, as on a full disk, and calls our order a mistake then. Whatever it
            // calls it, this connection is given up and the group may be tried again on another.
            Err(_) => Err(StoreError::Unavailable {
                doing: COMMITTING,
                cause: error.to_string(),
            }),
        },
    }
}

#[async_trait]
impl Database for SqliteDatabase {
    type Connection = SqliteConnection;
    type Reader = PoolConnection<Sqlite>;
    const KIND: &'static str = "sqlite";

    async fn reader(&self) -> Result<Self::Reader, StoreError> {
        self.check_file()?;
        let reader = self.readers.acquire().await;
        reader.map_err(|error| fault("reading", &error))
    }

    async fn commit(&self, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        self.write(COMMITTING, async |connection| {
            transact(connection, writes).await
        })
        .await
    }

    async fn is_alive(&self, node: &NodeId) -> Result<bool, StoreError> {
        self.nodes
            .is_alive(node)
            .map_err(|error| StoreError::Unavailable {
                doing: "looking whether another server process lives",
                cause: error.to_string(),
            })
    }

    /// What is deleted is overwritten in the file itself (`secure_delete`); the journal still has it until it is
    /// emptied.
    async fn scrub(&self) -> Result<(), StoreError> {
        const DOING: &str = "emptying the journal";
        self.write(DOING, async |connection| {
            let emptying = Statement::new("PRAGMA wal_checkpoint(TRUNCATE)", []);
            let emptied: Option<(i64, i64, i64)> = connection
                .row(emptying)
                .await
                .map_err(|error| fault(DOING, &error))?;
            match emptied {
                Some((0, ..)) => Ok(()),
                _ => Err(StoreError::Unavailable {
                    doing: DOING,
                    cause: "it is being read".into(),
                }),
            }
        })
        .await
    }

    async fn close(&self) {
        let mut place = self.writer.lock().await;
        self.readers.close().await;
        if let Writer::Ready(writer) = std::mem::replace(&mut *place, Writer::Closed) {
            // What was committed is in the journal, and read from there at the next start.
            if let Err(error) = writer.close().await {
                tracing::warn!(cause = %error, "the database did not close well");
            }
        }
        self.nodes.release();
    }
}
