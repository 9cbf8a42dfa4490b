//! Reads that wait a little for more. The server sends rows in pieces of 8 kB, and a reader that sleeps
//! until there is a piece is woken for each: where rows are not compressed that is a tenth of the whole
//! time (docs/decisions/slices-and-rows.md). The system's own means do not serve: `SO_RCVLOWAT`
//! wakes the readers of Unix sockets all the same, and over TCP holds up an answer's last bytes.

use std::thread;
use std::time::Duration;

/// How long a read waits. It holds the thread up for the time of a short computation: timers of the
/// runtime count milliseconds, in which the fastest server fills the system's buffer of 208 KiB.
const PAUSE: Duration = Duration::from_micros(150);

/// From here on, in bytes without an end, an answer counts as rows that flow.
const FLOWS_BYTES: usize = 128 << 10;

/// A pause pays where it brings more than one piece of a plain socket, or one record of TLS, in bytes.
const PAYS_BYTES: usize = 24 << 10;

/// A pause that brings more than this, in bytes, was too long: the system's buffer, which holds twice
/// as much, may have been full.
const HOLDS_UP_BYTES: usize = 96 << 10;

/// So many reads go without a pause after one that did not pay.
const WITHOUT: u32 = 64;

/// When to wait, from what came so far.
#[derive(Debug, Default)]
pub(super) struct Linger {
    came: usize,
    without: u32,
    waited: bool,
}

impl Linger {
    /// Waits before a read, where that pays.
    pub(super) fn before_read(&mut self) {
        self.waited = self.came >= FLOWS_BYTES && self.without == 0;
        if self.waited {
            thread::sleep(PAUSE);
        }
    }

    /// What a read brought, in bytes.
    pub(super) fn came(&mut self, bytes: usize) {
        self.came = self.came.saturating_add(bytes);
        if self.waited && !(PAYS_BYTES..HOLDS_UP_BYTES).contains(&bytes) {
            self.without = WITHOUT;
        } else {
            self.without = self.without.saturating_sub(1);
        }
    }

    /// Something else is asked: its answer is not known to flow.
    pub(super) fn begin(&mut self) {
        self.came = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a read waits.
    fn waits(linger: &mut Linger) -> bool {
        linger.before_read();
        linger.waited
    }

    #[test]
    fn only_what_flows_is_waited_for() {
        let mut linger = Linger::default();
        assert!(!waits(&mut linger));
        linger.came(FLOWS_BYTES);
        assert!(waits(&mut linger));
        linger.came(PAYS_BYTES);
        assert!(waits(&mut linger));
        linger.begin();
        assert!(!waits(&mut linger));
    }

    #[test]
    fn a_pause_that_does_not_pay_is_not_made_again_soon() {
        for brought in [PAYS_BYTES - 1, HOLDS_UP_BYTES] {
            let mut linger = Linger::default();
            linger.came(FLOWS_BYTES);
            assert!(waits(&mut linger));
            linger.came(brought);
            for _ in 0..WITHOUT {
                assert!(!waits(&mut linger));
                linger.came(brought);
            }
            assert!(waits(&mut linger));
        }
    }
}
