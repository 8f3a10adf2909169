//! What the page shows, from what the store says.

use crate::acts::coupon::redemption;
use crate::acts::coupon::tool::Coupon;
use crate::acts::voucher::content::Content;
use crate::acts::voucher::description;
use crate::acts::voucher::extension::{ExtensionInfo, UseLink};
use crate::acts::voucher::lookup;
use crate::acts::voucher::rule_conf::use_rules;
use crate::pages::coupon::{MoreShops, Place};
use crate::pages::voucher::{Cash, Names, Stage, VoucherPage};
use crate::world::Options;
use domain::cash_voucher::{CashVoucher, UseRules, terms};
use domain::id::VoucherIdText;
use domain::issued_coupon::IssuedCoupon;
use domain::redemption::{Redemption, Standing};
use domain::template::Template;
use store::{Fault, Tx, world};

/// How many shops, merchants or accounts are named.
const NAMED: usize = 3;

/// A voucher's page, and where the button of a cash voucher leads.
pub(super) struct Found {
    pub(super) page: VoucherPage,
    pub(super) onward: Option<(UseLink, CashVoucher)>,
}

/// The coupon or cash voucher of that id at `now`, UTC milliseconds. `form` is the page's own: where it is sent, and
/// what shows that the page made it.
pub(super) fn find(tx: &mut Tx, id: VoucherIdText, form: (String, String), now: i64) -> Result<Option<Found>, Fault> {
    if let Some((issued, coupon)) = redemption::find(tx, id)? {
        let page = coupon_page(tx, &issued, coupon, form, now)?;
        return Ok(Some(Found { page, onward: None }));
    }
    let Some((voucher, template)) = lookup::find(tx, id)? else { return Ok(None) };
    let content = Content::of(&template)?;
    let onward = onward(tx, &template, &content)?.filter(|_| voucher.redemption.stand(now) == Standing::Usable);
    let page = cash_page(tx, &voucher, &template, content, now)?;
    Ok(Some(Found { page, onward: onward.map(|link| (link, voucher)) }))
}

fn coupon_page(
    tx: &mut Tx,
    issued: &IssuedCoupon,
    coupon: Coupon,
    (action, csrf): (String, String),
    now: i64,
) -> Result<VoucherPage, Fault> {
    let usable = if redemption::is_open(issued, &coupon, now) { Stage::Button { action, csrf } } else { Stage::Usable };
    Ok(VoucherPage {
        merchant: world::merchant_label(tx, &issued.pid)?,
        name: coupon.name,
        brand: coupon.brand_name,
        offer: coupon.terms.offer,
        cash: None,
        id: issued.id.to_text(),
        starts_at: issued.redemption.starts_at,
        ends_at: issued.redemption.ends_at,
        stage: stage(&issued.redemption, usable, now),
    })
}

fn cash_page(
    tx: &mut Tx,
    voucher: &CashVoucher,
    template: &Template,
    content: Content,
    now: i64,
) -> Result<VoucherPage, Fault> {
    Ok(VoucherPage {
        merchant: world::merchant_label(tx, &template.pid)?,
        name: content.voucher_name(template.amount_fen),
        offer: terms(template.amount_fen, template.floor_fen).offer,
        cash: Some(cash(tx, template, &content)?),
        brand: content.brand_name,
        id: voucher.id.to_text(),
        starts_at: voucher.redemption.starts_at,
        ends_at: voucher.redemption.ends_at,
        stage: stage(&voucher.redemption, Stage::Usable, now),
    })
}

/// How it stands; `usable` where it can be used.
fn stage(redemption: &Redemption, usable: Stage, now: i64) -> Stage {
    match redemption.stand(now) {
        Standing::Usable => usable,
        Standing::Unactive => Stage::Unactive,
        Standing::Barred => Stage::Barred,
        Standing::Held => Stage::Held,
        Standing::Used => Stage::Used { at: redemption.used_at.unwrap_or(now) },
        Standing::Refunded => Stage::Refunded,
        Standing::Expired => Stage::Expired,
    }
}

/// Where the button leads, unless the operator has named other hosts since the template was made.
fn onward(tx: &mut Tx, template: &Template, content: &Content) -> Result<Option<UseLink>, Fault> {
    let Some(link) = ExtensionInfo::of_content(content)? else { return Ok(None) };
    let hosts = Options::of(tx, &template.pid)?.use_url_hosts;
    Ok(Some(link).filter(|link| link.leads_to_one_of(&hosts)))
}

/// What the template says of its vouchers. Of merchants and shops only the template's own have their names: any id can
/// stand in a rule, and nobody learns whether it is somebody's.
fn cash(tx: &mut Tx, template: &Template, content: &Content) -> Result<Cash, Fault> {
    let UseRules { pids, shops, payees, products, utilities_only } = use_rules(&template.rules)?;
    let mut own = world::cognates(tx, &template.pid)?;
    own.push(template.pid.clone());
    let mut name_of = |pid: &String| if own.contains(pid) { world::merchant_label(tx, pid) } else { Ok(pid.clone()) };
    let merchants = pids.map(|pids| names(&pids, &mut name_of)).transpose()?;
    let payees = payees.map(|payees| names(&payees, &mut name_of)).transpose()?;
    let products = products.map(|products| names(&products, |product| Ok(product.clone()))).transpose()?;
    let mut place_of = |shop_id: &String| {
        let shop = world::shop(tx, shop_id)?.filter(|shop| own.contains(&shop.pid));
        let (name, address) = shop.map_or_else(Default::default, |shop| (shop.name, shop.address));
        let name = if name.is_empty() { shop_id.clone() } else { name };
        Ok::<_, Fault>(Place { name, address, near: false })
    };
    let shops = shops.map(|shops| {
        let places: Vec<Place> = shops.iter().take(NAMED).map(&mut place_of).collect::<Result<_, _>>()?;
        let more = u32::try_from(shops.len() - places.len()).expect("a rule is short");
        Ok::<_, Fault>((places, MoreShops::Exactly(more)))
    });
    let (shops, terms) = (shops.transpose()?, description::lines(&content.description)?);
    Ok(Cash { floor_fen: template.floor_fen, merchants, shops, payees, products, utilities_only, terms })
}

fn names(all: &[String], name_of: impl FnMut(&String) -> Result<String, Fault>) -> Result<Names, Fault> {
    let first: Vec<String> = all.iter().take(NAMED).map(name_of).collect::<Result<_, _>>()?;
    Ok(Names { more: all.len() - first.len(), first })
}
