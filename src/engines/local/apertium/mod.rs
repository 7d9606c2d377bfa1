//! The translator of this machine: Apertium's installed directions, chained where there is no direct one.
//!
//! A direction's pipeline is started when the first text needs it, shared by everybody, and ended when nobody did for
//! a while. A text goes through [`super::plain`], is cut where it is too long for one request, escaped, translated
//! step by step along its route, and put together again.

mod directions;
mod escape;
mod known;
mod line;
mod pipeline;
mod queue;
mod routes;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};

pub use self::line::Line;
use self::{directions::Direction, escape::escape, pipeline::PipelineCommand, routes::Routes};
use super::{
    actors::Staff,
    cut::{cut, join},
    plain::clean,
    program,
    settings::LocalSettings,
};
use crate::{
    domain::{
        engine::{EngineError, EnginePart, LanguagePair, PartRole, Translated, Trouble},
        language::Language,
    },
    engines::parts::Translator,
};

/// Characters in one text: an hour of talk, some seconds of work.
const TEXT_CHARACTERS: usize = 100_000;

/// Pieces of one text that are under way at once, so that a long text leaves room for others.
const PIECES_AT_ONCE: usize = 8;

/// The tool that makes a pipeline of a mode file; without it nothing runs.
const TOOL: &str = "apertium-wblank-mode";

/// What to install, for people.
const INSTALL: &str = "apt-get install -y --no-install-recommends apertium apertium-eng-spa apertium-eng-cat apertium-spa-cat apertium-fr-es apertium-spa-ita apertium-es-pt";

/// The installed directions by mode.
pub struct Lines(BTreeMap<String, Arc<Line>>);

impl Lines {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Line>> {
        self.0.values()
    }

    /// The direction of this mode.
    pub fn get(&self, mode: &str) -> Option<&Arc<Line>> {
        self.0.get(mode)
    }
}

/// What is installed, before anything runs.
pub struct Installed {
    tool: Option<PathBuf>,
    routes: Routes,
    lines: Arc<Lines>,
    request_characters: usize,
}

impl Installed {
    /// Reads the folder of mode files; starts nothing.
    pub fn discover(settings: &LocalSettings) -> Self {
        let tool = program(TOOL.as_ref());
        let directions = match &tool {
            Some(_) => directions::installed(&settings.translator_modes),
            None => BTreeMap::new(),
        };
        let lines = directions
            .values()
            .map(|direction| {
                let command = PipelineCommand {
                    mode: direction.mode.clone(),
                    file: direction.file.clone(),
                    known: known::sentence(&direction.source),
                    time_limit: settings.translation_limit,
                };
                let line = Line::new(command, settings.pipeline_idle);
                (direction.mode.clone(), Arc::new(line))
            })
            .collect();
        Self {
            tool,
            routes: Routes::new(directions, settings.routes.clone()),
            lines: Arc::new(Lines(lines)),
            request_characters: settings.request_characters.max(1),
        }
    }

    /// The directions, for the actor that looks after their processes.
    pub fn lines(&self) -> Arc<Lines> {
        self.lines.clone()
    }
}

/// The translator.
pub struct Apertium {
    installed: Installed,
    staff: Staff,
}

impl Apertium {
    /// A translator over what is installed.
    pub fn new(installed: Installed, staff: Staff) -> Self {
        Self { installed, staff }
    }

    /// Translates one sentence in every installed direction, one after the other, and tells what came of it:
    /// the self-test of each, for reports and tests.
    pub async fn test_directions(&self) -> Vec<(String, Result<String, EngineError>)> {
        let mut results = Vec::new();
        for direction in self.installed.routes.directions() {
            let sentence = known::sentence(&direction.source);
            results.push((direction.mode.clone(), self.step(direction, sentence).await));
        }
        results
    }

    fn in_order(&self, direction: &Direction) -> bool {
        self.installed
            .lines
            .get(&direction.mode)
            .is_some_and(|line| line.trouble().is_none())
    }

    fn route(&self, source: &Language, target: &Language) -> Option<Vec<&Direction>> {
        let routes = &self.installed.routes;
        routes
            .route(source, target, |direction| self.in_order(direction))
            // Better to ask a broken direction, which may be well again, than to say there is none.
            .or_else(|| routes.route(source, target, |_| true))
    }

    /// One direction over a whole cleaned text.
    async fn step(&self, direction: &Direction, text: &str) -> Result<String, EngineError> {
        let Some(line) = self.installed.lines.get(&direction.mode) else {
            return Err(EngineError::new(
                Trouble::Unavailable,
                format!("the direction {} is not installed", direction.mode),
            ));
        };
        let pieces = cut(text, self.installed.request_characters);
        let requests: Vec<String> = pieces.iter().map(|piece| escape(&piece.text)).collect();
        let mut answers: Vec<String> = stream::iter(requests)
            .map(|request| line.ask(request, || self.staff.serve(line)))
            .buffered(PIECES_AT_ONCE)
            .try_collect()
            .await?;
        for (piece, answer) in pieces.iter().zip(&mut answers) {
            if answer.is_empty() {
                // Signs are the same everywhere, and a word that is dropped (a pronoun alone) is better kept as it is
                // than lost, as Apertium does with words it does not know.
                answer.clone_from(&piece.text);
            }
        }
        Ok(join(pieces.iter().zip(answers)))
    }
}

#[async_trait]
impl Translator for Apertium {
    fn part(&self) -> EnginePart {
        let count = self.installed.routes.directions().count();
        let broken: Vec<&str> = self
            .installed
            .routes
            .directions()
            .filter(|direction| !self.in_order(direction))
            .map(|direction| direction.mode.as_str())
            .collect();
        let detail = match (&self.installed.tool, count) {
            (None, _) => format!("{TOOL} is not installed; {INSTALL}"),
            (Some(_), 0) => format!("no directions are installed; {INSTALL}"),
            (Some(_), _) if broken.is_empty() => format!("{count} directions"),
            (Some(_), _) => format!("{count} directions; out of order: {}", broken.join(", ")),
        };
        EnginePart {
            name: "apertium".to_owned(),
            role: PartRole::Translator,
            available: count > broken.len(),
            detail,
        }
    }

    fn pairs(&self) -> Vec<LanguagePair> {
        self.installed
            .routes
            .pairs(|direction| self.in_order(direction))
    }

    fn translates(&self, source: &Language, target: &Language) -> bool {
        self.route(source, target).is_some()
    }

    async fn translate(
        &self,
        text: &str,
        source: &Language,
        target: &Language,
    ) -> Result<Translated, EngineError> {
        if text.chars().nth(TEXT_CHARACTERS).is_some() {
            return Err(EngineError::new(
                Trouble::Invalid,
                format!(
                    "the text has more than {TEXT_CHARACTERS} characters; translate it in parts"
                ),
            ));
        }
        let route = self.route(source, target).ok_or_else(|| {
            EngineError::new(
                Trouble::Unsupported,
                format!("no route from {source} to {target} is installed; {INSTALL}"),
            )
        })?;
        let modes: Vec<&str> = route.iter().map(|step| step.mode.as_str()).collect();
        let model = format!("apertium {}", modes.join(","));
        let mut text = clean(text);
        for direction in route {
            if text.is_empty() {
                break;
            }
            text = clean(&self.step(direction, &text).await?);
        }
        Ok(Translated {
            text,
            confidence: None,
            model,
        })
    }
}
