//! How fast rows may come, and how many frames are compressed at once.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::Instant;

use crate::archive::codec::Codec;
use crate::pipeline::nice::Gate;

/// A level from which a compressor's memory counts: more than one for each connection is too much.
const LARGE_ZSTD: i32 = 13;

/// More than this are never fed by one connection.
const MOST_LANES: usize = 4;

/// What the workers of a dump share of time and memory.
#[derive(Debug)]
pub(super) struct Pace {
    pub(super) codec: Codec,
    /// The frames that each worker has in compression at once.
    pub(super) lanes: usize,
    rate: Option<Rate>,
    gate: Option<Gate>,
}

impl Pace {
    pub(super) fn new(codec: Codec, workers: usize, max_rate: Option<u64>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let rate = max_rate.map(|bytes| Rate {
            bytes: bytes.max(1),
            next: Mutex::new(Instant::now()),
        });
        Self {
            codec,
            lanes: lanes(codec, cores, workers),
            rate,
            gate: None,
        }
    }

    /// Waits at this gate, too.
    pub(super) fn behind(mut self, gate: Option<Gate>) -> Self {
        self.gate = gate;
        self
    }

    /// Waits until so many more bytes may be read.
    pub(super) async fn take(&self, bytes: u64) {
        if let Some(rate) = &self.rate {
            tokio::time::sleep_until(rate.after(bytes)).await;
        }
        if let Some(gate) = &self.gate {
            gate.pass().await;
        }
    }
}

/// Cores that no connection keeps busy compress what the slower stage, else, would hold up.
fn lanes(codec: Codec, cores: usize, workers: usize) -> usize {
    let small = match codec {
        Codec::Zstd(level) => level < LARGE_ZSTD,
        Codec::Xz(level) => level < 4,
        Codec::Gzip(_) | Codec::Bzip2(_) | Codec::None => true,
    };
    if small {
        cores.div_ceil(workers.max(1)).clamp(1, MOST_LANES)
    } else {
        1
    }
}

#[derive(Debug)]
struct Rate {
    /// In a second.
    bytes: u64,
    /// When what was taken so far has had its time.
    next: Mutex<Instant>,
}

impl Rate {
    /// Notes that `bytes` were taken; gives the time to wait for. Time that was not used is lost:
    /// no burst follows a pause.
    fn after(&self, bytes: u64) -> Instant {
        let cost = Duration::from_secs_f64(bytes as f64 / self.bytes as f64);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = (*next).max(Instant::now()) + cost;
        *next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_cores_compress() {
        assert_eq!(lanes(Codec::Zstd(3), 2, 1), 2);
        assert_eq!(lanes(Codec::Zstd(3), 2, 2), 1);
        assert_eq!(lanes(Codec::Zstd(3), 64, 1), MOST_LANES);
        assert_eq!(lanes(Codec::Zstd(3), 1, 4), 1);
        assert_eq!(lanes(Codec::Zstd(19), 8, 1), 1);
        assert_eq!(lanes(Codec::Xz(9), 8, 1), 1);
    }

    #[test]
    fn the_rate_is_kept_by_all_workers_together() {
        let rate = Rate {
            bytes: 1000,
            next: Mutex::new(Instant::now()),
        };
        let (first, start) = (rate.after(1000), Instant::now());
        assert!(first > start && first <= start + Duration::from_secs(1));
        assert_eq!(rate.after(500), first + Duration::from_millis(500));
    }
}
