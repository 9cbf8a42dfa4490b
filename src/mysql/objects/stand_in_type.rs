//! Which type a stand-in's column has: some functions take only shapes, numbers or bytes, and say
//! so as soon as a view that calls them is made. All others take text.

use bstr::{BStr, BString, ByteSlice};

use crate::mysql::quote::unquote_ident;
use crate::mysql::scan::{Kind, Token};

/// The type of a stand-in's column, or of what a stand-in function returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// What most functions take.
    Text,
    /// A number.
    Number,
    /// A point in time.
    Moment,
    /// A geometry.
    Shape,
    /// Bytes, as those of a vector.
    Bytes,
}

impl Type {
    /// As a column's definition has it.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Text => "VARCHAR(1)",
            Self::Number => "INT",
            Self::Moment => "DATETIME",
            Self::Shape => "GEOMETRY",
            Self::Bytes => "VARBINARY(4)",
        }
    }

    /// As a function returns it.
    pub(super) fn returned(self) -> &'static str {
        match self {
            Self::Text => "INT",
            other => other.sql(),
        }
    }
}

/// Functions of shapes, and how many of their first arguments are some. All that begin with `st_`
/// or `mbr` and are not here take two at most.
const SHAPES: [(&str, usize); 20] = [
    ("linestring", usize::MAX),
    ("polygon", usize::MAX),
    ("multipoint", usize::MAX),
    ("multilinestring", usize::MAX),
    ("multipolygon", usize::MAX),
    ("geometrycollection", usize::MAX),
    ("geomcollection", usize::MAX),
    ("point", 0),
    ("srid", 1),
    ("st_buffer", 1),
    ("st_pointn", 1),
    ("st_geometryn", 1),
    ("st_interiorringn", 1),
    ("st_simplify", 1),
    ("st_asgeojson", 1),
    ("st_transform", 1),
    ("st_lineinterpolatepoint", 1),
    ("st_lineinterpolatepoints", 1),
    ("st_pointatdistance", 1),
    ("st_geomfromgeojson", 0),
];

/// Functions that want bytes.
const BYTES: [&str; 5] = [
    "vec_distance",
    "vec_totext",
    "vector_to_string",
    "from_vector",
    "vector_dim",
];

/// Functions that give back one of their arguments: the type is that of what they stand in.
const TRANSPARENT: [&str; 6] = ["", "coalesce", "ifnull", "nullif", "if", "any_value"];

/// An open bracket.
#[derive(Debug)]
struct Bracket {
    /// The word before it, in small letters; empty for none.
    word: String,
    /// Where it stands.
    at: usize,
    /// The number of the argument that is read.
    argument: usize,
}

/// A place in a view's text.
#[derive(Debug)]
pub(super) struct Place<'a> {
    all: &'a [Token<'a>],
    open: Vec<Bracket>,
    matching: bool,
    /// Where a name with its path begins.
    pub(super) at: usize,
    /// Where it ends.
    pub(super) end: usize,
}

impl<'a> Place<'a> {
    /// At the beginning.
    pub(super) fn new(all: &'a [Token<'a>]) -> Self {
        Self {
            all,
            open: Vec::new(),
            matching: false,
            at: 0,
            end: 0,
        }
    }

    /// Reads over a token that is no name.
    pub(super) fn pass(&mut self, at: usize) {
        let Some(token) = self.all.get(at) else {
            return;
        };
        if token.is_mark(b'(') {
            let before = at.checked_sub(1).and_then(|at| self.all.get(at));
            let word = before.map_or_else(String::new, word);
            let argument = 0;
            self.open.push(Bracket { word, at, argument });
        } else if token.is_mark(b')') {
            self.open.pop();
        } else if token.is_mark(b',') {
            let last = self.open.last_mut();
            last.into_iter().for_each(|bracket| bracket.argument += 1);
        } else if token.is("match") || token.is("against") {
            self.matching = token.is("match");
        }
    }

    /// The token before the name.
    pub(super) fn before(&self) -> Option<&'a Token<'a>> {
        self.at.checked_sub(1).and_then(|at| self.all.get(at))
    }

    /// What follows the name.
    pub(super) fn rest(&self) -> &'a [Token<'a>] {
        self.all.get(self.end..).unwrap_or_default()
    }

    /// The name is one of `MATCH … AGAINST`.
    pub(super) fn is_matched(&self) -> bool {
        self.matching
    }

    /// A `from` before the name is a query's, not that of `EXTRACT(… FROM …)` or `TRIM`.
    pub(super) fn may_be_relation(&self) -> bool {
        let inner = self.open.last().and_then(|open| self.all.get(open.at + 1));
        let from = self.before().is_some_and(|token| token.is("from"));
        !from || inner.is_none_or(|token| token.is("select") || token.is("with"))
    }

    /// The type of a column with this name.
    pub(super) fn kind(&self) -> Type {
        if self.before().is_some_and(|token| token.is("by")) {
            return self.ordered();
        }
        self.kind_up_to(self.end)
    }

    /// The type of a call, whose brackets are so many tokens long.
    pub(super) fn kind_of_call(&self, brackets: usize) -> Type {
        self.kind_up_to(self.end + brackets)
    }

    /// The type of what ends there, if it is a whole argument.
    fn kind_up_to(&self, end: usize) -> Type {
        let is = |token: &Token<'_>, words: &[&str]| words.iter().any(|word| token.is(word));
        let begins = self.before().is_some_and(|token| {
            token.is_mark(b'(') || token.is_mark(b',') || is(token, &["then", "else"])
        });
        let ends = self.all.get(end).is_some_and(|token| {
            token.is_mark(b')') || token.is_mark(b',') || is(token, &["when", "else", "end"])
        });
        if !begins || !ends {
            return Type::Text;
        }
        let mut brackets = self.open.iter().rev();
        let innermost = brackets.find(|bracket| !bracket.is_transparent());
        innermost.map_or(Type::Text, Bracket::takes)
    }

    /// The type of what a window is ordered by: `percentile_cont` and frames by values (`RANGE`)
    /// want numbers or times.
    fn ordered(&self) -> Type {
        let Some(bracket) = self.open.last() else {
            return Type::Text;
        };
        if bracket.word == "group" {
            return Type::Number;
        }
        let inner = self.all.get(bracket.at + 1..).unwrap_or_default();
        let mut depth = 0_i32;
        let inner = inner.iter().take_while(|token| {
            depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
            depth >= 0
        });
        let inner: Vec<&Token<'_>> = inner.collect();
        let has = |word: &str| inner.iter().any(|token| token.is(word));
        match (has("range"), has("interval")) {
            (true, true) => Type::Moment,
            (true, false) => Type::Number,
            _ => Type::Text,
        }
    }
}

impl Bracket {
    fn is_transparent(&self) -> bool {
        let condition = self.word == "if" && self.argument == 0;
        !condition && TRANSPARENT.contains(&self.word.as_str())
    }

    /// What the function before it takes at this place.
    fn takes(&self) -> Type {
        let word = self.word.as_str();
        let known = SHAPES.iter().find(|(name, _)| *name == word);
        let from_text = word.ends_with("fromtext") || word.contains("geohash") && self.argument > 0;
        let from_bytes = word.ends_with("fromwkb");
        let of_shapes = word.starts_with("st_") || word.starts_with("mbr");
        if BYTES.iter().any(|name| word.starts_with(name)) || (from_bytes && self.argument == 0) {
            return Type::Bytes;
        }
        let shapes = known.map_or_else(|| if of_shapes { 2 } else { 0 }, |(_, count)| *count);
        let reads = from_text || from_bytes || word.contains("fromgeohash");
        if !reads && self.argument < shapes {
            Type::Shape
        } else {
            Type::Text
        }
    }
}

/// A word or name in small letters; nothing for a mark.
fn word(token: &Token<'_>) -> String {
    let name = match token.kind {
        Kind::Ident => unquote_ident(token.text).map(|(name, _)| name),
        Kind::Word => Some(BString::from(token.text)),
        _ => None,
    };
    let name = name.unwrap_or_default().to_ascii_lowercase();
    BStr::new(&name).to_str_lossy().into_owned()
}
