//! A schema's statements. Each stands by itself: the server may refuse any of them.

/// Draws from a seed: the same ones on every machine (SplitMix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let end = u64::try_from(end.max(1)).expect("a small number");
        usize::try_from((z ^ (z >> 31)) % end).expect("a small number")
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// This, once in so many times.
    fn maybe(&mut self, times: usize, text: &str) -> String {
        if self.once_in(times) {
            format!(" {text}")
        } else {
            String::new()
        }
    }

    fn text(&mut self, pieces: &[&str]) -> String {
        let count = 1 + self.below(4);
        let text: String = (0..count).map(|_| self.one(pieces)).collect();
        // the reference dumper never ends on the delimiter that it takes for its own
        text.replace(";;", ";")
    }

    /// A string literal of pieces that break what does not quote them.
    fn literal(&mut self) -> String {
        let text = self.text(&[
            "a", "B", " ", "\"", "'", "\\", "$", ";", "--", "/*", "é", "\n", "%", "select", "\t",
            "日", "😀", "?", "#", "`",
        ]);
        format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
    }

    /// A quoted name; `tail` tells it from all others.
    fn name(&mut self, pieces: &[&str], tail: &str) -> String {
        let text = self.text(pieces);
        format!("`{}{tail}`", text.replace('`', "``"))
    }
}

/// For names of tables and columns.
const ODD: &[&str] = &[
    "a", "B", " ", "\"", "'", "\\", "$", ";", "--", "/*", "é", "%", "select", "`", ".", "日", "#",
];
/// For names that the reference dumper writes without quoting.
const PLAIN: &[&str] = &["a", "B", "_", "é", "$", "日"];

const TYPES: &[&str] = &[
    "INT",
    "BIGINT UNSIGNED",
    "TINYINT",
    "DECIMAL(20,5)",
    "FLOAT",
    "DOUBLE",
    "BIT(9)",
    "YEAR",
    "DATE",
    "TIME(3)",
    "DATETIME(6)",
    "TIMESTAMP(2) NULL",
    "CHAR(5)",
    "VARCHAR(40)",
    "TEXT",
    "TINYBLOB",
    "VARBINARY(20)",
    "BINARY(4)",
    "ENUM('a','b''c','é')",
    "SET('x','y;','z')",
    "JSON",
    "POINT",
    "VARCHAR(20) CHARACTER SET latin1",
    "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    "TEXT CHARACTER SET ucs2",
    "CHAR(9) CHARACTER SET sjis",
    "INT ZEROFILL",
    "MEDIUMTEXT",
];
const MARIADB_TYPES: &[&str] = &[
    "UUID",
    "INET6",
    "INET4",
    "VARCHAR(30) COMPRESSED",
    "BLOB COMPRESSED",
];
const MODES: &[&str] = &[
    "",
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "PIPES_AS_CONCAT,STRICT_ALL_TABLES",
    "IGNORE_SPACE",
];

struct Column {
    name: String,
    kind: String,
    /// The server computes it.
    generated: bool,
}

/// `backslashed`: names of views may have backslashes.
pub(super) fn script(seed: u64, mariadb: bool, backslashed: bool) -> String {
    let mut draw = Draw(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut out = String::from(
        "DELIMITER ;;\nSET sql_mode = 'NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', sql_notes = 0;;\n",
    );
    let mut tables: Vec<(String, Vec<Column>)> = Vec::new();
    for at in 0..4 {
        let name = draw.name(ODD, &format!("t{seed}_{at}"));
        let columns = columns(&mut draw, mariadb);
        out.push_str(&create(&mut draw, &name, &columns, mariadb));
        out.push_str(&rows(&mut draw, &name, &columns));
        // a backtick in a foreign key's names is printed without its double by some servers; MySQL 5.6
        // never finds a table with a slash and a backslash in its name, and prints it as of another database
        let slashed = |name: &str| name.contains('/') && name.contains('\\');
        let safe = |name: &str| !name.contains("``") && !slashed(name);
        let parent = tables
            .last()
            .filter(|(parent, _)| safe(parent) && safe(&name));
        if let Some((parent, keys)) = parent.filter(|_| draw.once_in(3)) {
            let (own, key) = (&columns[0].name, &keys[0].name);
            out.push_str(&format!(
                "SET foreign_key_checks = 0;;\nALTER TABLE {name} ADD FOREIGN KEY ({own}) REFERENCES {parent} ({key}) \
                 ON DELETE CASCADE;;\nSET foreign_key_checks = 1;;\n"
            ));
        }
        tables.push((name, columns));
    }
    for (at, (table, columns)) in tables.iter().enumerate() {
        programs(
            &mut draw,
            &mut out,
            (table, columns),
            &format!("{seed}_{at}"),
            (mariadb, backslashed),
        );
    }
    out
}

fn columns(draw: &mut Draw, mariadb: bool) -> Vec<Column> {
    let count = 1 + draw.below(7);
    let mut all = vec![Column {
        name: "`id`".to_owned(),
        kind: "INT".to_owned(),
        generated: false,
    }];
    for at in 0..count {
        let kind = if mariadb && draw.once_in(6) {
            draw.one(MARIADB_TYPES)
        } else {
            draw.one(TYPES)
        };
        let name = draw.name(ODD, &at.to_string());
        all.push(Column {
            name,
            kind: kind.to_owned(),
            generated: draw.once_in(8),
        });
    }
    all
}

fn create(draw: &mut Draw, name: &str, columns: &[Column], mariadb: bool) -> String {
    let mut parts = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let mut text = format!("{} {}", column.name, column.kind);
        if column.generated {
            let stored = draw.one(&["VIRTUAL", "STORED"]);
            text = format!(
                "{} VARCHAR(50) GENERATED ALWAYS AS (CONCAT(`id`, {})) {stored}",
                column.name,
                draw.literal()
            );
        } else if at == 0 {
            text.push_str(" NOT NULL");
            text.push_str(&draw.maybe(3, "AUTO_INCREMENT"));
        } else {
            text.push_str(&default(draw, &column.kind));
        }
        text.push_str(&if mariadb {
            draw.maybe(9, "INVISIBLE")
        } else {
            draw.maybe(9, "/*!80023 INVISIBLE */")
        });
        if draw.once_in(4) {
            text.push_str(&format!(" COMMENT {}", draw.literal()));
        }
        parts.push(text);
    }
    parts.push(
        if draw.once_in(5) {
            "KEY (`id`)"
        } else {
            "PRIMARY KEY (`id`)"
        }
        .to_owned(),
    );
    for column in columns.iter().skip(1) {
        let prefix = if column.kind.contains("TEXT") || column.kind.contains("BLOB") {
            "(3)"
        } else {
            ""
        };
        if draw.once_in(4) {
            let order = draw.one(&["", " DESC"]);
            let unique = draw.maybe(5, "UNIQUE");
            parts.push(format!(
                "{unique} KEY {} ({}{prefix}{order})",
                draw.name(ODD, "k"),
                column.name
            ));
        }
    }
    if draw.once_in(4) {
        parts.push(format!(
            "CONSTRAINT {} CHECK (`id` > -5 OR {} = 'x')",
            draw.name(ODD, name.trim_matches('`').get(..1).unwrap_or("c")),
            draw.literal()
        ));
    }
    let engine = draw.one(&["InnoDB", "InnoDB", "InnoDB", "MyISAM", "MEMORY"]);
    let charset = draw.one(&[
        "utf8mb4",
        "latin1",
        "utf8mb4 COLLATE utf8mb4_unicode_ci",
        "latin1 COLLATE latin1_bin",
    ]);
    let mut text = format!(
        "CREATE TABLE {name} ({}) ENGINE = {engine} DEFAULT CHARSET = {charset}",
        parts.join(", ")
    );
    if draw.once_in(3) {
        text.push_str(&format!(" COMMENT = {}", draw.literal()));
    }
    if mariadb && engine == "InnoDB" {
        text.push_str(&draw.maybe(5, "WITH SYSTEM VERSIONING"));
    }
    if draw.once_in(5) {
        text.push_str(draw.one(&[
            " PARTITION BY HASH (`id`) PARTITIONS 3",
            " PARTITION BY RANGE (`id`) (PARTITION p0 VALUES LESS THAN (3) COMMENT = 'it''s', PARTITION `p;1` VALUES LESS THAN MAXVALUE)",
            " PARTITION BY KEY (`id`) PARTITIONS 2",
        ]));
    }
    text + ";;\n"
}

fn default(draw: &mut Draw, kind: &str) -> String {
    if !draw.once_in(3) {
        return String::new();
    }
    if kind.contains("CHAR") && !kind.contains("sjis") && !kind.contains("latin1") {
        return format!(" DEFAULT {}", draw.literal());
    }
    let number = ["INT", "DECIMAL", "FLOAT", "DOUBLE", "BIT"];
    match number.iter().any(|word| kind.contains(word)) && !kind.contains("POINT") {
        true => format!(" DEFAULT {}", draw.one(&["7", "0", "(1 + 2)", "NULL"])),
        false if kind.starts_with("TIMESTAMP") => {
            " DEFAULT CURRENT_TIMESTAMP(2) ON UPDATE CURRENT_TIMESTAMP(2)".to_owned()
        }
        false => " DEFAULT NULL".to_owned(),
    }
}

fn value(draw: &mut Draw, kind: &str) -> String {
    if draw.once_in(6) {
        return "NULL".to_owned();
    }
    let fixed: &[&str] = match kind {
        "DATE" => &[
            "'2020-02-29'",
            "'0000-00-00'",
            "'1000-01-01'",
            "'2020-00-00'",
        ],
        "TIME(3)" => &["'-838:59:59'", "'00:00:00.001'", "'12:34:56.789'"],
        "DATETIME(6)" => &[
            "'9999-12-31 23:59:59.999999'",
            "'0000-00-00'",
            "'2001-02-03 04:05:06.5'",
        ],
        "TIMESTAMP(2) NULL" => &["'2038-01-19 03:14:07.99'", "'1970-01-01 00:00:01'"],
        "YEAR" => &["1901", "2155", "0"],
        "JSON" => &["'{\"a\": [1.50, \"é\\\\n\", null]}'", "'[]'", "'\"x\"'"],
        "POINT" => &["POINT(1, 2)", "POINT(-0.5, 1e300)"],
        "UUID" => &["'123e4567-e89b-12d3-a456-426655440000'"],
        "INET6" => &["'::1'", "'ffff::'"],
        "INET4" => &["'1.2.3.4'", "'0.0.0.0'"],
        _ if kind.starts_with("ENUM") => &["'a'", "'b''c'", "'é'", "0", "''"],
        _ if kind.starts_with("SET") => &["'x,y;'", "''", "'z'"],
        _ if kind.starts_with("BIT") => &["b'101'", "511", "0"],
        _ if kind.contains("INT") || kind.starts_with("DECIMAL") => {
            &["0", "-1", "127", "99999", "1.50000"]
        }
        "FLOAT" | "DOUBLE" => &["0.1", "-1e30", "3.14159265358979", "1e-20", "0"],
        _ if kind.contains("BLOB") || kind.contains("BINARY") => {
            &["X'00FF'", "''", "X'27225C0A'", "'abcdefghijk'"]
        }
        _ => return draw.literal(),
    };
    draw.one(fixed).to_owned()
}

fn rows(draw: &mut Draw, name: &str, columns: &[Column]) -> String {
    let stored: Vec<&Column> = columns.iter().filter(|column| !column.generated).collect();
    let names: Vec<&str> = stored.iter().map(|column| column.name.as_str()).collect();
    let mut out = String::new();
    for id in 0..draw.below(30) {
        let values: Vec<String> = stored
            .iter()
            .skip(1)
            .map(|column| value(draw, &column.kind))
            .collect();
        let values = [vec![(id + 1).to_string()], values].concat();
        out.push_str(&format!(
            "INSERT IGNORE INTO {name} ({}) VALUES ({});;\n",
            names.join(", "),
            values.join(", ")
        ));
    }
    out + &format!("DELETE FROM {name} WHERE `id` % 7 = 3;;\n")
}

fn programs(
    draw: &mut Draw,
    out: &mut String,
    (table, columns): (&str, &[Column]),
    tail: &str,
    (mariadb, backslashed): (bool, bool),
) {
    let without: Vec<&str> = ODD.iter().copied().filter(|piece| *piece != "\\").collect();
    let views = if backslashed { ODD } else { &without[..] };
    let column = &columns[draw.below(columns.len())].name;
    let mode = draw.one(MODES);
    out.push_str(&format!("SET sql_mode = '{mode}';;\n"));
    let text = match mode {
        "NO_BACKSLASH_ESCAPES" => format!("'{}'", draw.text(&["a", "\\", "''", ";", "é", "\n"])),
        _ => draw.literal(),
    };
    let view = draw.name(views, &format!("v{tail}"));
    let check = draw.maybe(3, "WITH CASCADED CHECK OPTION");
    out.push_str(&format!(
        "CREATE VIEW {view} AS SELECT {column} AS x, `id` FROM {table} WHERE `id` > 1{check};;\n"
    ));
    if draw.once_in(2) {
        out.push_str(&format!(
            "CREATE VIEW {} AS SELECT COUNT(*) AS n, {text} AS t FROM {view} GROUP BY `id`;;\n",
            draw.name(views, &format!("w{tail}"))
        ));
    }
    out.push_str(&format!(
        "CREATE PROCEDURE {}(a INT, OUT b VARCHAR(20)) COMMENT {text} SQL SECURITY INVOKER BEGIN -- {mode}\n IF a THEN SET b = {text}; END IF; SELECT 1 /* ; */; END;;\n",
        draw.name(PLAIN, &format!("p{tail}"))
    ));
    out.push_str(&format!("CREATE FUNCTION {}(a INT) RETURNS VARCHAR(20) CHARSET latin1 DETERMINISTIC RETURN {text};;\n", draw.name(PLAIN, &format!("f{tail}"))));
    for number in 0..draw.below(3) {
        let when = draw.one(&["BEFORE INSERT", "AFTER UPDATE", "BEFORE DELETE"]);
        out.push_str(&format!(
            "CREATE TRIGGER {} {when} ON {table} FOR EACH ROW BEGIN SET @a = {text}; END;;\n",
            draw.name(PLAIN, &format!("g{number}_{tail}"))
        ));
    }
    if draw.once_in(2) {
        out.push_str(&format!(
            "CREATE EVENT {} ON SCHEDULE EVERY 3 HOUR STARTS '2030-01-01 00:00:00' DISABLE COMMENT {text} DO SELECT {text};;\n",
            draw.name(PLAIN, &format!("e{tail}"))
        ));
    }
    if mariadb && draw.once_in(2) {
        let sequence = draw.name(ODD, &format!("s{tail}"));
        out.push_str(&format!("CREATE SEQUENCE {sequence} START WITH 5 INCREMENT BY 3 MAXVALUE 90 CYCLE;;\nDO NEXTVAL({sequence});;\n"));
    }
    out.push_str("SET sql_mode = 'NO_ENGINE_SUBSTITUTION';;\n");
}
