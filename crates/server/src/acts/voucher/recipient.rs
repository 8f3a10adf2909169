//! Who gets a voucher: an account, by whichever of its names the sender has.

use domain::Refusal;
use store::account_key::{self, Kind};
use store::{Fault, Stop, Tx, world};

/// A name of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recipient<'a> {
    /// The account id.
    UserId(&'a str),
    /// A phone number or e-mail address.
    LoginId(&'a str),
    /// The nickname on Taobao.
    TaobaoNick(&'a str),
    /// What an app calls the account.
    OpenId(&'a str),
}

impl<'a> Recipient<'a> {
    /// The name that decides: the first that there is, in the order of the contract. `None` where there is none.
    pub fn choose(
        user_id: Option<&'a str>,
        login_id: Option<&'a str>,
        taobao_nick: Option<&'a str>,
        open_id: Option<&'a str>,
    ) -> Option<Recipient<'a>> {
        let user_id = user_id.map(Recipient::UserId);
        let login_id = login_id.map(Recipient::LoginId);
        let taobao_nick = taobao_nick.map(Recipient::TaobaoNick);
        user_id.or(login_id).or(taobao_nick).or_else(|| open_id.map(Recipient::OpenId))
    }

    /// The id of the account. Refused for a name that nobody has.
    pub fn resolve(self, tx: &mut Tx) -> Result<String, Stop> {
        self.find(tx)?.ok_or(Stop::Refused(Refusal::RecipientNotExist))
    }

    /// The same; `None` for a name that nobody has. No account has an open_id.
    pub fn find(self, tx: &mut Tx) -> Result<Option<String>, Fault> {
        Ok(match self {
            Recipient::UserId(user_id) => world::has_account(tx, user_id)?.then(|| user_id.to_owned()),
            Recipient::LoginId(login_id) => account_key::find(tx, Kind::Login, login_id)?.map(|found| found.user_id),
            Recipient::TaobaoNick(nick) => account_key::find(tx, Kind::Nick, nick)?.map(|found| found.user_id),
            Recipient::OpenId(_) => None,
        })
    }

    /// One text: the kind and the name, as `login_id:13196215350`; of an account id the id alone.
    pub fn to_text(self) -> String {
        match self {
            Recipient::UserId(user_id) => user_id.to_owned(),
            Recipient::LoginId(login_id) => format!("login_id:{login_id}"),
            Recipient::TaobaoNick(nick) => format!("taobao_nick:{nick}"),
            Recipient::OpenId(open_id) => format!("open_id:{open_id}"),
        }
    }

    /// Reads that text; `None` for a kind that there is not.
    pub fn parse(text: &'a str) -> Option<Recipient<'a>> {
        match text.split_once(':') {
            None => Some(Recipient::UserId(text)),
            Some(("login_id", name)) => Some(Recipient::LoginId(name)),
            Some(("taobao_nick", name)) => Some(Recipient::TaobaoNick(name)),
            Some(("open_id", name)) => Some(Recipient::OpenId(name)),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_that_there_is_decides() {
        for (names, expect) in [
            ([Some("1"), Some("2"), Some("3"), Some("4")], Some(Recipient::UserId("1"))),
            ([None, Some("2"), Some("3"), Some("4")], Some(Recipient::LoginId("2"))),
            ([None, None, Some("3"), Some("4")], Some(Recipient::TaobaoNick("3"))),
            ([None, None, None, Some("4")], Some(Recipient::OpenId("4"))),
            ([None; 4], None),
        ] {
            let [user_id, login_id, taobao_nick, open_id] = names;
            assert_eq!(Recipient::choose(user_id, login_id, taobao_nick, open_id), expect);
        }
    }

    #[test]
    fn a_recipient_reads_back() {
        for recipient in [
            Recipient::UserId("2088102146931393"),
            Recipient::LoginId("a:b@example.com"),
            Recipient::TaobaoNick("小 悟空:1"),
            Recipient::OpenId("o"),
        ] {
            assert_eq!(Recipient::parse(&recipient.to_text()), Some(recipient));
        }
        assert_eq!(Recipient::parse("phone:1"), None);
    }
}
