"""Random sets of crowd-group rules: each as the SDK is asked it, and the same question in SQL over `fact`, written by hand.

Operands lie near facts of households that are there, and many are exactly one, so that crowds are of all sizes and EQ finds somebody.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

PERIODS = ["30", "60", "90", "180", "365"]
SIGNS = {"EQ": "=", "GT": ">", "GTEQ": ">=", "LT": "<", "LTEQ": "<="}
UNITS = ["YUAN", "COUNT", "TICKET", "DAY", "KM"]

# Each rule: its unit, the column of `fact` (with the days of its window where it has one), the decimals of its operand, and what its
# window has in it.
RULES = {
    "TRADE_AMT": ("YUAN", "amount_{}", 2, "paid"),
    "TRADE_CNT": ("COUNT", "trades_{}", 0, "paid"),
    "PCT_AMT": ("YUAN", "amount_{0} / trades_{0}", 2, "paid"),
    "APPLY_VOUCHER_CNT": ("TICKET", "received_{}", 0, "received"),
    "VERIFY_VOUCHER_CNT": ("TICKET", "redeemed_{}", 0, "redeemed"),
    "LAST_PAY_DATE": ("DAY", "days_since", 0, None),
    "LAST_PAY_AMT": ("YUAN", "last_amount", 2, None),
    "HOME_SHOP_DIS": ("KM", "home_km", 2, None),
    "WORK_SHOP_DIS": ("KM", "work_km", 2, None),
}


def random_set(rng, facts, edges):
    """One to four rules that must all hold, as the SDK's conditions. Where there are edges, half of the sets are one rule on one:
    `edges` has, by rule and period, those for whom something enters or leaves the window. Half of the others hold for a household."""
    if edges and rng.random() < 0.5:
        (rule, period), households = rng.choice(list(edges.items()))
        return [holding_condition(rng, rule, period, fact(rng.choice(households), rule, period) or Decimal(0))]
    household = rng.choice(facts) if rng.random() < 0.5 else None
    conditions = []
    for rule in rng.sample(list(RULES), rng.choice([1, 1, 2, 2, 3, 4])):
        period = rng.choice(PERIODS)
        value = fact(household or rng.choice(facts), rule, period)
        if not household:
            operand = rounded(rng, rule, (value or Decimal(1)) * rng.choice([1, 1, Decimal("0.5"), 2]))
            conditions.append(condition(rng, rule, period, rng.choice(list(SIGNS)), operand))
        elif value is not None:
            conditions.append(holding_condition(rng, rule, period, value))
    return conditions or random_set(rng, facts, edges)


def fact(household, rule, period):
    """What a rule looks at, of one household: a Decimal, or None."""
    if rule == "PCT_AMT":
        amount, trades = household[f"amount_{period}"], household[f"trades_{period}"]
        return Decimal(amount) / trades if trades else None
    value = household[RULES[rule][1].format(period)]
    return None if value is None else Decimal(value)


def rounded(rng, rule, value):
    """An operand near a value: with the decimals that the rule may have, and above 0."""
    step = Decimal(1).scaleb(-RULES[rule][2])
    return max(step, value.quantize(step, rng.choice([ROUND_FLOOR, ROUND_CEILING])))


def holding_condition(rng, rule, period, value):
    """A condition that a value meets, on the edge or beside it."""
    sign, step = rng.choice(list(SIGNS)), Decimal(1).scaleb(-RULES[rule][2])
    below, above = value.quantize(step, ROUND_FLOOR), value.quantize(step, ROUND_CEILING)
    beside = step * rng.choice([0, 0, 1, 10])
    if sign == "EQ" and below == above and below > 0:
        return condition(rng, rule, period, "EQ", below)
    if sign in ("GT", "GTEQ") and below - beside > 0:
        return condition(rng, rule, period, "GTEQ" if below - beside == value else sign, below - beside)
    if sign == "LTEQ" and above + beside > 0:
        return condition(rng, rule, period, "LTEQ", above + beside)
    return condition(rng, rule, period, "LT", above + beside + step)


def condition(rng, rule, period, sign, operand):
    """As the SDK takes it; now and then with another unit than the rule's, or with a period that the rule does not look at."""
    unit, column, decimals, _ = RULES[rule]
    text = f"{operand:.{decimals}f}"
    if decimals and rng.random() < 0.5:
        text = text.rstrip("0").rstrip(".")
    written = {"operator_rule": rule, "logical_operator": sign, "operation_value": text,
               "rule_unit": unit if rng.random() < 0.9 else rng.choice(UNITS)}
    return written | ({"period": period} if "{" in column or rng.random() < 0.2 else {})


def sql(conditions):
    """Whether a household meets all conditions; a fact that is not known meets none."""
    return " and ".join(f"coalesce({one_sql(one)}, false)" for one in conditions)


def one_sql(condition):
    rule, sign, operand = condition["operator_rule"], SIGNS[condition["logical_operator"]], condition["operation_value"]
    period = condition.get("period")
    if rule == "PCT_AMT":
        return f"trades_{period} > 0 and amount_{period} {sign} {operand} * trades_{period}"
    return f"{RULES[rule][1].format(period)} {sign} {operand}"
