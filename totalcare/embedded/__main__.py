"""`python -m totalcare.embedded run [--state DIR | --own NAME] [--no-fsync] -- COMMAND`: the command, with services."""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from totalcare.embedded.process import ServiceError, say, spawn
from totalcare.embedded.services import Services, wanted
from totalcare.embedded.state import State, own_state, state_folder

PATIENCE = 120  # seconds for another door of this checkout to bring its services up


def main() -> int:
    """Run a command with the services up; returns its exit code, 1 when they do not come up, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m totalcare.embedded", description=__doc__)
    run = parser.add_subparsers(required=True, metavar="run").add_parser(
        "run", help="run a command with the services up"
    )
    place = run.add_mutually_exclusive_group()
    place.add_argument("--state", type=Path, help="the state folder, instead of TOTALCARE_STATE or the checkout's")
    place.add_argument(
        "--own", metavar="NAME", help="never share services: a cluster NAME, a temporary one if it is in use"
    )
    run.add_argument("--no-fsync", action="store_true", help="faster, and lost if the machine stops: for tests")
    run.add_argument("command", nargs="+", help="after --")
    options = parser.parse_args()
    listen(leave)
    try:
        with services(options.state, options.own, fsync=not options.no_fsync) as (ours, env):
            return supervise(options.command, env, ours.heal if ours else lambda: False)
    except ServiceError as trouble:
        say(str(trouble))
        return 1


@contextlib.contextmanager
def services(folder: Path | None, own: str | None, *, fsync: bool) -> Iterator[tuple[Services | None, dict[str, str]]]:
    """The services that we started, none when others brought them, and the environment that reaches them.

    Stops what it started, once nobody else uses it. Raises ServiceError.
    """
    if not any(wanted(os.environ)):
        state = State(folder.absolute() if folder else state_folder())
        yield None, Services(state).environment()
        return
    state = own_state(own) if own else State(folder.absolute() if folder else state_folder())
    ours = Services(state, fsync=fsync, for_tests=own == "tests")
    door = " ".join(sys.argv[sys.argv.index("--") + 1 :][:4]) if "--" in sys.argv else "a command"
    if not own and attached(state, door):
        yield None, ours.environment()
        return
    try:
        ours.start()
        state.announce(door, ready=True)
        yield ours, ours.environment()
        wait_for_users(ours)
    finally:
        listen(stay)  # stopping takes a moment and is better not cut in half
        ours.stop()
        state.release()


def attached(state: State, door: str) -> bool:
    """True when another process holds the folder and its services are ready for us, False when we hold it now.

    Raises ServiceError when neither comes true in time.
    """
    deadline = time.monotonic() + PATIENCE
    while not state.hold(door):
        holder = state.holder()
        if holder and holder.ready and state.use():
            return True
        if time.monotonic() > deadline:
            who = f"process {holder.pid} ({holder.door})" if holder else "another process"
            raise ServiceError(
                f"{state.folder} is held by {who}, whose services have not come up in {PATIENCE} seconds."
            )
        time.sleep(0.1)
    return False


def wait_for_users(ours: Services) -> None:
    """Keep the services up as long as other commands of this checkout use them; Ctrl-C cuts that short."""
    told = False
    while not ours.state.unused():
        if not told:
            say("Another command still uses these services: waiting for its end before stopping them (Ctrl-C: at once)")
            told = True
        ours.heal()
        time.sleep(0.2)


def listen(handler: Callable[[int, FrameType | None], None]) -> None:
    """Give all signals that ask us to end to one handler."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def leave(number: int, frame: FrameType | None) -> None:
    """End, cleaning up on the way."""
    raise SystemExit(128 + number)


def stay(number: int, frame: FrameType | None) -> None:
    """Go on; unlike SIG_IGN, not inherited by what we start."""


def supervise(command: list[str], env: dict[str, str], heal: Callable[[], bool]) -> int:
    """Run the command to its end, signals passed on to it, services healed meanwhile; its exit code as a shell says it."""
    process = spawn(command, env=env, own_session=False)

    def pass_on(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and in_foreground():
            return  # the terminal has sent it to the command as well
        process.send_signal(number)

    listen(pass_on)
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(0.5)
                return 128 - code if code < 0 else code
            heal()
    finally:
        if process.poll() is None:  # a service did not come back
            process.terminate()
            process.wait()
        listen(leave)


def in_foreground() -> bool:
    """Whether a terminal's Ctrl-C reaches our process group by itself."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


if __name__ == "__main__":
    sys.exit(main())
