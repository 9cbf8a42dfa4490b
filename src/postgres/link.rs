//! From `pg_depend` to needs: whose entry an address belongs to, and what that must wait for. Pure.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::num::NonZero;

use crate::error::Result;
use crate::postgres::address::Address;
use crate::postgres::address::class::{PG_ATTRDEF, PG_CLASS, PG_CONSTRAINT};
use crate::postgres::packed::Objects;
use crate::postgres::select::Select;
use crate::sql::rows::Row;

/// One row of `pg_depend`.
#[derive(Debug, Clone, Copy)]
pub struct Depend {
    from: Address,
    to: Address,
    kind: u8,
    /// It is one on a column.
    on_column: bool,
}

/// Every dependency but those of columns on their own table.
#[must_use]
pub fn query() -> Select {
    Select::from("pg_catalog.pg_depend d")
        .col("class", "d.classid")
        .col("oid", "d.objid")
        .col("refclass", "d.refclassid")
        .col("refoid", "d.refobjid")
        .col("deptype", "d.deptype")
        .col("on_column", "d.refobjsubid > 0")
        .filter("d.deptype <> 'p'")
        .filter("d.classid <> d.refclassid OR d.objid <> d.refobjid")
}

/// Reads a row of [`query`].
pub fn decode(row: &Row<'_>) -> Result<Depend> {
    Ok(Depend {
        from: Address::new(row.num("class")?, row.num("oid")?),
        to: Address::new(row.num("refclass")?, row.num("refoid")?),
        kind: row.letter("deptype")?,
        on_column: row.bool("on_column")?,
    })
}

/// Who holds an address: an object, or one of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder {
    object: u32,
    /// From 1: of these there are hundreds of thousands.
    part: Option<NonZero<u32>>,
}

impl Holder {
    /// The object of this position.
    #[must_use]
    pub fn whole(object: usize) -> Self {
        Self {
            object: number(object),
            part: None,
        }
    }

    /// The part of this position in the object.
    #[must_use]
    pub fn part_of(object: usize, part: usize) -> Self {
        Self {
            part: NonZero::new(number(part).saturating_add(1)),
            ..Self::whole(object)
        }
    }

    /// The position of the object.
    #[must_use]
    pub fn object(self) -> usize {
        self.object as usize
    }

    /// The position of its part.
    #[must_use]
    pub fn part(self) -> Option<usize> {
        self.part.map(|part| part.get() as usize - 1)
    }
}

/// Objects and parts are fewer than oids.
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Finds the holder of any address. Both lists are sorted by it.
#[derive(Debug, Default)]
pub struct Holders {
    direct: Vec<(Address, Holder)>,
    inside: Vec<(Address, Address)>,
}

impl Holders {
    /// From the objects, and from what `pg_depend` calls internal.
    #[must_use]
    pub fn new(objects: &Objects, depends: &[Depend]) -> Self {
        let mut direct = Vec::with_capacity(objects.len());
        for (at, object) in objects.iter().enumerate() {
            let own = object.address();
            let own = own.iter().chain(object.provides());
            direct.extend(own.map(|address| (*address, Holder::whole(at))));
            let parts = object.parts().iter().enumerate();
            direct.extend(parts.map(|(part, own)| (own.address, Holder::part_of(at, part))));
        }
        sort_to_last(&mut direct);
        Self {
            direct,
            inside: inside(depends),
        }
    }

    /// The holder of an address: its own entry, or that of what it is internal to.
    #[must_use]
    pub fn find(&self, address: Address) -> Option<Holder> {
        let mut at = address;
        // Chains are short (a toast table's index: 3); the bound is for a broken catalog's loops.
        for _ in 0..16 {
            if let Some(holder) = found(&self.direct, at) {
                return Some(holder);
            }
            at = found(&self.inside, at)?;
        }
        None
    }
}

fn found<T: Copy>(sorted: &[(Address, T)], address: Address) -> Option<T> {
    let at = sorted
        .binary_search_by_key(&address, |(own, _)| *own)
        .ok()?;
    sorted.get(at).map(|(_, value)| *value)
}

/// Sorts by address; of several with the same one the last stays.
fn sort_to_last<T>(list: &mut Vec<(Address, T)>) {
    list.reverse();
    list.sort_by_key(|(address, _)| *address);
    list.dedup_by_key(|(address, _)| *address);
    list.shrink_to_fit();
}

/// What each address is internal to. A member goes with its extension, a clone with its parent; what
/// hangs on a member (an index, a key, a default, a trigger) is in no list of members, and goes with it.
fn inside(depends: &[Depend]) -> Vec<(Address, Address)> {
    let members = depends.iter().filter(|depend| depend.kind == b'e');
    let members: HashSet<Address> = members.map(|depend| depend.from).collect();
    let rank = |depend: &Depend| match depend.kind {
        b'i' => Some(0_u8),
        // What 12 calls `P` is `I` on 11.
        b'P' | b'I' => Some(1),
        b'e' => Some(2),
        b'a' if members.contains(&depend.to) => Some(3),
        _ => None,
    };
    let mut inside = Vec::new();
    // The first of the best rank stays: it is the last that is added.
    for wanted in (0..4).rev() {
        let ranked = depends.iter().rev().filter(|d| rank(d) == Some(wanted));
        inside.extend(ranked.map(|depend| (depend.from, depend.to)));
    }
    sort_to_last(&mut inside);
    inside
}

/// The defaults and checks that need more than their own table and what hangs on columns (the sequence
/// of a `serial` one; a partition hangs on its table as a whole): only these can be part of a loop.
/// Constraints that others are internal to are among them, for what those need counts for them.
#[must_use]
pub fn reaching(depends: &[Depend]) -> HashSet<Address> {
    let is_part = |address: Address| matches!(address.class, PG_ATTRDEF | PG_CONSTRAINT);
    let is_relation = |address: Address| address.class == PG_CLASS;
    let hanging =
        |d: &&Depend| is_relation(d.from) && is_relation(d.to) && d.kind == b'a' && d.on_column;
    let hanging = depends.iter().filter(hanging).map(|depend| depend.from);
    let hanging: HashSet<Address> = hanging.collect();
    let mut own: HashMap<Address, Address> = HashMap::new();
    let mut reaching = HashSet::new();
    for depend in depends {
        if is_part(depend.to) {
            reaching.insert(depend.to);
        }
        if !is_part(depend.from) || hanging.contains(&depend.to) {
            continue;
        }
        // Its own table is a relation that it needs in any case: a second one is another.
        let first = own.entry(depend.from).or_insert(depend.to);
        if *first != depend.to || !is_relation(depend.to) {
            reaching.insert(depend.from);
        }
    }
    reaching
}

/// What must wait for what: pairs of a holder and the object that it needs.
#[must_use]
pub fn needs(objects: &Objects, depends: &[Depend], holders: &Holders) -> BTreeSet<(Holder, u32)> {
    // Made a set at the end: sorted at once, not one by one.
    let mut needs = Vec::new();
    let mut add = |from: Holder, to: Address| {
        let ignored = objects
            .get(from.object())
            .is_some_and(|o| o.ignores().contains(&to));
        if let Some(target) = holders.find(to)
            && target.object != from.object
            && !ignored
        {
            needs.push((from, target.object));
        }
    };
    for depend in depends {
        if let Some(from) = holders.find(depend.from) {
            add(from, depend.to);
        }
    }
    for (at, object) in objects.iter().enumerate() {
        for need in object.needs() {
            add(Holder::whole(at), *need);
        }
    }
    needs.into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use super::*;
    use crate::plan::entry::{Identity, Section};
    use crate::postgres::address::class::{PG_EXTENSION, PG_PROC, PG_REWRITE, PG_TYPE};
    use crate::postgres::objects::Loaded;
    use crate::postgres::render::Sql;

    fn objects<const N: usize>(addresses: [Address; N]) -> Objects {
        let mut objects = Objects::default();
        for address in addresses {
            objects.push(object(address)).unwrap();
        }
        objects
    }

    fn object(address: Address) -> Loaded {
        let new = Loaded::new("k", Section::PreData, Identity::default(), Sql::default());
        Loaded {
            address: Some(address),
            ..new
        }
    }

    fn depend(from: Address, to: Address, kind: u8) -> Depend {
        Depend {
            from,
            to,
            kind,
            on_column: false,
        }
    }

    #[test]
    fn what_hangs_on_a_member_comes_with_its_extension() {
        let (extension, table) = (Address::new(PG_EXTENSION, 1), Address::new(PG_CLASS, 2));
        let (key, index) = (Address::new(PG_CONSTRAINT, 3), Address::new(PG_CLASS, 4));
        let (own, lost) = (Address::new(PG_CLASS, 5), Address::new(PG_CONSTRAINT, 6));
        let depends = [
            depend(key, table, b'a'),
            depend(index, key, b'i'),
            depend(table, extension, b'e'),
            depend(lost, own, b'a'),
        ];
        let holders = Holders::new(&objects([extension, own]), &depends);
        let holder = |address| holders.find(address).map(Holder::object);
        assert_eq!(holder(key), Some(0));
        assert_eq!(holder(index), Some(0));
        // A user's object is never taken to be there because its table is.
        assert_eq!(holder(lost), None);
    }

    #[test]
    fn parts_that_need_nothing_else_are_in_no_loop() {
        let (table, other) = (Address::new(PG_CLASS, 1), Address::new(PG_CLASS, 2));
        let sequence = Address::new(PG_CLASS, 3);
        let function = Address::new(PG_PROC, 4);
        let default = |number| Address::new(PG_ATTRDEF, number);
        let check = |number| Address::new(PG_CONSTRAINT, number);
        let depends = [
            depend(default(10), table, b'a'),
            depend(default(11), table, b'a'),
            depend(default(11), sequence, b'n'),
            Depend {
                on_column: true,
                ..depend(sequence, table, b'a')
            },
            depend(other, table, b'a'),
            depend(default(17), table, b'a'),
            depend(default(17), other, b'n'),
            depend(default(12), function, b'n'),
            depend(default(12), table, b'a'),
            depend(check(13), table, b'a'),
            depend(check(13), table, b'n'),
            depend(check(14), other, b'n'),
            depend(check(14), table, b'a'),
            depend(check(15), table, b'a'),
            depend(check(16), check(15), b'P'),
        ];
        let mut found: Vec<u32> = reaching(&depends).iter().map(|a| a.object).collect();
        found.sort_unstable();
        assert_eq!(found, [12, 14, 15, 16, 17]);
    }

    #[test]
    fn what_is_internal_counts_for_its_holder() {
        let (table, view) = (Address::new(PG_CLASS, 1), Address::new(PG_CLASS, 2));
        let (rule, row_type) = (Address::new(PG_REWRITE, 3), Address::new(PG_TYPE, 4));
        let key = Address::new(PG_CONSTRAINT, 5);
        let objects = objects([table, view, key]);
        let depends = [
            depend(rule, view, b'i'),
            depend(rule, view, b'n'),
            depend(rule, row_type, b'n'),
            depend(row_type, table, b'i'),
            depend(rule, key, b'n'),
            depend(key, table, b'a'),
        ];
        let holders = Holders::new(&objects, &depends);
        let needs: Vec<_> = needs(&objects, &depends, &holders)
            .into_iter()
            .map(|(holder, to)| (holder.object(), to))
            .collect();
        assert_eq!(needs, [(1, 0), (1, 2), (2, 0)]);
    }
}
