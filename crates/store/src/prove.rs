//! The proof: every balance, counter and status recomputed from what it follows from, in one snapshot.
//!
//! What is recomputed is declared beside the tables (`Proof` in `engine/table.rs`): how many sums there are, and those
//! that are not what their parts come to, by the name that a merchant knows them by.

use crate::audit::{self, Chain, Digest};
use crate::engine::fault::Fault;
use crate::engine::row::Val;
use crate::engine::tx::Tx;
use crate::{params, schema};

/// How many differences of one row are named; the rest is counted.
const NAMED: usize = 20;

/// One line of the proof.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub struct Row {
    /// What was recomputed.
    pub name: String,
    /// How many.
    pub checked: i64,
    /// How many are not what they should be.
    pub differences: usize,
    /// The first of them.
    pub named: Vec<Difference>,
}

/// Something that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub struct Difference {
    /// Whose.
    pub subject: String,
    /// What the store has.
    pub stored: String,
    /// What its parts come to.
    pub computed: String,
}

/// Recomputes everything that `tx` sees; use it in [`Store::read`](crate::Store::read), which sees one snapshot.
pub fn prove(tx: &mut Tx) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    for proof in schema::proofs() {
        let (checked,) = tx.query_one::<(i64,)>(proof.count, params![])?;
        let values: Vec<Val<'_>> = proof.values.iter().map(|value| Val::Text(value)).collect();
        let found = tx.query::<(String, String, String)>(proof.differ, &values)?;
        let difference = |(subject, stored, computed)| Difference { subject, stored, computed };
        let differences = found.len();
        let named = found.into_iter().take(NAMED).map(difference).collect();
        rows.push(Row { name: proof.name.to_owned(), checked, differences, named });
    }
    Ok(rows)
}

/// Whether what operators did is as it was written; `digest` is SHA-256.
pub fn prove_acts(tx: &mut Tx, digest: Digest) -> Result<Row, Fault> {
    let Chain { checked, broken } = audit::chain(tx, digest)?;
    let named: Vec<_> =
        broken.into_iter().map(|[subject, stored, computed]| Difference { subject, stored, computed }).collect();
    Ok(Row { name: "what operators did".to_owned(), checked, differences: named.len(), named })
}
