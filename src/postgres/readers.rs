//! Sessions that read the catalogs of one snapshot together. Questions are answered in any order, and
//! taken up in theirs; each session has one more on its way than it is answered, so that the server
//! reads its catalogs while objects are made of what it said before.
//!
//! The server's functions that write definitions lock their tables for a moment. The leader holds these
//! locks; a session beside it could come to wait behind somebody who waits for the leader, which no
//! server sees as a deadlock. So it waits for a bounded time, and leaves what it was asked to the leader.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedMutexGuard, oneshot};
use tokio::task::JoinSet;

use super::locks::LOCK_NOT_AVAILABLE;
use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::sql::rows::Rows;

/// So many questions are with a session at a time.
const ON_THE_WAY: usize = 2;

/// Where answers of so many bytes wait to be looked at, no further question is taken up: what is not
/// read stays on the server.
const WAITING_BYTES: usize = 4 << 20;

/// A session, held as long as it reads.
pub(super) type Held = OwnedMutexGuard<Session>;

/// The sessions, at work.
pub(super) struct Readers {
    shared: Arc<Shared>,
    sessions: JoinSet<Held>,
}

/// An answer that comes.
pub(super) struct Answer {
    shared: Arc<Shared>,
    rows: oneshot::Receiver<Rows>,
}

struct Question {
    sql: Vec<u8>,
    doing: String,
    takes_long: bool,
    rows: oneshot::Sender<Rows>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// Somebody waits for these.
    urgent: VecDeque<Question>,
    queue: VecDeque<Question>,
    /// Answers that nobody has looked at, in bytes.
    waiting: usize,
    /// The first error: what fails after it fails for it.
    failed: Option<Error>,
    closed: bool,
}

impl Readers {
    /// Sets the leader to work, and one beside it in the same snapshot, which has a `lock_timeout`.
    pub(super) fn new(leader: Held, beside: Option<Held>) -> Self {
        let shared = Arc::new(Shared::default());
        let mut sessions = JoinSet::new();
        sessions.spawn(work(leader, Arc::clone(&shared), false));
        if let Some(beside) = beside {
            sessions.spawn(work(beside, Arc::clone(&shared), true));
        }
        Self { shared, sessions }
    }

    /// Asks. Answers are to be taken in the order in which they were asked for.
    pub(super) fn ask(&self, doing: &str, sql: impl Into<Vec<u8>>) -> Answer {
        self.put(doing, sql, false, |state| &mut state.queue)
    }

    /// Asks what takes long: no session has it on its way while it does something else, and another
    /// nothing.
    pub(super) fn ask_long(&self, doing: &str, sql: impl Into<Vec<u8>>) -> Answer {
        self.put(doing, sql, true, |state| &mut state.queue)
    }

    /// Asks before all that waits; `doing` begins the error's text.
    pub(super) async fn query(&self, doing: &str, sql: impl Into<Vec<u8>>) -> Result<Rows> {
        let answer = self.put(doing, sql, false, |state| &mut state.urgent);
        answer.rows().await
    }

    fn put(
        &self,
        doing: &str,
        sql: impl Into<Vec<u8>>,
        takes_long: bool,
        queue: impl FnOnce(&mut State) -> &mut VecDeque<Question>,
    ) -> Answer {
        let (sender, rows) = oneshot::channel();
        let mut state = self.shared.state();
        // Where a session has failed, nobody would answer.
        if !state.closed {
            queue(&mut state).push_back(Question {
                sql: sql.into(),
                doing: doing.to_owned(),
                takes_long,
                rows: sender,
            });
        }
        drop(state);
        self.shared.changed.notify_waiters();
        Answer {
            shared: Arc::clone(&self.shared),
            rows,
        }
    }

    /// Gives the sessions free, idle.
    pub(super) async fn finish(mut self) -> Result<()> {
        self.shared.close(None);
        while let Some(done) = self.sessions.join_next().await {
            done.map_err(|error| {
                Error::new(Kind::Internal, "a reader of the catalogs is gone").cause(error)
            })?;
        }
        self.shared.state().failed.take().map_or(Ok(()), Err)
    }
}

impl Answer {
    /// The rows.
    pub(super) async fn rows(self) -> Result<Rows> {
        let Ok(rows) = self.rows.await else {
            let failed = self.shared.state().failed.take();
            let gone = || Error::new(Kind::Internal, "nobody answers for the catalogs any more");
            return Err(failed.unwrap_or_else(gone));
        };
        let mut state = self.shared.state();
        state.waiting = state.waiting.saturating_sub(rows.size());
        drop(state);
        self.shared.changed.notify_waiters();
        Ok(rows)
    }
}

impl Shared {
    /// No code that could panic runs while it is held.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self, failed: Option<Error>) {
        let mut state = self.state();
        state.closed = true;
        if state.failed.is_none() {
            state.failed = failed;
        }
        // Their senders go: who waits for an answer is told.
        state.urgent.clear();
        state.queue.clear();
        drop(state);
        self.changed.notify_waiters();
    }

    /// For another to answer; where no other is left, who waits is told.
    fn give_back(&self, questions: VecDeque<Question>) {
        let mut state = self.state();
        if state.closed {
            return;
        }
        for question in questions.into_iter().rev() {
            state.urgent.push_front(question);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// The next question, or none where there are no more to come.
    async fn next(&self) -> Option<Question> {
        loop {
            let mut changed = pin!(self.changed.notified());
            // From here on no change is missed.
            changed.as_mut().enable();
            {
                let mut state = self.state();
                if let Some(question) = state.take() {
                    return Some(question);
                }
                if state.closed {
                    return None;
                }
            }
            changed.await;
        }
    }
}

impl State {
    fn take(&mut self) -> Option<Question> {
        if let Some(question) = self.urgent.pop_front() {
            return Some(question);
        }
        if self.waiting > WAITING_BYTES {
            return None;
        }
        self.queue.pop_front()
    }

    /// The next question of a session that has one.
    fn take_ahead(&mut self) -> Option<Question> {
        let next = self.urgent.front().or(self.queue.front())?;
        if next.takes_long {
            return None;
        }
        self.take()
    }
}

async fn work(mut session: Held, shared: Arc<Shared>, may_leave: bool) -> Held {
    // Outlives the error: who waits for an answer finds it.
    let mut sent = VecDeque::new();
    match answer_all(&mut session, &shared, &mut sent).await {
        Err(error) if may_leave && error.server_code() == Some(LOCK_NOT_AVAILABLE) => {
            // Those behind it failed with the transaction.
            for question in sent.iter().skip(1) {
                let _ = session.answer(&question.doing).await;
            }
            shared.give_back(sent);
        }
        Err(error) => shared.close(Some(error)),
        Ok(()) => {}
    }
    session
}

async fn answer_all(
    session: &mut Session,
    shared: &Shared,
    sent: &mut VecDeque<Question>,
) -> Result<()> {
    loop {
        while sent.len() < ON_THE_WAY {
            let question = match sent.is_empty() {
                true => shared.next().await,
                false => shared.state().take_ahead(),
            };
            let Some(question) = question else {
                break;
            };
            let asked = session.ask(&question.sql).await;
            sent.push_back(question);
            asked?;
        }
        let Some(question) = sent.front() else {
            return Ok(());
        };
        let rows = session.answer(&question.doing).await?;
        shared.state().waiting += rows.size();
        if let Some(question) = sent.pop_front() {
            // Where nobody waits for it any more, there is an error to be told.
            let _ = question.rows.send(rows);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use tokio::sync::Mutex;

    use super::*;
    use crate::postgres::session::tests::{message, session};

    async fn held(server: &[u8]) -> Held {
        Arc::new(Mutex::new(session(server))).lock_owned().await
    }

    fn answer(value: &[u8]) -> Vec<u8> {
        let described = [&[0, 1][..], b"a", &[0; 19]].concat();
        let length = u32::try_from(value.len()).unwrap().to_be_bytes();
        [
            message(b'T', &described),
            message(b'D', &[b"\0\x01", &length[..], value].concat()),
            message(b'C', b"SELECT 1\0"),
            message(b'Z', b"T"),
        ]
        .concat()
    }

    fn refused(code: &str) -> Vec<u8> {
        let refused = format!("SERROR\0C{code}\0Mnot yours\0\0");
        [message(b'E', refused.as_bytes()), message(b'Z', b"E")].concat()
    }

    fn value(rows: &Rows) -> String {
        rows.first().unwrap().str("a").unwrap().to_owned()
    }

    #[tokio::test]
    async fn answers_belong_to_their_questions_whoever_gives_them() {
        let one: Vec<u8> = (0..20).flat_map(|_| answer(b"x")).collect();
        let readers = Readers::new(held(&one).await, Some(held(&one).await));
        let answers: Vec<_> = (0..10)
            .map(|_| readers.ask("cannot", "SELECT".to_owned()))
            .collect();
        let urgent = readers.query("cannot", "SELECT".to_owned()).await.unwrap();
        assert_eq!(value(&urgent), "x");
        for answer in answers {
            assert_eq!(value(&answer.rows().await.unwrap()), "x");
        }
        readers.finish().await.unwrap();
    }

    #[tokio::test]
    async fn the_first_error_is_told_and_ends_all() {
        let server = [answer(b"x"), refused("42501"), refused("25P02")].concat();
        let readers = Readers::new(held(&server).await, None);
        let ask = |doing: &str| readers.ask(doing, "SELECT".to_owned());
        let answers = [ask("first"), ask("second"), ask("third"), ask("fourth")];
        let mut told = Vec::new();
        for answer in answers {
            if let Err(error) = answer.rows().await {
                told.push(error.line());
            }
        }
        assert_eq!(told.len(), 3);
        assert_eq!(told.first().unwrap(), "second: not yours (42501)");
        let late = readers.query("late", "SELECT".to_owned()).await;
        assert!(late.is_err());
    }

    #[tokio::test]
    async fn who_would_wait_for_a_lock_leaves_it_to_the_leader() {
        let leader: Vec<u8> = (0..6).flat_map(|_| answer(b"leader")).collect();
        let beside = [refused("55P03"), refused("25P02")].concat();
        let readers = Readers::new(held(&leader).await, Some(held(&beside).await));
        let ask = || readers.ask("cannot", "SELECT".to_owned());
        let answers: Vec<_> = (0..6).map(|_| ask()).collect();
        for answer in answers {
            assert_eq!(value(&answer.rows().await.unwrap()), "leader");
        }
        readers.finish().await.unwrap();
        let alone = Readers::new(held(&refused("55P03")).await, None);
        let error = alone.query("cannot", "SELECT".to_owned()).await;
        assert_eq!(error.unwrap_err().server_code(), Some("55P03"));
    }

    #[tokio::test]
    async fn what_takes_long_is_left_to_a_session_that_does_nothing() {
        let shared = Shared::default();
        let put = |takes_long| {
            let question = Question {
                sql: Vec::new(),
                doing: String::new(),
                takes_long,
                rows: oneshot::channel().0,
            };
            shared.state().queue.push_back(question);
        };
        put(true);
        put(false);
        assert!(shared.state().take_ahead().is_none());
        assert!(shared.next().await.unwrap().takes_long);
        assert!(!shared.state().take_ahead().unwrap().takes_long);
    }

    #[tokio::test]
    async fn what_is_given_back_to_nobody_is_told() {
        let readers = Readers::new(held(&refused("42501")).await, None);
        assert!(readers.query("cannot", "SELECT").await.is_err());
        let (rows, answer) = oneshot::channel();
        let question = Question {
            sql: Vec::new(),
            doing: String::new(),
            takes_long: false,
            rows,
        };
        readers.shared.give_back(VecDeque::from([question]));
        assert!(answer.await.is_err());
    }

    #[tokio::test]
    async fn a_question_with_a_zero_byte_is_refused() {
        let readers = Readers::new(held(b"").await, None);
        let error = readers.query("cannot", "\0".to_owned()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
    }

    #[tokio::test]
    async fn what_is_not_looked_at_stays_on_the_server() {
        let large = vec![b'x'; WAITING_BYTES + 1];
        let server: Vec<u8> = (0..6).flat_map(|_| answer(&large)).collect();
        let readers = Readers::new(held(&server).await, None);
        let ask = || readers.ask("cannot", "SELECT".to_owned());
        let answers: Vec<_> = (0..6).map(|_| ask()).collect();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(readers.shared.state().queue.len(), 6 - ON_THE_WAY);
        for answer in answers {
            assert_eq!(answer.rows().await.unwrap().len(), 1);
        }
    }
}
