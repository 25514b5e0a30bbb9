"""What an app on a phone works out: RFC 6238 with SHA-1, six figures, thirty seconds."""

import base64
import hashlib
import hmac
import re
import time


def code_of(secret: str, at: float | None = None) -> str:
    step = int(time.time() if at is None else at) // 30
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06d}"


def secret_in(html: str) -> str:
    """The key that the page shows for typing into the app."""
    return re.search(r'class="secret">([A-Z2-7 ]+)<', html).group(1).replace(" ", "")
