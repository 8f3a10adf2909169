//! The distinct words of a tag, each kept once and numbered from 1; 0 is unknown.
//!
//! Numbers are for good: whatever holds members, holds these numbers, so that counts by number are added up.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::rule::Rule;
use crate::rule::integer::integer;

/// Up to so many words are put in order once for all counts. Of more, a crowd holds few.
const IN_ORDER_MAX: usize = 4096;

/// The words of one tag.
#[derive(Default)]
pub(crate) struct Dictionary {
    words: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    /// All numbers in the order of [`Dictionary::named`], once it was asked for.
    order: OnceLock<Box<[u32]>>,
}

impl Dictionary {
    /// The word's number, a new one if it was never seen.
    pub(crate) fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let word: Arc<str> = word.into();
        self.words.push(word.clone());
        let number = u32::try_from(self.words.len()).expect("fewer than 2³² members hold fewer than 2³² words");
        self.numbers.insert(word, number);
        self.order.take();
        number
    }

    /// The word of a number; 0 has none.
    pub(crate) fn word(&self, number: u32) -> Option<&str> {
        number.checked_sub(1).map(|place| &*self.words[place as usize])
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// For each number whether a rule takes its word, 0 first.
    pub(crate) fn taken_by(&self, rule: &Rule) -> Vec<bool> {
        if let Rule::Words { words, negated } = rule {
            // Few are listed and many are known.
            let mut taken = vec![*negated; self.len() + 1];
            for number in words.iter().filter_map(|word| self.numbers.get(&**word)) {
                taken[*number as usize] = !negated;
            }
            return taken;
        }
        let known = self.words.iter().map(|word| rule.takes_word(Some(word)));
        std::iter::once(rule.takes_word(None)).chain(known).collect()
    }

    /// The words that are held, with their counts, which are given by number: integers by size, then texts.
    pub(crate) fn named(&self, counts: &[u64]) -> Vec<(String, u64)> {
        let held = |number: &u32| counts.get(*number as usize).is_some_and(|count| *count != 0);
        let name = |number: &u32| (self.words[*number as usize - 1].to_string(), counts[*number as usize]);
        let all = 1..=self.words.len() as u32;
        if self.words.len() <= IN_ORDER_MAX {
            let order = self.order.get_or_init(|| self.in_order(all.collect()));
            return order.iter().filter(|number| held(number)).map(name).collect();
        }
        self.in_order(all.filter(held).collect()).iter().map(name).collect()
    }

    fn in_order(&self, mut numbers: Vec<u32>) -> Box<[u32]> {
        numbers.sort_by_cached_key(|number| {
            let word = &self.words[*number as usize - 1];
            let integer = integer(word);
            (integer.is_none(), integer, word.clone())
        });
        numbers.into()
    }

    pub(crate) fn bytes(&self) -> usize {
        // A word stands once on the heap, behind two counts; list and table point to it.
        let text: usize = self.words.iter().map(|word| word.len() + 2 * size_of::<usize>()).sum();
        let table = self.numbers.capacity() * (size_of::<(Arc<str>, u32)>() + 1);
        text + self.words.capacity() * size_of::<Arc<str>>() + table
    }
}
