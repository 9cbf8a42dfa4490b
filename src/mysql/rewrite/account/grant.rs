//! Rights, roles and proxies of one account.

use bstr::{BString, ByteSlice as _};

use super::Accounts;
use super::right::{Becomes, becomes};
use super::words::{account, all, find, listed, named, said, span};
use crate::mysql::rewrite::edit::Edits;
use crate::mysql::rewrite::to_mysql;
use crate::mysql::scan::{Kind, Token};
use crate::plan::entry::Statement;

/// The account's statements in the other flavour's words; a statement may become none, or several.
pub(super) fn grants(
    old: &[Statement],
    accounts: Accounts<'_>,
    changes: &mut Vec<String>,
) -> Vec<Statement> {
    let revoked = revoked(old, accounts);
    let mut new: Vec<Statement> = Vec::new();
    for statement in old {
        let settings = [&b"SET @dumpkeep"[..], b"SET sql_mode"];
        if settings
            .iter()
            .any(|start| statement.text.starts_with(start))
        {
            new.push(with_known_modes(statement, accounts));
            continue;
        }
        let mut one = One {
            text: &statement.text,
            all: all(&statement.text),
            accounts,
            revoked: &revoked,
            changes: &mut *changes,
        };
        let texts = one.rewritten();
        new.extend(texts.into_iter().map(Statement::new));
    }
    new
}

/// A setting around the grants; what it says is about how they are read.
fn with_known_modes(statement: &Statement, accounts: Accounts<'_>) -> Statement {
    let mut edits = Edits::of(&statement.text);
    if !accounts.to.is_mariadb() {
        to_mysql::modes(&mut edits, to_mysql::MODES);
    }
    match edits.finish() {
        (Some(text), _) => Statement::new(text),
        (None, _) => statement.clone(),
    }
}

/// Rights that are taken back on single databases, where the target can't take any back.
fn revoked(old: &[Statement], accounts: Accounts<'_>) -> Vec<String> {
    let partial = |one: &&Statement| {
        accounts.to.is_mariadb()
            && one.text.starts_with(b"REVOKE ")
            && !one.text.contains_str("REVOKE CREATE ON `")
    };
    let mut rights = Vec::new();
    for one in old.iter().filter(partial) {
        let all = all(&one.text);
        let on = find(&all, &["ON"], 0).unwrap_or(0);
        let list = listed(all.get(1..on).unwrap_or_default());
        rights.extend(list.into_iter().map(|part| said(span(&one.text, part))));
    }
    rights
}

struct One<'a> {
    text: &'a [u8],
    all: Vec<Token<'a>>,
    accounts: Accounts<'a>,
    revoked: &'a [String],
    changes: &'a mut Vec<String>,
}

impl One<'_> {
    fn rewritten(&mut self) -> Vec<BString> {
        let all = std::mem::take(&mut self.all);
        let to = find(&all, &["TO", "FROM", "FOR"], 0);
        let Some((head, tail)) = to.and_then(|to| all.split_at_checked(to)) else {
            return vec![self.text.into()];
        };
        let grantees = self.grantees(tail.get(1..).unwrap_or_default());
        if grantees.is_empty() {
            self.changes.push(format!("left out {}", said(self.text)));
            return Vec::new();
        }
        let option = tail.iter().position(|token| token.is("WITH"));
        let option = option.and_then(|at| tail.get(at..)).unwrap_or_default();
        let mut option = span(self.text, option).to_vec();
        if !option.is_empty() {
            option.insert(0, b' ');
        }
        match head.first() {
            Some(set) if set.is("SET") => self.default_role(head, &grantees),
            Some(revoke)
                if revoke.is("REVOKE")
                    && self.accounts.to.is_mariadb()
                    && self.is_partial(head) =>
            {
                let text = said(self.text);
                self.changes.push(format!(
                    "left out {text}, and these rights on everything: they can't be taken back on one database"
                ));
                Vec::new()
            }
            _ => match find(head, &["ON"], 0) {
                None => self.roles(head, &grantees, &option),
                Some(on) => self.rights(head, on, (tail, &grantees, &option)),
            },
        }
    }

    /// Taken back on a whole database (the dump's own statements take it back on tables).
    fn is_partial(&self, head: &[Token<'_>]) -> bool {
        head.last().is_some_and(|last| last.is_mark(b'*'))
    }

    /// Who gets it: an account that is a user and a role in MySQL is two in MariaDB.
    fn grantees(&self, tail: &[Token<'_>]) -> Vec<BString> {
        let Some((user, host, _)) = named(tail) else {
            return Vec::new();
        };
        if self.accounts.to.is_mariadb() {
            let Some(host) = host else {
                return vec![account(&user, None)];
            };
            let known = self.accounts.find(&user, &host);
            let role = known.filter(|one| one.is_role);
            let role = role.map(|role| account(&self.accounts.role_in_mariadb(role), None));
            let logs_in = known.is_none_or(|one| one.logs_in);
            let login = logs_in.then(|| account(&user, Some(&host)));
            return login.into_iter().chain(role).collect();
        }
        match host {
            Some(host) => vec![account(&user, Some(&host))],
            None => self.accounts.role_in_mysql(&user).into_iter().collect(),
        }
    }

    fn role(&self, (user, host): (BString, Option<BString>)) -> BString {
        if !self.accounts.to.is_mariadb() {
            let own = self.accounts.role_in_mysql(&user);
            return own.unwrap_or_else(|| account(&user, None));
        }
        let host = host.unwrap_or_else(|| "%".into());
        let known = self.accounts.find(&user, &host);
        let name = known.map_or(user, |known| self.accounts.role_in_mariadb(known));
        account(&name, None)
    }

    fn role_list(&self, all: &[Token<'_>]) -> Vec<BString> {
        let named = listed(all).into_iter().filter_map(named);
        named
            .map(|(user, host, _)| self.role((user, host)))
            .collect()
    }

    /// MariaDB grants one role at a time.
    fn roles(&self, head: &[Token<'_>], grantees: &[BString], option: &[u8]) -> Vec<BString> {
        let roles = self.role_list(head.get(1..).unwrap_or_default());
        let mut texts = Vec::new();
        for role in &roles {
            for grantee in grantees {
                let parts: [&[u8]; 5] = [b"GRANT ", role, b" TO ", grantee, option];
                texts.push(parts.concat().into());
            }
        }
        texts
    }

    fn default_role(&mut self, head: &[Token<'_>], grantees: &[BString]) -> Vec<BString> {
        let roles = self.role_list(head.get(3..).unwrap_or_default());
        let Some((first, others)) = roles.split_first() else {
            return vec![self.text.into()];
        };
        let mariadb = self.accounts.to.is_mariadb();
        if mariadb && !others.is_empty() {
            let names: Vec<String> = others.iter().map(|one| said(one)).collect();
            self.changes.push(format!(
                "left out {} of its default roles: there is one",
                names.join(", ")
            ));
        }
        let word: &[u8] = if mariadb { b" FOR " } else { b" TO " };
        let logins = grantees
            .iter()
            .filter(|one| !mariadb || one.contains_str("`@`"));
        let set = |who: &BString| {
            [b"SET DEFAULT ROLE ", first.as_slice(), word, who]
                .concat()
                .into()
        };
        logins.map(set).collect()
    }

    fn rights(
        &mut self,
        head: &[Token<'_>],
        on: usize,
        (tail, grantees, option): (&[Token<'_>], &[BString], &[u8]),
    ) -> Vec<BString> {
        let (Some(verb), object) = (head.first(), head.get(on + 1..).unwrap_or_default()) else {
            return Vec::new();
        };
        if object.first().is_some_and(|word| word.is("PACKAGE")) && !self.accounts.to.is_mariadb() {
            self.changes.push(format!("left out {}", said(self.text)));
            return Vec::new();
        }
        let given = listed(head.get(1..on).unwrap_or_default());
        let on_server = matches!(object, [one, _, two] if one.is_mark(b'*') && two.is_mark(b'*'));
        let proxy = given
            .first()
            .is_some_and(|part| part.iter().all(|token| token.is("PROXY")));
        if proxy && !option.is_empty() && self.accounts.to.is_mariadb() {
            let what = "may pass on its other rights too, as it may a proxy's: there is one option for both";
            self.changes.push(what.to_owned());
        }
        let given = if proxy {
            vec!["PROXY".to_owned().into_bytes()]
        } else {
            self.translated(&given, on_server)
        };
        let preposition = tail.first().map(|word| word.text).unwrap_or_default();
        if given.is_empty() {
            return Vec::new();
        }
        let given = given.join(&b", "[..]);
        let text = |who: &BString| {
            let parts: [&[u8]; 9] = [
                verb.text,
                b" ",
                &given,
                b" ON ",
                span(self.text, object),
                b" ",
                preposition,
                b" ",
                who,
            ];
            [&parts.concat(), option].concat().into()
        };
        grantees.iter().map(text).collect()
    }

    fn translated(&mut self, given: &[&[Token<'_>]], on_server: bool) -> Vec<Vec<u8>> {
        let mut new: Vec<Vec<u8>> = Vec::new();
        for part in given {
            let words = part.iter().take_while(|token| token.kind == Kind::Word);
            let words: Vec<String> = words.map(|word| said(word.text)).collect();
            let right = words.join(" ").to_ascii_uppercase();
            if on_server && self.revoked.contains(&right) {
                continue;
            }
            match becomes(&right, on_server, self.accounts.to) {
                Becomes::Same => new.push(span(self.text, part).to_vec()),
                Becomes::Others(others) => {
                    self.changes
                        .push(format!("{right} became {}", others.join(", ")));
                    new.extend(others.iter().map(|one| one.as_bytes().to_vec()));
                }
                Becomes::Nothing => self.changes.push(format!("left out {right}")),
            }
        }
        let mut seen = std::collections::HashSet::new();
        new.retain(|one| seen.insert(one.clone()));
        new
    }
}
