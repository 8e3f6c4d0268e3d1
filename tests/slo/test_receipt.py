"""A receipt carries all that it was computed from: a stranger's program recomputes it, and finds whatever was tampered with."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from slo.fold import FoldError, Kind
from slo.receipt import digest, verifier, written
from slo.verify_receipt import verify
from tests.slo.cases import ALWAYS, HOUR, OFFICE, SPLIT, at
from tests.slo.living import Life

PROGRAM = Path(__file__).resolve().parents[2] / "slo" / "verify_receipt.py"


def life() -> Life:
    """Over a holiday, a pause, an edition, a change to the calendar that never closes and back; answered late."""
    one = Life()
    one.starts(at("2026-11-10T16:42:30"), 540, priority="medium")
    one.pauses(at("2026-11-12T10:00"), at("2026-11-20T10:00"))
    one.resumes(at("2026-11-13T10:00"))
    one.retargets(at("2026-11-13T11:00"), 60, upward=True, which=2)
    one.retargets(at("2026-11-13T11:30"), 1200, upward=False)
    one.publish(1, SPLIT, {"2026-11-17": "Moving house"}, at("2026-11-16T12:00"))
    one.moves(at("2026-11-14T12:00"))
    one.happens(Kind.MISSED, at("2026-11-20T10:00:05"))
    one.happens(Kind.STOPPED, at("2026-11-20T11:00"), 8)
    one.happens(Kind.EXCUSAL_PROPOSED, at("2026-11-20T12:00"), 8, side="valiantys", message=31)
    one.happens(Kind.EXCUSAL_DECLINED, at("2026-11-20T13:00"), 7, side="client", message=32)
    one.happens(Kind.EXCUSAL_PROPOSED, at("2026-11-20T14:00"), 8, side="valiantys", message=33)
    one.happens(Kind.EXCUSED, at("2026-11-20T15:00"), 7, side="client", message=None)
    return one


def later(text: str, by: timedelta = HOUR) -> str:
    return (datetime.fromisoformat(text) + by).isoformat()


def kinds(paper: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in paper["events"] if one["kind"] == kind)
    return found


TAMPERINGS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "the start an hour later": lambda p: kinds(p, "started").update(at=later(kinds(p, "started")["at"])),
    "the answer an hour earlier": lambda p: kinds(p, "stopped").update(at=later(kinds(p, "stopped")["at"], -HOUR)),
    "a larger target": lambda p: kinds(p, "retargeted")["data"].update(target_minutes=61),
    "the target of the promise": lambda p: p["promise"].update(target_minutes=1080),
    "the clause": lambda p: p["promise"].update(clause={"source": "clause", "clause": "9.9"}),
    "a shorter window": lambda p: p["calendars"][0]["editions"][0]["weekly"]["1"].__setitem__(0, ["09:00", "17:00"]),
    "a window dropped": lambda p: p["calendars"][0]["editions"][1]["weekly"]["0"].pop(),
    "a holiday dropped": lambda p: p["calendars"][0]["editions"][0]["holidays"].clear(),
    "a holiday made up": lambda p: p["calendars"][0]["editions"][0]["holidays"].update({"2026-11-13": "Friday"}),
    "a holiday renamed": lambda p: p["calendars"][0]["editions"][0]["holidays"].update({"2026-11-11": "Day off"}),
    "an edition dropped": lambda p: p["calendars"][0]["editions"].pop(),
    "an edition in force a day earlier": lambda p: p["calendars"][0]["editions"][1].update(
        effective_at="2026-11-15T11:00:00+00:00"
    ),
    "another zone": lambda p: p["calendars"][0]["editions"][0].update(zone="Europe/London") or p["zones"].append(
        {"name": "Europe/London", "tz": "2025b", "offsets": [[p["covers"][0], 0]]}
    ),
    "the zone's offset": lambda p: p["zones"][0].update(offsets=[[p["covers"][0], 7200]]),
    "a sum": lambda p: p["sums"].update(open=p["sums"]["open"] - 60),
    "an interval's kind": lambda p: p["intervals"][1].update(kind="open"),
    "an interval's seconds": lambda p: p["intervals"][0].update(seconds=1),
    "an interval dropped": lambda p: p["intervals"].pop(2),
    "when it was due after an event": lambda p: p["events"][3].update(due_at=later(p["events"][3]["due_at"])),
    "the due instant": lambda p: p.update(due_at=later(p["due_at"])),
    "the time left": lambda p: p.update(left_seconds=0),
    "the verdict": lambda p: p.update(verdict="met"),
    "when it was judged": lambda p: p.update(judged_at=later(p["judged_at"])),
    "its end": lambda p: p.update(as_of=later(p["as_of"])),
    "a pause lengthened": lambda p: kinds(p, "resumed").update(at=later(kinds(p, "resumed")["at"])),
    "a pause begun earlier": lambda p: kinds(p, "paused").update(at=later(kinds(p, "paused")["at"], -HOUR)),
    "an event dropped": lambda p: p["events"].remove(kinds(p, "calendar_moved")),
    "an excusal by one side alone": lambda p: p["events"].pop() and p["events"][-1].update(kind="excused"),
    "an excusal that nobody proposed": lambda p: p["events"].pop(-2) and p["events"][-1].update(number=13),
    "an excusal agreed by who proposed it": lambda p: p["events"][-1].update(
        by={"side": "client", "id": p["events"][-2]["by"]["id"]}
    ),
    "an excusal agreed by a colleague": lambda p: p["events"][-1].update(
        by={"side": "valiantys", "id": 9}, data={"side": "valiantys", "message": None}
    ),
    "the side of who agreed": lambda p: p["events"][-1]["by"].update(side="valiantys"),
    "a decline that was an agreement": lambda p: kinds(p, "excusal_declined").update(kind="excused"),
    "an excusal before the verdict": lambda p: kinds(p, "excusal_proposed").update(at="2026-11-20T09:00:01+00:00"),
    "an excusal by the engine": lambda p: p["events"][-1]["by"].update(id=None),
    "what is said of the excusal": lambda p: p.update(excusal="declined"),
    "an excusal left out": lambda p: p.update(excusal="", events=p["events"][:-4]) or p.update(excusal="agreed"),
    "a correction upwards that was downwards": lambda p: p["events"][4]["data"].update(upward=True),
}  # fmt: skip


def sealed(paper: dict[str, Any]) -> dict[str, Any]:
    """As a forger would: the digest fits again."""
    return {**paper, "digest": digest(paper)}


def test_a_life_with_everything_in_it_is_recomputed_without_a_mismatch() -> None:
    paper = life().receipt(at("2026-11-25T09:00"))
    assert verify(json.loads(written(paper))) == []
    assert (paper["verdict"], paper["sums"]["paused"], len(paper["calendars"])) == ("missed", 9 * 3600, 2)
    assert paper["excusal"] == "agreed"


def test_at_every_step_of_an_excusal_it_holds_and_one_from_before_there_were_any_too() -> None:
    one, stands = life(), []
    while one.events[-1].kind != Kind.STOPPED:
        paper = one.receipt(at("2026-11-25T09:00"))
        assert verify(json.loads(written(paper))) == []
        stands.append(paper["excusal"])
        one.events.pop()
    assert stands == ["agreed", "asks_client", "declined", "asks_client"]
    old = one.receipt(at("2026-11-25T09:00"))
    del old["excusal"]
    assert verify(sealed(old)) == []


@pytest.mark.parametrize(("missed", "steps"), [
    (False, [("excusal_proposed", 8, "valiantys")]),
    (True, [("excused", 7, "client")]),
    (True, [("excusal_proposed", None, "valiantys")]),
    (True, [("excusal_proposed", 8, "valiantys"), ("excusal_proposed", 7, "client")]),
    (True, [("excusal_proposed", 8, "valiantys"), ("excused", 8, "client")]),
    (True, [("excusal_proposed", 8, "valiantys"), ("excused", 9, "valiantys")]),
    (True, [("excusal_proposed", 8, "valiantys"), ("excused", 7, "client"), ("excusal_declined", 7, "client")]),
    (True, [("excusal_proposed", 8, "valiantys"), ("excused", 7, "client"), ("excusal_proposed", 7, "client")]),
    (True, [("excusal_proposed", 8, "valiantys"), ("excusal_declined", 7, "client"), ("excused", 7, "client")]),
    (True, [("excusal_withdrawn", 8, "valiantys")]),
    (True, [("excusal_proposed", 8, "valiantys"), ("excusal_withdrawn", 7, "client")]),
    (True, [("excusal_proposed", 8, "valiantys"), ("excusal_withdrawn", 9, "valiantys"), ("excused", 7, "client")]),
    (True, [("excusal_proposed", 8, "valiantys"), ("excused", 7, "client"), ("excusal_withdrawn", 8, "valiantys")]),
])  # fmt: skip
def test_the_fold_lets_nobody_excuse_what_is_kept_or_alone(missed: bool, steps: list[Any]) -> None:
    one = Life()
    one.starts(at("2026-11-10T09:00"), 60)
    one.happens(Kind.STOPPED, at("2026-11-10T11:00" if missed else "2026-11-10T09:30"), 8)
    *before, last = steps
    for kind, who, side in before:
        one.happens(Kind(kind), at("2026-11-11T09:00"), who, side=side)
    with pytest.raises(FoldError):
        one.happens(Kind(last[0]), at("2026-11-11T09:00"), last[1], side=last[2])


@pytest.mark.parametrize("change", TAMPERINGS.values(), ids=TAMPERINGS)
def test_whatever_is_tampered_with_is_found_though_the_digest_fits(change: Callable[[dict[str, Any]], Any]) -> None:
    paper = life().receipt(at("2026-11-25T09:00"))
    forged = copy.deepcopy(paper)
    change(forged)
    assert forged != paper
    try:
        found = verify(sealed(forged))
    except (KeyError, IndexError, TypeError, ValueError):  # the program says that it can't be recomputed
        found = ["it can't be recomputed"]
    assert found != []
    assert not any(line.startswith("digest") for line in found)


def test_a_slip_without_a_new_digest_is_found_by_it() -> None:
    paper = life().receipt(at("2026-11-25T09:00"))
    paper["about"]["reference"] = "NW-2"
    assert [line.split(":")[0] for line in verify(paper)] == ["digest"]


def test_of_what_has_ended_it_is_the_same_on_every_day() -> None:
    one = life()
    assert one.receipt(at("2026-11-20T11:00")) == one.receipt(at("2029-01-01T00:00"))


@pytest.mark.parametrize("answered", [True, False])
def test_over_a_change_of_the_clocks_it_carries_the_zones_offsets(answered: bool) -> None:
    one = Life("Australia/Lord_Howe")
    one.starts(at("2026-09-30T12:00"), 9000, which=2)
    if answered:
        one.happens(Kind.STOPPED, at("2026-10-08T12:00"), 8)
    paper = one.receipt(at("2026-10-09T00:00"))
    assert verify(paper) == []
    assert [seconds for _at, seconds in paper["zones"][0]["offsets"]] == [37800, 39600]
    paper["zones"][0]["offsets"].pop()
    assert "offset of Australia/Lord_Howe" in verify(sealed(paper))[0]


def test_half_days_have_windows_of_their_own() -> None:
    one = Life()
    one.rows[0].holidays["2026-12-24"] = "Closed in the afternoon"  # type: ignore[index]
    one.starts(at("2026-12-23T17:00"), 120)
    one.happens(Kind.STOPPED, at("2026-12-28T09:30"), 8)
    paper = one.receipt(at("2026-12-29T00:00"))
    assert verify(paper) == []
    half = {"name": "Christmas Eve", "windows": [["09:00", "12:00"]]}
    paper["calendars"][0]["editions"][0]["holidays"]["2026-12-24"] = half
    assert "2026, 12, 24, 8, 0" in repr(verify(sealed(paper)))  # from nine o'clock in Paris it would have been open


def test_it_names_nobody() -> None:
    paper = life().receipt(at("2026-11-25T09:00"))
    assert {json.dumps(one["by"], sort_keys=True) for one in paper["events"]} == {
        '{"id": 7, "side": "client"}', '{"id": 8, "side": "valiantys"}', '{"id": null, "side": "engine"}',
    }  # fmt: skip


class TestTheProgram:
    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", str(PROGRAM), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def test_it_runs_alone_and_says_by_its_exit_code_whether_the_receipt_holds(self, tmp_path: Path) -> None:
        paper, file = life().receipt(at("2026-11-25T09:00")), tmp_path / "receipt.json"
        file.write_text(written(paper), encoding="utf-8")
        held = self.run(str(file))
        assert (held.returncode, held.stdout, held.stderr) == (0, "The receipt holds.\n", "")
        file.write_text(written(sealed({**paper, "verdict": "met"})), encoding="utf-8")
        broken = self.run(str(file))
        assert broken.returncode == 1
        assert broken.stdout == "verdict: the receipt says met, recomputed missed\n"
        file.write_text("{}", encoding="utf-8")
        assert (self.run(str(file)).returncode, self.run("nowhere.json").returncode, self.run().returncode) == (1, 1, 1)

    def test_it_is_short_and_needs_nothing_but_python(self) -> None:
        text = verifier()
        assert len(text.splitlines()) < 150
        tree = ast.parse(text)
        imported = {
            name.split(".")[0]
            for node in ast.walk(tree)
            for name in (
                [one.name for one in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )
        }  # fmt: skip
        assert imported <= set(sys.stdlib_module_names)
        assert "slo" not in text
        assert text == PROGRAM.read_text(encoding="utf-8")


@pytest.mark.parametrize("week", [OFFICE, ALWAYS, SPLIT])
def test_what_still_runs_is_receipted_up_to_now(week: Any) -> None:
    one = Life()
    one.publish(1, week, {}, at("2026-11-12T00:00"))
    one.starts(at("2026-11-10T09:00"), 60)
    paper = one.receipt(at("2026-11-10T09:20:30.5"))
    assert verify(paper) == []
    assert (paper["verdict"], paper["sums"]["open"], paper["left_seconds"]) == ("running", 1230.5, 2369.5)
    late = one.receipt(at("2026-11-10T10:30"))
    assert verify(late) == []
    assert (late["verdict"], late["judged_at"], late["left_seconds"]) == ("missed", None, -1800)
