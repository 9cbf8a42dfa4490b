//! What the patterns' hits mean for each object. Tables and the like, schemas and extensions stand
//! for themselves; what belongs to a table follows it; the rest follows its schema, and what is in
//! none is carried where nothing was asked for by name. A sequence also follows the table that
//! owns it.

use crate::plan::entry::Section;
use crate::postgres::address::class;
use crate::postgres::chosen::Hits;
use crate::postgres::link::Holders;
use crate::postgres::objects::Loaded;
use crate::source::DumpOptions;

/// For each object, by position, whether it is carried.
#[must_use]
pub fn judge(
    objects: &[Loaded],
    holders: &Holders,
    hits: &Hits,
    options: &DumpOptions,
) -> Vec<bool> {
    let judge = Judge {
        objects,
        holders,
        hits,
        options,
    };
    let objects = objects.iter();
    objects
        .map(|object| {
            judge.is_selected(object) && judge.is_not_left_out(object) && judge.in_section(object)
        })
        .collect()
}

/// For each object, by position, whether the patterns take it.
#[must_use]
pub fn selected(
    objects: &[Loaded],
    holders: &Holders,
    hits: &Hits,
    options: &DumpOptions,
) -> Vec<bool> {
    let judge = Judge {
        objects,
        holders,
        hits,
        options,
    };
    let objects = objects.iter();
    objects.map(|object| judge.is_selected(object)).collect()
}

struct Judge<'a> {
    objects: &'a [Loaded],
    holders: &'a Holders,
    hits: &'a Hits,
    options: &'a DumpOptions,
}

impl Judge<'_> {
    fn is_selected(&self, object: &Loaded) -> bool {
        if object.kind == "grants" && self.owner(object).is_some_and(is_everywhere) {
            return true;
        }
        if stands_for_itself(object) {
            return self.stands(object) || self.owner(object).is_some_and(|own| self.stands(own));
        }
        let Some(table) = self.owner(object) else {
            // A table that nothing holds is the system's own.
            return object.table.is_none() && self.stands(object);
        };
        let follows = match object.kind {
            "table_data" | "sequence_value" if table.kind == "extension" => {
                let schema = object.identity.schema.clone().unwrap_or_default();
                let name = &table.identity.name;
                return self.hits.table_of_extension(oid(object), &schema, name)
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

    fn stands(&self, object: &Loaded) -> bool {
        let name = &object.identity.name;
        match object.kind {
            "database" => true,
            "schema" => self.hits.schema(name),
            "extension" => self.hits.extension(name),
            "large_object" | "large_object_data" => {
                self.hits.is_everything() || self.options.selection.large_objects
            }
            "publication_member" => self.hits.is_everything(),
            _ => match (object.address, &object.identity.schema) {
                (Some(own), Some(schema)) if own.class == class::PG_CLASS => {
                    self.hits.relation(own.object, schema)
                }
                _ => self.in_schema(object),
            },
        }
    }

    fn in_schema(&self, object: &Loaded) -> bool {
        match &object.identity.schema {
            Some(schema) => self.hits.schema(schema),
            None => self.hits.is_everything(),
        }
    }

    /// The object that it belongs to.
    fn owner(&self, object: &Loaded) -> Option<&Loaded> {
        let holder = self.holders.find(object.table?)?;
        self.objects.get(holder.object())
    }

    fn is_not_left_out(&self, object: &Loaded) -> bool {
        let leave_out = &self.options.leave_out;
        !match object.kind {
            "publication" | "publication_member" => leave_out.publications,
            "subscription" => leave_out.subscriptions,
            "policy" => leave_out.policies,
            "default_privileges" => self.options.no_privileges,
            "extension" => is_everywhere(object),
            _ => self.is_large_object(object) && leave_out.large_objects,
        }
    }

    fn is_large_object(&self, object: &Loaded) -> bool {
        let own = |object: &Loaded| matches!(object.kind, "large_object" | "large_object_data");
        own(object) || object.kind == "grants" && self.owner(object).is_some_and(own)
    }

    /// The section that a switch asks for an object by: large objects are rows, with all that is about
    /// them, and grants go with what they are on, as pg_dump has it, wherever they stand.
    fn section(&self, object: &Loaded) -> Section {
        if self.is_large_object(object) {
            return Section::Data;
        }
        match object.kind {
            "grants" => {
                let own = self.owner(object).map(|own| own.section);
                own.unwrap_or(Section::PreData).max(Section::PreData)
            }
            _ => object.section,
        }
    }

    /// A switch about sections never keeps the database itself away from `--create`.
    fn in_section(&self, object: &Loaded) -> bool {
        let selection = &self.options.selection;
        let section = self.section(object);
        let rows = section == Section::Data;
        let listed = selection.sections.is_empty() || selection.sections.contains(&section);
        let unwanted = match object.kind {
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
fn is_everywhere(object: &Loaded) -> bool {
    object.kind == "extension" && object.sql.create.is_empty()
}

/// Tables, views, sequences, and what belongs to no table.
fn stands_for_itself(object: &Loaded) -> bool {
    object.table.is_none() || object.kind == "sequence"
}

fn oid(object: &Loaded) -> u32 {
    object.table.map_or(0, |table| table.object)
}
