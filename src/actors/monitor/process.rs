//! What this process uses, as the system tells: three system calls and a file of the kernel's own that is never on a
//! disk, some ten microseconds together, so that an actor may read it on its thread.

use std::{fs, time::Duration};

use rustix::{
    param::page_size,
    process::{Resource, getrlimit},
    time::{ClockId, clock_gettime},
};

/// What this process uses, its child processes not counted.
pub(super) struct Usage {
    /// Time on processors since the start.
    pub(super) cpu: Duration,
    /// Resident memory in bytes; 0 where the system does not tell.
    pub(super) memory: u64,
    /// Files that are open and may be, where the system tells.
    pub(super) files: Option<(u64, u64)>,
}

/// Asks the system.
pub(super) fn usage() -> Usage {
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    Usage {
        cpu: Duration::try_from(cpu).unwrap_or_default(),
        memory: memory().unwrap_or(0),
        files: files(),
    }
}

/// The second number of `statm` is in pages (proc_pid_statm(5)).
fn memory() -> Option<u64> {
    let told = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = told.split(' ').nth(1)?.parse().ok()?;
    Some(pages * page_size() as u64)
}

/// Since Linux 6.2 the size of this folder is the number of open files; before it is 0, and counting them one by one is
/// too dear with ten thousand connections.
fn files() -> Option<(u64, u64)> {
    let open = fs::metadata("/proc/self/fd").ok()?.len();
    let most = getrlimit(Resource::Nofile).current?;
    (open > 0).then_some((open, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_what_is_used() {
        let before = usage();
        let mut spent: u64 = 0;
        while usage().cpu < before.cpu + Duration::from_millis(20) {
            spent = spent.wrapping_add(1);
        }
        assert!(spent > 0, "time on a processor is counted");
        let held = vec![1_u8; 64 << 20];
        assert!(
            usage().memory >= before.memory + (held.len() as u64) / 2,
            "memory too"
        );
        let opened: Vec<_> = (0..10)
            .map(|_| fs::File::open("/proc/self/statm").unwrap())
            .collect();
        if let (Some((first, most)), Some((now, _))) = (before.files, files()) {
            assert!(
                now >= first.min(10) && now <= most,
                "{now} of {most} with {}",
                opened.len()
            );
        }
    }
}
