//! Opening the database of the settings, and saying what to do when it does not open.

use std::{
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::Arc,
};

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{
    migrate::MigrateError,
    postgres::{PgConnectOptions, PgDatabaseError},
};

use super::{
    contract::Store,
    memory::MemoryStore,
    postgres::PostgresDatabase,
    record::NodeId,
    sql::{database::SqlStore, fault::cause},
    sqlite::SqliteDatabase,
};

/// The database in the data folder, where none is set.
pub const FILE: &str = "interpres.db";

/// Why a database does not open. Never shows a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The address is none.
    #[error(
        "store.url (DATABASE_URL) is not the address of a database; write postgres://USER:PASSWORD@HOST/NAME, sqlite://FILE or memory:"
    )]
    Address,
    /// The folder of the file cannot be used.
    #[error(
        "the folder {path} cannot hold the database ({cause}); make it writable for the user that runs this server, or choose another with data.dir (DATA_DIR)",
        path = path.display()
    )]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// The file cannot be used.
    #[error(
        "the database {path} cannot be opened ({cause}); see that it is a database of this server and that its user may write it, or choose another with store.url (DATABASE_URL)",
        path = path.display()
    )]
    File {
        /// Which.
        path: PathBuf,
        /// What the system or the database said.
        cause: String,
    },
    /// A newer version has changed the tables.
    #[error(
        "the database was written by a newer version of this server (it has step {step} of its tables, which this version does not know); start that version, or go back to a backup from before it"
    )]
    Newer {
        /// The first step that is not known.
        step: i64,
    },
    /// The tables were made by something else than this server's releases.
    #[error(
        "step {step} of the tables in the database is not this server's; use a database of its own"
    )]
    Foreign {
        /// Which step.
        step: i64,
    },
    /// Nobody answers.
    #[error(
        "the database server at {host} cannot be reached ({cause}); start it, or correct store.url (DATABASE_URL)"
    )]
    Away {
        /// Host and port.
        host: String,
        /// What the system said.
        cause: String,
    },
    /// The server does not let this user in.
    #[error(
        "the database server at {host} does not let the user {user} in ({cause}); correct the name and password in store.url (DATABASE_URL)"
    )]
    Login {
        /// Host and port.
        host: String,
        /// The name that was given.
        user: String,
        /// What the server said.
        cause: String,
    },
    /// The server has no such database.
    #[error(
        "the database server at {host} has no database {name:?}; make it (createdb {name}), or correct store.url (DATABASE_URL)"
    )]
    NoDatabase {
        /// Host and port.
        host: String,
        /// The name that was given.
        name: String,
    },
    /// The server answers and it does not work.
    #[error("the database at {host} does not work ({cause})")]
    Server {
        /// Host and port.
        host: String,
        /// What the server said.
        cause: String,
    },
}

impl OpenError {
    /// Why the tables could not be brought to what this version needs.
    pub(super) fn of_migration(
        error: MigrateError,
        other: impl FnOnce(&sqlx::Error) -> Self,
    ) -> Self {
        match error {
            MigrateError::VersionMissing(step) => Self::Newer { step },
            MigrateError::VersionMismatch(step) | MigrateError::Dirty(step) => {
                Self::Foreign { step }
            }
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
                other(&error)
            }
            error => other(&sqlx::Error::Migrate(Box::new(error))),
        }
    }

    /// Why a server could not be used.
    pub(super) fn of_server(error: &sqlx::Error, options: &PgConnectOptions) -> Self {
        let host = match options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => format!("{}:{}", options.get_host(), options.get_port()),
        };
        let cause = cause(error);
        let user = options.get_username();
        let code = match error {
            sqlx::Error::Database(error) => error
                .try_downcast_ref::<PgDatabaseError>()
                .map(PgDatabaseError::code),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut => {
                return Self::Away { host, cause };
            }
            _ => None,
        };
        match code {
            // Class 28, and 42501: no permission.
            Some(code) if code.starts_with("28") || code == "42501" => Self::Login {
                host,
                user: user.to_owned(),
                cause,
            },
            Some("3D000") => Self::NoDatabase {
                host,
                name: options.get_database().unwrap_or(user).to_owned(),
            },
            // Starting, stopping, no more connections.
            Some(code) if code.starts_with("57P") || code.starts_with("53") => {
                Self::Away { host, cause }
            }
            _ => Self::Server { host, cause },
        }
    }
}

/// Opens the database of this address, or else the file in the data folder, for this node. All its work is done on the
/// runtime on which this is called.
///
/// # Errors
/// [`OpenError`], in words for people.
pub async fn open(
    url: Option<&SecretString>,
    data_dir: &Path,
    node: &NodeId,
) -> Result<Arc<dyn Store>, OpenError> {
    let Some(url) = url.map(|url| url.expose_secret()) else {
        let database = SqliteDatabase::open(&data_dir.join(FILE), node).await?;
        return Ok(Arc::new(SqlStore::new(database)));
    };
    if url == "memory:" {
        return Ok(Arc::new(MemoryStore::default()));
    }
    if let Some(file) = url.strip_prefix("sqlite://") {
        let database = SqliteDatabase::open(Path::new(file), node).await?;
        return Ok(Arc::new(SqlStore::new(database)));
    }
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(OpenError::Address);
    }
    // Its own words may show the address.
    let options = PgConnectOptions::from_str(url).map_err(|_| OpenError::Address)?;
    let database = PostgresDatabase::open(options, node).await?;
    Ok(Arc::new(SqlStore::new(database)))
}
