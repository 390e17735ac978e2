"""Tests of commands about posts: the reading of the next mail is given, posts are there to speak of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dgroup.commands.reading import read
from dgroup.incoming import Incoming, Options, Reading
from dgroup.model import RouteKind
from tests.dgroup.desk import Desk, Sent

Command = Callable[..., None]


class Spoken:
    """Says what the words of command mails mean; answers to codes are really read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._reading: Reading | None = None
        monkeypatch.setattr("dgroup.receiving.intake.read", self._read)

    def _read(self, mail: Incoming) -> Reading:
        found = read(mail)
        if mail.route.kind is not RouteKind.COMMAND or self._reading is None:
            return found
        return replace(self._reading, code=found.code, reference=found.reference)

    async def ask(
        self,
        desk: Desk,
        verb: str,
        sender: str = "ana@ngo.example",
        *,
        auth: str = "aligned",
        headers: str = "",
        sure: bool = True,
        **options: object,
    ) -> list[Sent]:
        """Send a command; gives the letters that it brought."""
        desk.new_letters()
        given = Options(**options)  # type: ignore[arg-type]  # test input
        self._reading = Reading(verb, sure=sure, options=given)
        await desk.send("water-request", "x", sender=sender, auth=auth, headers=headers)
        return desk.new_letters()


async def write(desk: Desk, name: str, subject: str, body: str, answers: str = "") -> None:
    """Post to the group, under the Message-ID `name`, from the person called so in it."""
    sender = {"b": "ben@farm.example", "k": "kim@ngo.example"}.get(name[0], "ana@ngo.example")
    headers = f"In-Reply-To: <{answers}@x.example>\r\n" if answers else ""
    reply = await desk.send(
        "water", body, sender=sender, subject=subject, message_id=f"{name}@x.example",
        headers=headers,
    )  # fmt: skip
    assert reply.code == 250
    desk.later(minutes=1)


def text_of(letter: Sent) -> str:
    """The letter's text with plain line ends."""
    return letter.text.replace("\r\n", "\n")
