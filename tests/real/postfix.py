"""A real Postfix of our own, in any directory and several at a time: as MX front or as smarthost."""

from __future__ import annotations

import email
import os
import pwd
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest

from tests.parts import PATIENCE_S, accepts, free_port, program, public_directory, wait_until

_SBIN = "/usr/sbin"
_NOBODY = 65534

# Loopback only, no DNS, nothing of the machine's own instance; long lines stay whole (998 would
# split them and break signatures).
_MAIN = """\
compatibility_level = 3.6
myhostname = {name}.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
queue_directory = {home}/spool
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {home}/log/mail.log
maillog_file_prefixes = {home}
multi_instance_name = postfix-{name}
smtp_dns_support_level = disabled
smtp_host_lookup = native
alias_maps =
local_recipient_maps =
message_size_limit = 52428800
virtual_mailbox_limit = 0
smtpd_client_connection_count_limit = 0
smtp_line_length_limit = 0
lmtp_line_length_limit = 0
smtpd_authorized_verp_clients = 127.0.0.1
minimal_backoff_time = 2s
maximal_backoff_time = 5s
queue_run_delay = 2s
"""

_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
gone unix - n n - - virtual
  -o virtual_mailbox_maps=
discard unix - - n - - discard
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running instance; it takes mail on `port` of the loopback address."""

    home: Path
    port: int

    def log(self) -> str:
        """Everything it has logged so far."""
        path = self.home / "log" / "mail.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def maildir(self, address: str) -> Path:
        """The Maildir of one of its mailboxes, there from the first delivery on."""
        return self.home / "mail" / address

    def delivered(self, address: str) -> list[bytes]:
        """The mails in one mailbox, oldest first, with the trace lines that delivery put on top."""
        new = self.maildir(address) / "new"
        files = (
            sorted(new.iterdir(), key=lambda path: path.stat().st_mtime_ns) if new.exists() else []
        )
        return [path.read_bytes() for path in files]

    def messages(self, address: str) -> list[Message]:
        """The same, taken apart."""
        return [email.message_from_bytes(raw) for raw in self.delivered(address)]

    def wait_for(self, address: str, count: int, seconds: float = PATIENCE_S) -> list[Message]:
        """The mails of a mailbox as soon as there are `count` of them."""
        what = f"{count} mails at {address} ({self.home / 'log' / 'mail.log'})"
        wait_until(lambda: len(self.delivered(address)) >= count, what, seconds)
        return self.messages(address)

    def queue(self) -> list[str]:
        """The mails that wait, one JSON line each (postqueue -j)."""
        said = _postfix("postqueue", self.home, "-j")
        return said.stdout.splitlines()

    def flush(self) -> None:
        """Try all waiting mail now."""
        _postfix("postqueue", self.home, "-f")


def _postfix(name: str, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [program(name, "postfix", _SBIN), "-c", home / "etc", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/")


def _write(
    home: Path,
    name: str,
    port: int,
    settings: Mapping[str, str],
    boxes: Sequence[str],
    services: str = "",
) -> None:
    for part in ("etc", "spool", "data", "log", "mail"):
        (home / part).mkdir()
    _chown(home / "data", "postfix")
    os.chown(home / "mail", _NOBODY, _NOBODY)
    extra = {**_mailboxes(home, boxes), **settings}
    lines = "".join(f"{key} = {value}\n" for key, value in extra.items())
    (home / "etc" / "main.cf").write_text(_MAIN.format(name=name, home=home) + lines)
    (home / "etc" / "master.cf").write_text(_MASTER.format(port=port) + services)


def _chown(path: Path, user: str) -> None:
    account = pwd.getpwnam(user)
    os.chown(path, account.pw_uid, account.pw_gid)


def _mailboxes(home: Path, boxes: Sequence[str]) -> dict[str, str]:
    """Settings that deliver to a Maildir for each address; others of these domains are refused."""
    if not boxes:
        return {}
    table = home / "etc" / "boxes"
    table.write_text("".join(f"{address.lower()} {address}/\n" for address in boxes))
    return {
        "virtual_mailbox_domains": " ".join(sorted({a.rpartition("@")[2] for a in boxes})),
        "virtual_mailbox_base": str(home / "mail"),
        "virtual_mailbox_maps": f"texthash:{table}",
        "virtual_uid_maps": f"static:{_NOBODY}",
        "virtual_gid_maps": f"static:{_NOBODY}",
    }


@contextmanager
def postfix(
    name: str,
    settings: Mapping[str, str] | None = None,
    boxes: Sequence[str] = (),
    services: str = "",
) -> Iterator[Postfix]:
    """Run an instance called `name` with our common settings plus `settings`.

    Mail for `boxes` (whole addresses) goes into Maildirs of its own. `services` are further lines of
    master.cf.
    """
    program("postfix", "postfix", _SBIN)
    if os.geteuid() != 0:
        pytest.skip("Postfix can only be started by root")
    with public_directory(f"postfix-{name}") as home:
        port = free_port()
        _write(home, name, port, settings or {}, boxes, services)
        _postfix("postfix", home, "start")
        try:
            wait_until(lambda: accepts(port), f"Postfix on port {port}")
            yield Postfix(home, port)
        finally:
            _postfix("postfix", home, "stop")


@contextmanager
def mx_front(
    domain: str, port: int, protocol: str = "smtp", *, verify: bool = False
) -> Iterator[Postfix]:
    """An MX that hands the mail of one domain to our listener, with the client's data by XFORWARD.

    With `verify` it asks our listener about each recipient before it accepts (RULINGS.md 1).
    """
    hop = f"smtp:[127.0.0.1]:{port}" if protocol == "smtp" else f"lmtp:inet:127.0.0.1:{port}"
    settings = {
        "relay_domains": domain,
        "transport_maps": f"inline:{{ {{ {domain} = {hop} }} }}",
        "mynetworks": "192.0.2.0/24",  # we come by loopback as strangers do: nobody is at home
        "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
        "lmtp_send_xforward_command": "yes",
        "smtp_send_xforward_command": "yes",
    }
    if verify:
        settings |= {
            "smtpd_recipient_restrictions": "reject_unverified_recipient",
            "unverified_recipient_reject_code": "550",
            "address_verify_poll_count": "20",
            "address_verify_poll_delay": "1s",
        }
    with postfix("front", settings) as instance:
        yield instance


@contextmanager
def smarthost(
    boxes: Sequence[str], back: tuple[str, int] | None = None, bouncing: Sequence[str] = ()
) -> Iterator[Postfix]:
    """A relay that delivers to `boxes`; other addresses of their domains get 550.

    `back` = (domain, port): mail for that domain, bounces above all, goes to our listener.
    `bouncing` addresses are accepted and returned to their sender with a report later.
    """
    # A delivery agent that knows no mailbox; smtpd itself would refuse what goes to "error".
    hops = {address.lower(): "gone:" for address in bouncing}
    settings = {
        "mynetworks": "127.0.0.0/8",
        "smtpd_relay_restrictions": "permit_mynetworks, reject",
    }
    if back is not None:
        domain, port = back
        settings["relay_domains"] = domain
        hops[domain] = f"smtp:[127.0.0.1]:{port}"
    if hops:
        pairs = " ".join(f"{{ {key} = {hop} }}" for key, hop in hops.items())
        settings["transport_maps"] = f"inline:{{ {pairs} }}"
    with postfix("smarthost", settings, [*boxes, *bouncing]) as instance:
        yield instance
