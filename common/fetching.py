"""Fetching what somebody's address publishes, without being led into our own network.

The host is resolved once, every address that it has is looked at, and the connection goes to one of those: a name that
answers otherwise the second time gains nothing. A redirect is a new address, looked at in the same way. Time and size have
an end, whatever the other side does.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.utils.translation import gettext_lazy as _

from .errors import Refused

MOST_BYTES = 512 * 1024
SECONDS = 10  # for all of it
REDIRECTS = 3
PORTS = {"http": 80, "https": 443}
TRANSLATING = ipaddress.ip_network("64:ff9b::/96")  # IPv4 in IPv6's clothes
WHY = {
    "address": _("This is no address that can be fetched. Write one that begins with https://, without a name or password in it."),
    "unknown": _("No server answers to that name. Check the address."),
    "private": _("This address leads into a private network: only servers on the internet are asked."),
    "silent": _("The server couldn’t be reached, or its certificate isn’t valid."),
    "slow": _("The server took too long to answer."),
    "large": _("The file is larger than 512 kB."),
    "status": _("The server answered, but not with the file. Check the address, and that everybody may read it."),
    "redirects": _("The address leads from one place to the next, and to no file."),
}  # fmt: skip


class Unfetched(Refused):
    """Nothing came; `code` is a key of WHY."""

    def __init__(self, code: str):
        super().__init__(WHY[code], code=code)


def is_public(address: str) -> bool:
    """Whether an IP address is somebody's on the internet: not ours, not the machine's, nobody's in disguise."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if found in TRANSLATING:
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved)


def fetch(url: str, *, allowed: Callable[[str], bool] = is_public, seconds: float = SECONDS) -> bytes:
    """What an http or https address holds, at most MOST_BYTES; Unfetched says why not."""
    ends = monotonic() + seconds
    for _hop in range(REDIRECTS + 1):
        answer = _once(url, allowed, ends)
        if isinstance(answer, bytes):
            return answer
        url = urljoin(url, answer)
    raise Unfetched("redirects")


def checked(url: str, allowed: Callable[[str], bool] = is_public) -> tuple[str, str, int, str, list[str]]:
    """Scheme, host, port, path and the addresses of a URL; Unfetched when it isn't one, or leads where nobody should go."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError as error:
        raise Unfetched("address") from error
    target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    if (
        parts.scheme not in PORTS
        or not host
        or "@" in parts.netloc
        or not target.isascii()
        or not target.isprintable()
        or " " in target
    ):
        raise Unfetched("address")
    try:
        found = socket.getaddrinfo(host, port or PORTS[parts.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unfetched("unknown") from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(map(allowed, addresses)):
        raise Unfetched("private")
    return parts.scheme, host, port or PORTS[parts.scheme], target, addresses


def _once(url: str, allowed: Callable[[str], bool], ends: float) -> bytes | str:
    """One request: the file, or where it is instead."""
    scheme, host, port, target, addresses = checked(url, allowed)
    connection = _Pinned(host, port, addresses[0], scheme == "https", ends)
    try:
        connection.request("GET", target, headers={"Accept": "text/calendar, text/*;q=0.5", "User-Agent": "TotalCare"})
        answer = connection.getresponse()
        if answer.status in {301, 302, 303, 307, 308} and (elsewhere := answer.headers.get("Location")):
            return elsewhere
        if answer.status != 200 or answer.headers.get("Content-Encoding", "identity") != "identity":
            raise Unfetched("status")
        content = b""
        while part := answer.read1(65_536):
            content += part
            if len(content) > MOST_BYTES:
                raise Unfetched("large")
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, Unfetched):
            raise
        raise Unfetched("slow" if monotonic() >= ends or isinstance(error, TimeoutError) else "silent") from error
    finally:
        connection.end()
    if monotonic() >= ends:
        raise Unfetched("slow")
    if answer.length:
        raise Unfetched("silent")
    return content


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked at, under the host's own name; cut off when its time is over."""

    def __init__(self, host: str, port: int, address: str, secure: bool, ends: float):
        super().__init__(host, port)
        self.default_port = PORTS["https" if secure else "http"]
        self.address, self.secure, self.ends = address, secure, ends
        self.cut: threading.Timer | None = None

    def connect(self) -> None:
        left = self.ends - monotonic()
        if left <= 0:
            raise TimeoutError
        plain = socket.create_connection((self.address, self.port), timeout=left)
        self.sock: Any = plain
        if self.secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        # Whoever drips bytes drips in vain.
        self.cut = threading.Timer(max(0, self.ends - monotonic()), self._shut, [self.sock])
        self.cut.daemon = True
        self.cut.start()
        if self.secure:
            self.sock.do_handshake()

    def end(self) -> None:
        """Nothing more is read. (`close` is not the end: http.client calls it once an answer's head is read.)"""
        if self.cut is not None:
            self.cut.cancel()
        self.close()

    def _shut(self, held: socket.socket) -> None:
        with suppress(OSError):
            held.shutdown(socket.SHUT_RDWR)
