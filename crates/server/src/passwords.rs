//! Passwords of operators, kept as Argon2id strings: what a hash takes is what makes guessing slow.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use store::Fault;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Hashes that are made at once: each takes 19 MiB and some hundredths of a second of a processor.
const AT_ONCE: usize = 2;
/// Random bytes in front of a password, so that equal ones are kept differently.
const SALT_BYTES: usize = 16;
/// A string of the default cost that no password fits: an unknown name takes as long as a known one.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Makes and checks such strings, off the threads that answer calls.
pub struct Passwords {
    turns: Semaphore,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords { turns: Semaphore::new(AT_ONCE) }
    }
}

impl Passwords {
    /// What is kept of a password; `salt` is random.
    pub async fn hashed(&self, password: String, salt: [u8; SALT_BYTES]) -> Result<String, Fault> {
        self.in_turn(move || hashed(&password, &salt)).await?.ok_or_else(|| Fault::bug("a password cannot be hashed"))
    }

    /// Whether it is the password of which this was kept. Without one it takes as long, and is not.
    pub async fn is_right(&self, kept: Option<String>, password: String) -> Result<bool, Fault> {
        self.in_turn(move || is_right(kept.as_deref(), &password)).await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let _turn = self.turns.acquire().await.map_err(|_| Fault::bug("the turns of passwords are never closed"))?;
        spawn_blocking(work).await.map_err(|_| Fault::bug("hashing a password panicked"))
    }
}

fn hashed(password: &str, salt: &[u8]) -> Option<String> {
    let hash: PasswordHash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt).ok()?;
    Some(hash.to_string())
}

fn is_right(kept: Option<&str>, password: &str) -> bool {
    let Ok(hash) = PasswordHash::new(kept.unwrap_or(NOBODYS)) else { return false };
    let fits = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
    fits && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_is_right() {
        let kept = hashed("correct horse battery", &[7; SALT_BYTES]).expect("it is hashed");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(hashed("correct horse battery", &[8; SALT_BYTES]).as_ref(), Some(&kept));
        assert!(is_right(Some(&kept), "correct horse battery"));
        for wrong in ["correct horse batterz", "", "correct horse battery "] {
            assert!(!is_right(Some(&kept), wrong), "{wrong}");
        }
        assert!(!is_right(None, "correct horse battery"));
        assert!(!is_right(Some("no hash"), "correct horse battery"));
        assert!(PasswordHash::new(NOBODYS).is_ok(), "it takes as long as any other");
    }
}
