"""HAProxy before two Postfix, and the script that gives pages to the other machine: the lines of
docs/operate.md, run by the real programs with ports of the loopback in place of two machines."""

from __future__ import annotations

import re
import smtplib
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.real.mailhost import OPERATE, WORLD
from tests.real.parts import (
    Postfix,
    accepts,
    free_port,
    postfix,
    program,
    public_directory,
    wait_until,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postfix")]

BOX = "awa@homes.test"


def block(begin: str) -> str:
    """The block of operate.md that begins with these words."""
    found = re.search(
        rf"```\w*\n({re.escape(begin)}.*?\n)```", OPERATE.read_text("utf-8"), re.DOTALL
    )
    assert found is not None, begin
    return found[1]


class Health(BaseHTTPRequestHandler):
    """`/health` of a node: what it says, and whether it is well, stand in the server."""

    def do_GET(self) -> None:
        said = getattr(self.server, "said", b"ok\n")
        self.send_response(200 if said.startswith(b"ok") else 503)
        self.end_headers()
        with suppress(OSError):  # HAProxy hangs up as soon as it has read the status
            self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Say nothing."""


@contextmanager
def node() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def say(server: ThreadingHTTPServer, text: str) -> None:
    server.said = text.encode()  # type: ignore[attr-defined]  # read by `Health`


@contextmanager
def behind(name: str, port: int) -> Iterator[Postfix]:
    """A Postfix that HAProxy hands clients over to, by the documented line of master.cf."""
    line = block("# master.cf\n10.0.0.1").splitlines()[1]
    service = line.replace("10.0.0.1:10025", f"127.0.0.1:{port}").replace(
        "inet n - y", "inet n - n"
    )
    settings = {
        "mynetworks": "127.0.0.1/32",
        "smtpd_relay_restrictions": "permit_mynetworks, reject_unauth_destination",
    }
    with postfix(name, settings, [BOX], services=f"{service}\n") as server:
        wait_until(lambda: accepts(port), name)
        yield server


def reaches(port: int) -> bool:
    """Whether a client of the world is greeted."""
    try:
        with smtplib.SMTP("127.0.0.1", port, source_address=(WORLD, 0), timeout=10) as client:
            return client.noop()[0] == 250
    except OSError:
        return False


@contextmanager
def haproxy(home: Path, text: str, port: int) -> Iterator[None]:
    path = home / "haproxy.cfg"
    path.write_text(text)
    command = [str(program("haproxy", "haproxy", "/usr/sbin")), "-db", "-f", str(path)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        try:
            wait_until(lambda: reaches(port), "HAProxy")
            yield
        finally:
            running.terminate()


def bring(port: int) -> None:
    with smtplib.SMTP(
        "127.0.0.1", port, "far.test", source_address=(WORLD, 0), timeout=30
    ) as client:
        client.sendmail("ann@far.test", [BOX], b"Subject: wells\r\n\r\nHow deep?\r\n")


def clients(server: Postfix) -> list[str]:
    """The addresses that Postfix saw its clients come from."""
    return re.findall(r" connect from \S+\[([\d.]+)\]", server.log())


def goes_to(port: int, well: Postfix) -> bool:
    """Whether three clients in a row reach this one."""
    before = len(clients(well))
    return all(reaches(port) for _ in range(3)) and len(clients(well)) >= before + 3


def test_haproxy_goes_to_the_node_that_is_well_and_tells_the_client() -> None:
    program("haproxy", "haproxy", "/usr/sbin")
    ports, front = [free_port(), free_port()], free_port()
    with ExitStack() as open_now:
        nodes = [open_now.enter_context(node()) for _ in ports]
        both = [open_now.enter_context(behind(f"mx{at}", port)) for at, port in enumerate(ports)]
        text = block("listen smtp").replace("192.0.2.10:25", f"127.0.0.1:{front}")
        for host, port, one in zip(("10.0.0.1", "10.0.0.2"), ports, nodes, strict=True):
            old = f"{host}:10025 check port 8081"
            assert old in text
            text = text.replace(old, f"127.0.0.1:{port} check port {one.server_port}")
        home = open_now.enter_context(public_directory("haproxy"))
        open_now.enter_context(haproxy(home, text, front))
        for sick, well in ((0, 1), (1, 0)):
            say(nodes[well], "ok\n")
            say(nodes[sick], "the database does not answer\n")
            wait_until(partial(goes_to, front, both[well]), "the other node", 30)
            before = len(clients(both[sick]))
            bring(front)
            bring(front)
            both[well].wait_for(BOX, 2)
            assert len(clients(both[sick])) == before
        # SPF and the log need the client's address; HAProxy's own is 127.0.0.1.
        for server in both:
            assert set(re.findall(r" client=\S+\[([\d.]+)\]", server.log())) == {WORLD}


def test_the_scheduler_alone_gives_its_pages_to_the_other_machine(tmp_path: Path) -> None:
    program("rsync", "rsync")
    program("curl", "curl")
    public, peer = tmp_path / "public", tmp_path / "peer"
    for path, text in (("water/index.html", "new"), ("water/index.html~", "half")):
        (public / path).parent.mkdir(parents=True, exist_ok=True)
        (public / path).write_text(text)
    peer.mkdir()
    (peer / "gone.html").write_text("old")
    with node() as here:
        script = block("#!/bin/sh\n# /usr/local/bin/dgroup-pages")
        for old, new in (
            ("http://10.0.0.1:8081", f"http://127.0.0.1:{here.server_port}"),
            ("/var/lib/dgroup/public/ ", f"{public}/ "),
            ('"$1":/var/lib/dgroup/public/', f"{peer}/"),
        ):
            assert old in script
            script = script.replace(old, new)
        (tmp_path / "pages").write_text(script)
        for scheduler, copied in (("b", False), ("", False), ("a", True)):
            say(here, f"ok\nnode: a\nscheduler: {scheduler}\n" if scheduler else "ok\nnode: a\n")
            subprocess.run(["/bin/sh", str(tmp_path / "pages"), "peer"], check=True)
            assert (peer / "water/index.html").exists() == copied
    assert not (peer / "gone.html").exists()
    assert not (peer / "water/index.html~").exists()
