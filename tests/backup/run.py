"""`python -m tests.backup.run backup|restore HOME URL FILE [LIMIT]`: one backup or restore in a process that may be killed."""

import resource
import sys
from pathlib import Path

from muster.backup.make import make_backup
from muster.backup.problems import BackupProblem
from muster.backup.restore import restore_backup
from tests.backup.places import NOW, SETTINGS, Place

work, home, url, file, *limit = sys.argv[1:]
place = Place(Path(home), url)
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit[0]), int(limit[0])))
print("begins", flush=True)
try:
    if work == "backup":
        make_backup(home=place.home, database=place.database, target=Path(file), settings=SETTINGS, now=NOW)
    else:
        restore_backup(file=Path(file), home=place.home, database=place.database)
except BackupProblem as problem:
    print(problem)
    sys.exit(2)
