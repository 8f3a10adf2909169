//! The platform's certificates. Which one is current is a setting; the earlier ones stay, for callers who know an
//! answer's key by its certificate's serial number alone.

use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{Module, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module { tables: &[Table::on_every_node("platform_certificate")], proofs: &[] };

statements! {
    PUT = "INSERT INTO platform_certificate (cert_sn, chain) VALUES ($1, $2)
        ON CONFLICT (cert_sn) DO UPDATE SET chain = excluded.chain WHERE platform_certificate.chain <> excluded.chain";
    GET = "SELECT chain FROM platform_certificate WHERE cert_sn = $1";
}

/// States a certificate of the platform by its serial number, as a chain in PEM; whether anything changed.
pub fn put_platform_certificate(tx: &mut Tx, cert_sn: &str, chain: &str) -> Result<bool, Fault> {
    Ok(tx.execute(PUT, params![cert_sn, chain])? == 1)
}

/// The chain of a certificate that the platform has or had, in PEM.
pub fn platform_certificate(tx: &mut Tx, cert_sn: &str) -> Result<Option<String>, Fault> {
    Ok(tx.query_opt::<(String,)>(GET, params![cert_sn])?.map(|(chain,)| chain))
}
