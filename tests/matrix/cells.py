"""
What is asked of every address: by which role, standing where, by which method, with and without htmx, with which query.

A *cell* is one field in one answer: (address, role, unit stood in, method, htmx, format, query, field whose word was
looked for). One request checks as many cells as there are words in the world.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.matrix.asking import Asker, path_of
from tests.matrix.table import TABLE
from tests.matrix.world import OTHERS, ROLES

EVERYBODY = (*ROLES, *OTHERS)
STANDINGS = ("applicant", "contact", "former", "everyone")
_LIST = (
    *({"standing": standing} for standing in STANDINGS),
    *({"sort": sort, "standing": "everyone"} for sort in ("-name", "city", "-city", "joined")),
    {"text": "zq", "standing": "everyone", "columns": "ref.standing.joined.unit.city.tags"},
    {"at_large": "1", "standing": "everyone"},
    {"joined_from": "2000-01-01", "region": "x"},
)
_FIGURES = """
    members organisers in_branches in_groups at_large outside_branches without_unit joined left branches groups cities
    strongholds several_branches without_branch inquiries branches_without_organiser members:2023 goal:{goal} unit:{unit}
"""
# On that day Mo was a member in North, whom none of its officers may see now.
PAST = "2018-06-01"
_BEHIND = (
    *({"figure": figure} for figure in _FIGURES.split()),
    *({"figure": figure, "on": PAST} for figure in ("members", "cities", "strongholds", "without_branch")),
)
# What makes an address say something else: queries, by the name of the address.
QUERIES: dict[str, tuple[dict[str, str], ...]] = {
    "people:person_list": (*_LIST, {"standing": "everyone", "after": "{person}"}, {"before": "{foreign_person}"}),
    "people:person_export": _LIST,
    "reports:behind": (*_BEHIND, {"figure": "members", "after": "{foreign_person}"}),
    "reports:behind_file": _BEHIND,
    "reports:balance_sheet": ({"on": "2022-01-01"}, {"on": PAST}, {"compare": "2018-01-01"}),
    "reports:balance_sheet_file": ({"on": PAST},),
    "reports:numbers": ({"on": PAST},),
    "figures:contact_figures": ({"since": PAST}, {"since": "2026-10-01"}),
    "figures:contact_figures_file": ({"since": PAST},),
    "contacts:inquiry_list": ({"after": "{inquiry}"}, {"before": "{sent}"}, {"after": "{foreign_inquiry}"}),
    "contacts:inquiry_assign": ({"q": "zq"}, {"unit": "{foreign_unit}"}),
    "contacts:claim_list": ({"q": "zq"}, {"kind": "postcode"}, {"after": "{claim}"}, {"before": "{claim}"}),
    "contacts:claim_people": ({"after": "{person}"}, {"before": "{foreign_person}"}),
    "contacts:claim_try": ({"postcode": "zq"}, {"region": "Oregon"}),
    "mailings:mailing_list": ({"after": "{mailing}"}, {"before": "{draft}"}),
    "mailings:mailing_create": ({"ask": "tag:zq"},),
    "units:unit_tree": ({"q": "zq"}, {"closed": "1"}, {"at": "{foreign_unit}"}),
    "units:unit_move": ({"q": "zq"},),
    "units:unit_close": ({"q": "zq"},),
    "trace:entry_list": ({"what": "people"}, {"who": "{user}"}, {"from": "2020-01-01", "to": "soon"}, {"before": "1"}),
    "trace:entry_file": ({"what": "units"},),
    "web:scope": ({"q": "zq"}, {"next": "/people/"}),
    "web:search": ({"q": "zq@example.org"}, {"q": "555"}),
    "web:palette": ({"q": "a"}, {"q": ""}),
    "access:grant_list": ({"ended": "1"}, {"q": "zq"}, {"after": "1|a"}),
    "roles:role_create": ({"like": "{role}"},),
    "views:view_save": ({"query": "text=zq"},),
}
FORMATS: dict[str, tuple[str, ...]] = {
    "reports:balance_sheet_file": ("text", "markdown", "csv", "json"),
    "people:person_export": ("csv", "xlsx"),
    "reports:behind_file": ("csv", "xlsx"),
    "reports:numbers": ("members", "map", "strongholds", "potential"),
    "figures:contact_figures_file": ("stages", "sources", "units", "months", "answers", "owners"),
    "trace:entry_file": ("csv", "xlsx"),
}
KINDS = ("standing", "placement", "qualification", "office")


@dataclass(frozen=True)
class Question:
    """`unit`: a name of `World.ids` that one asks to stand in, '' for where one stands by oneself."""

    name: str
    role: str
    method: str
    path: str
    unit: str = ""
    htmx: bool = False

    def __str__(self) -> str:
        return f"{self.role} {self.method} {self.path}{' htmx' if self.htmx else ''}"


def questions(
    asker: Asker,
    names: Iterable[str],
    *,
    roles: Iterable[str] = EVERYBODY,
    methods: Iterable[str] = ("GET", "POST"),
    units: Iterable[str] = ("",),
    htmx: Iterable[bool] = (False,),
    varied: bool = False,
) -> Iterator[Question]:
    """Yield what to ask; `varied` adds the queries and formats above to every GET."""
    roles, methods, units, htmx = map(tuple, (roles, methods, units, htmx))
    for name in names:
        for role in roles:
            for method in methods:
                for unit in units:
                    for path in _paths(asker, name, unit, varied=varied and method == "GET"):
                        for fragment in htmx:
                            yield Question(name, role, method, path, unit, fragment)


def _paths(asker: Asker, name: str, unit: str, *, varied: bool) -> Iterator[str]:
    elsewhere = {f"foreign_{kind}": asker.world.foreign[kind] for kind in ("person", "inquiry")}
    ids, row = asker.world.ids | elsewhere, TABLE[name]
    there = {"unit": ids[unit]} if unit else {}
    asked = [dict(row.query), *(QUERIES.get(name, ()) if varied else ())]
    for extra in _formats(name) if varied else [{}]:
        for query in asked:
            filled = {key: value.format(**ids) for key, value in query.items()}
            yield path_of(name, row.args, ids | extra, there | filled)


def _formats(name: str) -> list[dict[str, str]]:
    if "kind_of_spell" in TABLE[name].args:
        return [{"kind_of_spell": kind} for kind in KINDS]
    key = next((arg for arg in ("format", "picture", "figures_table") if arg in TABLE[name].args), "file_kind")
    return [{key: value} for value in FORMATS.get(name, ())] or [{}]


@dataclass
class Findings:
    """
    What asking brought to light.

    :ivar statuses: question → status of its answer
    :ivar leaks: where somebody was told what they may not know
    :ivar seen: words that were told to who may know them
    :ivar cells: how many cells were looked at
    """

    statuses: dict[Question, int] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    cells: int = 0


# Question → the status of its answer, the words it holds, and those beside it.
Known = dict[Question, tuple[int, set[str], set[str]]]


def examine(asker: Asker, asked: Iterable[Question], known: Known | None = None) -> Findings:
    """
    Ask, and search every answer, and what it left beside it, for every word of the world.

    :param known: what was said before in the same world; what stands there is not asked again, and it grows
    """
    found, world = Findings(), asker.world
    known = {} if known is None else known
    for question in asked:
        row = TABLE[question.name]
        if question not in known:
            data = {key: world.ids.get(value, value) for key, value in row.data.items()}
            answer = asker.ask(question.role, question.path, question.method, data=data, htmx=question.htmx)
            known[question] = answer.status, world.seen(answer.text), world.seen(answer.beside)
        status, words, words_beside = known[question]
        found.statuses[question] = status
        found.cells += len(world.canaries)
        told = row.tells if status == row.got else ()
        for word in words:
            if world.may_see(question.role, word):
                found.seen.add(word)
            elif world.canaries[word].name not in told:
                found.leaks.append(f"{question}: {world.called(word)}")
        # Letters, jobs and logs are read by others than whoever asked: no text of a row belongs there.
        found.leaks += [f"{question}: {world.called(word)} beside the answer" for word in words_beside]
    return found
