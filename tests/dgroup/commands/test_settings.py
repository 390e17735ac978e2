"""Settings of a group by mail: shown, confirmed, told, undone; read in four languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from archive.model import ArchiveMode
from dgroup.commands import reading
from dgroup.commands.group_settings import BY_NAME, SETTINGS, Value, current
from dgroup.incoming import Incoming, Options, Reading
from dgroup.model import Morning, Role, Style, WhoPosts
from tests.dgroup.desk import Desk, opened


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("who posts", "Membres", "members"),
        ("who posts", "tout le monde", "open"),
        ("who posts", "moderado", "moderated"),
        ("who posts", "my friends", None),
        ("who joins", "sur approbation", "approval"),
        ("delivery style", "bulk", "bulk"),
        ("delivery style", "Groupé", "bulk"),
        ("delivery style", "en bloque", "bulk"),
        ("delivery style", "personal", "personal"),
        ("delivery style", "individuais", "personal"),
        ("delivery style", "daily", None),
        ("archive", "público", "public"),
        ("archive", "non", "none"),
        ("first posts", "2", 2),
        ("first posts", "-2", None),
        ("first posts", "99999999999999999999", None),
        ("summary day", "Lunes", 1),
        ("summary day", "dimanche", 7),
        ("summary day", "segunda-feira", 1),
        ("summary day", "someday", None),
        ("summary hour", "8h", 8),
        ("summary hour", "07:00", 7),
        ("summary hour", "25", None),
        ("time zone", "africa/accra", "Africa/Accra"),
        ("time zone", "Mars/Olympus", None),
        ("language", "français", "fr"),
        ("title", "Wells\r\nBcc: all@ngo.example", "Wells Bcc: all@ngo.example"),
        ("about", "One.\nTwo.", "One.\nTwo."),
        ("about", "-", ""),
        ("about", "   ", None),
    ],
)
def test_values_are_read_as_people_write_them(name: str, text: str, value: Value | None) -> None:
    assert BY_NAME[name].read(text) == value


def test_every_setting_has_a_value_now(desk: Desk) -> None:
    assert all(isinstance(current(desk.group, one), str | int) for one in SETTINGS)


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join("kim@ngo.example", "Kim", Role.COORDINATOR)
        made.join("awa@coop.example", "Awa", Role.COORDINATOR, language="fr")
        yield made


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> list[Reading]:
    """What a mail to -request says; answers to codes are read as always."""
    said: list[Reading] = []
    real = reading.read

    def read(mail: Incoming) -> Reading:
        return said.pop() if said and mail.route.verb == "request" else real(mail)

    monkeypatch.setattr("dgroup.receiving.intake.read", read)
    return said


def _set(setting: str, value: str) -> Reading:
    return Reading("set", options=Options(setting=setting, value=value))


async def test_a_setting_is_shown_confirmed_told_and_undone(
    desk: Desk, says: list[Reading]
) -> None:
    says.append(_set("who posts", "moderated"))
    await desk.send("water-request", "set who posts moderated", sender="kim@ngo.example")
    preview = desk.letter()
    assert "each post is held first" in preview.text
    assert desk.fresh_group().who_posts is WhoPosts.MEMBERS
    await desk.answer(preview, "YES")
    told, done = desk.new_letters()
    assert told.recipient == "awa@coop.example"
    assert "Kim" in told.subject
    assert desk.fresh_group().who_posts is WhoPosts.MODERATED
    await desk.answer(done, "undo")
    assert desk.fresh_group().who_posts is WhoPosts.MEMBERS


async def test_an_undo_leaves_alone_what_somebody_changed_since(
    desk: Desk, says: list[Reading]
) -> None:
    says.append(_set("archive", "members"))
    await desk.send("water-request", "set archive members", sender="kim@ngo.example")
    await desk.answer(desk.letter(), "YES")
    done = desk.new_letters()[-1]
    desk.set(archive=ArchiveMode.NONE)
    await desk.answer(done, "undo")
    assert "changed since" in desk.letter().subject
    assert desk.fresh_group().info.archive is ArchiveMode.NONE


async def test_nothing_is_set_on_a_members_or_a_forgers_word(
    desk: Desk, says: list[Reading]
) -> None:
    desk.join("ana@ngo.example")
    for sender, auth in (("ana@ngo.example", "aligned"), ("kim@ngo.example", "fail")):
        says.append(_set("who posts", "open"))
        await desk.send("water-request", "set", sender=sender, auth=auth)
        assert desk.letter().subject.startswith("Not done")
    assert desk.count("codes") == 0


async def test_what_cannot_be_read_shows_all_settings(desk: Desk, says: list[Reading]) -> None:
    says.append(_set("who posts", "our friends"))
    await desk.send("water-request", "set who posts our friends", sender="kim@ngo.example")
    letter = desk.letter()
    assert "Nothing was changed" in letter.text
    for setting in SETTINGS:
        assert f"set {setting.name} " in letter.text


async def test_own_words_keep_their_lines(desk: Desk, says: list[Reading]) -> None:
    says.append(_set("welcome", "Hello!\nPlease say who you are."))
    await desk.send("water-request", "set welcome", sender="kim@ngo.example")
    await desk.answer(desk.letter(), "oui")
    assert desk.fresh_group().welcome == "Hello!\nPlease say who you are."


async def test_a_coordinator_says_how_often_the_letter_comes(
    desk: Desk, says: list[Reading]
) -> None:
    says.append(_set("letter", "weekly"))
    await desk.send("water-request", "set letter weekly", sender="awa@coop.example")
    assert desk.letter().subject.startswith("Fait")
    member = desk.member("awa@coop.example")
    assert member is not None
    assert member.morning is Morning.WEEKLY


@pytest.mark.parametrize(
    "words",
    [
        "set delivery style bulk",
        "delivery style: bulk",
        "mettre le mode d'envoi groupé",
        "cambiar el modo de envío a compartido",
        "mudar o modo de envio para agrupado",
    ],
)
async def test_a_group_shares_copies_and_goes_back(desk: Desk, words: str) -> None:
    await desk.send("water-request", words, sender="kim@ngo.example")
    asked = desk.letter()
    await desk.answer(asked, "YES")
    assert desk.fresh_group().delivery_style is Style.BULK
    done = next(one for one in desk.new_letters() if one.recipient == asked.recipient)
    await desk.answer(done, "UNDO")
    assert desk.fresh_group().delivery_style is Style.PERSONAL
