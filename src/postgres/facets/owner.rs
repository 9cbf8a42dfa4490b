//! Owners: `ALTER … OWNER TO`, right after the object is made.

use bstr::BStr;

use crate::plan::entry::Statement;
use crate::postgres::objects::Reference;
use crate::postgres::quote::ident;
use crate::postgres::render::cat;

/// The statement that gives the object its owner; `None` where it can't be given one.
#[must_use]
pub fn statement(reference: &Reference, owner: &BStr) -> Option<Statement> {
    let keyword = reference.owner_keyword?;
    let text = cat![
        "ALTER ",
        keyword,
        " ",
        &reference.name,
        " OWNER TO ",
        ident(owner)
    ];
    Some(Statement::new(text))
}
