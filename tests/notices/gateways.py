"""A gateway for tests, and a server that speaks as a city's adapter does, around the same one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pingyi.notices.gateways import Delivery, Refused, Unclear

TOKEN = "a-token"
REFUSED_PHONE = "13900000000"


class FakeGateway:
    """Remembers what it took. `mute` takes messages and does not say so."""

    tells = True

    def __init__(self) -> None:
        self.taken: dict[str, tuple[str, str]] = {}
        self.refused: set[str] = set()
        self.calls = 0
        self.mute = False

    def send(self, *, reference: str, to: str, text: str) -> None:
        self.calls += 1
        if to == REFUSED_PHONE:
            self.refused.add(reference)
            raise Refused("no such subscriber")
        self.taken.setdefault(reference, (to, text))
        if self.mute:
            raise Unclear("no answer")

    def fate(self, reference: str) -> Delivery:
        if reference in self.taken:
            return Delivery.TAKEN
        return Delivery.REFUSED if reference in self.refused else Delivery.NEVER_SEEN


@contextmanager
def served(fake: FakeGateway) -> Iterator[str]:
    """The fake behind HTTP; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                return self._answer(401)
            try:
                fake.send(reference=content["reference"], to=content["phone"], text=content["text"])
            except Refused:
                return self._answer(422)
            except Unclear:
                return self._answer(502)
            return self._answer(202)

        def do_GET(self) -> None:
            fate = fake.fate(self.path.rsplit("/", 1)[1])
            if fate is Delivery.NEVER_SEEN:
                return self._answer(404)
            return self._answer(200, {"state": fate.value})

        def _answer(self, status: int, content: object = None) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/sms"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
