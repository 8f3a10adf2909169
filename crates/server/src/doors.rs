//! Where calls come in. One list of methods, several doors to it; each door says who is there and in what form.

pub mod caller;
pub mod connections;
pub mod console;
pub mod gateway;
pub mod h5;
pub mod health;
pub mod home;
pub mod listener;
pub mod operator;
mod signed;
pub mod v3;
pub mod writing;
