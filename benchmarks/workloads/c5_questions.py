"""c5: questions of six conditions with their counts and the first fifty, nationally and for the largest branch."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from benchmarks.ground import Ground
from benchmarks.pairs import Comparison, Turn, compare, process
from benchmarks.table import Row, in_words
from benchmarks.visitors import sign_in

MOST = {"sqlite": 3.0, "postgres": 1.0}
TIMES_NATIONAL = 2.0
TIMES = 3
# What it is like → six conditions; `{unit}` is the largest branch.
QUESTIONS = {
    "few": "standing:member in:#{unit} joined>6m not tag:press (city:Chicago or qualification:organiser)",
    "most": "standing:member joined>1y not qualification:organiser not tag:press has:email not wrote<60d",
    "many, by brackets": "(standing:contact or ever:member) not office:treasurer at-large:no not city:Chicago language:en,es",
    "few, from long tables": ("channel:website standing:none ever:contact began.contact>0d wrote<5y language:en"),
    "few, from columns without an index": (
        "has:email allowed:email region:TX postcode:7 language:en (not has:phone or name:ma)"
    ),
    "nobody": "standing:contact not began.contact>0d not has:phone name:ma not at-large:yes not ended.member<5y",
}


def measure(ground: Ground) -> list[Row]:
    """Answer the page of each question within a process, for who sees everybody and for who sees one branch."""
    copied = ground.copy("questions")
    visitors = sign_in(ground, copied)
    environment = ground.by_its_own_role(copied)
    # What is asked of a million people says nothing of fewer.
    goal = MOST[ground.database] if ground.size >= 1_000_000 else None
    rows: list[Row] = []
    for kind, text in QUESTIONS.items():
        path = f"/people/ask/?ask={quote(text.format(unit=visitors['branch'].unit_id))}"
        sides = {who: _Asked(path, visitor.cookie, environment) for who, visitor in visitors.items()}
        compared = compare({who: side.turn for who, side in sides.items()}, pairs=ground.pairs)
        rows += [_national(kind, compared, goal, sides["national"]), _branch(kind, compared)]
    ground.drop("questions")
    return rows


def _national(kind: str, compared: Comparison, most: float | None, side: "_Asked") -> Row:
    turn = compared.sides["national"]
    name = f"question of six conditions that fits {kind}, nationally"
    goal, is_met = (f"≤ {most:.0f} s", turn.seconds <= most) if most else ("–", None)
    return Row("c5", name, "–", in_words(turn), goal, is_met, peer=f"{side.queries} queries")


def _branch(kind: str, compared: Comparison) -> Row:
    national, branch = compared.sides["national"], compared.sides["branch"]
    ratio = branch.seconds / national.seconds
    name = f"question that fits {kind}: in the largest branch, beside nationally"
    goal = f"≤ {TIMES_NATIONAL:.0f} ×"
    return Row("c5", name, in_words(national), in_words(branch), goal, ratio <= TIMES_NATIONAL, ratio)


class _Asked:
    """One address asked for several times, in a process of its own for each turn."""

    def __init__(self, path: str, cookie: str, environment: Mapping[str, str]) -> None:
        asked = {"settings": "muster.config.settings", "path": path, "cookie": cookie, "times": TIMES}
        self._asked, self._environment = json.dumps(asked), dict(environment)
        self.queries = 0

    def turn(self) -> Turn:
        answer: list[dict[str, float]] = []

        def keep(output: bytes) -> bool:
            answer.append(json.loads(output))
            return True

        command = [sys.executable, "-m", "benchmarks.ask", self._asked]
        process(command, environment=self._environment, folder=Path.cwd(), check=keep)()
        self.queries = int(answer[0]["queries"])
        return Turn(answer[0]["seconds"], answer[0]["cpu_seconds"], answer[0]["database_seconds"])
