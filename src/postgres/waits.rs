//! What each object waits for, by position: three hundred thousand short lists. Pure.

use crate::plan::lists::Lists;

/// What each object waits for.
#[derive(Debug, Default)]
pub struct Waits {
    lists: Lists<u32>,
    /// What came later: who waits, and for what.
    more: Vec<(u32, u32)>,
}

impl Waits {
    /// So many objects, and pairs of one that waits and one that it waits for, ascending. None waits for
    /// itself.
    pub fn new(objects: usize, pairs: impl Iterator<Item = (usize, u32)> + Clone) -> Self {
        let others = pairs.filter(|(at, to)| *at != *to as usize);
        let mut all = Self {
            lists: Lists::from_pairs(objects, others),
            more: Vec::new(),
        };
        if all
            .lists
            .iter()
            .any(|list| !list.is_sorted_by(|a, b| a < b))
        {
            all.sort();
        }
        all
    }

    /// Adds an object behind the others.
    pub fn push(&mut self, waits: impl IntoIterator<Item = u32>) {
        self.lists.push(waits);
    }

    /// Has one wait for another, too.
    pub fn add(&mut self, at: usize, to: usize) {
        self.more.push((number(at), number(to)));
    }

    /// What it waits for, but for what was added since.
    #[must_use]
    pub fn get(&self, at: usize) -> &[u32] {
        self.lists.get(at)
    }

    /// The lists, with all that was added; ascending, each once.
    pub fn settled(&mut self) -> &Lists<u32> {
        if !self.more.is_empty() {
            self.sort();
        }
        &self.lists
    }

    fn sort(&mut self) {
        let mut more = std::mem::take(&mut self.more);
        more.sort_unstable();
        let mut more = more.into_iter().peekable();
        let mut sorted = Lists::with_capacity(self.lists.len());
        for (at, list) in (0..).zip(self.lists.iter()) {
            let mut own = list.to_vec();
            while let Some((_, to)) = more.next_if(|(from, _)| *from == at) {
                own.push(to);
            }
            own.sort_unstable();
            own.dedup();
            sorted.push(own);
        }
        self.lists = sorted;
    }
}

/// The position of an object, of which there are no more than oids.
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_waits_for_another_once_and_never_for_itself() {
        let pairs = [(0, 1), (0, 2), (0, 2), (1, 1), (2, 0)];
        let mut waits = Waits::new(3, pairs.into_iter());
        waits.push([2, 0]);
        waits.add(3, 1);
        waits.add(0, 3);
        let lists: Vec<&[u32]> = waits.settled().iter().collect();
        assert_eq!(lists, [&[1, 2, 3][..], &[], &[0], &[0, 1, 2]]);
    }
}
