"""In which encoding a text file is written, told from all of its bytes."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes

from muster.core.sheets.files import BLOCK_BYTES, OpenFile
from muster.core.sheets.problems import SheetError, fatal, shown

LONGEST_LINE = BLOCK_BYTES
SAMPLE_BYTES = 1 << 18
NO_TEXT = "This is not a table of text"
SAVE_AS_UTF8 = "a file saved as “CSV UTF-8”"

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ODD_LINE = re.compile(rb"[^\n\r]*[\x80-\xff][^\n\r]*")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1e\x7f]")
_GUARDED = re.compile(rb"'[=+\-@\t\r]")

# The letters of English, French, German, Italian, Portuguese, Spanish and the Nordic languages, and common signs.
_LETTERS = "àáâãäåæçèéêëìíîïñòóôõöøùúûüÿœßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒ"
_SIGNS = "€‘’“”„–—…´°§·«»©®™ªº¿¡£½¼\xa0•"
_NOT_WESTERN = re.compile(
    rf"[^\x00-\x7f{_LETTERS}{_SIGNS}]"  # a letter or sign that these languages do not have
    rf"|[^\W\d_][{_SIGNS.translate({ord(sign): None for sign in '’´–—ªº'})}][^\W\d_]"  # a sign inside a word
    rf"|[{_LETTERS}]{{4}}"  # whole words of marked letters: an alphabet of its own
)
# Czech and Croatian read as if they were Western have ø beside letters that no language with ø has.
_CENTRAL = re.compile(r"(?=.*ø)(?=.*[áíýúìèùòïšž])", re.DOTALL | re.IGNORECASE)
_WESTERN = ("cp1252", "mac_roman", "cp850")
_OTHERS = [
    *(
        "cp1250",
        "iso8859_2",
        "cp1257",
        "cp1254",
        "cp1251",
        "koi8_r",
        "cp866",
        "cp1253",
        "cp1255",
        "cp1256",
        "mac_latin2",
    ),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
]


@dataclass(frozen=True, slots=True)
class Text:
    """
    What a walk through all the bytes of a text file says.

    :ivar encoding: a name that Python knows
    :ivar line_count: line ends, and one more for a last line without
    :ivar guarded: some cell may have been guarded against being run as a formula
    :ivar guess: a word of the file as it was read, where the encoding was guessed; else ''
    """

    encoding: str
    line_count: int
    guarded: bool
    guess: str = ""


def read_text(file: OpenFile) -> Text:
    """
    Tell the encoding of a text file; reads all of it once.

    :raises SheetError: NUL bytes, control characters, endless lines, no encoding or more than one
    """
    head = file.head(SAMPLE_BYTES)
    encoding = next((name for bom, name in _BOMS if head.startswith(bom)), None) or _utf16_without_bom(head)
    _refuse_control(file.name, head.decode(encoding or "latin-1", "ignore"))
    guess = ""
    if encoding is None or encoding == "utf-8-sig":
        bad_line = _first_bad_line(file, "utf-8")
        encoding = encoding or "utf-8"
        if bad_line:
            encoding, guess = _legacy(file, bad_line)
    elif bad_line := _first_bad_line(file, encoding):
        raise fatal(file.name, "This file is damaged: it breaks off inside a letter.", row=bad_line)
    wide = encoding.startswith("utf-16")
    line_count, guarded = _walk(file, 2 if wide else 1)
    return Text(encoding, line_count, guarded or wide, guess)


def _refuse_control(name: str, text: str) -> None:
    if control := _CONTROL.search(text):
        row = text.count("\n", 0, control.start()) + 1
        if control.group() == "\0":
            raise _nul(name, row)
        raise fatal(name, f"{NO_TEXT}: it holds control characters.", row=row, expected=SAVE_AS_UTF8)


def _nul(name: str, row: int) -> SheetError:
    return fatal(name, f"{NO_TEXT}: it holds NUL bytes.", row=row, expected=SAVE_AS_UTF8)


def _utf16_without_bom(head: bytes) -> str | None:
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > 0.4 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return next((encoding for encoding in ("utf-16-le", "utf-16-be") if _begins_plainly(head, encoding)), None)


def _begins_plainly(head: bytes, encoding: str) -> bool:
    """Say whether the first line reads as plain letters; those below may be of any alphabet."""
    first, end, _ = head.decode(encoding, "ignore").partition("\n")
    return bool(end and first) and first.rstrip("\r").isascii() and first.rstrip("\r").isprintable()


def _blocks(file: OpenFile) -> Iterator[bytes]:
    reader = file.reader()
    while block := reader.read(BLOCK_BYTES):
        yield block


def _first_bad_line(file: OpenFile, encoding: str) -> int | None:
    """Return the number of the first line that is not written in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, carried = 1, 0
    for block in _blocks(file):
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            return lines + block.count(b"\n", 0, max(0, error.start - carried))
        carried = len(decoder.getstate()[0])
        lines += block.count(b"\n")
    try:
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return lines
    return None


def _walk(file: OpenFile, width: int) -> tuple[int, bool]:
    """Count the lines and look for what no table has; `width` is the bytes of a line end."""
    ends, returns, since_end, guarded = 0, 0, 0, False
    last = b""
    for block in _blocks(file):
        if width == 1 and b"\0" in block:
            raise _nul(file.name, ends + block.count(b"\n", 0, block.index(b"\0")) + 1)
        guarded = guarded or _GUARDED.search(last + block[:1]) is not None or _GUARDED.search(block) is not None
        found = block.count(b"\n")
        ends += found
        returns += 0 if ends else block.count(b"\r")
        since_end = 0 if found or b"\r" in block else since_end + len(block)
        if since_end > LONGEST_LINE:
            raise fatal(file.name, f"A row is longer than {LONGEST_LINE:,} bytes.", row=ends + 1)
        last = block[-width:]
    return (ends or returns) + (not (b"\n" in last or b"\r" in last)), guarded


def _legacy(file: OpenFile, bad_line: int) -> tuple[str, str]:
    """Tell which of the older encodings it is, and one word as it reads then."""
    sample, good, odd = bytearray(), 0, 0
    for block in _blocks(file):
        for match in _ODD_LINE.finditer(block):
            line = match.group()
            odd += 1
            good += _is_utf8(line)
            sample += line[:2000] + b"\n"
            if len(sample) > SAMPLE_BYTES:
                break
        if len(sample) > SAMPLE_BYTES:
            break
    if good * 2 > odd:
        message = "This row is in another encoding than the rest of the file, which is UTF-8."
        raise fatal(file.name, message, row=bad_line, expected=SAVE_AS_UTF8)
    encoding = _western(bytes(sample)) or _other(bytes(sample))
    if encoding is None or (bad := _first_bad_line(file, encoding)):
        row = bad_line if encoding is None else bad
        raise fatal(file.name, "The encoding of this file cannot be told.", row=row, expected=SAVE_AS_UTF8)
    words = re.findall(r"\w*[^\W\x00-\x7f]\w*", sample.decode(encoding, "replace"))
    return encoding, shown(words[0]) if words else ""


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _western(sample: bytes) -> str | None:
    for encoding in _WESTERN:
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NOT_WESTERN.search(text) and not _CENTRAL.search(text):
            return encoding
    return None


def _other(sample: bytes) -> str | None:
    best = from_bytes(sample, cp_isolation=_OTHERS).best()
    return best.encoding if best else None
