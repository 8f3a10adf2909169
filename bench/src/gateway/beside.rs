//! One kind of call on one core, each measurement between two of what `openssl speed` signs on it.

use std::io;

use super::load::Measurement;
use super::{CONNECTIONS, ENOUGH, FULL, measure_running};
use crate::Options;
use crate::samples::Samples;
use crate::server::Shop;
use crate::signature::signatures_a_second;

/// What `openssl speed` signs on the core, measured again and again.
pub(crate) struct Speed<'a> {
    options: &'a Options,
    signatures: Vec<f64>,
}

/// The measurements of one kind of call.
#[derive(Default)]
pub(crate) struct Calls {
    measurements: Vec<Measurement>,
    /// What openssl signed a second around each.
    signatures: Vec<f64>,
}

impl Speed<'_> {
    /// Measures it for the first time.
    pub(crate) fn begin(options: &Options) -> io::Result<Speed<'_>> {
        Ok(Speed { options, signatures: vec![signatures_a_second(options.seconds, "0")?] })
    }

    /// More requests than the server answers in one measurement.
    pub(crate) fn most(&self) -> usize {
        (self.signatures[0] * ENOUGH * self.options.seconds as f64) as usize
    }

    /// Measures these calls on a copy of the shop's store, and openssl after that.
    pub(crate) fn measure(&mut self, shop: &Shop, requests: &[Vec<u8>], calls: &mut Calls) -> io::Result<()> {
        self.measure_after(shop, |_| Ok(()), requests, calls)
    }

    /// The same by a server to which something was done before, on the shop's store.
    pub(crate) fn measure_after(
        &mut self,
        shop: &Shop,
        prepare: impl FnOnce(&Shop) -> io::Result<()>,
        requests: &[Vec<u8>],
        calls: &mut Calls,
    ) -> io::Result<()> {
        let before = self.signatures[self.signatures.len() - 1];
        shop.copy_kept()?;
        let server = shop.serve(&self.options.binary, "0")?;
        prepare(shop)?;
        calls.measurements.push(measure_running(&server, self.options, "0", requests.iter(), FULL)?);
        let after = signatures_a_second(self.options.seconds, "0")?;
        calls.signatures.push(f64::midpoint(before, after));
        self.signatures.push(after);
        Ok(())
    }
}

impl Calls {
    /// Percent of the server's processor time for a call that one signature takes: the median.
    pub(crate) fn signature_share(&self) -> f64 {
        self.shares().median()
    }

    /// Microseconds of the server's processor time for a call, in the order of the rounds.
    pub(crate) fn server_us(&self) -> impl Iterator<Item = f64> {
        self.measurements.iter().map(|it| it.server_us)
    }

    /// Microseconds that openssl takes for a signature, in the order of the rounds.
    pub(crate) fn signature_us(&self) -> impl Iterator<Item = f64> {
        self.signatures.iter().map(|signatures| 1e6 / signatures)
    }

    /// All figures in one sentence.
    pub(crate) fn sentence(&self) -> String {
        let each = |figure: fn(&Measurement) -> f64| Samples::new(self.measurements.iter().map(figure).collect());
        let (signatures, rate) = (Samples::new(self.signatures.clone()), each(|it| it.rate));
        format!(
            "one core, SQLite, {CONNECTIONS} connections: {rate}/s of openssl's {signatures} signatures/s: {:.0} %; {:.1} \
             µs of the server's processor time a call, of which openssl's for a signature is {:.1} %; p50 {} µs, p99 {} µs.",
            100.0 * rate.median() / signatures.median(),
            each(|it| it.server_us),
            self.shares(),
            each(|it| it.latencies.percentile(50.0)),
            each(|it| it.latencies.percentile(99.0)),
        )
    }

    fn shares(&self) -> Samples {
        let shares =
            self.measurements.iter().zip(&self.signatures).map(|(it, signatures)| it.signature_share(*signatures));
        Samples::new(shares.collect())
    }
}
