"""A `dgroup` process that runs until it is told to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.parts import PATIENCE_S, wait_until


class Running:
    """The process and what it has printed so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)

    @property
    def text(self) -> str:
        """All that was printed."""
        return "".join(self.lines)

    def wait_for(self, words: str, seconds: float = PATIENCE_S) -> str:
        """Wait until `words` are printed; gives all text."""
        wait_until(lambda: words in self.text or self.process.poll() is not None, words, seconds)
        assert words in self.text, self.text
        return self.text

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send a signal and wait for the end; gives the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE_S)
        self._reader.join(10)
        return code


@contextmanager
def dgroup_process(folder: Path, words: Sequence[str]) -> Iterator[Running]:
    """Start `dgroup` in a folder; it is killed if the test leaves it running."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("DGROUP_")}
    code = "from dgroup.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Running(process)
        finally:
            if process.poll() is None:
                process.kill()
