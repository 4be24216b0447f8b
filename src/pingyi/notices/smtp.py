"""E-mail: the city's own mail server, spoken to by SMTP.

A mail server cannot be asked later what became of a message. So every failure before the message
itself is handed over is told apart from one after it: the first may be tried again, the second is
unclear and stays so.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import urlsplit

from pingyi.notices.gateways import TIMEOUT, Delivery, Refused, Unclear, Unreachable

PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
"""Ways to reach a mail server, with the port of each: TLS from the start, TLS after STARTTLS (or
nothing is sent), and plain, for a server on the same machine or network."""
PERMANENT = 500
"""SMTP answers from here on are final (RFC 5321, 4.2.1)."""


class SmtpGateway:
    """Sends e-mail as `sender`. A message's first line is its subject, the rest its body."""

    tells = False

    def __init__(
        self,
        url: str,
        sender: str,
        *,
        user: str = "",
        password: str = "",
        timeout: float = TIMEOUT,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(
                "the mail server's address must begin with smtps://, smtp+starttls:// or smtp://"
            )
        self._way, self._host = parts.scheme, parts.hostname
        self._port = parts.port or PORTS[parts.scheme]
        self._sender, self._user, self._password = sender, user, password
        self._timeout = timeout

    def send(self, *, reference: str, to: str, text: str) -> None:
        server = self._connected()
        try:
            self._announced(server, to)
            self._handed_over(server, self._letter(reference, to, text))
        finally:
            server.close()

    def fate(self, reference: str) -> Delivery:
        raise Unclear("a mail server cannot be asked")

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        try:
            if self._way == "smtps":
                return smtplib.SMTP_SSL(
                    self._host, self._port, timeout=self._timeout, context=context
                )
            server = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
            if self._way == "smtp+starttls":
                server.starttls(context=context)
            return server
        except (OSError, smtplib.SMTPException):
            raise Unreachable("no connection to the mail server") from None

    def _announced(self, server: smtplib.SMTP, to: str) -> None:
        """Sign in and name sender and reader: nothing is handed over yet."""
        try:
            server.ehlo_or_helo_if_needed()
            if self._user:
                server.login(self._user, self._password)
            answers = [server.mail(self._sender), server.rcpt(to)]
        except (OSError, smtplib.SMTPException):
            # The library's own exceptions quote addresses; ours do not.
            raise Unreachable("the mail server broke off") from None
        for code, _text in answers:
            if code >= PERMANENT:
                raise Refused(f"the mail server answered {code}")
            if code >= 300:
                raise Unreachable(f"the mail server answered {code}")

    def _handed_over(self, server: smtplib.SMTP, letter: EmailMessage) -> None:
        try:
            code, _text = server.data(letter.as_bytes())
        except smtplib.SMTPDataError as error:
            code = error.smtp_code
        except (OSError, smtplib.SMTPException):
            raise Unclear("the mail server's answer did not arrive") from None
        if code >= PERMANENT:
            raise Refused(f"the mail server answered {code}")
        if code >= 300:
            raise Unreachable(f"the mail server answered {code}")

    def _letter(self, reference: str, to: str, text: str) -> EmailMessage:
        subject, _line, body = text.partition("\n")
        letter = EmailMessage()
        letter["Subject"], letter["From"], letter["To"] = subject, self._sender, to
        letter["Date"] = formatdate(localtime=True)
        # One for good: should a person send it again, the reader's mailbox knows it.
        letter["Message-ID"] = f"<{reference}@{self._sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(body.lstrip("\n"))
        return letter
