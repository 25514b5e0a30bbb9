"""
Records that were read for one report and still hold for the next: reading a million people takes seconds, counting them none.

They are kept within one process, apart for each reach (whose people may be counted), day, and who may be seen now.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from threading import Lock

from django.db import connection

from muster.audit import queries as audit
from muster.reports.calc.records import Records

Loaded = tuple[Records, dict[int, int]]
# Units whose people may be seen, and on which day; None for everybody, always.
Sees = tuple[frozenset[int], date] | None
# Fewer spells than this are read in the time it takes to look whether they still hold.
MANY = 50_000
MOST = 4

_kept: OrderedDict[tuple[str, frozenset[int] | None, date, Sees], tuple[tuple[int, int], Loaded]] = OrderedDict()
_lock = Lock()


def kept(reach: frozenset[int] | None, until: date, load: Callable[[], Loaded], *, sees: Sees) -> Loaded:
    """
    Return what was loaded for that reach and day if nothing has been changed since, else load it; one query.

    :param reach: units whose people are counted, None for everybody: nobody is handed more than they may count
    :param sees: whom of them the reader may see now: of others it is not told where they live
    """
    # Taken before loading: what is changed meanwhile makes the next one load again.
    mark = audit.mark()
    key = (str(connection.settings_dict["NAME"]), reach, until, sees)
    with _lock:
        found = _kept.get(key)
        if found is not None and found[0] == mark:
            _kept.move_to_end(key)
            return found[1]
    loaded = load()
    records = loaded[0]
    if len(records.members.person) + len(records.placements.person) >= MANY:
        with _lock:
            _kept[key] = (mark, loaded)
            while len(_kept) > MOST:
                _kept.popitem(last=False)
    return loaded


def forget() -> None:
    """Read everything anew the next time."""
    with _lock:
        _kept.clear()
