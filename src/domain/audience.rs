//! Who reads and hears what in a room: the one place where the rules of API.md section 1 are decided.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    identity::SessionId,
    language::Language,
    participant::{Participant, Speaks},
};

/// A participant and how they are to be served.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// As others see them.
    pub participant: Participant,
    /// Whether they get translations.
    pub translation_enabled: bool,
    /// Whether they want speech in the first language they hear.
    pub speech: bool,
    /// Whether they want captions that still change.
    pub partials: bool,
    /// Whether the translation they hear falls silent when they begin to speak.
    pub barge_in: bool,
}

/// The people of a room.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// By session, so that every walk over it has the same order.
    pub members: BTreeMap<SessionId, Arc<Member>>,
    /// In a private room one's own translations come back.
    pub private: bool,
}

impl Roster {
    /// Whether `member` may be shown translations of what `speaker` says.
    fn may_follow(&self, member: &SessionId, speaker: &SessionId) -> bool {
        self.private || member != speaker
    }

    /// The languages into which what `speaker` says in `source` is to be translated, in order, each once.
    pub fn targets(&self, speaker: &SessionId, source: &Language) -> Vec<Language> {
        let mut targets: Vec<Language> = self
            .members
            .iter()
            .filter(|(id, member)| member.translation_enabled && self.may_follow(id, speaker))
            .flat_map(|(_, member)| member.participant.hears.iter())
            .filter(|language| !language.same_speech(source))
            .cloned()
            .collect();
        targets.sort();
        targets.dedup();
        targets
    }

    /// Whether this member reads the translation into `target` of what `speaker` says.
    pub fn reads(&self, id: &SessionId, speaker: &SessionId, target: &Language) -> bool {
        self.members.get(id).is_some_and(|member| {
            member.translation_enabled
                && self.may_follow(id, speaker)
                && member.participant.hears.contains(target)
        })
    }

    /// Whether this member hears the spoken translation into `target` of what `speaker` says.
    pub fn hears(&self, id: &SessionId, speaker: &SessionId, target: &Language) -> bool {
        self.reads(id, speaker, target)
            && self.members.get(id).is_some_and(|member| {
                member.speech && member.participant.hears.first() == Some(target)
            })
    }

    /// Whether this member hears `speaker` untranslated, because they share the language spoken.
    pub fn hears_original(&self, id: &SessionId, speaker: &SessionId, source: &Language) -> bool {
        id != speaker
            && self.members.get(id).is_some_and(|member| {
                member.speech
                    && member
                        .participant
                        .hears
                        .first()
                        .is_some_and(|language| language.same_speech(source))
            })
    }
}

/// The language somebody speaks, where `auto` is taken to be `assumed`.
pub fn spoken(speaks: &Speaks, assumed: &Language) -> Language {
    match speaks {
        Speaks::Auto => assumed.clone(),
        Speaks::Language(language) => language.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::participant::ParticipantKind;

    fn roster(private: bool, people: &[(&str, &str, &[&str])]) -> Roster {
        let members = people
            .iter()
            .map(|(id, speaks, hears)| {
                let session_id: SessionId = id.parse().unwrap();
                let member = Member {
                    participant: Participant {
                        session_id: session_id.clone(),
                        name: (*id).into(),
                        kind: ParticipantKind::Person,
                        speaks: Speaks::Language(speaks.parse().unwrap()),
                        hears: hears.iter().map(|tag| tag.parse().unwrap()).collect(),
                    },
                    translation_enabled: true,
                    speech: true,
                    partials: true,
                    barge_in: false,
                };
                (session_id, Arc::new(member))
            })
            .collect();
        Roster { members, private }
    }

    fn id(text: &str) -> SessionId {
        text.parse().unwrap()
    }

    fn language(text: &str) -> Language {
        text.parse().unwrap()
    }

    #[test]
    fn one_translation_for_all_who_share_a_language_and_none_for_those_who_understand() {
        let room = roster(
            false,
            &[
                ("ana", "en", &["es"]),
                ("bea", "es", &["en"]),
                ("cid", "es", &["fr", "es"]),
                ("dan", "es", &["fr"]),
            ],
        );
        assert_eq!(
            room.targets(&id("ana"), &language("en")),
            [language("es"), language("fr")]
        );
        assert_eq!(
            room.targets(&id("bea"), &language("es")),
            [language("fr")],
            "ana hears Spanish as it is; nobody but bea hears English"
        );
        assert!(room.reads(&id("cid"), &id("ana"), &language("es")));
        assert!(
            !room.hears(&id("cid"), &id("ana"), &language("es")),
            "speech comes in hears[0] only"
        );
        assert!(room.hears(&id("cid"), &id("ana"), &language("fr")));
        assert!(room.hears_original(&id("ana"), &id("bea"), &language("es")));
    }

    #[test]
    fn nobody_gets_their_own_translation_but_in_a_private_room() {
        let shared = roster(false, &[("ana", "en", &["es"])]);
        assert!(shared.targets(&id("ana"), &language("en")).is_empty());
        assert!(!shared.reads(&id("ana"), &id("ana"), &language("es")));
        let private = roster(true, &[("ana", "en", &["es"])]);
        assert_eq!(
            private.targets(&id("ana"), &language("en")),
            [language("es")]
        );
        assert!(private.hears(&id("ana"), &id("ana"), &language("es")));
        assert!(!private.hears_original(&id("ana"), &id("ana"), &language("en")));
    }
}
