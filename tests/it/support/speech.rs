//! People who speak: recordings of Debian's `pocketsphinx-testdata`, and `flite -voice slt`.

use std::{path::Path, process::Command, time::Duration};

use super::client::Client;

const RECORDINGS: &str = "/usr/share/pocketsphinx/test/data";

/// A recording of 16 kHz s16le samples: `goforward.raw` says "go forward ten meters".
pub fn recording(name: &str) -> Vec<u8> {
    let file = Path::new(RECORDINGS).join(name);
    std::fs::read(&file).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; apt-get install pocketsphinx-testdata",
            file.display()
        )
    })
}

/// `text` spoken by flite's slt: 16 kHz s16le samples.
pub fn spoken(text: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("speech.wav");
    let said = Command::new("flite")
        .args(["-voice", "slt", "-t", text, "-o"])
        .arg(&file)
        .status()
        .expect("flite is there; apt-get install flite");
    assert!(said.success());
    let (samples, rate) = interpres::audio::wav::decode(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(rate, 16_000);
    interpres::audio::pcm::to_bytes(&samples)
}

/// Silence of this length at 16 kHz.
pub fn silence(time: Duration) -> Vec<u8> {
    vec![0; time.as_millis() as usize * 32]
}

/// Sends audio at the pace at which it is spoken, 20 ms of 16 kHz at a time.
pub async fn speak(client: &mut Client, pcm: &[u8]) {
    speak_in_pieces(client, pcm, 640).await;
}

/// Sends this many bytes of audio every 20 ms.
pub async fn speak_in_pieces(client: &mut Client, pcm: &[u8], piece: usize) {
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    for frame in pcm.chunks(piece) {
        tick.tick().await;
        client.send_audio(frame.to_vec()).await;
    }
}
