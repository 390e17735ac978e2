"""Command mail: one file a command, all pure. COMMANDS lists them; adding one is a file and a line.

Which file does what stands in docs/flow.md, "Other mail".
"""

from __future__ import annotations

from dgroup.commands import (
    add,
    decide,
    delete,
    fetch,
    freeze,
    guide,
    hide,
    invite,
    invited,
    join,
    language,
    leave,
    members_list,
    mute,
    new_address,
    overview,
    own_data,
    own_settings,
    pause,
    rearrange,
    remove,
    rename,
    set_member,
    settings,
    standing,
    status,
    stepdown,
    trace,
    undoing,
    uninvite,
    who,
)
from dgroup.commands.base import Command
from dgroup.commands.publishing import NEEDS_MODERATORS
from dgroup.incoming import Code, Reading

COMMANDS: tuple[Command, ...] = (
    join.COMMAND,
    leave.COMMAND,
    pause.PAUSE,
    pause.RESUME,
    *own_settings.COMMANDS,
    language.COMMAND,
    new_address.COMMAND,
    status.COMMAND,
    who.COMMAND,
    guide.COMMAND,
    # Coordinators: people.
    add.COMMAND,
    invite.COMMAND,
    uninvite.COMMAND,
    remove.COMMAND,
    settings.COMMAND,
    set_member.COORDINATOR_COMMAND,
    *standing.COMMANDS,
    undoing.COMMAND,
    # Coordinators: questions.
    members_list.MEMBERS,
    members_list.BOUNCING,
    overview.PENDING,
    overview.REPORT,
    trace.COMMAND,
    *fetch.COMMANDS,
    *mute.COMMANDS,
    hide.COMMAND,
    *own_data.COMMANDS,
    *rearrange.COMMANDS,
    freeze.FREEZE_COMMAND,
    freeze.UNFREEZE_COMMAND,
    rename.COMMAND,
    delete.COMMAND,
    stepdown.COMMAND,
)
ANSWERED: tuple[Command, ...] = (invited.COMMAND,)
"""what is only an answer to a letter of ours: nobody writes it as a command"""
BY_VERB = {command.verb: command for command in (*COMMANDS, *ANSWERED)}


def need(code: Code | None, asked: Reading) -> str:
    """Say which look-up of `facts.LOOKUPS` an answer or a command wants; '' for none."""
    held = code is not None and code.action in NEEDS_MODERATORS
    if held or decide.is_meant(code, asked):
        return decide.NEEDS
    # An UNDO carries the command that it takes back.
    verb = code.action if code is not None and code.action != "undo" else asked.verb
    command = BY_VERB.get(verb)
    return command.needs if command is not None else ""
