"""Fetching an address: nothing of ours is ever asked, and every other side has its end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from common import fetching
from common.fetching import Unfetched, fetch, is_public

ANYWHERE: Callable[[str], bool] = lambda address: True  # noqa: E731


@contextmanager
def server(answer: Callable[[Any], None]) -> Iterator[str]:
    """A server on the loopback, which only tests are let to."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    running = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


def say(content: bytes, status: int = 200, **headers: str) -> Callable[[Any], None]:
    def answer(handler: Any) -> None:
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(content)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def why(url: str, **more: Any) -> str:
    with pytest.raises(Unfetched) as caught:
        fetch(url, **more)
    assert str(caught.value) == str(fetching.WHY[caught.value.code])
    return caught.value.code


def test_it_fetches_what_is_there():
    with server(say(b"BEGIN:VCALENDAR")) as url:
        assert fetch(f"{url}/a.ics?x=1", allowed=ANYWHERE) == b"BEGIN:VCALENDAR"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "0.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1",
    ],
)  # fmt: skip
def test_what_is_not_on_the_internet_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_what_is_on_the_internet_is(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost/", "https://[::1]/", "http://2130706433/", "http://0x7f.1/", "http://[::ffff:10.0.0.1]/"]
)  # fmt: skip
def test_our_own_network_is_refused_however_it_is_spelled(url):
    assert why(url) == "private"


@pytest.mark.parametrize(
    "url",
    [
        "", "ftp://example.com/", "file:///etc/passwd", "https://", "//example.com", "https://me:secret@example.com/",
        "https://example.com:99999/", "https://example.com/a b", "https://example.com/a\r\nX: y", "gopher://example.com",
    ],
)  # fmt: skip
def test_what_is_no_address(url):
    assert why(url) == "address"


def test_a_name_that_nobody_answers_to(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", _raises)
    assert why("https://nowhere.example/") == "unknown"


def _raises(*args: Any, **kwargs: Any) -> Any:
    raise socket.gaierror


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    found = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    assert why("https://two-faced.example/") == "private"


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that answers otherwise the second time (rebinding) is asked only once."""
    with server(say(b"ours")) as url:
        port = int(url.rpartition(":")[2])
        answers = [[(2, 1, 6, "", ("127.0.0.1", port))], [(2, 1, 6, "", ("203.0.113.9", port))]]
        asked: list[str] = []
        connect = socket.create_connection

        def connected(address: Any, **kwargs: Any) -> Any:
            asked.append(address[0])
            return connect(address, **kwargs)

        monkeypatch.setattr(socket, "create_connection", connected)
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda *args, **kwargs: (
                answers.pop(0)
                if kwargs.get("type") and args[0] == "rebinding.example"
                else [(2, 1, 6, "", (args[0], port))]
            ),
        )
        assert fetch(f"http://rebinding.example:{port}/", allowed=lambda address: address == "127.0.0.1") == b"ours"
        assert asked == ["127.0.0.1"]
        assert len(answers) == 1


def test_a_redirect_is_followed_and_looked_at_like_any_address():
    with server(say(b"there")) as there:
        with server(say(b"", 302, Location=f"{there}/elsewhere")) as here:
            assert fetch(here, allowed=ANYWHERE) == b"there"
            private = there.replace("127.0.0.1", "localhost")
        first = iter([True, False])
        with server(say(b"", 302, Location=private)) as here:
            assert why(here, allowed=lambda address: next(first, False)) == "private"


def test_a_ring_of_redirects_ends():
    with server(say(b"", 302, Location="/again")) as url:
        assert why(url, allowed=ANYWHERE) == "redirects"


@pytest.mark.parametrize("status", [204, 304, 401, 404, 500])
def test_an_answer_that_is_no_file(status):
    with server(say(b"", status)) as url:
        assert why(url, allowed=ANYWHERE) == "status"


def test_a_packed_answer_is_not_unpacked():
    with server(say(b"x" * 10, Content_Encoding="gzip")) as url:
        assert why(url, allowed=ANYWHERE) == "status"


def test_megabytes_are_refused_as_they_come():
    with server(say(b"x" * (fetching.MOST_BYTES + 1))) as url:
        assert why(url, allowed=ANYWHERE) == "large"


def test_half_an_answer_is_none():
    with server(say(b"half", Content_Length="100", Connection="close")) as url:
        assert why(url, allowed=ANYWHERE, seconds=2) in {"silent", "slow"}


def test_a_server_that_drips_is_cut_off():
    stop = threading.Event()

    def drip(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stop.wait(0.02):
            try:
                handler.wfile.write(b"x")
                handler.wfile.flush()
            except OSError:
                return

    with server(drip) as url:
        assert why(url, allowed=ANYWHERE, seconds=0.3) == "slow"
        stop.set()


def test_a_server_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert why(f"http://127.0.0.1:{mute.getsockname()[1]}/", allowed=ANYWHERE, seconds=0.3) == "slow"


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert why(f"http://127.0.0.1:{port}/", allowed=ANYWHERE) == "silent"


def test_a_certificate_of_nobody():
    with server(say(b"plain")) as url:
        assert why(url.replace("http:", "https:"), allowed=ANYWHERE, seconds=3) == "silent"
