-- What is known of each household, straight from the package's files ({data} is their folder): a second opinion on members.py.
-- A column that is NULL is not known.

create view lines as
select household_id, basket_id, store_id, product_id, cast(sales_value as decimal(12, 2)) as paid, cast(transaction_timestamp as date) as day
from read_parquet('{data}/transactions.parquet');

create view favourite_store as
select household_id, arg_max(store_id, (baskets, -store_id)) as store_id
from (select household_id, store_id, count(distinct basket_id) as baskets from lines group by all)
group by household_id;

create view favourite_category as
select household_id, first(product_category order by paid desc, product_category) as category
from (
    select household_id, product_category, sum(paid) as paid
    from lines join read_parquet('{data}/products.parquet') using (product_id)
    where product_category is not null
    group by all
)
group by household_id;

create view coupons as
select household_id, count(*) as used, cast(max(redemption_date) as date) as last_used
from read_parquet('{data}/coupon_redemptions.parquet')
group by household_id;

create view purchases as
select household_id, count(distinct basket_id) as trips, sum(paid) as spent, min(day) as first_visit, max(day) as last_visit
from lines
group by household_id;

create table household as
select
    purchases.*,
    -- Half up, to ten-thousandths, in whole numbers.
    (cast(spent * 20000 as bigint) + trips) // (2 * trips) as average_basket_e4,
    coalesce(used, 0) as coupons_used,
    last_used as last_coupon,
    category,
    store_id,
    (store_id * 37 % 201 - 100 + case store_id % 11
        when 0 then 120155 when 1 then 121550 when 2 then 120699 when 3 then 120755 when 4 then 120086 when 5 then 120580
        when 6 then 119647 when 7 then 118859 when 8 then 122207 when 9 then 121421 else 119922 end) / 1000 as longitude,
    (store_id * 53 % 201 - 100 + case store_id % 11
        when 0 then 30274 when 1 then 29874 when 2 then 27994 when 3 then 30746 when 4 then 30894 when 5 then 30030
        when 6 then 29079 when 7 then 28970 when 8 then 29985 when 9 then 28656 else 28467 end) / 1000 as latitude,
    age, income, home_ownership, marital_status, household_size, household_comp, kids_count
from purchases
join favourite_store using (household_id)
left join favourite_category using (household_id)
left join coupons using (household_id)
left join read_parquet('{data}/demographics.parquet') using (household_id);

-- Great circle on a ball of the mean earth radius.
create macro metres(lon1, lat1, lon2, lat2) as
    2 * 6371008.8 * asin(sqrt(
        pow(sin(radians(lat1 - lat2) / 2), 2) + cos(radians(lat1)) * cos(radians(lat2)) * pow(sin(radians(lon1 - lon2) / 2), 2)
    ));

-- The bucket of each household in each of the eight dimensions; four of them the data knows nothing of.
create view bucket as
select
    *,
    cast(null as varchar) as pam_gender,
    cast(null as varchar) as pam_constellation,
    cast(null as varchar) as pam_hometown_code,
    cast(null as varchar) as pam_occupation,
    case age when '19-24' then '2' when '25-34' then '4' when '35-44' then '6' when '45-54' then '7' when '55-64' then '8'
             when '65+' then '8' end as pam_age,
    case when income in ('Under 15K', '15-24K') then '低'
         when income in ('25-34K', '35-49K') then '较低'
         when income in ('50-74K', '75-99K') then '中'
         when income in ('100-124K', '125-149K') then '较高'
         when income in ('150-174K', '175-199K', '200-249K', '250K+') then '高' end as pam_consume_level,
    case when kids_count = '0' then '否' when kids_count is not null then '是' end as pam_have_baby,
    cast(case store_id % 11 when 10 then 331100 when 9 then 331000 else 330100 + store_id % 11 * 100 end as varchar) as pam_city_code
from household;

-- What each household paid in each month, by basket: a basket belongs to the month of its last line. Those of 0.00 are no trades.
create view month_paid as
select '2088' || lpad(cast(household_id as varchar), 12, '0') as user_id, strftime(paid_at, '%Y-%m') as month, cast(sum(paid) * 100 as bigint) as fen
from (
    select basket_id, any_value(household_id) as household_id, max(transaction_timestamp) as paid_at, sum(cast(sales_value as decimal(12, 2))) as paid
    from read_parquet('{data}/transactions.parquet')
    group by basket_id
)
where paid > 0
group by all;
