//! Accounts, roles and rights in the other flavour's words.

mod administrators;
mod grant;
mod login;
mod right;
mod words;

use bstr::BString;

use crate::mysql::known_accounts::KnownAccount;
use crate::mysql::objects::{create_bare, role_admin};
use crate::mysql::quote;
use crate::mysql::version::Caps;
use crate::plan::entry::{Body, Entry, Statement};

pub(super) use administrators::give_back;

/// The accounts that are read, and what they become.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accounts<'a> {
    pub(super) known: &'a [KnownAccount],
    pub(super) to: Caps,
}

/// The account's own statements, and what is said of them. Nothing may be left.
pub(super) fn rewrite(entry: &mut Entry, accounts: Accounts<'_>, changes: &mut Vec<String>) {
    let Body::Statements(statements) = &mut entry.body else {
        return;
    };
    let old = std::mem::take(statements);
    *statements = match entry.kind {
        "user" => user(&old, accounts, changes),
        _ => grant::grants(&old, accounts, changes),
    };
}

/// A user or a role: the statement that makes it, others that only its own flavour needs, and the
/// one that gives an account what it has.
fn user(old: &[Statement], accounts: Accounts<'_>, changes: &mut Vec<String>) -> Vec<Statement> {
    let mut new = Vec::new();
    let ours = |one: &&Statement| words::is_login(&one.text);
    let logins: Vec<&Statement> = old.iter().filter(ours).collect();
    let Some(first) = logins.first() else {
        // a MariaDB role, or an account of MySQL 5.6, which any server reads
        let unknown = |one: &&Statement| !one.text.starts_with(b"SET @dumpkeep_role");
        new.extend(old.iter().filter(unknown).map(|one| {
            let role = words::made_role(&one.text).and_then(|role| accounts.role_in_mysql(&role));
            role.map_or_else(
                || one.clone(),
                |role| Statement::new([b"CREATE ROLE IF NOT EXISTS ", role.as_slice()].concat()),
            )
        }));
        return new;
    };
    let name = words::login_name(&first.text);
    let known = name.and_then(|(user, host)| accounts.find(&user, &host));
    if accounts.to.is_mariadb()
        && let Some(role) = known.filter(|one| one.is_role)
    {
        let name = accounts.role_in_mariadb(role);
        new.push(role_admin::note(&name));
        new.push(role_admin::create(&name));
        if role.logs_in {
            changes.push("became a user and a role: an account is not both there".into());
        } else {
            return new;
        }
    }
    if logins.len() > 2 {
        changes.push("left out its second password".into());
    }
    // of one without a password there is only what it becomes
    let create = match first.text.strip_prefix(b"ALTER USER ") {
        Some(rest) => [b"CREATE USER IF NOT EXISTS ", rest].concat().into(),
        None => first.text.clone(),
    };
    let made = login::login(&create, accounts.to, changes);
    let is_bare = made.is_bare && accounts.to.role_edges();
    let account = words::login_name(&create).filter(|(user, _)| is_bare && !user.is_empty());
    new.push(Statement::new(match account {
        Some((user, host)) => create_bare(&quote::account(&user, &host)).into(),
        None => made.text,
    }));
    // who is there already keeps a password, rather than lose it too
    let last = logins
        .last()
        .filter(|last| last.text != create && !made.lost);
    new.extend(
        last.map(|last| Statement::new(login::login(&last.text, accounts.to, changes).text)),
    );
    new
}

impl<'a> Accounts<'a> {
    pub(super) fn find(self, user: &[u8], host: &[u8]) -> Option<&'a KnownAccount> {
        let mut known = self.known.iter();
        known.find(|one| one.user == user && one.host == host)
    }

    /// MariaDB's roles have no host, so two of one name are told apart by theirs.
    fn role_in_mariadb(self, role: &KnownAccount) -> BString {
        let others = self.known.iter().filter(|one| one.is_role);
        match others.filter(|one| one.user == role.user).count() {
            0 | 1 => role.user.clone(),
            _ => [role.user.as_slice(), b"@", &role.host].concat().into(),
        }
    }

    /// MySQL's roles are accounts: one that a user has the name of gets a host that no one comes from.
    fn role_in_mysql(self, role: &[u8]) -> Option<BString> {
        let host = if self.find(role, b"%").is_some() {
            "role"
        } else {
            "%"
        };
        (!self.to.is_mariadb()).then(|| words::account(role, Some(host.as_bytes())))
    }
}
