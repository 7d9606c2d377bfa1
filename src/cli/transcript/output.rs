//! Where a transcript is written: standard output, or a file that has its name only once it is whole.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::Context;

/// A transcript on its way out.
pub enum Output {
    /// To whoever reads our standard output.
    Standard,
    /// To a file.
    File(Whole),
}

/// A file under a name of its own beside the wanted one, removed unless it is finished.
pub struct Whole {
    file: File,
    partial: PathBuf,
    wanted: PathBuf,
}

impl Output {
    /// Opens standard output, or a file.
    ///
    /// # Errors
    /// If no file can be made there.
    pub fn open(wanted: Option<&Path>) -> anyhow::Result<Self> {
        let Some(wanted) = wanted else {
            return Ok(Self::Standard);
        };
        let name = wanted
            .file_name()
            .with_context(|| format!("{} is not the name of a file", wanted.display()))?;
        let mut partial = name.to_owned();
        partial.push(format!(".partial-{}", std::process::id()));
        let partial = wanted.with_file_name(partial);
        // What people said is for nobody else on this machine.
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&partial)
            .with_context(|| format!("cannot write {}", wanted.display()))?;
        Ok(Self::File(Whole {
            file,
            partial,
            wanted: wanted.to_owned(),
        }))
    }

    /// Writes a part, which whoever reads along has at once.
    ///
    /// # Errors
    /// If the disk is full, or nobody reads any more.
    pub fn write(&mut self, part: &str) -> anyhow::Result<()> {
        match self {
            Self::Standard => {
                let mut out = std::io::stdout().lock();
                let written = out.write_all(part.as_bytes()).and_then(|()| out.flush());
                written.map_err(|error| match error.kind() {
                    ErrorKind::BrokenPipe => {
                        anyhow::anyhow!("whoever read the transcript has gone")
                    }
                    _ => anyhow::anyhow!("cannot write to standard output: {error}"),
                })
            }
            Self::File(whole) => whole
                .file
                .write_all(part.as_bytes())
                .with_context(|| format!("cannot write {}", whole.wanted.display())),
        }
    }

    /// It is whole: the file gets its name.
    ///
    /// # Errors
    /// If the file cannot be written out, or not be given its name.
    pub fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Standard => Ok(()),
            Self::File(whole) => {
                let named = whole
                    .file
                    .sync_all()
                    .and_then(|()| fs::rename(&whole.partial, &whole.wanted));
                named.with_context(|| format!("cannot write {}", whole.wanted.display()))
            }
        }
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        // There is none once it has its name.
        let _ = fs::remove_file(&self.partial);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn a_file_that_is_not_finished_is_not_there_and_the_one_before_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("demo.vtt");
        fs::write(&wanted, "the one before").unwrap();
        let mut output = Output::open(Some(&wanted)).unwrap();
        output.write("WEBVTT\n").unwrap();
        assert_eq!(fs::read_to_string(&wanted).unwrap(), "the one before");
        drop(output);
        assert_eq!(names(folder.path()), ["demo.vtt"]);
        assert_eq!(fs::read_to_string(&wanted).unwrap(), "the one before");

        let mut output = Output::open(Some(&wanted)).unwrap();
        output.write("WEBVTT\n").unwrap();
        output.write("\n").unwrap();
        output.finish().unwrap();
        assert_eq!(names(folder.path()), ["demo.vtt"]);
        assert_eq!(fs::read_to_string(&wanted).unwrap(), "WEBVTT\n\n");
    }
}
