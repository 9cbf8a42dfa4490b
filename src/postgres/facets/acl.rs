//! Grants: the difference between an object's ACL and what it starts with: `acldefault()`, or
//! `pg_init_privs` for members of extensions and for the system's own objects.

use bstr::{BStr, BString, ByteSlice};

use crate::error::Result;
use crate::plan::entry::Statement;
use crate::postgres::address::Address;
use crate::postgres::quote::ident;
use crate::postgres::render::{cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// One privilege of one role, as `aclexplode()` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privilege {
    grantor: BString,
    /// `None` is PUBLIC.
    grantee: Option<BString>,
    name: BString,
    grantable: bool,
}

/// The ACL of an object or of a column: what it has and what it started with.
#[derive(Debug, Clone)]
pub struct Acl {
    /// The object.
    pub address: Address,
    /// The column's name, for column grants.
    pub column: Option<BString>,
    /// The schema's name, where the object is in one or is one.
    pub schema: Option<BString>,
    /// Its owner is the server's or its extension's business: no script changes it.
    keeps_owner: bool,
    /// What the server calls the sort of object (`pg_identify_object`), and the object.
    kind: BString,
    name: BString,
    owner: BString,
    has: Vec<Privilege>,
    began: Vec<Privilege>,
}

/// A catalog with ACLs: name, oid, columns of ACL, owner and schema, `acldefault()`'s letter.
const CATALOGS: &[(&str, u32, &str, &str, &str, &str)] = &[
    (
        "pg_class",
        1259,
        "relacl",
        "relowner",
        "relnamespace",
        "CASE WHEN o.relkind = 'S' THEN 's' ELSE 'r' END",
    ),
    ("pg_proc", 1255, "proacl", "proowner", "pronamespace", "'f'"),
    ("pg_type", 1247, "typacl", "typowner", "typnamespace", "'T'"),
    (
        "pg_language",
        2612,
        "lanacl",
        "lanowner",
        "NULL::pg_catalog.oid",
        "'l'",
    ),
    (
        "pg_foreign_data_wrapper",
        2328,
        "fdwacl",
        "fdwowner",
        "NULL::pg_catalog.oid",
        "'F'",
    ),
    (
        "pg_foreign_server",
        1417,
        "srvacl",
        "srvowner",
        "NULL::pg_catalog.oid",
        "'S'",
    ),
    (
        "pg_largeobject_metadata",
        2613,
        "lomacl",
        "lomowner",
        "NULL::pg_catalog.oid",
        "'L'",
    ),
];

/// Schemas. What `public` began with is what a new database's has, whatever pg_init_privs says: one
/// that was made anew has none there, and one that pg_upgrade brought has those of its first server.
fn schemas(caps: &Caps) -> String {
    let item = |grantee: &str, privilege: &str| {
        format!("pg_catalog.makeaclitem({grantee}, o.nspowner, '{privilege}', false)")
    };
    let mut public = vec![item("o.nspowner", "USAGE"), item("o.nspowner", "CREATE")];
    public.push(item("0", "USAGE"));
    if !caps.public_schema_locked() {
        public.push(item("0", "CREATE"));
    }
    format!(
        "SELECT 2615, o.oid, 0, NULL::pg_catalog.name, \
         COALESCE(o.nspacl, pg_catalog.acldefault('n', o.nspowner)), \
         CASE WHEN o.nspname = 'public' THEN ARRAY[{}] \
         WHEN p.initprivs IS NOT NULL THEN p.initprivs WHEN o.nspname = 'information_schema' THEN pg_catalog.acldefault('n', o.nspowner) \
         || ARRAY[pg_catalog.makeaclitem(0, o.nspowner, 'USAGE', false)] \
         ELSE pg_catalog.acldefault('n', o.nspowner) END, \
         o.nspowner, o.oid, p.objoid IS NOT NULL \
         FROM pg_catalog.pg_namespace o LEFT JOIN pg_catalog.pg_init_privs p \
         ON p.classoid = 2615 AND p.objoid = o.oid AND p.objsubid = 0 \
         WHERE o.nspname !~ '^pg_(temp|toast)'",
        public.join(", "),
    )
}

/// `initdb` makes the information schema after it has noted the initial privileges: everyone may
/// read its views and tables, but for those that are helpers of others.
const INFORMATION: &str = " || CASE WHEN o.relname !~ '^_' AND EXISTS (SELECT FROM \
     pg_catalog.pg_namespace i WHERE i.oid = o.relnamespace \
     AND i.nspname = 'information_schema') \
     THEN ARRAY[pg_catalog.makeaclitem(0, o.relowner, 'SELECT', false)] \
     ELSE '{}'::pg_catalog.aclitem[] END";

/// The server names types as SQL's standard does, where that has names of two words for them; `GRANT`
/// takes none of these.
const NAME: &str = "CASE WHEN o.class = 1247 THEN (SELECT pg_catalog.format('%I.%I', \
     s.nspname, t.typname) FROM pg_catalog.pg_type t \
     JOIN pg_catalog.pg_namespace s ON s.oid = t.typnamespace WHERE t.oid = o.oid) \
     ELSE i.identity END";

/// All ACLs that differ from their beginnings: one row a privilege, `began` telling which side. Not
/// those of other sessions' temporary objects, which nothing else would keep out: the system's objects
/// have no entries of their own either. Nor those of roles that are gone: before 17 an extension's first
/// privileges keep them.
#[must_use]
pub fn query(caps: &Caps) -> String {
    let objects: Vec<String> = CATALOGS
        .iter()
        .map(|(catalog, class, acl, owner, schema, letter)| {
            format!(
                "SELECT {class} AS class, o.oid, 0 AS sub, NULL::pg_catalog.name AS col, \
                 o.{acl} AS has, COALESCE(p.initprivs, \
                 pg_catalog.acldefault(({letter})::pg_catalog.\"char\", o.{owner}){also}) AS began, \
                 o.{owner} AS owner, {schema} AS schema, p.objoid IS NOT NULL AS initial \
                 FROM pg_catalog.{catalog} o LEFT JOIN pg_catalog.pg_init_privs p \
                 ON p.classoid = {class} AND p.objoid = o.oid AND p.objsubid = 0 \
                 WHERE o.{acl} IS NOT NULL",
                also = if *class == 1259 { INFORMATION } else { "" },
                schema = if schema.starts_with("NULL") {
                    (*schema).to_owned()
                } else {
                    format!("o.{schema}")
                },
            )
        })
        .collect();
    // A column that has lost its last privilege has no list any more.
    let columns = "SELECT 1259, c.oid, a.attnum, a.attname, a.attacl, \
         p.initprivs, c.relowner, c.relnamespace, \
         p.objoid IS NOT NULL \
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
         LEFT JOIN pg_catalog.pg_init_privs p ON p.classoid = 1259 AND p.objoid = c.oid \
         AND p.objsubid = a.attnum \
         WHERE (a.attacl IS NOT NULL OR p.initprivs IS NOT NULL) AND NOT a.attisdropped";
    format!(
        "SELECT o.class, o.oid, o.sub, o.col, pg_catalog.pg_get_userbyid(o.owner) AS owner, \
         o.initial AND o.class <> 2615 AS keeps_owner, n.nspname AS schema, i.type AS kind, {NAME} AS name, x.began, \
         pg_catalog.pg_get_userbyid(x.grantor) AS grantor, \
         CASE WHEN x.grantee <> 0 THEN pg_catalog.pg_get_userbyid(x.grantee) END AS grantee, \
         x.privilege_type AS privilege, x.is_grantable AS grantable \
         FROM ({objects} UNION ALL {schemas} UNION ALL {columns}) o \
         LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.schema, \
         LATERAL pg_catalog.pg_identify_object(o.class::pg_catalog.oid, o.oid, 0) i, \
         LATERAL (SELECT false, h.* FROM pg_catalog.aclexplode(o.has) WITH ORDINALITY h \
         UNION ALL SELECT true, b.* FROM pg_catalog.aclexplode(o.began) WITH ORDINALITY b) \
         x(began, grantor, grantee, privilege_type, is_grantable, n) \
         WHERE o.has IS DISTINCT FROM o.began AND (n.nspname ~ '^pg_temp') IS NOT TRUE \
         AND (x.grantee = 0 OR x.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r)) \
         ORDER BY o.class, o.oid, pg_catalog.abs(o.sub), x.began, x.n",
        objects = objects.join(" UNION ALL "),
        schemas = schemas(caps),
    )
}

/// The current database's ACL, in the shape of [`query`].
#[must_use]
pub fn database() -> Select {
    shared("pg_database", 1262, ["datacl", "datdba", "datname"], "d")
        .filter("o.datname = pg_catalog.current_database()")
}

/// Tablespaces' ACLs, in the shape of [`query`].
#[must_use]
pub fn tablespaces() -> Select {
    shared(
        "pg_tablespace",
        1213,
        ["spcacl", "spcowner", "spcname"],
        "t",
    )
    .filter("o.spcname !~ '^pg_'")
}

/// Parameters' ACLs, in the shape of [`query`]. They belong to the bootstrap superuser and begin
/// with nothing for anyone else.
#[must_use]
pub fn parameters() -> Select {
    shared(
        "pg_parameter_acl",
        6243,
        ["paracl", "tableoid", "parname"],
        "p",
    )
}

/// Default privileges, in the shape of [`query`]: by schema they begin with nothing.
#[must_use]
pub fn defaults() -> Select {
    let letter = "(CASE o.defaclobjtype WHEN 'S' THEN 's' ELSE o.defaclobjtype END)\
                  ::pg_catalog.\"char\"";
    let began = format!(
        "CASE WHEN o.defaclnamespace = 0 THEN pg_catalog.acldefault({letter}, o.defaclrole) \
         ELSE NULL END"
    );
    let columns = ["defaclacl", "o.defaclrole", "defaclobjtype"];
    sides("pg_default_acl", 826, columns, &began)
}

/// `columns`: ACL, owner, name.
fn shared(catalog: &str, class: u32, columns: [&str; 3], letter: &str) -> Select {
    let [acl, owner, name] = columns;
    let owner = if owner == "tableoid" {
        "10::pg_catalog.oid".to_owned()
    } else {
        format!("o.{owner}")
    };
    let began = format!("pg_catalog.acldefault('{letter}', {owner})");
    sides(catalog, class, [acl, &owner, name], &began)
}

/// Both sides of each ACL. `columns`: ACL, expression of the owner, name.
fn sides(catalog: &str, class: u32, columns: [&str; 3], began: &str) -> Select {
    let [acl, owner, name] = columns;
    Select::from(format!(
        "pg_catalog.{catalog} o, \
         LATERAL (SELECT false, h.* FROM pg_catalog.aclexplode(o.{acl}) WITH ORDINALITY h \
         UNION ALL SELECT true, b.* FROM pg_catalog.aclexplode({began}) WITH ORDINALITY b) \
         x(began, grantor, grantee, privilege_type, is_grantable, n)"
    ))
    .col("class", class.to_string())
    .col("oid", "o.oid")
    .col("col", "NULL")
    .col("owner", format!("pg_catalog.pg_get_userbyid({owner})"))
    .col("keeps_owner", "false")
    .col("schema", "NULL")
    .col("kind", "NULL")
    .col("name", format!("o.{name}"))
    .col("began", "x.began")
    .col("grantor", "pg_catalog.pg_get_userbyid(x.grantor)")
    .col(
        "grantee",
        "CASE WHEN x.grantee <> 0 THEN pg_catalog.pg_get_userbyid(x.grantee) END",
    )
    .col("privilege", "x.privilege_type")
    .col("grantable", "x.is_grantable")
    .filter(format!("o.{acl} IS NOT NULL"))
    .order("o.oid, x.began, x.n")
}

/// Gathers the rows of [`query`]. An ACL with no rows at all on one side is empty there.
pub fn decode<'a>(rows: impl Iterator<Item = Row<'a>>) -> Result<Vec<Acl>> {
    let mut acls = decode_as_is(rows)?;
    acls.iter_mut().for_each(Acl::follow_owner);
    Ok(acls)
}

/// The same where owners do not change: default privileges.
pub fn decode_as_is<'a>(rows: impl Iterator<Item = Row<'a>>) -> Result<Vec<Acl>> {
    let mut acls: Vec<Acl> = Vec::new();
    for row in rows {
        let address = Address::new(row.num("class")?, row.num("oid")?);
        let column = row.opt_owned("col")?;
        let same = acls
            .last()
            .is_some_and(|a| a.address == address && a.column == column);
        if !same {
            acls.push(Acl {
                address,
                column,
                keeps_owner: row.bool("keeps_owner")?,
                schema: row.opt_owned("schema")?,
                kind: row.opt_owned("kind")?.unwrap_or_default(),
                name: row.opt_owned("name")?.unwrap_or_default(),
                owner: row.owned("owner")?,
                has: Vec::new(),
                began: Vec::new(),
            });
        }
        let began = row.bool("began")?;
        if let Some(acl) = acls.last_mut() {
            if began { &mut acl.began } else { &mut acl.has }.push(privilege(&row)?);
        }
    }
    Ok(acls)
}

fn privilege(row: &Row<'_>) -> Result<Privilege> {
    Ok(Privilege {
        grantor: row.owned("grantor")?,
        grantee: row.opt_owned("grantee")?,
        name: row.owned("privilege")?,
        grantable: row.bool("grantable")?,
    })
}

impl Acl {
    /// A change of owner passes the first owner's privileges on to the new one.
    fn follow_owner(&mut self) {
        if self.keeps_owner {
            return;
        }
        let Some(first) = self.began.first().map(|p| p.grantor.clone()) else {
            return;
        };
        for privilege in &mut self.began {
            if privilege.grantor == first {
                privilege.grantor.clone_from(&self.owner);
            }
            if privilege.grantee.as_ref() == Some(&first) {
                privilege.grantee = Some(self.owner.clone());
            }
        }
    }

    /// The word in `GRANT … ON`, and the name, for an object that has no entry.
    #[must_use]
    pub fn server_reference(&self) -> Option<(&'static str, BString)> {
        let keyword = match self.kind.as_bytes() {
            b"function" | b"aggregate" => "FUNCTION",
            b"procedure" => "PROCEDURE",
            b"sequence" => "SEQUENCE",
            b"table" | b"view" | b"materialized view" | b"foreign table" => "TABLE",
            b"type" | b"domain" => "TYPE",
            b"language" => "LANGUAGE",
            b"schema" => "SCHEMA",
            b"foreign-data wrapper" => "FOREIGN DATA WRAPPER",
            b"server" => "FOREIGN SERVER",
            _ => return None,
        };
        Some((keyword, self.name.clone()))
    }

    /// The object's name as the catalog has it.
    #[must_use]
    pub fn object_name(&self) -> &BString {
        &self.name
    }

    /// How the server names the object, for messages.
    #[must_use]
    pub fn described(&self) -> BString {
        cat![&self.kind, " ", &self.name]
    }

    /// The statements that turn the beginning into what it is now.
    #[must_use]
    pub fn statements(&self, keyword: &str, name: &BStr) -> Vec<Statement> {
        let on = cat![" ON ", keyword, " ", name];
        let mut out = self.revokes(on.as_bstr());
        out.extend(self.grants(on.as_bstr()));
        out.into_iter().map(Statement::new).collect()
    }

    fn revokes(&self, on: &BStr) -> Vec<BString> {
        let mut out = Vec::new();
        for group in groups(self.began.iter().filter(|p| !self.held(p))) {
            let names = self.privileges(&group);
            let from = role(group[0].grantee.as_ref());
            out.push(cat!["REVOKE ", names, on, " FROM ", from]);
        }
        for group in groups(self.began.iter().filter(|p| self.lost_option(p))) {
            let names = self.privileges(&group);
            let from = role(group[0].grantee.as_ref());
            out.push(cat!["REVOKE GRANT OPTION FOR ", names, on, " FROM ", from]);
        }
        out
    }

    fn held(&self, privilege: &Privilege) -> bool {
        self.has.iter().any(|p| same(p, privilege))
    }

    fn lost_option(&self, privilege: &Privilege) -> bool {
        privilege.grantable && self.has.iter().any(|p| same(p, privilege) && !p.grantable)
    }

    fn grants(&self, on: &BStr) -> Vec<BString> {
        let news = self
            .has
            .iter()
            .filter(|p| !self.began.contains(p))
            .filter(|p| {
                // Losing the option alone is a REVOKE.
                !self
                    .began
                    .iter()
                    .any(|b| same(b, p) && b.grantable && !p.grantable)
            });
        let mut left = groups(news);
        let mut able: Vec<&BString> = vec![&self.owner];
        let mut out = Vec::new();
        // A grantor must hold the option before it can pass the privilege on.
        while !left.is_empty() {
            let at = left
                .iter()
                .position(|g| able.contains(&&g[0].grantor))
                .unwrap_or(0);
            let group = left.remove(at);
            if group[0].grantable {
                able.extend(group[0].grantee.as_ref());
            }
            self.grant(&group, on, &mut out);
        }
        out
    }

    fn grant(&self, group: &[&Privilege], on: &BStr, out: &mut Vec<BString>) {
        let first = group[0];
        let option = if first.grantable {
            " WITH GRANT OPTION"
        } else {
            ""
        };
        let names = self.privileges(group);
        let grant = cat![
            "GRANT ",
            names,
            on,
            " TO ",
            role(first.grantee.as_ref()),
            option
        ];
        if first.grantor == self.owner {
            out.push(grant);
        } else {
            out.push(cat!["SET SESSION AUTHORIZATION ", ident(&first.grantor)]);
            out.push(grant);
            out.push("RESET SESSION AUTHORIZATION".into());
        }
    }

    fn privileges(&self, group: &[&Privilege]) -> BString {
        let column = self
            .column
            .as_ref()
            .map(|c| cat![" (", ident(c), ")"])
            .unwrap_or_default();
        join(group.iter().map(|p| cat![&p.name, &column]), ", ")
    }
}

fn same(a: &Privilege, b: &Privilege) -> bool {
    a.grantor == b.grantor && a.grantee == b.grantee && a.name == b.name
}

/// Neighbours that one statement can carry: the same grantor, grantee and option.
fn groups<'a>(privileges: impl Iterator<Item = &'a Privilege>) -> Vec<Vec<&'a Privilege>> {
    let mut groups: Vec<Vec<&Privilege>> = Vec::new();
    for p in privileges {
        let fits = |g: &&mut Vec<&Privilege>| {
            g[0].grantor == p.grantor && g[0].grantee == p.grantee && g[0].grantable == p.grantable
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(p),
            None => groups.push(vec![p]),
        }
    }
    groups
}

fn role(name: Option<&BString>) -> BString {
    name.map_or_else(|| "PUBLIC".into(), ident)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(grantor: &str, grantee: &str, name: &str, grantable: bool) -> Privilege {
        let grantee = (grantee != "PUBLIC").then(|| grantee.into());
        Privilege {
            grantor: grantor.into(),
            grantee,
            name: name.into(),
            grantable,
        }
    }

    fn acl(has: Vec<Privilege>, began: Vec<Privilege>) -> Vec<String> {
        let acl = Acl {
            address: Address::new(1259, 1),
            column: None,
            schema: None,
            keeps_owner: false,
            kind: "table".into(),
            name: "public.t".into(),
            owner: "o".into(),
            has,
            began,
        };
        let statements = acl.statements("TABLE", "public.t".into());
        statements.iter().map(|s| s.text.to_string()).collect()
    }

    #[test]
    fn grants_what_is_new_and_revokes_what_is_gone() {
        let began = vec![
            p("o", "o", "SELECT", false),
            p("o", "PUBLIC", "EXECUTE", false),
        ];
        let has = vec![
            p("o", "o", "SELECT", false),
            p("b", "c", "SELECT", false),
            p("o", "b", "SELECT", true),
            p("o", "b", "INSERT", true),
        ];
        assert_eq!(
            acl(has, began),
            [
                "REVOKE EXECUTE ON TABLE public.t FROM PUBLIC",
                "GRANT SELECT, INSERT ON TABLE public.t TO b WITH GRANT OPTION",
                "SET SESSION AUTHORIZATION b",
                "GRANT SELECT ON TABLE public.t TO c",
                "RESET SESSION AUTHORIZATION",
            ]
        );
    }
}
