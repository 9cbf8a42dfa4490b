//! What the patterns' hits mean for each object. Tables and the like, schemas and extensions stand
//! for themselves; what belongs to a table follows it; the rest follows its schema, and what is in
//! none is carried where nothing was asked for by name. A sequence also follows the table that
//! owns it.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Section;
use crate::plan::shelf::Reading;
use crate::postgres::address::class;
use crate::postgres::chosen::Hits;
use crate::postgres::link::Holders;
use crate::postgres::packed::{Object, Objects};
use crate::source::DumpOptions;

/// For each object, by position, whether it is carried.
pub fn judge(
    objects: &Objects,
    holders: &Holders,
    hits: &Hits,
    options: &DumpOptions,
) -> Result<Vec<bool>> {
    let judge = Judge::new(objects, holders, hits, options)?;
    let objects = objects.iter();
    let carried = objects.map(|object| {
        judge.is_selected(object) && judge.is_not_left_out(object) && judge.in_section(object)
    });
    Ok(carried.collect())
}

/// For each object, by position, whether the patterns take it.
pub fn selected(
    objects: &Objects,
    holders: &Holders,
    hits: &Hits,
    options: &DumpOptions,
) -> Result<Vec<bool>> {
    let judge = Judge::new(objects, holders, hits, options)?;
    let objects = objects.iter();
    Ok(objects.map(|object| judge.is_selected(object)).collect())
}

struct Judge<'a> {
    objects: &'a Objects,
    holders: &'a Holders,
    hits: &'a Hits,
    options: &'a DumpOptions,
    /// The names of schemas and extensions.
    names: HashMap<usize, BString>,
}

impl<'a> Judge<'a> {
    fn new(
        objects: &'a Objects,
        holders: &'a Holders,
        hits: &'a Hits,
        options: &'a DumpOptions,
    ) -> Result<Self> {
        let mut reading = Reading::default();
        let mut names = HashMap::new();
        let named = |object: &Object<'_>| matches!(object.kind(), "schema" | "extension");
        for object in objects.iter().filter(named) {
            let name = object.load(&mut reading)?.identity.name;
            names.insert(object.number(), name);
        }
        Ok(Self {
            objects,
            holders,
            hits,
            options,
            names,
        })
    }

    fn name(&self, object: Object<'_>) -> Option<&BString> {
        self.names.get(&object.number())
    }
}

impl Judge<'_> {
    fn is_selected(&self, object: Object<'_>) -> bool {
        if object.kind() == "grants" && self.owner(object).is_some_and(is_everywhere) {
            return true;
        }
        if stands_for_itself(object) {
            return self.stands(object) || self.owner(object).is_some_and(|own| self.stands(own));
        }
        let Some(table) = self.owner(object) else {
            // A table that nothing holds is the system's own.
            return object.table().is_none() && self.stands(object);
        };
        let follows = match object.kind() {
            "table_data" | "sequence_value" if table.kind() == "extension" => {
                let schema = object.schema().cloned().unwrap_or_default();
                return self
                    .name(table)
                    .is_some_and(|name| self.hits.table_of_extension(oid(object), &schema, name))
                    && !self.hits.without_rows(oid(object));
            }
            "table_data" | "sequence_value" | "matview_refresh" | "triggers_off"
            | "triggers_on" => !self.hits.without_rows(oid(object)),
            "extended_statistics" => self.in_schema(object),
            "publication_member" => self.hits.is_everything(),
            _ => true,
        };
        follows && self.is_selected(table)
    }

    fn stands(&self, object: Object<'_>) -> bool {
        match object.kind() {
            "database" => true,
            "schema" => self.name(object).is_some_and(|name| self.hits.schema(name)),
            "extension" => {
                let name = self.name(object);
                name.is_some_and(|name| self.hits.extension(name))
            }
            "large_object" | "large_object_data" => {
                self.hits.is_everything() || self.options.selection.large_objects
            }
            "publication_member" => self.hits.is_everything(),
            _ => match (object.address(), object.schema()) {
                (Some(own), Some(schema)) if own.class == class::PG_CLASS => {
                    self.hits.relation(own.object, schema)
                }
                _ => self.in_schema(object),
            },
        }
    }

    fn in_schema(&self, object: Object<'_>) -> bool {
        match object.schema() {
            Some(schema) => self.hits.schema(schema),
            None => self.hits.is_everything(),
        }
    }

    /// The object that it belongs to.
    fn owner(&self, object: Object<'_>) -> Option<Object<'_>> {
        let holder = self.holders.find(object.table()?)?;
        self.objects.get(holder.object())
    }

    fn is_not_left_out(&self, object: Object<'_>) -> bool {
        let leave_out = &self.options.leave_out;
        !match object.kind() {
            "publication" | "publication_member" => leave_out.publications,
            "subscription" => leave_out.subscriptions,
            "policy" => leave_out.policies,
            "default_privileges" => self.options.no_privileges,
            "extension" => is_everywhere(object),
            _ => self.is_large_object(object) && leave_out.large_objects,
        }
    }

    fn is_large_object(&self, object: Object<'_>) -> bool {
        let own =
            |object: Object<'_>| matches!(object.kind(), "large_object" | "large_object_data");
        own(object) || object.kind() == "grants" && self.owner(object).is_some_and(own)
    }

    /// The section that a switch asks for an object by: large objects are rows, with all that is about
    /// them, and grants go with what they are on, as pg_dump has it, wherever they stand.
    fn section(&self, object: Object<'_>) -> Section {
        if self.is_large_object(object) {
            return Section::Data;
        }
        match object.kind() {
            "grants" => {
                let own = self.owner(object).map(Object::section);
                own.unwrap_or(Section::PreData).max(Section::PreData)
            }
            _ => object.section(),
        }
    }

    /// A switch about sections never keeps the database itself away from `--create`.
    fn in_section(&self, object: Object<'_>) -> bool {
        let selection = &self.options.selection;
        let section = self.section(object);
        let rows = section == Section::Data;
        let listed = selection.sections.is_empty() || selection.sections.contains(&section);
        let unwanted = match object.kind() {
            // Neither rows nor a definition: asked for by a switch of their own.
            "relation_statistics" => false,
            // Neither where rows alone are asked for, nor where definitions are: as pg_dump has it.
            "matview_refresh" => selection.schema_only || selection.data_only,
            _ if rows => selection.schema_only,
            _ => selection.data_only,
        };
        section == Section::Database || listed && !unwanted
    }
}

/// The extension that every database has, and nothing is said of it. Grants on its members go with every
/// selection, as pg_dump has it.
fn is_everywhere(object: Object<'_>) -> bool {
    object.kind() == "extension" && object.is_silent()
}

/// Tables, views, sequences, and what belongs to no table.
fn stands_for_itself(object: Object<'_>) -> bool {
    object.table().is_none() || object.kind() == "sequence"
}

fn oid(object: Object<'_>) -> u32 {
    object.table().map_or(0, |table| table.object)
}
