//! What must hold of anything that others wrote: shared by `tests/it/fuzz.rs` and by libFuzzer's
//! targets.

use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use dumpkeep::archive::reader::Reader;
use dumpkeep::archive::sequential::Sequential;
use dumpkeep::archive::toc::Toc;
use dumpkeep::error::{Kind, Result};
use dumpkeep::foreign::pgdump::read_toc;
use dumpkeep::foreign::sort::of_stream;
use dumpkeep::pipeline::foreign::{ForeignFile, about, verify};
use dumpkeep::plan::entry::Statement;
use dumpkeep::sql::dialect::Dialect;
use dumpkeep::sql::foreign::connect_database;
use dumpkeep::sql::lex::Lexer;
use dumpkeep::sql::split::{Item, Splitter};

/// The items as text, COPY data joined, whatever the pieces.
pub fn items(dialect: Dialect, script: &[u8], piece: usize) -> Result<Vec<Vec<u8>>> {
    let mut splitter = Splitter::new(dialect);
    let mut items = vec![Vec::new()];
    for piece in script.chunks(piece).map(Some).chain([None]) {
        match piece {
            Some(piece) => splitter.push(piece),
            None => splitter.end(),
        }
        while let Some(item) = splitter.next()? {
            match item {
                Item::Statement(piece) | Item::CopyBegin(piece) => items.push(piece.text.to_vec()),
                Item::CopyData(data) => items[0].extend_from_slice(data),
                Item::CopyEnd { .. } => items[0].push(b'!'),
                Item::Meta(meta) => items.push(meta.argument.to_vec()),
            }
        }
    }
    Ok(items)
}

pub fn splits_alike_in_any_pieces(dialect: Dialect, script: &[u8], piece: usize) {
    let whole = items(dialect, script, usize::MAX).map_err(|error| error.line());
    let pieces = items(dialect, script, piece).map_err(|error| error.line());
    assert_eq!(whole, pieces, "in pieces of {piece}");
    let length: usize = whole.iter().flatten().map(Vec::len).sum();
    assert!(length <= script.len(), "more came out than went in");
}

/// What the lexer calls one statement must be one for whoever reads the script.
pub fn judged_harmless_is_one_statement(dialect: Dialect, text: &[u8]) {
    let compound = dialect == Dialect::Mysql;
    let lexer = if compound {
        Lexer::new(dialect).compound().versioned_comments()
    } else {
        Lexer::new(dialect)
    };
    let _ = lexer.expression(text);
    if lexer.statement(text).is_ok() {
        let statement = if compound {
            Statement::compound(text)
        } else {
            Statement::new(text)
        };
        let mut script = Vec::new();
        dialect.write_statement(&statement, &mut script);
        let Ok(items) = items(dialect, &script, usize::MAX) else {
            // A COPY statement waits for its data.
            assert!(
                text.to_ascii_lowercase()
                    .windows(5)
                    .any(|word| word == b"stdin")
            );
            return;
        };
        assert_eq!(items.len(), 2);
        let written = dialect.script_text(&statement);
        assert!(written.trim_ascii().ends_with(&items[1]));
    }
}

/// Reads a file at random and as a pipe; both must agree whether it is whole.
pub fn read_all(file: &[u8]) -> Result<(Arc<Toc>, Vec<u8>)> {
    let at_random = at_random(file);
    let as_pipe = as_pipe(file);
    assert_eq!(
        at_random.is_ok(),
        as_pipe.is_ok(),
        "{at_random:?}\n{as_pipe:?}"
    );
    if let (Ok(a), Ok(b)) = (&at_random, &as_pipe) {
        assert_eq!(a, b);
    }
    for error in [&at_random, &as_pipe]
        .into_iter()
        .filter_map(|r| r.as_ref().err())
    {
        assert_eq!(error.kind(), Kind::Archive);
        assert!(error.line().contains("at byte "), "{error}");
    }
    at_random
}

fn at_random(file: &[u8]) -> Result<(Arc<Toc>, Vec<u8>)> {
    let mut reader = Reader::open(Cursor::new(file))?;
    let mut script = Vec::new();
    reader.check(|_, sql| {
        script.extend_from_slice(sql);
        Ok(())
    })?;
    Ok((reader.shared_toc(), script))
}

fn as_pipe(file: &[u8]) -> Result<(Arc<Toc>, Vec<u8>)> {
    let mut reader = Sequential::open(OneByte(file))?;
    let (mut script, mut sql) = (Vec::new(), Vec::new());
    while reader.next(&mut sql)? {
        script.extend_from_slice(&sql);
    }
    let toc = reader.shared_toc().expect("a whole archive has one");
    Ok((toc, script))
}

/// Hands out a byte at a time, as a slow pipe may.
struct OneByte<'a>(&'a [u8]);

impl Read for OneByte<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let few = out.len().min(1);
        self.0.read(&mut out[..few])
    }
}

/// Another program's file: read by its table of contents, and to its end. `path` is overwritten.
pub fn reads_or_refuses(file: &[u8], path: &Path) {
    let _ = read_toc(file);
    std::fs::write(path, file).expect("a file");
    if let Ok(Some(found)) = ForeignFile::open(path) {
        let _ = about(&found);
        let _ = verify(found);
    }
}

/// Another program's script, whichever server it is for.
pub fn splits_for_both(script: &[u8], piece: usize) {
    splits_alike_in_any_pieces(Dialect::Postgres, script, piece);
    splits_alike_in_any_pieces(Dialect::Mysql, script, piece);
    let _ = connect_database(script.get(..60).unwrap_or(script));
    let told = of_stream(Box::new(Cursor::new(script.to_vec())));
    // XML alone is refused.
    if let Err(error) = told {
        assert!(error.line().contains("is XML"), "{}", error.line());
    }
}
