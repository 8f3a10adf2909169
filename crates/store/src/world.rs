//! Who exists: merchants with their shops and tags, apps and what they are authorised for, accounts, images,
//! the platform's certificates.
//!
//! `put_…` takes a thing as a world file states it, inserts or alters it by its id, and says whether that changed
//! anything; stating it again changes nothing and is announced to nobody. Nothing is deleted. Lookups give it back.

pub(crate) mod account;
pub(crate) mod app;
pub(crate) mod authorization;
pub(crate) mod certificate;
mod consent;
pub(crate) mod image;
mod json;
pub(crate) mod merchant;
mod put;

pub use account::{Account, BALANCE_FEN_MAX, account, existing_accounts, has_account, plain_pins, replace_pin};
pub use app::{App, Guard, app, apps, guard};
pub use authorization::{
    Authorization, Refresh, authorization, authorization_of_refresh, authorizations, authorizations_of,
};
pub use certificate::{platform_certificate, put_platform_certificate};
pub use consent::{give_authorization, hold_authorizations, put_authorization, revoke_authorizations};
pub use image::{Image, ImageRoom, UploadedImage, add_image, has_image, image, put_image};
pub use merchant::{
    Merchant, Shop, cognates, merchant, merchant_label, merchant_name, merchants, shop, shop_of_store, shop_page,
    shops, shops_after, tags,
};
pub use put::{held_account, hold, hold_account, put_account, put_app, put_merchant, put_shop, put_tag};
