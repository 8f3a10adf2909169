//! What the page shows, from what the store says.

use crate::acts::activity::plan::coupon_plan::CouponPlan;
use crate::acts::coupon::entitlement::{Entitlement, Judgement};
use crate::doors::h5::image;
use crate::keys::MasterKey;
use crate::links;
use crate::pages::coupon::{Audience, Coupon, MoreShops, Note, Obstacle, Opening, OwnCoupon, Place, Stage};
use domain::Refusal;
use domain::activity::{Activity, Status};
use domain::claim::{Restriction, Verdict};
use std::ops::Deref;
use store::world::Shop;
use store::{Fault, Stop, Tx, participation};

/// How many shops are named.
const SHOPS_NAMED: u32 = 3;
/// Up to how many more are counted.
const SHOPS_COUNTED: u32 = 1_000;

/// What leads on from the page: its form, or the coupons' own pages.
pub(super) struct Form<'a> {
    pub(super) action: &'a str,
    pub(super) csrf: &'a str,
    /// Vouches for the coupons' own pages.
    pub(super) key: &'a MasterKey,
}

/// The page of an entitlement at `now`, UTC milliseconds, with the shop `shop_id` first. Refuses where nothing may be
/// shown of why it gives nothing.
pub(super) fn coupon(
    tx: &mut Tx,
    entitlement: &Entitlement,
    shop_id: Option<&str>,
    form: &Form<'_>,
    now: i64,
) -> Result<Coupon, Stop> {
    let stage = stage(tx, entitlement, form, now)?;
    let Entitlement { token, activity, tool, terms, prize, .. } = entitlement;
    let Some(plan) = &tool.voucher else { return Err(Fault::bug("a coupon without a description").into()) };
    let merchant = store::world::merchant_label(tx, &token.pid)?;
    let (shops, more_shops) = shops(tx, activity.id.number, shop_id)?;
    let items = plan.item_info.as_ref();
    let forbidden = plan.use_rule.forbidden_time.as_ref().and_then(|time| time.days.as_deref());
    Ok(Coupon {
        merchant,
        name: plan.name.to_string(),
        brand: plan.brand_name.to_string(),
        logo: image::known(tx, &plan.logo, &token.pid)?,
        picture: match plan.voucher_img.as_deref() {
            Some(id) => image::known(tx, id, &token.pid)?,
            None => None,
        },
        offer: terms.offer,
        min_consume_fen: terms.min_consume_fen,
        original_price_fen: terms.items.as_ref().and_then(|items| items.original_price_fen),
        goods: items.and_then(|items| items.item_name.as_deref().or(items.item_text.as_deref())).map(str::to_owned),
        validity: prize.validity,
        hours: openings(plan),
        forbidden: forbidden.map_or_else(Vec::new, days),
        notes: notes(plan),
        shops,
        more_shops,
        stage,
    })
}

fn stage(tx: &mut Tx, entitlement: &Entitlement, form: &Form<'_>, now: i64) -> Result<Stage, Stop> {
    let Entitlement { token, activity, prize, .. } = entitlement;
    let mut times = Vec::new();
    for (part, _) in prize.limits.parts(now) {
        times.push(participation::times(tx, &token.pid, token.activity, &token.user_id, &part)?);
    }
    let judgement = entitlement.judge(tx, times, now)?;
    Ok(match judgement.verdict {
        Ok(Verdict::Take) => Stage::ToTake { action: form.action.to_owned(), csrf: form.csrf.to_owned() },
        Ok(Verdict::TakenBefore) => {
            let held = store::coupon::of_token(tx, &token.pid, &token.user_id, &token.token)?;
            let held = held.iter().map(|issued| OwnCoupon {
                id: issued.id.to_text(),
                page: links::voucher(form.key, issued.id),
                starts_at: issued.redemption.starts_at,
                ends_at: issued.redemption.ends_at,
                received_at: issued.id.created_at,
                stand: issued.redemption.stand(now),
            });
            Stage::Taken(held.collect())
        }
        Err(refusal) => Stage::Not(why_not(refusal, activity, &prize.restriction, &judgement, now)?),
    })
}

/// Why it cannot be taken, where that may be told beside the coupon.
fn why_not(
    refusal: Refusal,
    activity: &Activity,
    restriction: &Restriction,
    judgement: &Judgement,
    now: i64,
) -> Result<Obstacle, Refusal> {
    Ok(match refusal {
        Refusal::CampaignEnded if activity.status == Status::Started && now < activity.starts_at => {
            Obstacle::NotYet(activity.starts_at)
        }
        Refusal::CampaignEnded => Obstacle::Ended,
        Refusal::CampaignSoldOut if 0 < judgement.left.total => Obstacle::SoldOutToday,
        Refusal::CampaignSoldOut => Obstacle::SoldOut,
        Refusal::TookPartTooOften => Obstacle::TooOften,
        Refusal::NotEligible => Obstacle::NotEligible(match restriction {
            _ if !judgement.taker.in_crowd => Audience::Crowd,
            Restriction::None => Audience::Crowd,
            Restriction::NewMember => Audience::NewMembers,
            Restriction::Student => Audience::Students,
            Restriction::MemberCard(_) => Audience::CardHolders,
        }),
        Refusal::HoldsUnredeemed => Obstacle::HoldsUnredeemed,
        _ => return Err(refusal),
    })
}

/// The shop that the member came from, a few others, and how many more there are.
fn shops(tx: &mut Tx, activity: i64, shop_id: Option<&str>) -> Result<(Vec<Place>, MoreShops), Fault> {
    let near = match shop_id {
        Some(shop_id) => store::world::shop(tx, shop_id)?,
        None => None,
    };
    let named = usize::try_from(SHOPS_NAMED).expect("a few");
    let others = store::activity::some_shops(tx, activity, SHOPS_NAMED.into())?;
    let others = others.into_iter().filter(|shop| near.as_ref().is_none_or(|near| near.shop_id != shop.shop_id));
    let place = |shop: Shop, near: bool| Place {
        name: if shop.name.is_empty() { shop.shop_id } else { shop.name },
        address: shop.address,
        near,
    };
    let others: Vec<Shop> = others.collect();
    let places =
        near.into_iter().map(|shop| place(shop, true)).chain(others.into_iter().map(|shop| place(shop, false)));
    let places: Vec<Place> = places.take(named).collect();
    let shown = u32::try_from(places.len()).expect("a few");
    let counted = store::activity::count_shops(tx, activity, (shown + SHOPS_COUNTED + 1).into())?;
    let more = u32::try_from(counted).expect("bounded").saturating_sub(shown);
    Ok((places, if SHOPS_COUNTED < more { MoreShops::AtLeast(SHOPS_COUNTED) } else { MoreShops::Exactly(more) }))
}

fn openings(plan: &CouponPlan) -> Vec<Opening> {
    let hours = plan.use_rule.use_time.as_ref().map_or(&[][..], |list| &list.0);
    hours.iter().map(|it| Opening { values: it.values.to_string(), times: it.times.to_string() }).collect()
}

fn days(text: &str) -> Vec<(String, String)> {
    let pair = |span: &str| span.split_once(',').map(|(from, to)| (from.trim().to_owned(), to.trim().to_owned()));
    text.split('^').filter_map(pair).collect()
}

/// Instructions, description, and whatever else there is in words.
fn notes(plan: &CouponPlan) -> Vec<Note> {
    let mut lines: Vec<String> = plan.desc.iter().map(|text| text.to_string()).collect();
    lines.extend(lines_of(plan.use_instructions.as_ref().map(|list| list.0.iter())));
    let mut notes = vec![Note { title: None, lines }];
    for term in plan.clause_terms.iter().flat_map(|list| &list.0) {
        notes.push(Note {
            title: term.title.as_ref().map(|it| it.to_string()),
            lines: lines_of(term.descriptions.as_ref().map(|list| list.0.iter())),
        });
    }
    for detail in plan.desc_detail_list.iter().flat_map(|list| &list.0) {
        notes.push(Note {
            title: detail.title.as_ref().map(|it| it.to_string()),
            lines: lines_of(detail.details.as_ref().map(|list| list.0.iter())),
        });
    }
    notes.retain(|note| note.title.is_some() || !note.lines.is_empty());
    notes
}

fn lines_of<'a, T: Deref<Target = str> + 'a>(texts: Option<impl Iterator<Item = &'a T>>) -> Vec<String> {
    texts.into_iter().flatten().map(|text| text.to_string()).collect()
}
