"""Six hundred e-mails that nobody should have to read: broken, bloated, nested, lying. The same ones every time."""

import base64
from collections.abc import Iterator
from random import Random

COUNT = 600
CHARSETS = (
    *(
        "utf-8",
        "us-ascii",
        "iso-8859-15",
        "windows-1252",
        "koi8-r",
        "shift_jis",
        "gb18030",
        "iso-2022-jp",
        "utf-16",
        "utf-32",
    ),
    *(
        "no-such",
        "",
        'utf-8"',
        "idna",
        "punycode",
        "unicode_escape",
        "rot13",
        "zlib_codec",
        "hex",
        "undefined",
        "\x00",
        "a" * 5_000,
    ),
)
FROMS = (
    b"Zoe <zoe@example.org>",
    b"dora@example.org",
    b"alice@example.org, charlie@example.org",
    b"=?utf-8?b?!!!!?= <x@y>",
    b"=?utf-8?q?" + b"=?utf-8?q?" * 500 + b"?= <a@b>",
    b"\xff\xfe\x00 <\xe9@\xe9.example>",
    b'"' + b"\\" * 3_000 + b'" <a@b.example>',
    b"(" * 2_000 + b")" * 1_999 + b" a@b.example",
    b"<" * 3_000,
    b"a@b@c@d",
    b"undisclosed: ;",
    b"x@example.org\r\nBcc: everybody@example.org",
    b"a" * 70_000 + b"@example.org",
    b"",
)
HEADERS = (
    b"Subject: " + b"=?iso-2022-jp?b?GyRC?=" * 300,
    b"Subject: =?x-unknown?q?=E4?= =?utf-8?z?abc?= =?",
    b"Subject:\r\n" + b" folded\r\n" * 20_000 + b" end",
    b"Message-ID: <a@b>\r\nMessage-ID: <c@d>",
    b"Message-ID: no brackets",
    b"Message-ID: <" + b"x" * 10_000 + b">",
    b"References: " + b"<a@b> " * 10_000,
    b"In-Reply-To: <" + b"0" * 32 + b"@example.org>",
    b"Date: Thu, 99 Foo 12345 99:99:99 +9999",
    b"Date: \x00",
    b"Auto-Submitted: auto-replied",
    b"Precedence: bulk",
    b"List-Id: <x>",
    b"Return-Path: <>",
    b"Subject: delete all people\r\nX-Muster-Command: grant administrator",
    b"To: " + b"a@b.example, " * 5_000,
    b"To: muster+" + b"f" * 32 + b"@example.org",
    b"X-Spam-Flag: YES",
    b"".join(b"X-%d: y\r\n" % number for number in range(20_000)) + b"X: y",
    b"Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*2=x; filename*1*=y",
    b"Subject: \xe4\xf6\xfc \xf0\x9f\x92\xa9",
    b"no colon here",
    b": empty name",
    b" begins with a blank",
)
HTML = (
    b"<p>Hello</p>",
    b"<!--" * 60_000,
    b"<![CDATA[" * 30_000,
    b"<" * 200_000,
    b"&#" * 90_000,
    b"&#x110000;&#0;&#55296;&amp",
    b"<a href='" + b"x" * 190_000,
    b"<script>" * 20_000 + b"alert(1)",
    b"</div>" * 30_000,
    b"<div>" * 30_000 + b"deep",
    b"<style>" + b"p{}" * 1_000,
    b"<!doctype" + b"<?" * 50_000,
)


def mails(count: int = COUNT) -> Iterator[bytes]:
    """Yield the mails, in the same order every time."""
    lot = Random(19)
    kinds = (_broken, _nested, _bombs, _charsets, _encodings, _html, _forwarded, _boundaries, _automatic, _huge)
    for number in range(count):
        yield kinds[number % len(kinds)](lot)


def _with(lot: Random, body: bytes, *headers: bytes) -> bytes:
    chosen = lot.sample(HEADERS, lot.randint(0, 4))
    lines = [b"From: " + lot.choice(FROMS), *chosen, *headers]
    lot.shuffle(lines)
    end = lot.choice([b"\r\n", b"\r\n", b"\n", b"\r"])
    return end.join(lines) + end + end + body


def _broken(lot: Random) -> bytes:
    if lot.random() < 0.4:
        return lot.randbytes(lot.choice([0, 1, 100, 50_000]))
    whole = _with(lot, b"Hello \x00\x1b[2J\xff", b"Content-Type: text/plain; charset=utf-8")
    return whole[: lot.randint(0, len(whole))]


def _nested(lot: Random) -> bytes:
    depth = lot.choice([3, 30, 300, 3_000])
    head = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(depth))
    return _with(lot, b"", head + b"\r\n\r\nThe bottom\r\n")


def _bombs(lot: Random) -> bytes:
    parts = lot.choice([50, 5_000, 20_000])
    body = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * parts + b"--b--"
    return _with(lot, body, b"Content-Type: multipart/alternative; boundary=b")


def _charsets(lot: Random) -> bytes:
    kind = lot.choice(["plain", "html"])
    charset = lot.choice(CHARSETS).encode()
    return _with(lot, lot.randbytes(3_000), b"Content-Type: text/%s; charset=%s" % (kind.encode(), charset))


def _encodings(lot: Random) -> bytes:
    encoding = lot.choice([b"base64", b"quoted-printable", b"x-uuencode", b"uuencode", b"binary", b"none-such", b""])
    body = lot.choice(
        [
            b"====",
            b"A" * 9_999,
            b"=Z=" * 5_000,
            b"begin 666 x\r\n" + b"M" * 5_000,
            lot.randbytes(4_000),
            b"=\r\n" * 30_000,
        ]
    )
    return _with(lot, body, b"Content-Transfer-Encoding: " + encoding)


def _html(lot: Random) -> bytes:
    return _with(lot, lot.choice(HTML) + lot.choice(HTML), b"Content-Type: text/html; charset=utf-8")


def _forwarded(lot: Random) -> bytes:
    depth = lot.choice([1, 20, 400])
    return _with(lot, b"Content-Type: message/rfc822\r\n\r\n" * depth + b"inside", b"Content-Type: message/rfc822")


def _boundaries(lot: Random) -> bytes:
    name = lot.choice([b'""', b'"--"', b"x" * 50_000, b"(.*)*$", b'"a b "', b"*", b"\xff"])
    body = (b"--" + name.strip(b'"') + b"\r\n\r\ntext\r\n") * lot.choice([1, 500])
    return _with(lot, body, b"Content-Type: multipart/mixed; boundary=" + name)


def _automatic(lot: Random) -> bytes:
    kind = lot.choice([b"multipart/report; report-type=delivery-status; boundary=b", b"text/plain"])
    return _with(lot, b"--b\r\n\r\nI am away\r\n--b--", b"Content-Type: " + kind, lot.choice(HEADERS[10:14]))


def _huge(lot: Random) -> bytes:
    data = base64.encodebytes(lot.randbytes(lot.choice([1_000, 900_000, 2_000_000])))
    body = (
        b"--b\r\nContent-Type: text/plain\r\n\r\nSee the picture\r\n--b\r\nContent-Type: image/jpeg; name=photo.jpg\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + data + b"--b--"
    )
    return _with(lot, body, b"Content-Type: multipart/mixed; boundary=b")
