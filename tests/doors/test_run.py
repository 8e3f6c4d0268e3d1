"""`python -m totalcare.embedded run`: services for one command, shared, recovered, never started in vain."""

import contextlib
import json
import os
import shutil
import signal
import socket
from pathlib import Path

import psutil

from .conftest import ROOT, Doors, all_gone, family, until

RUN = ("totalcare.embedded", "run")
ASK = """
import os, psycopg2, redis
for role in ("OWNER", "APP", "WORKER"):
    with psycopg2.connect(os.environ[f"DATABASE_{role}_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        print(*cursor.fetchone())
print(redis.Redis.from_url(os.environ["REDIS_URL"]).ping(), len(os.environ["SECRET_KEY"]) >= 50, os.environ["TOTALCARE_STATE"])
raise SystemExit(7)
"""
WRITE = """
import os, psycopg2
with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as connection, connection.cursor() as cursor:
    cursor.execute("CREATE TABLE promise (kept int); INSERT INTO promise VALUES (42)")
print("committed", flush=True)
input()
"""
READ = """
import os, psycopg2
with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT kept FROM promise")
    print(cursor.fetchone()[0])
"""
HOLD = "print(__import__('os').environ['DATABASE_APP_URL'], flush=True); input()"
URLS = {f"DATABASE_{role}_URL": "postgresql://x@127.0.0.1:1/x" for role in ("OWNER", "APP", "WORKER")}


def test_it_gives_the_command_its_services_and_passes_its_exit_code(doors: Doors) -> None:
    ran = doors.run(*RUN, "--", "python", "-c", ASK)
    assert ran.stdout.splitlines() == [
        "totalcare_owner totalcare",
        "totalcare_app totalcare",
        "totalcare_worker totalcare",
        f"True True {doors.state}",
    ], ran.stderr
    assert ran.returncode == 7
    assert (doors.state / "state.json").stat().st_mode & 0o777 == 0o600
    assert not (doors.state / "pgdata/postmaster.pid").exists(), "PostgreSQL was not stopped in order"


def test_a_second_command_shares_the_services_and_the_first_waits_for_it(doors: Doors) -> None:
    first = doors.start(*RUN, "--", "python", "-c", HOLD)
    url = first.stdout.readline()
    second = doors.start(*RUN, "--", "python", "-c", HOLD + ASK)
    assert second.stdout.readline() == url
    first.stdin.write("\n")
    first.stdin.flush()
    said = first.stderr.readline() + first.stderr.readline()
    assert "Another command still uses these services" in said
    out, err = second.communicate("\n")
    assert second.returncode == 7, err
    assert "totalcare_app totalcare" in out
    assert first.wait(30) == 0


def test_what_was_committed_survives_kill_9_of_everything(doors: Doors) -> None:
    runner = doors.start(*RUN, "--", "python", "-c", WRITE)
    assert runner.stdout.readline() == "committed\n", runner.stderr.read()
    everything = family(runner.pid)
    assert doors.pid_of("postgres") in {process.pid for process in everything}
    for process in everything:
        with contextlib.suppress(psutil.NoSuchProcess):  # it died with the parent that was killed before it
            process.kill()
    runner.wait(30)
    ran = doors.run(*RUN, "--", "python", "-c", READ)
    assert ran.stdout == "42\n", ran.stderr


def test_services_end_with_a_runner_that_is_killed_alone(doors: Doors) -> None:
    runner = doors.start(*RUN, "--", "python", "-c", WRITE)
    assert runner.stdout.readline() == "committed\n", runner.stderr.read()
    everything = family(runner.pid)
    runner.kill()
    runner.wait(30)
    ran = doors.run(*RUN, "--", "python", "-c", READ)  # at once, while the services are still ending
    assert ran.stdout == "42\n", ran.stderr
    until(lambda: all_gone(everything), "the killed runner's services are gone")


def test_killed_services_come_back_while_the_command_runs(doors: Doors) -> None:
    runner = doors.start(*RUN, "--", "python", "-c", WRITE + READ)
    assert runner.stdout.readline() == "committed\n", runner.stderr.read()
    for service in ("postgres", "valkey"):
        psutil.Process(doors.pid_of(service)).kill()
    said = ""
    while "Valkey is back" not in said:
        line = runner.stderr.readline()
        assert line, said
        said += line
    assert "PostgreSQL ended unexpectedly (killed by SIGKILL)" in said
    assert "PostgreSQL is back" in said
    out, err = runner.communicate("\n")
    assert out == "42\n", err


def test_a_signal_reaches_the_command_and_the_services_stop_after_it(doors: Doors) -> None:
    runner = doors.start(*RUN, "--", "python", "-c", HOLD)
    runner.stdout.readline()
    everything = family(runner.pid)
    runner.send_signal(signal.SIGTERM)
    assert runner.wait(40) == 128 + signal.SIGTERM
    until(lambda: all_gone(everything), "the runner's services are gone")


def test_it_starts_nothing_when_everything_is_set(doors: Doors) -> None:
    ran = doors.run(*RUN, "--", "python", "-c", "print('ran')", REDIS_URL="redis://127.0.0.1:1/0", **URLS)
    assert ran.stdout == "ran\n", ran.stderr
    assert not (doors.state / "pgdata").exists()


def test_it_refuses_half_of_the_database_urls(doors: Doors) -> None:
    ran = doors.run(*RUN, "--", "true", DATABASE_APP_URL="postgresql://x@127.0.0.1:1/x")
    assert ran.returncode == 1
    assert "not set: DATABASE_OWNER_URL, DATABASE_WORKER_URL" in ran.stderr


def test_own_clusters_are_not_shared_and_the_temporary_one_goes_away(doors: Doors) -> None:
    own = (*RUN, "--own", "bench", "--no-fsync", "--", "python", "-c", HOLD)
    first, second = doors.start(*own), doors.start(*own)
    assert first.stdout.readline() != second.stdout.readline()
    assert len(list(doors.state.glob("bench*"))) == 2
    for process in (first, second):
        _, err = process.communicate("\n")
        assert process.returncode == 0, err
    assert [folder.name for folder in doors.state.glob("bench*")] == ["bench"]


def test_a_taken_port_is_left_to_its_owner(doors: Doors) -> None:
    assert doors.run(*RUN, "--", "true").returncode == 0
    path = doors.state / "state.json"
    before = json.loads(path.read_text())
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", before["postgres_port"]))
        taken.listen()
        ran = doors.run(*RUN, "--", "python", "-c", ASK)
    assert ran.returncode == 7, ran.stderr
    after = json.loads(path.read_text())
    assert after["postgres_port"] != before["postgres_port"]
    assert after["admin_password"] == before["admin_password"]


def test_a_checkout_may_lie_in_a_path_with_spaces(doors: Doors) -> None:
    doors.checkout = doors.state.parent / "check out"
    keep_out = shutil.ignore_patterns(".venv", ".git", "var", ".*_cache", "__pycache__", "docs", "node_modules")
    shutil.copytree(ROOT, doors.checkout, ignore=keep_out)
    (doors.checkout / ".venv").symlink_to(ROOT / ".venv")
    ran = doors.run(
        "script/manage", "shell", "--verbosity", "0", "--command", "import django; print(django.VERSION[0])"
    )
    assert ran.stdout == "5\n", ran.stderr
    bench = doors.checkout / "bench"
    bench.mkdir(exist_ok=True)
    (bench / "nothing.py").write_text("import sys; print(sys.argv[1:])")
    ran = doors.run("script/bench", "nothing", "--rows", "two words")
    assert ran.stdout == "['--rows', 'two words']\n", ran.stderr


def test_a_folder_that_cannot_be_written_is_named(doors: Doors) -> None:
    ran = doors.run(*RUN, "--", "true", TOTALCARE_STATE="/proc/nowhere")
    assert ran.returncode == 1
    assert "/proc/nowhere" in ran.stderr
    assert "TOTALCARE_STATE" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_every_door_can_be_opened() -> None:
    doors = [*(ROOT / "script").iterdir(), ROOT / ".ci/run"]
    assert {door.name for door in doors} >= {"setup", "server", "manage", "test", "lint", "bench", "seed", "run"}
    assert [door for door in doors if not os.access(door, os.X_OK)] == []
    assert [door for door in doors if Path(door).read_text().splitlines()[0] != "#!/bin/sh"] == []
