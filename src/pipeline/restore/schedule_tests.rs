#![expect(clippy::unwrap_used, reason = "test")]

use super::*;
use crate::archive::entries::TocEntries;
use crate::archive::toc::{ArchiveKind, Head, Piece, Text};
use crate::plan::entry::EntryId;
use crate::source::ServerInfo;
use crate::sql::dialect::Dialect;

pub(in crate::pipeline::restore) fn toc(entries: Vec<TocEntry>) -> Toc {
    Toc {
        head: Head {
            format: 1,
            tool: String::new(),
            kind: ArchiveKind::Database,
            dialect: Dialect::Postgres,
            server: ServerInfo::default(),
            database: Text::default(),
            encoding: String::new(),
            position: None,
            started: chrono::DateTime::UNIX_EPOCH,
            ended: chrono::DateTime::UNIX_EPOCH,
            codec: String::new(),
            switches: Vec::new(),
            warnings: Vec::new(),
        },
        digest: String::new(),
        frames: Vec::new(),
        entries: TocEntries::of(entries).unwrap(),
    }
}

/// An entry of this kind; of rows where it has bytes.
pub(in crate::pipeline::restore) fn entry(
    id: u32,
    kind: &str,
    name: &str,
    needs: &[u32],
    bytes: u64,
) -> TocEntry {
    let section = match kind {
        "domain" | "table" | "partition_attach" | "function" => Section::PreData,
        "table_data" | "sequence_value" => Section::Data,
        _ => Section::PostData,
    };
    let pieces = if bytes > 100 { 3 } else { 1 };
    let piece = Piece {
        frame: 0,
        offset: 0,
        length: 1,
        rows: 0,
    };
    TocEntry {
        id: EntryId(id),
        kind: kind.into(),
        section,
        schema: None,
        name: Text(name.into()),
        detail: Text::default(),
        owner: None,
        needs: needs.iter().copied().map(EntryId).collect(),
        pieces: vec![piece; pieces],
        rows: (kind == "table_data").then_some(1),
        in_turn: false,
        bytes,
        sum: None,
        digest: None,
        sql: Vec::new(),
        drop: Vec::new(),
    }
}

fn schedule(toc: &Toc, chosen: &[usize], spread: bool) -> Schedule {
    let nothing = HashSet::new();
    let workers = if spread { 2 } else { 1 };
    Schedule::new(toc, chosen, (workers, &Past::default()), (&nothing, &[]))
}

fn names(toc: &Toc, tasks: &[Task]) -> Vec<String> {
    let name = |task: &Task| {
        let entry = toc.entries.get(task.entry).unwrap();
        format!("{} {}", entry.kind, entry.name.0)
    };
    tasks.iter().map(name).collect()
}

/// All that can run now.
fn now(schedule: &mut Schedule) -> Vec<Task> {
    let mut tasks = Vec::new();
    while let Next::Run(task) = schedule.next().unwrap() {
        tasks.push(task);
    }
    tasks
}

fn shop() -> Toc {
    toc(vec![
        entry(1, "table", "small", &[], 0),
        entry(2, "table", "large", &[], 0),
        entry(3, "table_data", "small", &[1], 10),
        entry(4, "table_data", "large", &[2], 1000),
        entry(5, "constraint", "small_pkey", &[1], 0),
        entry(6, "index", "large_a", &[2], 0),
        entry(7, "index", "large_b", &[2], 0),
        entry(8, "trigger", "t", &[1], 0),
        entry(9, "foreign_key", "large_small", &[1, 2, 5], 0),
        entry(10, "grants", "g", &[1], 0),
        entry(11, "matview_refresh", "m", &[2], 0),
    ])
}

fn all(toc: &Toc) -> Vec<usize> {
    (0..toc.entries.len()).collect()
}

/// Two connections in one table stand in each other's way there.
#[test]
fn workers_stay_apart_on_mysql_while_there_are_tables_for_it() {
    let mut toc = toc(vec![
        entry(1, "table_data", "large", &[], 9000),
        entry(2, "table_data", "middle", &[], 5000),
        entry(3, "table_data", "small", &[], 50),
    ]);
    let order = |toc: &Toc| {
        let mut schedule = schedule(toc, &[0, 1, 2], true);
        let tasks = now(&mut schedule);
        names(toc, &tasks).join(" ").replace("table_data ", "")
    };
    // nobody gets ready: one for each, then the largest that is left for who comes
    let together = order(&toc);
    assert!(
        together.starts_with("large large large middle"),
        "{together}"
    );
    toc.head.dialect = Dialect::Mysql;
    let apart = order(&toc);
    assert!(apart.starts_with("large middle small large"), "{apart}");
}

#[test]
fn the_largest_goes_first_and_indexes_as_soon_as_their_tables_are_loaded() {
    let toc = shop();
    let mut schedule = schedule(&toc, &all(&toc), true);
    let rows = now(&mut schedule);
    let large = "table_data large";
    assert_eq!(
        names(&toc, &rows),
        [large, large, large, "table_data small"]
    );
    schedule.done(&[rows[3]]);
    let key = now(&mut schedule);
    assert_eq!(names(&toc, &key), ["constraint small_pkey"]);
    rows[..3].iter().for_each(|task| schedule.done(&[*task]));
    let beside = now(&mut schedule);
    // The trigger would lock the table that the key is added to.
    assert_eq!(names(&toc, &beside), ["index large_a", "index large_b"]);
    schedule.done(&[key[0]]);
    let trigger = now(&mut schedule);
    assert_eq!(names(&toc, &trigger), ["trigger t"]);
    beside.iter().for_each(|task| schedule.done(&[*task]));
    assert_eq!(now(&mut schedule), []);
    schedule.done(&[trigger[0]]);
    let last = now(&mut schedule);
    assert_eq!(names(&toc, &last), ["foreign_key large_small"]);
    schedule.done(&[last[0]]);
    let grants = now(&mut schedule);
    assert_eq!(names(&toc, &grants), ["grants g"]);
    schedule.done(&[grants[0]]);
    let refresh = now(&mut schedule);
    assert_eq!(names(&toc, &refresh), ["matview_refresh m"]);
    schedule.done(&[refresh[0]]);
    assert_eq!(schedule.next().unwrap(), Next::Nothing);
}

/// Not valid before: the rows may break it.
#[test]
fn a_domains_constraint_waits_for_all_rows() {
    let toc = toc(vec![
        entry(1, "domain", "d", &[], 0),
        entry(2, "table", "t", &[1], 0),
        entry(3, "table_data", "t", &[2], 10),
        entry(4, "constraint", "d late", &[1], 0),
    ]);
    let mut schedule = schedule(&toc, &all(&toc), true);
    let rows = now(&mut schedule);
    assert!(
        names(&toc, &rows)
            .iter()
            .all(|name| *name == "table_data t")
    );
    rows.iter().for_each(|task| schedule.done(&[*task]));
    let late = now(&mut schedule);
    assert_eq!(names(&toc, &late), ["constraint d late"]);
}

#[test]
fn one_connection_keeps_the_archives_order() {
    let toc = shop();
    let mut schedule = schedule(&toc, &all(&toc), false);
    let mut order = Vec::new();
    while let Next::Run(task) = schedule.next().unwrap() {
        order.push(task);
        schedule.done(&[task]);
    }
    let places: Vec<usize> = order.iter().map(|task| task.entry).collect();
    assert_eq!(places, [2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10]);
}

#[test]
fn a_key_of_a_partitioned_table_waits_for_the_rows_of_its_partitions() {
    let toc = toc(vec![
        entry(1, "table", "parent", &[], 0),
        entry(2, "table", "part", &[], 0),
        entry(3, "partition_attach", "part", &[1, 2], 0),
        entry(4, "table", "other", &[], 0),
        entry(5, "table_data", "part", &[2, 3], 10),
        entry(6, "table_data", "other", &[4], 10),
        entry(7, "foreign_key", "fk", &[1, 4], 0),
    ]);
    let mut schedule = schedule(&toc, &all(&toc), true);
    let rows = now(&mut schedule);
    assert_eq!(names(&toc, &rows), ["table_data part", "table_data other"]);
    schedule.done(&[rows[1]]);
    assert_eq!(now(&mut schedule), []);
    schedule.done(&[rows[0]]);
    assert_eq!(names(&toc, &now(&mut schedule)), ["foreign_key fk"]);
}

#[test]
fn what_was_not_chosen_is_not_waited_for() {
    let toc = shop();
    let mut schedule = schedule(&toc, &[8, 5], true);
    let tasks = now(&mut schedule);
    assert_eq!(names(&toc, &tasks), ["foreign_key large_small"]);
    schedule.done(&[tasks[0]]);
    assert_eq!(names(&toc, &now(&mut schedule)), ["index large_a"]);
}

#[test]
fn rows_alone_follow_those_that_their_foreign_keys_point_to() {
    let toc = toc(vec![
        entry(1, "table", "orders", &[], 0),
        entry(2, "table", "items", &[], 0),
        entry(3, "table_data", "items", &[2], 1000),
        entry(4, "table_data", "orders", &[1], 10),
        entry(5, "constraint", "orders", &[1], 0),
        entry(6, "foreign_key", "items", &[2, 5], 0),
    ]);
    for spread in [false, true] {
        let mut schedule = schedule(&toc, &[2, 3], spread);
        let first = now(&mut schedule);
        assert_eq!(names(&toc, &first), ["table_data orders"]);
        schedule.done(&[first[0]]);
        let items = "table_data items";
        assert_eq!(names(&toc, &now(&mut schedule)), [items, items, items]);
    }
    // The key is made afterwards: the rows go in any order.
    let mut schedule = schedule(&toc, &[2, 3, 5], true);
    assert_eq!(now(&mut schedule).len(), 4);
}

#[test]
fn a_circle_of_foreign_keys_asks_for_no_order() {
    let toc = toc(vec![
        entry(1, "table", "a", &[], 0),
        entry(2, "table", "b", &[], 0),
        entry(3, "table_data", "a", &[1], 10),
        entry(4, "table_data", "b", &[2], 10),
        entry(5, "foreign_key", "a", &[1, 2], 0),
        entry(6, "foreign_key", "b", &[1, 2], 0),
    ]);
    let mut schedule = schedule(&toc, &[2, 3], true);
    assert_eq!(now(&mut schedule).len(), 2);
}

#[test]
fn triggers_are_off_before_all_rows_and_on_after_them() {
    let mut off = entry(1, "triggers_off", "a", &[], 0);
    let mut on = entry(4, "triggers_on", "a", &[2], 0);
    (off.section, on.section) = (Section::Data, Section::Data);
    let toc = toc(vec![
        off,
        entry(2, "table_data", "a", &[], 10),
        entry(3, "table_data", "b", &[2], 1000),
        on,
    ]);
    let mut schedule = schedule(&toc, &all(&toc), true);
    let mut order = Vec::new();
    while let Next::Run(task) = schedule.next().unwrap() {
        order.push(task);
        schedule.done(&[task]);
    }
    let b = "table_data b";
    let expected = ["triggers_off a", "table_data a", b, b, b, "triggers_on a"];
    assert_eq!(names(&toc, &order), expected);
}

#[test]
fn late_keys_follow_their_rows_and_go_before_the_rest() {
    let toc = toc(vec![
        entry(1, "table", "a", &[], 0),
        entry(2, "table_data", "a", &[1], 300),
        entry(3, "table", "b", &[], 0),
        entry(4, "table_data", "b", &[3], 50),
        entry(5, "trigger", "x", &[1], 0),
    ]);
    let whole = HashSet::from([1]);
    let mut schedule = Schedule::new(&toc, &all(&toc), (2, &Past::default()), (&whole, &[0]));
    let first = now(&mut schedule);
    assert_eq!(names(&toc, &first), ["table_data a", "table_data b"]);
    assert_eq!(first[0].piece, None, "all of it by one connection");
    schedule.done(&[first[0]]);
    let second = now(&mut schedule);
    assert_eq!(names(&toc, &second), ["table a"]);
    assert!(second[0].keys);
    schedule.done(&[first[1]]);
    assert!(now(&mut schedule).is_empty());
    schedule.done(&[second[0]]);
    assert_eq!(names(&toc, &now(&mut schedule)), ["trigger x"]);
}

fn beside(schedule: &mut Schedule) -> Vec<Task> {
    let Next::Run(task) = schedule.next().unwrap() else {
        return Vec::new();
    };
    let mut tasks = vec![task];
    tasks.extend(schedule.beside(task));
    tasks
}

#[test]
fn small_ones_go_together_and_leave_work_for_others() {
    let mut entries = Vec::new();
    for id in 0..40 {
        entries.push(entry(id, "table", "t", &[], 0));
        entries.push(entry(100 + id, "table_data", "t", &[id], 10));
        entries.push(entry(200 + id, "constraint", "t_pkey", &[id], 0));
    }
    entries.push(entry(98, "table", "large", &[], 0));
    entries.push(entry(99, "table_data", "large", &[98], 1 << 20));
    let toc = toc(entries);
    let mut schedule = schedule(&toc, &all(&toc), true);
    let large = now_large(&mut schedule);
    assert_eq!(large.len(), 3, "every piece is a task of its own");
    let rows = beside(&mut schedule);
    assert_eq!(names(&toc, &rows), ["table_data t"; 4], "an eighth of them");
    schedule.done(&rows);
    let mut keys = 0;
    loop {
        let tasks = beside(&mut schedule);
        if tasks.is_empty() {
            break;
        }
        assert!(tasks.len() <= 5, "{tasks:?}");
        keys += tasks
            .iter()
            .filter(|task| toc.entries.kind(task.entry) == "constraint")
            .count();
        schedule.done(&tasks);
    }
    assert_eq!(keys, 40);
    schedule.done(&large);
    assert_eq!(schedule.next().unwrap(), Next::Nothing);
}

fn now_large(schedule: &mut Schedule) -> Vec<Task> {
    let mut large = Vec::new();
    for _ in 0..3 {
        let tasks = beside(schedule);
        assert_eq!(tasks.len(), 1);
        large.extend(tasks);
    }
    large
}

#[test]
fn light_ones_that_follow_each_other_go_together() {
    let toc = toc(vec![
        entry(1, "table", "a", &[], 0),
        entry(2, "table_data", "a", &[1], 10),
        entry(3, "trigger", "x", &[1], 0),
        entry(4, "trigger", "y", &[1], 0),
        entry(5, "index", "i", &[1], 0),
        entry(6, "attach", "needs i", &[5], 0),
        entry(7, "grants", "a", &[1], 0),
    ]);
    let order = |spread| {
        let mut schedule = schedule(&toc, &all(&toc), spread);
        let mut order = Vec::new();
        loop {
            let tasks = beside(&mut schedule);
            if tasks.is_empty() {
                assert_eq!(schedule.next().unwrap(), Next::Nothing);
                return order;
            }
            schedule.done(&tasks);
            order.push(names(&toc, &tasks).join(", "));
        }
    };
    // What waits for something else too begins another transaction.
    let rows = "table_data a";
    let all = "trigger x, trigger y, attach needs i, grants a";
    assert_eq!(order(true), [rows, "index i", all]);
    let expected = [
        rows,
        "trigger x, trigger y",
        "index i",
        "attach needs i, grants a",
    ];
    assert_eq!(order(false), expected);
}
