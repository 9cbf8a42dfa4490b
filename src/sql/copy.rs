//! Where COPY data in a script end: at the line `\.`, as psql sees it.

use memchr::memmem;

/// How far COPY data go in a text.
pub(super) enum Stop {
    /// Up to the end line, which takes `line` bytes.
    End { data: usize, line: usize },
    /// So far; what follows may turn out to be the end line.
    More { data: usize },
}

impl Stop {
    /// The bytes of data before that.
    pub(super) fn data(&self) -> usize {
        match *self {
            Self::End { data, .. } | Self::More { data } => data,
        }
    }
}

/// Looks for the line `\.`. A line that only begins so is data, as for psql.
pub(super) fn end_of_data(text: &[u8], at_line_start: bool, ended: bool) -> Stop {
    let mut from = 0;
    let mut candidate = at_line_start.then_some(0);
    loop {
        if let Some(data) = candidate {
            match end_line(&text[data..], ended) {
                EndLine::Whole(line) => return Stop::End { data, line },
                EndLine::Cut => return Stop::More { data },
                EndLine::No => {}
            }
        }
        candidate = memmem::find(&text[from..], b"\n\\.").map(|found| from + found + 1);
        match candidate {
            Some(data) => from = data,
            None => break,
        }
    }
    // The last line, if it is a bare backslash, may yet become the end line.
    let held = usize::from(text.ends_with(b"\n\\"));
    Stop::More {
        data: text.len() - held,
    }
}

enum EndLine {
    Whole(usize),
    Cut,
    No,
}

fn end_line(line: &[u8], ended: bool) -> EndLine {
    for end in [b"\\.\n".as_slice(), b"\\.\r\n"] {
        if line.starts_with(end) {
            return EndLine::Whole(end.len());
        }
        if end.starts_with(line) && !line.is_empty() {
            let whole = ended && line.starts_with(b"\\.");
            return match (ended, whole) {
                (false, _) => EndLine::Cut,
                (true, true) => EndLine::Whole(line.len()),
                (true, false) => EndLine::No,
            };
        }
    }
    EndLine::No
}
