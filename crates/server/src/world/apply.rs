//! Applies a checked world to a store: all of it in one transaction, or nothing.

use super::certificates;
use super::check::taken;
use super::merge;
use super::values::Checked;
use super::{AppTable, UserTable, World};
use crate::app::App;
use crate::app::identity::{PLATFORM_CERT_SN, PLATFORM_KEY, ROOT_CERT};
use crate::app::site::Site;
use crate::directory;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use store::account_key::{self, Kind};
use store::world as rows;
use store::{Fault, Mode, Tx};
use thiserror::Error;
use wire::certificate::{Certificate, bundle_pem, chain_pem};
use wire::{PrivateKey, PublicKey, money};

/// What came of it: how many things were new or changed, of how many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ApplyReport {
    /// Things in the file.
    pub things: usize,
    /// Of these, new or changed.
    pub changed: usize,
    /// What was taken and will hardly do what is wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

impl ApplyReport {
    fn count(&mut self, changed: bool) {
        self.things += 1;
        self.changed += usize::from(changed);
    }
}

/// Why nothing was applied.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// It refers to what neither it nor the store holds, or contradicts what the store holds.
    #[error("{message}")]
    Refused {
        /// The table with the reference.
        table: &'static str,
        /// That table's id.
        id: String,
        /// What is wrong.
        message: String,
    },
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] Fault),
}

/// Applies a world: upserts by id, deletes nothing, and leaves as it is what no table states; applying twice changes
/// nothing.
pub async fn apply(app: &App, world: World) -> Result<ApplyReport, ApplyError> {
    let key = world.platform_key.as_deref().map(|text| PrivateKey::parse(text).expect("checked"));
    let mut world = world;
    for table in &mut world.apps {
        let known = app.directory.app(&table.app_id).and_then(|known| known.row.aes_key.clone());
        let stated = table.aes_key.take();
        table.aes_key = stated.map(|key| if key.is_empty() { key } else { sealed(app, &key, known) });
    }
    seal_pins(app, &mut world.users).await?;
    let platform_key = key.as_ref().map_or_else(|| app.signer.public_key(), PrivateKey::public_key);
    // No two sealings are equal: a key that is the same is not written again.
    let is_new = platform_key != app.signer.public_key();
    world.platform_key = key.filter(|_| is_new).map(|key| app.master_key.seal(&key.to_pkcs8_base64()));
    let world = Arc::new(world);
    let platform = Platform { key: platform_key, is_new, mode: app.store.mode(), now: app.clock.now() };
    let work = move |tx: &mut Tx| Applying::new(tx, &world, platform.clone()).record();
    let applied = app.store.write(work).await?;
    // Answers are signed with the new key, under the new certificate, from here on.
    app.read_identity().await?;
    Ok(applied)
}

/// The platform that a world is applied to.
#[derive(Clone)]
struct Platform {
    /// The public half of the key that it signs with once the world is applied.
    key: PublicKey,
    /// Whether the world gives it that key.
    is_new: bool,
    mode: Mode,
    /// What the clock shows, UTC milliseconds.
    now: i64,
}

/// The sealed form of a secret; the one that is known already where it is of the same, since no two sealings are equal.
fn sealed(app: &App, secret: &str, known: Option<String>) -> String {
    let known = known.filter(|known| app.master_key.open(known).is_ok_and(|opened| opened == secret));
    known.unwrap_or_else(|| app.master_key.seal(secret))
}

/// Seals the users' pay PINs. What the store has may be another by the time that it is written: then it opens to the
/// same PIN all the same.
async fn seal_pins(app: &App, users: &mut [UserTable]) -> Result<(), Fault> {
    let with_pin: Vec<_> =
        users.iter_mut().filter(|user| user.pay_pin.as_ref().is_some_and(|pin| !pin.is_empty())).collect();
    let ids: Vec<String> = with_pin.iter().map(|user| user.user_id.clone()).collect();
    let kept = move |tx: &mut Tx| {
        let kept = ids.iter().map(|user| Ok(rows::account(tx, user)?.and_then(|account| account.pay_pin)));
        kept.collect::<Result<Vec<_>, Fault>>()
    };
    for (user, known) in with_pin.into_iter().zip(app.store.read(kept).await?) {
        user.pay_pin = user.pay_pin.as_ref().map(|pin| sealed(app, pin, known));
    }
    Ok(())
}

/// One transaction that applies a world.
struct Applying<'a> {
    tx: &'a mut Tx,
    world: &'a World,
    platform: Platform,
    /// The platform's certificates of authorities and its roots, as they are once the world is applied.
    authorities: Authorities,
    report: ApplyReport,
    /// What accounts of other tables had when a table stated it: by the end they must have given it up.
    claims: Vec<Claim>,
}

/// What certificates of apps lead to.
#[derive(Default)]
struct Authorities {
    /// The platform's own chain, its leaf included.
    chain: Vec<Certificate>,
    roots: Vec<Certificate>,
}

impl Authorities {
    /// Those that the store has.
    fn read(tx: &mut Tx) -> Result<Authorities, Fault> {
        let chain = match store::control::get(tx, PLATFORM_CERT_SN)? {
            Some(sn) => rows::platform_certificate(tx, &sn)?,
            None => None,
        };
        let roots = store::control::get(tx, ROOT_CERT)?;
        let parsed = |text: Option<String>| match text.filter(|text| !text.is_empty()) {
            Some(text) => {
                Certificate::chain(&text).map_err(|error| Fault::bug(format!("a stored certificate: {error}")))
            }
            None => Ok(Vec::new()),
        };
        Ok(Authorities { chain: parsed(chain)?, roots: parsed(roots)? })
    }
}

/// A key by which an account is found, stated by one while another has it.
struct Claim {
    table: &'static str,
    id: String,
    kind: Kind,
    key: String,
    owner: String,
}

/// A thing that is refused where its table stands.
struct At<'a>(&'static str, &'a str);

impl At<'_> {
    fn refused(&self, message: impl Into<String>) -> ApplyError {
        ApplyError::Refused { table: self.0, id: self.1.to_owned(), message: message.into() }
    }

    /// What a table comes to, or why it cannot be.
    fn merged<T>(&self, merged: Checked<T>) -> Result<T, ApplyError> {
        merged.map_err(|wrong| self.refused(wrong))
    }

    /// A row that was written. What the store itself does not take is told at the line of the table too.
    fn put(&self, put: Result<bool, Fault>) -> Result<bool, ApplyError> {
        put.map_err(|fault| if fault.is_transient() { fault.into() } else { self.refused(fault.to_string()) })
    }
}

impl<'a> Applying<'a> {
    fn new(tx: &'a mut Tx, world: &'a World, platform: Platform) -> Applying<'a> {
        let (authorities, report) = (Authorities::default(), ApplyReport::default());
        Applying { tx, world, platform, authorities, report, claims: Vec::new() }
    }

    fn record(mut self) -> Result<ApplyReport, ApplyError> {
        rows::hold(self.tx)?;
        if let Some(base_url) = &self.world.base_url {
            self.report.count(store::control::set(self.tx, Site::SETTING, base_url)?);
        }
        self.certificates()?;
        self.merchants()?;
        self.shops()?;
        self.tags()?;
        let known_merchants: HashSet<_> = rows::merchants(self.tx)?.into_iter().collect();
        self.apps(&known_merchants)?;
        self.authorizations(&known_merchants)?;
        self.users()?;
        for image in &self.world.images {
            let put = rows::put_image(self.tx, image);
            self.report.count(At("image", &image.id).put(put)?);
        }
        self.settle_claims()?;
        self.no_default_codes_of_others()?;
        Ok(self.report)
    }

    /// The platform's key and certificates: they must fit together, whichever of them the world states.
    fn certificates(&mut self) -> Result<(), ApplyError> {
        let World { platform_key, roots, platform_chain, .. } = self.world;
        let known = Authorities::read(self.tx)?;
        let stated = [
            ("platform_cert", platform_chain.is_some()),
            ("root_cert", roots.is_some()),
            ("private_key", self.platform.is_new),
        ];
        let Some((name, _)) = stated.into_iter().find(|(_, is_stated)| *is_stated) else {
            self.authorities = known;
            return Ok(());
        };
        let at = At("platform", name);
        let chain = platform_chain.clone().unwrap_or(known.chain);
        let roots = roots.clone().unwrap_or(known.roots);
        if let Some(wrong) = certificates::refuse_platform(&chain, &roots, &self.platform.key) {
            return Err(at.refused(format!("platform.{wrong}")));
        }
        if chain.is_empty() {
            let keeps = |app: &rows::App| {
                let table = self.world.apps.iter().find(|table| table.app_id == app.app_id);
                let is_taken = table.is_some_and(|table| table.app_cert.as_deref() == Some(""));
                !app.certificates.is_empty() && !is_taken
            };
            if let Some(app) = rows::apps(self.tx)?.iter().find(|app| keeps(app)) {
                let message =
                    format!("platform.{name}: app {} has a certificate, which needs the platform's", app.app_id);
                return Err(at.refused(message));
            }
        }
        if let Some(sealed) = platform_key {
            store::control::set(self.tx, PLATFORM_KEY, sealed)?;
        }
        if self.world.roots.is_some() {
            self.report.count(store::control::set(self.tx, ROOT_CERT, &bundle_pem(&roots))?);
            self.warn("platform.root_cert", &roots);
        }
        if platform_chain.is_some() {
            let sn = chain.first().map_or("", Certificate::sn);
            let is_new = !sn.is_empty() && rows::put_platform_certificate(self.tx, sn, &chain_pem(&chain))?;
            let is_another = store::control::set(self.tx, PLATFORM_CERT_SN, sn)?;
            self.report.count(is_new || is_another);
            self.warn("platform.platform_cert", &chain);
        }
        self.authorities = Authorities { chain, roots };
        Ok(())
    }

    fn warn(&mut self, name: &str, stated: &[Certificate]) {
        let now = self.platform.now;
        self.report.warnings.extend(stated.iter().filter_map(|it| certificates::warning(name, it, now)));
    }

    fn merchants(&mut self) -> Result<(), ApplyError> {
        for table in &self.world.merchants {
            let (pid, at) = (&table.pid, At("merchant", &table.pid));
            let known = rows::merchant(self.tx, pid)?;
            let account = rows::held_account(self.tx, pid)?;
            let row = at.merged(merge::merchant(table, known.clone(), account.as_ref()))?;
            can_open_with(&at, account.as_ref(), row.opening_fen)?;
            self.claim(&at, Kind::Login, table.login_id.as_ref())?;
            let changed = known.as_ref() != Some(&row) && at.put(rows::put_merchant(self.tx, &row))?;
            self.report.count(changed);
        }
        Ok(())
    }

    fn shops(&mut self) -> Result<(), ApplyError> {
        let mut known: HashMap<&str, HashMap<String, rows::Shop>> = HashMap::new();
        for (pid, table) in &self.world.shops {
            if !known.contains_key(pid.as_str()) {
                let shops = rows::shops(self.tx, pid)?.into_iter().map(|shop| (shop.shop_id.clone(), shop));
                known.insert(pid, shops.collect());
            }
            let (at, of_merchant) = (At("shop", &table.shop_id), known.get_mut(pid.as_str()).expect("just put there"));
            let before = of_merchant.get(&table.shop_id);
            let row = at.merged(merge::shop(pid, table, before.cloned()))?;
            if before == Some(&row) {
                self.report.count(false);
                continue;
            }
            let changed = at.put(rows::put_shop(self.tx, &row))?;
            if !changed && rows::shop(self.tx, &row.shop_id)?.is_some_and(|known| known.pid != row.pid) {
                return Err(at.refused(format!("shop {} is another merchant's", row.shop_id)));
            }
            self.report.count(changed);
            of_merchant.insert(row.shop_id.clone(), row);
        }
        // Numbers may have changed hands in this file, so it is only now that two shops may not have one.
        let mut shop_of: HashMap<(&str, &str), &str> = HashMap::new();
        let mut twice: HashMap<&str, &str> = HashMap::new();
        for (pid, shop) in known.iter().flat_map(|(pid, shops)| shops.values().map(move |shop| (*pid, shop))) {
            let Some(store_id) = shop.store_id.as_deref() else { continue };
            if let Some(other) = shop_of.insert((pid, store_id), &shop.shop_id) {
                twice.extend([(other, shop.shop_id.as_str()), (&shop.shop_id, other)]);
            }
        }
        for (_, table) in &self.world.shops {
            let stated = table.store_id.as_ref().filter(|store_id| !store_id.is_empty());
            if let (Some(store_id), Some(other)) = (stated, twice.get(table.shop_id.as_str())) {
                let message = format!("store_id {store_id:?} is the shop's {other} already");
                return Err(At("shop", &table.shop_id).refused(message));
            }
        }
        Ok(())
    }

    fn tags(&mut self) -> Result<(), ApplyError> {
        for (pid, table) in &self.world.tags {
            let id = format!("{pid}/{}", table.code);
            let at = At("tag", &id);
            let is_it = |known: &domain::tag::Tag| known.code == table.code;
            let before = rows::tags(self.tx, pid)?.into_iter().find(is_it);
            let row = at.merged(merge::tag(table, before.clone()))?;
            if before.as_ref() == Some(&row) {
                self.report.count(false);
                continue;
            }
            let changed = at.put(rows::put_tag(self.tx, pid, &row))?;
            let known = rows::tags(self.tx, pid)?.into_iter().find(is_it);
            if let Some(known) = known.filter(|known| known.kind != row.kind) {
                let (code, was) = (&row.code, known.kind.name());
                return Err(at.refused(format!(
                    "tag {code} is of type {was} and members carry its values: give the new type another code"
                )));
            }
            self.report.count(changed);
        }
        Ok(())
    }

    fn apps(&mut self, known_merchants: &HashSet<String>) -> Result<(), ApplyError> {
        for table in &self.world.apps {
            let at = At("app", &table.app_id);
            let known = rows::app(self.tx, &table.app_id)?;
            let row = at.merged(merge::app(table, known).map_err(|wrong| format!("app {}: {wrong}", table.app_id)))?;
            let row = self.with_certificate(&at, table, row)?;
            if !known_merchants.contains(&row.pid) {
                let message = format!("app {}: no merchant {} here or in the store", row.app_id, row.pid);
                return Err(at.refused(message));
            }
            let put = rows::put_app(self.tx, &row);
            self.report.count(at.put(put)?);
        }
        Ok(())
    }

    /// The app with the certificate that its table states.
    fn with_certificate(&mut self, at: &At<'_>, table: &AppTable, row: rows::App) -> Result<rows::App, ApplyError> {
        let Some(text) = &table.app_cert else { return Ok(row) };
        if text.is_empty() {
            return Ok(rows::App { certificates: Vec::new(), ..row });
        }
        let app_id = &row.app_id;
        let chain = Certificate::chain(text).expect("checked");
        let Authorities { chain: known, roots } = &self.authorities;
        if known.is_empty() {
            let needs = "app_cert needs the platform's certificate: state platform_cert and root_cert";
            return Err(at.refused(format!("app {app_id}: {needs}")));
        }
        if !certificates::leads_to(&chain, &known[1..], roots) {
            return Err(at.refused(format!("app {app_id}: {}", certificates::LEADS_ELSEWHERE)));
        }
        self.warn(&format!("app {app_id}: app_cert"), &chain[..1]);
        if !row.methods.iter().any(|method| method == "*" || method == certificates::DOWNLOAD) {
            self.report.warnings.push(format!(
                "app {app_id} may not call {}: some SDKs will refuse its answers once platform_cert is replaced",
                certificates::DOWNLOAD
            ));
        }
        let certificates = certificates::with_one_more(row.certificates.clone(), &chain[0], self.platform.now);
        let certificates = certificates.map_err(|wrong| at.refused(format!("app {app_id}: {wrong}")))?;
        Ok(rows::App { certificates, ..row })
    }

    fn authorizations(&mut self, known_merchants: &HashSet<String>) -> Result<(), ApplyError> {
        let known_apps: HashSet<_> = rows::apps(self.tx)?.into_iter().map(|app| app.app_id).collect();
        for table in &self.world.authorizations {
            let at = At("authorization", &table.app_auth_token);
            let known = directory::authorization(self.tx, &table.app_auth_token)?;
            let row = at.merged(
                merge::authorization(table, known, self.platform.now)
                    .map_err(|wrong| format!("authorization: {wrong}")),
            )?;
            let of = [&row.app_id, &row.auth_app_id].into_iter().find(|app_id| !known_apps.contains(*app_id));
            if let Some(unknown) = of {
                return Err(at.refused(format!("authorization: no app {unknown} here or in the store")));
            }
            if !known_merchants.contains(&row.pid) {
                return Err(at.refused(format!("authorization: no merchant {} here or in the store", row.pid)));
            }
            let put = rows::put_authorization(self.tx, &row);
            self.report.count(at.put(put)?);
        }
        Ok(())
    }

    fn users(&mut self) -> Result<(), ApplyError> {
        for table in &self.world.users {
            let at = At("user", &table.user_id);
            let known = rows::held_account(self.tx, &table.user_id)?;
            let row = at.merged(merge::account(table, known.clone()))?;
            can_open_with(&at, known.as_ref(), row.opening_fen)?;
            self.claim(&at, Kind::Login, table.login_id.as_ref())?;
            self.claim(&at, Kind::Nick, table.taobao_nick.as_ref())?;
            for code in table.pay_codes.iter().flatten() {
                self.claim(&at, Kind::PayCode, Some(code))?;
            }
            let changed = known.as_ref() != Some(&row) && at.put(rows::put_account(self.tx, &row))?;
            self.report.count(changed);
        }
        Ok(())
    }

    /// On a stand-in, refuses pay codes that another account pays with although it lists none, and accounts whose own
    /// such code another lists.
    fn no_default_codes_of_others(&mut self) -> Result<(), ApplyError> {
        if self.platform.mode != Mode::StandIn {
            return Ok(());
        }
        for table in &self.world.users {
            for code in table.pay_codes.iter().flatten() {
                let owner = account_key::default_owner(self.tx, code)?;
                if let Some(owner) = owner.filter(|owner| owner.user_id != table.user_id) {
                    let message = taken("pay_code", code, &owner.user_id);
                    return Err(At("user", &table.user_id).refused(message));
                }
            }
        }
        let merchants = self.world.merchants.iter().map(|table| ("merchant", &table.pid));
        let users = self.world.users.iter().map(|table| ("user", &table.user_id));
        for (table, id) in merchants.chain(users) {
            let Some(code) = account_key::default_code(id) else { continue };
            let lister = account_key::find(self.tx, Kind::PayCode, &code)?;
            if let Some(lister) = lister.filter(|lister| lister.user_id != *id) {
                let message = format!(
                    "one of the pay codes of the account {} is what account {id} pays with on a stand-in: take it out there",
                    lister.user_id
                );
                return Err(At(table, id).refused(message));
            }
        }
        Ok(())
    }

    /// Notes whose a key is that a table states.
    fn claim(&mut self, at: &At<'_>, kind: Kind, key: Option<&String>) -> Result<(), Fault> {
        let Some(key) = key.filter(|key| !key.is_empty()) else { return Ok(()) };
        if let Some(owner) = account_key::find(self.tx, kind, key)?.filter(|owner| owner.user_id != at.1) {
            let (table, id) = (at.0, at.1.to_owned());
            self.claims.push(Claim { table, id, kind, key: key.clone(), owner: owner.user_id });
        }
        Ok(())
    }

    /// Refuses what others still have: in a file a key may change hands, whichever table stands first.
    fn settle_claims(&mut self) -> Result<(), ApplyError> {
        for Claim { table, id, kind, key, owner } in &self.claims {
            let account = rows::account(self.tx, owner)?;
            let name = match kind {
                Kind::Login => "login_id",
                Kind::Nick => "taobao_nick",
                Kind::PayCode => "pay_code",
            };
            if account.is_some_and(|account| account_key::has(&account, *kind, key)) {
                return Err(At(table, id).refused(taken(name, key, owner)));
            }
        }
        Ok(())
    }
}

/// Whether an account may open with this balance: what has been spent of it must be covered, and what it has must be no
/// more than an account can have.
fn can_open_with(at: &At<'_>, account: Option<&rows::Account>, opening_fen: i64) -> Result<(), ApplyError> {
    let Some(account) = account else { return Ok(()) };
    let moved = account.balance_fen - account.opening_fen;
    let balance = moved + opening_fen;
    if (0..=rows::BALANCE_FEN_MAX).contains(&balance) {
        return Ok(());
    }
    let stated = money::format(opening_fen);
    Err(at.refused(if balance < 0 {
        format!("balance {stated} is less than the {} that account {} has spent since", money::format(-moved), at.1)
    } else {
        let most = money::format(rows::BALANCE_FEN_MAX);
        format!(
            "balance {stated} and the {} that account {} has got since are above {most}",
            money::format(moved),
            at.1
        )
    }))
}
