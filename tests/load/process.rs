//! What the kernel says about a process.

use std::{fs, time::Duration};

use anyhow::{Context, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Resident memory in bytes (`Rss` of `/proc/PID/smaps_rollup`): what the process holds, not what the kernel holds for
/// its connections.
pub fn resident(pid: u32) -> anyhow::Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let kilobytes = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Rss:")?.trim().strip_suffix("kB"))
        .context("smaps_rollup has a line Rss")?;
    Ok(kilobytes.trim().parse::<u64>()? * 1024)
}

/// Time all living threads of the process have run so far, in user mode and for it in the kernel
/// (`/proc/PID/task/*/schedstat`, nanoseconds).
pub fn processor_time(pid: u32) -> anyhow::Result<Duration> {
    let mut total = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let times = fs::read_to_string(task?.path().join("schedstat"))?;
        let running = times
            .split(' ')
            .next()
            .context("schedstat has a first field")?;
        total += running.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(total))
}

/// The most files a process may be allowed to open here, 20,000 at most: what the measurements are defined for.
pub fn raise_file_limit() -> anyhow::Result<()> {
    const WANTED: u64 = 20_000;
    let limit = getrlimit(Resource::Nofile);
    let allowed = limit.maximum.unwrap_or(WANTED).min(WANTED);
    ensure!(
        allowed == WANTED,
        "ulimit -n is {allowed} at most; {WANTED} are needed"
    );
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(WANTED),
            maximum: Some(WANTED),
        },
    )?;
    Ok(())
}
