//! What came of the last form, as the address of a page says it (`said=…`).

/// What can come of a page's form.
pub trait Outcome: Copy + PartialEq + 'static {
    /// All of it, with how an address names it.
    const NAMES: &'static [(Self, &'static str)];

    /// What an address names; `None` for a name that is none of these.
    fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(outcome, _)| *outcome)
    }

    /// As an address names it.
    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(outcome, _)| *outcome == self).map_or("", |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;
    use crate::pages::{cashier, consent, fund};
    use std::fmt::Debug;

    fn read_back<T: Outcome + Debug>() {
        for (outcome, name) in T::NAMES {
            assert_eq!((T::parse(name), outcome.name()), (Some(*outcome), *name));
        }
        assert_eq!(T::parse("anything"), None);
    }

    #[test]
    fn names_read_back() {
        read_back::<cashier::FormOutcome>();
        read_back::<consent::FormOutcome>();
        read_back::<fund::FormOutcome>();
    }
}
