"""`python -m tests.backup.writer HOME URL NUMBER LOG`: two rows a time in one transaction, and a line when they are stored."""

import os
import sys
import time
from itertools import count
from pathlib import Path

from tests.backup.places import Place

home, url, number, log = sys.argv[1:]
place = Place(Path(home), url)
mark = "%s" if url else "?"
insert = f"INSERT INTO work (writer, n, half) VALUES ({mark}, {mark}, {mark})"
out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
with place.connect() as connection:
    for n in count():
        if not url:
            connection.execute("BEGIN IMMEDIATE")
        for half in (1, 2):
            connection.execute(insert, (int(number), n, half))
        connection.commit()
        os.write(out, f"{n}\n".encode())
        time.sleep(
            0.001
        )  # SQLite keeps no queue: without a breath one writer can shut the others out for as long as it likes
