//! Hostile texts through every installed direction of the real translators: `cargo bench --bench hostile_text`.
//!
//! Prints how many texts were translated, refused, lost or answered with somebody else's translation, how often a
//! pipeline had to be replaced, and how long one text took. Give another number of texts than 84,000 as
//! `cargo bench --bench hostile_text -- --texts 5000`. The seed is fixed, so two runs send the same texts.

use std::{
    collections::BTreeMap,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use actix::{Actor, System};
use futures_util::{StreamExt, stream};
use interpres::{
    domain::{engine::Engine, language::Language},
    engines::local::{LocalEngine, LocalSettings},
    supervision::{ArbiterPool, ChildEnd, Ctx, Spec, Supervised, Tree, TreeConfig, Verdict},
};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};

/// What the feasibility study ran.
const TEXTS: usize = 84_000;

/// Texts under way at once in one direction.
const AT_ONCE: usize = 8;

/// After so many texts the known sentence is asked again.
const KNOWN_EVERY: usize = 20;

/// 134,000 English words, from Debian's `pocketsphinx-en-us`.
const DICTIONARY: &str = "/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict";

struct Root;

impl Actor for Root {
    type Context = Ctx<Self>;
}

impl Supervised for Root {
    const KIND: &'static str = "engines";

    fn child_ended(&mut self, _: &ChildEnd, _: &mut Ctx<Self>) -> Verdict {
        Verdict::Ignore
    }
}

/// What came of the texts of one direction.
#[derive(Default)]
struct Counts {
    answered: usize,
    empty: usize,
    shifted: usize,
    errors: BTreeMap<String, usize>,
    times: Vec<Duration>,
}

fn main() -> anyhow::Result<()> {
    let texts = std::env::args()
        .skip_while(|argument| argument != "--texts")
        .nth(1)
        .map_or(Ok(TEXTS), |number| number.parse())?;
    let words: Vec<String> = std::fs::read_to_string(DICTIONARY)?
        .lines()
        .filter_map(|line| line.split([' ', '(']).next().map(str::to_owned))
        .collect();
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let system = System::new();
        system.block_on(async {
            let placement = ArbiterPool::new(1).expect("a thread can be started");
            let tree = Tree::new(TreeConfig {
                seed: 1,
                placement: Arc::new(placement),
            });
            let root = tree.start_root("engines", Spec::new(), || Root);
            send.send((tree, root)).expect("the main thread waits");
        });
        system.run()
    });
    let (tree, root) = receive.recv()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let settings = LocalSettings {
        // The direct way too, which the default route to Spanish avoids.
        routes: BTreeMap::from([("en-es".to_owned(), vec!["eng-spa".to_owned()])]),
        ..LocalSettings::default()
    };
    let io = runtime.handle().clone();
    let begun = Instant::now();
    let engine = LocalEngine::start(root?.node(), &settings, io, "interpres".into())?;
    println!("the engine started in {:?}", begun.elapsed());
    let pairs: Vec<_> = engine
        .report()
        .pairs
        .into_iter()
        .filter(|pair| pair.route.len() == 1)
        .collect();
    anyhow::ensure!(
        !pairs.is_empty(),
        "no directions; apt-get install -y apertium-eng-spa"
    );
    println!("{texts} texts through {} directions", pairs.len());
    let begun = Instant::now();
    let mut all = Counts::default();
    for (number, pair) in pairs.iter().enumerate() {
        let share = (texts * (number + 1)) / pairs.len() - (texts * number) / pairs.len();
        let source: Language = pair.source.parse()?;
        let target: Language = pair.target.parse()?;
        let mut random = StdRng::seed_from_u64(number as u64);
        let hostile: Vec<String> = (0..share)
            .map(|number| hostile(number % 3, &words, &mut random))
            .collect();
        let counts = runtime.block_on(attack(&engine, &source, &target, hostile))?;
        println!(
            "{:<12} answered {:>6}  empty {}  shifted {}  errors {:?}",
            pair.route[0], counts.answered, counts.empty, counts.shifted, counts.errors
        );
        all.answered += counts.answered;
        all.empty += counts.empty;
        all.shifted += counts.shifted;
        all.times.extend(counts.times);
        for (error, times) in counts.errors {
            *all.errors.entry(error).or_default() += times;
        }
    }
    let replaced = tree
        .kinds()
        .into_iter()
        .find(|kind| kind.kind == "apertium")
        .map_or(0, |kind| kind.restarts);
    all.times.sort_unstable();
    let percentile = |share: usize| all.times[(all.times.len() - 1) * share / 100];
    println!(
        "answered {}, empty {}, shifted {}, errors {:?}, pipelines replaced {replaced}; {AT_ONCE} at once: p50 {:?}, \
         p95 {:?}, worst {:?}; {:?} in all",
        all.answered,
        all.empty,
        all.shifted,
        all.errors,
        percentile(50),
        percentile(95),
        percentile(100),
        begun.elapsed()
    );
    runtime.block_on(tree.shutdown(Duration::from_secs(10)));
    Ok(())
}

async fn attack(
    engine: &LocalEngine,
    source: &Language,
    target: &Language,
    texts: Vec<String>,
) -> anyhow::Result<Counts> {
    const KNOWN: &str = "Anna 2024 Madrid.";
    let known = engine.translate(KNOWN, source, target).await?.text;
    let mut counts = Counts::default();
    let mut answers = stream::iter(texts.into_iter().enumerate())
        .map(|(number, text)| async move {
            let begun = Instant::now();
            let answer = engine.translate(&text, source, target).await;
            let taken = begun.elapsed();
            let check = match number % KNOWN_EVERY {
                0 => Some(engine.translate(KNOWN, source, target).await),
                _ => None,
            };
            (text, answer, taken, check)
        })
        .buffer_unordered(AT_ONCE);
    while let Some((text, answer, taken, check)) = answers.next().await {
        counts.times.push(taken);
        let blank = text
            .chars()
            .all(|character| character.is_control() || character.is_whitespace());
        match answer {
            Ok(answer) => {
                counts.answered += 1;
                counts.empty += usize::from(answer.text.is_empty() && !blank);
            }
            Err(error) => *counts.errors.entry(error.message).or_default() += 1,
        }
        match check {
            Some(Ok(answer)) => counts.shifted += usize::from(answer.text != known),
            Some(Err(error)) => *counts.errors.entry(error.message).or_default() += 1,
            None => {}
        }
    }
    Ok(counts)
}

/// Words, signs that mean something to a translator, or anything that Unicode has.
fn hostile(kind: usize, words: &[String], random: &mut StdRng) -> String {
    const SIGNS: &[&str] = &[
        "[",
        "]",
        "[[",
        "{",
        "}",
        "^",
        "$",
        "/",
        "@",
        "<",
        ">",
        "\\",
        "*",
        "#",
        "+",
        "~",
        "\0",
        "\n",
        "\t",
        "[#1]",
        "[]",
        ".[]",
        "[<STREAMCMD:FLUSH>]",
        "^a/b<n>$",
        "<b>",
        " ",
        ".",
        ",",
        "a",
        "house",
        "I",
        "12:30",
        "-",
        "&amp;",
    ];
    let length = random.random_range(1..30);
    match kind {
        0 => (0..length)
            .filter_map(|_| words.choose(random))
            .map(|word| format!("{word} "))
            .collect(),
        1 => (0..length)
            .filter_map(|_| SIGNS.choose(random).copied())
            .collect(),
        _ => (0..length).map(|_| anything(random)).collect(),
    }
}

/// A character from anywhere, those that are hard to handle more often.
fn anything(random: &mut StdRng) -> char {
    let (from, to) = *[
        (0x20, 0x7e),
        (0x0, 0x10_ffff),
        (0x300, 0x36f),
        (0x590, 0x6ff),
        (0x200b, 0x206f),
        (0xe000, 0xf8ff),
        (0x1_f300, 0x1_faff),
        (0x4e00, 0x9fff),
    ]
    .choose(random)
    .unwrap_or(&(0x20, 0x7e));
    char::from_u32(random.random_range(from..=to)).unwrap_or('\u{fffd}')
}
