//! `vouchers`: sending, looking up and using cash vouchers, and what happens where there are a million of them.
//!
//! Accounts, templates and vouchers are put into the store beside the server, as calls would have left them; what is
//! measured goes through the built binary, but for `inside`.

mod crowd;
mod curve;
mod expiry;
pub(crate) mod fill;
mod inside;
mod pay;
mod single;

use std::io;

use clap::ValueEnum;

use crate::Options;
use crate::report::Part;

const SEND: &str = "alipay.marketing.voucher.send";
const QUERY: &str = "alipay.marketing.voucher.query";
const LIST_QUERY: &str = "alipay.marketing.voucher.list.query";

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Topic {
    /// Sending vouchers of one template and looking vouchers up, through the gateway.
    Single,
    /// Sending vouchers of one template inside of the process, beside `pgbench`.
    Inside,
    /// A payment by a buyer with 20 vouchers, beside one by a buyer with none.
    Pay,
    /// Sending vouchers to a crowd, beside the `sqlite3` shell's `.import` of the same rows.
    Crowd,
    /// What queries take by how many vouchers there are.
    Curve,
    /// Vouchers that all end at one moment, and what other calls take meanwhile.
    Expiry,
}

/// Those that take about a minute each.
pub(crate) const SHORT: [Topic; 3] = [Topic::Single, Topic::Inside, Topic::Pay];

/// Measures these topics; all where none is named.
pub(crate) fn run(options: &Options, topics: &[Topic]) -> io::Result<Part> {
    let mut part = Part::new("vouchers");
    for topic in Topic::value_variants().iter().filter(|topic| topics.is_empty() || topics.contains(topic)) {
        part.separate();
        match topic {
            Topic::Single => single::run(options, &mut part)?,
            Topic::Inside => inside::run(options, &mut part)?,
            Topic::Pay => pay::run(options, &mut part)?,
            Topic::Crowd => crowd::run(options, &mut part)?,
            Topic::Curve => curve::run(options, &mut part)?,
            Topic::Expiry => expiry::run(options, &mut part)?,
        }
    }
    Ok(part)
}
