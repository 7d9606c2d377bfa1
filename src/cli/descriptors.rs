//! How many files the process may open, and how many connections fit into that.

use interpres::http::system::Missing;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are kept for what is not a WebSocket: plain requests, child processes and their pipes, databases.
const RESERVED: u64 = 2_000;

/// Connections that are allowed even where the reserve leaves fewer, unless they would be more than half of all files.
const FEWEST: u64 = 100;

/// Raises the limit of open files as far as the system allows it, and gives it; nothing if there is none.
pub fn raise() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files could not be raised");
            limit.current
        }
    }
}

/// The connections that fit into so many files.
fn fitting(files: u64) -> u64 {
    let fewest = FEWEST.min(files / 2).max(1);
    files.saturating_sub(RESERVED).max(fewest)
}

/// Lowers the connections that are wanted to those that fit, and tells of it if it did.
pub fn fit(max_connections: &mut usize, files: Option<u64>) -> Option<Missing> {
    let files = files?;
    let fitting = fitting(files);
    let wanted = *max_connections;
    if wanted as u64 <= fitting {
        return None;
    }
    // Less than what was there, so it fits.
    *max_connections = fitting as usize;
    let enough = wanted as u64 + RESERVED;
    Some(Missing {
        what: format!(
            "this process may open {files} files, which is enough for {fitting} connections and not for the \
             {wanted} of server.max_connections; {fitting} is the limit now"
        ),
        remedy: format!(
            "allow {enough} files (ulimit -n {enough}, or LimitNOFILE={enough} in its systemd unit), or set \
             server.max_connections to {fitting} (WEBSOCKET_MAX_CONNECTIONS)"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_files_are_kept_back_and_some_connections_always_allowed() {
        for (files, connections) in [
            (1_048_576, 1_046_576),
            (20_000, 18_000),
            (3_000, 1_000),
            (2_101, 101),
            (2_100, 100),
            (2_000, 100),
            (1_024, 100),
            (150, 75),
            (1, 1),
        ] {
            assert_eq!(fitting(files), connections, "{files} files");
        }
    }

    #[test]
    fn connections_are_lowered_to_what_fits_and_both_numbers_told() {
        let mut connections = 10_000;
        assert_eq!(fit(&mut connections, None), None);
        assert_eq!(fit(&mut connections, Some(12_000)), None);
        assert_eq!(connections, 10_000);
        let told = fit(&mut connections, Some(3_000)).unwrap();
        assert_eq!(connections, 1_000);
        assert!(
            told.what.contains("10000") && told.what.contains("for 1000 connections"),
            "{told:?}"
        );
        assert!(told.remedy.contains("ulimit -n 12000"), "{told:?}");
    }
}
