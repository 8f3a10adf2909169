-- What each household's behaviour came to at the instant `the_instant()`, straight from the package's files ({data} is their folder): a
-- second opinion on the nine rules of crowd groups, and on year.py. A fact that is NULL is not known.

-- What happened until then is told of.
create macro told_until() as cast(getvariable('told_until') as timestamp);
create macro the_instant() as cast(getvariable('instant') as timestamp);

-- Paid in the hour of the last line.
create table basket as
select basket_id, any_value(household_id) as household_id, date_trunc('hour', max(transaction_timestamp)) as paid_at,
    sum(cast(sales_value as decimal(12, 2))) as total
from read_parquet('{data}/transactions.parquet')
group by basket_id
having total > 0;

-- Every 97th basket is refunded by half, rounded down to the fen, and every 211th whole.
create table refund as
select basket_id, paid_at + to_days(2 + basket_id % 9) as refunded_at, cast(trunc(total * 50) / 100 as decimal(12, 2)) as refunded
from basket
where basket_id % 97 = 0 and total > 0.01
union all
select basket_id, paid_at + to_days(12 + basket_id % 40), total
from basket
where basket_id % 211 = 0;

-- One is sent to each household of a campaign as it begins, and one is there for each coupon that was redeemed.
create table voucher as
with begun as (select campaign_id, start_date + interval 12 hours as received_at from read_parquet('{data}/campaign_descriptions.parquet'))
select household_id, received_at, cast(null as timestamp) as redeemed_at
from read_parquet('{data}/campaigns.parquet') join begun using (campaign_id)
union all
select household_id, received_at, redemption_date + interval 12 hours
from read_parquet('{data}/coupon_redemptions.parquet') join begun using (campaign_id);

create table city as
from (values (0, 120155, 30274), (1, 121550, 29874), (2, 120699, 27994), (3, 120755, 30746), (4, 120086, 30894), (5, 120580, 30030),
    (6, 119647, 29079), (7, 118859, 28970), (8, 122207, 29985), (9, 121421, 28656), (10, 119922, 28467)) as city (number, lon, lat);

create macro noon_of(day) as timestamp '2017-01-01 12:00:00' + to_days(cast(day as integer));

-- Where households live and work, and stores are: from when, until when, in degrees.
create table place as
with stay as (
    select household_id, 0 as moved, timestamp '1970-01-01' as since,
        case when household_id % 4 = 1 then noon_of(10 + household_id % 340) else timestamp 'infinity' end as until
    from household
    union all
    select household_id, 1, noon_of(10 + household_id % 340), timestamp 'infinity' from household where household_id % 4 = 1
), job as (
    select household_id, 0 as moved, timestamp '1970-01-01' as since,
        case when household_id % 6 = 2 then noon_of(5 + household_id % 353) else timestamp 'infinity' end as until
    from household
    union all
    select household_id, 1, noon_of(5 + household_id % 353), timestamp 'infinity' from household where household_id % 6 = 2
)
select 'home' as what, household_id as id, since, until,
    (lon + (household_id * 61 + moved * 97) % 301 - 150) / 1000 as longitude,
    (lat + (household_id * 29 + moved * 53) % 301 - 150) / 1000 as latitude
from stay join city on number = household_id % 11
where (household_id + 3 * moved) % 5 <> 0
union all
select 'work', household_id, since, until,
    (lon + (household_id * 43 + moved * 31) % 301 - 150) / 1000,
    (lat + (household_id * 19 + moved * 83) % 301 - 150) / 1000
from job join city on number = household_id // 11 % 11
where (household_id + moved) % 3 <> 0;

insert into place
with opened as (
    select store_id, if(store_id % 16 = 0, timestamp '1970-01-01', noon_of(3 + store_id * 7 % 350)) as since,
        greatest(since, noon_of(0)) as settled,
        if(store_id % 9 = 0, settled + to_days(120), timestamp 'infinity') as closed,
        if(store_id % 5 = 0, settled + to_days(60), timestamp 'infinity') as moved,
        lon + store_id * 37 % 201 - 100 as lon, lat + store_id * 53 % 201 - 100 as lat
    from (select distinct store_id from lines) join city on number = store_id % 11
    where store_id % 4 = 0
)
select 'shop', store_id, since, least(closed, moved), lon / 1000, lat / 1000 from opened
union all
select 'shop', store_id, moved, closed, (lon + 40) / 1000, lat / 1000 from opened where moved < closed;

-- The beginning of a window: what happened then is out of it.
create macro since(days) as the_instant() - to_days(days);

create view fact as
with known as (
    -- Each payment with what is left of it; one that was refunded whole counts for nothing.
    select household_id, basket_id, paid_at, total - coalesce(max(refunded) filter (refunded_at <= told_until()), 0) as net
    from basket left join refund using (basket_id)
    where paid_at <= told_until()
    group by household_id, basket_id, paid_at, total
    having net > 0
), paid as (
    select household_id,
        sum(net) filter (since(30) < paid_at) as amount_30, sum(net) filter (since(60) < paid_at) as amount_60,
        sum(net) filter (since(90) < paid_at) as amount_90, sum(net) filter (since(180) < paid_at) as amount_180,
        sum(net) filter (since(365) < paid_at) as amount_365,
        count(*) filter (since(30) < paid_at) as trades_30, count(*) filter (since(60) < paid_at) as trades_60,
        count(*) filter (since(90) < paid_at) as trades_90, count(*) filter (since(180) < paid_at) as trades_180,
        count(*) filter (since(365) < paid_at) as trades_365,
        sum(net) as paid_ever, arg_max(net, (paid_at, basket_id)) as last_amount,
        date_diff('day', cast(max(paid_at) as date), cast(the_instant() as date)) as days_since
    from known group by household_id
), received as (
    select household_id,
        count(*) filter (since(30) < received_at) as received_30, count(*) filter (since(60) < received_at) as received_60,
        count(*) filter (since(90) < received_at) as received_90, count(*) filter (since(180) < received_at) as received_180,
        count(*) filter (since(365) < received_at) as received_365
    from voucher where received_at <= told_until() group by household_id
), redeemed as (
    select household_id,
        count(*) filter (since(30) < redeemed_at) as redeemed_30, count(*) filter (since(60) < redeemed_at) as redeemed_60,
        count(*) filter (since(90) < redeemed_at) as redeemed_90, count(*) filter (since(180) < redeemed_at) as redeemed_180,
        count(*) filter (since(365) < redeemed_at) as redeemed_365
    from voucher where redeemed_at <= told_until() group by household_id
), here as (
    from place where since <= told_until() and told_until() < until
), far as (
    select of_household.id as household_id, of_household.what,
        floor(min(metres(of_household.longitude, of_household.latitude, shop.longitude, shop.latitude)) / 10 + 0.5) as km_e2
    from here as of_household join here as shop on of_household.what <> 'shop' and shop.what = 'shop'
    group by all
)
select household_id,
    coalesce(amount_30, 0) as amount_30, coalesce(amount_60, 0) as amount_60, coalesce(amount_90, 0) as amount_90,
    coalesce(amount_180, 0) as amount_180, coalesce(amount_365, 0) as amount_365,
    coalesce(trades_30, 0) as trades_30, coalesce(trades_60, 0) as trades_60, coalesce(trades_90, 0) as trades_90,
    coalesce(trades_180, 0) as trades_180, coalesce(trades_365, 0) as trades_365,
    coalesce(received_30, 0) as received_30, coalesce(received_60, 0) as received_60, coalesce(received_90, 0) as received_90,
    coalesce(received_180, 0) as received_180, coalesce(received_365, 0) as received_365,
    coalesce(redeemed_30, 0) as redeemed_30, coalesce(redeemed_60, 0) as redeemed_60, coalesce(redeemed_90, 0) as redeemed_90,
    coalesce(redeemed_180, 0) as redeemed_180, coalesce(redeemed_365, 0) as redeemed_365,
    coalesce(paid_ever, 0) as paid_ever, last_amount, days_since,
    cast(home.km_e2 / 100 as decimal(12, 2)) as home_km, cast(work.km_e2 / 100 as decimal(12, 2)) as work_km
from household
left join paid using (household_id)
left join received using (household_id)
left join redeemed using (household_id)
left join (from far where what = 'home') as home using (household_id)
left join (from far where what = 'work') as work using (household_id);
