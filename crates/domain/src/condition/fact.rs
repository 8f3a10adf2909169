//! The facts that a crowd group's conditions are about: what a user did with a merchant, and how far away the user is.

/// One fact of a user and a merchant. Who has no value for it (no trade, no known place) meets no condition on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fact {
    /// What the user paid in the period, less what was refunded of it; in fen.
    TradeAmount(Period),
    /// How many trades the user paid in the period, those refunded in full left out.
    TradeCount(Period),
    /// The amount of the period by its number of trades; in fen. It is compared exactly, never rounded.
    AverageAmount(Period),
    /// How many vouchers the user received in the period.
    VouchersReceived(Period),
    /// How many vouchers the user redeemed in the period.
    VouchersRedeemed(Period),
    /// Whole calendar days of UTC+8 since the last paid trade.
    DaysSincePayment,
    /// The amount of the last paid trade; in fen.
    LastPaymentAmount,
    /// From where the user lives to the merchant's nearest shop; in hundredths of a kilometre.
    HomeDistance,
    /// From where the user works to the merchant's nearest shop; in hundredths of a kilometre.
    WorkDistance,
}

/// How far back a fact looks: so many times 24 hours before now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// 30 days.
    Days30,
    /// 60 days.
    Days60,
    /// 90 days.
    Days90,
    /// 180 days.
    Days180,
    /// 365 days.
    Days365,
}

/// What a condition's value on a fact counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// `DAY`: calendar days.
    Day,
    /// `KM`: kilometres.
    Km,
    /// `COUNT`: trades.
    Count,
    /// `TICKET`: vouchers.
    Ticket,
    /// `YUAN`: money.
    Yuan,
}

/// What a rule's name stands for (`operator_rule` on the wire).
#[derive(Clone, Copy, Debug)]
pub enum FactRule {
    /// A fact of a period, which a condition must name.
    InPeriod(fn(Period) -> Fact),
    /// A fact without a period.
    Alone(Fact),
}

/// The nine rules: name, the unit that is proper to it, and the fact.
const RULES: [(&str, Unit, FactRule); 9] = [
    ("TRADE_AMT", Unit::Yuan, FactRule::InPeriod(Fact::TradeAmount)),
    ("TRADE_CNT", Unit::Count, FactRule::InPeriod(Fact::TradeCount)),
    ("PCT_AMT", Unit::Yuan, FactRule::InPeriod(Fact::AverageAmount)),
    ("APPLY_VOUCHER_CNT", Unit::Ticket, FactRule::InPeriod(Fact::VouchersReceived)),
    ("VERIFY_VOUCHER_CNT", Unit::Ticket, FactRule::InPeriod(Fact::VouchersRedeemed)),
    ("LAST_PAY_DATE", Unit::Day, FactRule::Alone(Fact::DaysSincePayment)),
    ("LAST_PAY_AMT", Unit::Yuan, FactRule::Alone(Fact::LastPaymentAmount)),
    ("HOME_SHOP_DIS", Unit::Km, FactRule::Alone(Fact::HomeDistance)),
    ("WORK_SHOP_DIS", Unit::Km, FactRule::Alone(Fact::WorkDistance)),
];

impl Fact {
    /// The names of all nine rules, in the order of the documentation.
    pub const NAMES: [&str; 9] = {
        let mut names = [""; 9];
        let mut at = 0;
        while at < names.len() {
            names[at] = RULES[at].0;
            at += 1;
        }
        names
    };

    /// What a rule's name stands for; `None` for any other text.
    pub fn rule(name: &str) -> Option<FactRule> {
        RULES.iter().find(|(known, ..)| *known == name).map(|(_, _, rule)| *rule)
    }

    /// The name of its rule, in capitals.
    pub fn name(self) -> &'static str {
        self.declaration().0
    }

    /// The unit that is proper to it: what a condition's value counts, whatever unit a caller names.
    pub fn unit(self) -> Unit {
        self.declaration().1
    }

    /// The period that it looks back on, if it is a fact of one.
    pub fn period(self) -> Option<Period> {
        match self {
            Fact::TradeAmount(period)
            | Fact::TradeCount(period)
            | Fact::AverageAmount(period)
            | Fact::VouchersReceived(period)
            | Fact::VouchersRedeemed(period) => Some(period),
            Fact::DaysSincePayment | Fact::LastPaymentAmount | Fact::HomeDistance | Fact::WorkDistance => None,
        }
    }

    fn declaration(self) -> (&'static str, Unit) {
        let makes_it = |rule: &FactRule| match rule {
            FactRule::InPeriod(fact) => self.period().map(fact) == Some(self),
            FactRule::Alone(fact) => *fact == self,
        };
        let found = RULES.iter().find(|(_, _, rule)| makes_it(rule));
        found.map(|(name, unit, _)| (*name, *unit)).expect("every fact has its rule")
    }
}

impl Period {
    /// Every period, the shortest first.
    pub const ALL: [Period; 5] = [Period::Days30, Period::Days60, Period::Days90, Period::Days180, Period::Days365];

    /// Its length in days.
    pub fn days(self) -> u16 {
        match self {
            Period::Days30 => 30,
            Period::Days60 => 60,
            Period::Days90 => 90,
            Period::Days180 => 180,
            Period::Days365 => 365,
        }
    }

    /// The period of so many days; `None` for any other length.
    pub fn from_days(days: u16) -> Option<Period> {
        Period::ALL.into_iter().find(|period| period.days() == days)
    }
}

impl Unit {
    /// Every unit, in the order of the documentation.
    pub const ALL: [Unit; 5] = [Unit::Day, Unit::Km, Unit::Count, Unit::Ticket, Unit::Yuan];

    /// The unit's name (`rule_unit` on the wire), in capitals.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Day => "DAY",
            Unit::Km => "KM",
            Unit::Count => "COUNT",
            Unit::Ticket => "TICKET",
            Unit::Yuan => "YUAN",
        }
    }

    /// The unit with that name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|unit| unit.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_has_the_rule_that_names_it() {
        for period in Period::ALL {
            for (name, unit, fact) in [
                ("TRADE_AMT", "YUAN", Fact::TradeAmount(period)),
                ("TRADE_CNT", "COUNT", Fact::TradeCount(period)),
                ("PCT_AMT", "YUAN", Fact::AverageAmount(period)),
                ("APPLY_VOUCHER_CNT", "TICKET", Fact::VouchersReceived(period)),
                ("VERIFY_VOUCHER_CNT", "TICKET", Fact::VouchersRedeemed(period)),
                ("LAST_PAY_DATE", "DAY", Fact::DaysSincePayment),
                ("LAST_PAY_AMT", "YUAN", Fact::LastPaymentAmount),
                ("HOME_SHOP_DIS", "KM", Fact::HomeDistance),
                ("WORK_SHOP_DIS", "KM", Fact::WorkDistance),
            ] {
                assert_eq!((fact.name(), fact.unit().name()), (name, unit));
                assert!(Fact::NAMES.contains(&name));
                match Fact::rule(name).expect("a rule of the contract") {
                    FactRule::InPeriod(make) => {
                        assert_eq!((make(period), fact.period()), (fact, Some(period)));
                    }
                    FactRule::Alone(alone) => assert_eq!((alone, fact.period()), (fact, None)),
                }
            }
        }
        assert!(Fact::rule("trade_amt").is_none());
        assert!(Fact::rule("").is_none());
    }

    #[test]
    fn periods_and_units_read_back() {
        assert_eq!(Period::ALL.map(Period::days), [30, 60, 90, 180, 365]);
        assert!(Period::ALL.into_iter().all(|period| Period::from_days(period.days()) == Some(period)));
        assert_eq!(Period::from_days(31), None);
        assert!(Unit::ALL.into_iter().all(|unit| Unit::from_name(unit.name()) == Some(unit)));
        assert_eq!(Unit::from_name("day"), None);
    }
}
