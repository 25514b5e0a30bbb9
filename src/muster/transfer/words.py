"""What the commands say on the terminal."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from muster.transfer.engine.rejected import path_of
from muster.transfer.engine.sweep import empty_result
from muster.transfer.engine.tables import KINDS
from muster.transfer.models import Batch

_SHOWN_PROBLEMS = 20
_COUNTED = ("created", "updated", "unchanged", "rejected")


class Speaker:
    """
    Says what an import does: sentences, or at the end one JSON document and nothing else on stdout.

    :ivar as_json: `muster.import/1` instead of sentences
    """

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self.as_json = as_json
        self._shows_progress = not quiet and sys.stderr.isatty()

    def progress(self, step: str, done: int, total: int) -> None:
        """Show how far it is, on one line of a terminal."""
        if self._shows_progress:
            counted = f" {done:,} of {total:,} rows" if total else ""
            sys.stderr.write(f"\r\x1b[K{step}{counted}")
            sys.stderr.flush()

    def asked(self, question: str) -> bool:
        """Ask; without a terminal the answer is no."""
        self._end_progress()
        if self.as_json or not sys.stdin.isatty():
            print("Nothing was stored: add --yes to import without being asked.", file=sys.stderr)
            return False
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")

    def preview(self, batch: Batch) -> None:
        """Show what the import would do."""
        self._end_progress()
        if not self.as_json:
            print("\n".join(preview_lines(batch.name, batch.result)))

    def stored(self, batch: Batch) -> None:
        """Say that it is done, and how to take it back."""
        self._end_progress()
        if self.as_json:
            self._json(batch)
            return
        print(f"Imported. To take it back within 30 days: muster undo {batch.pk}")
        if path_of(batch.pk).exists():
            print(f"The rejected rows, each with the reason: {path_of(batch.pk)}")

    def not_stored(self, batch: Batch, *, dry_run: bool) -> None:
        """Say that nothing was stored."""
        self._end_progress()
        if self.as_json:
            self._json(batch)
            return
        if dry_run:
            print("\n".join(preview_lines(batch.name, batch.result)))
        print("Nothing was stored.")

    def failed(self, message: str, batch: Batch | None) -> None:
        """Say why it could not be done."""
        self._end_progress()
        if self.as_json and batch is not None:
            if not batch.result.get("message"):
                batch.result = empty_result(batch.pk, message, [])
            self._json(batch)
        print(message.encode(errors="replace").decode(), file=sys.stderr)

    def _end_progress(self) -> None:
        if self._shows_progress:
            sys.stderr.write("\r\x1b[K")

    def _json(self, batch: Batch) -> None:
        json.dump(batch.result, sys.stdout, ensure_ascii=False, indent=2)
        print()


def preview_lines(name: str, result: Mapping[str, Any]) -> list[str]:
    """Return the preview as lines of text."""
    lines = [name, " " * 16 + "".join(f"{name:>12}" for name in _COUNTED)]
    for kind in KINDS:
        counts = result[kind]
        if any(counts.values()):
            lines.append(f"{kind:16}" + "".join(f"{counts[name]:12,}" for name in _COUNTED))
    for kind, fields in result["changed_fields"].items():
        lines.append(f"Changed in {kind}: " + ", ".join(f"{field} ({count:,})" for field, count in fields.items()))
    if result["possible_duplicates"]:
        lines.append(f"Possible duplicates: {result['possible_duplicates']:,}")
    lines += [f"Note: {warning}" for warning in result["warnings"]]
    lines += [problem_line(problem) for problem in result["problems"][:_SHOWN_PROBLEMS]]
    if (more := result["problem_count"] - _SHOWN_PROBLEMS) > 0:
        lines.append(f"… and {more:,} more problems.")
    return lines


def problem_line(problem: Mapping[str, Any]) -> str:
    """Return one problem as a sentence that begins with its place."""
    place = [str(problem["file"])]
    place += [f"row {problem['row']}"] if problem["row"] else []
    place += [f"column {problem['column']}"] if problem["column"] else []
    found = f" Found “{problem['value']}”." if problem["value"] else ""
    wanted = f" Expected: {problem['expected']}." if problem["expected"] else ""
    return f"{', '.join(place)}: {problem['message']}{found}{wanted}"


def undone(batch: Batch) -> str:
    """Return what to say after an import was taken back."""
    kept = batch.result.get("kept") or 0
    rest = f" {kept:,} people and units were worked on since and stay." if kept else ""
    return f"The import {batch.name} was taken back.{rest}"


def exported(counts: Mapping[str, int], folder: Path) -> str:
    """Return what to say after an export."""
    told = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
    return f"Written to {folder}: {told or 'nothing'}."
