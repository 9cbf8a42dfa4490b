//! A schema's statements. Each stands by itself: the server may refuse any of them.

use super::draw::Draw;

/// A table and its columns, quoted.
#[derive(Clone)]
struct Table {
    name: String,
    columns: Vec<String>,
}

/// What has been asked for so far.
struct Schema {
    draw: Draw,
    name: String,
    number: usize,
    types: Vec<String>,
    functions: Vec<String>,
    tables: Vec<Table>,
    views: Vec<String>,
    sql: String,
}

/// Adds an object's statements.
type Maker = fn(&mut Schema);

/// The statements of a seed.
pub(super) fn script(seed: u64) -> String {
    let mut draw = Draw::new(seed);
    let name = quoted(&format!("{}{seed}", draw.text()));
    let mut schema = Schema {
        draw,
        name,
        number: 0,
        types: Vec::new(),
        functions: Vec::new(),
        tables: Vec::new(),
        views: Vec::new(),
        sql: String::new(),
    };
    schema.fill();
    schema.sql
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Schema {
    fn run(&mut self, statement: String) {
        self.sql.push_str(&statement);
        self.sql.push_str(";\n");
    }

    /// A new name, unqualified.
    fn short(&mut self) -> String {
        self.number += 1;
        let text = self.draw.text();
        quoted(&format!("{text}{}", self.number))
    }

    fn long(&mut self) -> String {
        let short = self.short();
        format!("{}.{short}", self.name)
    }

    fn fill(&mut self) {
        self.run(format!("CREATE SCHEMA {}", self.name));
        let makers: [(usize, Maker); 6] = [
            (5, Self::a_type),
            (3, Self::a_function),
            (2, Self::a_sequence),
            (9, Self::a_table),
            (2, Self::a_partitioned_table),
            (6, Self::a_view),
        ];
        for (times, make) in makers {
            (0..times).for_each(|_| make(self));
        }
        (0..60).for_each(|_| self.a_change());
        self.a_publication();
    }

    fn a_type(&mut self) {
        let name = self.long();
        let sql = match self.draw.below(5) {
            0 => {
                let labels: Vec<String> = (0..1 + self.draw.below(4))
                    .map(|n| self.draw.literal().replacen("E'", &format!("E'{n}"), 1))
                    .collect();
                format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", "))
            }
            1 => {
                let (a, b) = (self.short(), self.short());
                let (x, y) = (self.type_name(), self.type_name());
                format!("CREATE TYPE {name} AS ({a} {x}, {b} {y})")
            }
            2 => {
                let subtype = self.draw.one(&["integer", "numeric", "date", "text"]);
                format!("CREATE TYPE {name} AS RANGE (subtype = {subtype})")
            }
            _ => {
                let base = self
                    .draw
                    .one(&["integer", "text", "varchar(20)", "numeric(8,2)"]);
                let (check, literal) = (self.short(), self.draw.literal());
                let default = self.draw.one(&["", " DEFAULT NULL", " DEFAULT '7'"]);
                format!(
                    "CREATE DOMAIN {name} AS {base}{default} \
                     CONSTRAINT {check} CHECK (VALUE::text <> {literal})"
                )
            }
        };
        self.run(sql);
        self.types.push(name);
    }

    /// Not `"char"`: before 16 servers give out half a character of it, and take none back.
    fn type_name(&mut self) -> String {
        const PLAIN: [&str; 20] = [
            "integer",
            "bigint",
            "smallint",
            "text",
            "varchar(30)",
            "numeric(12,3)",
            "boolean",
            "timestamp with time zone",
            "date",
            "interval",
            "bytea",
            "double precision",
            "jsonb",
            "uuid",
            "text[]",
            "integer[][]",
            "inet",
            "oid",
            "bit varying(9)",
            "name",
        ];
        if self.draw.once_in(4) {
            let own = self.draw.one_or(&self.types, "text");
            let array = if self.draw.once_in(4) { "[]" } else { "" };
            return format!("{own}{array}");
        }
        self.draw.one(&PLAIN).to_owned()
    }

    fn a_function(&mut self) {
        let name = self.long();
        let (argument, kind, literal) = (self.short(), self.type_name(), self.draw.literal());
        let volatility = self
            .draw
            .one(&["VOLATILE", "STABLE", "IMMUTABLE", "IMMUTABLE STRICT"]);
        let more = self.draw.one(&[
            "",
            "SECURITY DEFINER",
            "COST 7",
            "PARALLEL SAFE",
            "SET work_mem = '3MB'",
            "LEAKPROOF",
        ]);
        let sql = match self.draw.below(4) {
            0 => format!(
                "CREATE FUNCTION {name}({argument} {kind} DEFAULT NULL) RETURNS text \
                 LANGUAGE plpgsql {volatility} {more} AS $body$BEGIN RETURN {literal}; END$body$"
            ),
            1 => format!(
                "CREATE FUNCTION {name}(integer, VARIADIC {argument} text[]) RETURNS TABLE (x {kind}) \
                 LANGUAGE sql {volatility} {more} ROWS 7 AS $body$SELECT NULL::{kind}$body$"
            ),
            2 => format!(
                "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql \
                 AS $body$BEGIN RETURN new; END$body$"
            ),
            _ => format!(
                "CREATE FUNCTION {name}({argument} integer) RETURNS integer LANGUAGE sql \
                 IMMUTABLE AS $body$SELECT $1 + length({literal})$body$"
            ),
        };
        self.run(sql);
        self.functions.push(name);
    }

    fn a_sequence(&mut self) {
        let name = self.long();
        let options = self.draw.one(&[
            "",
            "AS smallint INCREMENT -3 MAXVALUE 100 CYCLE",
            "START 50 CACHE 7",
            "MINVALUE -5 NO MAXVALUE",
        ]);
        self.run(format!("CREATE SEQUENCE {name} {options}"));
        self.run(format!("SELECT nextval({})", as_literal(&name)));
    }

    fn column(&mut self, name: &str) -> String {
        let kind = self.type_name();
        let literal = self.draw.literal();
        let more = match self.draw.below(9) {
            0 => " NOT NULL".to_owned(),
            1 => format!(" DEFAULT {literal}"),
            2 => " DEFAULT NULL".to_owned(),
            3 => format!(" CHECK ({name} IS NOT NULL)"),
            4 => format!(" CHECK ({name}::text <> {literal}) NO INHERIT"),
            5 => " COLLATE \"C\"".to_owned(),
            _ => String::new(),
        };
        format!("{name} {kind}{more}")
    }

    fn a_table(&mut self) {
        let name = self.long();
        let names: Vec<String> = (0..self.draw.below(6)).map(|_| self.short()).collect();
        let mut parts: Vec<String> = names.iter().map(|name| self.column(name)).collect();
        let id = self.short();
        parts.push(match self.draw.below(6) {
            0 => format!("{id} serial PRIMARY KEY"),
            1 => format!("{id} bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 3) PRIMARY KEY"),
            2 => format!("{id} smallint GENERATED BY DEFAULT AS IDENTITY"),
            3 => format!(
                "{id} integer GENERATED ALWAYS AS (length({})) STORED",
                self.draw.literal()
            ),
            4 => format!("{id} serial, UNIQUE ({id}) DEFERRABLE"),
            _ => format!("{id} integer DEFAULT 3"),
        });
        let unlogged = if self.draw.once_in(6) {
            "UNLOGGED "
        } else {
            ""
        };
        let inherits = match self.draw.below(4) {
            0 if !self.tables.is_empty() => {
                let at = self.draw.below(self.tables.len());
                format!(" INHERITS ({})", self.tables[at].name)
            }
            _ => String::new(),
        };
        let with = self.draw.one(&[
            "",
            "",
            " WITH (fillfactor = 60, autovacuum_enabled = false)",
        ]);
        self.run(format!(
            "CREATE {unlogged}TABLE {name} ({}){inherits}{with}",
            parts.join(", ")
        ));
        let columns = names.into_iter().chain([id]).collect();
        self.tables.push(Table {
            name: name.clone(),
            columns,
        });
        self.rows(&name);
    }

    fn rows(&mut self, table: &str) {
        self.run(format!("INSERT INTO {table} DEFAULT VALUES"));
        self.run(format!("INSERT INTO {table} DEFAULT VALUES"));
        let at = self.tables.iter().position(|t| t.name == table);
        let columns = at
            .map(|at| self.tables[at].columns.clone())
            .unwrap_or_default();
        for column in columns {
            let literal = self.draw.literal();
            let value = match self.draw.below(3) {
                0 => literal,
                1 => "'2'".to_owned(),
                _ => "NULL".to_owned(),
            };
            self.run(format!("INSERT INTO {table} ({column}) VALUES ({value})"));
        }
    }

    fn a_partitioned_table(&mut self) {
        let name = self.long();
        let (key, other) = (self.short(), self.short());
        let column = self.column(&other);
        let method = self.draw.one(&["RANGE", "LIST", "HASH"]);
        let primary = match self.draw.below(3) {
            0 => format!(", PRIMARY KEY ({key})"),
            1 => format!(", UNIQUE ({key})"),
            _ => String::new(),
        };
        self.run(format!(
            "CREATE TABLE {name} ({key} integer, {column}{primary}) PARTITION BY {method} ({key})"
        ));
        for n in 0..3 {
            let part = self.long();
            let bounds = match method {
                "RANGE" => format!("FROM ({}) TO ({})", n * 10, n * 10 + 10),
                "LIST" => format!("IN ({n}, {})", n + 10),
                _ => format!("WITH (MODULUS 3, REMAINDER {n})"),
            };
            if self.draw.once_in(3) {
                // Attached afterwards, its columns in another order.
                self.run(format!(
                    "CREATE TABLE {part} (x integer, {column}, {key} integer)"
                ));
                self.run(format!("ALTER TABLE {part} DROP COLUMN x"));
                if primary.contains("PRIMARY") {
                    self.run(format!("ALTER TABLE {part} ALTER {key} SET NOT NULL"));
                }
                self.run(format!(
                    "ALTER TABLE {name} ATTACH PARTITION {part} FOR VALUES {bounds}"
                ));
            } else {
                self.run(format!(
                    "CREATE TABLE {part} PARTITION OF {name} FOR VALUES {bounds}"
                ));
            }
            self.tables.push(Table {
                name: part,
                columns: vec![key.clone(), other.clone()],
            });
        }
        self.run(format!(
            "INSERT INTO {name} ({key}) SELECT i FROM generate_series(0, 2) i"
        ));
        self.tables.push(Table {
            name,
            columns: vec![key, other],
        });
    }

    fn a_view(&mut self) {
        let name = self.long();
        let Some(table) = self.table() else { return };
        let column = self.draw.one_or(&table.columns, "*");
        let from = match self.draw.once_in(3) {
            true => self.draw.one_or(&self.views, &table.name),
            false => table.name.clone(),
        };
        let literal = self.draw.literal();
        let sql = match self.draw.below(6) {
            0 => format!("CREATE VIEW {name} WITH (security_barrier) AS SELECT * FROM {from}"),
            1 => format!("CREATE MATERIALIZED VIEW {name} AS SELECT * FROM {from}"),
            2 => format!("CREATE MATERIALIZED VIEW {name} AS SELECT {literal} AS a WITH NO DATA"),
            3 => format!(
                "CREATE VIEW {name} AS SELECT {column}, count(*) AS n FROM {} GROUP BY {column} \
                 HAVING count(*) > 0 ORDER BY 2",
                table.name
            ),
            4 => format!(
                "CREATE VIEW {name} AS SELECT {column} FROM {} WHERE {column}::text <> {literal} \
                 WITH LOCAL CHECK OPTION",
                table.name
            ),
            _ => format!(
                "CREATE VIEW {name} AS WITH w AS (SELECT * FROM {from}) \
                 SELECT w.*, {literal}::text AS \"own {}\" FROM w UNION ALL SELECT *, '' FROM w",
                self.number
            ),
        };
        self.run(sql);
        self.views.push(name);
    }

    fn table(&mut self) -> Option<Table> {
        let at = self.draw.below(self.tables.len());
        self.tables.get(at).cloned()
    }

    fn a_change(&mut self) {
        let Some(table) = self.table() else { return };
        let t = table.name;
        let c = self.draw.one_or(&table.columns, "none");
        let d = self.draw.one_or(&table.columns, "none");
        let (new, literal) = (self.short(), self.draw.literal());
        let function = self.draw.one_or(&self.functions, "none");
        let view = self.draw.one_or(&self.views, "none");
        let role = self.draw.one(&["alice", "\"Bob's \"\"\"", "PUBLIC"]);
        let other = self.table().map_or_else(|| t.clone(), |t| t.name);
        let on = self
            .draw
            .one(&["pg_catalog.int4_ops", "pg_catalog.text_ops DESC"]);
        let sql = match self.draw.below(30) {
            0 => format!("ALTER TABLE {t} DROP COLUMN {c}"),
            1 => format!("ALTER TABLE {t} ADD COLUMN {new} integer DEFAULT 5 NOT NULL"),
            2 => format!("ALTER TABLE {t} ADD COLUMN {new} text DEFAULT {literal}"),
            3 => format!("ALTER TABLE {t} ALTER {c} SET STATISTICS 77"),
            4 => format!("ALTER TABLE {t} ALTER {c} SET STORAGE EXTERNAL"),
            5 => format!("ALTER TABLE {t} ALTER {c} SET DEFAULT NULL"),
            6 => format!("ALTER TABLE {t} OWNER TO {role}"),
            7 => format!("COMMENT ON COLUMN {t}.{c} IS {literal}"),
            8 => format!("COMMENT ON TABLE {t} IS {literal}"),
            9 => format!("GRANT SELECT, UPDATE ({c}) ON {t} TO {role}"),
            10 => format!("REVOKE INSERT ON {t} FROM CURRENT_USER"),
            11 => format!("GRANT ALL ON {t} TO {role} WITH GRANT OPTION"),
            12 => format!("CREATE INDEX {new} ON {t} ({c}, {d} DESC NULLS LAST)"),
            13 => format!(
                "CREATE INDEX {new} ON {t} (({c}::text || {literal})) WHERE {d} IS NOT NULL"
            ),
            14 => format!("CREATE UNIQUE INDEX {new} ON {t} ({c})"),
            15 => format!("CREATE INDEX {new} ON {t} ({c} {on})"),
            16 => format!(
                "ALTER TABLE {t} ADD CONSTRAINT {new} CHECK ({c} IS NOT NULL OR {d} IS NULL) NOT VALID"
            ),
            17 => format!(
                "ALTER TABLE {t} ADD CONSTRAINT {new} FOREIGN KEY ({c}) REFERENCES {other} ON DELETE CASCADE NOT VALID"
            ),
            18 => format!("ALTER TABLE {t} ADD CONSTRAINT {new} UNIQUE ({c}, {d})"),
            19 => format!(
                "CREATE TRIGGER {new} BEFORE UPDATE OF {c} ON {t} FOR EACH ROW EXECUTE PROCEDURE {function}()"
            ),
            20 => format!(
                "CREATE RULE {new} AS ON UPDATE TO {t} WHERE old.{c} IS NULL DO ALSO NOTHING"
            ),
            21 => format!(
                "CREATE POLICY {new} ON {t} FOR SELECT TO {role} USING ({c}::text = {literal})"
            ),
            22 => format!("ALTER TABLE {t} ENABLE ROW LEVEL SECURITY"),
            23 => format!("CREATE STATISTICS {}.{new} ON {c}, {d} FROM {t}", self.name),
            24 => format!("ALTER TABLE {t} REPLICA IDENTITY FULL"),
            25 => format!(
                "ALTER DEFAULT PRIVILEGES IN SCHEMA {} GRANT SELECT ON TABLES TO {role}",
                self.name
            ),
            26 => format!("ALTER TABLE {view} OWNER TO {role}"),
            27 => format!("COMMENT ON VIEW {view} IS {literal}"),
            28 => format!("REVOKE ALL ON FUNCTION {function} FROM PUBLIC"),
            _ => format!("ALTER TABLE {t} RENAME COLUMN {c} TO {new}"),
        };
        self.run(sql);
    }

    fn a_publication(&mut self) {
        let name = self.short();
        if let Some(table) = self.table() {
            self.run(format!(
                "CREATE PUBLICATION {name} FOR TABLE {}",
                table.name
            ));
        }
    }
}

fn as_literal(name: &str) -> String {
    format!("E'{}'", name.replace('\\', "\\\\").replace('\'', "''"))
}
