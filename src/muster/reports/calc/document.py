"""The sheet as the document `muster.balance-sheet/1`, ready for JSON."""

from typing import Any

from muster.reports.calc.sheet import BalanceSheet, City, Contacts, GoalProgress

SCHEMA = "muster.balance-sheet/1"


def document(sheet: BalanceSheet) -> dict[str, Any]:
    """Return the sheet as plain dicts and lists: shares with 4 places, means with 2, days as ISO 8601."""
    members, places, units = sheet.members, sheet.places, sheet.units
    return {
        "schema": SCHEMA,
        "unit": {"id": sheet.unit.id, "name": sheet.unit.name},
        "as_of": sheet.as_of.isoformat(),
        "members": {
            "total": members.total,
            "by_month": dict(members.by_month),
            "joined_by_month": dict(members.joined_by_month),
            "left_by_month": dict(members.left_by_month),
            "milestones": {str(count): day.isoformat() for count, day in members.milestones.items()},
            "turnover_12_months": members.turnover_12_months,
        },
        "places": {
            "cities_with_members": places.cities_with_members,
            "cities": [_city(city) for city in places.cities],
            "strongholds": {
                "cities": [[city.city, city.region] for city in places.strongholds.cities],
                "members": places.strongholds.members,
                "share": places.strongholds.share,
            },
            "coverage": {
                "radius_km": places.coverage.radius_km,
                "members": places.coverage.members,
                "branches": places.coverage.branches,
            },
        },
        "units": {
            "branches_open": units.branches_open,
            "groups_open": units.groups_open,
            "cities_with_several_branches": units.cities_with_several_branches,
            "branch_sizes": {branch.id: branch.members for branch in units.branches},
            "size_classes": dict(units.size_classes),
            "members_in_branches": units.members_in_branches,
            "members_in_groups": units.members_in_groups,
            "members_at_large": units.members_at_large,
            "share_outside_branches": units.share_outside_branches,
        },
        "recruitment": {"joined_per_month_by_year": dict(sheet.recruitment.joined_per_month_by_year)},
        "inquiries": {
            "by_month": dict(sheet.inquiries.by_month),
            "per_week_last_90_days": sheet.inquiries.per_week_last_90_days,
        },
        "contacts": _contacts(sheet.contacts),
        "organisers": {
            "total": sheet.organisers.total,
            "members_per_organiser": sheet.organisers.members_per_organiser,
            "branches_without_organiser": sheet.organisers.branches_without_organiser,
        },
        "potential": {"places": sheet.potential.places, "recruits_needed": list(sheet.potential.recruits_needed)},
        "goals": [_goal(goal) for goal in sheet.goals],
    }


def _contacts(contacts: Contacts | None) -> dict[str, Any]:
    if contacts is None:
        return {}
    return {
        "followed_up": contacts.followed_up,
        "began_12_months": contacts.began_12_months,
        "joined_of_those": contacts.joined_of_those,
        "median_hours_to_answer": contacts.median_hours,
    }


def _city(city: City) -> dict[str, Any]:
    return {
        "city": city.city,
        "region": city.region,
        "country": city.country,
        "members": city.members,
        "branches": city.branches,
    }


def _goal(goal: GoalProgress) -> dict[str, Any]:
    return {
        "unit": goal.unit,
        "measure": goal.measure,
        "start_on": goal.start_on.isoformat(),
        "due_on": goal.due_on.isoformat(),
        "start_value": _number(goal.start_value),
        "now": goal.now,
        "target": _number(goal.target),
        "reached_on": goal.reached_on.isoformat() if goal.reached_on else None,
        "state": goal.state,
    }


def _number(value: float) -> int | float:
    return int(value) if float(value).is_integer() else value
