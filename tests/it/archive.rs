//! The archive's format: what is written comes back, what is broken is refused, and the standard
//! tools read the script.
#![expect(clippy::unwrap_used, reason = "test")]

use std::io::{Cursor, Write};
use std::process::{Command, Stdio};

use chrono::DateTime;
use dumpkeep::archive::codec::{Codec, Encoder};
use dumpkeep::archive::reader::Reader;
use dumpkeep::archive::toc::{ArchiveKind, FORMAT, Head, TocEntry};
use dumpkeep::archive::writer::{Part, Sealed, Writer};
use dumpkeep::error::{Kind, Result};
use dumpkeep::plan::entry::{EntryId, Section};
use dumpkeep::source::ServerInfo;
use dumpkeep::sql::dialect::Dialect;
use proptest::prelude::*;

use crate::fuzz::checks::read_all;

const CODECS: [Codec; 5] = [
    Codec::Zstd(3),
    Codec::Gzip(6),
    Codec::Xz(1),
    Codec::Bzip2(9),
    Codec::None,
];

fn head(codec: Codec) -> Head {
    Head {
        format: FORMAT,
        tool: "0.0.0".into(),
        kind: ArchiveKind::Database,
        dialect: Dialect::Postgres,
        server: ServerInfo::default(),
        database: Default::default(),
        encoding: "UTF8".into(),
        position: Some("0/16B3748".into()),
        started: DateTime::UNIX_EPOCH,
        ended: DateTime::UNIX_EPOCH,
        codec: codec.to_string(),
        switches: vec!["--jobs=2".into()],
        warnings: Vec::new(),
    }
}

fn entry(id: u32, name: &[u8], rows: Option<u64>) -> TocEntry {
    TocEntry {
        id: EntryId(id),
        kind: "table".into(),
        section: Section::PreData,
        schema: Some(bstr::BString::from("public").into()),
        name: bstr::BString::from(name).into(),
        detail: Default::default(),
        owner: None,
        needs: Vec::new(),
        pieces: Vec::new(),
        rows,
        in_turn: false,
        bytes: 0,
        sum: None,
        digest: None,
        sql: Vec::new(),
        drop: Vec::new(),
    }
}

fn part(entry: u32, slice: u32, offset: usize, length: usize, rows: u64) -> Part {
    Part {
        entry: EntryId(entry),
        slice,
        offset: offset as u32,
        length: length as u32,
        rows,
    }
}

/// An archive of these frames, each of one slice of one entry of its own; a line before and behind.
fn write(codec: Codec, frames: &[Vec<u8>]) -> Result<(Vec<u8>, Sealed, Vec<TocEntry>)> {
    let mut writer = Writer::new(Vec::new(), codec);
    let mut encoder = Encoder::new(codec)?;
    writer.append(&encoder.encode(b"-- dumpkeep test\n")?, &[])?;
    let mut entries = Vec::new();
    for (number, frame) in frames.iter().enumerate() {
        let id = number as u32 + 1;
        let parts = [part(id, 0, 0, frame.len(), 1)];
        writer.append(&encoder.encode(frame)?, &parts)?;
        entries.push(entry(id, format!("t{id}").as_bytes(), Some(0)));
    }
    writer.append(&encoder.encode(b"-- dumpkeep: complete\n")?, &[])?;
    finish(writer, codec, entries)
}

/// The file, what is said of it, and its entries as they were written.
fn finish(
    writer: Writer<Vec<u8>>,
    codec: Codec,
    entries: Vec<TocEntry>,
) -> Result<(Vec<u8>, Sealed, Vec<TocEntry>)> {
    let mut written = Vec::new();
    let each = |entry: &TocEntry| {
        written.push(entry.clone());
        Ok(())
    };
    let (file, sealed) = writer.finish(head(codec), entries.into_iter().map(Ok), each)?;
    Ok((file, sealed, written))
}

pub(crate) fn small(codec: Codec) -> Vec<u8> {
    let frames = [
        b"CREATE TABLE t (a int);\n".to_vec(),
        b"COPY t FROM stdin;\n1\n\\.\n".to_vec(),
    ];
    write(codec, &frames).unwrap().0
}

#[test]
fn a_long_table_of_contents_is_read_piece_by_piece() {
    let mut writer = Writer::new(Vec::new(), Codec::Zstd(3));
    let frame = Encoder::new(Codec::Zstd(3))
        .unwrap()
        .encode(b"-- dumpkeep\n");
    writer.append(&frame.unwrap(), &[]).unwrap();
    let entries = (0..60_000).map(|id| {
        let mut entry = entry(id, format!("t{id}").as_bytes(), None);
        entry.sql = vec![bstr::BString::from(format!("SELECT {:>300}", id)).into()];
        entry
    });
    let (bytes, _, written) = finish(writer, Codec::Zstd(3), entries.collect()).unwrap();
    let read = Reader::open(Cursor::new(&bytes)).unwrap();
    assert!(read.toc().entries == written);
    // Behind the frame's magic, length, tag and format stands the document's length, which no sum covers.
    let frame = &read.toc().frames[0];
    let at = (frame.offset + u64::from(frame.length)) as usize + 8 + 8 + 4;
    let raw = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    assert!(raw > 16 << 20, "{raw}");
    for other in [raw - 1, raw + 1, u64::MAX] {
        let mut changed = bytes.clone();
        changed[at..at + 8].copy_from_slice(&other.to_le_bytes());
        let error = Reader::open(Cursor::new(changed)).unwrap_err();
        assert_eq!(error.kind(), Kind::Archive, "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_is_written_is_read(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..2000), 0..6),
        codec in prop::sample::select(CODECS.to_vec()),
    ) {
        let frames: Vec<Vec<u8>> = frames
            .into_iter()
            .map(|frame| [b"SELECT '".as_slice(), &frame, b"';\n"].concat())
            .collect();
        let (file, sealed, written) = write(codec, &frames).unwrap();
        prop_assert_eq!(file.len() as u64, sealed.length);
        let (toc, script) = read_all(&file).unwrap();
        prop_assert!(toc.entries == written);
        prop_assert_eq!(&toc.head, &sealed.head);
        let expected = [
            b"-- dumpkeep test\n".to_vec(),
            frames.concat(),
            b"-- dumpkeep: complete\n".to_vec(),
        ];
        prop_assert_eq!(script, expected.concat());
        let mut reader = Reader::open(Cursor::new(&file)).unwrap();
        let mut sql = Vec::new();
        for entry in &toc.entries {
            let piece = entry.pieces[0];
            reader.frame(piece.frame, &mut sql).unwrap();
            prop_assert_eq!(&sql, &frames[entry.id.0 as usize - 1]);
        }
    }

    #[test]
    fn noise_is_refused_without_a_panic(
        noise in prop::collection::vec(any::<u8>(), 0..600),
        start in prop::sample::select(vec![
            b"".to_vec(), b"\x28\xb5\x2f\xfd".to_vec(), b"\x1f\x8b\x08".to_vec(),
            b"\xfd7zXZ\0".to_vec(), b"BZh9".to_vec(), b"-- dumpkeep\n".to_vec(),
        ]),
    ) {
        let file = [start, noise].concat();
        prop_assert!(read_all(&file).is_err());
    }
}

#[test]
fn pieces_stand_in_slice_order_whatever_the_order_of_writing() {
    let codec = Codec::default();
    let mut writer = Writer::new(Vec::new(), codec);
    let mut encoder = Encoder::new(codec).unwrap();
    for (slice, sql) in [(1, "c;\n"), (0, "a;\n"), (1, "d;\n"), (0, "b;\n")] {
        let frame = encoder.encode(sql.as_bytes()).unwrap();
        writer.append(&frame, &[part(7, slice, 0, 3, 2)]).unwrap();
    }
    let (_, _, written) = finish(writer, codec, vec![entry(7, b"t", Some(0))]).unwrap();
    let entry = &written[0];
    let frames: Vec<u32> = entry.pieces.iter().map(|piece| piece.frame).collect();
    assert_eq!(frames, [1, 3, 0, 2]);
    assert_eq!((entry.rows, entry.bytes), (Some(8), 12));
}

#[test]
fn many_small_entries_share_a_frame() {
    let codec = Codec::default();
    let mut writer = Writer::new(Vec::new(), codec);
    let frame = Encoder::new(codec)
        .unwrap()
        .encode(b"one;\ntwo;\n")
        .unwrap();
    writer
        .append(&frame, &[part(1, 0, 0, 5, 0), part(2, 0, 5, 5, 0)])
        .unwrap();
    let entries = vec![entry(1, b"one", None), entry(2, b"\xff\xfe", None)];
    let (file, sealed, written) = finish(writer, codec, entries).unwrap();
    let (toc, _) = read_all(&file).unwrap();
    assert!(toc.entries == written && toc.head == sealed.head);
    let second = toc.entries.get(1).unwrap();
    assert_eq!(second.name.0, b"\xff\xfe");
    assert_eq!(second.pieces[0].offset, 5);
}

#[test]
fn an_entry_that_nobody_planned_is_an_error() {
    let codec = Codec::default();
    let mut writer = Writer::new(Vec::new(), codec);
    let frame = Encoder::new(codec).unwrap().encode(b"x;\n").unwrap();
    writer.append(&frame, &[part(1, 0, 0, 3, 0)]).unwrap();
    assert_eq!(
        writer
            .finish(head(codec), [], |_| Ok(()))
            .unwrap_err()
            .kind(),
        Kind::Internal
    );
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    for codec in CODECS {
        let file = small(codec);
        for at in 0..file.len() {
            let mut broken = file.clone();
            broken[at] ^= 1 << (at % 8);
            assert!(
                read_all(&broken).is_err(),
                "{codec}: byte {at} of {}",
                file.len()
            );
        }
    }
}

#[test]
fn a_cut_anywhere_is_refused() {
    for codec in CODECS {
        let file = small(codec);
        for end in 0..file.len() {
            assert!(
                read_all(&file[..end]).is_err(),
                "{codec}: byte {end} of {}",
                file.len()
            );
        }
    }
}

#[test]
fn appended_bytes_are_refused() {
    for codec in CODECS {
        let file = small(codec);
        for appended in [
            &b"\0"[..],
            b"\n",
            b"-- \n",
            &file[..],
            &file[file.len() - 300..],
        ] {
            let longer = [&file, appended].concat();
            assert!(
                read_all(&longer).is_err(),
                "{codec}: {} bytes",
                appended.len()
            );
        }
    }
}

#[test]
fn frames_in_another_order_are_refused() {
    let file = small(Codec::default());
    let (toc, _) = read_all(&file).unwrap();
    let cut = |number: usize| {
        let frame = toc.frames[number];
        &file[frame.offset as usize..][..frame.length as usize]
    };
    let end = toc
        .frames
        .iter()
        .map(|frame| frame.length as usize)
        .sum::<usize>();
    let swapped = [cut(0), cut(2), cut(1), cut(3), &file[end..]].concat();
    assert_eq!(swapped.len(), file.len());
    assert!(read_all(&swapped).is_err());
}

/// What psql and mysql would run on the client has no meaning here, and is told.
#[test]
fn commands_for_the_client_are_refused() {
    for (sql, fine) in [
        ("SELECT 1;\n", true),
        ("\\! touch /tmp/owned\n", false),
        ("\\copy t FROM PROGRAM 'x'\n", false),
        ("SELECT 'x' \\gexec\n", false),
        ("SELECT 1\\g |sh\n", false),
    ] {
        let (file, ..) = write(Codec::Zstd(3), &[sql.as_bytes().to_vec()]).unwrap();
        let mut reader = Reader::open(Cursor::new(file)).unwrap();
        let verified = dumpkeep::pipeline::verify::verify(&mut reader);
        match verified.map_err(|error| error.kind()) {
            Ok(_) => assert!(fine, "{sql}"),
            Err(kind) => assert!(!fine && kind == Kind::Hostile, "{sql}: {kind:?}"),
        }
    }
}

#[test]
fn standard_tools_read_the_script() {
    let frames: Vec<Vec<u8>> = (0..50)
        .map(|n| {
            format!("INSERT INTO t VALUES ({n}, 'text');\n")
                .repeat(100)
                .into_bytes()
        })
        .collect();
    for (codec, tool) in [
        (Codec::Zstd(3), "zstd"),
        (Codec::Gzip(6), "gzip"),
        (Codec::Xz(1), "xz"),
        (Codec::Bzip2(9), "bzip2"),
    ] {
        let (file, ..) = write(codec, &frames).unwrap();
        let (_, script) = read_all(&file).unwrap();
        piped(tool, "-t", &file);
        let printed = piped(tool, "-dc", &file);
        let printed = String::from_utf8(printed).unwrap();
        let script = String::from_utf8(script).unwrap();
        let rest = printed.strip_prefix(&script).unwrap();
        assert!(rest.lines().all(|line| line.starts_with("-- ")), "{rest}");
    }
}

fn piped(tool: &str, switch: &str, input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(tool)
        .arg(switch)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} {switch}: {said}");
    for complaint in ["ignored", "garbage", "warning", "error"] {
        assert!(!said.contains(complaint), "{tool} {switch}: {said}");
    }
    output.stdout
}
