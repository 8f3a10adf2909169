//! Activities. They are few and seldom written, so they have no buckets; their numbers carry the merchant's.

mod order;
mod row;
mod shop;
pub(crate) mod tables;
mod tool;

pub use order::{insert_order, orders, review};
pub use row::{Wanted, bucket, expect_unchanged, find, get, insert, list, of_crowd, page, scope, update, uses_crowd};
pub use shop::{add_shops, cards_of_shop, count_shops, has_shop, shops, some_shops};
pub use tool::{insert_tool, tool, tools, update_tool};
