"""
Start a command and write to a file what it took: `python -I -S launch.py REPORT COMMAND …`.

A process begins with the peak memory of the one that started it, even though it then loads a program of its own. So what
is measured is started from here, out of a process that holds next to nothing.
"""

import os
import sys
import time


def main(report: str, command: list[str]) -> None:
    """Run the command to its end; the report holds status, seconds, CPU seconds and peak memory in MB."""
    begin = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - begin
    with open(report, "w", encoding="ascii") as file:
        figures = (os.waitstatus_to_exitcode(status), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
        file.write(" ".join(str(figure) for figure in figures))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
