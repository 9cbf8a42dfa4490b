//! Character sets of clients in which a character's later bytes may look like ASCII: a backslash, a
//! backtick. Servers keep no such text, but scripts and routines come in them (MySQL manual,
//! "Connection Character Sets"; PostgreSQL manual, "Supported Character Sets", client only).

/// How to tell where a character ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// Bytes below 0x80 always stand for themselves.
    Safe,
    /// Shift JIS, also cp932.
    Sjis,
    /// Big5.
    Big5,
    /// GBK, and those that share its pattern: UHC, JOHAB.
    Gbk,
    /// GB 18030: GBK with characters of four bytes.
    Gb18030,
}

impl Charset {
    /// By the name that `SET NAMES` or `SET client_encoding` gives, in any case.
    pub(super) fn by_name(name: &[u8]) -> Self {
        match name.to_ascii_lowercase().as_slice() {
            b"sjis" | b"cp932" | b"shift_jis" | b"shift_jis_2004" | b"mskanji" | b"win932" => {
                Self::Sjis
            }
            b"big5" | b"win950" => Self::Big5,
            b"gbk" | b"win936" | b"uhc" | b"win949" | b"johab" => Self::Gbk,
            b"gb18030" => Self::Gb18030,
            _ => Self::Safe,
        }
    }

    pub(super) fn is_safe(self) -> bool {
        self == Self::Safe
    }

    /// The length of the character at the text's beginning: 1 for what is no whole character.
    /// `None` where more text is needed to tell.
    pub(super) fn len(self, text: &[u8], ended: bool) -> Option<usize> {
        let Some((&lead, rest)) = text.split_first() else {
            return Some(1);
        };
        if !self.leads(lead) {
            return Some(1);
        }
        let Some(&second) = rest.first() else {
            return ended.then_some(1);
        };
        if self == Self::Gb18030 && second.is_ascii_digit() {
            return four_bytes(rest, ended);
        }
        Some(if self.trails(second) { 2 } else { 1 })
    }

    fn leads(self, byte: u8) -> bool {
        match self {
            Self::Safe => false,
            Self::Sjis => matches!(byte, 0x81..=0x9f | 0xe0..=0xfc),
            Self::Big5 => matches!(byte, 0xa1..=0xf9),
            Self::Gbk | Self::Gb18030 => matches!(byte, 0x81..=0xfe),
        }
    }

    fn trails(self, byte: u8) -> bool {
        match self {
            Self::Safe => false,
            Self::Sjis => matches!(byte, 0x40..=0x7e | 0x80..=0xfc),
            Self::Big5 => matches!(byte, 0x40..=0x7e | 0xa1..=0xfe),
            Self::Gbk | Self::Gb18030 => matches!(byte, 0x40..=0x7e | 0x80..=0xfe),
        }
    }
}

fn four_bytes(rest: &[u8], ended: bool) -> Option<usize> {
    match rest {
        [_, 0x81..=0xfe, b'0'..=b'9', ..] => Some(4),
        [_, 0x81..=0xfe] | [_] => ended.then_some(1),
        _ => Some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_end_where_their_set_says() {
        for (name, text, len) in [
            ("SJIS", b"\x83\\'".as_slice(), Some(2)),
            ("cp932", b"\xb1\\", Some(1)),
            ("big5", b"\xa5\\", Some(2)),
            ("gbk", b"\xd5\\", Some(2)),
            ("gbk", b"\xd5'", Some(1)),
            ("gb18030", b"\x810\x810", Some(4)),
            ("gb18030", b"\x810", None),
            ("gbk", b"\xd5", None),
            ("utf8mb4", b"\xe3\\", Some(1)),
        ] {
            assert_eq!(
                Charset::by_name(name.as_bytes()).len(text, false),
                len,
                "{name}"
            );
        }
        assert_eq!(Charset::Gbk.len(b"\xd5", true), Some(1));
    }
}
