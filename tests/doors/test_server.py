"""script/server: one story from start to Ctrl-C, and what it says when it cannot start."""

import json
import signal
import socket
import time
import urllib.error
import urllib.request

import psutil

from totalcare.embedded.state import free_port

from .conftest import Doors, all_gone, family, until

SERVER = "totalcare.supervisor"


def status(url: str) -> int:
    """The status of a GET, 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def ticks(base: str) -> float | None:
    """Seconds since the engine was last seen; None while it never was, or nobody answers."""
    try:
        with urllib.request.urlopen(f"{base}/healthz/ready", timeout=5) as response:  # noqa: S310
            ago = json.load(response)["engine"].get("seen_seconds_ago")
    except OSError:
        return None
    return None if ago is None else float(ago)


def traces(text: str) -> list[str]:
    """Each traceback with what stands around it: whose it is, and what it ended with."""
    lines = text.splitlines()
    return ["\n".join(lines[max(0, at - 4) : at + 60]) for at, line in enumerate(lines) if "Traceback" in line]


def test_it_serves_heals_refuses_a_second_and_stops_cleanly(doors: Doors) -> None:
    port = free_port()
    log = doors.state.parent / "log"
    server = doors.start("script/server", log=log, PORT=str(port))
    base = f"http://127.0.0.1:{port}"
    until(lambda: server.poll() is not None or f"Total Care is at {base}/" in log.read_text(), "the banner")
    assert server.poll() is None, log.read_text()
    assert status(f"{base}/healthz/live") == 200
    assert "Ctrl-C stops it." in log.read_text()

    second = doors.run("script/server", PORT=str(free_port()))
    assert second.returncode == 1
    assert f"already serves this checkout at {base}/" in second.stderr

    until(lambda: ticks(base) is not None, "web, worker and beat have found each other")
    psutil.Process(doors.pid_of("postgres")).kill()
    until(lambda: "PostgreSQL is back" in log.read_text(), "PostgreSQL is back")
    until(lambda: status(f"{base}/healthz/ready") == 200, "ready again")
    back = time.monotonic()
    until(lambda: (ago := ticks(base)) is not None and ago < time.monotonic() - back, "a tick since it is back")

    everything = family(server.pid)
    web = next(p for p in everything if "gunicorn" in " ".join(p.cmdline()))
    web.kill()
    until(lambda: "web ended unexpectedly" in log.read_text() and status(f"{base}/healthz/live") == 200, "web is back")

    everything += family(server.pid)
    server.send_signal(signal.SIGINT)
    assert server.wait(60) == 0, log.read_text()
    until(lambda: all_gone(everything), "all processes are gone")
    assert traces(log.read_text()) == []


def test_a_taken_port_is_named_before_anything_is_made(doors: Doors) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = doors.run(SERVER, PORT=str(port))
    assert ran.returncode == 1
    assert f"Port {port} is taken by another program" in ran.stderr
    assert "PORT=" in ran.stderr
    assert not (doors.state / "pgdata").exists()


def test_a_port_that_is_none_is_refused(doors: Doors) -> None:
    ran = doors.run(SERVER, PORT="eighty")
    assert ran.returncode == 1
    assert "PORT=eighty is not a port" in ran.stderr
