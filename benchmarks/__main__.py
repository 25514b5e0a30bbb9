"""Run the workloads, each in a process of its own, and print one table."""

import argparse
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from benchmarks import workloads
from benchmarks.ground import Ground
from benchmarks.pairs import DATABASE
from benchmarks.table import Row, markdown


def main(arguments: Sequence[str]) -> int:
    """Return 0 if every workload ran and did its work; a goal missed is a result, not a failure."""
    options = _parser().parse_args(arguments)
    # Absolute, as commands run elsewhere.
    work = Path(options.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    codes = [code for code in options.only.split(",") if code] or list(modules())
    unknown = sorted(set(codes) - set(modules()))
    if unknown:
        print(f"No such workload: {', '.join(unknown)}. There are {', '.join(modules())}.", file=sys.stderr)
        return 2
    os.environ[DATABASE] = options.database
    if options.child:
        ground = Ground(options.size, options.database, work, options.pairs)
        rows = import_module(modules()[codes[0]]).measure(ground)
        print(json.dumps([asdict(row) for row in rows]))
        return 0
    ground = Ground(options.size, options.database, work, options.pairs)
    ground.clear()
    try:
        return _run_all(codes, [*arguments, "--child"])
    finally:
        ground.clear()


def modules() -> dict[str, str]:
    """Return workload code → module, in the order of the table: `a1_preview.py` is a1."""
    names = sorted(item.name for item in pkgutil.iter_modules(workloads.__path__))
    return {name.split("_", 1)[0]: f"{workloads.__name__}.{name}" for name in names}


def _run_all(codes: Sequence[str], arguments: Sequence[str]) -> int:
    rows: list[Row] = []
    failed = []
    for code in codes:
        print(f"{code} …", file=sys.stderr, flush=True)
        # Its own process: a workload that has loaded much must not make the next one look large.
        command = [sys.executable, "-m", "benchmarks", *arguments, "--only", code]
        child = subprocess.run(command, stdout=subprocess.PIPE, check=False)
        if child.returncode:
            failed.append(code)
            continue
        found = [Row(**row) for row in json.loads(child.stdout.splitlines()[-1])]
        # A whole run takes long: what is there is shown.
        print(markdown(found), file=sys.stderr, flush=True)
        rows += found
    print(markdown(rows))
    if failed:
        print(f"Did not do their work: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="people and rows (default 10000)")
    parser.add_argument("--only", default="", metavar="CODES", help="a1,c2: only these workloads")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--pairs", type=int, default=5, help="turns of each side (default 5)")
    parser.add_argument("--work", default="var/bench", metavar="FOLDER", help="where files and databases go")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
