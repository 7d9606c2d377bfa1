//! Finds the way from one language to another over the installed directions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::directions::Direction;
use crate::domain::{engine::LanguagePair, language::Language};

/// Steps a route may have: each costs quality, and a fourth leaves little of the sentence.
pub const MOST_STEPS: usize = 3;

/// Languages through which a way is looked for first, because their directions are the best that Apertium has.
const PIVOTS: &[&str] = &["es", "ca"];

/// Better ways than a single direction: English-Spanish makes gross errors that the way through Catalan does not
/// (chrF 62.5 against 56.6 on twenty everyday sentences).
const DETOURS: &[(&str, &[&str])] = &[("eng-spa", &["eng-cat", "cat-spa"])];

/// The map of languages and the directions between them.
#[derive(Debug, Clone)]
pub struct Routes {
    directions: BTreeMap<String, Direction>,
    /// Routes named by the settings, by `en-fr`.
    chosen: BTreeMap<String, Vec<String>>,
}

impl Routes {
    /// A map over the installed directions, where `chosen` routes (`"en-fr"` → modes) win over found ones.
    pub fn new(
        directions: BTreeMap<String, Direction>,
        chosen: BTreeMap<String, Vec<String>>,
    ) -> Self {
        Self { directions, chosen }
    }

    /// The installed directions.
    pub fn directions(&self) -> impl Iterator<Item = &Direction> {
        self.directions.values()
    }

    /// The directions to pass one after the other; none when there is no way or the languages are the same.
    /// Directions that are not `usable` now are gone around.
    pub fn route(
        &self,
        source: &Language,
        target: &Language,
        usable: impl Fn(&Direction) -> bool,
    ) -> Option<Vec<&Direction>> {
        let from = self.known(source, |direction| &direction.source)?;
        let to = self.known(target, |direction| &direction.target)?;
        self.between(&from, &to, &usable)
    }

    /// Every pair of languages with a way between them.
    pub fn pairs(&self, usable: impl Fn(&Direction) -> bool) -> Vec<LanguagePair> {
        let sources: BTreeSet<&str> = self.directions().map(|d| d.source.as_str()).collect();
        let targets: BTreeSet<&str> = self.directions().map(|d| d.target.as_str()).collect();
        let mut pairs = Vec::new();
        for source in &sources {
            for target in &targets {
                if let Some(route) = self.between(source, target, &usable) {
                    pairs.push(LanguagePair {
                        source: (*source).to_owned(),
                        target: (*target).to_owned(),
                        experimental: route.iter().any(|step| step.experimental),
                        route: route.iter().map(|step| step.mode.clone()).collect(),
                    });
                }
            }
        }
        pairs
    }

    /// The tag under which the map knows a language: the exact one, or without region, or with another region.
    fn known(&self, language: &Language, end: impl Fn(&Direction) -> &String) -> Option<String> {
        let primary = language.primary();
        let mut tags: Vec<&str> = self
            .directions()
            .map(|direction| end(direction).as_str())
            .collect();
        tags.sort_unstable();
        [language.as_str(), primary]
            .into_iter()
            .find(|tag| tags.contains(tag))
            .or_else(|| {
                tags.iter()
                    .copied()
                    .find(|tag| tag.split('-').next() == Some(primary))
            })
            .map(str::to_owned)
    }

    fn between(
        &self,
        source: &str,
        target: &str,
        usable: &impl Fn(&Direction) -> bool,
    ) -> Option<Vec<&Direction>> {
        if source == target {
            return None;
        }
        if let Some(route) = self
            .chosen
            .get(&format!("{source}-{target}"))
            .and_then(|modes| self.resolve(modes.iter().map(String::as_str), usable))
        {
            return Some(route);
        }
        if let Some(route) = self.shortest(source, target, usable) {
            return Some(self.with_detours(route, usable));
        }
        let poor = self.directions().find(|direction| {
            direction.source == source && direction.target == target && usable(direction)
        })?;
        Some(vec![poor])
    }

    fn resolve<'m>(
        &self,
        modes: impl Iterator<Item = &'m str>,
        usable: &impl Fn(&Direction) -> bool,
    ) -> Option<Vec<&Direction>> {
        modes
            .map(|mode| {
                self.directions
                    .get(mode)
                    .filter(|direction| usable(direction))
            })
            .collect()
    }

    /// Breadth-first, the preferred pivots before the rest, no experimental step.
    fn shortest(
        &self,
        source: &str,
        target: &str,
        usable: &impl Fn(&Direction) -> bool,
    ) -> Option<Vec<&Direction>> {
        let mut seen = BTreeSet::from([source]);
        let mut open = VecDeque::from([(source, Vec::new())]);
        while let Some((here, way)) = open.pop_front() {
            if way.len() == MOST_STEPS {
                continue;
            }
            let mut steps: Vec<&Direction> = self
                .directions()
                .filter(|direction| {
                    direction.source == here && !direction.experimental && usable(direction)
                })
                .collect();
            steps.sort_by_key(|direction| {
                PIVOTS
                    .iter()
                    .position(|pivot| *pivot == direction.target)
                    .unwrap_or(PIVOTS.len())
            });
            for step in steps {
                if !seen.insert(&step.target) {
                    continue;
                }
                let mut longer = way.clone();
                longer.push(step);
                if step.target == target {
                    return Some(longer);
                }
                open.push_back((&step.target, longer));
            }
        }
        None
    }

    fn with_detours<'r>(
        &'r self,
        route: Vec<&'r Direction>,
        usable: &impl Fn(&Direction) -> bool,
    ) -> Vec<&'r Direction> {
        let mut better = route.clone();
        for (single, detour) in DETOURS {
            if let Some(at) = better.iter().position(|step| step.mode == *single)
                && let Some(steps) = self.resolve(detour.iter().copied(), usable)
                && better.len() - 1 + steps.len() <= MOST_STEPS
            {
                better.splice(at..=at, steps);
            }
        }
        better
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(modes: &[(&str, &str, &str)], chosen: &[(&str, &[&str])]) -> Routes {
        let directions = modes
            .iter()
            .map(|(mode, source, target)| {
                let direction = Direction {
                    mode: (*mode).to_owned(),
                    source: (*source).to_owned(),
                    target: (*target).to_owned(),
                    file: mode.into(),
                    experimental: *mode == "rus-ukr",
                };
                ((*mode).to_owned(), direction)
            })
            .collect();
        let chosen = chosen
            .iter()
            .map(|(pair, modes)| {
                (
                    (*pair).to_owned(),
                    modes.iter().map(|mode| (*mode).to_owned()).collect(),
                )
            })
            .collect();
        Routes::new(directions, chosen)
    }

    const MODES: &[(&str, &str, &str)] = &[
        ("eng-spa", "en", "es"),
        ("spa-eng", "es", "en"),
        ("eng-cat", "en", "ca"),
        ("cat-eng", "ca", "en"),
        ("cat-spa", "ca", "es"),
        ("spa-cat", "es", "ca"),
        ("es-fr", "es", "fr"),
        ("fr-es", "fr", "es"),
        ("es-pt", "es", "pt"),
        ("es-pt_BR", "es", "pt-BR"),
        ("rus-ukr", "ru", "uk"),
    ];

    fn way(routes: &Routes, source: &str, target: &str) -> Vec<String> {
        routes
            .route(&source.parse().unwrap(), &target.parse().unwrap(), |_| true)
            .map(|route| route.iter().map(|step| step.mode.clone()).collect())
            .unwrap_or_default()
    }

    #[test]
    fn english_goes_through_catalan_and_everything_else_the_shortest_way() {
        let routes = routes(MODES, &[]);
        assert_eq!(way(&routes, "en-US", "es-MX"), ["eng-cat", "cat-spa"]);
        assert_eq!(way(&routes, "en", "fr"), ["eng-cat", "cat-spa", "es-fr"]);
        assert_eq!(
            way(&routes, "en", "pt-BR"),
            ["eng-cat", "cat-spa", "es-pt_BR"]
        );
        assert_eq!(way(&routes, "en", "pt-PT"), ["eng-cat", "cat-spa", "es-pt"]);
        assert_eq!(way(&routes, "es", "en"), ["spa-eng"]);
        assert_eq!(way(&routes, "fr", "en"), ["fr-es", "spa-eng"]);
        assert_eq!(way(&routes, "fr", "fr"), [""; 0]);
        assert_eq!(way(&routes, "de", "en"), [""; 0]);
    }

    #[test]
    fn a_chosen_route_wins_and_a_broken_direction_is_gone_around() {
        let chosen = routes(MODES, &[("en-es", &["eng-spa"])]);
        assert_eq!(way(&chosen, "en", "es"), ["eng-spa"]);
        let routes = routes(MODES, &[]);
        let around = routes.route(
            &"en".parse().unwrap(),
            &"es".parse().unwrap(),
            |direction| direction.mode != "cat-spa",
        );
        assert_eq!(around.unwrap()[0].mode, "eng-spa");
    }

    #[test]
    fn poor_directions_are_marked_and_never_a_step() {
        let pairs = routes(MODES, &[]).pairs(|_| true);
        let poor: Vec<_> = pairs.iter().filter(|pair| pair.experimental).collect();
        assert_eq!(poor.len(), 1);
        assert_eq!(
            (poor[0].source.as_str(), poor[0].target.as_str()),
            ("ru", "uk")
        );
    }
}
