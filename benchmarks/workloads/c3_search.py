"""c3 and c4: searching by parts, and with typing errors, while fifty others search too."""

import random
from urllib.parse import quote

from benchmarks.clients import Answers, Asked, ask_all, site
from benchmarks.ground import Ground
from benchmarks.table import Row, duration
from benchmarks.visitors import Visitor, sign_in

CLIENTS = 50
# Somebody who types asks about once a second.
PAUSE = 1.0
MOST, MOST_MISTYPED, TIMES_BRANCH = 0.3, 0.5, 2.0
FOUND, FOUND_MISTYPED = 0.99, 0.9


def measure(ground: Ground) -> list[Row]:
    """Ask the palette of a served site: people of a branch for a branch organiser, of everywhere for a national officer."""
    environment = ground.copy("search")
    visitors = sign_in(ground, environment)
    each = max(4, 2 * ground.pairs)
    answers: dict[tuple[str, str], Answers] = {}
    with site(environment) as served:
        for who, visitor in visitors.items():
            for kind, make in (("parts", _parts), ("mistyped", _mistyped)):
                rng = random.Random(1)
                questions = [make(visitor, rng) for _ in range(CLIENTS * each)]
                ask_all(served, questions[:CLIENTS], clients=4)
                answers[who, kind] = ask_all(served, questions, clients=CLIENTS, pause=PAUSE)
    ground.drop("search")
    return [
        *(_row("c3", who, answers[who, "parts"], MOST, FOUND) for who in visitors),
        _compared(answers["branch", "parts"], answers["national", "parts"]),
        *(_row("c4", who, answers[who, "mistyped"], MOST_MISTYPED, FOUND_MISTYPED) for who in visitors),
    ]


def _parts(visitor: Visitor, rng: random.Random) -> Asked:
    """Ask for a part of somebody's name, e-mail address or phone number; somebody must be found."""
    while True:
        _, key, email, phone = rng.choice(visitor.people)
        words = [word for word in key.split() if len(word) > 4]
        texts = [rng.choice(words)[: rng.randint(3, 6)], rng.choice(words)[1:]] if words else []
        texts += [email[: email.index("@") + 3]] if email else []
        texts += [phone[-7:], phone[2:8]] if phone else []
        if texts:
            return _asked(visitor, rng.choice(texts), "/people/")


def _mistyped(visitor: Visitor, rng: random.Random) -> Asked:
    """Ask for a whole name with two letters swapped; that person's name must be found."""
    while True:
        name, key, *_ = rng.choice(visitor.people)
        place = rng.randrange(1, max(2, len(key) - 2))
        a, b = key[place : place + 1], key[place + 1 : place + 2]
        # Somebody who goes by another name than the one looked for stands in the list under that.
        if len(key) > 8 and a.isalpha() and b.isalpha() and a != b and key.isascii() and name.casefold() == key:
            return _asked(visitor, key[:place] + b + a + key[place + 2 :], name)


def _asked(visitor: Visitor, text: str, expected: str) -> Asked:
    return Asked(f"/search/palette?q={quote(text)}", visitor.cookie, expected)


def _row(code: str, who: str, answers: Answers, most: float, found: float) -> Row:
    p99 = answers.percentile(0.99)
    what = "with two letters swapped" if code == "c4" else "by parts of names, addresses, numbers"
    return Row(
        code,
        f"search {what}, {CLIENTS} clients, {who}",
        "–",
        f"p50 {duration(answers.percentile(0.5))}, p99 {duration(p99)}, CPU {duration(answers.cpu_seconds)} each",
        f"p99 ≤ {most * 1000:.0f} ms",
        p99 <= most and answers.found >= found,
        peer=f"found in {answers.found:.1%}",
    )


def _compared(branch: Answers, national: Answers) -> Row:
    ratio = national.percentile(0.5) / branch.percentile(0.5)
    return Row(
        "c3",
        "search nationally beside search in a branch, medians",
        duration(branch.percentile(0.5)),
        duration(national.percentile(0.5)),
        f"≤ {TIMES_BRANCH:.0f} ×",
        ratio <= TIMES_BRANCH,
        ratio,
    )
