//! Hears by heart: for speech in a language that nobody here can write down, each utterance is the next line of a script.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::mpsc;

use crate::domain::engine::{
    STREAM_PLACES, TranscriptionInput, TranscriptionOutput, TranscriptionStream,
};

/// A script that all sessions of an emulator go through together.
#[derive(Debug, Clone)]
pub struct Prompter {
    lines: Arc<[String]>,
    next: Arc<AtomicUsize>,
}

impl Prompter {
    /// With these lines; empty ones are left out.
    pub fn new(script: &str) -> Self {
        let lines = script.lines().map(str::trim);
        Self {
            lines: lines
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
            next: Arc::default(),
        }
    }

    /// An ear for one session. What is said after the last line is not understood.
    pub fn listen(&self) -> TranscriptionStream {
        let (input, mut steps) = mpsc::channel(STREAM_PLACES);
        let (answers, output) = mpsc::channel(STREAM_PLACES);
        let prompter = self.clone();
        tokio::spawn(async move {
            let mut current = None;
            while let Some(step) = steps.recv().await {
                match step {
                    TranscriptionInput::Begin(utterance) => current = Some(utterance),
                    TranscriptionInput::Audio(_) => {}
                    TranscriptionInput::Abandon => current = None,
                    TranscriptionInput::End => {
                        let Some(utterance) = current.take() else {
                            continue;
                        };
                        let answer = TranscriptionOutput::Final {
                            utterance,
                            text: prompter.line(),
                            confidence: None,
                        };
                        if answers.send(answer).await.is_err() {
                            return;
                        }
                    }
                }
            }
        });
        TranscriptionStream { input, output }
    }

    fn line(&self) -> String {
        let line = self.next.fetch_add(1, Ordering::Relaxed);
        self.lines.get(line).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::UtteranceId;

    #[tokio::test]
    async fn each_utterance_is_the_next_line_whoever_says_it() {
        let prompter = Prompter::new("Hola.\n\n  Buenos días.\n");
        let mut heard = Vec::new();
        for _ in 0..3 {
            let mut stream = prompter.listen();
            let utterance = UtteranceId::from(uuid::Uuid::now_v7());
            for step in [
                TranscriptionInput::Begin(utterance.clone()),
                TranscriptionInput::Audio(vec![0; 640].into()),
                TranscriptionInput::End,
            ] {
                stream.input.send(step).await.unwrap();
            }
            match stream.output.recv().await.unwrap() {
                TranscriptionOutput::Final {
                    utterance: told,
                    text,
                    ..
                } => {
                    assert_eq!(told, utterance);
                    heard.push(text);
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(heard, ["Hola.", "Buenos días.", ""]);
    }
}
