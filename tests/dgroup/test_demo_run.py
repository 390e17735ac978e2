"""`dgroup demo` from end to end, as a newcomer runs it: pages, mailboxes, summaries, again, the end."""

from __future__ import annotations

import mailbox
import re
import smtplib
import socket
from pathlib import Path
from urllib.request import urlopen

from dgroup import demo, demo_run
from tests.dgroup.cli.commandline import Folder
from tests.dgroup.serving import Running, dgroup_process
from tests.parts import wait_until

_WORDS = ["demo", "--dir", "show", "--smtp-port", "0", "--web-port", "0"]


def boxes(folder: Path) -> dict[str, mailbox.Maildir]:
    """Local part of each recipient and their Maildir."""
    out = folder / "show" / "outgoing"
    return {path.name.partition("@")[0]: mailbox.Maildir(path) for path in out.iterdir()}


def server_of(running: Running) -> tuple[str, int]:
    """Where the text says that mail comes in."""
    found = re.search(r"--server ([\d.]+):(\d+)", running.text)
    assert found is not None
    return found[1], int(found[2])


def fetched(running: Running, label: str) -> str:
    """The page that the text names."""
    found = re.search(rf"{label}\s+(http://\S+)", running.text)
    assert found is not None
    with urlopen(found[1], timeout=20) as answer:
        assert answer.status == 200
        return str(answer.read().decode())


def check_boxes(folder: Path) -> None:
    """Who wants each mail has them all, who wants the summary alone has three of those."""
    expected = 18
    found = boxes(folder)
    assert {name: len(box) for name, box in found.items()} == {
        "ama": expected + 3,
        "lorena": expected + 3,
        "salimata": expected + 3,
        "tesfaye.bekele": expected + 3,
        "marites.v": 3,
    }
    paths = set()
    for name, box in found.items():
        for mail in box:
            assert mail["Delivered-To"].startswith(f"{name}@")
            assert re.fullmatch(r"<harvest-bounces\+\w+@localhost>", mail["Return-Path"])
            assert "One-Click" in mail["List-Unsubscribe-Post"]
            paths.add((name, mail["Return-Path"]))
    assert len({path for _, path in paths}) == len(paths)  # nobody shares a reverse-path
    languages = {name: {mail["Content-Language"] for mail in box} for name, box in found.items()}
    assert languages["marites.v"] == {"en"}
    assert {"fr", "es"} <= languages["salimata"] | languages["lorena"]


def test_the_demonstration_from_its_first_run_to_its_second_end(tmp_path: Path) -> None:
    with dgroup_process(tmp_path, _WORDS) as running:
        running.wait_for("Ctrl-C stops it")
        assert "is here: 6 members, 3 weeks of mail" in running.text
        home = fetched(running, "Read the archive")
        for words in ("Harvest and markets", "Semana 3", "Oignons", "Week 1: at the table"):
            assert words in home
        summary = fetched(running, "Last week's summary")
        assert "Semana 3" in summary
        assert "Week 1: at the table" not in summary
        wait_until(lambda: len(boxes(tmp_path)["tesfaye.bekele"]) == 21, "all copies")
        check_boxes(tmp_path)
        assert running.stop() == 0
        assert "Traceback" not in running.text
    with dgroup_process(tmp_path, ["demo", "--dir", "show"]) as again:
        again.wait_for("Ctrl-C stops it")
        assert "goes on" in again.text
        assert server_of(again) == server_of(running)
        sender = demo.PEOPLE[0].address
        with smtplib.SMTP(*server_of(again)) as client:
            mail = f"From: {sender}\nSubject: One more thing\n\nThank you all.\n"
            client.sendmail(sender, ["harvest@localhost"], mail)
        wait_until(lambda: len(boxes(tmp_path)["lorena"]) == 22, "the copy of today's mail")
        wait_until(lambda: "One more thing" in fetched(again, "Read the archive"), "its page")
        assert again.stop() == 0


def test_the_other_commands_work_on_it(tmp_path: Path) -> None:
    with dgroup_process(tmp_path, _WORDS) as running:
        running.wait_for("Ctrl-C stops it")
        folder = Folder(tmp_path)
        on = ("--config", "show/config.toml")
        assert "Lorena Zelaya" in folder.done(*on, "member", "list", "harvest")
        assert "Discussions" in folder.done(*on, "summary", "harvest")
        assert "0 written, 0 removed" in folder.done(*on, "render", "--all")
        assert running.stop() == 0


def test_usual_ports_that_are_taken_give_way_to_free_ones(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        asked = demo_run.settings(tmp_path / "a", demo_run.Ports(smtp=port, web=port))
        assert (asked.config.listener.port, asked.config.web.port) == (port, port)
    made = demo_run.settings(tmp_path / "b", demo_run.Ports())
    assert 0 not in {made.config.listener.port, made.config.web.port}
    assert made.config.site.base_url == f"http://127.0.0.1:{made.config.web.port}"


def test_a_demonstration_keeps_its_ports_and_notes_a_move(tmp_path: Path) -> None:
    first = demo_run.settings(tmp_path, demo_run.Ports(0, 0))
    again = demo_run.settings(tmp_path, demo_run.Ports())
    assert (again.config, again.moved) == (first.config, False)
    other = demo_run.settings(tmp_path, demo_run.Ports(web=0))
    assert other.moved == (other.config.web.port != first.config.web.port)
    assert other.config.listener.port == first.config.listener.port
    assert other.config.relay_target.path == tmp_path / "outgoing"
