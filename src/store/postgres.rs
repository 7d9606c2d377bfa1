//! PostgreSQL: for several server processes, or for whoever has one anyway.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool, Postgres,
    migrate::Migrator,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::timeout;

use super::{
    contract::StoreError,
    node_sign::NodeSign,
    open::OpenError,
    record::{NodeId, Outcome, Write},
    sql::{
        database::Database,
        fault::{fault, was_in_the_way},
        turns, write_all,
    },
};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Writing has a connection of its own: it stands behind no reads, however many wait.
const WRITERS: u32 = 1;

/// Connections that read.
const READERS: u32 = 7;

/// How long to wait for a connection, a new one or one that is free.
const CONNECTING: Duration = Duration::from_secs(5);

/// How long a transaction may take. A dead network does not answer, and is not noticed otherwise.
const TRANSACTION: Duration = Duration::from_secs(20);

/// How often a group is tried, at once each time, when the server breaks it off in favour of another.
const ATTEMPTS: usize = 5;

/// How long making and changing the tables may take.
const MIGRATING: Duration = Duration::from_secs(120);

/// What each connection asks of the database: that no statement or lock takes for ever, and that a client of whom
/// nothing is heard, because its machine or network died, is gone after 25 s and its locks are free.
const SESSION: [(&str, &str); 7] = [
    ("statement_timeout", "15s"),
    ("lock_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "30s"),
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "25000"),
];

/// The tables in which something is erased.
const SCRUBBED: [&str; 4] = [
    "VACUUM sessions",
    "VACUUM rooms",
    "VACUUM room_log",
    "VACUUM usage",
];

/// The database behind an address.
pub struct PostgresDatabase {
    writer: PgPool,
    readers: PgPool,
    sign: NodeSign,
}

impl PostgresDatabase {
    /// Connects for this node.
    ///
    /// # Errors
    /// In words for people.
    pub async fn open(options: PgConnectOptions, node: &NodeId) -> Result<Self, OpenError> {
        let options = options
            .application_name("interpres")
            .options(SESSION)
            .disable_statement_logging();
        let failed = |error: &sqlx::Error| OpenError::of_server(error, &options);
        let opening = async {
            migrate(&options)
                .await
                .map_err(|error| OpenError::of_migration(error, failed))?;
            let sign = NodeSign::show(options.clone(), node).await;
            sign.map_err(|error| failed(&error))
        };
        let sign = timeout(MIGRATING, opening)
            .await
            .unwrap_or_else(|_| Err(failed(&sqlx::Error::PoolTimedOut)))?;
        let pool = |connections| {
            PgPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(CONNECTING)
                .connect_lazy_with(options.clone())
        };
        Ok(Self {
            writer: pool(WRITERS),
            readers: pool(READERS),
            sign,
        })
    }
}

const COMMITTING: &str = "committing";

impl PostgresDatabase {
    /// One transaction.
    async fn attempt(&self, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        let connection = self.writer.acquire().await;
        let mut connection = connection.map_err(|error| fault(COMMITTING, &error))?;
        let committed = timeout(TRANSACTION, transact(&mut connection, writes)).await;
        let committed = committed.unwrap_or_else(|_| {
            Err(StoreError::Unavailable {
                doing: COMMITTING,
                cause: format!("no answer within {} s", TRANSACTION.as_secs()),
            })
        });
        match &committed {
            Err(error) if was_in_the_way(error) => {}
            // Given up, so that the next commit makes another instead of waiting until this one is found dead.
            Err(StoreError::Unavailable { .. }) => drop(connection.detach()),
            _ => {}
        }
        committed
    }
}

async fn transact(
    connection: &mut PgConnection,
    writes: &[Write],
) -> Result<Vec<Outcome>, StoreError> {
    let failed = |error: sqlx::Error| fault(COMMITTING, &error);
    let mut transaction = connection.begin().await.map_err(failed)?;
    turns::take(&mut transaction, writes).await?;
    let outcomes = write_all(&mut *transaction, writes).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(outcomes)
}

/// On a connection of its own, with which its lock ends however this ends.
async fn migrate(options: &PgConnectOptions) -> Result<(), sqlx::migrate::MigrateError> {
    let connecting = timeout(CONNECTING, options.connect()).await;
    let mut connection = connecting.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    // Another process that starts may be at it, and a large table takes its time.
    sqlx::raw_sql("SET statement_timeout = 0; SET lock_timeout = 0")
        .execute(&mut connection)
        .await?;
    MIGRATIONS.run_direct(None, &mut connection, false).await?;
    // It has done its work.
    let _ = connection.close().await;
    Ok(())
}

#[async_trait]
impl Database for PostgresDatabase {
    type Connection = PgConnection;
    type Reader = PoolConnection<Postgres>;
    const KIND: &'static str = "postgresql";

    async fn reader(&self) -> Result<Self::Reader, StoreError> {
        let reader = self.readers.acquire().await;
        reader.map_err(|error| fault("connecting", &error))
    }

    async fn commit(&self, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        for _ in 1..ATTEMPTS {
            match self.attempt(writes).await {
                Err(error) if was_in_the_way(&error) => {}
                done => return done,
            }
        }
        self.attempt(writes).await
    }

    async fn is_alive(&self, node: &NodeId) -> Result<bool, StoreError> {
        let mut connection = self.reader().await?;
        let alive = NodeSign::is_alive(&mut connection, node).await;
        alive.map_err(|error| fault("looking whether another server process lives", &error))
    }

    /// The space of what was deleted is freed, to be written over. The database's own journal and backups are its
    /// operator's (docs/storage.md).
    async fn scrub(&self) -> Result<(), StoreError> {
        const DOING: &str = "freeing the space of what was erased";
        let connection = self.readers.acquire().await;
        // How long it takes depends on the table; the connection with this setting is not used for anything else.
        let mut connection = connection.map_err(|error| fault(DOING, &error))?.detach();
        let scrubbing = async {
            sqlx::raw_sql("SET statement_timeout = 0")
                .execute(&mut connection)
                .await?;
            for table in SCRUBBED {
                sqlx::raw_sql(table).execute(&mut connection).await?;
            }
            connection.close().await
        };
        scrubbing
            .await
            .map_err(|error: sqlx::Error| fault(DOING, &error))
    }

    async fn close(&self) {
        self.sign.give_up().await;
        self.writer.close().await;
        self.readers.close().await;
    }
}
