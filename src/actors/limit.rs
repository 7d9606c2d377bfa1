//! The limits that callers can meet, and how often each was met.

use std::sync::atomic::{AtomicU64, Ordering};

/// A limit that somebody met. `docs/limits.md` has its setting and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Connections in total.
    Connections,
    /// Connections from one address.
    ConnectionsPerAddress,
    /// Sockets attached to one session.
    SocketsPerSession,
    /// Text messages per second on a connection.
    MessageRate,
    /// Bytes per second on a connection: each time its reading pauses.
    ByteRate,
    /// The size of a message.
    MessageSize,
    /// HTTP requests per second from one address.
    RequestRate,
    /// Rooms in total.
    Rooms,
    /// Rooms that one subject reserved.
    RoomsPerSubject,
    /// Sessions that one owner has.
    SessionsPerOwner,
}

impl Limit {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 10] = [
        Self::Connections,
        Self::ConnectionsPerAddress,
        Self::SocketsPerSession,
        Self::MessageRate,
        Self::ByteRate,
        Self::MessageSize,
        Self::RequestRate,
        Self::Rooms,
        Self::RoomsPerSubject,
        Self::SessionsPerOwner,
    ];

    /// Its name in the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::ConnectionsPerAddress => "connections_per_address",
            Self::SocketsPerSession => "sockets_per_session",
            Self::MessageRate => "message_rate",
            Self::ByteRate => "byte_rate",
            Self::MessageSize => "message_size",
            Self::RequestRate => "request_rate",
            Self::Rooms => "rooms",
            Self::RoomsPerSubject => "rooms_per_subject",
            Self::SessionsPerOwner => "sessions_per_owner",
        }
    }
}

/// How often each limit was met since the start.
#[derive(Debug, Default)]
pub struct LimitsMet([AtomicU64; Limit::ALL.len()]);

impl LimitsMet {
    /// Notes that a limit was met.
    pub fn note(&self, limit: Limit) {
        self.0[limit as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often a limit was met.
    pub fn times(&self, limit: Limit) -> u64 {
        self.0[limit as usize].load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_counted_by_itself() {
        let met = LimitsMet::default();
        for (times, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(
                limit as usize, times,
                "the order of ALL is the declared one"
            );
            for _ in 0..times {
                met.note(limit);
            }
        }
        for (times, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(met.times(limit), times as u64, "{}", limit.name());
        }
    }
}
