"""What the scripts that ask peers share: dimensions, breakdowns in SQL, and asking with a clock."""

import json
import sys
import time

DIMENSIONS = ["pam_gender", "pam_age", "pam_constellation", "pam_hometown_code",
              "pam_city_code", "pam_occupation", "pam_consume_level", "pam_have_baby"]


def ask_all(peer, table, questions, rounds):
    """Asks all forms of all questions on one table, prints a line an answer, and waits for us to be asked in between. A form
    gives a total, or a total with (dimension, value, count) for each bucket."""
    for question, forms in questions.items():
        for form, ask in forms.items():
            answer, ms = ask(), []
            for _ in range(rounds):
                start = time.process_time()
                ask()
                ms.append((time.process_time() - start) * 1e3)
            total, found = answer if isinstance(answer, tuple) else (answer, None)
            print(json.dumps({
                "engine": peer, "form": f"{form}, {table}", "question": question, "total": int(total),
                "histograms": [] if found is None else histograms(found), "ms": ms}), flush=True)
    print("done with a table", flush=True)
    sys.stdin.readline()


def histograms(found):
    """The breakdown in the bench's form; unknown is left out."""
    out = [[] for _ in DIMENSIONS]
    for dimension, value, count in found:
        if value:
            out[dimension].append((value, count))
    return [sorted(one) for one in out]


def duckdb_breakdowns(connection, source, before=""):
    """Forms of a breakdown over what stands after FROM; `before` is a WITH list that it needs, with a comma behind."""
    names = ", ".join(DIMENSIONS)

    def ask(sql):
        rows = connection.execute(sql).fetchall()
        return sum(count for dimension, _, count in rows if dimension == 0), rows

    def sets():
        one = ", ".join(f"({name})" for name in DIMENSIONS)
        which = " + ".join(f"{place} * (1 - grouping({name}))" for place, name in enumerate(DIMENSIONS))
        groups = f"GROUP BY GROUPING SETS ({one})"
        return ask(f"{with_list(before)} SELECT {which}, coalesce({names}), count(*) FROM {source} {groups}")

    def union(table):
        one = (f"SELECT {place}, {name}, count(*) FROM {table} GROUP BY {name}" for place, name in enumerate(DIMENSIONS))
        return " UNION ALL ".join(one)

    def cte():
        return ask(f"WITH {before} f AS MATERIALIZED (SELECT {names} FROM {source}) {union('f')}")

    def unions():
        return ask(f"{with_list(before)} {union(f'(SELECT * FROM {source})')}")

    return {"sets": sets, "cte": cte, "union": unions}


def with_list(before):
    return f"WITH {before.rstrip(', ')}" if before else ""
