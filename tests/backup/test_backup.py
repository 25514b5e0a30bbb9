"""What goes into a backup comes back; what is damaged, foreign or sealed to somebody else does not, and says so."""

import gzip
import io
import random
import shutil
import subprocess
import sys
import tarfile
from dataclasses import replace
from datetime import timedelta

import pytest

from muster.backup import archive, manifest, rotate, sealing
from muster.backup.make import make_backup
from muster.backup.problems import BackupProblem, WrongBackup
from muster.backup.restore import restore_backup
from tests.backup.places import NOW, SESSION, SETTINGS

pytestmark = pytest.mark.db


def back_up(place, target, *, recipients=()):
    return make_backup(
        home=place.home, database=place.database, target=target, recipients=recipients, settings=SETTINGS, now=NOW
    )


def restore(file, place, *identities):
    return restore_backup(file=file, home=place.home, database=place.database, identities=identities)


def listing(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("is_sealed", [True, False])
def test_all_comes_back_but_open_sign_ins_and_keys_only_under_seal(place, new_place, is_sealed):
    key = sealing.new_identity()
    before, second = place.content(), new_place("second")

    made = back_up(place, place.home / "backups", recipients=[str(key.to_public())] if is_sealed else [])
    restore(made.file, second, *([key] if is_sealed else []))

    expected = before | {"django_session": []}
    if not is_sealed:
        del expected["keys/secret_key"]
    assert second.content() == expected
    assert made.file.name == f"muster-20261101T120000Z.tar.gz{'.age' if is_sealed else ''}"
    assert made.file.stat().st_mode & 0o077 == 0
    assert made.manifest.counts == {"django_migrations": 1, "django_session": 0, "member": 200, "work": 0}
    assert (listing(place.home / "work"), listing(place.home / "backups")) == ([], [made.file.name])
    assert listing(second.home.parent)[0] == "home"
    assert second.home.stat().st_mode & 0o077 == 0


class BusyDatabase:
    """One in which the trace goes on just before the snapshot is taken."""

    def __init__(self, place):
        self.place, self.database = place, place.database

    def __getattr__(self, name):
        return getattr(self.database, name)

    def snapshot(self, target):
        (self.place.home / "audit" / "tip").write_text("8 later key signature")
        return self.database.snapshot(target)


def test_the_trace_outside_never_knows_more_than_the_database_beside_it(place, new_place, tmp_path):
    made = make_backup(home=place.home, database=BusyDatabase(place), target=tmp_path / "b", settings=SETTINGS, now=NOW)
    second = new_place("second")
    restore(made.file, second)
    assert (place.home / "audit" / "tip").read_text() == "8 later key signature"
    assert (second.home / "audit" / "tip").read_text() == "7 seal key signature"


def test_an_installation_without_a_trace_yet_is_backed_up_too(place, new_place, tmp_path):
    shutil.rmtree(place.home / "audit")
    second = new_place("second")
    restore(back_up(place, tmp_path / "b").file, second)
    assert not (second.home / "audit").exists()


def test_nothing_of_a_sign_in_is_left_in_the_file(place, tmp_path):
    made = back_up(place, tmp_path / "b")
    archive.unpack(made.file, tmp_path / "parts", identities=[])
    database = (tmp_path / "parts" / place.database.part).read_bytes()
    assert b"django_session" in database
    assert SESSION.encode() not in database


def foreign(name):
    """Files that are no backups."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as file:
        file.addfile(tarfile.TarInfo("letter.txt"))
    return {
        "empty": b"",
        "text": b"person,given_name\n",
        "gzip": gzip.compress(b"a letter"),
        "tar": tar.getvalue(),
        "age": b"age-encryption.org/v1\n",
    }[name]


@pytest.mark.parametrize("name", ["empty", "text", "gzip", "tar"])
def test_a_foreign_file_is_told_apart(name, new_place, tmp_path):
    file, second = tmp_path / "x", new_place("second")
    file.write_bytes(foreign(name))
    with pytest.raises(WrongBackup, match=r"x was not restored. It is (not a backup of Muster|damaged or cut off)\."):
        restore(file, second)
    assert not second.home.exists()


@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_damaged_or_cut_file_puts_nothing_in_place(place, new_place, tmp_path, is_sealed):
    key, chance = sealing.new_identity(), random.Random(1)
    made = back_up(place, tmp_path / "b", recipients=[str(key.to_public())] if is_sealed else [])
    whole, second = made.file.read_bytes(), new_place("second")
    # The first ten bytes of an open file say when and by what it was packed: nothing that is put back.
    places = [chance.randrange(0 if is_sealed else 10, len(whole)) for _ in range(30)]
    damaged = [whole[:at] for at in (len(whole) - 1, *places[:10])]
    damaged += [whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :] for at in places]

    for content in damaged:
        made.file.write_bytes(content)
        with pytest.raises(WrongBackup):
            restore(made.file, second, *([key] if is_sealed else []))

    assert listing(second.home.parent) == []
    made.file.write_bytes(whole)
    restore(made.file, second, *([key] if is_sealed else []))
    assert second.content()["member"] == place.content()["member"]


def test_a_sealed_backup_wants_its_own_key(place, new_place, tmp_path):
    made = back_up(place, tmp_path / "b", recipients=[str(sealing.new_identity().to_public())])
    second = new_place("second")
    with pytest.raises(WrongBackup, match=r"It is sealed\. Add --identity KEYFILE"):
        restore(made.file, second)
    with pytest.raises(WrongBackup, match="This key does not open it"):
        restore(made.file, second, sealing.new_identity())
    assert listing(second.home.parent) == []


@pytest.mark.parametrize("name", ["../out", "/tmp/out", "uploads/../../out", "uploads//x", "passwords", "keys"])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.SYMTYPE])
@pytest.mark.unit
def test_nothing_is_unpacked_outside_its_folder(tmp_path, name, kind):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    header = tarfile.TarInfo(manifest.HEADER)
    header.size = len(manifest.header())
    with tarfile.open(tmp_path / "x", "w:gz") as tar:
        tar.addfile(header, io.BytesIO(manifest.header()))
        tar.addfile(member)
    (tmp_path / "into").mkdir()
    with pytest.raises(WrongBackup, match="which no backup does"):
        archive.unpack(tmp_path / "x", tmp_path / "into", identities=[])
    assert listing(tmp_path) == ["into", "x"]


def test_a_backup_whose_counts_or_version_do_not_fit_is_refused(place, new_place, tmp_path):
    made = back_up(place, tmp_path / "b")
    archive.unpack(made.file, tmp_path / "parts", identities=[])
    second = new_place("second")

    def rewritten(**changes):
        with (tmp_path / "c").open("wb") as out:
            parts = [(place.database.part, tmp_path / "parts" / place.database.part)]
            archive.write(
                out, parts, recipients=[], describe=lambda found: replace(made.manifest, parts=found, **changes)
            )
        return tmp_path / "c"

    with pytest.raises(WrongBackup, match="It is not whole: member should have 201 rows and has 200"):
        restore(rewritten(counts={**made.manifest.counts, "member": 201}), second)
    with pytest.raises(WrongBackup, match=r"made by a newer Muster \(0.1.0, units.9999_later\)"):
        restore(rewritten(migrations=["units.9999_later"]), second)
    with pytest.raises(WrongBackup, match="It was made on"):
        restore(rewritten(engine="sqlite" if place.url else "postgresql"), second)
    assert listing(second.home.parent) == []
    restore(rewritten(), second)  # all that was put back meanwhile has been taken out again


def test_what_is_there_is_never_overwritten(place, new_place, tmp_path):
    made, second = back_up(place, tmp_path / "b"), new_place("second")
    before = place.content()
    with pytest.raises(BackupProblem, match="b is there already"):
        back_up(place, tmp_path / "b")
    with pytest.raises(BackupProblem, match="home is not empty, so nothing was restored"):
        restore(made.file, place)
    second.home.mkdir(parents=True)
    restore(made.file, second)
    with pytest.raises(BackupProblem, match="There is no folder"):
        back_up(place, tmp_path / "nowhere" / "b")
    assert place.content() == before


@pytest.mark.parametrize("work", ["backup", "restore"])
def test_a_full_disk_leaves_nothing_behind(place, new_place, tmp_path, work):
    shutil.rmtree(place.home / "uploads")
    (place.home / "uploads").mkdir()
    (place.home / "uploads" / "big").write_bytes(random.Random(2).randbytes(3_000_000))
    made, second = back_up(place, tmp_path / "b"), new_place("second")
    at, file = (place, tmp_path / "c") if work == "backup" else (second, made.file)
    answer = subprocess.run(
        [sys.executable, "-m", "tests.backup.run", work, at.home, at.url, file, "2000000"],
        capture_output=True,
        text=True,
    )

    assert (answer.returncode, answer.stderr) == (2, "")
    assert "There is no room left for" in answer.stdout
    assert listing(tmp_path / "second") == []
    assert listing(place.home / "work") == []
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["b"]
    restore(made.file, second)


@pytest.mark.unit
def test_the_oldest_make_room_and_other_files_stay(tmp_path):
    names = [rotate.free_name(tmp_path, is_sealed=n % 2 == 0, now=NOW + timedelta(days=n)) for n in range(5)]
    for path in (*names, tmp_path / "muster-notes.txt", tmp_path / "copy of muster-20261101T120000Z.tar.gz"):
        path.write_text("x")
    again = rotate.free_name(tmp_path, is_sealed=True, now=NOW)
    again.write_text("x")

    gone = rotate.let_go(tmp_path, keep=2)

    assert again.name == "muster-20261101T120000Z-2.tar.gz.age"
    assert gone == [names[2], names[1], again, names[0]]
    assert listing(tmp_path) == sorted(
        ["copy of muster-20261101T120000Z.tar.gz", "muster-notes.txt", names[3].name, names[4].name]
    )


@pytest.mark.unit
@pytest.mark.parametrize("text", ["", "age1notakey", "ssh-rsa nonsense", "AGE-SECRET-KEY-1ABC"])
def test_what_is_no_public_key_is_refused(text):
    with pytest.raises(BackupProblem, match="is not a public key") as caught:
        sealing.recipients_of([text])
    assert "1ABC" not in str(caught.value)
