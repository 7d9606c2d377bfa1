//! What the sessions of an emulator used, and what the real service would have asked for it.

use std::{collections::VecDeque, fmt::Write, sync::Arc, time::Duration};

use parking_lot::Mutex;
use serde::Serialize;
use tokio::time::Instant;

use super::{Dialect, prices::Prices};

/// Sessions that are listed one by one; older ones are only in the total.
const LISTED: usize = 1_000;

/// Tokens, by what they stand for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tokens {
    /// Text that went in, cached or not.
    pub text_in: u64,
    /// Text that went in and was cached.
    pub text_cached: u64,
    /// Audio that went in, cached or not.
    pub audio_in: u64,
    /// Audio that went in and was cached.
    pub audio_cached: u64,
    /// Text that came out.
    pub text_out: u64,
    /// Audio that came out.
    pub audio_out: u64,
}

/// What was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Spent {
    /// Audio that came in, silence included.
    pub audio_in_seconds: f64,
    /// Audio that was sent.
    pub audio_out_seconds: f64,
    /// Audio that came in while the source's transcript was wanted.
    pub transcribed_seconds: f64,
    /// How long the connection was there.
    pub connected_seconds: f64,
    /// Tokens of all responses.
    pub tokens: Tokens,
}

impl Spent {
    fn add(&mut self, other: &Self) {
        self.audio_in_seconds += other.audio_in_seconds;
        self.audio_out_seconds += other.audio_out_seconds;
        self.transcribed_seconds += other.transcribed_seconds;
        self.connected_seconds += other.connected_seconds;
        self.tokens.add(&other.tokens);
    }
}

impl Tokens {
    /// Adds others to these.
    pub fn add(&mut self, other: &Self) {
        self.text_in += other.text_in;
        self.text_cached += other.text_cached;
        self.audio_in += other.audio_in;
        self.audio_cached += other.audio_cached;
        self.text_out += other.text_out;
        self.audio_out += other.audio_out;
    }
}

#[derive(Debug)]
struct Entry {
    id: String,
    dialect: Dialect,
    model: String,
    opened: Instant,
    lasted: Option<Duration>,
    spent: Spent,
}

impl Entry {
    fn spent(&self) -> Spent {
        let lasted = self.lasted.unwrap_or_else(|| self.opened.elapsed());
        Spent {
            connected_seconds: lasted.as_secs_f64(),
            ..self.spent
        }
    }
}

/// The bill of one session; it is closed when this is dropped.
#[derive(Debug)]
pub struct Bill(Arc<Mutex<Entry>>);

impl Bill {
    /// Audio came in.
    pub fn heard_audio(&self, seconds: f64, transcribed: bool) {
        let spent = &mut self.0.lock().spent;
        spent.audio_in_seconds += seconds;
        if transcribed {
            spent.transcribed_seconds += seconds;
        }
    }

    /// Audio was sent.
    pub fn sent_audio(&self, seconds: f64) {
        self.0.lock().spent.audio_out_seconds += seconds;
    }

    /// A response used tokens.
    pub fn used(&self, tokens: &Tokens) {
        self.0.lock().spent.tokens.add(tokens);
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        let mut entry = self.0.lock();
        entry.lasted = Some(entry.opened.elapsed());
    }
}

/// The bills of all sessions since the start.
#[derive(Debug, Default)]
pub struct Invoice {
    prices: Prices,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    listed: VecDeque<Arc<Mutex<Entry>>>,
    earlier: Spent,
    earlier_usd: f64,
    earlier_sessions: usize,
}

/// One session on the invoice.
#[derive(Debug, Serialize)]
pub struct Line {
    /// The session's id on the wire.
    pub session: String,
    /// Its dialect.
    pub dialect: Dialect,
    /// The model or deployment it asked for.
    pub model: String,
    /// Whether it is still there.
    pub open: bool,
    /// What it used.
    #[serde(flatten)]
    pub spent: Spent,
    /// What that costs.
    pub usd: f64,
}

/// The whole invoice.
#[derive(Debug, Serialize)]
pub struct Statement {
    /// The latest sessions, at most a thousand.
    pub sessions: Vec<Line>,
    /// How many there were in all.
    pub session_count: usize,
    /// What all of them used.
    pub total: Spent,
    /// What that costs.
    pub total_usd: f64,
}

impl Invoice {
    /// An empty invoice with these prices.
    pub fn new(prices: Prices) -> Self {
        Self {
            prices,
            book: Mutex::default(),
        }
    }

    /// Opens the bill of a session. The oldest that is closed makes room if there are too many.
    pub fn open(&self, id: &str, dialect: Dialect, model: &str) -> Bill {
        let entry = Arc::new(Mutex::new(Entry {
            id: id.to_owned(),
            dialect,
            model: model.to_owned(),
            opened: Instant::now(),
            lasted: None,
            spent: Spent::default(),
        }));
        let mut book = self.book.lock();
        book.listed.push_back(Arc::clone(&entry));
        if book.listed.len() > LISTED {
            let closed = book
                .listed
                .iter()
                .position(|entry| entry.lock().lasted.is_some());
            if let Some(oldest) = closed.and_then(|at| book.listed.remove(at)) {
                let oldest = oldest.lock();
                book.earlier.add(&oldest.spent());
                book.earlier_usd += self.cost(&oldest);
                book.earlier_sessions += 1;
            }
        }
        Bill(entry)
    }

    /// The invoice as it stands.
    pub fn statement(&self) -> Statement {
        let book = self.book.lock();
        let sessions: Vec<Line> = book
            .listed
            .iter()
            .map(|entry| {
                let entry = entry.lock();
                Line {
                    session: entry.id.clone(),
                    dialect: entry.dialect,
                    model: entry.model.clone(),
                    open: entry.lasted.is_none(),
                    spent: entry.spent(),
                    usd: self.cost(&entry),
                }
            })
            .collect();
        let mut total = book.earlier;
        let mut total_usd = book.earlier_usd;
        for line in &sessions {
            total.add(&line.spent);
            total_usd += line.usd;
        }
        Statement {
            session_count: sessions.len() + book.earlier_sessions,
            sessions,
            total,
            total_usd,
        }
    }

    fn cost(&self, entry: &Entry) -> f64 {
        self.prices
            .of(entry.dialect, &entry.model)
            .cost(&entry.spent())
    }
}

impl Statement {
    /// The invoice for people.
    pub fn text(&self) -> String {
        let mut text = String::from(
            "session                                      dialect       connected    audio in   audio out    tokens in   tokens out        USD\n",
        );
        let row = |name: &str, dialect: &str, spent: &Spent, usd: f64| {
            let tokens = &spent.tokens;
            format!(
                "{name:<44} {dialect:<12} {:>9.1} s {:>9.1} s {:>9.1} s {:>12} {:>12} {usd:>10.4}\n",
                spent.connected_seconds,
                spent.audio_in_seconds,
                spent.audio_out_seconds,
                tokens.text_in + tokens.audio_in,
                tokens.text_out + tokens.audio_out,
            )
        };
        for line in &self.sessions {
            let dialect = match line.dialect {
                Dialect::Translation => "translation",
                Dialect::Conversation => "conversation",
            };
            text += &row(&line.session, dialect, &line.spent, line.usd);
        }
        let plural = if self.session_count == 1 { "" } else { "s" };
        let all = format!("total of {} session{plural}", self.session_count);
        let _ = write!(text, "{}", row(&all, "", &self.total, self.total_usd));
        text
    }
}
