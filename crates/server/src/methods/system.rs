//! What apps may know of members who have signed in.

pub mod oauth_token;
