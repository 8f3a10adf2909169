//! What runs statements, whatever the tables are: the two databases, transactions, the queue of writes, the schema's
//! steps, and the rules that a table is declared by. Nothing here knows a table but `migration`, its own.

pub(crate) mod bucket;
pub(crate) mod ddl;
pub(crate) mod effect;
pub(crate) mod fault;
pub(crate) mod lock_order;
pub mod measure;
pub(crate) mod migrate;
pub(crate) mod op;
pub(crate) mod open;
pub(crate) mod postgres;
pub(crate) mod row;
pub(crate) mod rows;
pub(crate) mod shared;
pub(crate) mod sql;
pub(crate) mod sqlite;
pub(crate) mod table;
pub(crate) mod tx;
