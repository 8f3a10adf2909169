"""Random sets of crowd-group rules: each as the SDK is asked it, and the same question in SQL over `fact`, written by hand.

Operands lie near facts of households that are there, and many are exactly one, so that crowds are of all sizes and EQ finds somebody.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

PERIODS = ["30", "60", "90", "180", "365"]
SIGNS = {"EQ": "=", "GT": ">", "GTEQ": ">=", "LT": "<", "LTEQ": "<="}
UNITS = ["YUAN", "COUNT", "TICKET", "DAY", "KM"]

# Each rule: its unit, the column of `fact` (with the days of its window where it has one), and the decimals of its operand.
RULES = {
    "TRADE_AMT": ("YUAN", "amount_{}", 2),
    "TRADE_CNT": ("COUNT", "trades_{}", 0),
    "PCT_AMT": ("YUAN", "amount_{0} / trades_{0}", 2),
    "APPLY_VOUCHER_CNT": ("TICKET", "received_{}", 0),
    "VERIFY_VOUCHER_CNT": ("TICKET", "redeemed_{}", 0),
    "LAST_PAY_DATE": ("DAY", "days_since", 0),
    "LAST_PAY_AMT": ("YUAN", "last_amount", 2),
    "HOME_SHOP_DIS": ("KM", "home_km", 2),
    "WORK_SHOP_DIS": ("KM", "work_km", 2),
}


def random_set(rng, facts):
    """One to four rules that must all hold, as the SDK's conditions. Half of the sets hold for some household on purpose."""
    household = rng.choice(facts) if rng.random() < 0.5 else None
    conditions = []
    for rule in rng.sample(list(RULES), rng.choice([1, 1, 2, 2, 3, 4])):
        period = rng.choice(PERIODS)
        value = fact(household, rule, period) if household else fact(rng.choice(facts), rule, period)
        sign = rng.choice(list(SIGNS))
        if household:
            if value is None:
                continue
            conditions.append(condition(rng, rule, period, *holding(rng, rule, sign, value)))
        else:
            value = Decimal(1) if value is None else value
            conditions.append(condition(rng, rule, period, sign, rounded(rng, rule, value * rng.choice([1, 1, Decimal("0.5"), 2]))))
    return conditions or random_set(rng, facts)


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


def holding(rng, rule, sign, value):
    """An operator and an operand that a value meets, on the edge or beside it."""
    step = Decimal(1).scaleb(-RULES[rule][2])
    below, above = value.quantize(step, ROUND_FLOOR), value.quantize(step, ROUND_CEILING)
    beside = step * rng.choice([0, 0, 1, 10])
    if sign == "EQ" and below == above and below > 0:
        return "EQ", below
    if sign in ("GT", "GTEQ") and below - beside > 0:
        return ("GTEQ", below - beside) if sign == "GTEQ" or below - beside == value else ("GT", below - beside)
    return ("LTEQ", max(above + beside, step)) if sign == "LTEQ" else ("LT", above + beside + step)


def condition(rng, rule, period, sign, operand):
    """As the SDK takes it; now and then with another unit than the rule's, or with a period that the rule does not look at."""
    unit, column, decimals = RULES[rule]
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
