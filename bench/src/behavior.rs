//! `behavior`: crowds by what members did.

mod count;
mod history;
mod leaving;
mod membership;
mod pay;
mod payments;

use std::io;

use clap::ValueEnum;

use crate::Options;
use crate::report::Part;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Topic {
    /// Counting a crowd, beside DuckDB over the payments and over a table of what they come to.
    Count,
    /// Which of 100 crowd groups one user falls into, through the gateway.
    Membership,
    /// A payment to a merchant whose crowd groups are counted, beside one to a merchant who has none.
    Pay,
    /// A day in which many payments leave a window, and what other calls take meanwhile.
    Leaving,
}

/// Those that take about a minute each.
pub(crate) const SHORT: [Topic; 3] = [Topic::Count, Topic::Membership, Topic::Pay];

/// Measures these topics; all where none is named.
pub(crate) fn run(options: &Options, topics: &[Topic]) -> io::Result<Part> {
    let mut part = Part::new("behavior");
    for topic in Topic::value_variants().iter().filter(|topic| topics.is_empty() || topics.contains(topic)) {
        part.separate();
        match topic {
            Topic::Count => count::run(options, &mut part)?,
            Topic::Membership => membership::run(options, &mut part)?,
            Topic::Pay => pay::run(options, &mut part)?,
            Topic::Leaving => leaving::run(options, &mut part)?,
        }
    }
    Ok(part)
}
