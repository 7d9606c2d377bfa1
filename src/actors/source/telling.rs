//! What a Source tells the Room and its Invokers: every revision of the transcript.

use super::{Source, Utterance};
use crate::{
    actors::{
        invoker::Interpret,
        refusal::Refusal,
        room::captions::{Failed, Transcribed},
    },
    domain::server_message::Caption,
};

impl Source {
    /// The engine that writes down what the ear hears; before it has heard anything, the one that was chosen.
    pub(super) fn ear_name(&self) -> &'static str {
        let first = self.order.chain.first();
        self.ear_engine.as_ref().unwrap_or(first).name()
    }

    fn caption(&self, utterance: &Utterance, last: bool, confidence: Option<f32>) -> Caption {
        Caption {
            seq: None,
            room_id: None,
            utterance_id: utterance.id.clone(),
            revision: utterance.revision,
            speaker: Some(self.order.speaker.clone()),
            source_language: None,
            language: self.order.language.clone(),
            text: utterance.text.clone(),
            source_text: None,
            last,
            started_at: utterance.started_at,
            ended_at: utterance.ended_at,
            confidence,
            engine: self.ear_name(),
        }
    }

    fn interpret(&self, utterance: &Utterance, last: bool) -> Interpret {
        Interpret {
            utterance: utterance.id.clone(),
            source: self.order.language.clone(),
            revision: utterance.revision,
            text: utterance.text.clone(),
            last,
            started_at: utterance.started_at,
            ended_at: utterance.ended_at,
        }
    }

    /// A newer guess: whoever cannot take it now gets the next one.
    pub(super) fn tell_partial(&mut self, utterance: &Utterance) {
        let caption = self.caption(utterance, false, None);
        let _ = self.order.room.tell(Transcribed(caption));
        let interpret = self.interpret(utterance, false);
        for (language, translating) in &self.translating {
            if !utterance.sound_to.contains(language) {
                let _ = translating.invoker.tell(interpret.clone());
            }
        }
    }

    /// What was said: it arrives, in order.
    pub(super) fn tell_final(&mut self, utterance: &Utterance, confidence: Option<f32>) {
        let caption = self.caption(utterance, true, confidence);
        self.finals.tell(&self.order.room, Transcribed(caption));
        let interpret = self.interpret(utterance, true);
        for (language, translating) in &mut self.translating {
            if !utterance.sound_to.contains(language) {
                translating
                    .finals
                    .tell(&translating.invoker, interpret.clone());
            }
        }
    }

    /// Tells the speaker that what they said was not understood, and why.
    pub(super) fn tell_failure(&self, utterance: Option<&Utterance>, refusal: Refusal) {
        let _ = self.order.room.tell(Failed {
            speaker: self.order.speaker.session_id.clone(),
            language: None,
            utterance_id: utterance.map(|utterance| utterance.id.clone()),
            refusal,
        });
    }

    /// After a crash: what was understood so far is what was said, and the speaker counts as silent.
    pub(super) fn end_unfinished(&mut self) {
        let now = self.now();
        for mut utterance in self.legacy.unfinished.change(std::mem::take) {
            if utterance.ended_at.is_none() {
                self.tell_edge(now, false);
            }
            if !utterance.text.is_empty() {
                utterance.ended_at.get_or_insert(now);
                utterance.revision += 1;
                self.tell_final(&utterance, None);
            }
        }
    }

    /// Notes an utterance as it is now, should this life end before it is final.
    pub(super) fn keep(&self, utterance: &Utterance) {
        self.legacy.unfinished.change(|unfinished| {
            match unfinished.iter_mut().find(|kept| kept.id == utterance.id) {
                Some(kept) => *kept = utterance.clone(),
                None => unfinished.push_back(utterance.clone()),
            }
        });
    }

    /// An utterance has its final, or is given up.
    pub(super) fn keep_no_more(&self, utterance: &Utterance) {
        self.legacy
            .unfinished
            .change(|unfinished| unfinished.retain(|kept| kept.id != utterance.id));
    }
}
