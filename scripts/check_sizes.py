"""Fail on modules, functions, views and templates that have grown past the limits of CONTRIBUTING.md."""

import ast
import sys
from pathlib import Path

MODULE_LINES, FUNCTION_LINES, VIEW_LINES, TEMPLATE_LINES = 500, 60, 30, 120
ROOT = Path(__file__).resolve().parent.parent


def python_problems(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    problems = [f"{path}: {lines} lines, at most {MODULE_LINES}"] if lines > MODULE_LINES else []
    is_view = path.name == "views.py" or "views" in path.parts
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            limit = VIEW_LINES if is_view else FUNCTION_LINES
            if length > limit:
                problems.append(f"{path}:{node.lineno} {node.name}: {length} lines, at most {limit}")
    return problems


def main() -> int:
    problems: list[str] = []
    for folder in ("src", "tests", "benchmarks", "scripts"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                problems += python_problems(path.relative_to(ROOT))
    for path in sorted((ROOT / "src").rglob("templates/**/*.html")):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > TEMPLATE_LINES:
            problems.append(f"{path.relative_to(ROOT)}: {lines} lines, at most {TEMPLATE_LINES}")
    print("\n".join(problems) or "Sizes are within the limits.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
