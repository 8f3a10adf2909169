"""Asks one peer the questions of `crowds`: crowds.py PEER FOLDER ROUNDS, one JSON line an answer. After each of its tables
it says so, and waits for a line, so that we can be asked in between.

FOLDER holds a little-endian i32 file a column, -1 for unknown. A peer gets the narrowest types. It is asked in
the order of users and in two clustered orders, and with unknown values as NULL and, where that is faster, as a value that
no question asks for (0 among codes and amounts, 65,535 among days), which spares it all handling of NULL. Times are this process's own on the processor.
"""

import sys

import numpy as np
import polars as pl

from asking import DIMENSIONS, ask_all, duckdb_breakdowns

TYPES = {name: np.uint8 for name in DIMENSIONS} | {
    "pam_hometown_code": np.uint16, "pam_city_code": np.uint16,
    "trade_amt_30d": np.uint32, "last_pay_days": np.uint16, "trade_cnt_90d": np.uint16}
STANDS_FOR_UNKNOWN = {"last_pay_days": 65_535, "trade_cnt_90d": 65_535}
CITIES = [1, 3, 5, 8, 13, 21, 34, 55, 89, 144]
ORDERS = {"user order": [], "by city": ["pam_city_code", "pam_hometown_code"],
          "by gender": ["pam_gender", "pam_age", "pam_city_code", "pam_hometown_code"]}
GENDER, CROWD, SPENDERS = range(3)
QUESTIONS = {"Q1": (GENDER, False), "Q2": (CROWD, False), "Q3": (CROWD, True),
             "Q4": (SPENDERS, False), "Q5": (SPENDERS, True)}


def tables(folder):
    """Every table a peer is asked on, with its name."""
    def column(name, nulls):
        cells = np.fromfile(f"{folder}/{name}.i32", dtype="<i4")
        unknown = cells < 0
        values = np.where(unknown, STANDS_FOR_UNKNOWN.get(name, 0), cells).astype(TYPES[name])
        series = pl.Series(name, values)
        return series.set(pl.Series(unknown), None) if nulls else series
    for nulls in (True, False):
        table = pl.DataFrame([column(name, nulls) for name in TYPES])
        for order, keys in ORDERS.items():
            name = f"{order}, unknown as {'NULL' if nulls else 'a value'}"
            yield name, (table.sort(keys) if keys else table).rechunk()


def polars(table):
    assert pl.thread_pool_size() == 1
    c = pl.col
    where = {
        GENDER: c("pam_gender") == 1,
        CROWD: (c("pam_gender") == 1) & c("pam_age").is_in([2, 3]) & c("pam_city_code").is_in(CITIES),
        SPENDERS: (c("trade_amt_30d") >= 10_000) & (c("last_pay_days") <= 7) & (c("pam_gender") == 2)}

    def counts(rule):
        return {"select sum": lambda: table.select(rule.sum()).item(),
                "lazy len": lambda: table.lazy().filter(rule).select(pl.len()).collect().item()}

    def gather(frames):
        return [(place, value, count) for place, frame in enumerate(frames) for value, count in frame.iter_rows()]

    def eager(rule):
        crowd = table.select(DIMENSIONS).filter(table.select(rule).to_series())
        return crowd.height, gather([crowd.group_by(name).len() for name in DIMENSIONS])

    def value_counts(rule):
        crowd = table.select(DIMENSIONS).filter(table.select(rule).to_series())
        return crowd.height, gather([crowd[name].value_counts() for name in DIMENSIONS])

    def collect_all(rule):
        crowd = table.lazy().filter(rule)
        frames = pl.collect_all([crowd.group_by(name).len() for name in DIMENSIONS])
        return frames[0]["len"].sum(), gather(frames)

    def breakdowns(rule):
        return {"eager": lambda: eager(rule), "value_counts": lambda: value_counts(rule),
                "collect_all": lambda: collect_all(rule)}
    return lambda rule, breakdown: (breakdowns if breakdown else counts)(where[rule])


def duckdb(table):
    import duckdb
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 1")
    connection.execute("SET preserve_insertion_order = true")
    source = table.to_arrow()
    connection.execute("CREATE TABLE m AS SELECT * FROM source")
    one_of = lambda name, values: f"{name} IN ({', '.join(map(str, values))})"
    where = {
        GENDER: "pam_gender = 1",
        CROWD: f"pam_gender = 1 AND {one_of('pam_age', [2, 3])} AND {one_of('pam_city_code', CITIES)}",
        SPENDERS: "trade_amt_30d >= 10000 AND last_pay_days <= 7 AND pam_gender = 2"}

    def forms(rule, breakdown):
        rule = where[rule]
        if breakdown:
            return duckdb_breakdowns(connection, f"m WHERE {rule}")
        return {"count": lambda: connection.execute(f"SELECT count(*) FROM m WHERE {rule}").fetchall()[0][0]}
    return forms


def main(peer, folder, rounds):
    for name, table in tables(folder):
        forms = {"polars": polars, "duckdb": duckdb}[peer](table)
        ask_all(peer, name, {question: forms(*asked) for question, asked in QUESTIONS.items()}, int(rounds))


main(*sys.argv[1:])
