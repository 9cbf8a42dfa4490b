//! Progress: a bar per table and one in total on a terminal, JSON lines on request, else silence.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::visible;

/// When and how progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Mode {
    /// Bars where standard error is a terminal
    #[default]
    Auto,
    /// Nothing
    Never,
    /// JSON lines on standard error
    Json,
}

/// How often a JSON line is written for one item, at most.
const JSON_EVERY: Duration = Duration::from_secs(1);

/// Where progress goes. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Progress(Shown);

#[derive(Debug, Clone, Default)]
enum Shown {
    #[default]
    Nothing,
    Bars(MultiProgress),
    Json,
}

impl Progress {
    /// Progress by mode.
    #[must_use]
    pub fn new(mode: Mode, terminal: bool) -> Self {
        Self(match mode {
            Mode::Json => Shown::Json,
            Mode::Auto if terminal => {
                Shown::Bars(MultiProgress::with_draw_target(ProgressDrawTarget::stderr()))
            }
            Mode::Auto | Mode::Never => Shown::Nothing,
        })
    }

    /// Begins a task, such as the dump of a database, of about `bytes` (0: unknown).
    #[must_use]
    pub fn task(&self, name: &str, bytes: u64) -> Task {
        let name = visible(name);
        let bar = self.bar(&name, bytes, "{msg} {wide_bar} {bytes}/{total_bytes} {eta}");
        if let Shown::Json = self.0 {
            emit(&serde_json::json!({"event": "task", "task": name, "bytes": bytes}));
        }
        Task(Arc::new(TaskState {
            progress: self.clone(),
            name,
            bytes: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            bar,
        }))
    }

    /// Takes all bars off the terminal.
    pub fn clear(&self) {
        if let Shown::Bars(bars) = &self.0 {
            // A terminal that is gone needs no clearing.
            let _ = bars.clear();
        }
    }

    /// Runs `print` while the bars are out of the way.
    pub fn beside_bars<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.0 {
            Shown::Bars(bars) => bars.suspend(print),
            Shown::Nothing | Shown::Json => print(),
        }
    }

    fn bar(&self, name: &str, bytes: u64, style: &str) -> Option<ProgressBar> {
        let Shown::Bars(bars) = &self.0 else {
            return None;
        };
        let bar = bars.add(ProgressBar::new(bytes));
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        Some(bar)
    }
}

/// Something under way as a whole. Cheap to clone; items may be added from any thread.
#[derive(Debug, Clone)]
pub struct Task(Arc<TaskState>);

#[derive(Debug)]
struct TaskState {
    progress: Progress,
    name: String,
    bytes: AtomicU64,
    rows: AtomicU64,
    bar: Option<ProgressBar>,
}

impl Task {
    /// Sets the size of the whole, once it is known.
    pub fn expect(&self, bytes: u64) {
        if let Some(bar) = &self.0.bar {
            bar.set_length(bytes);
        }
    }

    /// Begins a part, such as a table, of about `bytes` (0: unknown).
    #[must_use]
    pub fn item(&self, name: &str, bytes: u64) -> Item {
        let name = visible(name);
        let bar = self
            .0
            .progress
            .bar(&name, bytes, "  {msg} {bytes} {binary_bytes_per_sec}");
        Item {
            task: self.clone(),
            name,
            bytes: 0,
            rows: 0,
            said: Instant::now(),
            bar,
        }
    }

    /// Ends it.
    pub fn done(&self) {
        if let Some(bar) = &self.0.bar {
            bar.finish_and_clear();
        }
        if let Shown::Json = self.0.progress.0 {
            emit(&serde_json::json!({
                "event": "task_done",
                "task": self.0.name,
                "bytes": self.0.bytes.load(Ordering::Relaxed),
                "rows": self.0.rows.load(Ordering::Relaxed),
            }));
        }
    }
}

/// A part of a task. Ends when it is dropped.
#[derive(Debug)]
pub struct Item {
    task: Task,
    name: String,
    bytes: u64,
    rows: u64,
    said: Instant,
    bar: Option<ProgressBar>,
}

impl Item {
    /// Says that so much more is done.
    pub fn add(&mut self, bytes: u64, rows: u64) {
        self.bytes += bytes;
        self.rows += rows;
        let task = &self.task.0;
        task.bytes.fetch_add(bytes, Ordering::Relaxed);
        task.rows.fetch_add(rows, Ordering::Relaxed);
        for bar in [&self.bar, &task.bar].into_iter().flatten() {
            bar.inc(bytes);
        }
        if self.said.elapsed() >= JSON_EVERY {
            self.say("item");
        }
    }

    fn say(&mut self, event: &str) {
        self.said = Instant::now();
        if let Shown::Json = self.task.0.progress.0 {
            emit(&serde_json::json!({
                "event": event,
                "task": self.task.0.name,
                "item": self.name,
                "bytes": self.bytes,
                "rows": self.rows,
            }));
        }
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.say("item_done");
    }
}

fn emit(line: &serde_json::Value) {
    // Progress that nobody reads must not end the work.
    let _ = writeln!(std::io::stderr(), "{line}");
}
