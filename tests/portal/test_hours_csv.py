"""The ledger as a table: for who may see it, whole, inert."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from tests.portal.acting import grant, log
from tests.tickets.acting import act, opened
from tickets import services

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cast(at_the_time: Any) -> Any:
    return at_the_time


def url(cast: Any, query: str = "") -> str:
    return f"/contracts/{cast.northwind_contract.pk}/hours.csv{query}"


@pytest.fixture
def table(cast: Any, client: Any) -> Any:
    def read(person: Any, query: str = "") -> list[list[str]]:
        client.force_login(person)
        answer = client.get(url(cast, query))
        assert answer.status_code == 200
        assert answer.streaming
        data = b"".join(answer.streaming_content)
        assert data.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))

    return read


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("rosa", 200),
        ("carl", 200),
        ("lea", 200),
        ("max", 200),
        ("ann", 403),
        ("gina", 404),
        ("bob", 404),
        ("julien", 404),
    ],
)
def test_who_gets_it(cast, client, who, status):
    client.force_login(getattr(cast, who))
    assert client.get(url(cast)).status_code == status


@pytest.mark.parametrize("who", ["rosa", "max"])
def test_every_line_with_what_it_was_for(cast, table, who):
    grant(cast, 600, memo="November; whole", expires_on=date(2027, 1, 31))
    ticket = opened(cast)
    entry = log(cast, ticket, 38, summary="Looked; at “it”")
    act(cast.nadia, services.reverse_time, work_log_id=entry.pk, now=cast.now)
    head, back, drawn, given = table(getattr(cast, who))
    rows = [dict(zip(head, row, strict=True)) for row in (back, drawn, given)]
    assert [row["Minutes"] for row in rows] == ["45", "-45", "600"]
    assert rows[1]["What for"] == "Looked; at “it”"
    assert (rows[1]["Ticket"], rows[1]["Person"], rows[1]["Minutes worked"]) == (ticket.reference, "Léa Fontaine", "38")
    assert rows[0]["Takes back no."] == rows[1]["Entry no."]
    assert (rows[2]["What for"], rows[2]["To be used by"]) == ("November; whole", "2027-01-31")


def test_what_somebody_wrote_is_never_a_formula(cast, table):
    grant(cast, 600)
    log(cast, opened(cast), 15, summary='=HYPERLINK("https://evil.example";"x")')
    written = [cell for row in table(cast.rosa)[1:] for cell in row]
    assert '\'=HYPERLINK("https://evil.example";"x")' in written
    assert not any(cell.startswith(("=", "@", "+")) for cell in written)


def test_nothing_of_another_client(cast, table):
    grant(cast, 600)
    grant(cast, 600, "globex", memo="Canary")
    log(cast, opened(cast, client="globex"), 15, summary="Canary")
    assert "Canary" not in str(table(cast.max))


def test_narrowed_as_the_page_is(cast, table):
    grant(cast, 600, worked_on=date(2026, 10, 1))
    log(cast, opened(cast), 15)
    assert len(table(cast.rosa)) == 3
    assert len(table(cast.rosa, "?month=2026-11")) == 2
    assert len(table(cast.rosa, f"?person={cast.lea.pk}")) == 2
    assert len(table(cast.rosa, "?category=none&month=2026-10")) == 1


def test_its_head_is_in_the_reader_s_language(cast, table):
    cast.rosa.language = "fr"
    cast.rosa.save(update_fields=["language"])
    assert table(cast.rosa)[0][1] == "Jour travaillé"


def test_more_lines_than_one_batch(cast, table, monkeypatch):
    monkeypatch.setattr("portal.exports.BATCH", 2)
    for _n in range(5):
        grant(cast, 60)
    assert len(table(cast.rosa)) == 6
