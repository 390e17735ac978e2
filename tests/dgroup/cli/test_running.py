"""`dgroup serve` as a process: signals, a port that is taken."""

from __future__ import annotations

import re
import signal
import smtplib

import pytest

from tests.dgroup.cli.commandline import Folder
from tests.dgroup.serving import dgroup_process

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
            assert second.process.wait(30) == 1
            assert second.wait_for("another dgroup serve").count("\n") == 1
        other = folder.path / "other"
        other.mkdir()
        (other / "config.toml").write_text(_PORTS.format(smtp=taken[1], web=0), "utf-8")
        with dgroup_process(other, ["serve"]) as third:
            assert third.process.wait(30) == 1
            told = third.wait_for("cannot listen")
        said = f"127.0.0.1:{taken[1]} ([listener] host and port): address already in use"
        assert said in told
        assert "Traceback" not in told
        assert running.stop() == 0
