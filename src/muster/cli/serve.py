"""`muster serve`: the site, and beside it the worker, in one command."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from muster.cli import start
from muster.cli.errors import CommandProblem

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def run(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    port = options.port or free_port(options.host)
    plain_http_on_this_machine(options.host)
    start.django()
    from django.conf import settings

    from muster.access.owner import why_not_to_serve
    from muster.cli.init import prepare_database

    prepare_database()
    if why := why_not_to_serve():
        raise CommandProblem(why)
    page = "" if start.has_organisation() else f"setup/?key={settings.SETUP_KEY}"
    print(f"Muster answers at http://{options.host}:{port}/{page} (Ctrl-C stops it)", flush=True)
    serve(options.host, port, options.threads)
    return 0


def plain_http_on_this_machine(host: str) -> None:
    """Without a proxy in front, only this machine may look, over plain http; set MUSTER_HTTPS=1 behind a proxy."""
    if host in LOOPBACK:
        os.environ.setdefault("MUSTER_HTTPS", "0")


def free_port(host: str) -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def serve(host: str, port: int, threads: int) -> None:
    """
    Run the web server in this process and keep a worker alive beside it.

    :raises CommandProblem: the address is taken or may not be used
    """
    _see_that_it_is_free(host, port)
    from granian import Granian
    from granian.constants import Interfaces

    stop = _keep_alive([sys.executable, "-m", "muster", "worker"])
    try:
        # Bounded threads: each holds one database connection.
        Granian(
            "muster.config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            blocking_threads=threads,
            websockets=False,
            log_enabled=False,
            respawn_failed_workers=True,
        ).serve()
    finally:
        stop()


def _see_that_it_is_free(host: str, port: int) -> None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise CommandProblem(f"Cannot listen on {host}:{port}: {error.strerror}. Try another --port.") from error


def _keep_alive(command: list[str]) -> Callable[[], None]:
    """Start the command, start it again when it ends by itself; return what stops it for good."""
    stopping = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def watch() -> None:
        while not stopping.is_set():
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  # our own interpreter and module
            running[:] = [process]
            process.wait()
            if not stopping.is_set():
                time.sleep(2)

    def stop() -> None:
        stopping.set()
        for process in running:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    threading.Thread(target=watch, daemon=True).start()
    return stop
