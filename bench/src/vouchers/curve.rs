//! What queries take by how many vouchers the store has: the server's processor time for a call, which the number of
//! vouchers should not change.

use std::io;

use domain::id::VoucherId;
use domain::template::Template;

use super::{LIST_QUERY, QUERY, fill};
use crate::Options;
use crate::gateway::{FULL, in_parallel, measure_running};
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{Shop, user_id};

/// Templates of a store: a page of them. Every user has a voucher of each.
const TEMPLATES: usize = 20;
/// Calls of one method in one measurement: each about another voucher, or another user and template.
const CALLS: usize = 5_000;
/// How the stores' numbers of vouchers go down from the largest.
const SMALLER: [usize; 3] = [100, 10, 1];
/// What is called, in the order of [`Size::requests`].
const METHODS: [&str; 4] =
    [QUERY, LIST_QUERY, "alipay.marketing.voucher.templatedetail.query", "alipay.marketing.voucher.templatelist.query"];

/// A store of one size.
struct Size {
    shop: Shop,
    vouchers: usize,
    /// For each method.
    requests: [Vec<Vec<u8>>; METHODS.len()],
    /// For each method and round, microseconds of processor time for a call.
    server_us: [Vec<f64>; METHODS.len()],
}

pub(super) fn run(options: &Options, part: &mut Part) -> io::Result<()> {
    let mut sizes =
        SMALLER.iter().map(|by| Size::prepare(options, options.vouchers / by)).collect::<io::Result<Vec<_>>>()?;
    for round in 0..options.rounds {
        sizes.iter_mut().try_for_each(|size| size.measure(options))?;
        println!("vouchers, curve: round {} of {}", round + 1, options.rounds);
    }
    let (first, last) = (&sizes[0], &sizes[sizes.len() - 1]);
    let heads: Vec<_> = sizes.iter().map(|size| format!(" {} |", size.vouchers)).collect();
    part.lines.extend([
        format!(
            "µs of the server's processor time for a call, one core, SQLite, by how many vouchers of {TEMPLATES} templates \
             the store has. A signature is in it where answers differ: in the first two."
        ),
        String::new(),
        format!("| vouchers |{} the last of the first |\n|---|{}---:|", heads.concat(), "---:|".repeat(sizes.len())),
    ]);
    for (nth, method) in METHODS.iter().enumerate() {
        let cells: Vec<_> =
            sizes.iter().map(|size| format!(" {:.1} |", Samples::new(size.server_us[nth].clone()))).collect();
        let rounds = last.server_us[nth].iter().zip(&first.server_us[nth]);
        let times = Samples::new(rounds.map(|(last, first)| last / first).collect());
        part.lines.push(format!("| {method} |{} {times:.3}× |", cells.concat()));
        let what = format!("{method} with {} vouchers, of its time with {}", last.vouchers, first.vouchers);
        part.goals.push(Goal::at_most(what, 1.2, times.median(), "×"));
    }
    Ok(())
}

impl Size {
    fn prepare(options: &Options, vouchers: usize) -> io::Result<Size> {
        let shop = Shop::open(&format!("vouchers-curve-{vouchers}"))?;
        shop.serve(&options.binary, "0")?.stop()?;
        let users = vouchers.div_ceil(TEMPLATES);
        let sent: Vec<(Template, Vec<VoucherId>)> = fill::folder(&shop.data(), async |store| {
            fill::accounts(store, 0..users as i64, 0).await?;
            let mut sent = Vec::new();
            for _ in 0..TEMPLATES {
                let template = fill::paid_template(store, fill::Terms::default()).await?;
                let ids = fill::send(store, &template, 0..users as i64).await?;
                sent.push((template, ids));
            }
            Ok(sent)
        })?;
        let templates: Vec<String> = sent.iter().map(|(template, _)| template.id.to_text()).collect();
        // Neighbours have another template and a user elsewhere.
        let place = |nth: usize| (nth % TEMPLATES, nth * 7_919 / TEMPLATES % users);
        let contents: [&(dyn Fn(usize) -> String + Sync); METHODS.len()] = [
            &|nth| {
                let (template, user) = place(nth);
                format!(r#"{{"voucher_id":"{}"}}"#, sent[template].1[user].to_text())
            },
            &|nth| {
                let (template, user) = place(nth);
                format!(r#"{{"template_id":"{}","user_id":"{}"}}"#, templates[template], user_id(user as i64))
            },
            &|nth| format!(r#"{{"template_id":"{}"}}"#, templates[place(nth).0]),
            &|_| {
                let made = r#""create_start_time":"2026-01-01 00:00:00","create_end_time":"2026-01-02 00:00:00""#;
                format!(r#"{{{made},"page_num":"1","page_size":"20"}}"#)
            },
        ];
        let signed =
            |method: usize| in_parallel(0..CALLS, |nth| shop.signed(METHODS[method], &contents[method](nth), &[]));
        let requests = [signed(0), signed(1), signed(2), signed(3)];
        Ok(Size { shop, vouchers: users * TEMPLATES, requests, server_us: Default::default() })
    }

    /// Measures every method on a fresh server. Nothing is written, so the store stays as it is.
    fn measure(&mut self, options: &Options) -> io::Result<()> {
        let server = self.shop.serve(&options.binary, "0")?;
        for (requests, server_us) in self.requests.iter().zip(&mut self.server_us) {
            server_us.push(measure_running(&server, options, "0", requests.iter(), FULL)?.server_us);
        }
        server.stop()
    }
}
