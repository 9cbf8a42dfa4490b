//! A db_smart_backup's shell configuration, read without running it, as a configuration of ours.
//! Every option is mapped, or named as one that is not. Pure.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::shell::{self, Item};

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// The configuration.
    pub toml: String,
    /// Hooks: file name and script.
    pub scripts: Vec<(String, String)>,
    /// What could not be carried over, a sentence each.
    pub notes: Vec<String>,
}

/// Hook functions and the stages that take their place.
pub const HOOKS: [(&str, &str); 10] = [
    ("pre_backup_hook", "pre_backup"),
    ("post_global_backup_hook", "post_global_backup"),
    (
        "post_global_backup_failure_hook",
        "post_global_backup_failure",
    ),
    ("post_db_backup_hook", "post_db_backup"),
    ("post_db_backup_failure_hook", "post_db_backup_failure"),
    ("post_rotate_hook", "post_rotate"),
    ("post_cleanup_hook", "post_cleanup"),
    ("post_backup_hook", "post_backup"),
    ("post_mail_hook", "post_mail"),
    ("failure_hook", "failure"),
];

/// Options that have a key of ours.
pub const MAPPED: [&str; 24] = [
    "BACKUP_TYPE",
    "COMP",
    "DBEXCLUDE",
    "DBNAMES",
    "DBUSER",
    "DISABLE_MAIL",
    "DO_GLOBAL_BACKUP",
    "DPERM",
    "FPERM",
    "GROUP",
    "HOST",
    "KEEP_DAYS",
    "KEEP_LASTS",
    "KEEP_LOGS",
    "KEEP_MONTHES",
    "KEEP_WEEKS",
    "MAILADDR",
    "MYSQL_SOCK_PATHS",
    "MYSQL_USE_SSL",
    "OWNER",
    "PASSWORD",
    "PORT",
    "RUNAS",
    "TOP_BACKUPDIR",
];

/// Options that have none, each with why.
pub const UNMAPPED: [(&str, &str); 20] = [
    (
        "NO_COLOR",
        "colours go by the terminal and the variable NO_COLOR",
    ),
    ("PSQL", "no client program is used"),
    ("PG_DUMP", "no client program is used"),
    ("PG_DUMPALL", "no client program is used"),
    (
        "OPT",
        "an archive is always a plain script and restores with --create; see [target.dump] for switches",
    ),
    ("OPTALL", "the globals are always the globals only"),
    ("MYSQL", "no client program is used"),
    ("MYSQLDUMP", "no client program is used"),
    ("MYSQLDUMP_OPTS", "see [target.dump] for switches"),
    ("MYSQLDUMP_OPTS_COMMON", "see [target.dump] for switches"),
    (
        "MYSQLDUMP_ALL_OPTS",
        "the globals are users, roles and grants",
    ),
    (
        "MYSQLDUMP_NO_SINGLE_TRANSACTION",
        "a dump is always one consistent view",
    ),
    ("MYSQLDUMP_AUTOCOMMIT", "the script sets what it needs"),
    (
        "MYSQLDUMP_COMPLETEINSERTS",
        "INSERT statements always name their columns",
    ),
    (
        "MYSQLDUMP_LOCKTABLES",
        "locks are taken as briefly as the server allows",
    ),
    ("MYSQLDUMP_DEBUG", "say -v"),
    ("MYSQLDUMP_NOROUTINES", "routines are always dumped"),
    ("MAIL_THISSERVERNAME", "mail names the host"),
    ("MAIL_SERVERNAME", "mail names the host"),
    ("MAXATTSIZE", "see mail.attach_log"),
];

/// Reads a configuration; its hooks will be in the folder `hooks`.
/// `accounts` are the system's, by which owners are numbers.
#[must_use]
pub fn import(text: &str, hooks: &str, accounts: &Accounts) -> Imported {
    let mut old = Old {
        folder: hooks.to_owned(),
        accounts: accounts.clone(),
        ..Old::default()
    };
    for (line, item) in shell::items(text) {
        old.take(line, item);
    }
    old.write()
}

/// The system's users and groups, as `/etc/passwd` and `/etc/group` have them.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    /// `name:x:number:…` lines.
    pub users: String,
    /// The same of groups.
    pub groups: String,
}

/// The number of an account, in either file's form.
fn number_of(accounts: &str, name: &str) -> Option<u32> {
    let mut lines = accounts.lines().map(|line| line.split(':'));
    lines.find_map(|mut fields| {
        (fields.next()? == name).then_some(())?;
        fields.nth(1)?.parse().ok()
    })
}

#[derive(Default)]
struct Old {
    accounts: Accounts,
    values: BTreeMap<String, String>,
    hooks: BTreeMap<&'static str, String>,
    functions: Vec<(String, String)>,
    folder: String,
    out: Imported,
}

impl Old {
    fn take(&mut self, line: usize, item: Item) {
        match item {
            Item::Assignment(name, raw) => {
                if let Some((_, stage)) = HOOKS.iter().find(|(hook, _)| *hook == name) {
                    if !raw.is_empty() {
                        self.hooks.insert(stage, shell::plain(&raw).unwrap_or(raw));
                    }
                    return;
                }
                match shell::value(&raw, &self.values) {
                    Some(value) => {
                        self.values.insert(name, value);
                    }
                    None => self.note(format!(
                        "line {line}: {name} is worked out by the shell: set its value by hand"
                    )),
                }
            }
            Item::Function(name, body) => match HOOKS.iter().find(|(hook, _)| *hook == name) {
                Some((_, stage)) => {
                    self.hooks.insert(stage, body);
                }
                None => self.functions.push((name, body)),
            },
            Item::Other(text) => {
                self.note(format!(
                    "line {line}: left out, as it is no assignment and no function: {text}"
                ));
            }
        }
    }

    fn note(&mut self, text: String) {
        self.out.notes.push(text);
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    fn number(&mut self, name: &str) -> Option<u32> {
        let value = self.get(name)?.to_owned();
        let number = value.trim().parse();
        if number.is_err() {
            self.note(format!("{name} is \"{value}\", no number"));
        }
        number.ok()
    }

    fn write(mut self) -> Imported {
        let mut toml =
            String::from("# From a db_smart_backup configuration, by dumpkeep config import.\n");
        let root = self.get("TOP_BACKUPDIR").unwrap_or("/var/db_smart_backup");
        let _ = writeln!(toml, "root = {}\n", quoted(root));
        self.retention(&mut toml);
        self.compression(&mut toml);
        self.store(&mut toml);
        self.target(&mut toml);
        self.write_hooks(&mut toml);
        self.mail(&mut toml);
        self.unmapped();
        for note in &self.out.notes {
            let _ = writeln!(toml, "# not carried over: {}", note.replace('\n', " "));
        }
        self.out.toml = toml;
        self.out
    }

    fn retention(&mut self, toml: &mut String) {
        toml.push_str("[retention]\n");
        for (old, new, usual) in [
            ("KEEP_LASTS", "last", 24),
            ("KEEP_DAYS", "days", 14),
            ("KEEP_WEEKS", "weeks", 8),
            ("KEEP_MONTHES", "months", 12),
            ("KEEP_LOGS", "logs", 60),
        ] {
            let count = self.number(old).unwrap_or(usual);
            let _ = writeln!(toml, "{new} = {count}");
        }
        toml.push_str("years = 0  # the old script had no yearly backups\n\n");
    }

    fn compression(&mut self, toml: &mut String) {
        let method = match self.get("COMP").unwrap_or("xz") {
            "xz" => "xz",
            "gz" | "gzip" => "gzip",
            "bz2" | "bzip2" => "bzip2",
            _ => "none",
        };
        let _ = writeln!(toml, "[compression]\nmethod = {}\n", quoted(method));
    }

    fn store(&mut self, toml: &mut String) {
        let mut lines = String::new();
        for (old, new) in [("FPERM", "file_mode"), ("DPERM", "dir_mode")] {
            if let Some(mode) = self.get(old) {
                let _ = writeln!(lines, "{new} = {}", quoted(mode));
            }
        }
        for (old, new) in [("OWNER", "owner"), ("GROUP", "group")] {
            match self
                .get(old)
                .map(|value| (value.to_owned(), value.parse::<u32>()))
            {
                None => {}
                Some((_, Ok(id))) => {
                    let _ = writeln!(lines, "{new} = {id}");
                }
                Some((name, Err(_))) if let Some(id) = self.account(old, &name) => {
                    let _ = writeln!(lines, "{new} = {id}  # {name}");
                }
                Some((name, Err(_))) => self.note(format!(
                    "{old} is \"{name}\": set store.{new} to its number (id {name})"
                )),
            }
        }
        if !lines.is_empty() {
            let _ = writeln!(toml, "[store]\n{lines}");
        }
    }

    fn account(&self, old: &str, name: &str) -> Option<u32> {
        let accounts = match old {
            "OWNER" => &self.accounts.users,
            _ => &self.accounts.groups,
        };
        number_of(accounts, name).or((name == "root").then_some(0))
    }

    fn target(&mut self, toml: &mut String) {
        toml.push_str("[[target]]\n");
        let kind = self.get("BACKUP_TYPE").unwrap_or("postgresql").to_owned();
        let host = self.get("HOST").unwrap_or("localhost").to_owned();
        match kind.as_str() {
            "postgresql" => self.postgresql(&host, toml),
            "mysql" => self.mysql(&host, toml),
            other => self.command(other, toml),
        }
        self.databases(toml);
        if self
            .values
            .get("DO_GLOBAL_BACKUP")
            .is_some_and(String::is_empty)
        {
            toml.push_str("globals = false\n");
        }
        toml.push('\n');
    }

    fn user(&self, usual: &str) -> String {
        self.get("DBUSER")
            .or(self.get("RUNAS"))
            .unwrap_or(usual)
            .to_owned()
    }

    fn postgresql(&mut self, host: &str, toml: &mut String) {
        // The old script's folder: the host, or localhost for a socket.
        let socket = host.starts_with('/');
        let folder = if socket { "localhost" } else { host };
        let _ = writeln!(
            toml,
            "name = {}\nkind = \"postgresql\"",
            quoted(&format!("postgresql/{folder}"))
        );
        let place = if host == "localhost" {
            "/var/run/postgresql"
        } else {
            host
        };
        let _ = writeln!(toml, "host = {}", quoted(place));
        if let Some(port) = self.number("PORT") {
            let _ = writeln!(toml, "port = {port}");
        }
        let _ = writeln!(toml, "user = {}", quoted(&self.user("postgres")));
        self.password(toml);
    }

    fn mysql(&mut self, host: &str, toml: &mut String) {
        toml.push_str("name = \"mysql\"\nkind = \"mysql\"\n");
        let sockets = self
            .get("MYSQL_SOCK_PATHS")
            .unwrap_or("/var/run/mysqld/mysqld.sock");
        let socket = sockets
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
        let place = if host == "localhost" { &socket } else { host };
        let _ = writeln!(toml, "host = {}", quoted(place));
        if host != "localhost"
            && let Some(port) = self.number("PORT")
        {
            let _ = writeln!(toml, "port = {port}");
        }
        let _ = writeln!(toml, "user = {}", quoted(&self.user("root")));
        if self.get("MYSQL_USE_SSL").is_some() {
            self.note("MYSQL_USE_SSL: write the target as a url with ?ssl-mode=REQUIRED or VERIFY_IDENTITY".to_owned());
        }
        self.password(toml);
    }

    fn command(&mut self, kind: &str, toml: &mut String) {
        let (dump, extension) = match kind {
            "redis" => ("redis-cli --rdb -", "rdb"),
            "slapd" => ("slapcat", "ldif"),
            "mongodb" => ("mongodump --archive", "archive"),
            _ => ("false", "dump"),
        };
        let _ = writeln!(
            toml,
            "name = {}\nkind = \"command\"\ndump = {}\nextension = {}",
            quoted(kind),
            quoted(dump),
            quoted(extension)
        );
        self.note(format!("BACKUP_TYPE is {kind}: look at the command in dump, and give it what it needs to connect"));
    }

    fn password(&mut self, toml: &mut String) {
        if self.get("PASSWORD").is_some() {
            toml.push_str("password_file = \"password\"  # written beside this file; only its owner may read it\n");
        }
    }

    fn databases(&mut self, toml: &mut String) {
        let list = |text: &str| {
            // The old script wrote a blank in a name as %.
            let names = text
                .split_whitespace()
                .map(|name| quoted(&escaped(&name.replace('%', " "))));
            names.collect::<Vec<_>>().join(", ")
        };
        match self.get("DBNAMES") {
            None | Some("all") => {}
            Some(names) => {
                let _ = writeln!(toml, "databases = [{}]", list(names));
            }
        }
        if let Some(names) = self.get("DBEXCLUDE") {
            let _ = writeln!(toml, "exclude = [{}]", list(names));
            self.note("DBEXCLUDE: the old script left out names that held one of these; now they are whole names or patterns such as *test*".to_owned());
        }
    }

    fn write_hooks(&mut self, toml: &mut String) {
        let hooks = std::mem::take(&mut self.hooks);
        if hooks.is_empty() {
            return;
        }
        let mut shared = String::new();
        for (name, body) in &self.functions {
            let _ = writeln!(shared, "{name}() {{\n{body}\n}}");
        }
        toml.push_str("[hooks]\n");
        for (stage, body) in hooks {
            let path = format!("{}/{stage}.sh", self.folder);
            let _ = writeln!(toml, "{stage} = [{}]", quoted(&path));
            let script = format!("#!/usr/bin/env bash\n{COMPATIBLE}{shared}{body}\n");
            self.out.scripts.push((format!("{stage}.sh"), script));
        }
        toml.push('\n');
    }

    fn mail(&mut self, toml: &mut String) {
        if self.get("DISABLE_MAIL").is_some() {
            return;
        }
        let Some(to) = self.get("MAILADDR") else {
            return;
        };
        let to: Vec<String> = to
            .split([',', ' '])
            .filter(|one| !one.is_empty())
            .map(quoted)
            .collect();
        let _ = writeln!(
            toml,
            "[mail]\non = \"always\"\nfrom = \"dumpkeep@localhost\"\nto = [{}]\n",
            to.join(", ")
        );
    }

    fn unmapped(&mut self) {
        let names: Vec<String> = self.values.keys().cloned().collect();
        for name in names {
            if let Some((_, why)) = UNMAPPED.iter().find(|(known, _)| *known == name) {
                self.note(format!("{name}: {why}"));
            } else if !MAPPED.contains(&name.as_str()) {
                self.note(format!("{name} is not known"));
            }
        }
    }

    /// The password, for a file of its own.
    fn secret(text: &str) -> Option<String> {
        let mut old = Self::default();
        for (line, item) in shell::items(text) {
            old.take(line, item);
        }
        old.get("PASSWORD").map(str::to_owned)
    }
}

/// The password that a configuration holds, for a file of its own.
#[must_use]
pub fn password(text: &str) -> Option<String> {
    Old::secret(text)
}

/// What old hooks find under old names.
const COMPATIBLE: &str = "\
# Names that db_smart_backup gave its hooks.
db=\"${DUMPKEEP_DATABASE:-}\"
BACKUP_TYPE=\"${DUMPKEEP_KIND:-}\"
TOP_BACKUPDIR=\"${DUMPKEEP_ROOT:-}\"
HOST=\"${DUMPKEEP_HOST:-}\"
PORT=\"${DUMPKEEP_PORT:-}\"
real_filename=\"${DUMPKEEP_FILE:-}\"
zreal_filename=\"${DUMPKEEP_FILE:-}\"
LAST_BACKUP_STATUS=\"${DUMPKEEP_STATUS:-}\"

";

fn escaped(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if matches!(c, '*' | '?' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::config::raw::parse;

    const OLD: &str = r#"
# vim:set ft=sh
BACKUP_TYPE=postgresql
TOP_BACKUPDIR="/srv/backups"   # here
export COMP=bzip2
KEEP_DAYS=7
KEEP_LASTS=${KEEP_LASTS:-5}
HOST=db1
PORT='5433'
DBUSER=backup
PASSWORD='marker'
DBNAMES="shop my%blog"
OWNER=root
GROUP=backup
MAILADDR="ops@example.org"
MAIL_THISSERVERNAME="`hostname -f`"
OPT="--create -Fc"
FOO=1
[ -f /etc/x ] && . /etc/x
helper() { echo "$1"; }
post_db_backup_hook() {
    if true; then
        helper "${db} }"
    fi
}
failure_hook="helper"
"#;

    fn accounts() -> Accounts {
        Accounts {
            users: "root:x:0:0::/root:/bin/sh\n".into(),
            groups: "root:x:0:\nbackups:x:35:\n".into(),
        }
    }

    #[test]
    fn owners_are_numbers_where_the_system_knows_them() {
        let named = |group: &str| import(&format!("GROUP={group}\n"), "/h", &accounts());
        let raw = parse(&named("backups").toml, "imported").unwrap();
        assert_eq!(raw.store.group, Some(35));
        assert!(named("backup").notes[0].contains("GROUP is \"backup\""));
    }

    #[test]
    fn options_are_mapped_or_named() {
        let done = import(OLD, "/h", &accounts());
        let raw = parse(&done.toml, "imported").unwrap();
        let target = &raw.target[0];
        assert_eq!(raw.root.as_deref(), Some("/srv/backups"));
        assert_eq!(raw.compression.method.as_deref(), Some("bzip2"));
        assert_eq!((raw.retention.days, raw.retention.last), (Some(7), Some(5)));
        assert_eq!(target.name.as_deref(), Some("postgresql/db1"));
        assert_eq!(
            (target.port, target.user.as_deref()),
            (Some(5433), Some("backup"))
        );
        assert_eq!(target.databases.as_deref().unwrap(), ["shop", "my blog"]);
        assert_eq!(raw.store.owner, Some(0));
        assert_eq!(raw.mail.unwrap().to, ["ops@example.org"]);
        assert!(!done.toml.contains("marker"));
        assert_eq!(password(OLD).as_deref(), Some("marker"));
        let notes = done.notes.join("\n");
        for part in [
            "GROUP is \"backup\"",
            "MAIL_THISSERVERNAME",
            "OPT:",
            "FOO is not known",
            "[ -f /etc/x ]",
        ] {
            assert!(notes.contains(part), "{part}: {notes}");
        }
    }

    #[test]
    fn hooks_are_scripts() {
        let done = import(OLD, "/h", &accounts());
        let names: Vec<&str> = done.scripts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["failure.sh", "post_db_backup.sh"]);
        let script = &done.scripts[1].1;
        assert!(script.contains("helper \"${db} }\"\n    fi"), "{script}");
        assert!(script.contains("helper() {"), "{script}");
        assert!(done.scripts[0].1.ends_with("helper\n"));
    }

    #[test]
    fn the_page_has_every_option_and_hook() {
        let page = include_str!("../../docs/from-db_smart_backup.md");
        let unmapped = UNMAPPED.iter().map(|(name, _)| *name);
        let hooks = HOOKS.iter().map(|(name, _)| *name);
        for name in MAPPED.into_iter().chain(unmapped).chain(hooks) {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }
}
