import base64
import stat
import subprocess
import sys
import time

import pytest

from muster.core.keyfiles import KeyDamaged, add_key, open_ring, read_ring, secret_text

pytestmark = pytest.mark.unit
# Each process waits for the same moment, then prints the id of the key it got.
RACE = """
import sys, time
from pathlib import Path
from muster.core.keyfiles import open_ring, secret_text
time.sleep(max(0, float(sys.argv[2]) - time.time()))
print(open_ring(Path(sys.argv[1]), "trace").current_id, secret_text(Path(sys.argv[1]), "cookie"))
"""


def test_a_key_is_made_once_and_closed_to_others(tmp_path):
    first, again = open_ring(tmp_path, "trace"), open_ring(tmp_path, "trace")
    (file,) = tmp_path.iterdir()

    assert first == again
    assert file.name == f"trace.{first.current_id}"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert base64.urlsafe_b64decode(file.read_text()) == first.current
    assert len(first.current) == 32
    assert repr(first.current) not in repr(first)


def test_the_newest_key_is_used_and_the_older_ones_stay(tmp_path):
    rings = [open_ring(tmp_path, "trace"), *(add_key(tmp_path, "trace") for _ in range(10))]
    other = open_ring(tmp_path, "fields")

    assert [ring.current_id.partition("-")[0] for ring in rings] == [str(number) for number in range(1, 12)]
    assert read_ring(tmp_path, "trace").keys == {ring.current_id: ring.current for ring in rings}
    assert read_ring(tmp_path, "trace").current_id == rings[-1].current_id
    assert len({*rings[-1].keys.values(), *other.keys.values()}) == 12


def test_a_lost_key_is_not_mistaken_for_the_one_made_after_it(tmp_path):
    lost = open_ring(tmp_path, "trace")
    next(tmp_path.iterdir()).unlink()
    assert open_ring(tmp_path, "trace").current_id != lost.current_id


@pytest.mark.parametrize("text", ["", "AAAA\n", "not base 64 at all!", "A" * 43 + "=\n"])
def test_a_damaged_key_is_named(tmp_path, text):
    open_ring(tmp_path, "trace")
    (file,) = tmp_path.iterdir()
    file.write_text(text)
    with pytest.raises(KeyDamaged, match=file.name):
        read_ring(tmp_path, "trace")


def test_there_is_no_current_key_in_an_empty_ring(tmp_path):
    ring = read_ring(tmp_path, "trace")
    assert ring.keys == {}
    with pytest.raises(KeyError):
        ring.current  # noqa: B018


def test_processes_that_start_together_get_the_same_key(tmp_path):
    at = str(time.time() + 1)
    racers = [
        subprocess.Popen([sys.executable, "-c", RACE, str(tmp_path), at], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert len({racer.communicate(timeout=30)[0] for racer in racers}) == 1
    assert sorted(path.name.partition(".")[0] for path in tmp_path.iterdir()) == ["cookie", "trace"]
    assert len(secret_text(tmp_path, "cookie")) == 64
