"""Every action that the code writes into the trace has plain words, and no words stand there for nothing."""

import ast
import re
from pathlib import Path

import muster
from muster.audit.calc.words import KINDS, WORDS
from muster.people.models import Placement

ACTION = re.compile(r"[a-z_]+\.[a-z_]+\.[a-z_]+")
DOMAINS = {action.partition(".")[0] for action in WORDS}
TABLE = "words.py"


def written(part):
    if isinstance(part, ast.Constant):
        return str(part.value)
    return "{}"


def texts():
    """Every text of the code that has the form of an action, what is filled in as {}."""
    for path in Path(muster.__file__).parent.rglob("*.py"):
        if "migrations" in path.parts or path.name == TABLE:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                yield "".join(map(written, node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
                yield node.value


def test_every_action_of_the_code_has_words_and_every_word_its_action():
    actions = {text for text in texts() if ACTION.fullmatch(text) and text.partition(".")[0] in DOMAINS}
    actions |= {text for text in texts() if text == "organisation.founded"}
    # A part filled in is allowed only here, where the kinds of spells are.
    filled = {text for text in texts() if re.fullmatch(r"[a-z_{}]+\.[a-z_{}]+\.[a-z_{}]+", text) and "{" in text}
    filled = {text for text in filled if text.partition(".")[0] in DOMAINS}
    assert filled == {f"people.{{}}.{done}" for done in ("ended", "corrected", "removed")}
    spells = {"standing", Placement._meta.model_name, "qualification", "office"}
    actions |= {text.replace("{}", spell) for text in filled for spell in spells}

    assert len(actions) > 60
    assert actions == set(WORDS)


def test_words_are_words():
    for action, word in WORDS.items():
        assert word.kind in KINDS, action
        assert re.fullmatch(r"[A-Z][a-z, -]+", word.text), action
    assert {word.kind for word in WORDS.values()} == set(KINDS)
