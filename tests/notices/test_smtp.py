"""The mail gateway against a server that speaks SMTP: taken, refused, unreachable, unclear."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
import uuid
from collections.abc import Iterator

import pytest

from pingyi.notices.gateways import Refused, Unclear, Unreachable
from pingyi.notices.smtp import SmtpGateway

READER = "wang.li@office.cn"
SENDER = "pingyi@city.gov.cn"


class Server(socketserver.ThreadingTCPServer):
    """Answers each verb as told; keeps what it took."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.answers: dict[str, str] = {}
        self.heard: list[str] = []
        self.taken: list[bytes] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Session(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self._say(self.server.answers.get("GREETING", "220 here"))
        for line in self.rfile:
            said = line.decode().strip()
            verb = said.split(" ")[0].upper()
            self.server.heard.append(said)
            if verb == "DATA" and "DATA" not in self.server.answers:
                if not self._data():
                    return
                continue
            answer = self.server.answers.get(verb, "250 yes")
            if not answer:
                return
            self._say(answer)

    def _data(self) -> bool:
        self._say("354 go on")
        lines = list(iter(self.rfile.readline, b".\r\n"))
        answer = self.server.answers.get("END", "250 taken")
        if answer.startswith("250") or not answer:
            self.server.taken.append(b"".join(lines))
        if answer:
            self._say(answer)
        return bool(answer)

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def send(server: Server, text: str = "题目\n\n第一行\n第二行", reference: str = "") -> None:
    gateway = SmtpGateway(server.url, SENDER, timeout=5)
    gateway.send(reference=reference or str(uuid.uuid4()), to=READER, text=text)


def test_a_letter_has_its_first_line_for_a_subject(server):
    send(server, reference="7d9c")
    letter = email.message_from_bytes(server.taken[0], policy=email.policy.default)
    assert letter["Subject"] == "题目"
    assert (letter["From"], letter["To"]) == (SENDER, READER)
    assert letter["Message-ID"] == "<7d9c@city.gov.cn>"
    assert letter.get_content().split() == ["第一行", "第二行"]


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ({"GREETING": "554 no service"}, Unreachable),
        ({"MAIL": "451 later"}, Unreachable),
        ({"MAIL": ""}, Unreachable),
        ({"RCPT": "550 no such user"}, Refused),
        ({"RCPT": "450 busy"}, Unreachable),
        ({"DATA": "554 no"}, Refused),
        ({"END": "554 spam"}, Refused),
        ({"END": "451 disk full"}, Unreachable),
        ({"END": ""}, Unclear),
    ],
)
def test_what_the_server_says_decides_whether_it_may_be_tried_again(server, answers, raised):
    server.answers = answers
    with pytest.raises(raised) as caught:
        send(server)
    assert READER not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert bool(server.taken) == (raised is Unclear)


def test_nobody_there_is_unreachable(server):
    gateway = SmtpGateway("smtp://127.0.0.1:1", SENDER, timeout=1)
    with pytest.raises(Unreachable):
        gateway.send(reference="x", to=READER, text="x")


def test_without_encryption_where_it_is_asked_for_nothing_is_said(server):
    way = server.url.replace("smtp://", "smtp+starttls://")
    with pytest.raises(Unreachable):
        SmtpGateway(way, SENDER, timeout=5).send(reference="x", to=READER, text="x")
    assert not [said for said in server.heard if said.startswith(("MAIL", "RCPT"))]


def test_it_cannot_be_asked():
    gateway = SmtpGateway("smtps://mail.city.gov.cn", SENDER)
    assert not gateway.tells
    with pytest.raises(Unclear):
        gateway.fate("x")


@pytest.mark.parametrize("url", ["http://mail", "mail.city.gov.cn", "smtp://"])
def test_an_address_that_is_none_is_told_at_once(url):
    with pytest.raises(ValueError, match="smtps://"):
        SmtpGateway(url, SENDER)
