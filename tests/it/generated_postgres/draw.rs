//! Draws from a seed: the same ones on every machine (SplitMix64).

/// A source of numbers.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// Below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let end = u64::try_from(end.max(1)).expect("a small number");
        usize::try_from((z ^ (z >> 31)) % end).expect("a small number")
    }

    /// Whether, once in `times`.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of them.
    pub(super) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// One of them, or this where there is none.
    pub(super) fn one_or(&mut self, of: &[String], other: &str) -> String {
        match of.is_empty() {
            true => other.to_owned(),
            false => of[self.below(of.len())].clone(),
        }
    }

    /// A text of pieces that break what does not quote them.
    pub(super) fn text(&mut self) -> String {
        const PIECES: [&str; 20] = [
            "a", "B", " ", "\"", "'", "\\", "$", ".", ";", "--", "/*", "é", "\n", "%", "select",
            "$$", "\t", "日本", "_", "\\.",
        ];
        let pieces = 1 + self.below(4);
        (0..pieces).map(|_| self.one(&PIECES)).collect()
    }

    /// A string literal of such.
    pub(super) fn literal(&mut self) -> String {
        let text = self.text().replace('\\', "\\\\").replace('\'', "''");
        format!("E'{text}'")
    }
}
