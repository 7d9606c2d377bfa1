//! What a process holds, so that it can be said what it has kept of calls that are over.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Display},
    fs,
};

use anyhow::Context;

/// Files that the store's pool opens when it is busy for the first time: those of five connections, the log of each too.
const DATABASE_FILES: u64 = 10;

/// What the kernel says of a process, and what it says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Open descriptors by what they are (`socket`, `pipe`, `anon_inode:[eventfd]`, `file`).
    pub descriptors: BTreeMap<String, usize>,
    /// Processes below it, at any depth, those that ended and were not waited for included.
    pub children: usize,
    /// Threads.
    pub threads: usize,
    /// Resident memory, in bytes.
    pub resident: u64,
    /// Tasks of the runtime that carries calls, timers that wait included.
    pub tasks: u64,
    /// Actors that have not ended, by kind.
    pub actors: BTreeMap<String, u64>,
}

impl Holdings {
    /// Of this process, now.
    ///
    /// # Errors
    /// If there is no such process.
    pub fn of(pid: u32) -> anyhow::Result<Self> {
        let mut holdings = Self {
            children: below(pid)?,
            ..Self::default()
        };
        for entry in fs::read_dir(format!("/proc/{pid}/fd"))? {
            // One that is closed meanwhile is not held.
            let Ok(target) = fs::read_link(entry?.path()) else {
                continue;
            };
            let target = target.display().to_string();
            let kind = match target.split_once(":[") {
                Some((kind @ ("socket" | "pipe"), _)) => kind,
                _ if target.starts_with("anon_inode:") => &target,
                _ => "file",
            };
            *holdings.descriptors.entry(kind.to_owned()).or_default() += 1;
        }
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let field = |name: &str| -> anyhow::Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            Ok(number.context("a field of status")?.parse()?)
        };
        holdings.threads = field("Threads:")?.try_into()?;
        holdings.resident = field("VmRSS:")? * 1_024;
        Ok(holdings)
    }

    /// What is there now and was not there `before`, in words; memory only beyond `tolerance` bytes.
    pub fn beyond(&self, before: &Self, tolerance: u64) -> Vec<String> {
        let mut more = Vec::new();
        let mut compare = |what: &str, now: u64, then: u64| {
            let then = match what {
                "descriptors (file)" => then + DATABASE_FILES,
                _ => then,
            };
            if now > then {
                more.push(format!("{what}: {now}, {then} before"));
            }
        };
        for (kind, count) in &self.descriptors {
            let then = before.descriptors.get(kind).copied().unwrap_or_default();
            compare(&format!("descriptors ({kind})"), *count as u64, then as u64);
        }
        compare("children", self.children as u64, before.children as u64);
        compare("tasks", self.tasks, before.tasks);
        for (kind, count) in &self.actors {
            let then = before.actors.get(kind).copied().unwrap_or_default();
            compare(&format!("actors ({kind})"), *count, then);
        }
        if self.resident > before.resident + tolerance {
            more.push(format!(
                "memory: {} KiB, {} KiB before",
                self.resident / 1_024,
                before.resident / 1_024
            ));
        }
        more
    }
}

impl Display for Holdings {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let descriptors: usize = self.descriptors.values().sum();
        let actors: u64 = self.actors.values().sum();
        let mebibytes = self.resident as f64 / 1_048_576.0;
        write!(
            text,
            "{mebibytes:.1} MiB, {descriptors} fd, {} tasks, {actors} actors, {} threads, {} children",
            self.tasks, self.threads, self.children
        )
    }
}

/// How many processes there are below this one.
fn below(root: u32) -> anyhow::Result<usize> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid: u32| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            let (_, after_name) = stat.rsplit_once(')')?;
            Some((pid, after_name.split_whitespace().nth(1)?.parse().ok()?))
        })
        .collect();
    let mut family = BTreeSet::from([root]);
    loop {
        let before = family.len();
        for (pid, parent) in &parents {
            if family.contains(parent) {
                family.insert(*pid);
            }
        }
        if family.len() == before {
            return Ok(before - 1);
        }
    }
}
