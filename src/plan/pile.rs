//! Things of one type by the hundred thousand, packed one behind the other.

use std::marker::PhantomData;

use crate::error::Result;
use crate::plan::packed::{Packed, unpack};
use crate::plan::shelf::{Reading, Shelf, Spot};

/// The things, by position.
#[derive(Debug)]
pub struct Pile<T> {
    shelf: Shelf,
    spots: Vec<Spot>,
    /// The room in which they are packed.
    room: Vec<u8>,
    of: PhantomData<fn() -> T>,
}

impl<T> Default for Pile<T> {
    fn default() -> Self {
        Self {
            shelf: Shelf::default(),
            spots: Vec::new(),
            room: Vec::new(),
            of: PhantomData,
        }
    }
}

impl<T: Packed> Pile<T> {
    /// Adds one behind the others.
    pub fn push(&mut self, thing: &T) -> Result<()> {
        self.room.clear();
        thing.put(&mut self.room);
        self.spots.push(self.shelf.put(&self.room)?);
        Ok(())
    }

    /// Gives back the room that no further one needs.
    pub fn close(&mut self) -> Result<()> {
        self.room = Vec::new();
        self.spots.shrink_to_fit();
        self.shelf.close()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spots.is_empty()
    }

    /// The one at this position; there must be one.
    pub fn get(&self, at: usize, reading: &mut Reading) -> Result<T> {
        unpack(&mut self.shelf.at(self.spots[at], reading)?)
    }

    /// All, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Result<T>> + Send {
        let mut reading = Reading::default();
        (0..self.len()).map(move |at| self.get(at, &mut reading))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use super::*;

    #[test]
    fn things_come_back_as_they_were_put() {
        let things = (0..5000_u64).map(|n| (n, vec![n; 9])).collect::<Vec<_>>();
        let mut pile = Pile::default();
        assert!(pile.is_empty());
        for thing in &things {
            pile.push(thing).unwrap();
        }
        assert_eq!(
            pile.get(4999, &mut Reading::default()).unwrap(),
            things[4999]
        );
        pile.close().unwrap();
        assert_eq!(pile.iter().collect::<Result<Vec<_>>>().unwrap(), things);
        assert_eq!(pile.get(7, &mut Reading::default()).unwrap(), things[7]);
    }
}
