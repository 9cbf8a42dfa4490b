//! Many short lists, one behind the other: of hundreds of thousands, a vector each would take more room
//! than what is in them.

/// Lists by position, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists<T> {
    /// Where each list ends in `items`.
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self {
            ends: Vec::new(),
            items: Vec::new(),
        }
    }
}

impl<T> Lists<T> {
    /// No lists yet, and room for so many.
    #[must_use]
    pub fn with_capacity(lists: usize) -> Self {
        Self {
            ends: Vec::with_capacity(lists),
            items: Vec::new(),
        }
    }

    /// Adds a list behind the others.
    pub fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.items.extend(list);
        self.ends.push(end(self.items.len()));
    }

    /// The list at this position; none there is an empty one.
    #[must_use]
    pub fn get(&self, at: usize) -> &[T] {
        let before = at.checked_sub(1).and_then(|before| self.ends.get(before));
        let start = before.copied().unwrap_or(0) as usize;
        let end = self.ends.get(at).map_or(start, |end| *end as usize);
        self.items.get(start..end).unwrap_or_default()
    }

    /// How many lists there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no lists.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The lists in their order.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> + Clone {
        (0..self.len()).map(|at| self.get(at))
    }

    /// Gives back the room that no further list needs.
    pub fn shrink(&mut self) {
        self.ends.shrink_to_fit();
        self.items.shrink_to_fit();
    }
}

impl<T: Copy + Default> Lists<T> {
    /// So many lists from pairs of a list's position and what it holds, in the order in which they come.
    /// They are gone through twice. A position that is too large is left out.
    #[must_use]
    pub fn from_pairs(lists: usize, pairs: impl Iterator<Item = (usize, T)> + Clone) -> Self {
        let mut ends = vec![0_u32; lists];
        for (at, _) in pairs.clone() {
            if let Some(count) = ends.get_mut(at) {
                *count += 1;
            }
        }
        // From counts to where each list begins; filling it moves that to its end.
        let mut sum = 0;
        for end in &mut ends {
            sum += std::mem::replace(end, sum);
        }
        let mut items = vec![T::default(); sum as usize];
        for (at, item) in pairs {
            if let Some(next) = ends.get_mut(at) {
                if let Some(place) = items.get_mut(*next as usize) {
                    *place = item;
                }
                *next += 1;
            }
        }
        Self { ends, items }
    }
}

impl<T, L: IntoIterator<Item = T>> FromIterator<L> for Lists<T> {
    fn from_iter<I: IntoIterator<Item = L>>(lists: I) -> Self {
        let mut all = Self::default();
        for list in lists {
            all.push(list);
        }
        all
    }
}

/// What is held are numbers of objects and the like: four thousand million of them fit in no memory.
fn end(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_is_its_own() {
        let lists: Lists<u32> = [vec![1, 2], vec![], vec![3]].into_iter().collect();
        let back: Vec<&[u32]> = lists.iter().collect();
        assert_eq!(back, [&[1, 2][..], &[], &[3]]);
        assert_eq!((lists.get(3), lists.len()), (&[][..], 3));
    }

    #[test]
    fn pairs_keep_their_order_within_a_list() {
        let pairs = [(2, 7), (0, 5), (2, 6), (9, 1)];
        let lists = Lists::from_pairs(3, pairs.into_iter());
        let back: Vec<&[i32]> = lists.iter().collect();
        assert_eq!(back, [&[5][..], &[], &[7, 6]]);
    }
}
