//! Who operates: roles and the rights that they give, granted for one merchant or for all; names, passwords, and how
//! long who has signed in stays so.

/// The right that a method needs. An app needs none of them: its merchant says which methods it may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// None: to be signed in is enough.
    Nothing,
    /// To look at anything but what [`Need::Develop`] is for.
    Read,
    /// Crowds, activities and what they give.
    Market,
    /// Money and points: payments, refunds, corrections.
    Money,
    /// Signatures, deliveries, the clock.
    Develop,
    /// The whole platform: who exists in it, its files, its backups; and who operates.
    Own,
}

impl Need {
    /// Every right that a role may give.
    pub const RIGHTS: [Need; 5] = [Need::Read, Need::Market, Need::Money, Need::Develop, Need::Own];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Need::Nothing => "nothing",
            Need::Read => "read",
            Need::Market => "market",
            Need::Money => "money",
            Need::Develop => "develop",
            Need::Own => "own",
        }
    }
}

/// A set of rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights(u8);

impl Rights {
    /// Those of whoever may use the control socket, whose file is its owner's alone.
    pub const ALL: Rights = Rights::of(&Need::RIGHTS);
    /// No right at all.
    pub const NONE: Rights = Rights::of(&[]);

    /// These rights.
    pub const fn of(needs: &[Need]) -> Rights {
        let (mut set, mut nth) = (1 << Need::Nothing as u8, 0);
        while nth < needs.len() {
            set |= 1 << needs[nth] as u8;
            nth += 1;
        }
        Rights(set)
    }

    /// The rights of both.
    pub const fn and(self, others: Rights) -> Rights {
        Rights(self.0 | others.0)
    }

    /// Whether they are enough for a method.
    pub const fn allow(self, need: Need) -> bool {
        self.0 & (1 << need as u8) != 0
    }
}

/// What an operator is for a merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// May do everything.
    Owner,
    /// Makes crowds and activities, and sends what they give.
    Marketer,
    /// Pays, refunds, corrects.
    Finance,
    /// Connects apps.
    Developer,
    /// Looks.
    Viewer,
}

impl Role {
    /// Every role, the most powerful first.
    pub const ALL: [Role; 5] = [Role::Owner, Role::Marketer, Role::Finance, Role::Developer, Role::Viewer];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Marketer => "marketer",
            Role::Finance => "finance",
            Role::Developer => "developer",
            Role::Viewer => "viewer",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The rights that it gives.
    pub const fn rights(self) -> Rights {
        match self {
            Role::Owner => Rights::ALL,
            Role::Marketer => Rights::of(&[Need::Read, Need::Market]),
            Role::Finance => Rights::of(&[Need::Read, Need::Money]),
            Role::Developer => Rights::of(&[Need::Read, Need::Develop]),
            Role::Viewer => Rights::of(&[Need::Read]),
        }
    }
}

/// What stands for every merchant in a grant.
pub const EVERY_MERCHANT: &str = "*";

/// A role that an operator has for a merchant, or for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The merchant, or [`EVERY_MERCHANT`].
    pub pid: String,
    /// The role.
    pub role: Role,
    /// The app that the operator acts as; without one, whichever may act for the merchant.
    pub app_id: Option<String>,
}

impl Grant {
    /// Owner of everything.
    pub fn of_everything() -> Grant {
        Grant { pid: EVERY_MERCHANT.to_owned(), role: Role::Owner, app_id: None }
    }

    /// Whether it is for every merchant.
    pub fn is_for_all(&self) -> bool {
        self.pid == EVERY_MERCHANT
    }
}

/// What these grants allow for a merchant; `None` where none of them is for it. That merchant is as unknown to the
/// operator as one that does not exist.
pub fn rights_for(grants: &[Grant], pid: &str) -> Option<Rights> {
    let of_both = grants.iter().filter(|grant| grant.is_for_all() || grant.pid == pid);
    of_both.map(|grant| grant.role.rights()).reduce(Rights::and)
}

/// What these grants allow for the whole store; `None` where none of them is for every merchant.
pub fn rights_for_all(grants: &[Grant]) -> Option<Rights> {
    grants.iter().find(|grant| grant.is_for_all()).map(|grant| grant.role.rights())
}

/// The longest name of an operator, characters: as many as merchants' methods take of who operates.
pub const NAME_CHARS_MAX: usize = 28;
/// Names under which others act: a command, and a stand-in's own machine.
const TAKEN: [&str; 2] = ["command", "local"];
/// The shortest password, characters.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// The longest password, bytes.
pub const PASSWORD_BYTES_MAX: usize = 1_024;
/// Passwords of twelve characters and more that everybody tries first, in small letters.
const COMMON: [&str; 20] = [
    "000000000000",
    "111111111111",
    "123123123123",
    "123456123456",
    "1234567890123",
    "123456789012",
    "1234567890ab",
    "1q2w3e4r5t6y",
    "aaaaaaaaaaaa",
    "abcdefghijkl",
    "administrator",
    "changeme1234",
    "iloveyou1234",
    "letmein12345",
    "password1234",
    "passwordpassword",
    "punchcard1234",
    "qwerty123456",
    "qwertyuiop12",
    "welcome12345",
];
/// A session without a request for so long is over, milliseconds of the machine's clock.
pub const SESSION_IDLE_MS: i64 = 12 * 3_600_000;
/// A session is over so long after it began, milliseconds of the machine's clock.
pub const SESSION_MAX_MS: i64 = 7 * 24 * 3_600_000;
/// A link that sets a password works for so long, milliseconds of the machine's clock.
pub const LINK_MS: i64 = 15 * 60_000;

/// Refuses what cannot be an operator's name; the error says why.
pub fn check_name(name: &str) -> Result<(), &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-@".contains(&byte);
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphanumeric());
    if !begins_well || NAME_CHARS_MAX < name.len() || !name.bytes().all(is_plain) {
        return Err("a name has 1 to 28 small letters, digits and . _ - @, and begins with a letter or digit");
    }
    if TAKEN.contains(&name) { Err("this name is not for operators") } else { Ok(()) }
}

/// Refuses a password that is too easy, or too long; the error says why.
pub fn check_password(name: &str, password: &str) -> Result<(), &'static str> {
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err("a password has 12 characters at least");
    }
    if PASSWORD_BYTES_MAX < password.len() {
        return Err("a password has 1024 bytes at most");
    }
    let folded = password.to_lowercase();
    if folded == name || COMMON.contains(&folded.as_str()) {
        return Err("this password is one of those that are tried first");
    }
    Ok(())
}

/// Whether a session that began then and had its last request then is still one. Times are the machine's, UTC
/// milliseconds.
pub fn session_lasts(made_at: i64, used_at: i64, now: i64) -> bool {
    now < made_at.saturating_add(SESSION_MAX_MS) && now < used_at.saturating_add(SESSION_IDLE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_gives_its_rights_and_no_others() {
        for (role, expect) in [
            (Role::Owner, "read market money develop own"),
            (Role::Marketer, "read market"),
            (Role::Finance, "read money"),
            (Role::Developer, "read develop"),
            (Role::Viewer, "read"),
        ] {
            let given = Need::RIGHTS.into_iter().filter(|&need| role.rights().allow(need)).map(Need::name);
            assert_eq!(given.collect::<Vec<_>>().join(" "), expect, "{}", role.name());
            assert!(role.rights().allow(Need::Nothing));
            assert_eq!(Role::from_name(role.name()), Some(role));
        }
        assert_eq!(Role::from_name("Owner"), None);
        assert!(Rights::NONE.allow(Need::Nothing) && !Rights::NONE.allow(Need::Read));
    }

    #[test]
    fn grants_are_for_their_merchant_or_for_all() {
        let grant = |pid: &str, role| Grant { pid: pid.to_owned(), role, app_id: None };
        let both = [grant("1", Role::Finance), grant(EVERY_MERCHANT, Role::Viewer)];
        let one = [grant("1", Role::Marketer)];
        assert_eq!(rights_for(&one, "1"), Some(Role::Marketer.rights()));
        assert_eq!(rights_for(&one, "2"), None);
        assert_eq!(rights_for_all(&one), None);
        assert_eq!(rights_for(&both, "1"), Some(Role::Finance.rights()));
        assert_eq!(rights_for(&both, "2"), Some(Role::Viewer.rights()));
        assert_eq!(rights_for_all(&both), Some(Role::Viewer.rights()));
        assert_eq!(rights_for(&[], "1"), None);
    }

    #[test]
    fn names_and_passwords_are_checked() {
        for name in ["a", "li.lei", "han-mei_mei@shop.cn", "x234567890123456789012345678"] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        for name in
            ["", "Li", "李", "a b", "-x", "..", "@a", "local", "command", "x2345678901234567890123456789", "a\n"]
        {
            assert!(check_name(name).is_err(), "{name}");
        }
        for password in ["correct horse", "密码密码密码密码密码密码", "P4ssw0rd-of-mine"] {
            assert_eq!(check_password("li", password), Ok(()), "{password}");
        }
        for password in
            ["", "12345678901", "密码密码密码密码密码密", "PASSWORD1234", "has-this-name", &"a".repeat(1_025)]
        {
            assert!(check_password("has-this-name", password).is_err(), "{password}");
        }
    }

    #[test]
    fn a_session_ends_when_it_is_not_used_and_after_a_week() {
        assert!(session_lasts(0, 0, SESSION_IDLE_MS - 1));
        assert!(!session_lasts(0, 0, SESSION_IDLE_MS));
        assert!(session_lasts(0, SESSION_MAX_MS - 1, SESSION_MAX_MS - 1));
        assert!(!session_lasts(0, SESSION_MAX_MS - 1, SESSION_MAX_MS));
        // The machine's clock was set back: nobody is logged out for that.
        assert!(session_lasts(1_000, 1_000, 0));
        assert!(session_lasts(i64::MAX, i64::MAX, 0));
    }
}
