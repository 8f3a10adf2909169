//! The distinct words of a tag, each kept once and numbered from 1; 0 is unknown.
//!
//! Numbers are for good: whatever holds members, holds these numbers, so that counts by number are added up. Words
//! stand one after the other in one text, and the table that finds them holds their numbers alone: a merchant with few
//! members has nearly as many words as members, so a word must cost little more than its letters.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

use hashbrown::HashTable;

use crate::rule::Rule;
use crate::rule::integer::integer;

/// Up to so many words are put in order once for all counts. Of more, a crowd holds few.
const IN_ORDER_MAX: usize = 4096;

/// The words of one tag.
#[derive(Default)]
pub(crate) struct Dictionary {
    /// All words, one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
    /// The numbers, found by their words; these are strangers' texts, so the hash is keyed.
    numbers: HashTable<u32>,
    hasher: RandomState,
    /// All numbers in the order of [`Dictionary::named`], once it was asked for.
    order: OnceLock<Box<[u32]>>,
}

impl Dictionary {
    /// The word's number, a new one if it was never seen.
    pub(crate) fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.find(word) {
            return number;
        }
        self.text.push_str(word);
        self.ends.push(self.text.len());
        let number = u32::try_from(self.ends.len()).expect("fewer than 2³² members hold fewer than 2³² words");
        let Dictionary { text, ends, numbers, hasher, order } = self;
        numbers.insert_unique(hasher.hash_one(word), number, |number| hasher.hash_one(word_of(text, ends, *number)));
        order.take();
        number
    }

    fn find(&self, word: &str) -> Option<u32> {
        let is_it = |number: &u32| word_of(&self.text, &self.ends, *number) == word;
        self.numbers.find(self.hasher.hash_one(word), is_it).copied()
    }

    /// The word of a number; 0 has none.
    pub(crate) fn word(&self, number: u32) -> Option<&str> {
        (number != 0).then(|| word_of(&self.text, &self.ends, number))
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The words in the order of their numbers.
    fn words(&self) -> impl Iterator<Item = &str> {
        (1..=self.len() as u32).map(|number| word_of(&self.text, &self.ends, number))
    }

    /// For each number whether a rule takes its word, 0 first.
    pub(crate) fn taken_by(&self, rule: &Rule) -> Vec<bool> {
        if let Rule::Words { words, negated } = rule {
            // Few are listed and many are known.
            let mut taken = vec![*negated; self.len() + 1];
            for number in words.iter().filter_map(|word| self.find(word)) {
                taken[number as usize] = !negated;
            }
            return taken;
        }
        let known = self.words().map(|word| rule.takes_word(Some(word)));
        std::iter::once(rule.takes_word(None)).chain(known).collect()
    }

    /// The words that are held, with their counts, which are given by number: integers by size, then texts.
    pub(crate) fn named(&self, counts: &[u64]) -> Vec<(String, u64)> {
        let held = |number: &u32| counts.get(*number as usize).is_some_and(|count| *count != 0);
        let name = |number: &u32| (word_of(&self.text, &self.ends, *number).to_owned(), counts[*number as usize]);
        let all = 1..=self.len() as u32;
        if self.len() <= IN_ORDER_MAX {
            let order = self.order.get_or_init(|| self.in_order(all.collect()));
            return order.iter().filter(|number| held(number)).map(name).collect();
        }
        self.in_order(all.filter(held).collect()).iter().map(name).collect()
    }

    fn in_order(&self, mut numbers: Vec<u32>) -> Box<[u32]> {
        numbers.sort_by_cached_key(|number| {
            let word = word_of(&self.text, &self.ends, *number);
            let integer = integer(word);
            (integer.is_none(), integer, word)
        });
        numbers.into()
    }

    pub(crate) fn bytes(&self) -> usize {
        let order = self.order.get().map_or(0, |order| size_of_val(&**order));
        self.text.capacity() + self.ends.capacity() * size_of::<usize>() + self.numbers.allocation_size() + order
    }
}

/// The word of a number from 1 on.
fn word_of<'d>(text: &'d str, ends: &[usize], number: u32) -> &'d str {
    let place = number as usize - 1;
    let start = place.checked_sub(1).map_or(0, |before| ends[before]);
    &text[start..ends[place]]
}
