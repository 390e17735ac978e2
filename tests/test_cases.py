"""Cases as folders that anybody can add: a mail comes in, and this becomes of it (tests/cases/README).

`DGROUP_GOLDEN=write` writes `want.txt` and `want-*.eml` of every case anew, to be read before use.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from archive.db import Database
from dgroup.changes import ChangeMember
from dgroup.effects import (
    AskModerators,
    Audit,
    Effect,
    HoldMail,
    Plan,
    QueueLetter,
    TellGroup,
    TellHost,
)
from dgroup.model import Envelope
from tests.case_setup import CASES, SAID, compare, folders, set_up, write_posts
from tests.dgroup.desk import FRONT, NOW, Desk, opened

FOLDERS, DIALOGS = folders("in.eml"), folders("dialog.toml")


def envelope(desk: Desk, folder: Path, setup: dict[str, Any], people: dict[str, Any]) -> Envelope:
    """The mail as the listener hands it over: CRLF line ends, the front's verdict on top."""
    mail = setup["mail"]
    raw = (folder / "in.eml").read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    said = SAID[mail.get("auth", "none")].format(
        policy=mail.get("policy", "none"), domain=mail["from"].rpartition("@")[2]
    )
    to = mail["to"]
    if "leave_token_of" in mail:
        to = to.replace("TOKEN", desk.leave_token(people[mail["leave_token_of"]]))
    return Envelope(
        id="case",
        mail_from=mail["from"] if mail.get("envelope_from") is None else mail["envelope_from"],
        rcpt=(to,),
        raw=f"Authentication-Results: {FRONT}; {said}\r\n".encode() + raw,
        received_at=NOW,
        peer="192.0.2.1",
        helo="mail.example",
        smtputf8=False,
        trusted_front=mail.get("path", "front") == "front",
    )


def told(plan: Plan | None) -> str:
    """What `want.txt` says: reply, outcome, then one line an effect."""
    if plan is None:
        return "550 5.1.1 No such group here\n"
    outcome = plan.outcome
    lines = [outcome.reply.line(), f"{outcome.kind}: {outcome.reason}"]
    return "\n".join([*lines, *(_line(effect) for effect in plan.effects)]) + "\n"


def _line(effect: Effect) -> str:
    match effect:
        case QueueLetter():
            code = f" with a code to {effect.code.action}" if effect.code else ""
            return f"letter {effect.name} ({effect.language}) to {effect.recipient}{code}"
        case ChangeMember():
            words = (effect.state, effect.role, effect.language, effect.name, effect.delivery)
            return f"member {effect.address}: {', '.join(str(word) for word in words if word)}"
        case AskModerators():
            return f"ask {', '.join(one.address for one in effect.people)}"
        case HoldMail():
            return f"hold: {effect.reason}"
        case Audit():
            return f"audit {effect.event}: {effect.detail}"
        case TellGroup() | TellHost():
            return f"{type(effect).__name__} {effect.name}"
        case _:
            return type(effect).__name__


def test_every_case_is_complete() -> None:
    for folder in FOLDERS:
        names = {path.name for path in folder.iterdir()}
        assert {"in.eml", "setup.toml", "want.txt"} <= names, folder.name
    assert not {path for path in CASES.iterdir() if path.is_dir()} - {*FOLDERS, *DIALOGS}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
async def test_case(folder: Path, sqlite_database: Database) -> None:
    setup = tomllib.loads((folder / "setup.toml").read_text("utf-8"))
    with opened(sqlite_database) as desk:
        people = set_up(desk, setup)
        await write_posts(desk, setup)
        sent = envelope(desk, folder, setup, people)
        with desk.db.read() as conn:
            ((_, plan),) = desk.intake.explain(conn, sent)
        (reply,) = await desk.intake.accept(sent)
        if plan is not None:
            assert reply == plan.outcome.reply
        letters = [one.message.as_bytes() for one in desk.letters()]
        names = [one.recipient for one in desk.letters()]
    compare(folder / "want.txt", told(plan).encode())
    compare_letters(folder, names, letters)


def compare_letters(folder: Path, names: list[str], letters: list[bytes]) -> None:
    """Compare the letters that went out with the folder's, one by one."""
    stale = set(folder.glob("want-*.eml"))
    for number, (name, letter) in enumerate(zip(names, letters, strict=True), 1):
        wanted = folder / f"want-{number}-{name.partition('@')[0]}.eml"
        compare(wanted, letter.replace(b"\r\n", b"\n"))
        stale.discard(wanted)
    assert stale == set(), "letters that were not sent"
