"""Knocks at the smarthost and at our own web pages, and reads the listener's certificate. No mail is sent, no link acts."""

from __future__ import annotations

import http.client
import ipaddress
import smtplib
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from cryptography import x509

from dgroup.config import Config
from dgroup.doctor.checkup import Certificate, Smarthost, Web

TIMEOUT_S = 5.0
"""for each step of a session"""
LONGEST_S = 25.0
"""for a whole session: an answer may go on for ever, a line every few seconds"""
_PAGE = 64 * 1024


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message)
    if isinstance(error, smtplib.SMTPResponseException):
        if error.smtp_code < 200:
            return "it does not speak SMTP"
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {' '.join(text.split())}"
    if isinstance(error, TimeoutError):
        return f"no answer within {TIMEOUT_S:.0f} s"
    return (error.strerror if isinstance(error, OSError) else "") or str(error) or "no answer"


# --- The smarthost ----------------------------------------------------------------------------


def smarthost(config: Config, now: datetime) -> Smarthost:
    """Greet the smarthost as the sender does, log in where the settings want it, ask whether it would
    take our mail."""
    found: list[Smarthost] = []
    asking = threading.Thread(target=lambda: found.append(_smarthost(config, now)), daemon=True)
    asking.start()
    asking.join(LONGEST_S)
    late = f"its answers do not end within {LONGEST_S:.0f} s"
    return found[0] if found else Smarthost(_is_near(config.relay_target.host), problem=late)


def _smarthost(config: Config, now: datetime) -> Smarthost:
    target = config.relay_target
    if target.path is not None:
        return Smarthost(near=True)
    near = _is_near(target.host)
    context = ssl.create_default_context()
    try:
        return _session(config, context, near, now)
    except ssl.SSLCertVerificationError as error:
        wrong = _reason(error)
    except (OSError, smtplib.SMTPException) as error:
        return Smarthost(near, problem=_reason(error))
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return _session(config, context, near, now, wrong)
    except (OSError, smtplib.SMTPException) as error:
        return Smarthost(near, problem=_reason(error))


def _is_near(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _session(
    config: Config, context: ssl.SSLContext, near: bool, now: datetime, wrong: str = ""
) -> Smarthost:
    target = config.relay_target
    client = _opened(config, context)
    try:
        _greeted(client, config)
        secure = target.implicit_tls
        if not secure and config.relay.tls != "none" and client.has_extn("starttls"):
            client.starttls(context=context)
            _greeted(client, config)
            secure = True
        size = client.esmtp_features.get("size", "")
        login = _login(client, config, secure=secure)
        return Smarthost(
            near=near,
            offers=frozenset(word.upper() for word in client.esmtp_features),
            size=int(size) if size.isascii() and size.isdigit() else None,
            secure=secure,
            certificate=wrong,
            days_left=_days_left(client, now) if secure else None,
            login=login,
            refusal="" if login else _refusal(client, config),
        )
    finally:
        client.close()


def _opened(config: Config, context: ssl.SSLContext) -> smtplib.SMTP:
    target, name = config.relay_target, config.hostname
    if target.implicit_tls:
        return smtplib.SMTP_SSL(target.host, target.port, name, timeout=TIMEOUT_S, context=context)
    return smtplib.SMTP(target.host, target.port, name, timeout=TIMEOUT_S)


def _greeted(client: smtplib.SMTP, config: Config) -> None:
    code, said = client.ehlo(config.hostname)
    if code >= 500:
        code, said = client.helo(config.hostname)
    if code != 250:
        raise smtplib.SMTPResponseException(code, said)


def _days_left(client: smtplib.SMTP, now: datetime) -> int | None:
    """How long the certificate lasts; None where it was not checked."""
    assert isinstance(client.sock, ssl.SSLSocket)
    ends = (client.sock.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return None
    return (datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) - now).days


def _login(client: smtplib.SMTP, config: Config, *, secure: bool) -> str:
    if not config.relay.username:
        return ""
    if not secure:
        return "it offers no TLS, and the password is not sent in clear"
    try:
        client.login(config.relay.username, config.relay_password)
    except smtplib.SMTPException as error:
        return _reason(error)
    return ""


def _refusal(client: smtplib.SMTP, config: Config) -> str:
    """Begin a mail from us to the host's people, and take it back: whether they would take it."""
    replies = [client.mail(f"postmaster@{config.site.domain}")]
    if replies[0][0] < 400 and config.site.contact:
        replies.append(client.rcpt(config.site.contact))
    client.rset()
    code, said = replies[-1]
    return _reason(smtplib.SMTPResponseException(code, said)) if code >= 400 else ""


# --- The pages --------------------------------------------------------------------------------


def leave_page(url: str, now: datetime) -> Web:
    """Look at a leave link as a link scanner does: one GET, no redirect followed."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    assert parts.hostname is not None
    wire = kind(parts.hostname, parts.port, timeout=TIMEOUT_S)
    try:
        wire.request("GET", parts.path, headers={"User-Agent": "dgroup doctor"})
        answer = wire.getresponse()
        page = answer.read(_PAGE)
    except (OSError, http.client.HTTPException) as error:
        return Web(problem=_reason(error))
    finally:
        wire.close()
    moved = answer.getheader("Location", "") if 300 <= answer.status < 400 else ""
    return Web(
        status=answer.status,
        ours=_is_ours(answer, page),
        location=moved,
        ahead_s=_ahead(answer.getheader("Date", ""), now),
    )


def _is_ours(answer: http.client.HTTPResponse, page: bytes) -> bool:
    """Whether dgroup itself answered: the question, or its page for a link that names nobody."""
    if answer.status == 200:
        return b'name="List-Unsubscribe"' in page
    return answer.status == 404 and "noindex" in answer.getheader("X-Robots-Tag", "")


def _ahead(date: str, now: datetime) -> float | None:
    try:
        return (now - parsedate_to_datetime(date)).total_seconds()
    except (TypeError, ValueError):
        return None


# --- Our own certificate ----------------------------------------------------------------------


def certificate(config: Config) -> Certificate | None:
    """Read the listener's certificate and try it with its key; None where none is set."""
    chain, key = config.listener.tls_cert, config.listener.tls_key
    if chain is None or key is None:
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, key, password="")
        found = x509.load_pem_x509_certificate(chain.read_bytes())
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        return Certificate(problem=_reason(error))
    return Certificate(names=_names(found), until=found.not_valid_after_utc)


def _names(found: x509.Certificate) -> tuple[str, ...]:
    with suppress(x509.ExtensionNotFound):
        other = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return tuple(other.value.get_values_for_type(x509.DNSName))
    return ()
