import base64
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from muster.core.keyfiles import KeyRing
from muster.core.sealing import NONCE_AT, CannotOpen, Sealer

pytestmark = pytest.mark.unit
OLD, NEW, MARKS = os.urandom(32), os.urandom(32), os.urandom(32)


def sealer(*keys, place="people:notes", marks=MARKS):
    ring = KeyRing("a", {f"{number}-{key.hex()[:12]}": key for number, key in enumerate(keys, 1)})
    return Sealer.of(place, ring, KeyRing("b", {"1-000000000000": marks}))


@given(st.integers(1, 2**62), st.text())
def test_what_is_sealed_comes_back_and_is_sealed_as_said(row, text):
    sealed = sealer(OLD).seal(row, text)

    assert sealer(OLD).open(row, sealed) == text
    # As anybody would open it who has the key and the book.
    key, _, data = sealed.partition(".")
    data = base64.b64decode(data)
    assert key == OLD.hex()[:12]
    assert AESGCM(OLD).decrypt(data[:12], data[12:], f"people:notes:{row}".encode()) == text.encode()


@given(st.text(min_size=5), st.data())
def test_no_letter_can_be_changed(text, data):
    sealed = sealer(OLD).seal(7, text)
    place = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.sampled_from("AZaz09+/.=\n").filter(lambda letter: letter != sealed[place]))
    changed = sealed[:place] + other + sealed[place + 1 :]
    # The last letters of base64 may say nothing; then nothing was changed.
    try:
        same = base64.b64decode(changed[13:], validate=True) == base64.b64decode(sealed[13:])
    except ValueError:
        same = False
    if place >= 13 and same:
        return

    if place == 12:
        assert sealer(OLD).open(7, changed) == text  # The point is only there for the eye.
        return
    with pytest.raises(CannotOpen):
        sealer(OLD).open(7, changed)


def test_a_sealed_text_opens_in_its_own_row_and_column_only():
    sealed = sealer(OLD).seal(7, "Elm Street 5")

    for other in (sealer(OLD, place="people:street"), sealer(NEW)):
        with pytest.raises(CannotOpen):
            other.open(7, sealed)
    with pytest.raises(CannotOpen):
        sealer(OLD).open(8, sealed)


def test_a_new_key_seals_and_the_old_one_still_opens():
    sealed = sealer(OLD).seal(7, "Elm Street 5")
    both = sealer(OLD, NEW)

    assert both.open(7, sealed) == "Elm Street 5"
    assert both.seal(7, "Elm Street 5").startswith(NEW.hex()[:12])
    with pytest.raises(CannotOpen, match=OLD.hex()[:12]):
        sealer(NEW).open(7, sealed)


def test_the_nonce_tells_rows_and_texts_apart_and_no_keys():
    def nonce(by, row, text):
        return by.seal(row, text)[NONCE_AT[0] - 1 : NONCE_AT[0] - 1 + NONCE_AT[1]]

    nonces = {nonce(sealer(OLD), row, f"text {text}") for row in range(50) for text in range(50)}
    assert len(nonces) == 2500
    assert nonce(sealer(OLD), 1, "text 1") == nonce(sealer(OLD, NEW), 1, "text 1")
    assert nonce(sealer(OLD), 1, "text 1") != nonce(sealer(OLD, marks=NEW), 1, "text 1")


def test_marks_find_what_is_equal_and_stay_when_the_key_changes():
    by = sealer(OLD)

    assert len({by.mark(f"19{year}-05-{day:02}") for year in range(50, 99) for day in range(1, 31)}) == 49 * 30
    assert by.mark("1980-05-31") == sealer(OLD, NEW).mark("1980-05-31") != sealer(OLD, marks=NEW).mark("1980-05-31")
    assert by.mark("") == ""
