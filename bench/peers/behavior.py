"""Asks DuckDB the question of `behavior`: behavior.py duckdb FOLDER ROUNDS, one JSON line an answer.

It is asked over the payments themselves, in the order of members and in the order of time, with one thread; and over a table of what
they come to at the moment, beside the members' tags, in the order of members and in that which our rows have. Columns are of the
narrowest types.
"""

import sys

import duckdb
import numpy as np
import polars as pl

from asking import DIMENSIONS, ask_all, duckdb_breakdowns

EACH, DAYS, DAY_SECONDS = 50, 400, 86_400
CITIES = {"pam_hometown_code", "pam_city_code"}

# The moment is the end of the last day. Who has paid in the last days has paid in the last 90.
COMES_TO = f"""
    SELECT member, sum(fen) FILTER (second > {(DAYS - 30) * DAY_SECONDS}) AS amount, count(*) AS payments, max(second) // {DAY_SECONDS} AS last
    FROM payment WHERE second > {(DAYS - 90) * DAY_SECONDS} GROUP BY member"""
MEETS = f"amount >= 80000 AND payments >= 12 AND last >= {DAYS - 7}"


def main(peer, folder, rounds):
    def column(name, kind):
        return np.fromfile(f"{folder}/{name}.i32", dtype="<i4").astype(kind)

    tags = [pl.Series(name, column(name, np.int32).clip(0).astype(np.uint16 if name in CITIES else np.uint8)) for name in DIMENSIONS]
    member = pl.DataFrame(tags).with_row_index("member")
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 1")

    def create(name, table):
        source = table.to_arrow()
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM source")

    create("member", member)
    payment = pl.DataFrame({"member": np.repeat(np.arange(len(member), dtype=np.uint32), EACH),
                            "second": column("seconds", np.int32), "fen": column("fen", np.uint32)})
    for order, keys in {"member order": None, "time order": "second"}.items():
        create("payment", payment.sort(keys) if keys else payment)
        crowd = f"crowd AS ({COMES_TO} HAVING {MEETS}),"
        questions = {"payments": duckdb_breakdowns(connection, "member JOIN crowd USING (member)", crowd)}
        ask_all(peer, order, questions, int(rounds))
    connection.execute(f"""CREATE TABLE moment AS
        SELECT member.*, coalesce(amount, 0)::UINTEGER AS amount, coalesce(payments, 0)::UTINYINT AS payments, last::USMALLINT AS last
        FROM member LEFT JOIN ({COMES_TO}) USING (member)""")
    for order, keys in {"member order": "member", "by gender": "pam_gender, pam_age, pam_city_code"}.items():
        connection.execute(f"CREATE OR REPLACE TABLE m AS FROM moment ORDER BY {keys}")
        ask_all(peer, order, {"moment": duckdb_breakdowns(connection, f"m WHERE {MEETS}")}, int(rounds))


main(*sys.argv[1:])
