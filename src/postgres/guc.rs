//! Configuration parameters as `ALTER ROLE` and `ALTER DATABASE … SET` keep them. Catalog:
//! pg_db_role_setting.setconfig, `name=value` each.

use bstr::{BStr, BString, ByteSlice};

use crate::postgres::quote::{ident, literal};
use crate::postgres::render::{cat, join};

/// Parameters whose value is a list of quoted names: one string in quotes would be one name
/// (`GUC_LIST_QUOTE` in the server's `guc_tables.c`).
const LISTS: &[&str] = &[
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// `SET name TO value` of a `name=value`; `None` where there is no `=`.
#[must_use]
pub fn set(setting: &BStr) -> Option<BString> {
    let (name, value) = setting.split_once_str("=")?;
    let lower = name.to_ascii_lowercase();
    let is_list = LISTS.iter().any(|list| list.as_bytes() == lower);
    let value = if is_list {
        join(names(value).iter().map(literal), ", ")
    } else {
        literal(value)
    };
    let value = if value.is_empty() { literal("") } else { value };
    // A name with a dot belongs to an extension: its parts are quoted apart.
    let name = join(name.split_str(".").map(ident), ".");
    Some(cat!["SET ", name, " TO ", value])
}

/// The names of a list as the server stores it: separated by commas, in double quotes if needed.
fn names(list: &[u8]) -> Vec<BString> {
    let mut names = Vec::new();
    let mut name = BString::default();
    let mut quoted = false;
    let mut any = false;
    let mut bytes = list.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' if quoted && bytes.peek() == Some(&b'"') => {
                name.push(b'"');
                bytes.next();
            }
            b'"' => {
                quoted = !quoted;
                any = true;
            }
            b',' if !quoted => names.push(std::mem::take(&mut name)),
            b' ' | b'\t' | b'\n' if !quoted => {}
            other => name.push(other),
        }
    }
    if any || !name.is_empty() || !names.is_empty() {
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_stay_lists_and_other_values_strings() {
        let set = |text: &str| set(text.into()).map(|s| s.to_string());
        assert_eq!(
            set("search_path=\"$user\", public, \"a\"\"b,c\"").as_deref(),
            Some("SET search_path TO '$user', 'public', 'a\"b,c'")
        );
        assert_eq!(
            set("search_path=\"\"").as_deref(),
            Some("SET search_path TO ''")
        );
        assert_eq!(
            set("my.Var=it's").as_deref(),
            Some("SET my.\"Var\" TO 'it''s'")
        );
        assert_eq!(set("nothing"), None);
    }
}
