//! Which definitions are made at the same time. Pure.
//!
//! Definitions go in the archive's order: what a routine's body or a check reads is known to that order
//! alone. But tables say all that they need, and of many that stand one behind the other, those that
//! need none of the others can be made by several connections. They are a *stage*; the next one begins
//! when all of it is made. Few tables, and all that is no table, go one after the other.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::archive::toc::Toc;

/// So many definitions are one step: a restore that is resumed makes as many again at most.
const TOGETHER: usize = 32;

/// Fewer are not worth to be spread: the connections would wait for each other.
const LEAST: usize = 16;

/// Definitions that one connection makes, one after the other.
pub(super) type Group = Vec<usize>;

/// What a connection defines next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// These. `alone`: nothing else is made meanwhile, and what fails now, fails.
    Run { group: Group, alone: bool },
    /// Wait until another connection has made what it makes.
    Wait,
    /// All is made.
    Nothing,
}

/// All definitions, and how far they are.
#[derive(Debug, Default)]
pub(super) struct Stages {
    stages: VecDeque<Stage>,
    running: usize,
}

#[derive(Debug)]
struct Stage {
    groups: VecDeque<Group>,
    /// What another connection stood in the way of, to be made again when that is done.
    again: VecDeque<Group>,
    alone: bool,
}

impl Stages {
    /// The definitions at these places, in the archive's order. `loose`: the places of those that say
    /// all that they need; none where one connection makes everything.
    pub(super) fn new(
        toc: &Toc,
        places: &[usize],
        (loose, workers): (&HashSet<usize>, usize),
    ) -> Self {
        let mut builder = Builder::default();
        for run in places.chunk_by(|one, next| loose.contains(one) == loose.contains(next)) {
            let spread = workers > 1 && run.first().is_some_and(|at| loose.contains(at));
            let levels = if spread { levels(toc, run) } else { Vec::new() };
            if levels.iter().all(|level| level.len() < LEAST) {
                builder.line.extend(run);
                continue;
            }
            for level in levels {
                builder.add(level, workers);
            }
        }
        builder.end_line();
        Self {
            stages: builder.stages,
            running: 0,
        }
    }

    /// What a connection defines next. What comes one after the other is the leader's: sessions keep
    /// variables and a database's collation from one statement to the next.
    pub(super) fn next(&mut self, leads: bool) -> Next {
        while let Some(stage) = self.stages.front_mut() {
            if let Some(group) = stage.groups.pop_front() {
                if stage.alone && (self.running > 0 || !leads) {
                    stage.groups.push_front(group);
                    return Next::Wait;
                }
                self.running += 1;
                return Next::Run {
                    group,
                    alone: stage.alone,
                };
            }
            if self.running > 0 {
                return Next::Wait;
            }
            stage.groups = std::mem::take(&mut stage.again);
            stage.alone = true;
            if stage.groups.is_empty() {
                self.stages.pop_front();
            }
        }
        Next::Nothing
    }

    /// What was handed out is made, or, with a group, must be made again by itself.
    pub(super) fn done(&mut self, again: Option<Group>) {
        self.running -= 1;
        if let Some((stage, group)) = self.stages.front_mut().zip(again) {
            stage.again.push_back(group);
        }
    }
}

#[derive(Default)]
struct Builder {
    stages: VecDeque<Stage>,
    /// What comes one after the other.
    line: Vec<usize>,
}

impl Builder {
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.push(line.chunks(TOGETHER), true);
    }

    /// Those of a level go at the same time: some groups for each connection, so that none is at work
    /// much longer than the others.
    fn add(&mut self, level: Vec<usize>, workers: usize) {
        if level.len() < LEAST {
            self.line.extend(level);
            return;
        }
        self.end_line();
        let size = level.len().div_ceil(4 * workers).clamp(1, TOGETHER);
        self.push(level.chunks(size), false);
    }

    fn push<'a>(&mut self, groups: impl Iterator<Item = &'a [usize]>, alone: bool) {
        let groups: VecDeque<Group> = groups.map(<[usize]>::to_vec).collect();
        if !groups.is_empty() {
            self.stages.push_back(Stage {
                groups,
                again: VecDeque::new(),
                alone,
            });
        }
    }
}

/// Each level needs nothing of itself and of those behind it.
fn levels(toc: &Toc, run: &[usize]) -> Vec<Vec<usize>> {
    let mut level_of: HashMap<usize, u32> = HashMap::new();
    let mut levels: Vec<Vec<usize>> = Vec::new();
    for at in run {
        let needs = toc.entries.needed(*at);
        let needs = needs.filter_map(|need| level_of.get(&need));
        let level = needs.map(|level| level + 1).max().unwrap_or_default();
        level_of.insert(*at, level);
        let level = level as usize;
        if levels.len() <= level {
            levels.resize_with(level + 1, Vec::new);
        }
        if let Some(level) = levels.get_mut(level) {
            level.push(*at);
        }
    }
    levels
}

/// Whether an entry of PostgreSQL's names all that it needs, and changes nothing that others of its
/// like change too.
pub(super) fn is_loose(kind: &str) -> bool {
    const LOOSE: &[&str] = &["column_default", "sequence", "sequence_owner", "table"];
    LOOSE.contains(&kind)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::panic, reason = "test")]
    use super::*;
    use crate::pipeline::restore::schedule::tests::{entry, toc};

    /// A function, then so many tables, the last ten of which need the one before them.
    fn archive(tables: u32) -> Toc {
        let mut entries = vec![entry(0, "function", "f", &[], 1)];
        for id in 1..=tables {
            let needs = [id - 1];
            let needs = if id > tables - 10 { &needs[..] } else { &[] };
            entries.push(entry(id, "table", "t", needs, 1));
        }
        entries.push(entry(tables + 1, "function", "g", &[], 1));
        toc(entries)
    }

    fn stages(toc: &Toc, workers: usize) -> Stages {
        let places: Vec<usize> = (0..toc.entries.len()).collect();
        let loose = places.iter().copied();
        let loose = loose.filter(|at| is_loose(toc.entries.kind(*at))).collect();
        Stages::new(toc, &places, (&loose, workers))
    }

    fn run(stages: &mut Stages) -> (Group, bool) {
        match stages.next(true) {
            Next::Run { group, alone } => (group, alone),
            next => panic!("{next:?}"),
        }
    }

    #[test]
    fn one_connection_makes_all_in_order() {
        let toc = archive(70);
        let mut stages = stages(&toc, 1);
        let mut made = Vec::new();
        while let Next::Run { group, alone } = stages.next(true) {
            assert!(alone);
            assert_eq!(stages.next(true), Next::Wait);
            made.push(group.len());
            stages.done(None);
        }
        assert_eq!(made, [32, 32, 8]);
    }

    #[test]
    fn what_comes_in_order_is_the_leaders() {
        let toc = archive(70);
        let mut stages = stages(&toc, 2);
        assert_eq!(stages.next(false), Next::Wait);
        run(&mut stages);
        stages.done(None);
        assert!(matches!(stages.next(false), Next::Run { alone: false, .. }));
    }

    #[test]
    fn tables_that_need_one_another_wait() {
        let toc = archive(70);
        let mut stages = stages(&toc, 2);
        assert_eq!(run(&mut stages), (vec![0], true));
        assert_eq!(
            stages.next(true),
            Next::Wait,
            "tables may need the function"
        );
        stages.done(None);
        let mut free = Vec::new();
        while let Next::Run { group, alone } = stages.next(true) {
            assert!(!alone);
            free.push(group);
        }
        assert_eq!(free.concat(), (1..=60).collect::<Vec<_>>());
        assert_eq!(free.len(), 8);
        free.iter().for_each(|_| stages.done(None));
        // one level each, too few to be spread
        assert_eq!(run(&mut stages), ((61..=71).collect(), true));
        stages.done(None);
        assert_eq!(stages.next(true), Next::Nothing);
    }

    #[test]
    fn what_failed_beside_others_is_made_again_by_itself() {
        let toc = archive(40);
        let mut stages = stages(&toc, 3);
        run(&mut stages);
        stages.done(None);
        let (first, _) = run(&mut stages);
        let (second, _) = run(&mut stages);
        stages.done(Some(first.clone()));
        let mut running = 1;
        while let Next::Run { .. } = stages.next(true) {
            running += 1;
        }
        for _ in 1..running {
            stages.done(None);
            assert_eq!(stages.next(true), Next::Wait);
        }
        stages.done(Some(second.clone()));
        for again in [first, second] {
            assert_eq!(run(&mut stages), (again, true));
            assert_eq!(stages.next(true), Next::Wait);
            stages.done(None);
        }
        assert!(run(&mut stages).1);
    }
}
