"""
The balance sheet a second time, from its definitions, by plain loops over lists of dicts, day by day.

Slow and simple on purpose, and without a line of what it checks. Only where towns lie and how many live near is asked of
`core.places`, which has tests of its own.
"""

from calendar import monthrange
from collections import Counter
from datetime import date, timedelta

from muster.core import places

DAY = timedelta(days=1)


def holds(spell, day):
    return spell["from"] <= day and (spell["to"] is None or day < spell["to"])


class Plain:
    def __init__(self, organisation, unit, on, step=100, radius_km=50, sizes=(5, 7)):
        self.o, self.unit, self.on, self.step, self.radius_km, self.sizes = (
            organisation,
            unit,
            on,
            step,
            radius_km,
            sizes,
        )
        self.units = {u["unit"]: u for u in organisation["units"]}
        self.people = {p["person"]: p for p in organisation["people"]}

    # who is where

    def spells(self, kind, person):
        return [s for s in self.o[kind] if s["person"] == person]

    def is_member(self, person, day):
        return any(holds(s, day) for s in self.spells("members", person))

    def is_organiser(self, person, day):
        return any(holds(s, day) for s in self.spells("organisers", person))

    def home(self, person, day):
        for s in self.spells("placements", person):
            if s["primary"] and holds(s, day):
                return s["unit"]
        return None

    def lies_in(self, unit, above):
        while unit:
            if unit == above:
                return True
            unit = self.units[unit]["parent"]
        return False

    def counts_in(self, person, unit, day):
        is_whole = unit is None or not self.units[unit]["parent"]
        return is_whole or self.lies_in(self.home(person, day), unit)

    def members(self, unit, day):
        return [p for p in self.people if self.is_member(p, day) and self.counts_in(p, unit, day)]

    def is_open(self, unit, day):
        u = self.units[unit]
        return (u["opened_on"] is None or u["opened_on"] <= day) and (u["closed_on"] is None or day < u["closed_on"])

    def kind(self, unit, day):
        for was in sorted(self.units[unit]["was"], key=lambda was: was["until"]):
            if day < was["until"]:
                return was["kind"]
        return self.units[unit]["kind"]

    def open_units(self, kind, above, day):
        return [
            u
            for u in self.units
            if self.kind(u, day) == kind and self.is_open(u, day) and (above is None or self.lies_in(u, above))
        ]

    def city(self, row):
        return (row["city"], row["region"], row["country"]) if row["city"] else None

    def city_of(self, person, day):
        own = self.city(self.people[person])
        home = self.home(person, day)
        return own or (self.city(self.units[home]) if home else None)

    # days

    def days(self, first, last):
        return [first + n * DAY for n in range((last - first).days + 1)]

    def first_day(self):
        begins = [s["from"] for s in self.o["members"] if s["from"] <= self.on]
        for day in self.days(min(begins), self.on) if begins else []:
            if self.members(self.unit, day):
                return day
        return None

    def joined(self, unit, day):
        return sum(
            1
            for s in self.o["members"]
            if s["from"] == day
            and not any(other["to"] == day for other in self.spells("members", s["person"]))
            and self.counts_in(s["person"], unit, day)
        )

    def left(self, unit, day):
        return sum(
            1
            for s in self.o["members"]
            if s["to"] == day
            and not any(other["from"] == day for other in self.spells("members", s["person"]))
            and self.counts_in(s["person"], unit, day - DAY)
        )

    def year_ago(self):
        is_leap_day = (self.on.month, self.on.day) == (2, 29)
        return date(self.on.year - 1, 2, 28) if is_leap_day else self.on.replace(year=self.on.year - 1)

    def sheet(self):
        return {
            "schema": "muster.balance-sheet/1",
            "unit": {"id": self.unit or "", "name": self.units[self.unit]["name"] if self.unit else ""},
            "as_of": self.on.isoformat(),
            "members": self.members_part(),
            "places": self.places_part(),
            "units": self.units_part(),
            "recruitment": {"joined_per_month_by_year": self.recruitment()},
            "inquiries": self.inquiries_part(),
            "contacts": {},
            "organisers": self.organisers_part(),
            "potential": self.potential(),
            "goals": self.goals(),
        }

    def members_part(self):
        first, by_month, joined, left, milestones = self.first_day(), {}, Counter(), Counter(), {}
        for day in self.days(first, self.on) if first else []:
            count = len(self.members(self.unit, day))
            by_month[day.isoformat()[:7]] = count  # the last day of the month stays
            for multiple in range(self.step, count + 1, self.step):
                milestones.setdefault(str(multiple), day.isoformat())
            joined[day.isoformat()[:7]] += self.joined(self.unit, day)
            left[day.isoformat()[:7]] += self.left(self.unit, day)
        year, month, ends = self.on.year, self.on.month, [self.on]
        for _ in range(11):
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)
            ends.append(date(year, month, monthrange(year, month)[1]))
        mean = sum(len(self.members(self.unit, day)) for day in ends) / 12
        gone = sum(self.left(self.unit, day) for day in self.days(self.year_ago() + DAY, self.on))
        return {
            "total": len(self.members(self.unit, self.on)),
            "by_month": by_month,
            "joined_by_month": {month: count for month, count in joined.items() if count},
            "left_by_month": {month: count for month, count in left.items() if count},
            "milestones": milestones,
            "turnover_12_months": round(gone / mean, 4) if mean else 0.0,
        }

    def by_city(self):
        found = Counter(self.city_of(p, self.on) for p in self.members(self.unit, self.on))
        found.pop(None, None)
        return found

    def branches_by_city(self):
        found = Counter(self.city(self.units[u]) for u in self.open_units("branch", self.unit, self.on))
        found.pop(None, None)
        return found

    def places_part(self):
        by_city, branches, total = self.by_city(), self.branches_by_city(), len(self.members(self.unit, self.on))
        cities = sorted(by_city, key=lambda city: (-by_city[city], *city))
        held, strongholds = 0, []
        for city in cities:
            if held >= total / 2:
                break
            strongholds.append([city[0], city[1]])
            held += by_city[city]
        countries = Counter()
        for city in cities:
            countries[city[2]] += by_city[city] if city[2] else 0
        country = min((c for c in countries if c), key=lambda c: (-countries[c], c), default="")
        return {
            "cities_with_members": len(cities),
            "cities": [
                {"city": c[0], "region": c[1], "country": c[2], "members": by_city[c], "branches": branches[c]}
                for c in cities
            ],
            "strongholds": {
                "cities": strongholds,
                "members": held,
                "share": round(held / total, 4) if total else 0.0,
            },
            "coverage": {
                "radius_km": self.radius_km,
                "members": self.reach(cities, country),
                "branches": self.reach(branches, country),
            },
        }

    def reach(self, cities, country):
        points = []
        for city in cities:
            place = places.BUNDLED.locate(*city)
            if place:
                points.append((place.latitude, place.longitude))
                continue
            for u in self.units.values():  # an unknown place lies where the first unit there says it does
                inside = self.unit is None or self.lies_in(u["unit"], self.unit)
                if inside and self.city(u) == city and u["latitude"] is not None:
                    points.append((u["latitude"], u["longitude"]))
                    break
        return round(places.BUNDLED.population_near(points, self.radius_km, country), 4)

    def units_part(self):
        members = self.members(self.unit, self.on)
        branches = self.open_units("branch", self.unit, self.on)
        in_branch, in_group = 0, 0
        for p in members:
            kinds = [
                self.kind(s["unit"], self.on)
                for s in self.spells("placements", p)
                if holds(s, self.on) and self.is_open(s["unit"], self.on)
            ]
            in_branch += "branch" in kinds
            in_group += "branch" not in kinds and "group" in kinds
        sizes = {b: sum(self.home(p, self.on) == b for p in members) for b in branches}
        outside = len(members) - in_branch
        return {
            "branches_open": len(branches),
            "groups_open": len(self.open_units("group", self.unit, self.on)),
            "cities_with_several_branches": sum(n > 1 for n in self.branches_by_city().values()),
            "branch_sizes": sizes,
            "size_classes": {
                "1-4": sum(1 <= n <= 4 for n in sizes.values()),
                "5-7": sum(5 <= n <= 7 for n in sizes.values()),
                "8-13": sum(8 <= n <= 13 for n in sizes.values()),
                "14+": sum(n >= 14 for n in sizes.values()),
            },
            "members_in_branches": in_branch,
            "members_in_groups": in_group,
            "members_at_large": outside - in_group,
            "share_outside_branches": round(outside / len(members), 4) if members else 0.0,
        }

    def recruitment(self):
        first, years = self.first_day(), {}
        for year in range(first.year, self.on.year + 1) if first else []:
            joined = sum(
                self.joined(self.unit, day) for day in self.days(date(year, 1, 1), date(year, 12, 31)) if day <= self.on
            )
            years[str(year)] = round(joined / (self.on.month if year == self.on.year else 12), 2)
        return years

    def inquiries(self, unit, first, last):
        is_whole = unit is None or not self.units[unit]["parent"]
        counted = {}
        for place, i in enumerate(self.o["inquiries"]):
            if not is_whole and not (i["person"] and self.lies_in(self.home(i["person"], self.on), unit)):
                continue
            message = place if i.get("part_of") is None else i["part_of"]
            if message not in counted or i["received_on"] < counted[message]["received_on"]:
                counted[message] = i
        return [i for i in counted.values() if first <= i["received_on"] <= last]

    def inquiries_part(self):
        by_month = Counter(
            i["received_on"].isoformat()[:7] for i in self.inquiries(self.unit, date(1900, 1, 1), self.on)
        )
        recent = self.inquiries(self.unit, self.on - 89 * DAY, self.on)
        return {"by_month": dict(by_month), "per_week_last_90_days": round(len(recent) / 90 * 7, 2)}

    def organisers_part(self):
        members = self.members(self.unit, self.on)
        organisers = [p for p in members if self.is_organiser(p, self.on)]
        homes = {self.home(p, self.on) for p in organisers}
        return {
            "total": len(organisers),
            "members_per_organiser": round(len(members) / len(organisers), 2) if organisers else None,
            "branches_without_organiser": sum(b not in homes for b in self.open_units("branch", self.unit, self.on)),
        }

    def potential(self):
        by_city, branches = self.by_city(), self.branches_by_city()
        alone = [city for city in by_city if not branches[city]]
        needed = [sum(max(0, size - by_city[city]) for city in alone) for size in self.sizes]
        return {"places": len(alone), "recruits_needed": needed}

    def goals(self):
        order = list(self.units)
        goals = [g for g in self.o["goals"] if self.lies_in(g["unit"], self.unit)]
        goals.sort(key=lambda g: (g["due_on"], order.index(g["unit"]), g["measure"], g["start_on"]))
        return [self.goal(g) for g in goals]

    def measure(self, goal, day):
        unit, since = goal["unit"], self.days(goal["start_on"], day) if day >= goal["start_on"] else []
        if goal["measure"] == "members":
            return len(self.members(unit, day))
        if goal["measure"] == "organisers":
            return sum(self.is_organiser(p, day) for p in self.members(unit, day))
        if goal["measure"] == "recruits":
            return sum(self.joined(unit, d) for d in since)
        if goal["measure"] == "inquiries":
            return len(self.inquiries(unit, goal["start_on"], day))
        return len(self.open_units({"branches": "branch", "groups": "group"}[goal["measure"]], unit, day))

    def goal(self, goal):
        now, start, due = self.measure(goal, self.on), goal["start_on"], goal["due_on"]
        grows = goal["target"] >= goal["start_value"]
        reached_on = None
        for day in self.days(start, self.on):
            value = self.measure(goal, day)
            if value >= goal["target"] if grows else value <= goal["target"]:
                reached_on = day
                break
        whole, passed = (due - start).days, (self.on - start).days
        line = goal["start_value"] + (goal["target"] - goal["start_value"]) * passed / whole
        lead = now - line if grows else line - now
        if reached_on:
            state = "reached"
        elif self.on < start:
            state = "not begun"
        elif self.on > due:
            state = "missed"
        else:
            state = "on line" if -0.5 <= lead <= 0.5 else "ahead" if lead > 0 else "behind"
        return {
            "unit": goal["unit"],
            "measure": goal["measure"],
            "start_on": start.isoformat(),
            "due_on": due.isoformat(),
            "start_value": goal["start_value"],
            "now": now,
            "target": goal["target"],
            "reached_on": reached_on.isoformat() if reached_on else None,
            "state": state,
        }
