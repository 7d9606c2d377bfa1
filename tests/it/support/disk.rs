//! A small real disk: ext4 in a file, mounted where only its keeper and the server see it. It can be filled, and fail.
//!
//! The keeper is a shell in a mount namespace of its own that waits for the end of a pipe. However this process ends,
//! the pipe ends with it, and with the last process in the namespace the mount goes.

use std::{
    fs,
    io::{BufRead as _, BufReader, ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

/// Of the disk, in bytes: room for a few thousand texts.
const SIZE: u64 = 12 << 20;

/// Where Debian keeps the programs below, which not everybody's path names.
const PROGRAMS: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// `$1` is the folder. Blocks are as large as on every larger disk. Nothing is kept back for root, whom the server may
/// run as. When the disk fails it is read-only from then on, as on most machines.
const KEEPER: &str = r#"
mkfs.ext4 -q -m 0 -b 4096 "$1/image" && mkdir "$1/disk" &&
  mount -o loop,errors=remount-ro "$1/image" "$1/disk" && echo mounted && exec cat >/dev/null
"#;

/// Tells ext4 that it found an error.
const FAIL: &str = r#"
device="$(findmnt --noheadings --output SOURCE "$1/disk")"
echo "the test says so" >"/sys/fs/ext4/${device#/dev/}/trigger_fs_error"
"#;

/// A disk that failed is to be checked before it can be written again. 1 says that something was put in order.
const REPAIR: &str = r#"
umount "$1/disk" && { e2fsck -fy "$1/image" >/dev/null 2>&1 || test $? = 1; } &&
  mount -o loop,errors=remount-ro "$1/image" "$1/disk"
"#;

/// A mounted disk, until this is dropped and its server has ended.
pub struct Disk {
    keeper: Child,
    folder: TempDir,
}

impl Disk {
    /// An empty disk.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::File::create(folder.path().join("image"))
            .and_then(|image| image.set_len(SIZE))
            .unwrap();
        let mut keeper = Command::new("unshare")
            .args(["--mount", "sh", "-c", KEEPER, "keeper"])
            .arg(folder.path())
            .env("PATH", PROGRAMS)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare, of the package util-linux");
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(
            line, "mounted\n",
            "this test mounts a disk of its own (ext4 on a loop device), for which it must run as root"
        );
        Self { keeper, folder }
    }

    /// What a program is to be started with so that it sees the disk.
    pub fn launcher(&self) -> Vec<String> {
        let namespace = format!("--mount=/proc/{}/ns/mnt", self.keeper.id());
        vec!["nsenter".into(), namespace, "--".into()]
    }

    /// Where the disk is for those who see it.
    pub fn place(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// Where the disk is for this process. SQLite finds its way out of here: it reads links as they are written.
    fn seen_from_here(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.keeper.id()));
        root.join(self.place().strip_prefix("/").unwrap())
    }

    /// Leaves no room for a single block.
    pub fn fill(&self) {
        let path = self.seen_from_here().join("filler");
        let mut filler = fs::File::create(path).unwrap();
        let mut size = 1 << 20;
        while size >= 1 << 10 {
            match filler
                .write_all(&vec![1; size])
                .and_then(|()| filler.sync_all())
            {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => size /= 2,
                Err(error) => panic!("the disk could not be filled: {error}"),
            }
        }
    }

    /// Frees what [`Self::fill`] took.
    pub fn free(&self) {
        fs::remove_file(self.seen_from_here().join("filler")).unwrap();
    }

    /// From here on nothing can be written, while what is open stays open.
    pub fn fail(&self) {
        self.run(FAIL);
    }

    /// Makes a disk that failed writable again, when nobody uses it any more.
    pub fn repair(&self) {
        self.run(REPAIR);
    }

    /// Copies the files of a folder on the disk to one that everybody sees.
    pub fn copy(&self, folder: &str, to: &Path) {
        for entry in fs::read_dir(self.seen_from_here().join(folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        }
    }

    fn run(&self, script: &str) {
        let launcher = self.launcher();
        let status = Command::new(&launcher[0])
            .args(&launcher[1..])
            .args(["sh", "-ec", script, "disk"])
            .arg(self.folder.path())
            .env("PATH", PROGRAMS)
            .status()
            .unwrap();
        assert!(status.success(), "{status}: {script}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}
