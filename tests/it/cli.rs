//! The command line: usage errors, generated text, exit codes.

use crate::support::command::ran;

#[test]
fn wrong_usage_is_2_and_says_why() {
    for arguments in [
        &["nosuch"][..],
        &[],
        &["-v", "-q", "man"],
        &["status", "--max-age", "soon"],
    ] {
        let ran = ran(arguments);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(!ran.err.is_empty() && ran.out.is_empty(), "{ran:?}");
    }
}

#[test]
fn help_and_version_are_0() {
    for arguments in [&["--help"][..], &["--version"], &["help", "prune"]] {
        let ran = ran(arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(
            ran.out.contains("dumpkeep") && ran.err.is_empty(),
            "{ran:?}"
        );
    }
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = ran(&["completions", shell]);
        assert_eq!(ran.code, Some(0));
        assert!(ran.out.contains("prune"), "{shell}");
    }
}

#[test]
fn manual_pages_for_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    assert_eq!(ran(&["man", "--out", path]).code, Some(0));
    for page in ["dumpkeep.1", "dumpkeep-prune.1", "dumpkeep-config.1"] {
        let text = std::fs::read_to_string(folder.path().join(page)).expect(page);
        assert!(text.contains(".TH"), "{page}");
    }
    assert!(ran(&["man"]).out.contains("SUBCOMMANDS"));
}

#[test]
fn output_that_nobody_reads_is_no_panic() {
    let mut command = crate::support::command::dumpkeep();
    let mut child = command
        .args(["config", "schema"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("dumpkeep starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("ends");
    let err = String::from_utf8_lossy(&ended.stderr);
    assert!(!err.contains("panic"), "{err}");
}
