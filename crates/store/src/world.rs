//! Who exists: merchants with their shops and tags, apps and what they are authorised for, accounts, images.
//!
//! `put_…` takes a thing as a world file states it, inserts or alters it by its id, and says whether that changed
//! anything; stating it again changes nothing and tells nobody. Nothing is deleted. Lookups give it back.

mod account;
mod app;
mod image;
mod merchant;

pub use account::{Account, BALANCE_FEN_MAX, account, held_account, plain_pins, put_account, replace_pin};
pub use app::{App, Authorization, Guard, app, apps, authorization, guard, put_app, put_authorization};
pub use image::{Image, has_image, image, put_image};
pub use merchant::{
    Merchant, Shop, merchant, merchants, put_merchant, put_shop, put_tag, shop, shop_of_store, shops, tags,
};

#[cfg(test)]
pub(crate) const ALL_STATEMENTS: [&[(&str, &str)]; 5] =
    [STATEMENTS, account::STATEMENTS, app::STATEMENTS, image::STATEMENTS, merchant::STATEMENTS];

use crate::fault::Fault;
use crate::sql::statements;
use crate::tx::{Arm, Tx};

statements! {
    HOLD = "UPDATE setting SET value = value WHERE name = 'mode'";
}

/// Has every other transaction that calls this wait for the end of this one: what is read from here on of what a world file
/// states is changed by nobody else meanwhile.
pub fn hold(tx: &mut Tx) -> Result<(), Fault> {
    match tx.arm {
        // There is one writer.
        Arm::Lite(_) => Ok(()),
        Arm::Postgres(_) => tx.execute(HOLD, &[]).map(drop),
    }
}

/// A list of texts as a column holds it.
fn to_json<T: serde::Serialize + ?Sized>(list: &T) -> String {
    serde_json::to_string(list).expect("texts are JSON")
}

/// A column's list of texts.
fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Bug(std::sync::Arc::new(error)))
}
