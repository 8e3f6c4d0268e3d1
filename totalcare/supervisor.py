"""What `script/server` runs: the services, the preparations, then web, worker and beat until somebody says stop."""

import http.client
import os
import signal
import sys
import time
from pathlib import Path

from totalcare.children import Bell, Child, Step, StopAskedError, show
from totalcare.embedded.process import ServiceError, how_it_ended, say, stop
from totalcare.embedded.services import Services, wanted
from totalcare.embedded.state import State, can_bind, state_folder

PATIENCE = 15.0  # seconds for another door, or for the last breath of a killed server
GRACE = 15.0  # seconds for web, worker and beat to finish what they are at


def chosen_port() -> int:
    """PORT, 8000 by default. Raises ServiceError when it is no port."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ServiceError(f"PORT={text} is not a port: give a number from 1 to 65535.")
    return int(text)


def hold(state: State, bell: Bell, url: str) -> None:
    """Take the state folder. Raises ServiceError when another server has it, or another door does not let go."""
    deadline = time.monotonic() + PATIENCE
    while not state.hold("script/server"):
        bell.check()
        holder = state.holder()
        if holder and holder.door == "script/server":
            where = f" at {holder.url}" if holder.url else ""
            raise ServiceError(
                f"script/server already serves this checkout{where} (process {holder.pid}): use that one, or stop it first."
            )
        if time.monotonic() > deadline:
            who = f"process {holder.pid}: {holder.door}" if holder else "another process"
            raise ServiceError(f"{state.folder} is in use ({who}): script/server can start once that has ended.")
        time.sleep(0.1)
    state.announce("script/server", ready=False, url=url)


def claim_port(port: int, bell: Bell, *, wait: bool) -> None:
    """See that we can listen there, after a moment when a killed server of ours may still be letting go.

    Raises ServiceError that says what to do.
    """
    deadline = time.monotonic() + (PATIENCE if wait else 0)
    while not can_bind(port):
        bell.check()
        if time.monotonic() > deadline:
            if port < 1024 and os.geteuid() != 0:
                raise ServiceError(
                    f"Port {port} needs root: choose one above 1023, for instance PORT=8000 script/server"
                )
            other = next((p for p in range(max(port, 1023) + 1, 65536) if can_bind(p)), 8000)
            raise ServiceError(
                f"Port {port} is taken by another program. Choose another one, for instance: PORT={other} script/server"
            )
        time.sleep(0.1)


def prepare(services: Services, env: dict[str, str], bell: Bell) -> None:
    """Migrations and static files, and on a new cluster of ours the demo data. Raises like Step.finish."""
    steps = [
        Step("Database migrated", "owner", ["migrate", "--no-input", "--verbosity", "0"], env),
        Step("Static files collected", "app", ["collectstatic", "--no-input", "--verbosity", "0"], env),
    ]
    try:
        for step in steps:
            step.finish(bell)
    finally:
        for step in steps:
            stop(step.process, signal.SIGTERM, signal.SIGKILL, 5)
    if services.postgres and not services.state.text("seeded"):
        Step("Demo data written", "worker", ["seed_demo"], env).finish(bell)
        services.state.write(seeded=True)


def children(port: int, folder: Path, env: dict[str, str]) -> list[Child]:
    """Web, worker and beat; should we be killed, the first two end at once, without waiting for slow requests."""
    web = ["gunicorn", "--config", "python:totalcare.web", "totalcare.wsgi"]
    worker = ["celery", "--quiet", "-A", "totalcare", "worker", "--concurrency", "2", "--loglevel", "INFO"]
    worker += ["--without-gossip", "--without-mingle", "--hostname", f"totalcare-{port}@%h"]
    beat = ["celery", "--quiet", "-A", "totalcare", "beat", "--loglevel", "WARNING", "--pidfile", ""]
    beat += ["--schedule", str(folder / "celerybeat-schedule")]
    counts = {"BIND": "127.0.0.1", "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics")}
    return [
        Child("web", "app", web, env | counts, signal.SIGQUIT),
        Child("worker", "worker", worker, env, signal.SIGQUIT),
        Child("beat", "worker", beat, env, signal.SIGTERM),
    ]


def answers(port: int) -> bool:
    """Whether something speaks HTTP there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz/live")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def serve(services: Services, port: int, url: str, bell: Bell) -> None:
    """Prepare, start the children, say where we are, and keep everything alive until the bell rings.

    Raises ServiceError when something fails for good.
    """
    services.start()
    env = services.environment() | {"PORT": str(port)}
    env.setdefault("PYTHONWARNINGS", "ignore::Warning:celery.platforms")  # as root it warns of pickle, which we refuse
    prepare(services, env, bell)
    services.state.announce("script/server", ready=True, url=url)
    serving = children(port, services.state.folder, env)
    try:
        for child in serving:
            child.start()
        logins = Step("", "worker", ["seed_demo", "--logins"], env) if services.postgres else None
        web = serving[0]
        while not answers(port):
            bell.check()
            if web.process and (code := web.process.poll()) is not None:
                raise ServiceError(f"The web server does not start ({how_it_ended(code)}); its last lines are above.")
            time.sleep(0.05)
        show(f"\nTotal Care is at {url}\n{logins.finish(bell) if logins else ''}\nCtrl-C stops it.\n")
        while True:
            bell.check()
            services.heal()
            for child in serving:
                child.tend()
            time.sleep(0.2)
    finally:
        for child in serving:
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE
        while any(child.alive() for child in serving) and time.monotonic() < deadline and bell.rung < 2:
            time.sleep(0.05)
        for child in serving:
            child.stop()


def main() -> int:
    """Serve until asked to stop: 0 then, 1 when something is in the way, said on standard error."""
    bell = Bell()
    services = None
    try:
        wanted(os.environ)
        port = chosen_port()
        url = f"http://127.0.0.1:{port}/"
        state = State(state_folder())
        killed = state.holder() is not None
        hold(state, bell, url)
        try:
            claim_port(port, bell, wait=killed)
            services = Services(state)
            serve(services, port, url, bell)
        finally:
            if services:
                if bell.rung:
                    say("\nStopping")
                services.stop()
            state.release()
    except StopAskedError:
        say("Stopped")
        return 0
    except ServiceError as error:
        say(f"script/server: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
