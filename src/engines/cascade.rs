//! One engine made of a transcriber, a translator and a synthesizer.
//!
//! The transcription stream is the transcriber's own. The translation stream is made here: revisions that wait are
//! replaced by newer ones, finals are translated one after the other and never lost, and speech is made beside the
//! texts so that no text waits for a voice.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use tokio::{runtime::Handle, sync::mpsc};

use super::parts::{Synthesizer, Transcriber, Translator};
use crate::domain::{
    engine::{
        Engine, EngineError, EnginePart, EngineReport, STREAM_PLACES, TranscriptionRequest,
        TranscriptionStream, Translated, TranslationInput, TranslationOutput, TranslationRequest,
        TranslationStream, Trouble,
    },
    identity::UtteranceId,
    language::Language,
};

/// Finals that may wait for their translation before the stream's input is left to fill up, and finals that may wait
/// for their speech before texts wait too: a minute of hurried talk either way.
const WAITING_FINALS: usize = 32;

/// Three parts as one engine.
pub struct Cascade {
    name: &'static str,
    transcriber: Arc<dyn Transcriber>,
    translator: Arc<dyn Translator>,
    synthesizer: Arc<dyn Synthesizer>,
    io: Handle,
}

impl Cascade {
    /// Joins three parts under a name; the streams' tasks run on `io`.
    pub fn new(
        name: &'static str,
        transcriber: Arc<dyn Transcriber>,
        translator: Arc<dyn Translator>,
        synthesizer: Arc<dyn Synthesizer>,
        io: Handle,
    ) -> Self {
        Self {
            name,
            transcriber,
            translator,
            synthesizer,
            io,
        }
    }
}

#[async_trait]
impl Engine for Cascade {
    fn name(&self) -> &'static str {
        self.name
    }

    fn report(&self) -> EngineReport {
        let parts = self.parts();
        EngineReport {
            name: self.name.to_owned(),
            available: parts.iter().any(|part| part.available),
            parts,
            recognizes: self.transcriber.languages(),
            speaks: self.synthesizer.languages(),
            pairs: self.translator.pairs(),
            talkers: self.transcriber.talkers(),
            talker_limit: self.transcriber.talker_limit(),
            counted: BTreeMap::new(),
        }
    }

    fn parts(&self) -> Vec<EnginePart> {
        vec![
            self.transcriber.part(),
            self.translator.part(),
            self.synthesizer.part(),
        ]
    }

    fn lag(&self) -> Duration {
        self.transcriber.lag()
    }

    fn transcribes(&self, language: &Language) -> bool {
        self.transcriber.transcribes(language)
    }

    fn translates(&self, source: &Language, target: &Language) -> bool {
        self.translator.translates(source, target)
    }

    fn speaks(&self, language: &Language) -> bool {
        self.synthesizer.speaks(language)
    }

    async fn open_transcription(
        &self,
        request: TranscriptionRequest,
    ) -> Result<TranscriptionStream, EngineError> {
        self.transcriber.open(request).await
    }

    async fn open_translation(
        &self,
        request: TranslationRequest,
    ) -> Result<TranslationStream, EngineError> {
        if !self.translates(&request.source, &request.target) {
            return Err(no_route(&request.source, &request.target));
        }
        let (input, texts) = mpsc::channel(STREAM_PLACES);
        let (output, answers) = mpsc::channel(STREAM_PLACES);
        let (to_speak, spoken) = mpsc::channel(WAITING_FINALS);
        self.io.spawn(speak_finals(
            self.synthesizer.clone(),
            request.target.clone(),
            spoken,
            output.clone(),
        ));
        self.io.spawn(translate_texts(
            self.translator.clone(),
            request,
            texts,
            to_speak,
            output,
        ));
        Ok(TranslationStream {
            input,
            output: answers,
        })
    }

    async fn translate(
        &self,
        text: &str,
        source: &Language,
        target: &Language,
    ) -> Result<Translated, EngineError> {
        if !self.translates(source, target) {
            return Err(no_route(source, target));
        }
        self.translator.translate(text, source, target).await
    }
}

fn no_route(source: &Language, target: &Language) -> EngineError {
    EngineError::new(
        Trouble::Unsupported,
        format!("no translation from {source} to {target} is installed; see GET /api/languages"),
    )
}

/// One text that waits for its translation.
struct Waiting {
    utterance: UtteranceId,
    revision: u32,
    text: String,
    last: bool,
    speak: bool,
}

/// The texts that wait: finals in order, then at most one revision of the utterance that is being spoken.
#[derive(Default)]
struct Backlog {
    finals: VecDeque<Waiting>,
    newest: Option<Waiting>,
    /// The utterance of the latest final, whose late revisions are void.
    finished: Option<UtteranceId>,
}

impl Backlog {
    fn add(&mut self, input: TranslationInput) {
        let TranslationInput::Text {
            utterance,
            revision,
            text,
            last,
            speak,
        } = input;
        let waiting = Waiting {
            utterance,
            revision,
            text,
            last,
            speak,
        };
        if waiting.last {
            if self
                .newest
                .as_ref()
                .is_some_and(|newest| newest.utterance == waiting.utterance)
            {
                self.newest = None;
            }
            self.finished = Some(waiting.utterance.clone());
            self.finals.push_back(waiting);
        } else if self.finished.as_ref() != Some(&waiting.utterance) {
            self.newest = Some(waiting);
        }
    }

    fn has_place(&self) -> bool {
        self.finals.len() < WAITING_FINALS
    }

    fn next(&mut self) -> Option<Waiting> {
        self.finals.pop_front().or_else(|| self.newest.take())
    }
}

/// Translates what arrives until the input is closed and drained, or nobody reads the output any more.
async fn translate_texts(
    translator: Arc<dyn Translator>,
    request: TranslationRequest,
    mut texts: mpsc::Receiver<TranslationInput>,
    to_speak: mpsc::Sender<(UtteranceId, u32, String)>,
    output: mpsc::Sender<TranslationOutput>,
) {
    let mut backlog = Backlog::default();
    loop {
        while backlog.has_place() {
            match texts.try_recv() {
                Ok(text) => backlog.add(text),
                Err(_) => break,
            }
        }
        let Some(waiting) = backlog.next() else {
            match texts.recv().await {
                Some(text) => backlog.add(text),
                None => return,
            }
            continue;
        };
        let answer = if waiting.text.trim().is_empty() {
            Ok(Translated {
                text: String::new(),
                confidence: None,
                model: String::new(),
            })
        } else {
            tokio::select! {
                biased;
                () = output.closed() => return,
                answer = translator.translate(&waiting.text, &request.source, &request.target) => answer,
            }
        };
        let (message, speech) = match answer {
            Ok(translated) => {
                let speech = (waiting.last && waiting.speak).then(|| {
                    (
                        waiting.utterance.clone(),
                        waiting.revision,
                        translated.text.clone(),
                    )
                });
                let message = TranslationOutput::Text {
                    utterance: waiting.utterance,
                    revision: waiting.revision,
                    text: translated.text,
                    source_text: waiting.text,
                    last: waiting.last,
                    confidence: translated.confidence,
                };
                (message, speech)
            }
            Err(error) => {
                let message = TranslationOutput::Untranslated {
                    utterance: waiting.utterance,
                    revision: waiting.revision,
                    last: waiting.last,
                    error,
                };
                (message, None)
            }
        };
        if output.send(message).await.is_err() {
            return;
        }
        if let Some(speech) = speech
            && to_speak.send(speech).await.is_err()
        {
            return;
        }
    }
}

/// Speaks the finals, one after the other.
async fn speak_finals(
    synthesizer: Arc<dyn Synthesizer>,
    language: Language,
    mut finals: mpsc::Receiver<(UtteranceId, u32, String)>,
    output: mpsc::Sender<TranslationOutput>,
) {
    while let Some((utterance, revision, text)) = finals.recv().await {
        if !text.trim().is_empty()
            && let Err(error) = speak(&*synthesizer, &text, &language, &utterance, &output).await
        {
            let untold = TranslationOutput::Untranslated {
                utterance: utterance.clone(),
                revision,
                last: false,
                error,
            };
            if output.send(untold).await.is_err() {
                return;
            }
        }
        if output
            .send(TranslationOutput::AudioEnd { utterance })
            .await
            .is_err()
        {
            return;
        }
    }
}

async fn speak(
    synthesizer: &dyn Synthesizer,
    text: &str,
    language: &Language,
    utterance: &UtteranceId,
    output: &mpsc::Sender<TranslationOutput>,
) -> Result<(), EngineError> {
    let mut speech = synthesizer.speak(text, language).await?;
    while let Some(samples) = speech.samples.recv().await {
        let audio = TranslationOutput::Audio {
            utterance: utterance.clone(),
            samples: samples?,
            sample_rate: speech.sample_rate,
        };
        if output.send(audio).await.is_err() {
            // Nobody listens any more; dropping the speech silences the voice.
            break;
        }
    }
    Ok(())
}
