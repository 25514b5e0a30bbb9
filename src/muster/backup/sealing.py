"""Sealing a stream to public keys with age, and opening it again. The streams never lie unsealed on the way."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyrage

from muster.backup.problems import BackupProblem, WrongBackup

MAGIC = b"age-encryption.org/"
Recipient = Any
Identity = Any


def recipients_of(texts: Sequence[str]) -> list[Recipient]:
    """
    Read public keys, `age1…` or `ssh-ed25519 …`.

    :raises BackupProblem: one of them is none
    """
    return [_recipient(text.strip()) for text in texts]


def _recipient(text: str) -> Recipient:
    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        shown = "a private key" if text.startswith("AGE-SECRET-KEY") else f"“{text[:60]}”"
        raise BackupProblem(
            f"{shown} is not a public key. It begins with age1 or ssh-ed25519; `muster backup-key` makes a pair."
        ) from error


def identities_of(keyfile: Path) -> list[Identity]:
    """
    Read private keys from a file as `muster backup-key` or `age-keygen` writes it, or an SSH key without a passphrase.

    :raises BackupProblem: it cannot be read or holds none
    """
    try:
        text = keyfile.read_bytes()
    except OSError as error:
        raise BackupProblem(f"{keyfile} cannot be read: {error.strerror}.") from error
    try:
        if text.startswith(b"-----BEGIN"):
            return [pyrage.ssh.Identity.from_buffer(text)]
        lines = [line.strip() for line in text.decode("ascii").splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (pyrage.IdentityError, UnicodeDecodeError) as error:
        raise BackupProblem(f"{keyfile} holds no private key that can be used.") from error
    if not found:
        raise BackupProblem(f"{keyfile} holds no private key.")
    return found


def new_identity() -> Identity:
    """Return a fresh private key."""
    return pyrage.x25519.Identity.generate()


@contextmanager
def sealed(out: IO[bytes], recipients: Sequence[Recipient]) -> Iterator[IO[bytes]]:
    """
    Give a stream; what is written to it arrives in `out` sealed to all recipients.

    :raises OSError: `out` cannot be written
    """
    read, write = os.pipe()
    keeper = _Keeper(out)
    work = _Work(read, lambda pipe: pyrage.encrypt_io(pipe, keeper, recipients))
    try:
        with os.fdopen(write, "wb", buffering=1 << 20) as stream:
            yield stream
    except BrokenPipeError:
        pass  # the other end has stopped, and says why
    finally:
        work.join()
    if keeper.error is not None:
        raise keeper.error
    if work.error is not None:
        raise work.error


@contextmanager
def opened(source: IO[bytes], identities: Sequence[Identity]) -> Iterator[IO[bytes]]:
    """
    Give what was sealed, as a stream.

    :raises WrongBackup: none of the identities opens it, or it is damaged or cut off
    """
    read, write = os.pipe()
    keepers: list[_Keeper] = []

    def decrypt(pipe: IO[bytes]) -> None:
        keepers.append(_Keeper(pipe))
        pyrage.decrypt_io(source, keepers[0], identities)

    work = _Work(write, decrypt, mode="wb")
    failure: Exception | None = None
    try:
        with os.fdopen(read, "rb", buffering=1 << 20) as stream:
            try:
                yield stream
                while stream.read(1 << 20):
                    pass  # the last block vouches that nothing is missing
            except Exception as error:
                failure = error
    finally:
        work.join()
    if isinstance(work.error, pyrage.DecryptError) and "No matching keys" in str(work.error):
        raise WrongBackup("This key does not open it: it was sealed to another one.") from work.error
    # A pipe that nobody reads any more is a consequence of `failure`, not its cause.
    if work.error is not None and not any(keeper.error for keeper in keepers):
        raise WrongBackup("It is damaged or cut off: its seal is broken.") from work.error
    if failure is not None:
        raise failure


class _Work:
    """One end of a pipe, worked on in a thread of its own; the end is closed when the work ends, however it ends."""

    def __init__(self, handle: int, work: Callable[[IO[bytes]], object], mode: str = "rb") -> None:
        self.error: Exception | None = None
        self._file = os.fdopen(handle, mode)
        self._work = work
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._work(self._file)
            self._file.flush()
        except Exception as error:
            self.error = error
        finally:
            try:
                self._file.close()
            except BrokenPipeError as error:
                self.error = self.error or error

    def join(self) -> None:
        self._thread.join()


class _Keeper:
    """Keeps what went wrong in writing: pyrage passes on only its text."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._out.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._out.flush()
