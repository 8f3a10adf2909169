//! What calls at once come to: all books after an order of them in which every answer was to be expected.

use super::model::{Got, Model, Step};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

/// A call with the answer that it got, or nothing.
#[derive(Clone)]
pub(super) struct Called {
    pub(super) step: Step,
    pub(super) answer: Option<Got>,
    began: Instant,
    /// When it was answered. What was not may have been executed at any time since.
    ended: Option<Instant>,
}

impl Called {
    /// A call that began then and has just been answered, or given up.
    pub(super) fn new(step: Step, began: Instant, answer: Option<Got>) -> Called {
        let ended = answer.is_some().then(Instant::now);
        Called { step, answer, began, ended }
    }
}

impl fmt::Debug for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Called { step, answer, .. } = self;
        write!(f, "{step:?} -> {answer:?}")
    }
}

/// The books after some order of `called`, in which each caller's calls keep theirs and a call that was answered comes
/// before those that began later, and then after `again`. None where no order explains the answers.
/// `beside` says whether two processes answered.
pub(super) fn after(books: &[Model], called: &[Vec<Called>], again: &[Called], beside: bool) -> Vec<Model> {
    // By how far each caller has come. What is reached from one place lies behind it.
    let mut reached = BTreeMap::from([(vec![0; called.len()], books.to_vec())]);
    let ends: Vec<usize> = called.iter().map(Vec::len).collect();
    while let Some((places, books)) = reached.pop_first() {
        if places == ends {
            return again
                .iter()
                .fold(books, |books, call| merged(books.iter().flat_map(|model| step(model, call, beside))));
        }
        let left = called.iter().zip(&places).filter_map(|(calls, place)| calls.get(*place));
        let first_end = left.filter_map(|call| call.ended).min();
        for (caller, calls) in called.iter().enumerate() {
            let Some(call) = calls.get(places[caller]) else { continue };
            if first_end.is_some_and(|end| end < call.began) {
                continue;
            }
            let mut next = places.clone();
            next[caller] += 1;
            let known = reached.remove(&next).unwrap_or_default();
            let then = books.iter().flat_map(|model| step(model, call, beside));
            reached.insert(next, merged(known.into_iter().chain(then)));
        }
    }
    Vec::new()
}

/// Each once.
pub(super) fn merged(all: impl IntoIterator<Item = Model>) -> Vec<Model> {
    let mut merged = Vec::new();
    for model in all {
        if !merged.contains(&model) {
            merged.push(model);
        }
    }
    merged
}

/// The books after a call, if its answer was to be expected; without one it may have been executed or not.
fn step(model: &Model, Called { step, answer, .. }: &Called, beside: bool) -> Vec<Model> {
    let mut then = model.clone();
    then.named = answer.as_ref().filter(|_| beside).map(Got::taken).unwrap_or_default();
    let expect = then.step(step);
    then.named.clear();
    match answer {
        Some(got) if expect.fits(got) => vec![then],
        Some(_) => Vec::new(),
        None => vec![then, model.clone()],
    }
}
