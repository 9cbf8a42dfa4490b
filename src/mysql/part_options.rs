//! Encryption and page compression of partitions that are cut into named sub-partitions (MariaDB
//! 11): `CREATE TABLE` prints options of a partition only where its sub-partitions have no names of
//! their own, and the server's own files say what was asked for.
//! Catalog: `information_schema.innodb_sys_tablespaces`, `innodb_tablespaces_encryption`.

use bstr::{BString, ByteSlice as _};

use crate::error::{Kind as ErrorKind, Result};
use crate::mysql::inventory::Relation;
use crate::mysql::quote::ident;
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::mysql::version::Caps;
use crate::plan::packed::Packed;
use crate::sql::rows::Row;

/// What begins a list of named sub-partitions.
const LIST: &[u8] = b"\n (SUBPARTITION ";

/// The options of a table's partitions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PartOptions {
    /// Those that have some of their own: a partition's name, and its options as they are written.
    Known(Vec<(BString, BString)>),
    /// The user may not see them (PROCESS).
    #[default]
    Unseen,
}

impl Packed for PartOptions {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Known(options) => {
                true.put(out);
                options.put(out);
            }
            Self::Unseen => false.put(out),
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        match bool::take(from)? {
            true => Vec::take(from).map(Self::Known),
            false => Some(Self::Unseen),
        }
    }
}

impl PartOptions {
    /// `CREATE TABLE` with them.
    pub(super) fn write(&self, create: BString) -> BString {
        let Self::Known(options) = self else {
            return create;
        };
        let (mut out, mut rest) = (Vec::new(), create.as_slice());
        for (partition, options) in options {
            let head = [b"PARTITION ".as_slice(), &ident(partition), b" VALUES "].concat();
            let list = rest.find(&head).and_then(|start| {
                let after = rest.get(start..)?;
                Some(start + after.find(LIST)?)
            });
            let Some(at) = list else { continue };
            let (before, after) = rest.split_at(at);
            out.extend_from_slice(before);
            out.extend_from_slice(options);
            rest = after;
        }
        out.extend_from_slice(rest);
        out.into()
    }

    /// Whether there may be some that are not seen.
    pub(super) fn are_unseen(&self, create: &[u8]) -> bool {
        *self == Self::Unseen && create.find(LIST).is_some()
    }
}

/// Reads those of a relation.
pub(super) async fn mark(
    session: &mut Session,
    (caps, database): (Caps, &[u8]),
    relation: &mut Relation,
) -> Result<()> {
    let may = relation.partitioned && relation.has_engine(&["InnoDB"]);
    relation.part_options = PartOptions::Known(Vec::new());
    if !(may && caps.partition_options()) {
        return Ok(());
    }
    relation.part_options = match session.query(question(database, &relation.name)).await {
        Ok(rows) => {
            let mut known: Vec<(BString, BString)> = Vec::new();
            for row in rows.iter() {
                let options = options(&row)?;
                let partition = row.owned("partition")?;
                let again = known.iter().any(|(name, _)| *name == partition);
                if !again && !options.is_empty() {
                    known.push((partition, options.into()));
                }
            }
            PartOptions::Known(known)
        }
        Err(error) if error.kind() == ErrorKind::Privilege => PartOptions::Unseen,
        Err(error) => return Err(error),
    };
    Ok(())
}

/// A tablespace is named after its file: each name in the character set of files' names.
fn question(database: &[u8], table: &[u8]) -> BString {
    let part = |name: &str| format!("CAST(CONVERT({name} USING filename) AS BINARY)");
    let space = [
        part("p.table_schema"),
        "'/'".to_owned(),
        part("p.table_name"),
        "'#P#'".to_owned(),
        part("p.partition_name"),
        "'#SP#'".to_owned(),
        part("p.subpartition_name"),
    ];
    let sql = format!(
        "SELECT p.partition_name AS `partition`, IFNULL(t.create_options, '') AS `table`, s.flag AS flag, \
         IFNULL(e.encryption_scheme, 0) AS encrypted, IFNULL(e.current_key_id, 1) AS `key`, \
         @@innodb_encrypt_tables <> 'OFF' AS by_default \
         FROM information_schema.partitions p \
         JOIN information_schema.tables t ON t.table_schema = p.table_schema AND t.table_name = p.table_name \
         JOIN information_schema.innodb_sys_tablespaces s ON CAST(s.name AS BINARY) = CONCAT({}) \
         LEFT JOIN information_schema.innodb_tablespaces_encryption e ON e.space = s.space \
         WHERE p.subpartition_name IS NOT NULL AND p.table_schema = ",
        space.join(", ")
    );
    let sql = Text::new(&sql)
        .string(database)
        .words(" AND p.table_name = ");
    let sql = sql.string(table);
    sql.words(" ORDER BY p.partition_ordinal_position, p.subpartition_ordinal_position")
        .into()
}

/// What a partition has and its table does not say.
fn options(row: &Row<'_>) -> Result<String> {
    let table = row.bytes("table")?.to_str_lossy().to_ascii_lowercase();
    let of_table = |name: &str| {
        let (_, value) = table.split_once(&format!("`{name}`="))?;
        let value = value.split(' ').next().unwrap_or_default();
        Some(value.trim_matches('\'').to_owned())
    };
    let is_on =
        |value: Option<String>| value.is_some_and(|value| ["1", "on", "yes"].contains(&&*value));
    let flag: u64 = row.num("flag")?;
    let mut options = String::new();
    let compressed = if flag & 0x10 == 0 {
        // the older form of files
        (flag >> 16) & 1 == 1
    } else {
        (flag >> 5) & 7 != 0
    };
    match (compressed, is_on(of_table("page_compressed"))) {
        (true, false) => {
            let level = (flag >> 28) & 15;
            options.push_str(&format!(
                " page_compressed=1 page_compression_level={level}"
            ));
        }
        (false, true) => options.push_str(" page_compressed=0"),
        _ => {}
    }
    let encrypted = row.bool("encrypted")?;
    let by_default = row.bool("by_default")?;
    let key: u64 = row.num("key")?;
    let own = of_table("encrypted");
    let usual = match &own {
        Some(word) => word != "no",
        None => by_default,
    };
    if encrypted != usual {
        options.push_str(if encrypted {
            " encrypted=yes"
        } else {
            " encrypted=no"
        });
    }
    let key_of_table = of_table("encryption_key_id").and_then(|key| key.parse().ok());
    if encrypted && key != key_of_table.unwrap_or(1) {
        options.push_str(&format!(" encryption_key_id={key}"));
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;
    use crate::sql::rows::Rows;

    fn told(table: &str, flag: &str, encrypted: &str, key: &str) -> String {
        let names = ["table", "flag", "encrypted", "key", "by_default"];
        let mut rows = Rows::new(names.map(str::to_owned).to_vec());
        rows.push([table, flag, encrypted, key, "0"].map(Some))
            .unwrap();
        options(&rows.first().unwrap()).unwrap()
    }

    #[test]
    fn what_the_table_does_not_say_is_the_partitions_own() {
        assert_eq!(told("partitioned", "21", "0", "1"), "");
        assert_eq!(
            told("partitioned", "21", "1", "4"),
            " encrypted=yes encryption_key_id=4"
        );
        let level = " page_compressed=1 page_compression_level=6";
        assert_eq!(told("partitioned", "1610612789", "0", "1"), level);
        let table = "`encrypted`='yes' `encryption_key_id`='2' `page_compressed`='1' partitioned";
        assert_eq!(told(table, "21", "1", "2"), " page_compressed=0");
        assert_eq!(told(table, "1610612789", "0", "1"), " encrypted=no");
    }

    #[test]
    fn options_stand_before_the_list() {
        let create = "CREATE TABLE `t` (\n  `a` int\n)\n(PARTITION `p` VALUES LESS THAN (1)\n (SUBPARTITION `s` ENGINE = InnoDB),\n \
                      PARTITION `q``r` VALUES LESS THAN (2)\n (SUBPARTITION `t` ENGINE = InnoDB))";
        let options = PartOptions::Known(vec![("q`r".into(), " encrypted=yes".into())]);
        let written = options.write(create.into());
        let expected = create.replace("(2)\n", "(2) encrypted=yes\n");
        assert_eq!(written, expected.as_str());
        assert!(PartOptions::Unseen.are_unseen(create.as_bytes()));
        assert!(!options.are_unseen(create.as_bytes()));
    }
}
