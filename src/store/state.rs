//! How the store does, in words for alerts, metrics and people.

/// How the store does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreState {
    /// It commits in time.
    Healthy,
    /// It commits, and takes longer than [`PATIENCE`](super::recorder::PATIENCE).
    Slow,
    /// It does not commit. In its own words, why.
    Failing(String),
}

impl StoreState {
    /// A stable word for alerts and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Healthy => "store_healthy",
            Self::Slow => "store_slow",
            Self::Failing(_) => "store_failing",
        }
    }

    /// What to do about it, for people; nothing while it works.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Healthy => "",
            Self::Slow => {
                "see what keeps the disk of the data folder or the database server busy; nothing is lost yet"
            }
            Self::Failing(_) => {
                "see that the disk of the data folder has room, or that the database server answers; what waits is \
                 stored as soon as it works again"
            }
        }
    }
}

impl std::fmt::Display for StoreState {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Healthy => out.write_str("the store works"),
            Self::Slow => out.write_str(
                "the store is slow; what is said may be passed on before it is stored (durable:false)",
            ),
            Self::Failing(cause) => write!(
                out,
                "the store does not work, and what is said is passed on without being stored (durable:false): {cause}"
            ),
        }
    }
}
