//! A database's relations, packed, and found by their names.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::mysql::inventory::Relation;
use crate::plan::finder::Finder;
use crate::plan::pile::Pile;
use crate::plan::shelf::Reading;

/// The relations, in the order in which they were listed. What they are is at hand, all the rest is
/// unpacked where it is looked at.
#[derive(Debug, Default)]
pub struct Relations {
    pile: Pile<Relation>,
    /// The class of each: a position in `classes`.
    class: Vec<u16>,
    /// Relations with a type and an engine, and nothing else.
    classes: Vec<Relation>,
    finder: Finder,
    reader: Mutex<Reader>,
}

/// What was unpacked last: a kind looks at one relation several times, and then at the next.
#[derive(Default)]
struct Reader {
    reading: Reading,
    last: Option<(usize, Arc<Relation>)>,
    failed: Option<Error>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.last)
    }
}

impl Relations {
    /// Adds one behind the others.
    pub fn push(&mut self, relation: &Relation) -> Result<()> {
        let alike = |class: &Relation| {
            class.table_type == relation.table_type && class.engine == relation.engine
        };
        let at = self.classes.iter().position(alike);
        let at = at.unwrap_or_else(|| {
            self.classes.push(Relation {
                table_type: relation.table_type.clone(),
                engine: relation.engine.clone(),
                ..Relation::default()
            });
            self.classes.len() - 1
        });
        // types and engines are known ones: tens of each
        self.class.push(u16::try_from(at).unwrap_or(u16::MAX));
        self.finder.push(&relation.name);
        self.pile.push(relation)
    }

    /// Nothing is added any more: from here on names are found.
    pub fn close(&mut self) -> Result<()> {
        self.class.shrink_to_fit();
        self.finder.close();
        self.pile.close()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Arc<Relation>> + Send {
        self.those(|_| true)
    }

    /// Those whose class is wanted: nothing but type and engine may be looked at.
    pub fn those<W: Fn(&Relation) -> bool>(
        &self,
        wanted: W,
    ) -> impl Iterator<Item = Arc<Relation>> + Send + use<'_, W> {
        let wanted: Vec<bool> = self.classes.iter().map(wanted).collect();
        let is_wanted = move |class: &u16| wanted.get(usize::from(*class)) == Some(&true);
        let places = self.class.iter().enumerate();
        let places = places.filter(move |(_, class)| is_wanted(class));
        places.filter_map(|(at, _)| self.get(at))
    }

    /// Whether there is one whose class is wanted.
    pub fn any(&self, wanted: impl Fn(&Relation) -> bool) -> bool {
        self.classes.iter().any(wanted)
    }

    /// The one of exactly this name.
    #[must_use]
    pub fn find(&self, name: &[u8]) -> Option<Arc<Relation>> {
        let mut places = self.finder.find(name);
        places.find_map(|at| self.get(at).filter(|one| one.name == name))
    }

    fn get(&self, at: usize) -> Option<Arc<Relation>> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((last, relation)) = &reader.last
            && *last == at
        {
            return Some(Arc::clone(relation));
        }
        match self.pile.get(at, &mut reader.reading) {
            Ok(relation) => {
                let relation = Arc::new(relation);
                reader.last = Some((at, Arc::clone(&relation)));
                Some(relation)
            }
            Err(error) => {
                reader.failed.get_or_insert(error);
                None
            }
        }
    }

    /// Makes sure that each was unpacked that was looked at: whoever found none has to ask, before what
    /// came of it counts.
    pub fn check(&self) -> Result<()> {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.failed.take().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
impl From<Vec<Relation>> for Relations {
    #[expect(clippy::unwrap_used, reason = "test")]
    fn from(list: Vec<Relation>) -> Self {
        let mut relations = Self::default();
        for relation in list {
            relations.push(&relation).unwrap();
        }
        relations.close().unwrap();
        relations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_is_found_by_its_exact_name() {
        let relation = |name: &str| Relation {
            name: name.into(),
            ..Relation::default()
        };
        let relations = Relations::from(["b", "a", "B", ""].map(relation).to_vec());
        let found = |name: &str| relations.find(name.as_bytes()).map(|one| one.name.clone());
        for name in ["a", "b", "B", ""] {
            assert_eq!(found(name), Some(name.into()));
        }
        assert_eq!((found("A"), found("c")), (None, None));
        assert_eq!(
            relations.iter().next().map(|one| one.name.clone()),
            Some("b".into())
        );
        assert!(Relations::default().find(b"a").is_none());
        assert!(relations.check().is_ok());
    }

    #[test]
    fn classes_are_asked_for_without_the_rest() {
        let relation = |number: usize| Relation {
            name: format!("r{number}").into(),
            table_type: if number.is_multiple_of(3) {
                "VIEW"
            } else {
                "BASE TABLE"
            }
            .into(),
            rows: number as u64,
            ..Relation::default()
        };
        let all: Vec<Relation> = (0..3000).map(relation).collect();
        let relations = Relations::from(all.clone());
        assert!(relations.iter().map(Arc::unwrap_or_clone).eq(all.clone()));
        let views = relations.those(|one| one.table_type == "VIEW");
        let expected = all.iter().filter(|one| one.table_type == "VIEW");
        assert!(views.map(Arc::unwrap_or_clone).eq(expected.cloned()));
        assert!(relations.any(Relation::is_table) && !relations.any(Relation::is_versioned));
    }
}
