//! Keys that the server makes for itself and keeps in the data folder, readable by its own user only.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rand::TryRng as _;
use secrecy::SecretString;

use super::error::SettingsError;

/// A key as it lies in its file.
#[derive(Debug, Clone)]
pub struct KeyFile {
    /// The key: 64 hexadecimal digits if it was made here.
    pub key: SecretString,
    /// Where it lies.
    pub path: PathBuf,
    /// Whether it was made just now.
    pub made: bool,
}

/// Bytes of a made key: as many as SHA-256, which signs with it, puts out.
const KEY_BYTES: usize = 32;

/// The key in `data_dir`/`name`; makes the folder and a random key (mode 0600) where there is none.
///
/// # Errors
/// [`SettingsError::KeyFile`] if the file cannot be read or written, is empty, or is readable by others.
pub fn read_or_create(data_dir: &Path, name: &str) -> Result<KeyFile, SettingsError> {
    let path = data_dir.join(name);
    let failed = |what: &str| SettingsError::KeyFile {
        path: path.clone(),
        reason: what.to_owned(),
    };
    fs::create_dir_all(data_dir)
        .map_err(|error| failed(&format!("its folder cannot be made: {error}")))?;
    // Made under another name and linked, so that a server killed while writing never leaves half a key, and of two
    // servers that start at once both use the one that came first.
    let made = match fs::metadata(&path) {
        Ok(_) => false,
        Err(error) if error.kind() == ErrorKind::NotFound => create(data_dir, name)
            .map_err(|error| failed(&format!("cannot be written: {error}")))?,
        Err(error) => return Err(failed(&format!("cannot be read: {error}"))),
    };
    let mut text = String::new();
    let mut file =
        File::open(&path).map_err(|error| failed(&format!("cannot be read: {error}")))?;
    file.read_to_string(&mut text)
        .map_err(|error| failed(&format!("cannot be read: {error}")))?;
    let mode = file
        .metadata()
        .map_err(|error| failed(&format!("cannot be read: {error}")))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(failed(
            "is readable by other users; run chmod 600 on it, or remove it to have a new one made",
        ));
    }
    match text.trim() {
        "" => Err(failed("is empty; remove it to have a new one made")),
        key => Ok(KeyFile {
            key: key.to_owned().into(),
            path: path.clone(),
            made,
        }),
    }
}

/// Whether this call made the key; false if another process was faster.
fn create(data_dir: &Path, name: &str) -> std::io::Result<bool> {
    let mut bytes = [0; KEY_BYTES];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(std::io::Error::other)?;
    let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let draft = data_dir.join(format!("{name}.{}.draft", uuid::Uuid::now_v7()));
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file| {
            file.write_all(key.as_bytes())?;
            file.sync_all()?;
            match fs::hard_link(&draft, data_dir.join(name)) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
                linked => linked.map(|()| true),
            }
        });
    let removed = fs::remove_file(&draft);
    let made = written?;
    removed.map(|()| made)
}
