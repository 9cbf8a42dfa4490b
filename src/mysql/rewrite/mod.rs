//! A script for the other flavour: what it can't read is written in its own words, or left out, and
//! each change is listed. Pure; knows statements as the servers print them.

mod account;
mod collation;
mod edit;
mod to_mariadb;
mod to_mysql;

use crate::mysql::facts::Flavor;
use crate::mysql::known_accounts::KnownAccount;
use crate::mysql::rewrite::account::Accounts;
use crate::mysql::rewrite::edit::Edits;
use crate::mysql::version::Caps;
use crate::plan::entry::{Body, Entry};
use crate::source::Warning;
use crate::source::mysql::Product;

/// The capabilities of the server that is written for, where it is not the one that is read.
#[must_use]
pub fn target(own: Caps, wanted: Option<Product>) -> Option<Caps> {
    let wanted = wanted?;
    let caps = Caps {
        flavor: match wanted.mariadb {
            true => Flavor::Mariadb,
            false => Flavor::Mysql,
        },
        number: wanted.number,
    };
    (caps.flavor != own.flavor).then_some(caps)
}

/// Rewrites all statements for the other flavour; gives what was changed, by object.
pub fn apply(entries: &mut Vec<Entry>, to: Caps, known: &[KnownAccount]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let accounts = Accounts { known, to };
    entries.retain_mut(|entry| {
        let mut changes = Vec::new();
        let stays = match left_out(entry, to) {
            Some(why) => {
                changes.push(why.to_owned());
                false
            }
            None if ACCOUNTS.contains(&entry.kind) => {
                account::rewrite(entry, accounts, &mut changes);
                !matches!(&entry.body, Body::Statements(left) if left.is_empty())
            }
            None => {
                rewrite(entry, to, &mut changes);
                true
            }
        };
        let mut seen = std::collections::HashSet::new();
        changes.retain(|change| seen.insert(change.clone()));
        changes.retain(|change| !change.is_empty());
        if !changes.is_empty() {
            warnings.push(Warning {
                object: format!("{} {}", entry.kind, entry.identity.name),
                message: format!("for {}: {}", to.flavor.product(), changes.join("; ")),
            });
        }
        stays
    });
    entries.extend(account::give_back(entries, accounts));
    forget_missing(entries);
    warnings
}

/// Kinds of accounts and their rights.
const ACCOUNTS: [&str; 3] = ["user", "grant", "object_grant"];

/// Why an object has no counterpart at all.
fn left_out(entry: &Entry, to: Caps) -> Option<&'static str> {
    if entry.kind == "system_grant" {
        return Some("left out, rights on the server's own objects, which are others there");
    }
    if to.is_mariadb() {
        return match entry.kind {
            "library" => Some("left out, there are no libraries"),
            "histogram" => Some("left out, its numbers can't be set"),
            "read_only" => Some("left out, databases can't be read only"),
            "spatial_reference_system" => Some("left out, the server's own are all that there are"),
            "tablespace" => Some("left out, there are no tablespaces"),
            "resource_group" => Some("left out, there are no resource groups"),
            "component" | "password_check" => Some("left out, there are no components"),
            _ => None,
        };
    }
    match entry.kind {
        "sequence" | "sequence_value" | "sequence_default" => {
            Some("left out, there are no sequences")
        }
        "package" => Some("left out, there are no packages"),
        // whoever makes a role there does not administer it
        "role_admin" => Some(""),
        _ if is_oracle(entry) => Some("left out, written in Oracle mode"),
        _ => None,
    }
}

fn is_oracle(entry: &Entry) -> bool {
    let Body::Statements(statements) = &entry.body else {
        return false;
    };
    let sets = statements.iter().map(|one| one.text.as_slice());
    sets.filter(|text| text.starts_with(b"SET @dumpkeep_sql_mode"))
        .any(|text| memchr::memmem::find(text, b"ORACLE").is_some())
}

fn rewrite(entry: &mut Entry, to: Caps, changes: &mut Vec<String>) {
    let Body::Statements(statements) = &mut entry.body else {
        return;
    };
    for statement in statements {
        let mut edits = Edits::of(&statement.text);
        if to.is_mariadb() {
            to_mariadb::edit(&mut edits, entry.kind, to);
        } else {
            to_mysql::edit(&mut edits, entry.kind, to);
        }
        let (text, mut changed) = edits.finish();
        changes.append(&mut changed);
        if let Some(text) = text {
            statement.text = text;
        }
    }
}

/// Nothing waits for what was left out.
fn forget_missing(entries: &mut [Entry]) {
    let known: std::collections::HashSet<_> = entries.iter().map(|entry| entry.id).collect();
    for entry in entries {
        entry.needs.retain(|id| known.contains(id));
    }
}
