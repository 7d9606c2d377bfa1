//! The sign of life of a server process beside a SQLite file: a lock on a file of its own, which the operating system
//! frees when the process ends, however it ends.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use parking_lot::Mutex;

use super::record::NodeId;

/// What the files of nodes end with.
const ENDING: &str = "lock";

/// Locked while a process opens the database, so that no two of them make it, and none takes the file of one that has
/// made it and not yet locked it for that of a dead one.
const OPENING: &str = "opening";

/// The folder in which each process holds a lock on a file of its own.
pub struct NodeLocks {
    folder: PathBuf,
    own: NodeId,
    held: Mutex<Option<File>>,
}

/// The right to open the database, until it is dropped.
pub struct OpeningTurn {
    _locked: File,
}

impl OpeningTurn {
    /// Takes it; `None` while another process has it.
    ///
    /// # Errors
    /// If the folder cannot be made or written.
    pub fn take(folder: &Path) -> io::Result<Option<Self>> {
        fs::create_dir_all(folder)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(OPENING))?;
        Ok(lock(&file)?.then_some(Self { _locked: file }))
    }
}

impl NodeLocks {
    /// Shows that this node lives, and removes what dead ones left.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn take(folder: PathBuf, own: NodeId, _turn: &OpeningTurn) -> io::Result<Self> {
        remove_stale(&folder)?;
        let file = File::create(file_of(&folder, &own))?;
        if !lock(&file)? {
            return Err(io::Error::other("another process has the name of this one"));
        }
        Ok(Self {
            folder,
            own,
            held: Mutex::new(Some(file)),
        })
    }

    /// Whether the process of this node lives.
    ///
    /// # Errors
    /// If its file cannot be looked at.
    pub fn is_alive(&self, node: &NodeId) -> io::Result<bool> {
        if *node == self.own {
            return Ok(self.held.lock().is_some());
        }
        let file = match File::open(file_of(&self.folder, node)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        // Shared: two that look at the same time do not take each other for its owner.
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// From here on this node counts as dead.
    pub fn release(&self) {
        if self.held.lock().take().is_some() {
            // Left behind it is a file that nobody locks, which says the same.
            let _ = fs::remove_file(file_of(&self.folder, &self.own));
        }
    }
}

fn file_of(folder: &Path, node: &NodeId) -> PathBuf {
    folder.join(format!("{node}.{ENDING}"))
}

/// Whether it was to be had at once.
fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn remove_stale(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != ENDING) {
            continue;
        }
        // One that belongs to somebody else, or is gone by now, is none of ours to remove.
        let Ok(file) = OpenOptions::new().write(true).open(&path) else {
            continue;
        };
        if lock(&file)? {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node() -> NodeId {
        uuid::Uuid::now_v7().into()
    }

    fn take(folder: &Path, node: &NodeId) -> NodeLocks {
        let turn = OpeningTurn::take(folder).unwrap().unwrap();
        NodeLocks::take(folder.to_owned(), node.clone(), &turn).unwrap()
    }

    #[test]
    fn a_node_lives_as_long_as_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (node(), node());
        let locks = take(folder.path(), &one);
        let others = take(folder.path(), &other);
        assert!(locks.is_alive(&other).unwrap());
        assert!(others.is_alive(&one).unwrap());
        drop(others);
        assert!(!locks.is_alive(&other).unwrap());
        assert!(!locks.is_alive(&node()).unwrap());
        locks.release();
        assert!(!locks.is_alive(&one).unwrap());
    }

    #[test]
    fn files_of_the_dead_are_removed_and_those_of_the_living_stay() {
        let folder = tempfile::tempdir().unwrap();
        let (living, dead) = (node(), node());
        let locks = take(folder.path(), &living);
        drop(take(folder.path(), &dead));
        assert!(file_of(folder.path(), &dead).exists());
        let _third = take(folder.path(), &node());
        assert!(!file_of(folder.path(), &dead).exists());
        assert!(file_of(folder.path(), &living).exists());
        drop(locks);
    }

    #[test]
    fn one_opens_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let turn = OpeningTurn::take(folder.path()).unwrap();
        assert!(turn.is_some());
        assert!(OpeningTurn::take(folder.path()).unwrap().is_none());
        drop(turn);
        assert!(OpeningTurn::take(folder.path()).unwrap().is_some());
    }
}
