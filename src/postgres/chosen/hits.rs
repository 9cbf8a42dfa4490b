//! What the patterns of a selection find in the database: the server itself compares, with the
//! search path that its user has, as pg_dump lets it.

use std::collections::{HashMap, HashSet};

use bstr::BString;

use crate::error::{Error, Kind, Result};
use crate::plan::filter::Selection;
use crate::plan::psql::ServerPattern;
use crate::postgres::quote::literal;
use crate::postgres::render::cat;
use crate::postgres::session::Session;
use crate::source::{DumpOptions, Warning};
use crate::sql::dialect::Dialect;

/// The objects that patterns found. `None`: nothing was asked for.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    pub(super) tables: Option<HashSet<u32>>,
    pub(super) not_tables: HashSet<u32>,
    pub(super) not_rows: HashSet<u32>,
    pub(super) schemas: Option<HashSet<BString>>,
    pub(super) not_schemas: HashSet<BString>,
    pub(super) extensions: Option<HashSet<BString>>,
    /// What is no extension is not left out for the choice of extensions.
    pub(super) beside_extensions: bool,
    pub(super) not_extensions: HashSet<BString>,
    pub(super) foreign_tables: HashSet<u32>,
    pub(super) conditions: HashMap<u32, BString>,
    /// Patterns that found nothing beside others that did.
    pub warnings: Vec<Warning>,
}

impl Hits {
    /// Whether nothing but what is excluded is left out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        let no_choice = self.extensions.is_none() || self.beside_extensions;
        self.tables.is_none() && self.schemas.is_none() && no_choice
    }

    /// Whether patterns leave objects out, and not only rows.
    #[must_use]
    pub fn leaves_out(&self) -> bool {
        let lists = [&self.not_schemas, &self.not_extensions];
        !self.is_everything()
            || self.extensions.is_some()
            || !self.not_tables.is_empty()
            || lists.iter().any(|list| !list.is_empty())
    }

    /// Whether what a schema holds is carried (but for what is excluded by itself).
    #[must_use]
    pub fn schema(&self, name: &BString) -> bool {
        let asked = match (&self.tables, &self.schemas) {
            (Some(_), _) => false,
            (None, Some(schemas)) => schemas.contains(name),
            (None, None) => true,
        };
        asked && !self.not_schemas.contains(name)
    }

    /// Whether a table, view, sequence or the like is carried.
    #[must_use]
    pub fn relation(&self, oid: u32, schema: &BString) -> bool {
        let asked = match &self.tables {
            Some(tables) => tables.contains(&oid),
            None => self.schema(schema),
        };
        asked && !self.not_tables.contains(&oid)
    }

    /// Whether a relation's rows are not carried even where it is.
    #[must_use]
    pub fn without_rows(&self, oid: u32) -> bool {
        self.not_rows.contains(&oid)
    }

    /// Whether an extension is carried.
    #[must_use]
    pub fn extension(&self, name: &BString) -> bool {
        let asked = match &self.extensions {
            Some(extensions) => extensions.contains(name),
            None => self.is_everything(),
        };
        asked && !self.not_extensions.contains(name)
    }

    /// Whether the rows of an extension's own table are carried: with the extension, or where the
    /// table or its schema is asked for.
    #[must_use]
    pub fn table_of_extension(&self, oid: u32, schema: &BString, extension: &BString) -> bool {
        let named = self.tables.as_ref().is_some_and(|t| t.contains(&oid));
        let in_schema = self.schemas.is_some() && self.schema(schema);
        (self.extension(extension) || named || in_schema)
            && !self.not_tables.contains(&oid)
            && !self.not_schemas.contains(schema)
    }

    /// Whether a foreign table's rows are asked for.
    #[must_use]
    pub fn foreign_rows(&self, oid: u32) -> bool {
        self.foreign_tables.contains(&oid)
    }

    /// The condition on a table's rows.
    #[must_use]
    pub fn condition(&self, oid: u32) -> Option<&BString> {
        self.conditions.get(&oid)
    }
}

/// Looks up all patterns. Afterwards the session's search path is empty again.
pub async fn look_up(session: &mut Session, options: &DumpOptions) -> Result<Hits> {
    let selection = &options.selection;
    selection.check(Dialect::Postgres)?;
    let mut hits = Hits::default();
    if options.leave_out.unlogged_table_data {
        hits.not_rows = unlogged(session).await?;
    }
    if !has_patterns(selection) {
        return Ok(hits);
    }
    // Texts of the command line are UTF-8.
    session.execute(b"SET client_encoding = 'UTF8'").await?;
    let found = all(session, selection).await?;
    let back = session.parameter("server_encoding").unwrap_or("UTF8");
    let back = cat!["SET client_encoding = ", literal(back)];
    session.execute(&back).await?;
    found.into_hits(session, hits).await
}

/// The schemas in which a name without one is looked for, as a list of their oids. Nothing but a
/// function runs under the user's path: an operator could be anybody's there.
async fn search_path(session: &mut Session) -> Result<String> {
    session.execute(b"SET search_path TO DEFAULT").await?;
    let sql = b"SELECT pg_catalog.array_to_json(pg_catalog.current_schemas(true)) AS path";
    let path = session.query(sql).await?;
    session.execute(b"SET search_path = ''").await?;
    let path = path
        .first()
        .map_or(Ok("[]".into()), |row| row.owned("path"))?;
    let sql = cat![
        "SELECT n.oid FROM pg_catalog.json_array_elements_text(",
        literal(path),
        ") WITH ORDINALITY p(name, at) JOIN pg_catalog.pg_namespace n ON n.nspname::pg_catalog.text \
         = p.name ORDER BY p.at"
    ];
    let rows = session.query(&sql).await?;
    let oids = rows.iter().map(|row| Ok(row.str("oid")?.to_owned()));
    Ok(oids.collect::<Result<Vec<String>>>()?.join(", "))
}

fn has_patterns(selection: &Selection) -> bool {
    let lists = [
        &selection.exclude_tables,
        &selection.exclude_tables_and_children,
        &selection.exclude_table_data,
        &selection.exclude_table_data_and_children,
        &selection.exclude_schemas,
        &selection.extensions_and_all_else,
        &selection.exclude_extensions,
        &selection.foreign_data,
    ];
    !selection.is_everything()
        || !selection.conditions.is_empty()
        || lists.iter().any(|list| !list.is_empty())
}

async fn unlogged(session: &mut Session) -> Result<HashSet<u32>> {
    let sql = "SELECT oid FROM pg_catalog.pg_class WHERE relpersistence = 'u'";
    let rows = session.query(sql.as_bytes()).await?;
    rows.iter().map(|row| row.num("oid")).collect()
}

/// What was found, by oid: names would be in another encoding here.
#[derive(Default)]
struct Found {
    tables: Option<HashSet<u32>>,
    not_tables: HashSet<u32>,
    not_rows: HashSet<u32>,
    schemas: Option<HashSet<u32>>,
    not_schemas: HashSet<u32>,
    extensions: Option<HashSet<u32>>,
    beside_extensions: bool,
    not_extensions: HashSet<u32>,
    foreign_tables: HashSet<u32>,
    conditions: HashMap<u32, BString>,
    warnings: Vec<Warning>,
}

impl Found {
    async fn into_hits(self, session: &mut Session, mut hits: Hits) -> Result<Hits> {
        let schemas = names(
            session,
            "SELECT oid, nspname AS name FROM pg_catalog.pg_namespace",
        );
        let schemas = schemas.await?;
        let extensions = names(
            session,
            "SELECT oid, extname AS name FROM pg_catalog.pg_extension",
        );
        let extensions = extensions.await?;
        let named = |oids: &HashSet<u32>, names: &HashMap<u32, BString>| {
            oids.iter()
                .filter_map(|oid| names.get(oid).cloned())
                .collect()
        };
        hits.tables = self.tables;
        hits.not_tables = self.not_tables;
        hits.not_rows.extend(self.not_rows);
        hits.schemas = self.schemas.map(|oids| named(&oids, &schemas));
        hits.not_schemas = named(&self.not_schemas, &schemas);
        hits.beside_extensions = self.beside_extensions;
        hits.extensions = self.extensions.map(|oids| named(&oids, &extensions));
        hits.not_extensions = named(&self.not_extensions, &extensions);
        hits.foreign_tables = self.foreign_tables;
        hits.conditions = self.conditions;
        hits.warnings = self.warnings;
        Ok(hits)
    }
}

async fn names(session: &mut Session, sql: &str) -> Result<HashMap<u32, BString>> {
    let rows = session.query(sql.as_bytes()).await?;
    rows.iter()
        .map(|row| Ok((row.num("oid")?, row.owned("name")?)))
        .collect()
}

async fn all(session: &mut Session, selection: &Selection) -> Result<Found> {
    let path = search_path(session).await?;
    let mut look = Look {
        session,
        path,
        strict: selection.strict_names,
        warnings: Vec::new(),
    };
    let mut tables = look.asked(&TABLES, &selection.tables).await?;
    let parents = look.asked(&TABLES, &selection.tables_and_children).await?;
    if let Some(parents) = parents {
        let family = look.families(&parents).await?;
        tables.get_or_insert_default().extend(family);
    }
    let extensions = [
        &selection.extensions[..],
        &selection.extensions_and_all_else,
    ];
    let extensions = extensions.concat();
    Ok(Found {
        tables,
        not_tables: look
            .excluded_tables(
                &selection.exclude_tables,
                &selection.exclude_tables_and_children,
            )
            .await?,
        not_rows: look
            .excluded_tables(
                &selection.exclude_table_data,
                &selection.exclude_table_data_and_children,
            )
            .await?,
        schemas: look.asked(&SCHEMAS, &selection.schemas).await?,
        not_schemas: look
            .excluded(&EXCLUDED_SCHEMAS, &selection.exclude_schemas)
            .await?,
        extensions: look.asked(&EXTENSIONS, &extensions).await?,
        beside_extensions: selection.extensions.is_empty(),
        not_extensions: look
            .excluded(&EXTENSIONS, &selection.exclude_extensions)
            .await?,
        foreign_tables: look.foreign_tables(&selection.foreign_data).await?,
        conditions: look.conditions(&selection.conditions).await?,
        warnings: look.warnings,
    })
}

/// Where a sort of pattern is looked up.
struct Place {
    /// In messages.
    what: &'static str,
    switch: &'static str,
    parse: fn(&str) -> Result<ServerPattern>,
    /// `SELECT … WHERE …`: gives `oid`.
    sql: &'static str,
    /// The name's expression, and the schema's.
    name: &'static str,
    schema: Option<&'static str>,
}

const TABLES: Place = Place {
    what: "tables",
    switch: "--table",
    parse: ServerPattern::relation,
    sql: "SELECT c.oid FROM pg_catalog.pg_class c \
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
          WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't' \
          AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND ",
    name: "c.relname",
    schema: Some("n.nspname"),
};

const SCHEMAS: Place = Place {
    what: "schemas",
    switch: "--schema",
    parse: ServerPattern::schema,
    sql: "SELECT n.oid FROM pg_catalog.pg_namespace n \
          WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND ",
    name: "n.nspname",
    schema: None,
};

/// The system's own too: what was granted on their objects.
const EXCLUDED_SCHEMAS: Place = Place {
    switch: "--exclude-schema",
    sql: "SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^pg_(toast|temp)' AND ",
    ..SCHEMAS
};

const EXTENSIONS: Place = Place {
    what: "extensions",
    switch: "--extension",
    parse: ServerPattern::name,
    sql: "SELECT e.oid FROM pg_catalog.pg_extension e WHERE ",
    name: "e.extname",
    schema: None,
};

const FOREIGN_SERVERS: Place = Place {
    what: "foreign servers",
    switch: "--include-foreign-data",
    parse: ServerPattern::name,
    sql: "SELECT s.oid FROM pg_catalog.pg_foreign_server s WHERE ",
    name: "s.srvname",
    schema: None,
};

struct Look<'a> {
    session: &'a mut Session,
    path: String,
    strict: bool,
    warnings: Vec<Warning>,
}

impl Look<'_> {
    /// What these patterns ask for. It is an error where none finds anything; with strict names,
    /// where one does not.
    async fn asked(&mut self, place: &Place, texts: &[String]) -> Result<Option<HashSet<u32>>> {
        if texts.is_empty() {
            return Ok(None);
        }
        let (mut found, mut missing) = (HashSet::new(), Vec::new());
        for text in texts {
            let hits = self.matching(place, text).await?;
            if hits.is_empty() {
                missing.push(text);
            }
            found.extend(hits);
        }
        match missing.first() {
            Some(text) if self.strict || found.is_empty() => return Err(nothing(place, text)),
            _ => {}
        }
        self.warnings
            .extend(missing.into_iter().map(|text| Warning {
                object: format!("{} {text}", place.switch),
                message: format!("no {} match it", place.what),
            }));
        Ok(Some(found))
    }

    async fn excluded(&mut self, place: &Place, texts: &[String]) -> Result<HashSet<u32>> {
        let mut oids = HashSet::new();
        for text in texts {
            oids.extend(self.matching(place, text).await?);
        }
        Ok(oids)
    }

    async fn excluded_tables(
        &mut self,
        alone: &[String],
        and_children: &[String],
    ) -> Result<HashSet<u32>> {
        let mut oids = self.excluded(&TABLES, alone).await?;
        let parents = self.excluded(&TABLES, and_children).await?;
        oids.extend(self.families(&parents).await?);
        Ok(oids)
    }

    /// The foreign tables of these servers. Each pattern must find a server, as pg_dump's must.
    async fn foreign_tables(&mut self, texts: &[String]) -> Result<HashSet<u32>> {
        let mut oids = HashSet::new();
        for text in texts {
            let servers = self.matching(&FOREIGN_SERVERS, text).await?;
            if servers.is_empty() {
                return Err(nothing(&FOREIGN_SERVERS, text));
            }
            for server in servers {
                let sql = format!(
                    "SELECT ftrelid AS oid FROM pg_catalog.pg_foreign_table WHERE ftserver = {server}"
                );
                let rows = self.session.query(sql.as_bytes()).await?;
                for row in rows.iter() {
                    oids.insert(row.num("oid")?);
                }
            }
        }
        Ok(oids)
    }

    /// Conditions by table: all that match it, joined. Each must find a table.
    async fn conditions(&mut self, all: &[(String, String)]) -> Result<HashMap<u32, BString>> {
        let mut conditions: HashMap<u32, BString> = HashMap::new();
        for (table, text) in all {
            let found = self.matching(&TABLES, table).await?;
            if found.is_empty() {
                return Err(nothing(&TABLES, table));
            }
            let own = self.in_own_encoding(text).await?;
            for oid in found {
                let condition = conditions.entry(oid).or_default();
                if !condition.is_empty() {
                    condition.extend_from_slice(b" AND ");
                }
                condition.extend_from_slice(&cat!["(", &own, ")"]);
            }
        }
        Ok(conditions)
    }

    /// The text in the database's encoding: that is how it will be sent.
    async fn in_own_encoding(&mut self, text: &str) -> Result<BString> {
        let own = self.session.parameter("server_encoding").unwrap_or("UTF8");
        if text.is_ascii() || matches!(own, "UTF8" | "SQL_ASCII") {
            return Ok(text.into());
        }
        let sql = cat![
            "SELECT pg_catalog.encode(pg_catalog.convert_to(",
            literal(text),
            ", ",
            literal(own),
            "), 'hex') AS hex"
        ];
        let rows = self
            .session
            .query_for(
                "cannot write the condition in the database's encoding",
                &sql,
            )
            .await?;
        let row = rows.first();
        let hex = row.map_or(Ok(""), |row| row.str("hex"))?;
        const_hex::decode(hex)
            .map(BString::from)
            .map_err(|cause| Error::new(Kind::Hostile, "the server's hex is none").cause(cause))
    }

    /// Tables with their partitions and all that inherits from them.
    async fn families(&mut self, parents: &HashSet<u32>) -> Result<HashSet<u32>> {
        let parents: Vec<String> = parents.iter().map(u32::to_string).collect();
        let sql = format!(
            "WITH RECURSIVE family(oid) AS (SELECT c.oid FROM pg_catalog.pg_class c \
             WHERE c.oid = ANY ('{{{}}}') UNION SELECT i.inhrelid FROM family f \
             JOIN pg_catalog.pg_inherits i ON i.inhparent = f.oid) SELECT oid FROM family",
            parents.join(",")
        );
        let rows = self.session.query(sql.as_bytes()).await?;
        rows.iter().map(|row| row.num("oid")).collect()
    }

    async fn matching(&mut self, place: &Place, text: &str) -> Result<Vec<u32>> {
        let pattern = (place.parse)(text)?;
        self.in_this_database(&pattern).await?;
        let doing = format!("cannot use the pattern {text}");
        let sql = query(place, &pattern, &self.path);
        let rows = self.session.query_for(&doing, &sql).await;
        let rows = rows.map_err(|error| match error.server_code() {
            // An invalid regular expression; characters that the database's encoding lacks.
            Some("2201B" | "22P05") => Error::new(Kind::Usage, doing).cause(error),
            _ => error,
        })?;
        rows.iter().map(|row| row.num("oid")).collect()
    }

    async fn in_this_database(&mut self, pattern: &ServerPattern) -> Result<()> {
        let Some(database) = &pattern.database else {
            return Ok(());
        };
        let sql = "SELECT pg_catalog.current_database() AS name";
        let rows = self.session.query(sql.as_bytes()).await?;
        let here = rows.first().map_or(Ok(false), |row| {
            row.bytes("name").map(|name| name == database.as_str())
        })?;
        if here {
            return Ok(());
        }
        let text = &pattern.text;
        let message = format!("cannot use the pattern {text}: it names another database");
        Err(Error::new(Kind::Usage, message))
    }
}

/// Compared in the database's own collation: names have "C" from 12 on. A table without a schema
/// is the first of its name on the path.
fn query(place: &Place, pattern: &ServerPattern, path: &str) -> BString {
    let like = |expression: &str, regex: &str| {
        cat![
            "(",
            expression,
            "::pg_catalog.text COLLATE pg_catalog.\"default\") OPERATOR(pg_catalog.~) ",
            literal(regex)
        ]
    };
    let mut sql = cat![place.sql, like(place.name, &pattern.name)];
    let Some(schema) = place.schema else {
        return sql;
    };
    let within = match &pattern.schema {
        Some(regex) => like(schema, regex),
        None => format!(
            "n.oid = (SELECT o.relnamespace FROM pg_catalog.pg_class o \
             WHERE o.relname = c.relname AND o.relnamespace = ANY (ARRAY[{path}]::pg_catalog.oid[]) \
             ORDER BY pg_catalog.array_position(ARRAY[{path}]::pg_catalog.oid[], o.relnamespace) \
             LIMIT 1)"
        )
        .into(),
    };
    sql.extend_from_slice(&cat![" AND ", within]);
    sql
}

fn nothing(place: &Place, text: &str) -> Error {
    let message = format!("no {} match the pattern {text}", place.what);
    Error::new(Kind::Usage, message).hint(match place.schema {
        Some(_) => {
            "A name without a schema is looked for in the search path; the system's own tables \
             can't be dumped."
        }
        None => "The system's own can't be dumped.",
    })
}
