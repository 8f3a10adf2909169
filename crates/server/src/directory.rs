//! Who calls: apps with their parsed keys, and the authorisations that let an app act for a merchant.
//!
//! Both are cached, since every call needs them before anything else, and kept fresh by the store's changes. The cache
//! alone never decides: [`Caller::still_may`] compares versions inside the transaction that does the work, so a revoked
//! token works nowhere, not even on a node that has not heard of it yet.

use crate::actor::Actor;
use crate::answer::{Answer, CallError};
use crate::keys::token_key;
use domain::window;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use store::world::{self, Authorization};
use store::{Store, Tx};
use wire::certificate::Certificate;
use wire::diagnosis::OwnKey;
use wire::{PublicKey, Rejection, code};

/// An app, ready to verify calls with.
pub struct App {
    /// The row it was made of.
    pub row: Arc<world::App>,
    /// Its parsed key; `None` when none was registered.
    pub key: Option<PublicKey>,
    /// Its certificates by their serial numbers. It may change from one to the next while calls name either.
    pub certificates: HashMap<String, Certificate>,
}

impl App {
    fn new(row: &Arc<world::App>) -> App {
        // World files are checked before they are stored, so what does not parse is none.
        let key = PublicKey::parse(&row.public_key).ok();
        let read = row.certificates.iter().filter_map(|text| Certificate::parse(text).ok());
        let certificates = read.map(|certificate| (certificate.sn().to_owned(), certificate)).collect();
        App { row: row.clone(), key, certificates }
    }

    /// The key that a call is verified with: that of the certificate that it names, or the registered one.
    pub fn key_for(&self, cert_sn: Option<&str>) -> Option<&PublicKey> {
        match cert_sn {
            Some(cert_sn) => self.certificates.get(cert_sn)?.public_key().ok(),
            None => self.key.as_ref(),
        }
    }

    /// Every key that it may sign with.
    pub fn keys(&self) -> impl Iterator<Item = OwnKey<'_>> {
        let registered = self.key.iter().map(|key| OwnKey { cert_sn: None, key });
        let certified = self.certificates.iter().filter_map(|(sn, certificate)| {
            let key = certificate.public_key().ok()?;
            Some(OwnKey { cert_sn: Some(sn), key })
        });
        registered.chain(certified)
    }
}

/// Who calls, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The calling app.
    pub app_id: String,
    /// The merchant it acts for.
    pub pid: String,
    /// The merchant's own app, where the calling app is an ISV's; else the calling app.
    pub auth_app_id: String,
    /// The operator who acts as the app, where one does.
    pub operator: Option<Arc<Actor>>,
    app_version: i64,
    /// What its token is found by, and the version of what that gives.
    token: Option<(String, i64)>,
}

impl Caller {
    /// Whether what was looked up before is still so.
    pub fn still_may(&self, tx: &mut Tx) -> Answer<()> {
        let token = self.token.as_ref();
        let guard = world::guard(tx, &self.app_id, token.map(|(key, _)| key.as_str()))?;
        let is_so = guard.is_some_and(|guard| {
            let version = guard.authorization.map(|(version, _)| version);
            guard.app_version == self.app_version && version == token.map(|&(_, version)| version)
        });
        if !is_so {
            return Err(CallError::Stale);
        }
        self.operator.as_ref().map_or(Ok(()), |operator| operator.still_may(tx))
    }
}

/// The cache.
#[derive(Default)]
pub struct Directory {
    apps: RwLock<HashMap<String, Arc<App>>>,
    authorizations: RwLock<HashMap<String, Arc<Authorization>>>,
}

impl Directory {
    /// The app of that id, enabled or not.
    pub fn app(&self, app_id: &str) -> Option<Arc<App>> {
        self.apps.read().expect("no holder panics").get(app_id).cloned()
    }

    /// How many apps there are, enabled or not.
    pub fn count(&self) -> usize {
        self.apps.read().expect("no holder panics").len()
    }

    /// The keys of apps by their ids, the first `most` of them.
    pub fn keys(&self, most: usize) -> Vec<(String, PublicKey)> {
        let apps = self.apps.read().expect("no holder panics");
        let of_app = |(id, app): (&String, &Arc<App>)| -> Vec<_> {
            app.keys().map(|own| (id.clone(), own.key.clone())).collect()
        };
        let mut keys: Vec<_> = apps.iter().flat_map(of_app).collect();
        keys.sort_by(|one, other| one.0.cmp(&other.0));
        keys.truncate(most);
        keys
    }

    /// Takes an app's new state.
    pub fn put_app(&self, row: &Arc<world::App>) {
        let mut apps = self.apps.write().expect("no holder panics");
        if apps.get(&row.app_id).is_none_or(|known| known.row.version < row.version) {
            apps.insert(row.app_id.clone(), Arc::new(App::new(row)));
        }
    }

    /// Takes an authorisation's new state.
    pub fn put_authorization(&self, row: &Arc<Authorization>) {
        let mut authorizations = self.authorizations.write().expect("no holder panics");
        if authorizations.get(&row.token_key).is_none_or(|known| known.version < row.version) {
            authorizations.insert(row.token_key.clone(), row.clone());
        }
    }

    /// Reads all apps anew. Authorisations are read when they are first used.
    pub async fn load(&self, store: &Store) -> Result<(), store::Fault> {
        for row in store.read(|tx: &mut Tx| world::apps(tx)).await? {
            self.put_app(&Arc::new(row));
        }
        Ok(())
    }

    /// Reads anew what a stale caller was made of.
    pub async fn refresh(&self, store: &Store, token: Option<&str>) -> Result<(), store::Fault> {
        if let Some(token) = token {
            let mut authorizations = self.authorizations.write().expect("no holder panics");
            token_keys(token).iter().for_each(|key| drop(authorizations.remove(key)));
        }
        self.load(store).await
    }

    /// Decides whom a verified call acts for and whether it may call `method` (`docs/decisions.md`, "Callers and
    /// merchants"). The merchant's authorisation comes before the app's permission (`docs/decisions.md`, "Order of
    /// refusals").
    pub async fn caller(
        &self,
        store: &Store,
        app: &App,
        token: Option<&str>,
        method: &str,
        now: i64,
    ) -> Answer<Caller> {
        let granted = match token {
            Some(token) => Some(self.authorization(store, token).await?.ok_or(code::INVALID_APP_AUTH_TOKEN)?),
            None => None,
        };
        caller_of(&app.row, granted.as_deref(), method, now)
    }

    /// The app that an operator acts as for a merchant, and whom that makes a call's caller: the app that is named, or
    /// the merchant's own, or one that the merchant has authorised. An app that may call comes before those that may
    /// not.
    pub async fn caller_for(&self, store: &Store, wanted: &Wanted<'_>) -> Answer<Caller> {
        let &Wanted { pid, app_id, operator, method, now } = wanted;
        let is_wanted = |app: &App| app_id.is_none_or(|wanted| wanted == app.row.app_id);
        let mut refusal = no_app();
        let own = self.own_apps(pid);
        for app in own.iter().filter(|app| is_wanted(app)) {
            match caller_of(&app.row, None, method, now) {
                Ok(caller) => return Ok(Caller { operator: Some(operator.clone()), ..caller }),
                Err(CallError::Rejection(refused)) => refusal = refused,
                Err(failure) => return Err(failure),
            }
        }
        let asked = pid.to_owned();
        let given = store.read(move |tx: &mut Tx| world::authorizations_of(tx, &asked)).await?;
        for granted in &given {
            let Some(app) = self.app(&granted.app_id).filter(|app| is_wanted(app)) else { continue };
            match caller_of(&app.row, Some(granted), method, now) {
                Ok(caller) => return Ok(Caller { operator: Some(operator.clone()), ..caller }),
                Err(CallError::Rejection(refused)) => refusal = refused,
                Err(failure) => return Err(failure),
            }
        }
        Err(refusal.into())
    }

    /// A merchant's own apps, by id.
    fn own_apps(&self, pid: &str) -> Vec<Arc<App>> {
        let apps = self.apps.read().expect("no holder panics");
        let mut own: Vec<_> = apps.values().filter(|app| app.row.pid == pid).cloned().collect();
        own.sort_by(|one, other| one.row.app_id.cmp(&other.row.app_id));
        own
    }

    async fn authorization(&self, store: &Store, token: &str) -> Result<Option<Arc<Authorization>>, store::Fault> {
        let known = |key: &String| self.authorizations.read().expect("no holder panics").get(key).cloned();
        if let Some(known) = token_keys(token).iter().find_map(known) {
            return Ok(Some(known));
        }
        let asked = token.to_owned();
        let found = store.read(move |tx: &mut Tx| authorization(tx, &asked)).await?.map(Arc::new);
        if let Some(row) = &found {
            self.put_authorization(row);
        }
        Ok(found)
    }
}

/// What an operator wants to call, for whom.
pub struct Wanted<'a> {
    /// The merchant.
    pub pid: &'a str,
    /// The app to act as; whichever may, where none is named.
    pub app_id: Option<&'a str>,
    /// Who operates.
    pub operator: &'a Arc<Actor>,
    /// The method.
    pub method: &'a str,
    /// The store's clock, UTC milliseconds.
    pub now: i64,
}

/// The refusal of an operator's call for a merchant that no app may act for.
fn no_app() -> Rejection {
    Rejection::business("NO_APP", "the merchant has no app, and has authorised none that may call this")
}

/// Whom a call of this app acts for, and whether it may call `method`.
fn caller_of(row: &world::App, granted: Option<&Authorization>, method: &str, now: i64) -> Answer<Caller> {
    let mut caller = Caller {
        app_id: row.app_id.clone(),
        pid: row.pid.clone(),
        auth_app_id: row.app_id.clone(),
        operator: None,
        app_version: row.version,
        token: None,
    };
    if let Some(granted) = granted {
        // Another app's token is as unknown as one that never was.
        if !granted.enabled || granted.app_id != row.app_id {
            return Err(code::INVALID_APP_AUTH_TOKEN.into());
        }
        if window::is_over(granted.expires_at, now) {
            return Err(code::APP_AUTH_TOKEN_TIME_OUT.into());
        }
        if !allows(&granted.methods, method) {
            return Err(code::APP_AUTH_TOKEN_NO_API.into());
        }
        caller.pid.clone_from(&granted.pid);
        caller.auth_app_id.clone_from(&granted.auth_app_id);
        caller.token = Some((granted.token_key.clone(), granted.version));
    }
    if !row.enabled {
        return Err(code::INVALID_APP_STATE.into());
    }
    if !allows(&row.methods, method) {
        return Err(code::INSUFFICIENT_ISV_PERMISSIONS.into());
    }
    Ok(caller)
}

/// The longest token that a world file may state, in bytes.
pub const TOKEN_BYTES_MAX: usize = 40;

/// What the authorization with this token may be found by: the token's hash, or, as a build before this one kept those
/// of world files, the token itself, which is shorter than any hash.
fn token_keys(token: &str) -> Vec<String> {
    let as_it_is = Some(token).filter(|token| token.len() <= TOKEN_BYTES_MAX);
    [token_key(token)].into_iter().chain(as_it_is.map(str::to_owned)).collect()
}

/// The authorization with this token, whosever it is and whatever became of it.
pub fn authorization(tx: &mut Tx, token: &str) -> Result<Option<Authorization>, store::Fault> {
    for key in token_keys(token) {
        if let Some(found) = world::authorization(tx, &key)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Whether a list of method names, or `*` for all, names this one.
pub fn allows(methods: &[String], method: &str) -> bool {
    methods.iter().any(|allowed| allowed == "*" || allowed == method)
}
