"""Handing a mail over to the next server, over one connection for as many as there are.

Only smtplib's single steps are used: its ``sendmail`` throws the final answer away, and that
answer is the proof that the server took the mail.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from services.notices.channels.email.compose import Mail
from services.notices.channels.email.settings import MailSettings
from services.notices.model.channels import Verdict

LONGEST_ANSWER = 1_000
LEAVE_SECONDS = 2.0
# What a server that shuts down may say at any step (RFC 5321, 3.8).
CLOSING = 421
_CONNECTING = ("connect_failed", "tls_failed", "starttls_missing", "login_failed", "timeout")


@dataclass(frozen=True)
class Sent:
    """How one hand-over ended. ``status`` and ``answer`` are the server's last words, as they came.

    ``recipient``: the server spoke of the address; otherwise the fault lies between us and it.
    """

    verdict: Verdict
    code: str | None
    status: int | None
    answer: str
    duration_ms: int
    recipient: bool = False

    @property
    def server_is_away(self) -> bool:
        """Whether the next mail would fare the same."""
        is_away = self.code in _CONNECTING or self.status == CLOSING
        return self.verdict == "temporary" and is_away


class Refused(Exception):
    """The server said no at one of the steps."""

    def __init__(self, step: str, status: int, answer: bytes) -> None:
        super().__init__(step)
        self.step, self.status, self.answer = step, status, _text(answer)


class Unable(Exception):
    """The server cannot do what we must ask of it."""


class _Connection(smtplib.SMTP):
    """``guard``: a second handle on the connection, which ends it from another thread at any
    moment, a TLS handshake included. ``context``: TLS from the first byte on."""

    def __init__(self, host: str, seconds: float, context: ssl.SSLContext | None) -> None:
        # Longer than the whole may take: the watch of ``Transport`` ends it, and knows that it did.
        super().__init__(timeout=2 * seconds)
        self._host = host  # For the name in the certificate, with STARTTLS as well.
        self._context = context
        self.guard: socket.socket | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        raw = socket.create_connection((host, port), timeout / 4)
        raw.settimeout(timeout)
        self.guard = raw.dup()
        return self._context.wrap_socket(raw, server_hostname=host) if self._context else raw

    def close(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            super().close()
        if self.guard is not None:
            self.guard.close()
            self.guard = None


@dataclass
class Transport:
    """Use it from one thread; ``close`` it after a batch."""

    settings: MailSettings
    _open: _Connection | None = field(default=None)
    _was_cut: bool = field(default=False)

    def send(self, mail: Mail) -> Sent:
        """Hand ``mail`` over within the time limit, whatever the server does."""
        started = time.monotonic()
        try:
            with self._bounded(self.settings.seconds):
                status, answer = self._converse(self._connected(), mail)
            result = Sent("accepted", None, status, _text(answer), 0, recipient=True)
        except (OSError, smtplib.SMTPException, Refused, Unable, ValueError) as error:
            self._drop()
            result = self._failure(error)
        took = round((time.monotonic() - started) * 1000)
        return replace(result, duration_ms=took)

    def close(self) -> None:
        """Take leave of the server, if it is there; it is not waited for long."""
        if self._open is not None:
            with suppress(OSError, smtplib.SMTPException), self._bounded(LEAVE_SECONDS):
                self._open.quit()
        self._drop()

    def _drop(self) -> None:
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()

    def _connected(self) -> _Connection:
        if self._open is None:
            self._open = self._connect()
        return self._open

    def _connect(self) -> _Connection:
        it = self.settings
        connection = _Connection(
            it.host, it.seconds, self._tls() if it.security == "smtps" else None
        )
        # Kept before it is there: the server may drip from its first byte on.
        self._open = connection
        status, answer = connection.connect(it.host, it.port)
        if status != 220:
            raise smtplib.SMTPConnectError(status, answer)
        if it.security == "smtp+starttls":
            connection.starttls(context=self._tls())
        if it.user:
            _login(connection, it.user, it.password)
        connection.ehlo_or_helo_if_needed()
        return connection

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.settings.ca_file)

    def _converse(self, connection: smtplib.SMTP, mail: Mail) -> tuple[int, bytes]:
        """MAIL, RCPT, DATA (RFC 5321, 3.3), asking for a report of failure (RFC 3461)."""
        notify, envelope = [], []
        if connection.has_extn("dsn"):
            notify, envelope = ["NOTIFY=FAILURE"], ["RET=HDRS", f"ENVID={mail.id}"]
        if not (mail.sender + mail.recipient).isascii():
            if not connection.has_extn("smtputf8"):
                raise Unable("the server takes no addresses beyond ASCII (RFC 6531)")
            envelope.append("SMTPUTF8")
            connection.command_encoding = "utf-8"
        _expect("sender", *connection.mail(mail.sender, envelope))
        _expect("recipient", *connection.rcpt(mail.recipient, notify))
        return _expect("message", *_data(connection, mail.content))

    @contextmanager
    def _bounded(self, seconds: float) -> Iterator[None]:
        """smtplib bounds each read alone; a server that drips would hold us for ever."""
        self._was_cut = False
        watch = threading.Timer(seconds, self._cut)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def _cut(self) -> None:
        self._was_cut = True
        if self._open is not None and self._open.guard is not None:
            with suppress(OSError):
                self._open.guard.shutdown(socket.SHUT_RDWR)

    def _failure(self, error: Exception) -> Sent:
        if self._was_cut:
            # Half an answer may look like another one; what we ended ourselves is a timeout.
            return Sent("temporary", "timeout", None, "", 0)
        if isinstance(error, Refused):
            return _refusal(error)
        if isinstance(error, smtplib.SMTPResponseException) and not isinstance(
            error, smtplib.SMTPServerDisconnected
        ):
            # A server that refuses to talk, or our login: never the recipient's fault.
            is_login = isinstance(error, smtplib.SMTPAuthenticationError)
            code = "login_failed" if is_login else "connect_failed"
            return Sent("temporary", code, error.smtp_code, _text(error.smtp_error), 0)
        if isinstance(error, Unable):
            return Sent("permanent", "address_not_supported", None, str(error), 0, recipient=True)
        return Sent("temporary", _code(error), None, "", 0)


def _code(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "starttls_missing"
    if isinstance(error, ssl.SSLError):
        return "tls_failed"
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionResetError | BrokenPipeError):
        return "connection_lost"
    return "connect_failed"


def _refusal(error: Refused) -> Sent:
    # A sender that is refused is our own setting gone wrong: it can be put right, so the mail
    # stays. 552 to a recipient means a full mailbox (RFC 5321, 4.5.3.1.10).
    lasting = error.status >= 500 and error.step != "sender" and error.status != 552
    verdict: Verdict = "permanent" if lasting else "temporary"
    code = f"{error.step}_{'refused' if error.status >= 500 else 'deferred'}"
    return Sent(verdict, code, error.status, error.answer, 0, recipient=error.step == "recipient")


def _login(connection: smtplib.SMTP, user: str, password: str) -> None:
    try:
        connection.login(user, password)
    except smtplib.SMTPNotSupportedError as error:
        raise smtplib.SMTPAuthenticationError(530, b"the server offers no login") from error


def _data(connection: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    try:
        return connection.data(content)
    except smtplib.SMTPDataError as error:
        # Refused before the first line of the mail: said of this mail all the same.
        raise Refused("message", error.smtp_code, _bytes(error.smtp_error)) from error


def _expect(step: str, status: int, answer: bytes) -> tuple[int, bytes]:
    if status not in (250, 251, 252):
        raise Refused(step, status, answer)
    return status, answer


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()


def _text(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return "".join(c if c.isprintable() else " " for c in text)[:LONGEST_ANSWER]
