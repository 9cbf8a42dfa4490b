//! The tables, views and sequences of a database, found by name. Of a hundred thousand tables each asks
//! for itself or another: a search through all would be as many times as long.

use std::sync::Arc;

use crate::mysql::inventory::Relation;

/// The relations, in the order in which they were listed. Who keeps one shares it.
#[derive(Debug, Default)]
pub struct Relations {
    list: Vec<Arc<Relation>>,
    /// Positions in the list, by name.
    by_name: Vec<usize>,
}

impl Relations {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Relation> {
        self.list.iter().map(Arc::as_ref)
    }

    /// All of them, to be kept.
    pub fn shared(&self) -> impl Iterator<Item = &Arc<Relation>> {
        self.list.iter()
    }

    /// The one of exactly this name.
    #[must_use]
    pub fn find(&self, name: &[u8]) -> Option<&Relation> {
        let found = self
            .by_name
            .binary_search_by(|at| name_at(&self.list, *at).cmp(&Some(name)));
        let at = self.by_name.get(found.ok()?)?;
        self.list.get(*at).map(Arc::as_ref)
    }
}

fn name_at(list: &[Arc<Relation>], at: usize) -> Option<&[u8]> {
    list.get(at).map(|relation| relation.name.as_slice())
}

impl From<Vec<Relation>> for Relations {
    fn from(list: Vec<Relation>) -> Self {
        let list: Vec<Arc<Relation>> = list.into_iter().map(Arc::new).collect();
        let mut by_name: Vec<usize> = (0..list.len()).collect();
        by_name.sort_unstable_by_key(|at| name_at(&list, *at));
        Self { list, by_name }
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
    }
}
