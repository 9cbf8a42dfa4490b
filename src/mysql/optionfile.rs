//! Option files (`~/.my.cnf`) as the servers' own clients read them: groups, quotes, escapes,
//! includes. Pure but for the reader of files, which is given.
//! <https://dev.mysql.com/doc/refman/8.4/en/option-files.html>,
//! <https://mariadb.com/kb/en/configuring-mariadb-with-option-files/>

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;

use crate::error::{Error, Kind, Result};

/// How deep includes may go.
const DEPTH: usize = 10;

/// An option of one of the groups that are ours.
#[derive(Clone, PartialEq, Eq)]
pub struct FileOption {
    /// Its name, with dashes, in lower case, without `loose-`.
    pub name: String,
    /// Its value; `None` where there is no `=`.
    pub value: Option<Vec<u8>>,
    /// It may be unknown: its group is other programs' too, or it begins with `loose-`.
    pub loose: bool,
}

/// Values may be passwords.
impl std::fmt::Debug for FileOption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileOption")
            .field("name", &self.name)
            .field("loose", &self.loose)
            .finish_non_exhaustive()
    }
}

/// Gives files and folders to read.
pub trait Files {
    /// A file's content; `None` where there is none.
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>>;
    /// A folder's files, in order of their names.
    fn list(&self, folder: &Path) -> Result<Vec<PathBuf>>;
    /// Whether there is something of that name: a server's socket.
    fn exists(&self, path: &Path) -> bool;
}

/// The real ones.
#[derive(Debug, Clone, Copy)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>> {
        let meta = match fs::metadata(path) {
            Ok(meta) => meta,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(path, error)),
        };
        // as the clients do: anyone could have written the host that gets the password
        if meta.permissions().mode() & 0o002 != 0 {
            tracing::warn!(file = %path.display(), "ignored, since everyone may write it");
            return Ok(None);
        }
        fs::read(path)
            .map(Some)
            .map_err(|error| unreadable(path, error))
    }

    fn list(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let failed = |error| unreadable(folder, error);
        let mut files = Vec::new();
        for file in fs::read_dir(folder).map_err(failed)? {
            let file = file.map_err(failed)?.path();
            if file.extension().is_some_and(|extension| extension == "cnf") {
                files.push(file);
            }
        }
        files.sort();
        Ok(files)
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::new(Kind::Config, format!("cannot read {}", path.display())).cause(error)
}

/// The options of `[client]` and `[dumpkeep]` in a file and those that it includes, in the order
/// in which they stand: the last one of a name counts.
pub fn load(path: &Path, files: &dyn Files) -> Result<Vec<FileOption>> {
    let mut options = Vec::new();
    load_into(path, files, DEPTH, &mut options)?;
    Ok(options)
}

fn load_into(
    path: &Path,
    files: &dyn Files,
    depth: usize,
    options: &mut Vec<FileOption>,
) -> Result<()> {
    let Some(text) = files.read(path)? else {
        return Ok(());
    };
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let mut group = None;
    for (number, line) in (1_usize..).zip(text.lines()) {
        let wrong = |what: &str| broken(path, number, what);
        match parse_line(line.trim_ascii()).map_err(wrong)? {
            Line::Nothing => {}
            Line::Group(name) => group = Some(Group::named(&name)),
            Line::Include(_) | Line::IncludeFolder(_) if depth == 0 => {
                return Err(wrong("includes go too deep"));
            }
            Line::Include(file) => load_into(&beside(path, &file), files, depth - 1, options)?,
            Line::IncludeFolder(folder) => {
                for file in files.list(&beside(path, &folder))? {
                    load_into(&file, files, depth - 1, options)?;
                }
            }
            Line::Option(option) => match &group {
                None => return Err(wrong("an option before any [group]")),
                Some(group) => options.extend(group.takes(option)),
            },
        }
    }
    Ok(())
}

/// Relative names are meant from the including file's folder.
fn beside(path: &Path, name: &str) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).join(name)
}

fn broken(path: &Path, number: usize, what: &str) -> Error {
    let message = format!("cannot read line {number} of {}: {what}", path.display());
    Error::new(Kind::Config, message)
}

enum Group {
    /// Read by every client: options of other programs are to be expected.
    Client,
    Ours,
    Other,
}

impl Group {
    fn named(name: &[u8]) -> Self {
        match name {
            b"client" => Self::Client,
            b"dumpkeep" => Self::Ours,
            _ => Self::Other,
        }
    }

    fn takes(&self, mut option: FileOption) -> Option<FileOption> {
        match self {
            Self::Client => option.loose = true,
            Self::Ours => {}
            Self::Other => return None,
        }
        Some(option)
    }
}

enum Line {
    Nothing,
    Group(Vec<u8>),
    Include(String),
    IncludeFolder(String),
    Option(FileOption),
}

fn parse_line(line: &[u8]) -> Result<Line, &'static str> {
    match line {
        [] | [b'#' | b';', ..] => Ok(Line::Nothing),
        [b'[', rest @ ..] => {
            let end = rest.find_byte(b']').ok_or("a group without its ]")?;
            Ok(Line::Group(rest[..end].trim_ascii().to_vec()))
        }
        [b'!', rest @ ..] => directive(rest),
        _ => option(line).map(Line::Option),
    }
}

fn directive(text: &[u8]) -> Result<Line, &'static str> {
    let text = text
        .to_str()
        .map_err(|_| "a file's name that is no UTF-8")?;
    match text.split_once(char::is_whitespace) {
        Some(("include", file)) => Ok(Line::Include(file.trim().to_owned())),
        Some(("includedir", folder)) => Ok(Line::IncludeFolder(folder.trim().to_owned())),
        _ => Err("an unknown ! directive"),
    }
}

fn option(line: &[u8]) -> Result<FileOption, &'static str> {
    let line = without_comment(line);
    let (name, value) = match line.split_once_str(b"=") {
        Some((name, value)) => (name.trim_ascii(), Some(unquoted(value.trim_ascii()))),
        None => (line, None),
    };
    let name = name
        .to_str()
        .map_err(|_| "an option's name that is no UTF-8")?;
    let name = name.to_ascii_lowercase().replace('_', "-");
    let (loose, name) = match name.strip_prefix("loose-") {
        Some(rest) => (true, rest.to_owned()),
        None => (false, name),
    };
    Ok(FileOption { name, value, loose })
}

/// What stands before a `#` outside of quotes.
fn without_comment(line: &[u8]) -> &[u8] {
    let mut quote = None;
    let mut escaped = false;
    for (at, &byte) in line.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'\'' | b'"' if quote.is_none() => quote = Some(byte),
            byte if quote == Some(byte) => quote = None,
            b'#' if quote.is_none() => return line[..at].trim_ascii_end(),
            _ => {}
        }
    }
    line
}

/// Quotes around the whole value go; then `\b \t \n \r \\ \s`, and a quote after a backslash.
fn unquoted(value: &[u8]) -> Vec<u8> {
    let value = match value {
        [open @ (b'\'' | b'"'), inner @ .., close] if open == close => inner,
        _ => value,
    };
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(b'b') => out.push(8),
            Some(b's') => out.push(b' '),
            Some(kept @ (b'\\' | b'"' | b'\'')) => out.push(kept),
            Some(other) => out.extend([b'\\', other]),
            None => out.push(b'\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use std::collections::BTreeMap;

    use super::*;

    struct Memory(BTreeMap<&'static str, &'static str>);

    impl Files for Memory {
        fn read(&self, path: &Path) -> Result<Option<Vec<u8>>> {
            let path = path.to_str().unwrap();
            Ok(self.0.get(path).map(|text| text.as_bytes().to_vec()))
        }

        fn list(&self, folder: &Path) -> Result<Vec<PathBuf>> {
            let files = self.0.keys().map(PathBuf::from);
            Ok(files.filter(|file| file.starts_with(folder)).collect())
        }

        fn exists(&self, path: &Path) -> bool {
            path.to_str().is_some_and(|path| self.0.contains_key(path))
        }
    }

    fn options(files: &[(&'static str, &'static str)]) -> Result<Vec<FileOption>> {
        load(
            Path::new("/h/.my.cnf"),
            &Memory(files.iter().copied().collect()),
        )
    }

    fn values(text: &'static str) -> Vec<(String, String)> {
        let options = options(&[("/h/.my.cnf", text)]).unwrap();
        let text = |value: Option<Vec<u8>>| String::from_utf8(value.unwrap_or_default()).unwrap();
        options
            .into_iter()
            .map(|option| (option.name, text(option.value)))
            .collect()
    }

    fn value(text: &'static str) -> String {
        values(text).pop().unwrap().1
    }

    #[test]
    fn only_our_groups_count() {
        let found =
            values("[mysqld]\nuser=x\n[client]\nuser = a\n[dumpkeep]\nHost=b\n[mysql]\nport=1");
        assert_eq!(
            found,
            [("user".into(), "a".into()), ("host".into(), "b".into())]
        );
    }

    #[test]
    fn quotes_escapes_and_comments() {
        assert_eq!(value("[client]\npassword=\"a#b\" # not this"), "a#b");
        assert_eq!(value("[client]\npassword=a\\sb\\\\c\\n"), "a b\\c\n");
        assert_eq!(value("[client]\npassword='it\\'s'"), "it's");
        assert_eq!(value("[client]\npassword=a\\Sb"), "a\\Sb");
        assert_eq!(value("[client]\npassword=x=y"), "x=y");
        assert_eq!(value("[client]\npassword="), "");
        assert_eq!(value("\u{feff}[client]\r\nuser=me\r\n"), "me");
    }

    #[test]
    fn names_have_dashes_and_no_loose() {
        let found = options(&[("/h/.my.cnf", "[dumpkeep]\nloose_SSL_Mode=x\nssl")]).unwrap();
        assert_eq!(found[0].name, "ssl-mode");
        assert!(found[0].loose && !found[1].loose);
        assert_eq!(found[1].value, None);
    }

    #[test]
    fn includes_are_read_where_they_stand() {
        let found = options(&[
            (
                "/h/.my.cnf",
                "[client]\nuser=a\n!include more.cnf\n!includedir /d\nuser=d",
            ),
            ("/h/more.cnf", "[client]\nuser=b"),
            ("/d/x.cnf", "[client]\nuser=c"),
        ]);
        let users: Vec<_> = found
            .unwrap()
            .into_iter()
            .map(|option| option.value)
            .collect();
        assert_eq!(
            users,
            [b"a", b"b", b"c", b"d"].map(|user| Some(user.to_vec()))
        );
    }

    #[test]
    fn broken_files_are_errors_with_their_line() {
        for text in [
            "user=a",
            "[client",
            "!inlude x",
            "[client]\n!include .my.cnf",
        ] {
            assert!(options(&[("/h/.my.cnf", text)]).is_err(), "{text}");
        }
        let error = options(&[("/h/.my.cnf", "\nuser=secret")]).unwrap_err();
        assert_eq!(
            error.line(),
            "cannot read line 2 of /h/.my.cnf: an option before any [group]"
        );
    }
}
