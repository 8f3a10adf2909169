//! From tables to a world that may be applied: every value in its range, every id once, every key a key.

use super::{
    AppTable, AuthorizationTable, ImageTable, Lines, MerchantTable, Options, ShopTable, Tables, TagTable, UserTable,
    WorldError,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::tag::{Tag, TagKind, TagValue};
use std::collections::HashSet;
use std::path::Path;
use store::member::Position;
use store::world::{Account, App, Authorization, Image, Merchant, Shop};
use toml::Spanned;
use wire::{PrivateKey, PublicKey, money, time};

/// A checked world. What it refers to and does not hold must be in the store already.
#[derive(Debug, Default)]
pub struct World {
    pub(super) base_url: Option<String>,
    pub(super) platform_key: Option<String>,
    pub(super) merchants: Vec<Merchant>,
    pub(super) shops: Vec<Shop>,
    pub(super) tags: Vec<(String, Tag)>,
    pub(super) apps: Vec<App>,
    pub(super) authorizations: Vec<Authorization>,
    pub(super) accounts: Vec<Account>,
    pub(super) images: Vec<Image>,
    pub(super) lines: Lines,
}

/// Checks the world in `text`, naming lines of it. `whole`, where given, is the same with the files that it names taken in:
/// its values are checked, at the lines of `text`.
pub(super) fn world(text: &str, path: &Path, whole: Option<&str>) -> Result<World, WorldError> {
    let parse = |text: &str| {
        toml::from_str::<Tables>(text)
            .map_err(|error| WorldError::Syntax { path: path.to_owned(), message: error.to_string() })
    };
    let tables = parse(text)?;
    let values = whole.map(parse).transpose()?;
    let line_ends = text.match_indices('\n').map(|(at, _)| at).collect();
    let mut checker = Checker { line_ends, path, world: World::default(), seen: HashSet::new() };
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

struct Checker<'a> {
    /// Where the text's lines end, for a world may have a hundred thousand shops.
    line_ends: Vec<usize>,
    path: &'a Path,
    world: World,
    seen: HashSet<(&'static str, String)>,
}

/// When an authorisation without an end ends: after the last time that the wire can write.
const NEVER: i64 = 253_402_271_999_000;

/// What is wrong with one value.
type Checked<T> = Result<T, String>;

impl Checker<'_> {
    fn line<T>(&self, table: &Spanned<T>) -> usize {
        1 + self.line_ends.partition_point(|&end| end < table.span().start)
    }

    fn wrong<T>(&self, table: &Spanned<T>, message: impl Into<String>) -> WorldError {
        WorldError::Wrong { path: self.path.to_owned(), line: self.line(table), message: message.into() }
    }

    /// Notes a table's id, which may stand only once.
    fn once<T>(&mut self, kind: &'static str, table: &Spanned<T>, id: &str) -> Result<(), WorldError> {
        let line = self.line(table);
        self.world.lines.insert((kind, id.to_owned()), line);
        if self.seen.insert((kind, id.to_owned())) {
            Ok(())
        } else {
            Err(self.wrong(table, format!("{kind} {id} is here twice")))
        }
    }

    fn platform(&mut self, tables: &Tables, values: Option<&Tables>) -> Result<(), WorldError> {
        let Some(platform) = &tables.platform else { return Ok(()) };
        self.world.base_url.clone_from(&platform.base_url);
        if let Some(at) = &platform.private_key {
            let value = values.and_then(|values| values.platform.as_ref()?.private_key.as_ref()).unwrap_or(at);
            PrivateKey::parse(value.get_ref())
                .map_err(|error| self.wrong(at, format!("platform.private_key: {error}")))?;
            self.world.platform_key = Some(value.get_ref().clone());
        }
        Ok(())
    }

    fn merchant(&mut self, at: &Spanned<MerchantTable>) -> Result<(), WorldError> {
        let MerchantTable { pid, name, mid, login_id, balance, options, shop, tag } = at.get_ref();
        self.once("merchant", at, pid)?;
        let options: &Options = options;
        let row = Merchant {
            pid: account_id("pid", pid).map_err(|wrong| self.wrong(at, wrong))?,
            name: name.clone(),
            mid: mid.clone(),
            login_id: login_id.clone(),
            opening_fen: fen(balance.as_deref()).map_err(|wrong| self.wrong(at, wrong))?,
            options: serde_json::to_string(options).expect("switches serialise"),
        };
        self.world.merchants.push(row);
        for shop in shop {
            self.once("shop", shop, &shop.get_ref().shop_id)?;
            let row = shop_row(pid, shop.get_ref()).map_err(|wrong| self.wrong(shop, wrong))?;
            self.world.shops.push(row);
        }
        for tag in tag {
            self.once("tag", tag, &format!("{pid}/{}", tag.get_ref().code))?;
            let row = tag_row(tag.get_ref()).map_err(|wrong| self.wrong(tag, wrong))?;
            self.world.tags.push((pid.clone(), row));
        }
        Ok(())
    }

    fn app(&mut self, at: &Spanned<AppTable>, app: &AppTable) -> Result<(), WorldError> {
        self.once("app", at, &app.app_id)?;
        let row = app_row(app).map_err(|wrong| self.wrong(at, format!("app {}: {wrong}", app.app_id)))?;
        self.world.apps.push(row);
        Ok(())
    }

    fn authorization(&mut self, at: &Spanned<AuthorizationTable>) -> Result<(), WorldError> {
        let table = at.get_ref();
        self.once("authorization", at, &table.app_auth_token)?;
        let row = authorization_row(table).map_err(|wrong| self.wrong(at, wrong))?;
        self.world.authorizations.push(row);
        Ok(())
    }

    fn user(&mut self, at: &Spanned<UserTable>) -> Result<(), WorldError> {
        let table = at.get_ref();
        self.once("user", at, &table.user_id)?;
        let row = account_row(table).map_err(|wrong| self.wrong(at, wrong))?;
        self.world.accounts.push(row);
        Ok(())
    }

    fn image(&mut self, at: &Spanned<ImageTable>, image: &ImageTable) -> Result<(), WorldError> {
        self.once("image", at, &image.id)?;
        let row = image_row(image).map_err(|wrong| self.wrong(at, wrong))?;
        self.world.images.push(row);
        Ok(())
    }
}

fn shop_row(pid: &str, shop: &ShopTable) -> Checked<Shop> {
    if shop.shop_id.is_empty() || 32 < shop.shop_id.len() || !shop.shop_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("shop_id {:?} must be 1 to 32 digits", shop.shop_id));
    }
    Ok(Shop {
        shop_id: shop.shop_id.clone(),
        pid: pid.to_owned(),
        store_id: shop.store_id.clone(),
        name: shop.name.clone(),
        address: shop.address.clone(),
        shop_type: shop.shop_type.clone(),
        position: match (
            degrees_e7("longitude", shop.longitude.as_deref(), 180)?,
            degrees_e7("latitude", shop.latitude.as_deref(), 90)?,
        ) {
            (Some(lon_e7), Some(lat_e7)) => Some(Position { lon_e7, lat_e7 }),
            (None, None) => None,
            _ => return Err("longitude and latitude must be given together".to_owned()),
        },
    })
}

fn tag_row(table: &TagTable) -> Checked<Tag> {
    let TagTable { code, name, kind, values } = table;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if code.is_empty() || 64 < code.len() || !code.bytes().all(allowed) {
        return Err(format!("tag code {code:?} must be 1 to 64 letters, digits and _"));
    }
    if domain::tag::is_dimension(code) || code == "user_id" {
        return Err(format!("tag {code} is built in"));
    }
    let kind = TagKind::from_name(kind)
        .ok_or_else(|| format!("tag {code}: type {kind:?} must be one of enum, number, date, text, location"))?;
    if kind != TagKind::Enum && !values.is_empty() {
        return Err(format!("tag {code}: only an enum has values"));
    }
    let mut known = HashSet::new();
    if let Some(twice) = values.iter().find(|value| !known.insert(&value.value)) {
        return Err(format!("tag {code}: value {:?} is here twice", twice.value));
    }
    let name = if name.is_empty() { code } else { name };
    let values = values.iter().map(|known| TagValue { value: known.value.clone(), label: known.label.clone() });
    Ok(Tag { code: code.clone(), name: name.clone(), kind, values: values.collect() })
}

fn app_row(app: &AppTable) -> Checked<App> {
    let AppTable { app_id, pid, public_key, aes_key, isv, methods, notify_charset, enabled } = app;
    if app_id.is_empty() || 32 < app_id.len() || !app_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("app_id must be 1 to 32 digits".to_owned());
    }
    let public_key = public_key.as_deref().map(|text| match PublicKey::parse(text) {
        Ok(key) => Ok(key.to_base64()),
        Err(error) => Err(format!("public_key: {error}")),
    });
    if let Some(key) = aes_key {
        let len = BASE64.decode(key.trim()).map(|key| key.len());
        if !matches!(len, Ok(16 | 24 | 32)) {
            return Err("aes_key must be 16, 24 or 32 bytes in base64".to_owned());
        }
    }
    Ok(App {
        app_id: app_id.clone(),
        pid: account_id("pid", pid)?,
        public_key: public_key.transpose()?.unwrap_or_default(),
        aes_key: aes_key.as_ref().map(|key| key.trim().to_owned()),
        isv: *isv,
        methods: method_names(methods)?,
        notify_charset: match notify_charset.as_deref().map(str::to_ascii_lowercase).as_deref() {
            None | Some("utf-8") => "utf-8".to_owned(),
            Some("gbk") => "gbk".to_owned(),
            Some(other) => return Err(format!("notify_charset {other:?} must be utf-8 or gbk")),
        },
        enabled: *enabled,
        version: 0,
    })
}

fn authorization_row(table: &AuthorizationTable) -> Checked<Authorization> {
    let AuthorizationTable { app_id, pid, auth_app_id, app_auth_token, methods, expires_at, enabled } = table;
    if app_auth_token.is_empty() || 40 < app_auth_token.len() || !app_auth_token.is_ascii() {
        return Err("app_auth_token must be 1 to 40 ASCII characters".to_owned());
    }
    let expires_at = expires_at.as_deref().map(|text| {
        time::parse(text).ok_or_else(|| format!("expires_at {text:?} must be a time, yyyy-MM-dd HH:mm:ss in UTC+8"))
    });
    Ok(Authorization {
        app_auth_token: app_auth_token.clone(),
        app_id: app_id.clone(),
        pid: account_id("pid", pid)?,
        auth_app_id: auth_app_id.as_ref().unwrap_or(app_id).clone(),
        methods: method_names(methods)?,
        expires_at: expires_at.transpose()?.unwrap_or(NEVER),
        enabled: *enabled,
        version: 0,
    })
}

fn account_row(user: &UserTable) -> Checked<Account> {
    if let Some(pin) =
        user.pay_pin.as_deref().filter(|pin| pin.len() != 6 || !pin.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(format!("pay_pin of {} characters must be six digits", pin.len()));
    }
    Ok(Account {
        user_id: account_id("user_id", &user.user_id)?,
        login_id: user.login_id.clone(),
        taobao_nick: user.taobao_nick.clone(),
        opening_fen: fen(user.balance.as_deref())?,
        balance_fen: 0,
        pay_codes: user.pay_codes.clone(),
        pay_pin: user.pay_pin.clone(),
        student: user.student,
        member_cards: user.member_cards.clone(),
    })
}

fn image_row(image: &ImageTable) -> Checked<Image> {
    let data = image.data.as_deref().ok_or_else(|| match &image.file {
        Some(file) => format!("the file {file} was not taken in"),
        None => "an image needs a file".to_owned(),
    })?;
    let bytes = BASE64.decode(data).map_err(|_| "data must be base64".to_owned())?;
    let media_type = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'B', b'M', ..] => "image/bmp",
        _ => return Err("the file is no PNG, JPEG, GIF or BMP".to_owned()),
    };
    Ok(Image { id: image.id.clone(), media_type: media_type.to_owned(), bytes })
}

/// A merchant's or a person's account id: 16 digits that begin with 2088 (DOMAIN.md).
pub fn account_id(name: &str, text: &str) -> Checked<String> {
    if text.len() == 16 && text.starts_with("2088") && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(format!("{name} {text:?} must be 16 digits that begin with 2088"))
}

fn fen(balance: Option<&str>) -> Checked<i64> {
    let Some(text) = balance else { return Ok(0) };
    money::parse(text).ok_or_else(|| format!("balance {text:?} must be yuan with at most two decimals"))
}

/// Degrees as integers of 1e-7, about a centimetre.
pub fn degrees_e7(name: &str, text: Option<&str>, limit: i32) -> Checked<Option<i32>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let degrees: f64 = text.trim().parse().map_err(|_| format!("{name} {text:?} must be degrees"))?;
    if degrees.is_nan() || f64::from(limit) < degrees.abs() {
        return Err(format!("{name} {text:?} must be within ±{limit}"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "±180e7 fits")]
    Ok(Some((degrees * 1e7).round() as i32))
}

fn method_names(methods: &[String]) -> Checked<Vec<String>> {
    let is_name = |name: &str| {
        name == "*"
            || name.split('.').all(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            })
    };
    match methods.iter().find(|name| !is_name(name)) {
        Some(bad) => Err(format!("method {bad:?} is no method's name; * stands for all")),
        None => Ok(methods.to_vec()),
    }
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
        let answer = world(app, Path::new("w.toml"), None).expect_err("no key").to_string();
        assert!(answer.starts_with("w.toml:1: app 1: public_key: "), "{answer}");
        let typo =
            world("[[merchant]]\npidd = \"1\"\n", Path::new("w.toml"), None).expect_err("no such field").to_string();
        assert!(typo.contains("line 2") && typo.contains("pidd"), "{typo}");
    }
}
