//! Answers kept: what was counted for an expression since the last change, so that the same question costs nothing.

use super::scan::Counts;
use crate::rule::Expr;

/// What a merchant's answers may take, in bytes.
const BYTES_MAX: usize = 256 << 10;
/// What they may take for each member: a crowd among few is counted anew at once, and many merchants have few members.
const BYTES_A_MEMBER: usize = 1;

/// A few answers, all of one version of the members.
#[derive(Default)]
pub(crate) struct Answers {
    version: u64,
    kept: Vec<Answer>,
    bytes: usize,
}

struct Answer {
    expr: Expr,
    dimensions: Vec<usize>,
    today: i32,
    counts: Counts,
}

impl Answers {
    /// What was counted for this of the same version.
    pub(crate) fn get(&self, version: u64, expr: &Expr, dimensions: &[usize], today: i32) -> Option<Counts> {
        let is_it = |it: &&Answer| it.today == today && it.dimensions == dimensions && it.expr == *expr;
        let kept = (self.version == version).then_some(&self.kept)?;
        kept.iter().find(is_it).map(|answer| answer.counts.clone())
    }

    /// Keeps an answer of this version of so many members, and none of another one. The oldest make room; what is too
    /// large by itself is not kept.
    pub(crate) fn put(
        &mut self,
        (version, members): (u64, usize),
        expr: &Expr,
        dimensions: &[usize],
        today: i32,
        counts: &Counts,
    ) {
        if self.version != version {
            *self = Answers { version, ..Answers::default() };
        }
        let answer = Answer { expr: expr.clone(), dimensions: dimensions.to_vec(), today, counts: counts.clone() };
        let bytes = answer.bytes();
        let most = BYTES_MAX.min(members * BYTES_A_MEMBER);
        if most < bytes {
            return;
        }
        let mut oldest = 0;
        while most < self.bytes + bytes {
            self.bytes -= self.kept[oldest].bytes();
            oldest += 1;
        }
        self.kept.drain(..oldest);
        self.bytes += bytes;
        self.kept.push(answer);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Answer {
    fn bytes(&self) -> usize {
        let text = |text: &(String, u64)| size_of::<(String, u64)>() + text.0.len();
        let histograms = self.counts.histograms.iter().flatten().map(text).sum::<usize>();
        size_of::<Answer>() + self.expr.bytes() + self.dimensions.len() * size_of::<usize>() + histograms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::Test;

    const MANY: usize = 10_000_000;

    fn counts(total: u64, words: usize) -> Counts {
        Counts { total, histograms: vec![vec![("word".to_owned(), 1); words]], sum: None }
    }

    #[test]
    fn answers_are_of_one_question_and_one_version() {
        let mut answers = Answers::default();
        let one = Expr::Test(Test::words(0, vec!["1".into()], false));
        let other = Expr::Test(Test::words(0, vec!["2".into()], false));
        answers.put((7, MANY), &one, &[0], 5, &counts(1, 3));
        answers.put((7, MANY), &other, &[0], 5, &counts(2, 3));
        assert_eq!(answers.get(7, &one, &[0], 5), Some(counts(1, 3)));
        assert_eq!(answers.get(7, &other, &[0], 5), Some(counts(2, 3)));
        for (version, dimensions, today) in [(8, &[0][..], 5), (7, &[], 5), (7, &[0], 6)] {
            assert_eq!(answers.get(version, &one, dimensions, today), None);
        }
        answers.put((8, MANY), &one, &[0], 5, &counts(3, 3));
        assert_eq!((answers.get(8, &one, &[0], 5), answers.get(7, &other, &[0], 5)), (Some(counts(3, 3)), None));
    }

    #[test]
    fn the_oldest_make_room() {
        let mut answers = Answers::default();
        let expr = |nth: u64| Expr::Test(Test::words(0, vec![nth.to_string().into()], false));
        for nth in 0..100 {
            answers.put((1, MANY), &expr(nth), &[], 0, &counts(nth, 500));
            assert!(answers.bytes() <= BYTES_MAX);
        }
        let kept: Vec<u64> = (0..100).filter(|nth| answers.get(1, &expr(*nth), &[], 0).is_some()).collect();
        assert!(5 < kept.len() && kept.len() < 50 && kept[0] == 100 - kept.len() as u64);
        answers.put((1, MANY), &expr(100), &[], 0, &counts(1, 1 << 20));
        assert_eq!(answers.get(1, &expr(100), &[], 0), None);
        assert!(answers.get(1, &expr(99), &[], 0).is_some());
    }

    #[test]
    fn few_members_have_few_answers() {
        let mut answers = Answers::default();
        let expr = |nth: u64| Expr::Test(Test::words(0, vec![nth.to_string().into()], false));
        for (version, members) in [(1, 0), (2, 100), (3, 5_000), (4, 100_000)] {
            for nth in 0..500 {
                answers.put((version, members), &expr(nth), &[], 0, &counts(nth, 5));
                assert!(answers.bytes() <= members);
            }
            assert_eq!(answers.get(version, &expr(499), &[], 0).is_some(), 5_000 <= members);
        }
    }
}
