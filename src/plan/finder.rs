//! Positions by name, of names that lie packed somewhere else: eight bytes for each.

use std::hash::{BuildHasher as _, RandomState};

/// Says where a name may be.
#[derive(Debug, Default)]
pub struct Finder {
    hasher: RandomState,
    /// The hash of each name with its position; in the order of the hashes once it is closed.
    sorted: Vec<(u32, u32)>,
}

impl Finder {
    /// Adds the name of the next position, from 0.
    pub fn push(&mut self, name: &[u8]) {
        let at = u32::try_from(self.sorted.len()).unwrap_or(u32::MAX);
        self.sorted.push((self.hash(name), at));
    }

    /// Makes all findable that were added.
    pub fn close(&mut self) {
        self.sorted.shrink_to_fit();
        self.sorted.sort_unstable();
    }

    /// The positions at which the name may be, in their order: whoever asks compares.
    pub fn find(&self, name: &[u8]) -> impl Iterator<Item = usize> {
        let hash = self.hash(name);
        let from = self.sorted.partition_point(|(one, _)| *one < hash);
        let rest = self.sorted.get(from..).unwrap_or_default();
        let same = rest.iter().take_while(move |(one, _)| *one == hash);
        same.map(|(_, at)| *at as usize)
    }

    fn hash(&self, name: &[u8]) -> u32 {
        self.hasher.hash_one(name) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_where_it_was_added() {
        let mut finder = Finder::default();
        let name = |n: usize| format!("name {}", n / 2);
        (0..2000).for_each(|n| finder.push(name(n).as_bytes()));
        finder.close();
        for n in (0..2000).step_by(2) {
            let found: Vec<usize> = finder.find(name(n).as_bytes()).collect();
            assert!(found.is_sorted() && found.contains(&n) && found.contains(&(n + 1)));
            // two of a thousand names may share a hash, three will not
            assert!(found.len() <= 4);
        }
        assert_eq!(Finder::default().find(b"a").count(), 0);
    }
}
