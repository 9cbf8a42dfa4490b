//! Rows that are loaded without definitions, or into extensions' tables, meet foreign keys that are there
//! already: what is referenced goes first. Where tables reference one another no order will do, which is said.

use std::collections::{BTreeMap, HashMap};

use crate::error::Result;
use crate::plan::cycle::knots;
use crate::plan::lists::Lists;
use crate::plan::shelf::Reading;
use crate::postgres::address::{Address, class};
use crate::postgres::link::{Holder, Holders};
use crate::postgres::packed::Objects;
use crate::postgres::waits::Waits;
use crate::source::Warning;

/// Makes rows wait for those that they reference, among the objects that stay.
pub fn by_foreign_keys(
    objects: &Objects,
    holders: &Holders,
    stays: &[bool],
    needs: &mut Waits,
) -> Result<Vec<Warning>> {
    let rows = rows(objects, holders, stays);
    let none = Vec::new();
    let mut waits = Vec::new();
    for (at, key) in objects.iter().enumerate() {
        let Some(own) = (key.kind() == "foreign_key")
            .then(|| find(holders, key.table()?))
            .flatten()
        else {
            continue;
        };
        let referenced = needs.get(at).iter().map(|&table| table as usize);
        let referenced = referenced.filter(|&table| table != own);
        let before: Vec<usize> = referenced
            .flat_map(|table| rows.get(&table).unwrap_or(&none))
            .copied()
            .collect();
        for from in rows.get(&own).unwrap_or(&none) {
            let others = before.iter().filter(|to| *to != from);
            waits.extend(others.map(|to| (*from, *to)));
        }
    }
    let knot = wait_for(objects.len(), &waits, needs);
    warnings(objects, &knot)
}

/// An extension makes its tables with their foreign keys: whatever rows of theirs are carried wait for
/// those that they reference.
pub fn by_keys_of_extensions(objects: &Objects, keys: &[(Address, Address)], needs: &mut Waits) {
    if keys.is_empty() {
        return;
    }
    let rows = objects.iter().enumerate();
    let rows = rows.filter(|(_, object)| object.kind() == "table_data");
    let rows: HashMap<Address, usize> = rows
        .filter_map(|(at, object)| Some((object.table()?, at)))
        .collect();
    let mut waits = Vec::new();
    for (own, referenced) in keys.iter().filter(|(own, referenced)| own != referenced) {
        if let (Some(from), Some(to)) = (rows.get(own), rows.get(referenced)) {
            waits.push((*from, *to));
        }
    }
    wait_for(objects.len(), &waits, needs);
}

/// Adds what does not go in circles, of pairs of one that waits and one that it waits for; gives for each
/// object the number of its circle.
fn wait_for(objects: usize, waits: &[(usize, usize)], needs: &mut Waits) -> Vec<u32> {
    let pairs = waits.iter();
    let pairs = pairs.map(|&(from, to)| (from, u32::try_from(to).unwrap_or(u32::MAX)));
    let knot = knots(Lists::from_pairs(objects, pairs));
    let tied = |at: usize| knot.get(at).copied().unwrap_or(0);
    for &(at, to) in waits {
        if tied(at) == 0 || tied(at) != tied(to) {
            needs.add(at, to);
        }
    }
    knot
}

fn find(holders: &Holders, address: Address) -> Option<usize> {
    holders.find(address).map(Holder::object)
}

/// The data entries of each table, and of its partitions.
fn rows(objects: &Objects, holders: &Holders, stays: &[bool]) -> HashMap<usize, Vec<usize>> {
    let mut parents: HashMap<usize, usize> = HashMap::new();
    for attach in objects.iter().filter(|o| o.kind() == "partition_attach") {
        let tables = attach.needs().iter().filter(|n| n.class == class::PG_CLASS);
        let tables: Vec<_> = tables.filter_map(|need| find(holders, *need)).collect();
        if let [child, parent] = tables.as_slice() {
            parents.insert(*child, *parent);
        }
    }
    let mut rows: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, object) in objects.iter().enumerate() {
        if object.kind() != "table_data" || !stays.get(at).copied().unwrap_or(false) {
            continue;
        }
        let mut table = object.table().and_then(|table| find(holders, table));
        while let Some(own) = table {
            rows.entry(own).or_default().push(at);
            table = parents.get(&own).copied();
        }
    }
    rows
}

fn warnings(objects: &Objects, knot: &[u32]) -> Result<Vec<Warning>> {
    let mut reading = Reading::default();
    let mut circles: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (object, &number) in objects.iter().zip(knot).filter(|(_, number)| **number > 0) {
        let name = object.load(&mut reading)?.identity.name;
        circles.entry(number).or_default().push(name.to_string());
    }
    let mut warnings: Vec<Warning> = circles
        .into_values()
        .map(|tables| Warning {
            object: format!("tables {}", tables.join(", ")),
            message: "their foreign keys form a circle: their rows may not load in any order \
                      unless --disable-triggers is given"
                .to_owned(),
        })
        .collect();
    warnings.sort_by(|a, b| a.object.cmp(&b.object));
    Ok(warnings)
}
