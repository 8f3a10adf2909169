"""Asks one peer the questions of `crowds`: crowds.py PEER FOLDER ROUNDS, one JSON line an answer. After each of its tables
it says so, and waits for a line, so that we can be asked in between.

FOLDER holds a little-endian i32 file a column, -1 for unknown. A peer gets the narrowest types. It is asked in
the order of users and in two clustered orders, and with unknown values as NULL and, where that is faster, as a value that
no question asks for (0 among codes and amounts, 65,535 among days), which spares it all handling of NULL. Times are this process's own on the processor.
"""

import json
import sys
import time

import numpy as np
import polars as pl

DIMENSIONS = ["pam_gender", "pam_age", "pam_constellation", "pam_hometown_code",
              "pam_city_code", "pam_occupation", "pam_consume_level", "pam_have_baby"]
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


def histograms(found):
    """The breakdown in the bench's form from (dimension, value, count); unknown is left out."""
    out = [[] for _ in DIMENSIONS]
    for dimension, value, count in found:
        if value:
            out[dimension].append((value, count))
    return [sorted(one) for one in out]


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
    names = ", ".join(DIMENSIONS)

    def ask(sql):
        return connection.execute(sql).fetchall()

    def total(found):
        return sum(count for dimension, _, count in found if dimension == 0)

    def sets(rule):
        one = ", ".join(f"({name})" for name in DIMENSIONS)
        which = " + ".join(f"{place} * (1 - grouping({name}))" for place, name in enumerate(DIMENSIONS))
        rows = ask(f"SELECT {which}, coalesce({names}), count(*) FROM m WHERE {rule} GROUP BY GROUPING SETS ({one})")
        return total(rows), rows

    def union(source):
        one = (f"SELECT {place}, {name}, count(*) FROM {source} GROUP BY {name}" for place, name in enumerate(DIMENSIONS))
        return " UNION ALL ".join(one)

    def cte(rule):
        rows = ask(f"WITH f AS MATERIALIZED (SELECT {names} FROM m WHERE {rule}) {union('f')}")
        return total(rows), rows

    def unions(rule):
        rows = ask(union(f"(SELECT * FROM m WHERE {rule})"))
        return total(rows), rows

    def forms(rule, breakdown):
        rule = where[rule]
        if breakdown:
            return {"sets": lambda: sets(rule), "cte": lambda: cte(rule), "union": lambda: unions(rule)}
        return {"count": lambda: ask(f"SELECT count(*) FROM m WHERE {rule}")[0][0]}
    return forms


def main(peer, folder, rounds):
    for name, table in tables(folder):
        forms = {"polars": polars, "duckdb": duckdb}[peer](table)
        for question, (rule, breakdown) in QUESTIONS.items():
            for form, ask in forms(rule, breakdown).items():
                answer, ms = ask(), []
                for _ in range(int(rounds)):
                    start = time.process_time()
                    ask()
                    ms.append((time.process_time() - start) * 1e3)
                total, found = answer if breakdown else (answer, None)
                print(json.dumps({
                    "engine": peer, "form": f"{form}, {name}", "question": question, "total": int(total),
                    "histograms": histograms(found) if breakdown else [], "ms": ms}), flush=True)
        print("done with a table", flush=True)
        sys.stdin.readline()


main(*sys.argv[1:])
