//! The objects of a database, packed: of a hundred thousand tables there are three hundred thousand. What
//! ties them to one another is at hand; statements, names and the description of rows lie compressed and
//! are unpacked when an object is looked at as a whole. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Section;
use crate::plan::lists::Lists;
use crate::plan::packed::{Packed, unpack};
use crate::plan::shelf::{Reading, Shelf, Spot};
use crate::postgres::address::Address;
use crate::postgres::objects::{Loaded, Part, Reference, Renderer};
use crate::postgres::render::Sql;

/// Objects by position.
#[derive(Debug, Default)]
pub struct Objects {
    heads: Vec<Head>,
    provides: Lists<Address>,
    needs: Lists<Address>,
    parts: Lists<Part>,
    rare: BTreeMap<u32, Rare>,
    schemas: Vec<BString>,
    words: Words,
    shelf: Shelf,
    /// The room in which objects are packed.
    room: Vec<u8>,
}

/// What is at hand of every object.
#[derive(Debug, Clone, Copy)]
struct Head {
    spot: Spot,
    /// The number under which it was added: of its lists, and of what it has that is rare.
    number: u32,
    address: Option<Nonzero>,
    table: Option<Nonzero>,
    /// The schema's number from 1; 0: it has none.
    schema: u32,
    kind: u16,
    section: Section,
    /// It has no statements.
    is_silent: bool,
    /// Nothing of its own removes it.
    no_drop: bool,
}

/// An address, whose catalog's oid is never zero: this takes no more room for perhaps being none.
#[derive(Debug, Clone, Copy)]
struct Nonzero(std::num::NonZero<u32>, u32);

impl Nonzero {
    fn new(address: Address) -> Option<Self> {
        Some(Self(address.class.try_into().ok()?, address.object))
    }

    fn address(self) -> Address {
        Address::new(self.0.get(), self.1)
    }
}

/// What few objects have.
#[derive(Debug, Default)]
struct Rare {
    ignores: Vec<Address>,
    renderer: Option<Arc<dyn Renderer>>,
    left_out: Option<String>,
    remark: Option<String>,
    stands_in_for: Option<Address>,
    /// Its statements without what was cut out of it.
    rest: Option<Sql>,
}

impl Rare {
    fn of(loaded: &mut Loaded) -> Option<Self> {
        let rare = Self {
            ignores: std::mem::take(&mut loaded.ignores),
            renderer: loaded.renderer.take(),
            left_out: loaded.left_out.take(),
            remark: loaded.remark.take(),
            stands_in_for: loaded.stands_in_for,
            rest: None,
        };
        let nothing = rare.ignores.is_empty()
            && rare.renderer.is_none()
            && rare.left_out.is_none()
            && rare.remark.is_none()
            && rare.stands_in_for.is_none();
        (!nothing).then_some(rare)
    }
}

/// Words of this program, by number.
#[derive(Debug, Default)]
struct Words(Vec<&'static str>);

impl Words {
    /// There are a few dozen. The last one is asked for most often.
    fn number(&mut self, word: &'static str) -> u16 {
        let known = self.0.iter().rposition(|known| *known == word);
        let at = known.unwrap_or_else(|| {
            self.0.push(word);
            self.0.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    fn word(&self, number: u16) -> &'static str {
        let word = self.0.get(usize::from(number));
        word.copied().unwrap_or_default()
    }
}

/// How statements name an object, in words' numbers.
type Named = (u32, (BString, (Option<u32>, Option<u32>)));

impl Objects {
    /// Adds an object behind the others.
    pub fn push(&mut self, mut loaded: Loaded) -> Result<()> {
        let number = position(self.provides.len());
        let schema = self.schema_number(loaded.identity.schema.take());
        let mut room = std::mem::take(&mut self.room);
        room.clear();
        loaded.identity.put(&mut room);
        self.named(loaded.reference.take()).put(&mut room);
        loaded.sql.create.put(&mut room);
        loaded.sql.drop.put(&mut room);
        loaded.data.put(&mut room);
        loaded.columns.put(&mut room);
        let head = Head {
            spot: self.shelf.put(&room)?,
            number,
            address: loaded.address.and_then(Nonzero::new),
            table: loaded.table.and_then(Nonzero::new),
            schema,
            kind: self.words.number(loaded.kind),
            section: loaded.section,
            is_silent: loaded.sql.create.is_empty(),
            no_drop: false,
        };
        self.room = room;
        if let Some(rare) = Rare::of(&mut loaded) {
            self.rare.insert(number, rare);
        }
        self.provides.push(loaded.provides);
        self.needs.push(loaded.needs);
        self.parts.push(loaded.parts);
        self.heads.push(head);
        Ok(())
    }

    fn schema_number(&mut self, schema: Option<BString>) -> u32 {
        let Some(schema) = schema else {
            return 0;
        };
        // Objects of one schema come one after the other, mostly.
        let known = self.schemas.iter().rposition(|known| *known == schema);
        let at = known.unwrap_or_else(|| {
            self.schemas.push(schema);
            self.schemas.len() - 1
        });
        position(at + 1)
    }

    fn named(&mut self, reference: Option<Reference>) -> Option<Named> {
        let reference = reference?;
        let mut number = |word| u32::from(self.words.number(word));
        Some((
            number(reference.keyword),
            (
                reference.name,
                (
                    reference.owner_keyword.map(&mut number),
                    reference.grant_keyword.map(&mut number),
                ),
            ),
        ))
    }

    fn reference(&self, (keyword, (name, (owner, grant))): Named) -> Reference {
        let word = |number| self.words.word(u16::try_from(number).unwrap_or(u16::MAX));
        Reference {
            keyword: word(keyword),
            name,
            owner_keyword: owner.map(word),
            grant_keyword: grant.map(word),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The object at this position, where there is one.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Object<'_>> {
        let head = self.heads.get(at)?;
        Some(Object { all: self, head })
    }

    /// All, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Object<'_>> {
        let heads = self.heads.iter();
        heads.map(|head| Object { all: self, head })
    }

    /// Puts it into another section.
    pub fn set_section(&mut self, at: usize, section: Section) {
        if let Some(head) = self.heads.get_mut(at) {
            head.section = section;
        }
    }

    /// Something is said of it that makes no object.
    pub fn set_outspoken(&mut self, at: usize) {
        if let Some(head) = self.heads.get_mut(at) {
            head.is_silent = false;
        }
    }

    /// Something else removes it.
    pub fn forget_drop(&mut self, at: usize) {
        if let Some(head) = self.heads.get_mut(at) {
            head.no_drop = true;
        }
    }

    /// Renders it again without these parts.
    pub fn render_without(&mut self, at: usize, parts: &[usize]) {
        let number = self.heads.get(at).map(|head| head.number);
        if let Some(rare) = number.and_then(|number| self.rare.get_mut(&number))
            && let Some(renderer) = &rare.renderer
        {
            rare.rest = Some(renderer.without(parts));
        }
    }

    /// What objects are made of is not needed any more: of a table it is as large as its statements.
    pub fn forget_renderers(&mut self) {
        for rare in self.rare.values_mut() {
            rare.renderer = None;
        }
    }

    /// Keeps those for which this is true.
    pub fn retain(&mut self, stays: &[bool]) {
        let mut stays = stays.iter();
        self.heads.retain(|_| stays.next().copied().unwrap_or(true));
    }

    /// Gives back the room that no further object needs.
    pub fn close(&mut self) -> Result<()> {
        self.room = Vec::new();
        self.heads.shrink_to_fit();
        self.provides.shrink();
        self.needs.shrink();
        self.parts.shrink();
        self.shelf.close()
    }

    /// Unpacks one after the other, and forgets it.
    pub fn unpack(mut self, mut take: impl FnMut(usize, Loaded) -> Result<()>) -> Result<()> {
        let mut reading = Reading::default();
        for at in 0..self.len() {
            if let Some(object) = self.get(at) {
                let loaded = object.load(&mut reading)?;
                let spot = object.head.spot;
                take(at, loaded)?;
                self.shelf.forget_before(spot);
            }
        }
        Ok(())
    }
}

/// An object, of which not all is unpacked.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    all: &'a Objects,
    head: &'a Head,
}

impl<'a> Object<'a> {
    /// The kind's name.
    #[must_use]
    pub fn kind(self) -> &'static str {
        self.all.words.word(self.head.kind)
    }

    /// Where it belongs.
    #[must_use]
    pub fn section(self) -> Section {
        self.head.section
    }

    /// How `pg_depend` names it, where it does.
    #[must_use]
    pub fn address(self) -> Option<Address> {
        self.head.address.map(Nonzero::address)
    }

    /// Which object it goes with when a part of the database is selected.
    #[must_use]
    pub fn table(self) -> Option<Address> {
        self.head.table.map(Nonzero::address)
    }

    /// The schema that holds it, where one does.
    #[must_use]
    pub fn schema(self) -> Option<&'a BString> {
        let at = self.head.schema.checked_sub(1)?;
        self.all.schemas.get(at as usize)
    }

    /// Whether it has no statements.
    #[must_use]
    pub fn is_silent(self) -> bool {
        self.head.is_silent
    }

    /// Tells it from the others, whichever of them are kept.
    #[must_use]
    pub fn number(self) -> usize {
        self.head.number as usize
    }

    /// Further addresses that come with it.
    #[must_use]
    pub fn provides(self) -> &'a [Address] {
        self.all.provides.get(self.number())
    }

    /// What it needs besides `pg_depend`'s word.
    #[must_use]
    pub fn needs(self) -> &'a [Address] {
        self.all.needs.get(self.number())
    }

    /// What can be cut out.
    #[must_use]
    pub fn parts(self) -> &'a [Part] {
        self.all.parts.get(self.number())
    }

    fn rare(self) -> Option<&'a Rare> {
        self.all.rare.get(&self.head.number)
    }

    /// What `pg_depend` says it needs and it must not wait for.
    #[must_use]
    pub fn ignores(self) -> &'a [Address] {
        self.rare().map_or(&[], |rare| &rare.ignores)
    }

    /// Renders it again without some of its parts, where there are any.
    #[must_use]
    pub fn renderer(self) -> Option<&'a Arc<dyn Renderer>> {
        self.rare()?.renderer.as_ref()
    }

    /// Why it is left out, where it is.
    #[must_use]
    pub fn left_out(self) -> Option<&'a String> {
        self.rare()?.left_out.as_ref()
    }

    /// What a warning says of it although it is carried.
    #[must_use]
    pub fn remark(self) -> Option<&'a String> {
        self.rare()?.remark.as_ref()
    }

    /// A shell type: what stands in for this type where its own functions need it.
    #[must_use]
    pub fn stands_in_for(self) -> Option<Address> {
        self.rare()?.stands_in_for
    }

    /// All of it that entries are made of: not what ties it to others, but for the addresses that come
    /// with it.
    pub fn load(self, reading: &mut Reading) -> Result<Loaded> {
        let mut from = self.all.shelf.at(self.head.spot, reading)?;
        let identity = unpack(&mut from)?;
        let mut loaded = Loaded::new(self.kind(), self.section(), identity, Sql::default());
        loaded.identity.schema = self.schema().cloned();
        let named: Option<Named> = unpack(&mut from)?;
        loaded.reference = named.map(|named| self.all.reference(named));
        loaded.sql.create = unpack(&mut from)?;
        loaded.sql.drop = unpack(&mut from)?;
        loaded.data = unpack(&mut from)?;
        loaded.columns = unpack(&mut from)?;
        loaded.address = self.address();
        loaded.table = self.table();
        loaded.provides = self.provides().to_vec();
        if let Some(rest) = self.rare().and_then(|rare| rare.rest.as_ref()) {
            loaded.sql = rest.clone();
        }
        if self.head.no_drop {
            loaded.sql.drop.clear();
        }
        Ok(loaded)
    }
}

/// No more than oids.
fn position(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
