/// Why a rule said no. A door translates it to the wire; one reason, one variant, named by the fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such crowd for this merchant: never made, another merchant's, or deleted where a live one is needed.
    CrowdNotExist,
    /// The crowd constrains an activity that has not ended.
    CrowdInUse,
}
