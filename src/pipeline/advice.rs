//! What was measured of a database, and what follows from it for a dump. Pure.

/// Rows read by so many connections.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The connections.
    pub jobs: usize,
    /// The rows' SQL, in bytes.
    pub bytes: u64,
    /// The rows.
    pub rows: u64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// The processor time of this process for it, in seconds; `None` where the system does not say.
    pub client: Option<f64>,
}

impl Reading {
    /// Bytes in a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        per_second(self.bytes, self.seconds)
    }

    /// Bytes for each second of this process's time: what it could do if the server were faster.
    #[must_use]
    pub fn client_rate(&self) -> Option<f64> {
        self.client
            .filter(|seconds| *seconds > 0.0)
            .map(|seconds| per_second(self.bytes, seconds))
    }
}

/// One level of the compressor, on one core.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Packing {
    /// The level of zstd.
    pub level: i32,
    /// Bytes of SQL in a second.
    pub rate: f64,
    /// How many times smaller.
    pub ratio: f64,
}

/// Everything that was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Bench {
    /// By the number of connections.
    pub readings: Vec<Reading>,
    /// By level.
    pub packings: Vec<Packing>,
    /// Bytes in a second onto the disk, synchronised.
    pub disk: f64,
    /// The cores of this machine.
    pub cores: usize,
    /// The whole database's rows as the server estimates them, in bytes.
    pub total: u64,
}

/// Bytes in a second.
pub(super) fn per_second(bytes: u64, seconds: f64) -> f64 {
    if seconds > 0.0 {
        bytes as f64 / seconds
    } else {
        0.0
    }
}

/// What a dump should be given, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// `--jobs`.
    pub jobs: usize,
    /// The level of zstd.
    pub level: i32,
    /// The stage that bounds it.
    pub bound: Stage,
    /// Bytes of SQL in a second that it should come to.
    pub rate: f64,
    /// How much smaller the archive is.
    pub ratio: f64,
}

/// A stage of a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The server, or the way to it.
    Server,
    /// Rows made into SQL, here.
    Client,
    /// The compressor.
    Compressor,
    /// Where the archive is written.
    Disk,
}

/// One more connection has to bring this much, or it is a burden on the server for nothing.
const WORTH: f64 = 1.15;

/// A level may cost this part of the speed that the cheapest level allows.
const SLOWER: f64 = 0.95;

impl Bench {
    /// What a dump should be given; nothing where there were no rows to measure.
    #[must_use]
    pub fn advice(&self) -> Option<Advice> {
        let reading = self.best_reading()?;
        let cheapest = self.packings.first()?;
        let reachable = self.with(reading, cheapest);
        let good = |packing: &&Packing| self.with(reading, packing) >= SLOWER * reachable;
        // from 9 on, levels cost far more than they save: only who asks for them gets them
        let affordable = self.packings.iter().filter(|packing| packing.level <= 9);
        let packing = affordable
            .filter(good)
            .max_by(|a, b| a.ratio.total_cmp(&b.ratio))?;
        Some(Advice {
            jobs: reading.jobs,
            level: packing.level,
            bound: self.bound(reading, packing),
            rate: self.with(reading, packing),
            ratio: packing.ratio,
        })
    }

    /// The fewest connections that more would not make much faster.
    fn best_reading(&self) -> Option<&Reading> {
        let mut readings = self.readings.iter().filter(|reading| reading.bytes > 0);
        let mut best = readings.next()?;
        for reading in readings {
            if reading.rate() > WORTH * best.rate() {
                best = reading;
            }
        }
        Some(best)
    }

    /// What reading, compressing and writing come to together: they overlap, on these cores.
    fn with(&self, reading: &Reading, packing: &Packing) -> f64 {
        [
            reading.rate(),
            self.client_limit(reading),
            self.packing_limit(reading, packing),
            self.disk * packing.ratio,
        ]
        .into_iter()
        .fold(f64::INFINITY, f64::min)
    }

    fn client_limit(&self, reading: &Reading) -> f64 {
        let busy = reading.client_rate().unwrap_or(f64::INFINITY);
        busy * reading.jobs.min(self.cores) as f64
    }

    /// All cores compress, but for what reading takes of them.
    fn packing_limit(&self, reading: &Reading, packing: &Packing) -> f64 {
        let reading = reading.client_rate().map_or(0.0, |rate| 1.0 / rate);
        self.cores as f64 / (1.0 / packing.rate.max(1.0) + reading)
    }

    fn bound(&self, reading: &Reading, packing: &Packing) -> Stage {
        let server = if reading
            .client_rate()
            .is_some_and(|rate| rate * WORTH < reading.rate())
        {
            Stage::Client
        } else {
            Stage::Server
        };
        let stages = [
            (reading.rate(), server),
            (self.packing_limit(reading, packing), Stage::Compressor),
            (self.disk * packing.ratio, Stage::Disk),
        ];
        let slowest = stages.into_iter().min_by(|(a, _), (b, _)| a.total_cmp(b));
        slowest.map_or(Stage::Server, |(_, stage)| stage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bench(rates: &[u64], client: f64, disk: f64) -> Bench {
        let reading = |(at, bytes): (usize, &u64)| Reading {
            jobs: 1 << at,
            bytes: *bytes,
            rows: 1,
            seconds: 1.0,
            client: Some(client),
        };
        let packing = |(level, rate, ratio)| Packing { level, rate, ratio };
        let packings = [
            (1, 500.0, 3.0),
            (3, 300.0, 4.0),
            (9, 60.0, 5.0),
            (19, 5.0, 6.0),
        ];
        Bench {
            readings: rates.iter().enumerate().map(reading).collect(),
            packings: packings.into_iter().map(packing).collect(),
            disk,
            cores: 4,
            total: 0,
        }
    }

    #[test]
    fn connections_that_bring_nothing_are_not_advised() {
        let advice = bench(&[100, 190, 195], 0.01, 1e9).advice();
        let advice = advice.map(|advice| (advice.jobs, advice.level, advice.bound));
        assert_eq!(advice, Some((2, 9, Stage::Server)));
    }

    #[test]
    fn a_fast_server_gets_a_cheap_level() {
        let advice = bench(&[2000], 0.01, 1e9).advice();
        let advice = advice.map(|advice| (advice.level, advice.bound));
        assert_eq!(advice, Some((1, Stage::Compressor)));
    }

    #[test]
    fn a_slow_disk_gets_a_high_level() {
        let advice = bench(&[400], 0.01, 40.0).advice();
        let advice = advice.map(|advice| (advice.level, advice.bound));
        assert_eq!(advice, Some((9, Stage::Disk)));
    }

    #[test]
    fn without_rows_there_is_nothing_to_say() {
        assert_eq!(bench(&[0], 0.01, 1.0).advice(), None);
        assert_eq!(bench(&[], 0.01, 1.0).advice(), None);
    }
}
