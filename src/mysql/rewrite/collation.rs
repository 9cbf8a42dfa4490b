//! Collations of one flavour in the other's names. Both order by the same tables of Unicode where
//! there is a counterpart; the versions of these differ, so that keys are made anew.

use crate::mysql::version::Caps;

/// MariaDB's nearest to one of MySQL's; `None`: it has it itself.
pub(super) fn to_mariadb(name: &str, to: Caps) -> Option<String> {
    if !name.starts_with("utf8mb4_") || !name.contains("_0900_") {
        return None;
    }
    let new = to.uca1400();
    Some(match name.rsplit_once("_0900_").map(|(_, kind)| kind) {
        Some("bin") => "utf8mb4_bin".into(),
        Some(kind @ ("as_cs" | "as_ci" | "ai_ci")) if new => format!("utf8mb4_uca1400_{kind}"),
        Some(_) if new => "utf8mb4_uca1400_as_cs".into(),
        Some("as_cs") => "utf8mb4_bin".into(),
        _ => "utf8mb4_unicode_520_ci".into(),
    })
}

/// MySQL's nearest to one of MariaDB's.
pub(super) fn to_mysql(name: &str) -> Option<String> {
    if let Some((charset, rest)) = name.split_once("_uca1400_") {
        let kind = ["as_cs", "as_ci"]
            .into_iter()
            .find(|kind| rest.ends_with(kind));
        return Some(match charset {
            "utf8mb4" => format!("utf8mb4_0900_{}", kind.unwrap_or("ai_ci")),
            "utf8" => "utf8mb3_unicode_520_ci".into(),
            charset => format!("{charset}_unicode_520_ci"),
        });
    }
    let (charset, kind) = name.split_once('_')?;
    if kind.contains("nopad_") {
        return Some(format!("{charset}_{}", kind.replace("nopad_", "")));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::facts::Flavor;

    #[test]
    fn names_have_counterparts() {
        let caps = |number| Caps {
            flavor: Flavor::Mariadb,
            number,
        };
        let old = |name| to_mariadb(name, caps(100_500));
        let new = |name| to_mariadb(name, caps(110_800));
        assert_eq!(
            new("utf8mb4_0900_as_cs").as_deref(),
            Some("utf8mb4_uca1400_as_cs")
        );
        assert_eq!(
            old("utf8mb4_0900_ai_ci").as_deref(),
            Some("utf8mb4_unicode_520_ci")
        );
        assert_eq!(new("utf8mb4_general_ci"), None);
        assert_eq!(
            to_mysql("utf8mb4_uca1400_german2_as_ci").as_deref(),
            Some("utf8mb4_0900_as_ci")
        );
        assert_eq!(
            to_mysql("latin1_swedish_nopad_ci").as_deref(),
            Some("latin1_swedish_ci")
        );
        assert_eq!(to_mysql("latin1_swedish_ci"), None);
    }
}
