//! Passwords: where they come from, and that they get nowhere.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::command::finished;
use crate::support::night::Night;
use crate::support::server::{MariaDb, Postgres};
use crate::support::smtp::Smtp;

const MARKER: &str = "pw-marker-5t7";

/// Every file below a folder that holds the marker, compressed or not.
fn holding(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            holding(&path, found);
            continue;
        }
        let mut bytes = fs::read(&path).expect("read");
        if path.extension().is_some_and(|ending| ending == "zst") {
            let plain = Command::new("zstd").arg("-dc").arg(&path).output();
            bytes.extend(plain.expect("zstd starts").stdout);
        }
        if bytes
            .windows(MARKER.len())
            .any(|part| part == MARKER.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
}

#[test]
fn a_password_reaches_no_output_log_mail_hook_process_list_or_archive() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    let account = format!(
        "CREATE TABLE t (i int); INSERT INTO t VALUES (1); CREATE USER b@'%' IDENTIFIED BY '{MARKER}'; GRANT ALL ON *.* TO b@'%'; \
         CREATE USER b@localhost IDENTIFIED BY '{MARKER}'; GRANT ALL ON *.* TO b@localhost"
    );
    server.sql("shop", &account);
    look_everywhere(&server.url("").replacen("root@", "b@", 1));

    let server = Postgres::with("15").scram(MARKER).start();
    server.create_database("shop");
    server.sql("shop", "CREATE TABLE t AS SELECT 1 AS i");
    let url = server.tcp_url("postgres", "postgres") + "?sslmode=disable";
    look_everywhere(&url);
}

/// Runs everything at trace level against a server whose password is the marker, and looks for it.
fn look_everywhere(url: &str) {
    let smtp = Smtp::start("plain");
    let night = Night::new(&format!(
        "mail = {{ on = \"always\", smtp = \"smtp://127.0.0.1:{}\", from = \"a@b.c\", to = [\"d@e.f\"] }}\n\
         report = {{ html = \"page.html\", prometheus = \"m.prom\" }}\n\
         webhook = [{{ url = \"http://127.0.0.1:1/{MARKER}\", retries = 0 }}]\n\
         [hooks]\npost_db_backup = \"env > env; cat > json; cat /proc/[0-9]*/cmdline > processes 2>/dev/null; true\"\n\
         [[target]]\nname = \"t\"\nurl = \"{url}\"\ndatabases = [\"shop\"]\npassword_file = \"${{CREDENTIALS_DIRECTORY}}/db\"\n",
        smtp.port
    ));
    let secrets = tempfile::tempdir().expect("a folder");
    fs::write(secrets.path().join("db"), format!("{MARKER}\n")).expect("written");
    let ran = |command: &str| {
        let mut run = crate::support::command::dumpkeep();
        run.args([command, "-vvv", "-c"]).arg(night.config());
        run.env("CREDENTIALS_DIRECTORY", secrets.path());
        finished(run.output().expect("dumpkeep starts"))
    };
    let check = ran("check");
    assert!(
        check
            .out
            .contains("password: from the systemd credential db"),
        "{check:?}"
    );
    let backup = ran("backup");
    assert_eq!(backup.code, Some(0), "{backup:?}");
    assert!(
        backup.err.contains("is readable by everybody"),
        "{backup:?}"
    );
    let status = ran("status");
    for text in [
        &check.out,
        &check.err,
        &backup.out,
        &backup.err,
        &status.out,
        &status.err,
    ] {
        assert!(!text.contains(MARKER), "{text}");
    }
    let (mail, _) = smtp.messages().pop().expect("a mail");
    assert!(!mail.contains(MARKER), "{mail}");
    assert!(night.store().join("processes").exists(), "the hook ran");
    let mut found = Vec::new();
    holding(night.config().parent().expect("its folder"), &mut found);
    assert_eq!(
        found,
        [night.config().display().to_string()],
        "only the configuration that we wrote"
    );
}

/// No server is needed: where a password comes from is said before it is used.
#[test]
fn check_names_each_credential_s_source_and_never_its_value() {
    let home = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str, mode: u32| {
        let path = home.path().join(name);
        fs::write(&path, text).expect("written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        fs::set_permissions(&path, mode).expect("set");
    };
    write(".pgpass", &format!("127.0.0.1:1:*:u:{MARKER}\n"), 0o600);
    write(
        ".pg_service.conf",
        &format!("[shop]\nhost=127.0.0.1\nport=1\npassword={MARKER}\n"),
        0o600,
    );
    write("pw", &format!("{MARKER}\n"), 0o600);
    write("open", &format!("{MARKER}\n"), 0o644);
    let pg = "url = \"postgres://u@127.0.0.1:1/\"";
    let my = "url = \"mysql://u@127.0.0.1:1/\"";
    let file = home.path().display();
    let checked = |target: &str, vars: &[(&str, &str)]| {
        let night = Night::new(&format!("[[target]]\nname = \"t\"\n{target}\n"));
        let mut run = crate::support::command::dumpkeep();
        run.args(["check", "-vvv", "-c"]).arg(night.config());
        run.env("HOME", home.path()).envs(vars.iter().copied());
        finished(run.output().expect("dumpkeep starts"))
    };
    let variable = [
        ("PGPASSWORD", MARKER),
        ("MYSQL_PWD", MARKER),
        ("PW", MARKER),
    ];
    let credentials = [(
        "CREDENTIALS_DIRECTORY",
        home.path().to_str().expect("UTF-8"),
    )];
    let in_url = format!("url = \"postgres://u:{MARKER}@127.0.0.1:1/\"");
    for (target, vars, part) in [
        (in_url.as_str(), &[][..], "password: from the URL"),
        (pg, &[], "password: from the password file ~/.pgpass"),
        (pg, &variable, "password: from the variable PGPASSWORD"),
        (
            "url = \"postgres://u@/?service=shop\"",
            &[],
            "password: from the service file, service shop",
        ),
        (my, &variable, "password: from the variable MYSQL_PWD"),
        (my, &[], "password: none is given"),
        (
            &format!("{pg}\npassword_env = \"PW\""),
            &variable,
            "password: from the variable PW",
        ),
        (
            &format!("{pg}\npassword_file = \"{file}/pw\""),
            &[],
            "password: from the file ",
        ),
        (
            &format!("{pg}\npassword_file = \"{file}/open\""),
            &[],
            "open is readable by everybody",
        ),
        (
            &format!("{pg}\npassword_file = \"${{CREDENTIALS_DIRECTORY}}/pw\""),
            &credentials,
            "password: from the systemd credential pw",
        ),
    ] {
        let ran = checked(target, vars);
        assert!(ran.out.contains(part), "{part}: {ran:?}");
        assert!(
            !ran.out.contains(MARKER) && !ran.err.contains(MARKER),
            "{ran:?}"
        );
    }
    write(".my.cnf", &format!("[client]\npassword={MARKER}\n"), 0o600);
    let night = Night::new("[[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"echo x\"\n");
    let (same, other) = (night.run(&["check"]), night.run(&["config", "check"]));
    assert_eq!((same.code, &same.out), (other.code, &other.out));
    let ran = checked(my, &variable);
    assert!(
        ran.out.contains("from the option file ~/.my.cnf"),
        "{ran:?}"
    );
    assert!(
        !ran.out.contains(MARKER) && !ran.err.contains(MARKER),
        "{ran:?}"
    );
}
