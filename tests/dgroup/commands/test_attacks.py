"""Attacks on the mail commands: what somebody gets who holds a little of ours and wants more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.incoming import Named, Options
from dgroup.model import Role
from tests.dgroup.commands.saying import Said, saying
from tests.dgroup.desk import Desk, Sent, opened

KIM, LU, BOB, EVE = "kim@ngo.example", "lu@ngo.example", "bob@farm.example", "eve@x.example"
NEW = "new@x.example"


@pytest.fixture
def said() -> Iterator[Said]:
    with saying() as made:
        yield made


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    with opened(sqlite_database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join(LU, "Lu", Role.COORDINATOR)
        made.join(BOB, "Bob")
        made.join(EVE, "Eve")
        yield made


async def act(desk: Desk, said: Said, verb: str, who: str, **options: str) -> list[Sent]:
    """Kim does something to somebody and says yes; gives the letters that come of it."""
    people = (Named(who, ""),) if who else ()
    said.next(verb=verb, people=people, options=Options(**options))  # type: ignore[arg-type]  # test input
    await desk.send("water-request", "x", sender=KIM)
    await desk.answer(_last(desk, KIM), "yes")
    desk.later(hours=1)
    return desk.new_letters()


def _last(desk: Desk, recipient: str) -> Sent:
    """The newest letter to somebody."""
    return [one for one in desk.letters() if one.recipient == recipient][-1]


# --- A leave token ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb",
    "members bouncing pending report trace who get help undo hide lock set freeze delete".split(),
)
@pytest.mark.parametrize("auth", ["none", "aligned"])
async def test_a_leave_token_never_gets_the_answer_to_a_coordinators_command(
    desk: Desk, said: Said, verb: str, auth: str
) -> None:
    eve = desk.member(EVE)
    assert eve is not None
    said.next(verb=verb, people=(Named(BOB, ""),), options=Options(words="fire"))
    to = f"water-request+{desk.leave_token(eve)}"
    await desk.send(to, "x", sender=KIM, auth=auth)
    assert EVE not in {one.recipient for one in desk.new_letters()}
