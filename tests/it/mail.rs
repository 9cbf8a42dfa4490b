//! Mail and calls, sent to real servers. The backups are of a command, so that no database is needed.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use crate::support::https::Https;
use crate::support::night::Night;
use crate::support::smtp::Smtp;

const GOOD: &str =
    "[[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"echo data; echo said >&2\"\n";
const BAD: &str = "[[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"echo half; exit 7\"\n";

fn mail(more: &str, url: &str) -> String {
    format!(
        "[mail]\nsmtp = \"{url}\"\nfrom = \"Backup <backup@example.org>\"\n\
         to = [\"ops@example.org\", \"dba@example.org\"]\n{more}\n"
    )
}

#[test]
fn a_failure_is_mailed_and_a_good_run_is_not() {
    let smtp = Smtp::start("plain");
    let url = format!("smtp://127.0.0.1:{}", smtp.port);
    assert_eq!(
        Night::new(&format!("{}{GOOD}", mail("", &url)))
            .run(&["backup"])
            .code,
        Some(0)
    );
    assert!(smtp.messages().is_empty());
    let night = Night::new(&format!(
        "{}[hooks]\npost_mail = \"echo $DUMPKEEP_STAGE >> said\"\nfailure = \"echo failure >> said\"\n{BAD}",
        mail("", &url)
    ));
    assert_eq!(night.run(&["backup"]).code, Some(4));
    let messages = smtp.messages();
    assert_eq!(messages.len(), 1);
    let text = &messages[0].0;
    for part in [
        "Subject: [dumpkeep]",
        "FAILED",
        "exit code 7",
        "multipart/alternative",
        "text/html",
        "filename=",
        "To: ops@example.org, dba@example.org",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let said = fs::read_to_string(night.store().join("said")).expect("hooks ran");
    assert_eq!(said, "post_mail\nfailure\n");
}

#[test]
fn mail_goes_encrypted_and_with_a_password() {
    for (mode, scheme) in [("starttls", "smtp"), ("auth", "smtp"), ("smtps", "smtps")] {
        let smtp = Smtp::start(mode);
        let url = format!("{scheme}://backup@localhost:{}", smtp.port);
        let more = format!(
            "on = \"always\"\npassword_file = \"pw\"\nca_file = \"{}\"",
            smtp.ca()
        );
        let night = Night::new(&format!("{}{GOOD}", mail(&more, &url)));
        let pw = night.config().with_file_name("pw");
        fs::write(&pw, "mail-marker\n").expect("written");
        let ran = night.run(&["backup", "-v"]);
        assert_eq!(ran.code, Some(0), "{mode}: {ran:?}");
        let messages = smtp.messages();
        assert_eq!(messages.len(), 1, "{mode}");
        assert!(messages[0].1, "{mode}: encrypted");
        let check = night.run(&["check"]);
        assert!(check.out.contains("mail goes by localhost"), "{check:?}");
        for text in [&messages[0].0, &ran.err, &ran.out, &check.out] {
            assert!(!text.contains("mail-marker"), "{mode}: {text}");
        }
    }
}

#[test]
fn mail_that_fails_is_5_and_the_backups_stand() {
    let refusing = Smtp::start("refuse");
    let auth = Smtp::start("auth");
    let slow = Smtp::start("slow");
    let starttls = Smtp::start("starttls");
    let ca = format!(
        "on = \"always\"\npassword_env = \"PATH\"\nca_file = \"{}\"",
        auth.ca()
    );
    let plain = "on = \"always\"";
    for (more, url, part) in [
        (
            plain,
            format!("smtp://127.0.0.1:{}", refusing.port),
            "no such user here",
        ),
        (
            ca.as_str(),
            format!("smtp://backup@localhost:{}", auth.port),
            "535",
        ),
        (
            "on = \"always\"\ntimeout = \"1s\"",
            format!("smtp://127.0.0.1:{}", slow.port),
            "takes too long",
        ),
        (
            plain,
            format!("smtps://127.0.0.1:{}", starttls.port),
            "cannot send mail by",
        ),
        (
            plain,
            format!("smtp://localhost:{}", starttls.port),
            "certificate",
        ),
        (plain, "smtp://127.0.0.1:1".to_owned(), "refused"),
    ] {
        let night = Night::new(&format!("{}{GOOD}", mail(more, &url)));
        let ran = night.run(&["backup"]);
        assert_eq!(ran.code, Some(5), "{url}: {ran:?}");
        assert!(ran.err.contains(part), "{part}: {ran:?}");
        assert_eq!(night.dumps("data").len(), 1);
    }
}

#[test]
fn sendmail_sends_where_no_server_is_named() {
    let kept = tempfile::tempdir().expect("a folder");
    let program = kept.path().join("sendmail");
    let taken = kept.path().join("taken");
    fs::write(
        &program,
        format!(
            "#!/bin/sh\necho \"$@\" > {0}\ncat >> {0}\n",
            taken.display()
        ),
    )
    .expect("written");
    std::os::unix::fs::chown(&program, None, None).expect("own");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&program, mode).expect("executable");
    let night = Night::new(&format!(
        "[mail]\non = \"always\"\nsendmail = \"{}\"\nfrom = \"a@b.c\"\nto = [\"d@e.f\"]\nattach_log = \"0\"\n{GOOD}",
        program.display()
    ));
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let taken = fs::read_to_string(&taken).expect("taken");
    assert!(
        taken.contains("d@e.f") && taken.contains("all well"),
        "{taken}"
    );
    assert!(!taken.contains("filename="), "no log: {taken}");
}

/// Answers each call with the next of these codes, and gives what it was asked.
fn answering(codes: &'static [u16]) -> (String, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for code in codes {
            let Ok((mut stream, _)) = listener.accept() else {
                return;
            };
            let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).expect("a line");
                let lower = line.to_lowercase();
                if let Some(value) = lower.strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
                if line.trim().is_empty() {
                    break;
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let answer =
                format!("HTTP/1.1 {code} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).expect("answered");
            let body = String::from_utf8(body).expect("text");
            if tell.send((head, body)).is_err() {
                return;
            }
        }
    });
    (format!("http://{address}"), told)
}

#[test]
fn calls_at_start_and_end_are_retried_and_keep_their_secrets() {
    let (url, told) = answering(&[200, 503, 200, 200]);
    let night = Night::new(&format!(
        "[[webhook]]\nurl = \"{url}/hook-marker/start\"\non = \"start\"\n\
         [[webhook]]\nurl_file = \"url\"\non = \"success\"\nheaders = {{ Authorization = \"Bearer hook-marker\" }}\n\
         [[webhook]]\nurl = \"{url}/never\"\non = \"failure\"\n\
         [[webhook]]\nurl = \"{url}/slack\"\ntemplate = \"slack\"\n{GOOD}"
    ));
    fs::write(
        night.config().with_file_name("url"),
        format!("{url}/hook-marker/end\n"),
    )
    .expect("written");
    let ran = night.run(&["backup", "-vvv"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(!ran.err.contains("hook-marker"), "{}", ran.err);
    let calls: Vec<_> = told.iter().take(4).collect();
    let first = |index: usize| calls[index].0.lines().next().unwrap_or_default().to_owned();
    assert_eq!(first(0), "POST /hook-marker/start HTTP/1.1");
    assert_eq!(first(1), "POST /hook-marker/end HTTP/1.1");
    assert_eq!(first(2), first(1), "tried again");
    assert!(
        calls[1]
            .0
            .to_lowercase()
            .contains("authorization: bearer hook-marker")
    );
    assert_eq!(first(3), "POST /slack HTTP/1.1");
    assert!(
        calls[3].1.starts_with("{\"text\":\"[dumpkeep]"),
        "{}",
        calls[3].1
    );
}

#[test]
fn a_call_that_fails_is_a_warning_or_5() {
    let (url, _told) = answering(&[404, 404]);
    for (more, code) in [("", 0), ("on_error = \"fail\"\n", 5)] {
        let night = Night::new(&format!(
            "[[webhook]]\nurl = \"{url}/hook-marker\"\n{more}{GOOD}"
        ));
        let ran = night.run(&["backup"]);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(
            ran.err.contains("cannot call webhook 1: it answered 404"),
            "{ran:?}"
        );
        assert!(!ran.err.contains("hook-marker"), "{ran:?}");
    }
}

/// A night with one call that must go well.
fn called(url: &str, more: &str) -> Night {
    Night::new(&format!(
        "[[webhook]]\nurl = \"{url}\"\non_error = \"fail\"\nretries = 0\n{more}\n{GOOD}"
    ))
}

#[test]
fn https_is_called_with_a_certificate_that_is_trusted_and_not_with_another() {
    let https = Https::start();
    let own = format!("ca_file = \"{}\"", https.ca());
    let localhost = format!("https://localhost:{}/hook-marker", https.port);
    let night = called(&localhost, &format!("{own}\ntemplate = \"json\""));
    let ran = night.run(&["backup", "-vvv"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let asked = https.asked();
    assert!(asked.starts_with("/hook-marker {"), "{asked}");
    assert!(!ran.err.contains("hook-marker"), "{ran:?}");
    let check = night.run(&["check"]);
    assert_eq!(check.code, Some(0), "{check:?}");
    assert!(check.out.contains("webhook 1"), "{check:?}");
    assert!(!check.out.contains("hook-marker"), "{check:?}");

    let unsigned = called(&localhost, "").run(&["backup"]);
    assert_eq!(unsigned.code, Some(5), "{unsigned:?}");
    assert!(unsigned.err.contains("certificate"), "{unsigned:?}");
    let by_address = format!("https://127.0.0.1:{}/hook-marker", https.port);
    let misnamed = called(&by_address, &own).run(&["backup"]);
    assert_eq!(misnamed.code, Some(5), "{misnamed:?}");
    assert!(misnamed.err.contains("certificate"), "{misnamed:?}");
    assert_eq!(https.asked(), asked, "nobody else heard of it");
}

#[test]
fn a_call_is_not_sent_on_elsewhere() {
    let https = Https::start();
    let url = format!("https://localhost:{}/moved", https.port);
    let ran = called(&url, &format!("ca_file = \"{}\"", https.ca())).run(&["backup"]);
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(ran.err.contains("302, a redirect"), "{ran:?}");
    assert!(!https.asked().contains("elsewhere"));
}

#[test]
fn what_a_call_needs_is_checked_before() {
    let night = Night::new(&format!(
        "[[webhook]]\nurl = \"https://localhost:1/\"\nca_file = \"none.pem\"\n\
         [[webhook]]\nurl_file = \"none\"\n[[webhook]]\nurl_file = \"empty\"\n{GOOD}"
    ));
    fs::write(night.config().with_file_name("empty"), "no URL\n").expect("written");
    let check = night.run(&["check"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    for part in [
        "cannot use ca_file",
        "cannot read the URL file",
        "holds no URL",
    ] {
        assert!(check.out.contains(part), "{part}: {check:?}");
    }
}

#[test]
fn mail_is_sent_when_it_is_wanted_with_no_more_log_than_is_wanted() {
    for (on, good, bad) in [
        ("never", 0, 0),
        ("failure", 0, 1),
        ("success", 1, 0),
        ("always", 1, 1),
    ] {
        let smtp = Smtp::start("plain");
        let url = format!("smtp://127.0.0.1:{}", smtp.port);
        let more = format!("on = \"{on}\"\nattach_log = \"1K\"");
        let loud = GOOD.replace("echo said", "seq 1 5000");
        for (target, code, count) in [(loud.as_str(), 0, good), (BAD, 4, bad)] {
            let before = smtp.messages().len();
            let night = Night::new(&format!("{}{target}", mail(&more, &url)));
            assert_eq!(night.run(&["backup"]).code, Some(code), "{on}");
            assert_eq!(smtp.messages().len() - before, count, "{on} {code}");
        }
        if good > 0 {
            let text = &smtp.messages()[0].0;
            let log = text.split("filename=").nth(1).expect("the log is attached");
            assert!(log.len() < 3000, "{} bytes", log.len());
        }
    }
}
