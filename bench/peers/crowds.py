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
    "trade_amt_30d": np.uint32, "last_pay_days": np.uint16, "trade_cnt_90d": np.uint16, "home_shop_km": np.uint16}
STANDS_FOR_UNKNOWN = {"last_pay_days": 65_535, "home_shop_km": 65_535}
CITIES = [1, 3, 5, 8, 13, 21, 34, 55, 89, 144]
ORDERS = {"user order": [], "by city": ["pam_city_code", "pam_hometown_code"],
          "by gender": ["pam_gender", "pam_age", "pam_city_code", "pam_hometown_code"]}
GENDER, CROWD, SPENDERS, EITHER = range(4)
QUESTIONS = {"Q1": (GENDER, False), "Q2": (CROWD, False), "Q3": (CROWD, True),
             "Q4": (SPENDERS, False), "Q5": (SPENDERS, True), "Q6": (EITHER, False), "Q7": (EITHER, True)}


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
            yield name, (table.sort(keys) if keys else table).rechunk(), keys, nulls


def polars(table, keys, nulls):
    assert pl.thread_pool_size() == 1
    c = pl.col
    # Who is unknown has none of them.
    none_of = lambda name, values: ~(c(name).is_in(values).fill_null(False) if nulls else c(name).is_in(values))
    where = {
        GENDER: c("pam_gender") == 1,
        CROWD: (c("pam_gender") == 1) & c("pam_age").is_in([2, 3]) & c("pam_city_code").is_in(CITIES),
        SPENDERS: (c("trade_amt_30d") >= 10_000) & (c("last_pay_days") <= 7) & (c("pam_gender") == 2),
        EITHER: ((c("pam_gender") == 2) & none_of("pam_age", [1, 6])
                 & (c("pam_consume_level").is_in([4, 5]) | (c("trade_cnt_90d") >= 10)))
                | ((c("pam_have_baby") == 2) & none_of("pam_city_code", [1, 2, 3, 4]) & (c("home_shop_km") <= 300))}

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


def sql_rules(nulls):
    """Each rule as it stands after WHERE."""
    one_of = lambda name, values: f"{name} IN ({', '.join(map(str, values))})"
    # Who is unknown has none of them.
    none_of = lambda name, values: f"(NOT {one_of(name, values)}{f' OR {name} IS NULL' if nulls else ''})"
    return {
        GENDER: "pam_gender = 1",
        CROWD: f"pam_gender = 1 AND {one_of('pam_age', [2, 3])} AND {one_of('pam_city_code', CITIES)}",
        SPENDERS: "trade_amt_30d >= 10000 AND last_pay_days <= 7 AND pam_gender = 2",
        EITHER: f"(pam_gender = 2 AND {none_of('pam_age', [1, 6])}"
                f" AND ({one_of('pam_consume_level', [4, 5])} OR trade_cnt_90d >= 10))"
                f" OR (pam_have_baby = 2 AND {none_of('pam_city_code', [1, 2, 3, 4])} AND home_shop_km <= 300)"}


def duckdb(table, keys, nulls):
    import duckdb
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 1")
    connection.execute("SET preserve_insertion_order = true")
    source = table.to_arrow()
    connection.execute("CREATE TABLE m AS SELECT * FROM source")
    where = sql_rules(nulls)

    def forms(rule, breakdown):
        rule = where[rule]
        if breakdown:
            return duckdb_breakdowns(connection, f"m WHERE {rule}")
        return {"count": lambda: connection.execute(f"SELECT count(*) FROM m WHERE {rule}").fetchall()[0][0]}
    return forms


def clickhouse(table, keys, nulls):
    """chdb: ClickHouse inside of this process, a MergeTree in the table's order."""
    import shutil
    import tempfile
    from chdb import session
    folder = tempfile.mkdtemp()
    connection = session.Session(folder)
    # A file of the table in its order; there it is one part, so that the order is also its key.
    table.write_parquet(f"{folder}/m.parquet")
    types = {np.uint8: "UInt8", np.uint16: "UInt16", np.uint32: "UInt32"}
    columns = ", ".join(
        f"{name} {f'Nullable({types[kind]})' if nulls and name not in keys else types[kind]}"
        for name, kind in TYPES.items())
    key = f"({', '.join(keys)})" if keys else "tuple()"
    # A key may not be NULL: there, unknown is the value that no question asks for.
    names = ", ".join(f"coalesce({name}, 0) AS {name}" if name in keys else name for name in TYPES)
    connection.query("CREATE DATABASE d ENGINE = Atomic")
    connection.query(f"CREATE TABLE d.m ({columns}) ENGINE = MergeTree ORDER BY {key}")
    connection.query(f"INSERT INTO d.m SELECT {names} FROM file('{folder}/m.parquet', Parquet)")
    connection.query("OPTIMIZE TABLE d.m FINAL")
    where = sql_rules(nulls)
    settings = "SETTINGS max_threads = 1, use_query_cache = 0, use_query_condition_cache = 0"

    def rows(sql):
        text = str(connection.query(f"{sql} {settings}", "TabSeparated"))
        return [[int(cell) for cell in line.split("\t")] for line in text.splitlines() if line]

    def sets(rule):
        which = " + ".join(f"{place} * (1 - grouping({name}))" for place, name in enumerate(DIMENSIONS))
        value = " + ".join(f"toUInt32(coalesce({name}, 0))" for name in DIMENSIONS)
        groups = ", ".join(f"({name})" for name in DIMENSIONS)
        found = rows(f"SELECT {which} AS d, {value} AS v, count() FROM d.m WHERE {rule} GROUP BY GROUPING SETS ({groups})")
        return sum(count for dimension, _, count in found if dimension == 0), found

    def union(rule):
        one = (f"SELECT {place} AS d, coalesce({name}, 0) AS v, count() FROM d.m WHERE {rule} GROUP BY {name}"
               for place, name in enumerate(DIMENSIONS))
        found = rows(" UNION ALL ".join(one))
        return sum(count for dimension, _, count in found if dimension == 0), found

    def forms(rule, breakdown):
        rule = where[rule]
        if breakdown:
            return {"sets": lambda: sets(rule), "union": lambda: union(rule)}
        return {"count": lambda: rows(f"SELECT count() FROM d.m WHERE {rule}")[0][0]}

    def close():
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)
    forms.close = close
    return forms


def main(peer, folder, rounds):
    for name, table, keys, nulls in tables(folder):
        forms = {"polars": polars, "duckdb": duckdb, "clickhouse": clickhouse}[peer](table, keys, nulls)
        ask_all(peer, name, {question: forms(*asked) for question, asked in QUESTIONS.items()}, int(rounds))
        getattr(forms, "close", lambda: None)()


main(*sys.argv[1:])
