//! Whoever makes a role in MariaDB administers it, so the rewritten roles have an end as well at
//! which that is given back.

use bstr::BString;

use super::Accounts;
use super::words::{all, find, named};
use crate::mysql::objects::role_admin;
use crate::plan::entry::{Body, Entry, EntryId, Identity, Section};

/// An entry for each role that the dump makes: to stand behind all others.
pub(in crate::mysql::rewrite) fn give_back(
    entries: &[Entry],
    accounts: Accounts<'_>,
) -> Vec<Entry> {
    let makes_roles = entries.iter().any(|entry| entry.kind == "user") && accounts.to.is_mariadb();
    let roles = accounts
        .known
        .iter()
        .filter(|one| one.is_role && makes_roles);
    let rank = entries.iter().map(|entry| entry.rank).max().unwrap_or(0) + 1;
    let next = entries
        .iter()
        .map(|entry| entry.id.0 + 1)
        .max()
        .unwrap_or(0);
    let mut new = Vec::new();
    for (role, id) in roles.zip(next..) {
        let name = accounts.role_in_mariadb(role);
        let (members, admins) = members(entries, &name);
        new.push(Entry {
            id: EntryId(id),
            kind: "role_admin",
            section: Section::Globals,
            rank,
            needs: Vec::new(),
            body: Body::Statements(vec![role_admin::give_back(&name, &members, &admins)]),
            drop: Vec::new(),
            identity: Identity {
                name,
                ..Identity::default()
            },
        });
    }
    new
}

/// Who has the role, and who of them may grant it, as `CURRENT_USER()` names them in hexadecimal.
fn members(entries: &[Entry], role: &BString) -> (BString, BString) {
    let (mut members, mut admins) = (Vec::new(), Vec::new());
    for entry in entries.iter().filter(|entry| entry.kind == "grant") {
        let Body::Statements(statements) = &entry.body else {
            continue;
        };
        for statement in statements {
            let all = all(&statement.text);
            let Some(to) = find(&all, &["TO"], 0).filter(|to| *to == 2) else {
                continue;
            };
            let granted = all.get(1..to).and_then(named);
            let Some((user, Some(host), _)) = all.get(to + 1..).and_then(named) else {
                continue;
            };
            if granted.is_none_or(|(granted, _, _)| granted != *role) {
                continue;
            }
            let hex = const_hex::encode_upper([user.as_slice(), b"@", &host].concat());
            if find(&all, &["ADMIN"], to).is_some() {
                admins.push(hex.clone());
            }
            members.push(hex);
        }
    }
    (members.join(",").into(), admins.join(",").into())
}
