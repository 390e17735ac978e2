"""A second address to write from: asked of both, told to both, forgotten again; mail goes where it went."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from archive.db import Database
from archive.i18n import languages
from archive.tables import posts
from dgroup.changes import ChangeMember
from dgroup.commands.reading import read
from dgroup.letters import LetterWriter
from dgroup.model import MemberState, Role
from dgroup.people import members
from dgroup.sending.stock import claim
from dgroup.tables import addresses, fanouts, memberships, outbox_mails
from tests.dgroup.desk import SITE, Desk, Sent, opened
from tests.dgroup.plainmail import mail

ANA, BEN, HOME = "ana@ngo.example", "ben@farm.example", "ana@home.example"
ADD = f"also write from {HOME}"
FORGET = f"forget address {HOME}"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(ANA, "Ana")
        made.join(BEN, "Ben")
        yield made


def known(desk: Desk) -> dict[str, int]:
    """Whose each address is, but Ben's."""
    with desk.db.read() as conn:
        rows = conn.execute(select(addresses.c.address, addresses.c.person_id))
        return {row.address: row.person_id for row in rows if row.address != BEN}


def places(desk: Desk) -> list[str]:
    with desk.db.read() as conn:
        return list(conn.execute(select(memberships.c.address).order_by("id")).scalars())


async def asked(desk: Desk, words: str = ADD, **more: object) -> Sent:
    await desk.send("water-request", words, **more)
    return desk.letter()


async def added(desk: Desk) -> tuple[Sent, Sent]:
    """Both have said yes; gives the letters to the new address and to the registered one."""
    await desk.answer(await asked(desk), "yes", auth="none")
    await desk.answer(desk.letter(), "yes", auth="none")
    new, old = desk.new_letters()
    assert (new.recipient, old.recipient) == (HOME, ANA)
    return new, old


def copies(desk: Desk) -> list[str]:
    """Who gets a copy of the posts that wait to be sent."""
    with desk.db.write() as conn:
        items = claim(desk.db, conn, "n1", desk.now, 1000, 0).items
        mails = conn.execute(select(outbox_mails.c.id).where(outbox_mails.c["class"] == "post"))
        ours = set(mails.scalars())
    return sorted(item.recipient for item in items if item.mail_id in ours)


# --- Added ------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["aligned", "none"])
async def test_both_addresses_say_yes_and_no_mail_moves(desk: Desk, auth: str) -> None:
    first = await asked(desk, auth=auth)
    assert (first.recipient, HOME in first.text) == (ANA, True)
    assert first.subject.startswith("Please confirm: a second address of yours in Water [")
    await desk.answer(first, "yes", auth="none")
    second = desk.letter()
    assert (second.recipient, ANA in second.text) == (HOME, True)
    assert HOME not in known(desk)
    await desk.answer(second, "yes", auth="none")
    assert known(desk)[HOME] == known(desk)[ANA]
    assert places(desk) == [ANA, BEN]
    assert {one.recipient for one in desk.new_letters()} == {ANA, HOME}
    assert ("address", f"{HOME} beside {ANA}") in desk.outcomes()


async def test_a_post_from_it_is_the_members(desk: Desk) -> None:
    await added(desk)
    reply = await desk.send("water", "How deep?", subject="Wells", sender=HOME)
    assert (reply.code, desk.subjects()) == (250, ["Wells"])
    member = desk.member(ANA)
    assert member is not None
    with desk.db.read() as conn:
        assert conn.execute(select(posts.c.author)).scalar_one() == "Ana"
        assert conn.execute(select(fanouts.c.author_membership)).scalar_one() == member.id
    assert copies(desk) == [ANA, BEN]


async def test_who_wants_no_copy_of_their_own_posts_gets_none_of_this_either(desk: Desk) -> None:
    await added(desk)
    with desk.db.write() as conn:
        members.change(conn, desk.group.info, ChangeMember(ANA, own_copy=False), desk.now)
    await desk.send("water", "How deep?", subject="Wells", sender=HOME)
    assert copies(desk) == [BEN]


async def test_before_both_have_said_yes_a_post_from_it_is_a_strangers(desk: Desk) -> None:
    await desk.answer(await asked(desk), "yes")
    await desk.send("water", "How deep?", subject="Wells", sender=HOME)
    assert desk.subjects() == []


async def test_one_no_is_enough(desk: Desk) -> None:
    await desk.answer(await asked(desk), "yes")
    second = desk.letter()
    await desk.answer(second, "no")
    await desk.answer(second, "yes")
    assert list(known(desk)) == [ANA]


async def test_a_forger_and_a_stranger_add_nothing(desk: Desk) -> None:
    note = await asked(desk, auth="fail")
    assert note.subject.startswith("Not done: someone used your address")
    stranger = await asked(desk, sender="eve@x.example")
    assert stranger.subject == "Not done: we do not know this address in Water"
    first = await asked(desk)
    await desk.answer(first, "yes", auth="fail")
    assert desk.new_letters() == []
    await desk.answer(first, "yes")
    await desk.answer(desk.letter(), "yes", auth="fail")
    assert list(known(desk)) == [ANA]


async def test_the_other_address_gets_one_question_a_day(desk: Desk) -> None:
    await desk.answer(await asked(desk), "yes")
    desk.new_letters()
    await desk.answer(await asked(desk, sender=BEN), "yes", sender=BEN)
    letter = desk.letter()
    assert (letter.recipient, "tomorrow" in letter.text) == (BEN, True)


@pytest.mark.parametrize("state", [MemberState.ACTIVE, MemberState.BANNED, MemberState.PENDING])
async def test_somebody_elses_address_stays_theirs(desk: Desk, state: MemberState) -> None:
    other = desk.join(HOME, "Somebody", group=desk.other_group("soil"), state=state)
    await desk.answer(await asked(desk), "yes")
    await desk.answer(desk.letter(), "yes", sender=HOME)
    letter = desk.letter()
    assert (letter.recipient, letter.subject) == (
        HOME,
        "Not done: this address is known by itself (Water)",
    )
    assert known(desk)[HOME] == other.person_id


@pytest.mark.parametrize("address", [HOME, ANA.upper()])
async def test_what_is_theirs_already_is_told_at_once(desk: Desk, address: str) -> None:
    await added(desk)
    letter = await asked(desk, f"also write from {address}", sender=HOME)
    assert (letter.recipient, "from it already" in letter.text) == (ANA, True)
    assert letter.reply_to == "water-request@lists.example"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("also write from", "no other address"),
        ("forget my address", "no other address"),
        ("also write from ana@@home", "cannot go"),
        ("forget address nobody@x.example", "do not know this address as yours"),
        (f"forget address {BEN}", "do not know this address as yours"),
        (f"forget address {ANA}", "Your mail goes to this address"),
    ],
)
async def test_what_cannot_be_done_says_what_can(desk: Desk, words: str, said: str) -> None:
    letter = await asked(desk, words)
    assert (letter.recipient, said in " ".join(letter.text.split())) == (ANA, True)
    assert letter.reply_to == "water-request@lists.example"


def _shown() -> Iterator[str]:
    """Every line about it that a letter or the guide shows, in all languages."""
    for language in languages():
        here = LetterWriter(SITE).environment(language)
        lines = "{{ meaning('second') }}|{{ _('also write from name@example.org') }}"
        page = '{% from "mail/_verbs.txt.j2" import meaning with context %}' + lines
        yield from (one.partition(": ")[0] for one in here.from_string(page).render().split("|"))
        for text in ("name@example.org", "%(address)s"):
            line = here.from_string("{{ _(words, address=there) }}")
            yield line.render(words=f"forget address {text}", there=HOME)


WORDS = [
    "Please also add my other address ana@home.example",
    "add my other address ana@home.example",
    "I also write from ana@home.example",
    "I would like to post from ana@home.example too",
    "second address ana@home.example",
    "J'écris aussi depuis ana@home.example",
    "Merci d'ajouter mon autre adresse ana@home.example",
    "También escribo desde ana@home.example",
    "Por favor agreguen mi otra dirección ana@home.example",
    "Escrevo também de ana@home.example",
    "Por favor acrescentem o meu outro endereço ana@home.example",
]


@pytest.mark.parametrize("words", [*WORDS, *dict.fromkeys(_shown())])
def test_these_words_ask_for_it(words: str) -> None:
    found = read(mail(to="water-request@lists.example", subject="", body=words))
    forgets = words.casefold().startswith(("forget", "oubli", "olvid", "esquec"))
    said = (found.verb, found.options.also, found.options.on, "@" in found.options.address)
    assert said == ("address", True, not forgets, True)


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        ("please send my mail to my other address ana@home.example", "address"),
        ("my mail should go to another address: ana@home.example", "address"),
        ("add Bob Smith's second address bob@home.example", "add"),
        ("add bob@home.example, I write from the office today", "add"),
        ("please don't forget my address ana@home.example", ""),
        ("who can write from ana@home.example?", ""),
        ("I do not write from ana@home.example, that is not me", ""),
        ("forget me", "erase"),
    ],
)
def test_these_words_ask_for_something_else(words: str, verb: str) -> None:
    found = read(mail(to="water-request@lists.example", subject="", body=words))
    assert (found.verb, found.options.also) == (verb, False)


async def test_a_coordinators_add_stays_what_it_was(desk: Desk) -> None:
    desk.join("kim@ngo.example", "Kim", role=Role.COORDINATOR)
    preview = await asked(desk, f"add {HOME}", sender="kim@ngo.example")
    assert preview.subject.startswith("Please confirm: add 1 person")


# --- Taken back and forgotten -----------------------------------------------------------------


@pytest.mark.parametrize("which", [0, 1])
async def test_either_address_takes_it_back(desk: Desk, which: int) -> None:
    letters = await added(desk)
    await desk.answer(letters[which], "undo", auth="none")
    assert list(known(desk)) == [ANA]
    assert places(desk) == [ANA, BEN]
    assert ANA in {one.recipient for one in desk.new_letters()}


async def test_nothing_is_taken_back_where_mail_goes_there_since(desk: Desk) -> None:
    letters = await added(desk)
    desk.later(days=1, minutes=1)
    await desk.answer(await asked(desk, f"change address to {HOME}"), "yes")
    await desk.answer(desk.letter(), "yes")
    desk.new_letters()
    await desk.answer(letters[1], "undo")
    assert "nothing left to take back" in desk.letter().text
    assert places(desk)[0] == HOME
    assert set(known(desk)) == {ANA, HOME}


async def test_an_old_undo_takes_no_address_from_whoever_has_it_now(desk: Desk) -> None:
    letters = await added(desk)
    await asked(desk, FORGET)
    ben = desk.member(BEN)
    assert ben is not None
    desk.know_address(ben, HOME)
    await desk.answer(letters[1], "undo")
    assert "nothing left to take back" in desk.letter().text
    assert known(desk)[HOME] == ben.person_id


@pytest.mark.parametrize("sender", [ANA, HOME])
async def test_an_address_is_forgotten_at_once_and_comes_back_by_undo(
    desk: Desk, sender: str
) -> None:
    await added(desk)
    told = await asked(desk, FORGET, sender=sender)
    assert (told.recipient, told.subject) == (
        ANA,
        "Done: an address of yours is forgotten in Water",
    )
    assert list(known(desk)) == [ANA]
    await desk.send("water", "How deep?", subject="Wells", sender=HOME)
    assert desk.subjects() == []
    desk.new_letters()
    await desk.answer(told, "undo", auth="none")
    assert set(known(desk)) == {ANA, HOME}
    assert desk.letter().recipient == ANA


async def test_where_nothing_proves_the_sender_the_registered_address_is_asked(desk: Desk) -> None:
    await added(desk)
    desk.later(days=1, minutes=1)
    letter = await asked(desk, FORGET, sender=HOME, auth="none")
    assert (letter.recipient, HOME in letter.text) == (ANA, True)
    assert HOME in known(desk)
    await desk.answer(letter, "yes", auth="none")
    assert list(known(desk)) == [ANA]


async def test_a_forger_has_no_address_forgotten(desk: Desk) -> None:
    await added(desk)
    note = await asked(desk, FORGET, auth="fail")
    assert note.subject.startswith("Not done: someone used your address")
    assert HOME in known(desk)


async def test_undo_gives_no_address_back_that_is_somebody_elses_by_now(desk: Desk) -> None:
    await added(desk)
    told = await asked(desk, FORGET)
    new = desk.join(HOME, "Somebody")
    await desk.answer(told, "undo")
    assert "nothing left to take back" in desk.letter().text
    assert known(desk)[HOME] == new.person_id


async def test_whoever_is_banned_somewhere_is_rid_of_no_address(desk: Desk) -> None:
    letters = await added(desk)
    desk.join(ANA, group=desk.other_group("soil"), state=MemberState.BANNED)
    letter = await asked(desk, FORGET)
    assert "cannot be forgotten now" in letter.text
    await desk.answer(letters[0], "undo")
    assert HOME in known(desk)


async def test_the_old_address_can_go_after_a_change_of_address(desk: Desk) -> None:
    soil = desk.other_group("soil")
    desk.join(ANA, group=soil, state=MemberState.LEFT)
    with desk.db.write() as conn:
        members.change(conn, soil.info, ChangeMember(ANA, state=MemberState.LEFT), desk.now)
    await added(desk)
    desk.later(days=1, minutes=1)
    await desk.answer(await asked(desk, f"change address to {HOME}"), "yes")
    await desk.answer(desk.letter(), "yes")
    desk.new_letters()
    await asked(desk, f"forget address {ANA}", sender=HOME)
    assert list(known(desk)) == [HOME]
    assert places(desk) == [HOME, BEN, HOME]


# --- Status -----------------------------------------------------------------------------------


async def test_status_lists_several_addresses_and_how_one_goes(desk: Desk) -> None:
    alone = await asked(desk, "status")
    assert "from these addresses" not in alone.text
    await added(desk)
    told = await asked(desk, "status")
    listed = told.text.split("from these addresses:")[1].split()
    assert listed[:2] == [ANA, HOME]
    assert f"  {FORGET}" in told.text
    assert f"forget address {ANA}" not in told.text
