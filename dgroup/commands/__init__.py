"""Command mail: one file a command, all pure. COMMANDS lists them; adding one is a file and a line."""

from __future__ import annotations

from dgroup.commands import add, guide, join, leave, remove, settings
from dgroup.commands.base import Command

COMMANDS: tuple[Command, ...] = (
    join.COMMAND,
    leave.COMMAND,
    guide.COMMAND,
    add.COMMAND,
    remove.COMMAND,
    settings.COMMAND,
)
BY_VERB = {command.verb: command for command in COMMANDS}
