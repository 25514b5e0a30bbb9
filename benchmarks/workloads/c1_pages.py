"""c1 and c2: the page of a person and lists of fifty, beside a bare Django view of six kilobytes that knows who is signed in."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks import bare
from benchmarks.ground import Ground
from benchmarks.pairs import Turn, compare, process
from benchmarks.table import Row, in_words
from benchmarks.visitors import sign_in

MOST, MOST_CPU, MOST_QUERIES = 8.0, 12.0, 12
TIMES = 200


def measure(ground: Ground) -> list[Row]:
    """Answer requests within a process, some hundred in each turn."""
    environment = ground.copy("pages")
    visitors = sign_in(ground, environment)
    branch, national = visitors["branch"], visitors["national"]
    # Not the first page, so that a place to go on from is read too.
    later = f"/people/?sort=-joined&after={branch.person_id}"
    pages = {
        ("c1", "page of a person, for a branch organiser"): (f"/people/{branch.person_id}/", branch.cookie),
        ("c1", "page of a person, for a national officer"): (f"/people/{branch.person_id}/", national.cookie),
        ("c2", "second page of the members of a branch, latest first"): (later, branch.cookie),
        ("c2", "applicants and their cities, nationally"): ("/people/?standing=contact&sort=city", national.cookie),
        ("c2", "members of one name, nationally"): ("/people/?text=maria&sort=-joined", national.cookie),
    }
    project = bare.make_project(ground.work / f"bare-{ground.database}", environment)
    own = ground.emptied("bare")
    limit = _Asked("settings", "/mine/", bare.sign_in(project, own), own, project)
    rows = []
    for (code, name), (path, cookie) in pages.items():
        product = _Asked("muster.config.settings", path, cookie, environment, Path.cwd())
        compared = compare({"limit": limit.turn, "product": product.turn}, pairs=ground.pairs)
        ratio, cpu = compared.seconds_ratio["product"], compared.cpu_ratio["product"]
        rows.append(
            Row(
                code,
                name,
                in_words(compared.sides["limit"]),
                in_words(compared.sides["product"]),
                f"≤ {MOST:.0f} ×, ≤ {MOST_CPU:.0f} × CPU; ≤ {MOST_QUERIES} queries",
                ratio <= MOST and cpu <= MOST_CPU and product.queries <= MOST_QUERIES,
                ratio,
                cpu,
                f"{product.told}; bare view {limit.told}",
            )
        )
    ground.drop("pages")
    ground.drop("bare")
    return rows


class _Asked:
    """One address asked for many times, in a process of its own for each turn."""

    def __init__(self, settings: str, path: str, cookie: str, environment: Mapping[str, str], folder: Path) -> None:
        self._asked = json.dumps({"settings": settings, "path": path, "cookie": cookie, "times": TIMES})
        self._environment = {**environment, "PYTHONPATH": str(Path(__file__).parents[2])}
        self._folder = folder
        self.queries = self.length = 0

    @property
    def told(self) -> str:
        return f"{self.queries} queries, {self.length / 1000:.0f} kB"

    def turn(self) -> Turn:
        answer: list[dict[str, float]] = []
        command = [sys.executable, "-m", "benchmarks.ask", self._asked]

        def keep(output: bytes) -> bool:
            answer.append(json.loads(output))
            return True

        process(command, environment=self._environment, folder=self._folder, check=keep)()
        found = answer[0]
        self.queries, self.length = int(found["queries"]), int(found["length"])
        return Turn(found["seconds"], found["cpu_seconds"], found["database_seconds"])
