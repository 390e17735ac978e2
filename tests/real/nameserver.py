"""A name server of our own on the loopback, by UDP and TCP: zones of a test, and names that are mute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from dnslib import AAAA, MX, NS, PTR, QTYPE, RCODE, RR, SOA, TXT, A, DNSRecord
from dnslib.dns import DNSError
from dnslib.server import DNSHandler, DNSServer

Zone = Mapping[tuple[str, str], Sequence[str]]
UDP_ROOM = 512
TTL = 60
TRIES = 50


class _Quiet:
    """Logs nothing."""

    def __getattr__(self, name: str) -> object:
        return lambda *_: None


@dataclass
class NameServer:
    """What it knows, and what it was asked; `mute` names get no answer, `broken` ones SERVFAIL."""

    zone: Zone
    mute: frozenset[str]
    broken: frozenset[str]
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """As the settings name it."""
        return f"127.0.0.1:{self.port}"

    def resolve(self, request: DNSRecord, handler: DNSHandler) -> DNSRecord:
        """Answer one question (the library calls it)."""
        name, kind = str(request.q.qname).rstrip(".").lower(), QTYPE[request.q.qtype]
        self.asked.append((name, kind))
        if name in self.mute:
            raise DNSError("no answer")
        reply = request.reply()
        known = {one for one, _ in self.zone}
        if name in self.broken:
            reply.header.rcode = RCODE.SERVFAIL
        elif name not in known and not any(one.endswith(f".{name}") for one in known):
            reply.header.rcode = RCODE.NXDOMAIN
        for text in self.zone.get((name, kind), ()):
            reply.add_answer(RR(name, request.q.qtype, ttl=TTL, rdata=_data(kind, text)))
        if not reply.rr:
            soa = SOA("ns.test", "host.test", (1, 60, 60, 60, 60))
            reply.add_auth(RR("test", QTYPE.SOA, ttl=TTL, rdata=soa))
        if handler.protocol == "udp" and len(reply.pack()) > UDP_ROOM:
            reply.rr, reply.header.tc = [], 1  # the client comes again by TCP (RFC 7766)
        return reply


def _data(kind: str, text: str) -> object:
    if kind == "TXT":
        octets = text.encode("latin-1")
        return TXT([octets[at : at + 255] for at in range(0, len(octets), 255)] or [b""])
    if kind == "MX":
        preference, _, host = text.partition(" ")
        return MX(host, int(preference))
    return {"A": A, "AAAA": AAAA, "NS": NS, "PTR": PTR}[kind](text)


def _servers(found: NameServer) -> list[DNSServer]:
    """One by UDP, one by TCP, both bound to one port: the system's choice for the one may be taken for the other."""
    for _ in range(TRIES):
        datagrams = DNSServer(found, "127.0.0.1", 0, tcp=False, logger=_Quiet())
        found.port = datagrams.server.server_address[1]
        try:
            return [datagrams, DNSServer(found, "127.0.0.1", found.port, tcp=True, logger=_Quiet())]
        except OSError:
            datagrams.server.server_close()
    raise OSError("no port is free by UDP and by TCP")


@contextmanager
def name_server(
    zone: Zone, mute: Sequence[str] = (), broken: Sequence[str] = ()
) -> Iterator[NameServer]:
    """Run it in threads."""
    found = NameServer(zone, frozenset(mute), frozenset(broken))
    servers = _servers(found)
    for server in servers:
        server.start_thread()
    try:
        yield found
    finally:
        for server in servers:
            server.stop()
            server.server.server_close()
