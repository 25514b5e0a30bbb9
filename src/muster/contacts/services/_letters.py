"""Sealing what a letter says."""

import json
from typing import Any

from muster.contacts import sealed
from muster.contacts.models import InquiryLetter


def keep_text(letter: InquiryLetter, **said: Any) -> None:
    """Seal what a letter says, once its row has a number."""
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    InquiryLetter.objects.filter(pk=letter.pk).update(sealed=sealed.seal(letter, "sealed", text))
