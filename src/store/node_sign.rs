//! The sign of life of a server process in PostgreSQL: a lock of a connection of its own, which the database frees when
//! that connection ends.

use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::{
    sync::Mutex,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::record::NodeId;

/// How often it is looked whether the connection holds.
const CHECK: Duration = Duration::from_secs(1);

/// How long the database may take to answer on it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether nobody holds the lock of a node. When the database was started everybody has lost theirs, and is given five
/// times [`CHECK`] to take it again.
const IS_DEAD: &str = "SELECT pg_try_advisory_xact_lock_shared(hashtextextended($1, 0)) \
     AND now() - pg_postmaster_start_time() > interval '5 seconds'";

/// Held while this node lives.
pub struct NodeSign {
    stop: CancellationToken,
    keeping: Mutex<Option<JoinHandle<()>>>,
}

/// What is locked for a node: everybody who uses the database may lock numbers, so it is made from a text of ours.
fn key(node: &NodeId) -> String {
    format!("interpres/node/{node}")
}

impl NodeSign {
    /// Shows that this node lives.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn show(options: PgConnectOptions, node: &NodeId) -> Result<Self, sqlx::Error> {
        let key = key(node);
        let mut connection = options.connect().await?;
        take(&mut connection, &key).await?;
        let stop = CancellationToken::new();
        let keeping = tokio::spawn(keep(options, key, connection, stop.clone()));
        Ok(Self {
            stop,
            keeping: Mutex::new(Some(keeping)),
        })
    }

    /// Whether the process of this node lives, asked on another connection.
    ///
    /// # Errors
    /// If the database cannot be asked.
    pub async fn is_alive(
        connection: &mut PgConnection,
        node: &NodeId,
    ) -> Result<bool, sqlx::Error> {
        let dead: bool = sqlx::query_scalar(IS_DEAD)
            .bind(key(node))
            .fetch_one(connection)
            .await?;
        Ok(!dead)
    }

    /// From here on this node counts as dead.
    pub async fn give_up(&self) {
        self.stop.cancel();
        if let Some(keeping) = self.keeping.lock().await.take() {
            // It ends by itself; one that panicked holds no lock either.
            let _ = keeping.await;
        }
    }
}

impl Drop for NodeSign {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Waits for the lock: who looks whether we live holds it for a moment, and a former connection of ours until the
/// database finds it dead.
async fn take(connection: &mut PgConnection, key: &str) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_lock(hashtextextended($1, 0))")
        .bind(key)
        .execute(connection)
        .await
        .map(drop)
}

async fn keep(
    options: PgConnectOptions,
    key: String,
    mut connection: PgConnection,
    stop: CancellationToken,
) {
    let keeping = async {
        loop {
            sleep(CHECK).await;
            if matches!(timeout(PATIENCE, connection.ping()).await, Ok(Ok(()))) {
                continue;
            }
            tracing::warn!(
                "the connection that shows that this server lives is lost; making another"
            );
            connection = again(&options, &key).await;
        }
    };
    stop.run_until_cancelled(keeping).await;
    let ending = async {
        // Answered, and not only sent as the farewell is: whoever looks from here on finds the lock free.
        sqlx::raw_sql("SELECT pg_advisory_unlock_all()")
            .execute(&mut connection)
            .await?;
        connection.close().await
    };
    // Without an answer the database frees the lock when it finds the connection gone.
    let _ = timeout(PATIENCE, ending).await;
}

async fn again(options: &PgConnectOptions, key: &str) -> PgConnection {
    loop {
        let making = async {
            let mut connection = options.connect().await?;
            take(&mut connection, key).await?;
            Ok::<_, sqlx::Error>(connection)
        };
        if let Ok(Ok(connection)) = timeout(PATIENCE, making).await {
            return connection;
        }
        sleep(CHECK).await;
    }
}
