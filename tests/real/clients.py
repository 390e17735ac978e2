"""Members' own programs: swaks for a mail as such, neomutt for writing and for answering a mail as a
person does, in a terminal of its own."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real.mailhost import WORLD
from tests.real.parts import Postfix, program

PATIENCE_S = 30.0
_SETTINGS = """\
set from="{address}" realname="{name}" use_from=yes envelope_from=yes
set smtp_url="smtp://127.0.0.1:{port}" ssl_starttls=no ssl_force_tls=no
set hostname="homes.test" hidden_host=yes
set editor="{editor}" edit_headers=no autoedit=yes fast_reply=yes include=yes copy=no
set abort_unmodified=no abort_nosubject=no abort_noattach=no confirmcreate=no quit=yes
set reply_to=yes reply_self=yes sleep_time=0 mail_check=0 wait_key=no charset=utf-8 header_cache=""
set folder="{home}" read_only=yes mark_old=no help=no sort=date-received resolve=no smtp_authenticators=""
"""


@dataclass(frozen=True, slots=True)
class Mutt:
    """One person's neomutt: their settings in `home`, their mailbox at the mail server."""

    home: Path
    server: Postfix
    address: str
    name: str

    def post(self, to: str, subject: str, text: str, *files: Path) -> None:
        """Write a new mail."""
        attached = [word for path in files for word in ("-a", str(path))]
        command = [*self._command(), "-s", subject, *attached, "--", to]
        subprocess.run(
            command, input=text.encode(), check=True, env=self._env(), timeout=PATIENCE_S
        )

    def reply(self, subject: str, text: str = "", *, all_of_them: bool = False) -> None:
        """Answer the newest mail with words in its subject: `text` stands above the quoted mail, as
        most programs have it."""
        (self.home / "text").write_text(text, "utf-8")
        verb = "<group-reply>" if all_of_them else "<reply>"
        keys = f'<limit>~s "{subject}"<enter><last-entry>{verb}<send-message><quit>'
        quoted = keys.replace('"', '\\"')
        mailbox = str(self.server.maildir(self.address))
        self._in_terminal([*self._command(), "-f", mailbox, "-e", f'push "{quoted}"'])

    def _command(self) -> list[str]:
        editor = self.home / "editor"
        if not editor.exists():
            editor.write_text(
                f'#!/bin/sh\ncat "{self.home}/text" "$1" > "$1.new"\nmv "$1.new" "$1"\n'
            )
            editor.chmod(0o755)
        settings = self.home / "rc"
        values = {
            "home": self.home,
            "address": self.address,
            "name": self.name,
            "port": self.server.port,
        }
        settings.write_text(_SETTINGS.format(editor=editor, **values))
        return [str(program("neomutt", "neomutt")), "-n", "-F", str(settings)]

    def _env(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.home), "TERM": "xterm", "LANG": "C.UTF-8"}

    def _in_terminal(self, command: list[str]) -> None:
        """Run it where it finds a screen; what it draws is only shown when it does not end."""
        ours, theirs = pty.openpty()
        child = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=self._env(), close_fds=True
        )
        os.close(theirs)
        drawn = b""
        deadline = time.monotonic() + PATIENCE_S
        while child.poll() is None and time.monotonic() < deadline:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    drawn += os.read(ours, 65536)
                except OSError:  # the terminal closes with its last program
                    break
        os.close(ours)
        if child.poll() is None and time.monotonic() >= deadline:
            child.kill()
            pytest.fail(f"neomutt did not end: {drawn[-2000:]!r}")
        assert child.wait(PATIENCE_S) == 0, drawn[-2000:]


def swaks(
    server: Postfix, sender: str, to: str, subject: str = "", body: str = "", at: str = WORLD
) -> int:
    """Send one mail with swaks, from outside unless `at` is another address of this machine; gives its
    exit code (24: the recipient was refused)."""
    command = [
        str(program("swaks", "swaks")),
        "--server",
        f"127.0.0.1:{server.port}",
        "--silent",
        "3",
    ]
    words = ["--local-interface", at, "--helo", "far.test", "--from", sender, "--to", to]
    text = ["--header", f"Subject: {subject}", "--body", body or "\n"]
    return subprocess.run([*command, *words, *text], check=False, timeout=PATIENCE_S).returncode
