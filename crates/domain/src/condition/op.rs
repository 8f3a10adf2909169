//! The operators that a condition may name.

/// The operators of a condition. `LBS`, which the sources name without a meaning, is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `EQ`: equal.
    Eq,
    /// `NEQ`: not equal, or unknown.
    Neq,
    /// `GT`: greater.
    Gt,
    /// `GTEQ`: greater or equal.
    GtEq,
    /// `LT`: less.
    Lt,
    /// `LTEQ`: less or equal.
    LtEq,
    /// `LIKE`: contains, case-sensitive, no wildcards.
    Like,
    /// `IN`: any of a list.
    In,
    /// `NOTIN`: none of a list, or unknown.
    NotIn,
    /// `BETWEEN`: from low to high, both included.
    Between,
    /// `LEFTDAYS`: on one of the last n days or today.
    LeftDays,
    /// `RIGHTDAYS`: longer than n days ago.
    RightDays,
    /// `LOCATE`: within a circle.
    Locate,
}

impl Op {
    /// Every operator.
    pub const ALL: [Op; 13] = [
        Op::Eq,
        Op::Neq,
        Op::Gt,
        Op::GtEq,
        Op::Lt,
        Op::LtEq,
        Op::Like,
        Op::In,
        Op::NotIn,
        Op::Between,
        Op::LeftDays,
        Op::RightDays,
        Op::Locate,
    ];

    /// The operator's name in a condition, in capitals.
    pub const fn name(self) -> &'static str {
        match self {
            Op::Eq => "EQ",
            Op::Neq => "NEQ",
            Op::Gt => "GT",
            Op::GtEq => "GTEQ",
            Op::Lt => "LT",
            Op::LtEq => "LTEQ",
            Op::Like => "LIKE",
            Op::In => "IN",
            Op::NotIn => "NOTIN",
            Op::Between => "BETWEEN",
            Op::LeftDays => "LEFTDAYS",
            Op::RightDays => "RIGHTDAYS",
            Op::Locate => "LOCATE",
        }
    }

    /// The operator with that name, in capitals; `None` for any other text, `LBS` included.
    pub fn from_name(name: &str) -> Option<Op> {
        Op::ALL.into_iter().find(|op| op.name() == name)
    }

    /// Whether its value is a list: values separated by commas. Blanks around each value are dropped.
    pub fn takes_list(self) -> bool {
        matches!(self, Op::In | Op::NotIn | Op::Between)
    }

    /// The values that a condition's text holds: those of a list, else the text itself.
    pub fn values(self, text: &str) -> impl Iterator<Item = &str> {
        let by_comma = self.takes_list();
        text.split(move |character| by_comma && character == ',')
            .map(move |part| if by_comma { part.trim() } else { part })
    }
}
