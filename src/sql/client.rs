//! Words that the mysql and mariadb clients take for themselves at the beginning of a statement
//! (MySQL manual, "mysql Client Commands"). No statement begins with one; `USE` alone is both.

const COMMANDS: [&str; 26] = [
    "charset",
    "clear",
    "connect",
    "costs",
    "delimiter",
    "edit",
    "ego",
    "exit",
    "go",
    "help",
    "nopager",
    "notee",
    "nowarning",
    "pager",
    "print",
    "prompt",
    "query_attributes",
    "quit",
    "rehash",
    "resetconnection",
    "sandbox",
    "source",
    "status",
    "system",
    "tee",
    "warnings",
];

/// Whether a statement's first word is a command for the client.
pub(super) fn is_command(word: &[u8]) -> bool {
    COMMANDS
        .iter()
        .any(|command| word.eq_ignore_ascii_case(command.as_bytes()))
}
