//! Prizes: the coupons that members take on the page, each with a token of its own.

pub mod auth;
