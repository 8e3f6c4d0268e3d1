"""Reading the file: columns by name, lines one by one, times of Rome."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.replay.log import NotALogError, in_order, parse, read

SMALL = Path(__file__).parent / "fixtures" / "small-log.csv"
HEAD = "Case ID,Activity,Resource,Complete Timestamp,Variant,Variant,seriousness_2,customer"


def line(
    case="Case 1", activity="Wait", agent="Value 1", at="2012/10/09 14:50:17.000", level="Value 1", customer="Value 7"
):
    return f"{case},{activity},{agent},{at},Variant 1,Variant 1,{level},{customer}"


def test_it_finds_columns_by_name_though_one_comes_twice():
    log = parse([HEAD, line()])
    [case] = log.cases
    assert (case.ref, case.customer, case.priority) == ("Case 1", "Value 7", "low")
    assert case.submitted_at == datetime(2012, 10, 9, 12, 50, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2012/01/09 12:00:00.000", "2012-01-09T11:00:00"),
        ("2012/07/09 12:00:00.000", "2012-07-09T10:00:00"),
        ("2012/10/28 02:30:00.000", "2012-10-28T00:30:00"),  # comes twice: the first pass
        ("2012/03/25 02:30:00.000", "2012-03-25T01:30:00"),  # never comes: by the offset before
        ("2012/03/25 03:30:00.500", "2012-03-25T01:30:00.500000"),
    ],
)
def test_it_reads_times_as_those_of_rome(local, utc):
    assert parse([HEAD, line(at=local)]).cases[0].submitted_at.isoformat() == f"{utc}+00:00"


def test_the_first_event_decides_customer_and_priority():
    log = parse([HEAD, line(level="Value 4"), line(customer="Value 8", level="Value 1")])
    assert [(case.customer, case.priority) for case in log.cases] == [("Value 7", "critical")]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("just some words", "1 columns instead of 8"),
        (line() + ",more", "9 columns instead of 8"),
        (line(case=""), "no Case ID"),
        (line(activity=" "), "no Activity"),
        (line(agent=""), "no Resource"),
        (line(at=""), "no Complete Timestamp"),
        (line(at="09/10/2012 14:50"), "is no time"),
        (line(at="2012/02/30 10:00:00.000"), "is no time"),
        (line(at="0001/01/01 00:00:00.000"), "out of reach"),
        (line(case="Case 2", customer=""), "without a customer"),
        (line(case="Case 2", level="Value 9"), "seriousness “Value 9”"),
        (line(at="2012/10/09 14:50:16.000"), "earlier than the event before it of Case 1, in line 2"),
        ('"' + line(), "quotes"),
        ("\0\0", "1 columns"),
        (line(activity="Wa\0it"), "a character that is none"),
        (line(activity="Wait " * 21), "Activity of more than 100 characters"),
        (line(activity="password: hunter2222"), "looks like a secret"),
    ],
)
def test_a_line_that_makes_no_sense_is_listed_and_skipped(bad, why):
    log = parse([HEAD, line(), bad, line(activity="Closed")])
    assert [rejected.number for rejected in log.rejected] == [3]
    assert why in log.rejected[0].why
    assert [(entry.number, entry.activity) for entry in log.cases[0].lines] == [(2, "Wait"), (4, "Closed")]


def test_a_case_whose_first_line_makes_no_sense_begins_with_the_next():
    log = parse([HEAD, line(level="?"), line(at="2012/10/09 15:00:00.000", level="Value 2")])
    assert (log.cases[0].priority, log.cases[0].lines[0].number) == ("medium", 3)


@pytest.mark.parametrize("text", [[], [""], ["a,b,c"], [HEAD], [HEAD, "nonsense"]])
def test_what_is_no_log_at_all_is_refused(text):
    with pytest.raises(NotALogError):
        parse(text)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(NotALogError, match=r"can’t|can't be read"):
        read(tmp_path / "none.csv")


def test_marks_and_line_ends_of_other_systems_are_read(tmp_path):
    path = tmp_path / "windows.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([HEAD, line(), ""]).encode())
    assert read(path) == parse([HEAD, line()])


def test_events_of_all_cases_come_by_time_and_ties_keep_the_files_order():
    late, tie = "2012/10/09 15:00:00.000", "2012/10/09 14:55:00.000"
    log = parse([HEAD, line(), line(at=late), line(case="Case 2", at=tie), line(case="Case 3", at=tie)])
    assert [(case.ref, nth, entry.number) for case, nth, entry in in_order(log.cases)] == [
        ("Case 1", 0, 2), ("Case 2", 0, 4), ("Case 3", 0, 5), ("Case 1", 1, 3),
    ]  # fmt: skip


def test_the_small_log_reads_whole():
    log = read(SMALL)
    assert (len(log.cases), sum(len(case.lines) for case in log.cases), log.rejected) == (21, 100, ())
    assert log.ends_at == datetime(2013, 4, 3, 7, 30, tzinfo=UTC)
    assert log.years == range(2011, 2015)
