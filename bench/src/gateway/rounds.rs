//! The figures of all rounds of `gateway`, its table and its goals.

use super::CONNECTIONS;
use super::load::Measurement;
use crate::report::{Goal, Part};
use crate::samples::Samples;

/// Every figure, taken once.
pub(super) struct Round {
    /// What `openssl speed` signs a second on one core in this round.
    pub(super) signatures: f64,
    pub(super) distinct: Measurement,
    /// With a load that sleeps, as where it shares all cores.
    pub(super) distinct_beside_sleeper: Measurement,
    pub(super) distinct_all_cores: Measurement,
    pub(super) identical: Measurement,
    pub(super) create: Measurement,
    pub(super) pay: Measurement,
}

/// The rounds of one run.
pub(super) struct Rounds {
    pub(super) rounds: Vec<Round>,
    /// What `openssl speed` signs a second on all cores.
    pub(super) signatures_all_cores: Vec<f64>,
    /// One for each round, after all of them.
    pub(super) create_at_half: Vec<Measurement>,
}

/// Picks one measurement of a round.
type Pick = fn(&Round) -> &Measurement;

impl Rounds {
    pub(super) fn part(self) -> Part {
        let signatures = self.each(|round| round.signatures);
        let all_cores = Samples::new(self.signatures_all_cores.clone());
        let lines = vec![
            format!(
                "openssl speed rsa2048: {signatures} signatures/s on one core, {all_cores} on all: {:.2}×. Shares are \
                 of one core's. `server` is the µs of processor time that the server took for a call, user and system \
                 of all its threads; `signature / call` is openssl's processor time for one signature in the same \
                 round, of that. Latencies are in µs with {CONNECTIONS} connections; the load's own part is of a core: \
                 all of it where it has one for itself, and looks for answers without sleeping.",
                all_cores.median() / signatures.median()
            ),
            String::new(),
            "| calls | calls/s | of openssl | server | signature / call | p50 | p99 | load |\n\
             |---|---:|---:|---:|---:|---:|---:|---:|"
                .to_owned(),
            self.row("crowd.detail.query, distinct answers, one core", |round| &round.distinct),
            self.row("the same, with a load that sleeps", |round| &round.distinct_beside_sleeper),
            self.row("the same, all cores, shared with the load", |round| &round.distinct_all_cores),
            self.row("crowd.detail.query, identical answers, one core", |round| &round.identical),
            self.row("crowd.create, on the disk, one core", |round| &round.create),
            row("crowd.create at half that load", &self.rounds, &self.create_at_half.iter().collect::<Vec<_>>()),
            self.row("alipay.trade.pay, on the disk, one core", |round| &round.pay),
        ];
        let share = |name: &str, bound, pick: Pick| {
            let share = self.each(|round| pick(round).signature_share(round.signatures)).median();
            Goal::at_least(format!("{name}, one core, signature / call"), bound, share, " %")
        };
        let rate = |pick: Pick| self.each(|round| pick(round).rate).median();
        let p99 = Samples::new(self.create_at_half.iter().map(|it| it.latencies.percentile(99.0)).collect());
        let goals = vec![
            share("distinct answers", 80.0, |round| &round.distinct),
            Goal::at_least(
                "identical answers, one core, of openssl's signatures",
                3.0,
                rate(|round| &round.identical) / signatures.median(),
                "×",
            ),
            Goal::at_least(
                "distinct answers, all cores, of one core's",
                1.8,
                rate(|round| &round.distinct_all_cores) / rate(|round| &round.distinct_beside_sleeper),
                "×",
            ),
            share("crowd.create", 75.0, |round| &round.create),
            share("alipay.trade.pay", 75.0, |round| &round.pay),
            Goal::at_most(
                "p99 of crowd.create at half load, in signatures' time",
                20.0,
                p99.median() * signatures.median() / 1e6,
                "×",
            ),
        ];
        Part { name: "gateway", lines, goals }
    }

    fn each(&self, figure: impl Fn(&Round) -> f64) -> Samples {
        Samples::new(self.rounds.iter().map(figure).collect())
    }

    fn row(&self, name: &str, pick: Pick) -> String {
        row(name, &self.rounds, &self.rounds.iter().map(pick).collect::<Vec<_>>())
    }
}

/// A row of the table: one measurement for each round.
fn row(name: &str, rounds: &[Round], measurements: &[&Measurement]) -> String {
    let each = |figure: fn(&Measurement) -> f64| Samples::new(measurements.iter().map(|it| figure(it)).collect());
    let of_round = |figure: fn(&Round, &Measurement) -> f64| {
        Samples::new(rounds.iter().zip(measurements).map(|(round, it)| figure(round, it)).collect())
    };
    format!(
        "| {name} | {} | {:.0} % | {:.1} | {:.1} % | {} | {} | {:.0} % |",
        each(|it| it.rate),
        of_round(|round, it| 100.0 * it.rate / round.signatures).median(),
        each(|it| it.server_us),
        of_round(|round, it| it.signature_share(round.signatures)),
        each(|it| it.latencies.percentile(50.0)),
        each(|it| it.latencies.percentile(99.0)),
        each(|it| 100.0 * it.load).median(),
    )
}
