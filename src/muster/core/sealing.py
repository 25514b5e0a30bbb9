"""
Texts that lie sealed in the database: AES-256-GCM with keys that lie elsewhere, each text bound to the row it belongs to.

A sealed text is `KEY.NONCE+TEXT`: the fingerprint of the key (12 letters), a point, then nonce and sealed text in base64. The
nonce is a keyed hash of row and text (HMAC-SHA256, its first 96 bits), under a key of its own that stays when the others change.
So the same text in the same row has the same nonce, and a row can be told from a changed one without opening it. Two texts of
one key share a nonce only where 96 bits of the hash agree; NIST SP 800-38D, 8.3, has one key seal 2³² texts at most.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from muster.core.errors import DomainError
from muster.core.keyfiles import KeyRing

NONCE_BYTES = 12
# Where the nonce stands in a sealed text, as SQL counts: first letter from 1, how many.
NONCE_AT = (14, 16)
KEY_LETTERS = 12


class CannotOpen(DomainError):
    """A sealed text was changed, belongs to another row, or its key is not there; the message says which."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """
    Seals and opens the texts of one column.

    :ivar place: table and column, such as `people_personprivate:sealed`; part of what is sealed, with the row's number
    """

    place: str
    _ciphers: Mapping[str, AESGCM]
    _current: str
    _marks: bytes

    @classmethod
    def of(cls, place: str, ring: KeyRing, marks: KeyRing) -> "Sealer":
        """
        :param ring: keys that seal; the newest seals, all open
        :param marks: its first key makes nonces and marks, for ever
        """
        ciphers = {key_id.partition("-")[2]: AESGCM(key) for key_id, key in ring.keys.items()}
        return cls(place, ciphers, ring.current_id.partition("-")[2], next(iter(marks.keys.values())))

    @property
    def current(self) -> str:
        """Return the fingerprint that everything sealed from now on begins with."""
        return self._current

    def seal(self, row: int, text: str) -> str:
        """Return a text sealed for one row."""
        bound, plain = f"{self.place}:{row}".encode(), text.encode()
        nonce = hmac.digest(self._marks, bound + b"\0" + plain, "sha256")[:NONCE_BYTES]
        sealed = nonce + self._ciphers[self._current].encrypt(nonce, plain, bound)
        return f"{self._current}.{base64.b64encode(sealed).decode()}"

    def open(self, row: int, sealed: str) -> str:
        """
        Return the text that was sealed for that row.

        :raises CannotOpen: it is not what was sealed, or not for this row, or the key is gone
        """
        cipher = self._ciphers.get(sealed[:KEY_LETTERS])
        if cipher is None:
            raise CannotOpen(
                f"This is sealed, and the key {sealed[:KEY_LETTERS]} that opens it is not on the server."
                " Ask whoever runs it to bring the folder of keys back from a backup."
            )
        try:
            data = base64.b64decode(sealed[KEY_LETTERS + 1 :], validate=True)
            plain = cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], f"{self.place}:{row}".encode())
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise CannotOpen(
                f"What is sealed here ({self.place} of {row}) was changed from outside Muster and cannot be opened."
                " Ask whoever runs the server to bring it back from a backup."
            ) from error
        return plain.decode()

    def mark(self, text: str) -> str:
        """Return twelve letters by which equal texts are found without opening them; '' stays ''."""
        if not text:
            return ""
        digest = hmac.digest(self._marks, f"{self.place}:mark\0{text}".encode(), "sha256")
        return base64.b64encode(digest[:9]).decode()
