"""
Write the bill of materials (CycloneDX 1.5): every package of `uv.lock`, and every file of others in the source tree.

    python scripts/make_sbom.py sbom.json        what a running site needs
    python scripts/make_sbom.py sbom.json --dev  and what its developers need

It asks no network: packages and their hashes stand in the lock file, carried files in the manifests beside them.
"""

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "muster"


def bill(*, dev: bool) -> dict[str, Any]:
    """Return the whole bill; `dev` adds the packages of the developers."""
    found = _locked(dev=dev)
    found["components"] += [
        component
        for manifest in sorted(SOURCES.rglob("manifest.json"))
        for component in carried(json.loads(manifest.read_text(encoding="utf-8")), manifest.parent)
    ]
    return found


def carried(manifest: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    """Return a component for each work of others in a folder, and one for each file made of it."""
    place = folder.relative_to(ROOT).as_posix()
    works = manifest.get("sources") or {name: about for name, about in manifest.items() if "version" in about}
    files = {name: about["sha256"] for name, about in manifest.items() if "bytes" in about}
    for about in works.values():
        files |= {file["as"]: file["sha256"] for file in about.get("files", {}).values()}
    return [
        *(_work(name, about, place) for name, about in works.items()),
        *(_file(f"{place}/{name}", digest) for name, digest in sorted(files.items())),
    ]


def _work(name: str, about: dict[str, Any], place: str) -> dict[str, Any]:
    # Python packages say no hash of a file of npm.
    home = "npm" if "sha256" in about else "pypi"
    purl = f"pkg:{home}/{name.replace('@', '%40')}@{about['version']}"
    licence = [{"license": {"name": about["licence"]}}]
    return {
        "type": "library",
        "bom-ref": f"{place}:{name}@{about['version']}",
        "name": name,
        "version": about["version"],
        "purl": purl,
        "licenses": licence,
    }


def _file(path: str, digest: str) -> dict[str, Any]:
    return {"type": "file", "bom-ref": path, "name": path, "hashes": [{"alg": "SHA-256", "content": digest}]}


def _locked(*, dev: bool) -> dict[str, Any]:
    command = [str(ROOT / ".tools/bin/uv"), "export", "--quiet", "--frozen", "--offline", "--format", "cyclonedx1.5"]
    command += ["--preview-features", "sbom-export", *(["--all-groups"] if dev else ["--no-dev"])]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the bill of materials.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--dev", action="store_true")
    options = parser.parse_args()
    found = bill(dev=options.dev)
    options.file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(f"{options.file}: {len(found['components'])} components")


if __name__ == "__main__":
    main()
