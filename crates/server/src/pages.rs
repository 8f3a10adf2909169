//! Pages for payers and members: HTML made on the server, for a phone first, in Chinese and English.
//!
//! A page is one file: a struct with everything it shows, and its look. It knows no store and no request; a door fills
//! it in. What pages share is here: the shell around each ([`shell`]), what they are built of ([`parts`], [`icons`]),
//! how they speak ([`i18n`]) and the one style sheet ([`style`]). There is no script, and nothing is fetched from
//! elsewhere, so the policy in a page's head can forbid both.
//!
//! What a page shows is escaped where it is written into the page: `maud` does so with every value.

pub mod cashier;
pub mod consent;
pub mod coupon;
pub mod error_page;
pub mod fund;
pub mod home;
pub mod i18n;
pub mod icons;
pub mod outcome;
pub mod parts;
pub mod pin;
pub mod shell;
pub mod style;
pub mod voucher;
