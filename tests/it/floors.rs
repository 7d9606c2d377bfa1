//! The house as it is built: imports go down from floor to floor, and a file holds one idea.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The floors from the bottom up. Rooms of one floor do not import each other. What is not named here is the top,
/// which puts everything together: `main`, its command line, the list of modules, and the emulators, which nobody
/// else may name.
const FLOORS: [&[&str]; 5] = [
    &["domain"],
    &["audio", "config", "entra", "supervision"],
    &["engines", "gateway", "links", "store"],
    &["actors"],
    &["http"],
];

/// Modules that put the others together.
const TOP: [&str; 4] = ["main", "lib", "cli", "emulate"];

/// Lines from which on a file is two ideas.
const LONGEST_FILE: usize = 450;

fn floor(module: &str) -> usize {
    if TOP.contains(&module) {
        return FLOORS.len();
    }
    FLOORS
        .iter()
        .position(|rooms| rooms.contains(&module))
        .unwrap_or_else(|| panic!("{module} has no floor; give it one in DESIGN.md and here"))
}

fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&source_folder(), &mut found);
    found.sort();
    assert!(found.len() > 50, "the sources are there: {}", found.len());
    found
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The top module that a file belongs to: `actors` for `src/actors/room/mod.rs`.
fn module_of(file: &Path) -> String {
    let below = file.strip_prefix(source_folder()).unwrap();
    let first = below.components().next().unwrap().as_os_str();
    first.to_str().unwrap().trim_end_matches(".rs").to_owned()
}

fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| line.find("//").map_or(line, |start| &line[..start]))
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The top modules that a text names by `crate::…` or `interpres::…`, in groups too.
fn modules_named(text: &str) -> BTreeSet<String> {
    let text = without_comments(text);
    let mut named = BTreeSet::new();
    for root in ["crate::", "interpres::"] {
        for (start, _) in text.match_indices(root) {
            if text[..start].chars().next_back().is_some_and(is_word) {
                continue;
            }
            let rest = text[start + root.len()..].trim_start();
            match rest.strip_prefix('{') {
                Some(group) => named.extend(heads_of(group)),
                None => named.extend(head_of(rest)),
            }
        }
    }
    named
}

fn head_of(path: &str) -> Option<String> {
    let head: String = path.chars().take_while(|letter| is_word(*letter)).collect();
    // A module begins small; what begins otherwise is a name from the list of modules itself.
    head.starts_with(char::is_lowercase).then_some(head)
}

/// The first names of what stands in a group, up to the bracket that closes it.
fn heads_of(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut begins = true;
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            _ if begins && !letter.is_whitespace() => {
                heads.extend(head_of(&group[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    heads
}

#[test]
fn imports_go_down_and_never_sideways() {
    let mut wrong = Vec::new();
    for file in sources() {
        let module = module_of(&file);
        let own = floor(&module);
        for named in modules_named(&fs::read_to_string(&file).unwrap()) {
            let theirs = floor(&named);
            if named != module && own < FLOORS.len() && theirs >= own {
                let how = if theirs == own { "sideways" } else { "upward" };
                wrong.push(format!("{} names {named}, {how}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What an emulator may use. Above all not the links, whose codecs it is to be the test of.
const EMULATORS_USE: [&str; 6] = [
    "emulate",
    "engines",
    "audio",
    "config",
    "supervision",
    "domain",
];

#[test]
fn emulators_stand_on_engines_and_share_no_codec() {
    let mut emulators = 0;
    for file in sources() {
        if module_of(&file) == "emulate" {
            emulators += 1;
            let named = modules_named(&fs::read_to_string(&file).unwrap());
            assert!(
                named
                    .iter()
                    .all(|module| EMULATORS_USE.contains(&module.as_str())),
                "{} names {named:?}",
                file.display()
            );
        }
    }
    assert!(emulators > 10, "the emulators are there: {emulators}");
}

#[test]
fn the_supervision_layer_knows_nothing_of_the_product() {
    for file in sources() {
        if module_of(&file) == "supervision" {
            let named = modules_named(&fs::read_to_string(&file).unwrap());
            assert!(
                named.iter().all(|module| module == "supervision"),
                "{} names {named:?}; the layer is to be fit for a crate of its own",
                file.display()
            );
        }
    }
}

#[test]
fn a_file_holds_one_idea_and_says_which() {
    let mut wrong = Vec::new();
    for file in sources() {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            wrong.push(format!("{} has {lines} lines", file.display()));
        }
        if !text.starts_with("//!") {
            wrong.push(format!(
                "{} does not say in its first line what it is for",
                file.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn groups_aliases_and_comments_are_read_as_the_compiler_reads_them() {
    let named = |text: &str| modules_named(text).into_iter().collect::<Vec<_>>();
    assert_eq!(
        named(
            "use crate::{\n    actors::{room::Room, outbox},\n    domain::time,\n};\nuse crate::store;"
        ),
        ["actors", "domain", "store"]
    );
    assert_eq!(
        named("let x = interpres::http::routes::routes(y);"),
        ["http"]
    );
    assert_eq!(named("// use crate::http;\n/// [`crate::http`]\n"), [""; 0]);
    assert_eq!(named("use my_crate::http; pub use crate::Thing;"), [""; 0]);
}
