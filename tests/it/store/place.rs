//! Where a store lies, so that it can be opened, closed and opened again, by one process or several.

use std::{path::Path, sync::Arc};

use interpres::store::{
    contract::Store,
    memory::MemoryStore,
    open::open,
    record::{NodeId, Outcome, Write},
};
use secrecy::SecretString;
use tempfile::TempDir;

use crate::support::postgres::Postgres;

/// A place for one store.
pub enum Place {
    /// In memory: opened again it is the same.
    Memory(Arc<MemoryStore>),
    /// A folder with a SQLite file.
    Sqlite(TempDir),
    /// A database of PostgreSQL.
    Postgres(String),
}

/// An opened store, and for whom it was opened.
pub struct Opened {
    pub store: Arc<dyn Store>,
    pub node: NodeId,
}

impl Place {
    pub fn memory() -> Self {
        Self::Memory(Arc::default())
    }

    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub async fn postgres() -> Self {
        Self::Postgres(Postgres::database().await)
    }

    /// Opens it as a new process would.
    pub async fn open(&self) -> Opened {
        let node = new_node();
        let store: Arc<dyn Store> = match self {
            Self::Memory(store) => Arc::clone(store) as _,
            Self::Sqlite(folder) => open(None, folder.path(), &node).await.unwrap(),
            Self::Postgres(url) => {
                let url = SecretString::from(url.clone());
                open(Some(&url), Path::new("/nowhere"), &node)
                    .await
                    .unwrap()
            }
        };
        Opened { store, node }
    }

    /// How a server is told to use it. Not for memory.
    pub fn address(&self) -> String {
        match self {
            Self::Memory(_) => "memory:".into(),
            Self::Sqlite(folder) => {
                format!("sqlite://{}", folder.path().join("interpres.db").display())
            }
            Self::Postgres(url) => url.clone(),
        }
    }
}

impl Opened {
    /// Commits one write.
    pub async fn write(&self, write: Write) -> Outcome {
        let mut outcomes = self.store.commit(&[write]).await.unwrap();
        assert_eq!(outcomes.len(), 1);
        outcomes.remove(0)
    }
}

pub fn new_node() -> NodeId {
    uuid::Uuid::now_v7().into()
}
