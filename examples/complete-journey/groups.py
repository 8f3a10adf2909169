"""Crowd groups by what members did: a store goes through the year, and at 24 instants 60 random sets of rules are counted, and asked
for by user. Every count and every membership is held against DuckDB over the raw rows.

At each instant the groups of the instant before are counted first: for them only time has passed.
"""

import collections
import json
import multiprocessing
import os
import random
from bisect import bisect_left
from datetime import datetime, timedelta
from decimal import Decimal

import members
import program
import rule_sets
import year
from shop import DIMENSIONS

SEED = 2017
INSTANTS, SETS, ASKED = 24, 60, 40
# Before this one the server starts anew, and reads from its store what members did.
RESTART = 13
# This tag has another value for each household here: its histogram is the list of a crowd's members.
WHO = "pam_hometown_code"
STRANGER = "2088999999999999"


class Groups:
    """The groups of one shop of a merchant, in the order of creation: by id, the description and the conditions."""

    def __init__(self, data, shop, shop_id):
        self.data, self.shop, self.shop_id, self.held = data, shop, shop_id, {}

    def set(self, turn, sets, callers):
        """Gives the groups other rules through the SDK: every twentieth is deleted, twice, and created again; a few are read back."""
        updates = []
        for number, conditions in enumerate(sets):
            group, describe = f"group{number:02}", f"第{turn}次第{number}组"
            if group in self.held and number % 20 == turn % 20:
                for _ in range(2):
                    self.shop.set_group("DELETE", self.shop_id, group)
                del self.held[group]
            if group in self.held:
                updates.append(("UPDATE", self.shop_id, group, conditions, describe))
            else:
                self.check(group, conditions, self.shop.set_group("CREATE", self.shop_id, group, conditions, describe))
            self.held[group] = describe, conditions
        for (_, _, group, conditions, _), answer in zip(updates, callers.starmap(self.shop.set_group, updates)):
            self.check(group, conditions, answer)
        for group in list(self.held)[::12]:
            self.check(group, self.held[group][1], self.shop.set_group("RETRIEVE", self.shop_id, group))

    def check(self, group, conditions, answer):
        if answer != conditions:
            raise ValueError(f"{group} has {conditions}, and the answer says {answer}")

    def counts(self):
        """What the program counts, by id: the total, what they paid, and a histogram for each dimension."""
        named = [word for group in self.held for word in ("--group", group)]
        broken_down = [word for code in DIMENSIONS for word in ("--dimension", code)]
        which = ["--shop", self.shop_id, "--app", self.shop.app_id]
        counts = {}
        for count in map(json.loads, program.run(self.data, "crowd", "count", *which, *named, *broken_down, "--json").splitlines()):
            histograms = {histogram["label"]: histogram["value"] for histogram in count["dimensions"]}
            counts[count["crowd_group_id"]] = count["total"], Decimal(count["sum"]), histograms
        return counts


def compare(folder, pid, shop, households, baskets, database):
    """Takes a store through the year; gives how many counts and answers differ."""
    rng, happens, data = random.Random(SEED), year.Year(pid, households, baskets), folder / "year"
    groups, different, before = Groups(data, shop, happens.shops[0]), 0, datetime.min
    moments = list(enumerate(instants(rng, happens)))
    members.write_csv([with_own_town(household) for household in households], folder / "year.csv.gz")
    print(f"\n{'instant':<25}{'new rows':>9}{'members':>14}{'groups of before':>19}{'groups':>11}{'users':>11}  equal")
    for part in moments[:RESTART], moments[RESTART:]:
        clock = None if groups.held else f"{year.BEGIN.isoformat()}+08:00"
        # The SDK signs in Python, which costs more than all else here: all processors sign.
        with program.serving(data, folder / "world.toml", clock), multiprocessing.get_context("fork").Pool(os.cpu_count()) as callers:
            if not groups.held:
                program.import_file("members", data, pid, folder / "year.csv.gz", "--strict")
            for turn, now in part:
                program.run(data, "clock", "set", f"{now.isoformat(timespec='milliseconds')}+08:00")
                stale = compare_counts(groups, expected(groups, database, before, now)) if groups.held else []
                new_rows = import_news(data, pid, happens.write_news(folder, before, now))
                households_now = facts(database, now, now)
                near = edges(happens, now, households_now)
                groups.set(turn, [rule_sets.random_set(rng, households_now, near) for _ in range(SETS)], callers)
                crowds = expected(groups, database, now, now)
                fresh, asked = compare_counts(groups, crowds), compare_users(rng, groups, crowds, households_now, callers)
                sizes = [len(crowd) for crowd in crowds.values()]
                said = "".join(f"{equal.count(True):>{width}} of {len(equal):2}" for equal, width in [(stale, 13), (fresh, 5), (asked, 5)])
                differ = (stale + fresh + asked).count(False)
                print(f"{now.isoformat(' ', 'milliseconds'):<25}{new_rows:9}{min(sizes):6} to {max(sizes):4}{said}",
                      "  NO" if differ else "  yes", flush=True)
                different, before = different + differ, now
    program.run(data, "prove")
    print(f"\n{len(moments)} instants with {SETS} sets of rules each: {different} counts and answers different from DuckDB")
    return different


def with_own_town(household):
    """A household as a member with the tags that are dimensions; its home town is the one with its own number."""
    known = {code: value for code, value in household.items() if code in ("user_id", *DIMENSIONS)}
    return known | {WHO: town(int(household["user_id"][4:]))}


def town(household):
    return str(100_000 + household)


def instants(rng, happens):
    """An instant of each of equal parts of the year, most where something enters or leaves a window, or a millisecond beside it; and
    the one at which the year's first payment leaves the longest window."""
    paid, refunded = ([at for at, row in happens.trades if ("refunded_at" in row) == whether] for whether in (False, True))
    received, redeemed = ([at for at, row in happens.vouchers if ("redeemed_at" in row) == whether] for whether in (False, True))
    moves = sorted(at for at, _ in happens.member_moves + happens.shop_moves)
    midnights = [year.BEGIN + day * year.DAY for day in range(366)]
    now, windows = [timedelta()], [int(period) * year.DAY for period in rule_sets.PERIODS]
    # What happens, after which times that makes an edge, and how many milliseconds beside it the instant lies.
    kinds = [(paid, now, 0), (received, windows, 0), (midnights, now, 0), (redeemed, windows, 0), (paid, windows, -1), (moves, now, 0),
             (received, now, 0), (midnights, now, -1), (paid, windows, 1), (refunded, now, 0), (received, windows, 0), (redeemed, windows, 1)]
    moments, part = [], 365 * year.DAY / INSTANTS
    for number in range(INSTANTS):
        happened, after, beside = kinds[number % len(kinds)]
        begin, end = year.BEGIN + number * part + year.DAY, year.BEGIN + (number + 1) * part
        edges = [at + time for time in after for at in happened[bisect_left(happened, begin - time):bisect_left(happened, end - time)]]
        moments.append(rng.choice(edges) + beside * year.MS)
    return moments + [paid[0] + windows[-1]]


def edges(happens, now, households):
    """By rule and period, the households for whom something enters or leaves the window at an instant or a millisecond beside it."""
    by_user, found = {f"2088{row['household_id']:012d}": row for row in households}, collections.defaultdict(list)
    for period in rule_sets.PERIODS:
        near = [happened for at in (now, now - int(period) * year.DAY) for happened in happens.near(at)]
        for rule, (*_, what) in rule_sets.RULES.items():
            for user in [user for happened, user in near if happened == what]:
                found[rule, period].append(by_user[user])
    return found


def import_news(data, pid, files):
    """Imports and applies what is new; gives the number of rows."""
    rows = 0
    for what, file in files.items():
        if what == "world":
            program.run(data, "apply", file)
            continue
        report = program.import_file(what, data, pid, file)
        if report["bad"]:
            raise ValueError(f"{file.name} has bad rows: {report}")
        rows += report["new"] + report["changed"]
    return rows


def facts(database, told_until, now):
    """Every household's facts as dictionaries, of what happened until an instant, looked at now."""
    look(database, told_until, now)
    rows = database.execute("from fact order by household_id")
    names = [column[0] for column in rows.description]
    return [dict(zip(names, row)) for row in rows.fetchall()]


def look(database, told_until, now):
    database.execute("set variable told_until = cast(? as timestamp)", [told_until])
    database.execute("set variable instant = cast(? as timestamp)", [now])


def expected(groups, database, told_until, now):
    """Who is in each group, from DuckDB: by id, the household, what it paid in all, and its buckets in the dimensions."""
    look(database, told_until, now)
    meets = ", ".join(rule_sets.sql(conditions) for _, conditions in groups.held.values())
    rows = database.execute(f"select household_id, paid_ever, {', '.join(DIMENSIONS)}, [{meets}] from fact join bucket using (household_id) "
                            "order by household_id").fetchall()
    return {group: [row[:-1] for row in rows if row[-1][place]] for place, group in enumerate(groups.held)}


def compare_counts(groups, crowds):
    """Whether the program counts each group as DuckDB does: total, sum and histograms, of which one lists the members."""
    counts = groups.counts()
    equal = []
    for group, crowd in crowds.items():
        histograms = {code: dict(collections.Counter(member[place] for member in crowd if member[place] is not None))
                      for place, code in enumerate(DIMENSIONS, start=2)}
        histograms[WHO] = {town(member[0]): 1 for member in crowd}
        expect = len(crowd), sum((member[1] for member in crowd), Decimal(0)), histograms
        equal.append(counts.get(group) == expect)
        if not equal[-1]:
            print(f"{group} {groups.held[group]}: {counts.get(group)} instead of {expect}")
    return equal


def compare_users(rng, groups, crowds, households, callers):
    """Whether some users are answered with the groups that they are in, in the order of creation; a stranger is in none."""
    inside = {group: {member[0] for member in crowd} for group, crowd in crowds.items()}
    some = sorted(set.union(*inside.values()))
    asked = rng.sample(some, min(len(some), ASKED * 3 // 4))
    asked += rng.sample([row["household_id"] for row in households], ASKED - 1 - len(asked))
    users = [f"2088{household:012d}" for household in asked] + [STRANGER]
    equal = []
    for user, answer in zip(users, callers.starmap(groups.shop.groups_of, [(groups.shop_id, user) for user in users])):
        expect = [(group, *groups.held[group]) for group in groups.held if int(user[4:]) in inside[group]]
        equal.append(answer == expect)
        if not equal[-1]:
            print(f"{user}: {answer} instead of {expect}")
    return equal
