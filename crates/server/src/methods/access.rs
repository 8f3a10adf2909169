//! Who may call a method: through which doors, and with which right.

pub use domain::operator::{Need, Rights};

/// A set of doors: the ways by which a call comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doors(u8);

impl Doors {
    /// `/gateway.do`: calls that an app has signed, for a merchant.
    pub const GATEWAY: Doors = Doors(1);
    /// The control socket: commands of whoever may read the data folder.
    pub const CONTROL: Doors = Doors(2);
    /// The console: requests of an operator who has signed in.
    pub const CONSOLE: Doors = Doors(4);
    /// `/v3/…`: the same calls in the newer protocol.
    pub const V3: Doors = Doors(8);
    /// The doors of calls that an app has signed.
    pub const SIGNED: Doors = Doors::GATEWAY.and(Doors::V3);

    /// The doors of both sets.
    pub const fn and(self, other: Doors) -> Doors {
        Doors(self.0 | other.0)
    }

    /// Whether every door of `others` is one of these.
    pub const fn has(self, others: Doors) -> bool {
        self.0 & others.0 == others.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_doors_has_its_doors_alone() {
        let both = Doors::SIGNED.and(Doors::CONSOLE);
        assert!(both.has(Doors::SIGNED) && both.has(Doors::CONSOLE) && both.has(both));
        assert!(!both.has(Doors::CONTROL) && !Doors::SIGNED.has(both));
    }
}
