"""Runs `dgroup` as a person does, in a folder of its own, without another process."""

from __future__ import annotations

import asyncio
import contextlib
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dgroup import config as settings
from dgroup.cli import main
from dgroup.model import Envelope, Reply
from dgroup.receiving.intake import Intake
from dgroup.runtime import Runtime, intake_settings, open_runtime
from dgroup.writer import Writer

NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)


_MADE: dict[str, bytes] = {}
"""packed folders with a group, by its name"""


@dataclass(frozen=True)
class Answer:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "utf-8", newline="")


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def _packed(folder: Path) -> bytes:
    with io.BytesIO() as data:
        with tarfile.open(fileobj=data, mode="w") as packed:
            packed.add(folder, arcname=".")
        return data.getvalue()


class Folder:
    """A folder in which commands are run one after another."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def dgroup(self, *words: str) -> Answer:
        """Run one command."""
        out, err = _stream(), _stream()
        code = 0
        with (
            contextlib.chdir(self.path),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main(words)
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
        return Answer(code, _text(out), _text(err))

    def done(self, *words: str) -> str:
        """Run a command that must succeed; gives what it printed."""
        answer = self.dgroup(*words)
        assert (answer.code, answer.err) == (0, ""), answer
        return answer.out

    def refused(self, *words: str, code: int = 1) -> str:
        """Run a command that must fail with `code`; gives its message, which holds no traceback."""
        answer = self.dgroup(*words)
        assert answer.code == code, answer
        assert "Traceback" not in answer.err
        assert answer.err
        return answer.err

    def with_group(self, name: str = "water") -> Folder:
        """Make the database and a group with one coordinator; once in a process, then it is copied."""
        assert not list(self.path.iterdir())
        if name not in _MADE:
            _MADE[name] = _packed(self._make_group(name))
        with tarfile.open(fileobj=io.BytesIO(_MADE[name])) as packed:
            packed.extractall(self.path, filter="fully_trusted")
        return self

    def _make_group(self, name: str) -> Path:
        self.done("init")
        file = self.path / "config.toml"
        text = file.read_text("utf-8")
        assert "verify = true" in text
        # The domains of a test stand in no name server.
        file.write_text(text.replace("verify = true", "verify = false"), "utf-8")
        self.done("group", "create", name, "--title", "Water and wells")
        self.done("member", "add", name, "awa@ong.example", "--name", "Awa Diop", "--coordinator")
        return self.path

    @contextlib.contextmanager
    def runtime(self) -> Iterator[Runtime]:
        """The folder's open database and tools."""
        file = self.path / "config.toml"
        opened = open_runtime(settings.load(file, {}))
        try:
            yield opened
        finally:
            opened.close()

    def mail_comes(self, raw: str, sender: str, recipient: str = "water@localhost") -> Reply:
        """Give a mail to the intake, as the listener does; it comes at NOW."""
        envelope = Envelope(
            id="e1",
            mail_from=sender,
            rcpt=(recipient,),
            raw=raw.replace("\n", "\r\n").encode(),
            received_at=NOW,
            peer="127.0.0.1",
            helo="client.example",
            smtputf8=False,
            trusted_front=False,
        )
        with self.runtime() as runtime:
            writer = Writer(runtime.db)
            try:
                intake = Intake(
                    runtime.tools, writer, intake_settings(runtime.config), runtime.keyring
                )
                return asyncio.run(intake.accept(envelope))[0]
            finally:
                writer.close()


def letter(sender: str, subject: str, text: str, message_id: str = "m1@ong.example") -> str:
    """A plain mail."""
    return (
        f"From: {sender}\nTo: water@localhost\nSubject: {subject}\n"
        f"Date: Mon, 23 Mar 2026 12:00:00 +0000\nMessage-ID: <{message_id}>\n\n{text}\n"
    )
