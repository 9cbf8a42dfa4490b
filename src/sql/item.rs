//! What a script consists of.

/// Where something stands in the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Bytes before it.
    pub offset: u64,
    /// Its line, from 1.
    pub line: u64,
}

/// Text with its place in the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The text, without terminator and surrounding space.
    pub text: &'a [u8],
    /// Where it begins.
    pub at: Position,
}

/// What a script consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item<'a> {
    /// One statement, never empty.
    Statement(Piece<'a>),
    /// A `COPY … FROM stdin` statement: `CopyData` items follow, then `CopyEnd`.
    CopyBegin(Piece<'a>),
    /// COPY data as they stand in the script, cut anywhere, never empty.
    CopyData(&'a [u8]),
    /// The end of COPY data.
    CopyEnd {
        /// The lines before the end line: the rows, in COPY's text format.
        lines: u64,
    },
    /// A command for the client, not for the server.
    Meta(Meta<'a>),
}

/// A command for the client. Others than these are errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta<'a> {
    /// Which command.
    pub command: Command,
    /// What follows it on its line, without surrounding space.
    pub argument: &'a [u8],
    /// Where it begins.
    pub at: Position,
}

/// The client commands that dumps hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// `\restrict KEY`: psql refuses other backslash commands from here on.
    Restrict,
    /// `\unrestrict KEY`.
    Unrestrict,
    /// `\connect DATABASE`, `\c DATABASE`.
    Connect,
    /// `\encoding SQL_ASCII`: pg_dumpall writes it before a `\connect` to an odd name.
    Encoding,
    /// `/*M!999999\- enable the sandbox mode */`, MariaDB's like of `\restrict`.
    Sandbox,
}
