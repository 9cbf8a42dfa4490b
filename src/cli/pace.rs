//! Flags that say how large the pieces of a dump are, and how fast they come.

use std::time::Duration;

use crate::config::duration;
use crate::source::Nice;

/// The pieces of a dump.
#[derive(Debug, clap::Args)]
pub(super) struct Pace {
    /// Compress so much SQL at once: larger frames suit high levels, smaller ones single rows
    #[arg(long, value_name = "SIZE", default_value = "4M", value_parser = frame_size)]
    pub(super) frame_size: u64,
    /// Read no more rows than this in a second, such as 20M
    #[arg(long, value_name = "SIZE", value_parser = rate)]
    pub(super) max_rate: Option<u64>,
    /// Pause while the server has other work, as the next two say
    #[arg(long)]
    nice: bool,
    /// … while more statements of others run than this
    #[arg(long, value_name = "N", default_value_t = 8, requires = "nice")]
    nice_sessions: u64,
    /// … while a replica is behind for longer than this
    #[arg(long, value_name = "TIME", default_value = "10s", requires = "nice",
          value_parser = duration::parse)]
    nice_lag: Duration,
    /// Cut tables into pieces of this size
    #[arg(long, value_name = "SIZE", default_value = "0", hide = true, value_parser = size)]
    pub(super) slice_size: u64,
}

impl Pace {
    pub(super) fn nice(&self) -> Option<Nice> {
        self.nice.then_some(Nice {
            sessions: self.nice_sessions,
            lag: self.nice_lag,
        })
    }
}

/// The largest frame: a frame is held in memory, one for each worker and compressor.
const LARGEST_FRAME: u64 = 1 << 30;

/// The smallest frame: smaller ones hardly compress.
const SMALLEST_FRAME: u64 = 64 << 10;

fn frame_size(text: &str) -> Result<u64, String> {
    let bytes = size(text)?;
    if (SMALLEST_FRAME..=LARGEST_FRAME).contains(&bytes) {
        Ok(bytes)
    } else {
        Err("it must lie between 64K and 1G".into())
    }
}

/// A rate at which a dump ends.
fn rate(text: &str) -> Result<u64, String> {
    match size(text)? {
        0 => Err("it must be above 0".into()),
        bytes => Ok(bytes),
    }
}

/// Bytes, with K, M or G, or KiB, MiB or GiB, for the powers of 1024.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || "it must be a number of bytes, with K, M or G behind it or nothing".to_owned();
    let text = text.trim_end_matches(['b', 'B']).trim_end_matches('i');
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_their_letters() {
        assert_eq!(size("17"), Ok(17));
        assert_eq!(size("4M"), Ok(4 << 20));
        assert_eq!(size("512KiB"), Ok(512 << 10));
        assert_eq!(size("1g"), Ok(1 << 30));
        for wrong in ["", "M", "-1", "1.5M", "1T", "99999999999G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert!(rate("0").is_err());
        assert!(frame_size("1").is_err());
        assert_eq!(frame_size("8M"), Ok(8 << 20));
    }
}
