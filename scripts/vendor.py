"""
Fetch the fonts and scripts that the pages need from npm, as the manifest beside them says.

    python scripts/vendor.py            fetch exactly what the manifest names; stop where a hash differs
    python scripts/vendor.py --accept   the same after a version was changed by hand: write the new hashes down

Only whoever changes a version runs this (it needs npm); the files themselves are kept in the repository.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "src/muster/web/static/vendor"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def download(package: str, version: str, folder: str) -> bytes:
    """Return the package as npm publishes it."""
    command = ["npm", "pack", "--silent", "--pack-destination", folder, f"{package}@{version}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return (Path(folder) / done.stdout.strip().splitlines()[-1]).read_bytes()


def check(entry: dict[str, Any], content: bytes, name: str, *, accept: bool) -> None:
    """Compare the hash with the one written down, or write it down."""
    found = sha256(content)
    if accept:
        entry["sha256"] = found
    elif entry["sha256"] != found:
        raise SystemExit(f"{name} is not what the manifest says: expected {entry['sha256']}, found {found}.")


def main() -> int:
    accept = "--accept" in sys.argv[1:]
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    for package, entry in manifest.items():
        with tempfile.TemporaryDirectory() as folder:
            content = download(package, entry["version"], folder)
            check(entry, content, package, accept=accept)
            archive = next(Path(folder).iterdir())
            with tarfile.open(archive) as tar:
                for member, file in entry["files"].items():
                    opened = tar.extractfile(f"package/{member}")
                    assert opened is not None, member
                    inside = opened.read()
                    check(file, inside, f"{package}/{member}", accept=accept)
                    (FOLDER / file["as"]).write_bytes(inside)
        print(f"{package} {entry['version']}")
    if accept:
        (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
