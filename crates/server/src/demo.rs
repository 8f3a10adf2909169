//! `--demo`: a world to try, ready to use, with keys and snippets in every form that SDKs want.

mod activities;
mod calls;
mod certificates;
mod consent;
mod trades;
mod vouchers;

use crate::app::App;
use crate::authority::AuthorityError;
use crate::import::{self, Import, ImportError};
use crate::world::{ApplyError, WorldError, WorldText, apply};
use activities::{Coupon, PointCard};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use certificates::CertificateApp;
use consent::ConsentApp;
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;
use vouchers::CashVoucher;
use wire::{PrivateKey, time};

const PID: &str = "2088201914979011";
const ISV_PID: &str = "2088102146931393";
const APP_ID: &str = "2021000000000001";
const ISV_APP_ID: &str = "2021000000000002";
const APP_AUTH_TOKEN: &str = "201609BBdemo_app_auth_token_000000000001";
const SHOP_IDS: [&str; 2] = ["2015121600077000000002388200", "2016041200077000000003277104"];
const USER_IDS: [&str; 2] = ["2088102146931394", "2088202920045392"];
/// The merchant's login id, and the first user's.
const LOGIN: &str = "hgs@example.com";
const USER_LOGIN: &str = "13196215350";
/// The second user's login id.
const SPONSOR_LOGIN: &str = "wukong@example.com";
/// What cards, coupons and pages show.
const LOGO_ID: &str = "demoLOGOhuaguoshan00000000000001";
const LOGO: &[u8] = include_bytes!("demo/logo.png");
const MEMBERS: u64 = 10_000;
/// The members are the same on every machine, so that a count can be talked about.
const SEED: u64 = 20_160_504;

/// The snippets, by file name.
const SNIPPETS: [(&str, &str); 9] = [
    ("client.py", include_str!("demo/client.py")),
    ("client.mjs", include_str!("demo/client.mjs")),
    ("client-cert.mjs", include_str!("demo/client-cert.mjs")),
    ("Client.java", include_str!("demo/Client.java")),
    ("client.php", include_str!("demo/client.php")),
    ("receive.py", include_str!("demo/receive.py")),
    ("receive.mjs", include_str!("demo/receive.mjs")),
    ("Receive.java", include_str!("demo/Receive.java")),
    ("receive.php", include_str!("demo/receive.php")),
];

/// Why the demo could not be made.
#[derive(Debug, Error)]
pub enum DemoError {
    /// Its files.
    #[error("the demo's files")]
    File(#[from] std::io::Error),
    /// Its own description of itself, changed by somebody.
    #[error("demo.json cannot be read; delete the folder demo to make it anew")]
    Json(#[from] serde_json::Error),
    /// Its certificates.
    #[error("the demo's certificates")]
    Authority(#[from] AuthorityError),
    /// Its world.
    #[error(transparent)]
    World(#[from] WorldError),
    /// Applying it.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// Its members and trades.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Its activities.
    #[error("the demo's activities: {0}")]
    Refused(String),
    /// The store.
    #[error("the store failed")]
    Store(#[from] store::Fault),
}

/// `demo.json`: what a client needs to know.
#[derive(Serialize, Deserialize)]
struct Demo {
    gateway_url: String,
    app_id: String,
    app_private_key_pkcs8: String,
    app_private_key_pkcs1: String,
    app_public_key: String,
    /// The key that contents may be encrypted with; an older demo has none until it is started again.
    #[serde(default = "new_aes_key")]
    aes_key: String,
    alipay_public_key: String,
    pid: String,
    isv: Isv,
    #[serde(default)]
    certificate_app: Option<CertificateApp>,
    shop_ids: Vec<String>,
    user_ids: Vec<String>,
    /// When the year of trades ends and the activities begin.
    #[serde(default)]
    begins_at: Option<String>,
    #[serde(default)]
    point_card: Option<PointCard>,
    #[serde(default)]
    coupon: Option<Coupon>,
    #[serde(default)]
    cash_voucher: Option<CashVoucher>,
    #[serde(default)]
    consent: Option<ConsentApp>,
}

#[derive(Serialize, Deserialize)]
struct Isv {
    app_id: String,
    app_private_key_pkcs8: String,
    app_private_key_pkcs1: String,
    app_public_key: String,
    app_auth_token: String,
}

/// Where the demo world's keys and snippets are.
pub fn folder(data: &Path) -> PathBuf {
    data.join("demo")
}

/// Makes the demo world, or finds it made; returns what to try, for the terminal.
pub async fn prepare(app: &Arc<App>, data: &Path, addresses: &[SocketAddr]) -> Result<String, DemoError> {
    let folder = folder(data);
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("demo.json");
    let mut demo = if path.exists() { serde_json::from_slice(&std::fs::read(&path)?)? } else { fresh() };
    // A snippet for port 80 works with every SDK, the official Python one included.
    let address = addresses.iter().find(|address| address.port() == 80).or(addresses.first());
    let address = address.expect("there is a default address");
    demo.gateway_url = format!("http://{address}/gateway.do");
    demo.alipay_public_key = app.signer.public_key().to_base64();

    let (certificate_app, tables) = certificates::make(app, &folder)?.unzip();
    demo.certificate_app = certificate_app;
    apply(app, WorldText::new(world(&demo) + &tables.unwrap_or_default()).world()?).await?;
    import::members(app, PID, std::io::Cursor::new(members()), Import::WRITE).await?;
    // Kept, so that whoever starts the demo again finds the same trades and activities.
    let known = demo.begins_at.as_deref().and_then(time::parse);
    let begins_at = known.unwrap_or_else(|| trades::midnight(app.clock.now()));
    demo.begins_at = Some(time::format(begins_at));
    import::trades(app, PID, std::io::Cursor::new(trades::csv(begins_at)), Import::WRITE).await?;
    let (point_card, coupon) = activities::make(app, begins_at).await?;
    let page = activities::page(app, &coupon).await?.unwrap_or_else(|| format!("http://{address}/"));
    (demo.point_card, demo.coupon) = (Some(point_card), Some(coupon));
    demo.cash_voucher = vouchers::make(app, demo.cash_voucher, *address).await?;
    let consent = consent::describe(*address);
    let consent_page = consent.merchant_page.clone();
    demo.consent = Some(consent);
    let voucher = demo.cash_voucher.as_ref().map_or_else(String::new, |it| format!("\nopen  {}", it.voucher_url));
    write_private(&path, &serde_json::to_string_pretty(&demo)?)?;
    write_private(&folder.join(consent::FILE), &serde_json::to_string_pretty(&consent::identity(&demo))?)?;
    for (name, template) in SNIPPETS {
        write_private(&folder.join(name), &fill(template, &demo, *address))?;
    }
    Ok(format!(
        "demo world: merchant {PID}, {MEMBERS} members, a year of trades; keys and snippets in {folder}\n\
         open  {page}{voucher}\n\
         open  {consent_page} (login id {LOGIN}, PIN 111111)\n\
         try   punchcard call koubei.marketing.campaign.crowd.count \
         '{{\"conditions\":\"[{{\\\"op\\\":\\\"IN\\\",\\\"tagCode\\\":\\\"pam_gender\\\",\\\"value\\\":\\\"1\\\"}}]\",\
         \"dimensions\":\"[\\\"pam_gender\\\",\\\"pam_age\\\"]\"}}' --app {json}",
        folder = folder.display(),
        json = path.display(),
    ))
}

/// Writes a file with private keys in it.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())
}

fn fresh() -> Demo {
    let [app, isv] = [PrivateKey::generate(), PrivateKey::generate()];
    Demo {
        gateway_url: String::new(),
        app_id: APP_ID.to_owned(),
        app_private_key_pkcs8: app.to_pkcs8_base64(),
        app_private_key_pkcs1: app.to_pkcs1_base64(),
        app_public_key: app.public_key().to_base64(),
        aes_key: new_aes_key(),
        alipay_public_key: String::new(),
        pid: PID.to_owned(),
        isv: Isv {
            app_id: ISV_APP_ID.to_owned(),
            app_private_key_pkcs8: isv.to_pkcs8_base64(),
            app_private_key_pkcs1: isv.to_pkcs1_base64(),
            app_public_key: isv.public_key().to_base64(),
            app_auth_token: APP_AUTH_TOKEN.to_owned(),
        },
        certificate_app: None,
        shop_ids: SHOP_IDS.map(str::to_owned).to_vec(),
        user_ids: USER_IDS.map(str::to_owned).to_vec(),
        begins_at: None,
        point_card: None,
        coupon: None,
        cash_voucher: None,
        consent: None,
    }
}

/// A key of 16 random bytes in base64, as the open platform's pages make one.
fn new_aes_key() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has random bytes");
    STANDARD.encode(bytes)
}

fn world(demo: &Demo) -> String {
    let aes_key = &demo.aes_key;
    let (app_key, isv_key) = (&demo.app_public_key, &demo.isv.app_public_key);
    let [shop_1, shop_2] = SHOP_IDS;
    let [user_1, user_2] = USER_IDS;
    let (logo, consent) = (STANDARD.encode(LOGO), consent::table(isv_key));
    format!(
        r#"
[[merchant]]
pid = "{PID}"
name = "花果山超市"
login_id = "{LOGIN}"
  [[merchant.shop]]
  shop_id = "{shop_1}"
  store_id = "NJ_001"
  name = "花果山超市南京新街口店"
  longitude = "118.79"
  latitude = "32.06"
  [[merchant.shop]]
  shop_id = "{shop_2}"
  store_id = "HZ_001"
  name = "花果山超市杭州湖滨店"
  longitude = "120.16"
  latitude = "30.25"

[[merchant]]
pid = "{ISV_PID}"
name = "水帘洞科技"

[[app]]
app_id = "{APP_ID}"
pid = "{PID}"
public_key = "{app_key}"
aes_key = "{aes_key}"

[[app]]
app_id = "{ISV_APP_ID}"
pid = "{ISV_PID}"
public_key = "{isv_key}"
isv = true

{consent}

[[authorization]]
app_id = "{ISV_APP_ID}"
pid = "{PID}"
auth_app_id = "{APP_ID}"
app_auth_token = "{APP_AUTH_TOKEN}"
expires_at = "2099-01-01 00:00:00"

[[user]]
user_id = "{user_1}"
login_id = "{USER_LOGIN}"
balance = "1000.00"

[[user]]
user_id = "{user_2}"
login_id = "{SPONSOR_LOGIN}"
balance = "1000.00"

[[image]]
id = "{LOGO_ID}"
data = "{logo}"
"#
    )
}

/// The user id of a member, by its number.
fn member_id(member: u64) -> u64 {
    2_088_900_000_000_001 + member
}

/// Ten thousand members with the eight tags, some of them unknown.
fn members() -> String {
    const HOMETOWNS: [&str; 8] = ["330100", "320100", "310100", "110100", "440100", "510100", "420100", "500100"];
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut csv = "user_id,pam_gender,pam_age,pam_constellation,pam_hometown_code,pam_city_code,pam_occupation,\
                   pam_consume_level,pam_have_baby\n"
        .to_owned();
    for member in 0..MEMBERS {
        write!(csv, "{}", member_id(member)).expect("strings grow");
        let mut cell = |value: String| {
            // One in twenty is not known.
            let value = if random.u8(..20) == 0 { String::new() } else { value };
            write!(csv, ",{value}").expect("strings grow");
        };
        let mut values = fastrand::Rng::with_seed(SEED ^ (member << 20));
        cell(values.u8(1..=2).to_string());
        cell((1 + values.u8(..8).min(values.u8(..8))).to_string());
        cell(values.u8(1..=12).to_string());
        cell(HOMETOWNS[values.usize(..8)].to_owned());
        cell(HOMETOWNS[values.usize(..8).min(values.usize(..8))].to_owned());
        cell(values.u8(1..=10).to_string());
        cell(values.u8(1..=5).to_string());
        cell(values.u8(..2).to_string());
        csv.push('\n');
    }
    csv
}

fn fill(template: &str, demo: &Demo, address: SocketAddr) -> String {
    template
        .replace("@GATEWAY_URL@", &demo.gateway_url)
        .replace("@HOST@", &address.ip().to_string())
        .replace("@PORT@", &address.port().to_string())
        .replace("@APP_ID@", &demo.app_id)
        .replace("@CERT_APP_ID@", certificates::APP_ID)
        .replace("@APP_PRIVATE_KEY_PKCS1@", &demo.app_private_key_pkcs1)
        .replace("@APP_PRIVATE_KEY_PKCS8@", &demo.app_private_key_pkcs8)
        .replace("@ALIPAY_PUBLIC_KEY@", &demo.alipay_public_key)
}
