"""A small OpenID Connect provider on loopback: what it says of whom, and since when, is the test's to choose."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """`person`: the claims of who signs in there; `auth_time`: when that was, None says nothing; `error`: instead of a code."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {}
        self.auth_time: float | None = None
        self.error = ""
        self.asked: list[dict[str, str]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Answer nobody any more."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def settings(self) -> dict[str, str]:
        """The environment of a portal that trusts it."""
        return {"OIDC_SERVER_URL": self.url, "OIDC_CLIENT_ID": "portal", "OIDC_CLIENT_SECRET": "secret", "OIDC_NAME": "Northwind"}  # fmt: skip

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        self.asked.append(asked)
        said = {"error": self.error} if self.error else {"code": "code"}
        return f"{asked['redirect_uri']}?{urlencode({**said, 'state': asked['state']})}"

    def token(self) -> dict[str, Any]:
        """What a code is exchanged for."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": "portal", "iat": now, "exp": now + 60, **self.person}
        if self.auth_time is not None:
            claims["auth_time"] = int(self.auth_time)
        return {"access_token": "token", "token_type": "Bearer", "id_token": jwt.encode(claims, KEY, algorithm="RS256")}

    def configuration(self) -> dict[str, Any]:
        """Its discovery document."""
        return {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize", "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo", "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }  # fmt: skip


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, urlsplit(self.path).query
            if path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize({k: v[0] for k, v in parse_qs(query).items()}))
                self.end_headers()
                return
            self._say(provider.configuration() if path.startswith("/.well-known/") else provider.person)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._say(provider.token())

        def _say(self, what: dict[str, Any]) -> None:
            body = json.dumps(what).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """In silence."""

    return Handler
