"""A mail server on this machine that speaks as much of IMAP4 (RFC 3501) as reading a mailbox takes. It knows one account."""

import re
import socketserver
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field

USER, PASSWORD = "hello@example.net", "s3cret/word"


@dataclass
class Mailbox:
    """
    :ivar folders: name → uid → (flags, letter)
    :ivar said: the commands that came, without arguments
    :ivar watch: called with each command before it is done; what it raises ends the connection
    """

    folders: dict[str, dict[int, tuple[set[str], bytes]]] = field(default_factory=lambda: {"INBOX": {}})
    said: list[str] = field(default_factory=list)
    watch: Callable[[str], None] = lambda command: None
    last_uid: int = 0
    can_move: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)

    def put(self, *letters: bytes, folder: str = "INBOX") -> None:
        for letter in letters:
            self.last_uid += 1
            self.folders[folder][self.last_uid] = (set(), letter)

    def letters(self, folder: str = "INBOX") -> list[bytes]:
        return [letter for _, letter in self.folders.get(folder, {}).values()]


class _Gone(Exception):
    """The connection is over."""


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"
    folder = ""

    def handle(self) -> None:
        try:
            self._say(b"* OK ready")
            while line := self.rfile.readline():
                tag, _, rest = line.decode().strip().partition(" ")
                words = rest.split(" ", 2)
                command = " ".join(words[:2]) if words[0].upper() == "UID" else words[0]
                with self.server.mailbox.lock:
                    self.server.mailbox.said.append(command.upper())
                    self.server.mailbox.watch(command.upper())
                    self._do(tag, command.upper(), rest[len(command) :].strip())
        except (_Gone, OSError):
            return

    def _say(self, data: bytes) -> None:
        self.wfile.write(data + b"\r\n")
        self.wfile.flush()

    def _do(self, tag: str, command: str, given: str) -> None:
        mailbox = self.server.mailbox
        answer = "OK done"
        match command:
            case "CAPABILITY":
                self._say(b"* CAPABILITY IMAP4rev1" + (b" MOVE" if mailbox.can_move else b""))
            case "LOGIN":
                if given != f'"{USER}" "{PASSWORD}"':
                    answer = "NO wrong"
            case "LIST":
                name = given.split(" ")[-1].strip('"')
                if name in mailbox.folders:
                    self._say(f'* LIST () "/" "{name}"'.encode())
            case "CREATE":
                mailbox.folders[given.strip('"')] = {}
            case "SELECT":
                self.folder = given.strip('"')
                if self.folder not in mailbox.folders:
                    answer = "NO no such folder"
                else:
                    self._say(b"* %d EXISTS" % len(mailbox.folders[self.folder]))
            case "UID SEARCH":
                found = " ".join(map(str, mailbox.folders[self.folder]))
                self._say(f"* SEARCH {found}".encode())
            case "UID FETCH":
                self._fetch(given)
            case "UID STORE" | "UID COPY" | "UID MOVE":
                self._change(command.split(" ")[1], given)
            case "EXPUNGE":
                kept = mailbox.folders[self.folder]
                for uid in [uid for uid, (flags, _) in kept.items() if "\\Deleted" in flags]:
                    del kept[uid]
            case "LOGOUT":
                self._say(b"* BYE")
            case _:
                answer = "BAD unknown"
        self._say(f"{tag} {answer}".encode())
        if command == "LOGOUT":
            raise _Gone

    def _fetch(self, given: str) -> None:
        uid = int(given.split(" ")[0])
        if uid not in self.server.mailbox.folders[self.folder]:
            return
        _, letter = self.server.mailbox.folders[self.folder][uid]
        first, most = map(int, re.search(r"BODY\.PEEK\[\]<(\d+)\.(\d+)>", given).groups())  # type: ignore[union-attr]
        part = letter[first : first + most]
        head = f"* 1 FETCH (UID {uid} RFC822.SIZE {len(letter)} BODY[]<{first}> {{{len(part)}}}"
        self._say(head.encode() + b"\r\n" + part + b")")

    def _change(self, what: str, given: str) -> None:
        uid, _, rest = given.partition(" ")
        mailbox, kept = self.server.mailbox, self.server.mailbox.folders[self.folder]
        if int(uid) not in kept:
            return
        if what == "STORE":
            kept[int(uid)][0].update(re.findall(r"\\\w+", rest))
            return
        mailbox.put(kept[int(uid)][1], folder=rest.strip('"'))
        if what == "MOVE":
            del kept[int(uid)]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    mailbox: Mailbox


@contextmanager
def serving(mailbox: Mailbox):
    """Serve a mailbox; yields its address as MUSTER_MAILBOX takes it."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.mailbox = mailbox
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"imap://hello%40example.net:s3cret%2Fword@127.0.0.1:{server.server_address[1]}/INBOX"
    finally:
        server.shutdown()
        server.server_close()
