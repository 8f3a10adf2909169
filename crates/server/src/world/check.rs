//! From tables to a world that may be applied: every value in its range, every id once, every key a key. What a table
//! does not state is not looked at: it stays as the store has it.

use super::{
    AppTable, AuthorizationTable, ImageTable, Lines, MerchantTable, ShopTable, Tables, TagTable, UserTable, WorldError,
};
use super::{certificates, merge, ranges};
use crate::app::site::check_base_url;
use domain::login;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use store::world::Image;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wire::PrivateKey;
use wire::certificate::Certificate;

/// A checked world. What it refers to and does not hold must be in the store already.
#[derive(Default)]
pub struct World {
    pub(super) base_url: Option<String>,
    pub(super) platform_key: Option<String>,
    /// The bundle of roots; empty to take it away.
    pub(super) roots: Option<Vec<Certificate>>,
    /// The platform's certificate and those by which it leads to a root; empty to take it away.
    pub(super) platform_chain: Option<Vec<Certificate>>,
    pub(super) merchants: Vec<MerchantTable>,
    /// With whose they are.
    pub(super) shops: Vec<(String, ShopTable)>,
    /// With whose they are.
    pub(super) tags: Vec<(String, TagTable)>,
    pub(super) apps: Vec<AppTable>,
    pub(super) authorizations: Vec<AuthorizationTable>,
    pub(super) users: Vec<UserTable>,
    pub(super) images: Vec<Image>,
    pub(super) lines: Lines,
}

impl World {
    /// How many things it states: what applying it counts.
    pub fn things(&self) -> usize {
        let World { base_url, platform_key: _, roots, platform_chain, merchants, shops, .. } = self;
        let World { tags, apps, authorizations, users, images, .. } = self;
        usize::from(base_url.is_some())
            + usize::from(roots.is_some())
            + usize::from(platform_chain.is_some())
            + merchants.len()
            + shops.len()
            + tags.len()
            + apps.len()
            + authorizations.len()
            + users.len()
            + images.len()
    }
}

/// Checks the world in `text`, naming lines of it. `whole`, where given, is the same with the files that it names taken
/// in: its values are checked, at the lines of `text`.
pub(super) fn world(text: &str, path: &Path, whole: Option<&str>) -> Result<World, WorldError> {
    let syntax = |error: toml::de::Error| WorldError::Syntax { path: path.to_owned(), message: error.to_string() };
    let line_ends = text.match_indices('\n').map(|(at, _)| at).collect();
    let mut checker =
        Checker { line_ends, path, world: World::default(), seen: HashSet::new(), of_accounts: HashMap::new() };
    let document = DeTable::parse(text).map_err(syntax)?;
    if let Some(at) = nul(document.get_ref()) {
        return Err(checker.wrong_at(at, "U+0000 stands in a text, which no store can keep"));
    }
    let tables: Tables = toml::from_str(text).map_err(syntax)?;
    let values = whole.map(toml::from_str::<Tables>).transpose().map_err(syntax)?;
    checker.platform(&tables, values.as_ref())?;
    for merchant in &tables.merchant {
        checker.merchant(merchant)?;
    }
    for (index, app) in tables.app.iter().enumerate() {
        checker.app(app, values.as_ref().map_or(app.get_ref(), |values| values.app[index].get_ref()))?;
    }
    for authorization in &tables.authorization {
        checker.authorization(authorization)?;
    }
    for user in &tables.user {
        checker.user(user)?;
    }
    for (index, image) in tables.image.iter().enumerate() {
        checker.image(image, values.as_ref().map_or(image.get_ref(), |values| values.image[index].get_ref()))?;
    }
    Ok(checker.world)
}

/// The line, from 1, where a table of this kind begins: the only one, or the one of this index in an array of tables.
pub(super) fn line_of(text: &str, kind: &str, index: usize) -> usize {
    let start = DeTable::parse(text).ok().and_then(|document| {
        let (_, found) = document.get_ref().iter().find(|(name, _)| &**name.get_ref() == kind)?;
        Some(found.get_ref().as_array().and_then(|tables| tables.get(index)).unwrap_or(found).span().start)
    });
    1 + text[..start.unwrap_or_default()].matches('\n').count()
}

/// Where the first text with U+0000 in it begins.
fn nul(table: &DeTable<'_>) -> Option<usize> {
    table.iter().find_map(
        |(name, value)| {
            if name.get_ref().contains('\0') { Some(name.span().start) } else { nul_in(value) }
        },
    )
}

fn nul_in(value: &Spanned<DeValue<'_>>) -> Option<usize> {
    match value.get_ref() {
        DeValue::String(text) if text.contains('\0') => Some(value.span().start),
        DeValue::Array(values) => values.iter().find_map(nul_in),
        DeValue::Table(table) => nul(table),
        _ => None,
    }
}

struct Checker<'a> {
    /// Where the text's lines end, for a world may have a hundred thousand shops.
    line_ends: Vec<usize>,
    path: &'a Path,
    world: World,
    seen: HashSet<(&'static str, String)>,
    /// Whose each key is by which an account is found.
    of_accounts: HashMap<(&'static str, String), String>,
}

impl Checker<'_> {
    fn line<T>(&self, table: &Spanned<T>) -> usize {
        self.line_at(table.span().start)
    }

    fn line_at(&self, at: usize) -> usize {
        1 + self.line_ends.partition_point(|&end| end < at)
    }

    fn wrong<T>(&self, table: &Spanned<T>, message: impl Into<String>) -> WorldError {
        self.wrong_at(table.span().start, message)
    }

    fn wrong_at(&self, at: usize, message: impl Into<String>) -> WorldError {
        WorldError::Wrong { path: self.path.to_owned(), line: self.line_at(at), message: message.into() }
    }

    /// Notes a table's id, which may stand only once.
    fn once<T>(&mut self, kind: &'static str, table: &Spanned<T>, id: &str) -> Result<(), WorldError> {
        let line = self.line(table);
        self.world.lines.insert((kind, id.to_owned()), line);
        self.only(kind, table, id, || format!("{kind} {id} is here twice"))
    }

    /// Notes what may stand only once.
    fn only<T>(
        &mut self,
        kind: &'static str,
        table: &Spanned<T>,
        id: &str,
        twice: impl FnOnce() -> String,
    ) -> Result<(), WorldError> {
        if self.seen.insert((kind, id.to_owned())) { Ok(()) } else { Err(self.wrong(table, twice())) }
    }

    /// Notes by what an account is found, which no other account may have.
    fn of_account<T>(
        &mut self,
        at: &Spanned<T>,
        account: &str,
        name: &'static str,
        key: Option<&String>,
    ) -> Result<(), WorldError> {
        let Some(key) = key.filter(|key| !key.is_empty()) else { return Ok(()) };
        let one = if name == "login_id" { login::folded(key).into_owned() } else { key.clone() };
        let owner = self.of_accounts.entry((name, one)).or_insert_with(|| account.to_owned());
        if owner == account {
            return Ok(());
        }
        let message = taken(name, key, owner);
        Err(self.wrong(at, message))
    }

    fn platform(&mut self, tables: &Tables, values: Option<&Tables>) -> Result<(), WorldError> {
        let Some(platform) = &tables.platform else { return Ok(()) };
        if let Some(at) = &platform.base_url {
            let base_url = check_base_url(at.get_ref()).map_err(|wrong| self.wrong(at, wrong))?;
            self.world.base_url = Some(base_url);
        }
        let whole = values.and_then(|values| values.platform.as_ref()).unwrap_or(platform);
        if let Some((at, value)) = platform.private_key.as_ref().zip(whole.private_key.as_ref()) {
            PrivateKey::parse(value.get_ref())
                .map_err(|error| self.wrong(at, format!("platform.private_key: {error}")))?;
            self.once("platform", at, "private_key")?;
            self.world.platform_key = Some(value.get_ref().clone());
        }
        if let Some((at, value)) = platform.root_cert.as_ref().zip(whole.root_cert.as_ref()) {
            let roots = certificates::roots(value.get_ref());
            self.once("platform", at, "root_cert")?;
            self.world.roots = Some(roots.map_err(|wrong| self.wrong(at, format!("platform.{wrong}")))?);
        }
        if let Some((at, value)) = platform.platform_cert.as_ref().zip(whole.platform_cert.as_ref()) {
            let chain = certificates::chain("platform_cert", value.get_ref());
            let chain = chain.map_err(|wrong| self.wrong(at, format!("platform.{wrong}")))?;
            self.once("platform", at, "platform_cert")?;
            // What the file does not state is the store's, and looked at when the file is applied.
            let key = self.world.platform_key.as_deref().and_then(|key| PrivateKey::parse(key).ok());
            let key = key.map(|key| key.public_key()).or_else(|| chain.first()?.public_key().ok().cloned());
            if let Some((roots, key)) = self.world.roots.as_ref().zip(key)
                && let Some(wrong) = certificates::refuse_platform(&chain, roots, &key)
            {
                return Err(self.wrong(at, format!("platform.{wrong}")));
            }
            self.world.platform_chain = Some(chain);
        }
        Ok(())
    }

    fn merchant(&mut self, at: &Spanned<MerchantTable>) -> Result<(), WorldError> {
        let table = at.get_ref();
        self.once("merchant", at, &table.pid)?;
        merge::merchant(table, None, None).map_err(|wrong| self.wrong(at, wrong))?;
        self.of_account(at, &table.pid, "login_id", table.login_id.as_ref())?;
        let pid = &table.pid;
        for shop in &table.shop {
            let ShopTable { shop_id, store_id, .. } = shop.get_ref();
            self.once("shop", shop, shop_id)?;
            merge::shop(pid, shop.get_ref(), None).map_err(|wrong| self.wrong(shop, wrong))?;
            if let Some(store_id) = store_id.as_ref().filter(|store_id| !store_id.is_empty()) {
                let twice = || format!("store_id {store_id:?} is another shop's of this merchant");
                self.only("store_id", shop, &format!("{pid}/{store_id}"), twice)?;
            }
            self.world.shops.push((pid.clone(), shop.get_ref().clone()));
        }
        for tag in &table.tag {
            self.once("tag", tag, &format!("{pid}/{}", tag.get_ref().code))?;
            ranges::tag(tag.get_ref()).map_err(|wrong| self.wrong(tag, wrong))?;
            self.world.tags.push((pid.clone(), tag.get_ref().clone()));
        }
        self.world.merchants.push(MerchantTable { shop: Vec::new(), tag: Vec::new(), ..table.clone() });
        Ok(())
    }

    fn app(&mut self, at: &Spanned<AppTable>, app: &AppTable) -> Result<(), WorldError> {
        self.once("app", at, &app.app_id)?;
        let app = ranges::app(app).map_err(|wrong| self.wrong(at, format!("app {}: {wrong}", app.app_id)))?;
        // Where the file states both, nothing of the store decides.
        if let Some(text) = app.app_cert.as_deref().filter(|text| !text.is_empty())
            && let (Some(roots), Some([_, known @ ..])) = (&self.world.roots, self.world.platform_chain.as_deref())
            && !certificates::leads_to(&Certificate::chain(text).expect("checked"), known, roots)
        {
            return Err(self.wrong(at, format!("app {}: {}", app.app_id, certificates::LEADS_ELSEWHERE)));
        }
        self.world.apps.push(app);
        Ok(())
    }

    fn authorization(&mut self, at: &Spanned<AuthorizationTable>) -> Result<(), WorldError> {
        let table = at.get_ref();
        self.once("authorization", at, &table.app_auth_token)?;
        ranges::authorization(table).map_err(|wrong| self.wrong(at, wrong))?;
        self.world.authorizations.push(table.clone());
        Ok(())
    }

    fn user(&mut self, at: &Spanned<UserTable>) -> Result<(), WorldError> {
        let table = at.get_ref();
        self.once("user", at, &table.user_id)?;
        ranges::user(table).map_err(|wrong| self.wrong(at, wrong))?;
        if let Some(merchant) = self.world.merchants.iter().find(|merchant| merchant.pid == table.user_id) {
            let differs =
                |one: &Option<String>, other: &Option<String>| one.is_some() && other.is_some() && one != other;
            if differs(&merchant.login_id, &table.login_id) || differs(&merchant.balance, &table.balance) {
                let message = format!("user {} is a merchant of this file too, with another account", table.user_id);
                return Err(self.wrong(at, message));
            }
        }
        self.of_account(at, &table.user_id, "login_id", table.login_id.as_ref())?;
        self.of_account(at, &table.user_id, "taobao_nick", table.taobao_nick.as_ref())?;
        for code in table.pay_codes.iter().flatten() {
            self.of_account(at, &table.user_id, "pay_code", Some(code))?;
        }
        self.world.users.push(table.clone());
        Ok(())
    }

    fn image(&mut self, at: &Spanned<ImageTable>, image: &ImageTable) -> Result<(), WorldError> {
        self.once("image", at, &image.id)?;
        let row = ranges::image(image).map_err(|wrong| self.wrong(at, wrong))?;
        self.world.images.push(row);
        Ok(())
    }
}

/// Says of a login id, a nickname or a pay code that it is another account's. A pay code is as good as money and not
/// shown.
pub(super) fn taken(name: &str, key: &str, owner: &str) -> String {
    if name == "pay_code" {
        return format!("one of its pay codes is the account's {owner} already");
    }
    format!("{name} {key:?} is the account's {owner} already")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<(), &str>) {
        let answer = world(text, Path::new("w.toml"), None);
        let answer = answer.map(drop).map_err(|error| error.to_string());
        assert_eq!(answer.as_ref().map(|&()| ()).map_err(String::as_str), expect, "{text}");
    }

    const MERCHANT: &str = "[[merchant]]\npid = \"2088201914979011\"\n";

    #[test]
    fn a_right_world_is_taken() {
        check("", Ok(()));
        check(MERCHANT, Ok(()));
        check(&format!("{MERCHANT}[[merchant.tag]]\ncode = \"pref\"\ntype = \"number\"\n"), Ok(()));
    }

    #[test]
    fn a_wrong_one_is_refused_at_its_line() {
        check("\n[[merchant]]\npid = \"1\"\n", Err("w.toml:2: pid \"1\" must be 16 digits that begin with 2088"));
        check(&format!("{MERCHANT}{MERCHANT}"), Err("w.toml:3: merchant 2088201914979011 is here twice"));
        check(
            &format!("{MERCHANT}\n[[merchant.tag]]\ncode = \"pam_age\"\ntype = \"enum\"\n"),
            Err("w.toml:4: tag pam_age is built in"),
        );
        check(
            &format!("{MERCHANT}\n[[merchant.tag]]\ncode = \"x\"\ntype = \"bitmap\"\n"),
            Err("w.toml:4: tag x: type \"bitmap\" must be one of enum, number, date, text, location"),
        );
        let app = "[[app]]\napp_id = \"1\"\npid = \"2088201914979011\"\npublic_key = \"MIIB\"\n";
        let answer = world(app, Path::new("w.toml"), None).err().expect("no key").to_string();
        assert!(answer.starts_with("w.toml:1: app 1: public_key: "), "{answer}");
        let typo =
            world("[[merchant]]\npidd = \"1\"\n", Path::new("w.toml"), None).err().expect("no such field").to_string();
        assert!(typo.contains("line 2") && typo.contains("pidd"), "{typo}");
    }
}
