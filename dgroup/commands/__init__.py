"""Command mail: one file a command, all pure. COMMANDS lists them; adding one is a file and a line."""

from __future__ import annotations

from dgroup.commands import add
from dgroup.commands import decide
from dgroup.commands import guide
from dgroup.commands import join
from dgroup.commands import leave
from dgroup.commands import remove
from dgroup.commands import settings
from dgroup.commands.base import Command
from dgroup.incoming import Code
from dgroup.incoming import Reading

COMMANDS: tuple[Command, ...] = (
    join.COMMAND,
    leave.COMMAND,
    guide.COMMAND,
    add.COMMAND,
    remove.COMMAND,
    settings.COMMAND,
)
BY_VERB = {command.verb: command for command in COMMANDS}


def need(code: Code | None, asked: Reading) -> str:
    """Say which look-up of `facts.LOOKUPS` an answer or a command wants; '' for none."""
    held = code is not None and code.action in {"publish", "post"}
    if held or decide.is_meant(code, asked):
        return decide.NEEDS
    command = BY_VERB.get(code.action if code is not None else asked.verb)
    return command.needs if command is not None else ""
