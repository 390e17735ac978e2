"""`dgroup serve` as a process: signals, a port that is taken."""

from __future__ import annotations

import re
import signal
import smtplib

import pytest

from tests.dgroup.cli.commandline import Folder
from tests.dgroup.serving import dgroup_process
from tests.parts import PATIENCE_S

_PORTS = "[listener]\nport = {smtp}\n[web]\nport = {web}\n[health]\nport = 0\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_it_is_and_a_signal_ends_it(folder: Folder, number: int) -> None:
    (folder.path / "config.toml").write_text(_PORTS.format(smtp=0, web=0), "utf-8")
    with dgroup_process(folder.path, ["serve"]) as running:
        said = running.wait_for("pages are at")
        found = re.search(r"Mail comes in at 127\.0\.0\.1:(\d+)", said)
        assert found is not None
        with smtplib.SMTP("127.0.0.1", int(found[1])) as client:
            assert client.noop()[0] == 250
        assert running.stop(number) == 0
        assert "Traceback" not in running.text


def test_a_second_one_on_the_same_port_or_folder_says_so(folder: Folder) -> None:
    settings = folder.path / "config.toml"
    settings.write_text(_PORTS.format(smtp=0, web=0), "utf-8")
    with dgroup_process(folder.path, ["serve"]) as running:
        said = running.wait_for("pages are at")
        taken = re.search(r"Mail comes in at 127\.0\.0\.1:(\d+)", said)
        assert taken is not None
        with dgroup_process(folder.path, ["serve"]) as second:
            assert second.process.wait(PATIENCE_S) == 1
            assert second.wait_for("another dgroup serve").count("\n") == 1
        other = folder.path / "other"
        other.mkdir()
        (other / "config.toml").write_text(_PORTS.format(smtp=taken[1], web=0), "utf-8")
        with dgroup_process(other, ["serve"]) as third:
            assert third.process.wait(PATIENCE_S) == 1
            told = third.wait_for("cannot listen")
        said = f"127.0.0.1:{taken[1]} ([listener] host and port): address already in use"
        assert said in told
        assert "Traceback" not in told
        assert running.stop() == 0


def test_roles_and_names_of_the_command_line_are_checked(folder: Folder) -> None:
    assert "needs some of listen, send, work, web" in folder.refused(
        "serve", "--role", "listen,sned", code=2
    )
    assert "--name needs up to 16" in folder.refused("serve", "--name", "Out 1", code=2)


def test_a_second_one_on_an_embedded_database_is_refused_whatever_its_roles(
    folder: Folder,
) -> None:
    """Also from a folder of its own: the embedded database has one node."""
    url = f"sqlite:///{folder.path}/shared/dgroup.db"
    (folder.path / "shared").mkdir()
    for name in ("a", "b"):
        home = folder.path / name
        home.mkdir()
        ports = _PORTS.format(smtp=0, web=0)
        (home / "config.toml").write_text(f'[database]\nurl = "{url}"\n{ports}', "utf-8")
    words = ["serve", "--role", "send", "--role", "work"]
    with dgroup_process(folder.path / "a", words) as running:
        running.wait_for("At work; health is at")
        with dgroup_process(folder.path / "b", ["serve", "--name", "b"]) as second:
            assert second.process.wait(PATIENCE_S) == 1
            assert "another dgroup serve is at work in" in second.wait_for("another")
        assert running.stop() == 0


def test_status_shows_who_is_at_work(folder: Folder) -> None:
    (folder.path / "config.toml").write_text(_PORTS.format(smtp=0, web=0), "utf-8")
    folder.done("init")
    assert "not running" in folder.done("status")
    with dgroup_process(folder.path, ["serve"]) as running:
        running.wait_for("pages are at")
        assert re.search(r"-\w{16}  listen, send, work, web .* yes", folder.done("status"))
        assert running.stop() == 0
