//! Domains. Catalogs: pg_type (typtype `d`), pg_constraint. Checks are parts: one that calls a
//! function over the domain itself is cut out. Those that old values may break come after the data.

use std::collections::HashMap;
use std::sync::Arc;

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{BuildContext, CutOut, Kind, Loaded, Part, Reference, Renderer};
use crate::postgres::quote::{ident, literal, qualified};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("domain", queries, build);

#[derive(Debug, Clone)]
struct Domain {
    oid: u32,
    schema: BString,
    name: BString,
    owner: BString,
    base: BString,
    collation: Option<(BString, BString)>,
    default: Option<BString>,
    not_null: bool,
    constraints: Vec<Constraint>,
}

#[derive(Debug, Clone)]
struct Constraint {
    oid: u32,
    name: BString,
    definition: BString,
    valid: bool,
    not_null: bool,
}

fn queries(_caps: &Caps) -> Vec<Select> {
    let domains = super::types::select("d")
        .join_if(
            true,
            "JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype \
             LEFT JOIN pg_catalog.pg_collation l ON l.oid = t.typcollation \
             AND t.typcollation <> b.typcollation \
             LEFT JOIN pg_catalog.pg_namespace ls ON ls.oid = l.collnamespace",
        )
        .col("base", "pg_catalog.format_type(t.typbasetype, t.typtypmod)")
        .col("collation", "l.collname")
        .col("collation_schema", "ls.nspname")
        .col(
            "default_expr",
            "pg_catalog.pg_get_expr(t.typdefaultbin, 1247::pg_catalog.oid)",
        )
        .col("default_text", "t.typdefault")
        .col("not_null", "t.typnotnull");
    let constraints = Select::from("pg_catalog.pg_constraint c")
        .col("type", "c.contypid")
        .col("oid", "c.oid")
        .col("name", "c.conname")
        .col("definition", "pg_catalog.pg_get_constraintdef(c.oid)")
        .col("valid", "c.convalidated")
        .col("not_null", "c.contype = 'n'")
        .filter("c.contypid <> 0 AND c.contype IN ('c', 'n')")
        .order("c.contypid, c.conname");
    vec![domains, constraints]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [domains, constraints] = rows else {
        return Ok(Vec::new());
    };
    let mut of: HashMap<u32, Vec<Constraint>> = HashMap::new();
    for row in constraints.iter() {
        of.entry(row.num("type")?)
            .or_default()
            .push(constraint(&row)?);
    }
    let mut objects = Vec::new();
    for row in domains.iter() {
        decode(&row, &mut of)?.load(&mut objects);
    }
    Ok(objects)
}

fn constraint(row: &Row<'_>) -> Result<Constraint> {
    Ok(Constraint {
        oid: row.num("oid")?,
        name: row.owned("name")?,
        definition: row.owned("definition")?,
        valid: row.bool("valid")?,
        not_null: row.bool("not_null")?,
    })
}

fn decode(row: &Row<'_>, constraints: &mut HashMap<u32, Vec<Constraint>>) -> Result<Domain> {
    let oid = row.num("oid")?;
    let collation = row.opt_owned("collation")?;
    let expression = row.opt_owned("default_expr")?;
    let text = row.opt("default_text")?.map(literal);
    Ok(Domain {
        oid,
        schema: row.owned("schema")?,
        name: row.owned("name")?,
        owner: row.owned("owner")?,
        base: row.owned("base")?,
        collation: row.opt_owned("collation_schema")?.zip(collation),
        default: expression.or(text),
        not_null: row.bool("not_null")?,
        constraints: constraints.remove(&oid).unwrap_or_default(),
    })
}

impl Domain {
    fn quoted(&self) -> BString {
        qualified(&self.schema, &self.name)
    }

    fn load(self, objects: &mut Vec<Loaded>) {
        let identity = Identity {
            schema: Some(self.schema.clone()),
            name: self.name.clone(),
            owner: Some(self.owner.clone()),
            ..Identity::default()
        };
        let address = Address::new(class::PG_TYPE, self.oid);
        let inline = self.inline().map(|c| Part {
            kind: "constraint",
            address: c.address(),
        });
        let late = self.constraints.iter().filter(|c| !c.not_null && !c.valid);
        objects.extend(late.map(|c| self.late(c, address)));
        objects.push(Loaded {
            address: Some(address),
            provides: self.not_nulls().map(Constraint::address).collect(),
            reference: Some(Reference {
                grant_keyword: Some("TYPE"),
                ..Reference::owned("DOMAIN", self.quoted())
            }),
            parts: inline.collect(),
            ..Loaded::new("domain", Section::PreData, identity, self.without(&[]))
        });
        if let Some(last) = objects.last_mut() {
            last.renderer = Some(Arc::new(self));
        }
    }

    fn not_nulls(&self) -> impl Iterator<Item = &Constraint> {
        self.constraints.iter().filter(|c| c.not_null)
    }

    /// The constraints that stand in `CREATE DOMAIN`.
    fn inline(&self) -> impl Iterator<Item = &Constraint> {
        self.constraints.iter().filter(|c| c.is_inline())
    }

    fn late(&self, constraint: &Constraint, domain: Address) -> Loaded {
        let identity = self.constraint_identity(constraint);
        let sql = self.separate(constraint);
        Loaded {
            address: Some(constraint.address()),
            needs: vec![domain],
            ..Loaded::new("constraint", Section::PostData, identity, sql)
        }
    }

    fn constraint_identity(&self, constraint: &Constraint) -> Identity {
        Identity {
            schema: Some(self.schema.clone()),
            name: constraint.name.clone(),
            detail: self.name.clone(),
            owner: Some(self.owner.clone()),
        }
    }

    fn separate(&self, constraint: &Constraint) -> Sql {
        let mut sql = Sql::default();
        let name = ident(&constraint.name);
        let alter = cat!["ALTER DOMAIN ", self.quoted()];
        sql.push(cat![
            &alter,
            "\n    ADD CONSTRAINT ",
            &name,
            " ",
            &constraint.definition
        ]);
        sql.drop_with(cat![alter, " DROP CONSTRAINT ", name]);
        sql
    }
}

impl Renderer for Domain {
    fn cut_out(&self, part: usize) -> Option<CutOut> {
        let constraint = self.inline().nth(part)?;
        Some(CutOut {
            section: Section::PostData,
            identity: self.constraint_identity(constraint),
            sql: self.separate(constraint),
        })
    }

    fn without(&self, parts: &[usize]) -> Sql {
        let mut text = cat!["CREATE DOMAIN ", self.quoted(), " AS ", &self.base];
        if let Some((schema, name)) = &self.collation {
            text.extend_from_slice(&cat![" COLLATE ", qualified(schema, name)]);
        }
        if let Some(default) = &self.default {
            text.extend_from_slice(&cat![" DEFAULT ", default]);
        }
        for constraint in self.not_nulls() {
            text.extend_from_slice(&cat![
                "\n    CONSTRAINT ",
                ident(&constraint.name),
                " NOT NULL"
            ]);
        }
        if self.not_null && self.not_nulls().next().is_none() {
            text.extend_from_slice(b" NOT NULL");
        }
        let inline = self
            .constraints
            .iter()
            .filter(|c| c.is_inline())
            .enumerate();
        for (_, constraint) in inline.filter(|(at, _)| !parts.contains(at)) {
            let name = ident(&constraint.name);
            text.extend_from_slice(&cat![
                "\n    CONSTRAINT ",
                name,
                " ",
                &constraint.definition
            ]);
        }
        let mut sql = Sql::default();
        sql.push(text.as_bstr());
        sql.drop_with(cat!["DROP DOMAIN ", self.quoted()]);
        sql
    }
}

impl Constraint {
    fn address(&self) -> Address {
        Address::new(class::PG_CONSTRAINT, self.oid)
    }

    fn is_inline(&self) -> bool {
        self.valid && !self.not_null
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_stand_inside_unless_cut_out_or_not_valid() {
        let check = |oid, name: &str, valid| Constraint {
            oid,
            name: name.into(),
            definition: "CHECK ((VALUE > 0))".into(),
            valid,
            not_null: false,
        };
        let domain = Domain {
            oid: 1,
            schema: "public".into(),
            name: "d".into(),
            owner: "o".into(),
            base: "integer".into(),
            collation: None,
            default: Some("7".into()),
            not_null: true,
            constraints: vec![check(2, "a", true), check(3, "b", false)],
        };
        assert_eq!(
            domain.without(&[]).create[0].text,
            "CREATE DOMAIN public.d AS integer DEFAULT 7 NOT NULL\n    CONSTRAINT a CHECK ((VALUE > 0))"
        );
        assert!(!domain.without(&[0]).create[0].text.contains_str("CHECK"));
        let mut objects = Vec::new();
        domain.load(&mut objects);
        assert_eq!(objects.len(), 2);
        assert_eq!(objects[0].section, Section::PostData);
    }
}
