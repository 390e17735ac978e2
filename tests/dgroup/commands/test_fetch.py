"""get, thread, last, search: posts by mail, to the registered address only."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from archive import ids, search
from archive.db import Database
from archive.model import ArchiveMode
from tests.dgroup.commands.spoken import Spoken, text_of, write
from tests.dgroup.desk import Desk, opened

BEN = "ben@farm.example"
FILE = (
    "--q\r\nContent-Type: text/plain\r\n\r\nSee the plan.\r\n"
    '--q\r\nContent-Type: application/pdf; name="plan.pdf"\r\n'
    'Content-Disposition: attachment; filename="plan.pdf"\r\n'
    "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--q--"
)


@pytest.fixture
async def desk(sqlite_database: Database) -> AsyncIterator[Desk]:
    with opened(sqlite_database) as made:
        made.join("ana@ngo.example", "Ana")
        made.join(BEN, "Ben", language="fr")
        await write(made, "a1", "Wells", "How deep is your well?\r\nOurs is dry.")
        await write(made, "b1", "Re: Wells", "Forty metres.\r\n\r\n> How deep is", answers="a1")
        await write(made, "a2", "Pumps", "Which pump do you use for arsenic?")
        yield made


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Spoken:
    return Spoken(monkeypatch)


async def test_get_gives_the_whole_post_by_number(desk: Desk, spoken: Spoken) -> None:
    (letter,) = await spoken.ask(desk, "get", target="2")
    assert letter.subject == "Water, post 2: Re: Wells"
    assert "Forty metres.\n\n> How deep is\n" in text_of(letter)
    key = ids.key_of("b1@x.example")
    assert f"https://lists.example/water/m/{key[:2]}/{key}.html" in text_of(letter)
    assert f"water+re-{key}@lists.example" in text_of(letter)
    assert "There are 2 posts in this discussion." in text_of(letter)


@pytest.mark.parametrize(
    "target", ["#2", ids.key_of("b1@x.example"), "https://lists.example/water/m/xx/KEY.html"]
)
async def test_get_takes_a_key_or_a_url(desk: Desk, spoken: Spoken, target: str) -> None:
    (letter,) = await spoken.ask(
        desk, "get", target=target.replace("KEY", ids.key_of("b1@x.example"))
    )
    assert letter.subject == "Water, post 2: Re: Wells"


async def test_get_is_about_the_post_that_the_mail_answers(desk: Desk, spoken: Spoken) -> None:
    (letter,) = await spoken.ask(
        desk, "get", headers="In-Reply-To: <odd@y>\r\nReferences: <b1@x.example> <a1@x.example>\r\n"
    )
    assert letter.subject == "Water, post 1: Wells"


async def test_get_lists_files_with_their_links(desk: Desk, spoken: Spoken) -> None:
    await desk.send(
        "water", FILE, subject="Plan", message_id="p@x.example",
        headers="MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=q\r\n",
    )  # fmt: skip
    (letter,) = await spoken.ask(desk, "get", target="4")
    key = ids.key_of("p@x.example")
    assert "  plan.pdf  9 B\n" in text_of(letter)
    assert f"https://lists.example/water/m/{key[:2]}/{key}-1-plan.pdf" in text_of(letter)


async def test_no_links_where_no_page_shows_the_posts(desk: Desk, spoken: Spoken) -> None:
    desk.set(archive=ArchiveMode.MEMBERS)
    (letter,) = await spoken.ask(desk, "get", target="1")
    assert "How deep is your well?" in text_of(letter)
    assert "https://" not in text_of(letter)


@pytest.mark.parametrize("verb", ["get", "thread", "last", "search"])
async def test_nothing_is_read_where_no_archive_is_kept(
    desk: Desk, spoken: Spoken, verb: str
) -> None:
    desk.set(archive=ArchiveMode.NONE)
    (letter,) = await spoken.ask(desk, verb, target="1", words="well")
    assert letter.subject == "Not done: Water keeps no archive"


async def test_the_answer_goes_to_the_registered_address(desk: Desk, spoken: Spoken) -> None:
    (asked,) = await spoken.ask(desk, "get", BEN, auth="none", target="1")
    assert (asked.recipient, asked.subject[:20]) == (BEN, "Veuillez confirmer :")
    await desk.answer(asked, "oui", auth="none")
    letter = desk.letter()
    assert letter.recipient == BEN
    assert "How deep is your well?" in text_of(letter)


async def test_a_forged_mail_gets_no_post(desk: Desk, spoken: Spoken) -> None:
    (note,) = await spoken.ask(desk, "get", auth="fail", target="1")
    assert "used your address" in note.subject
    assert "How deep" not in text_of(note)


async def test_a_stranger_is_shown_a_public_archive_and_no_other(
    desk: Desk, spoken: Spoken
) -> None:
    (letter,) = await spoken.ask(desk, "get", "bob@else.example", target="1")
    assert "https://lists.example/water/" in text_of(letter)
    desk.set(archive=ArchiveMode.MEMBERS)
    (letter,) = await spoken.ask(desk, "get", "bob@else.example", target="1")
    assert letter.subject.startswith("Not done:")
    assert "https://" not in text_of(letter)


@pytest.mark.parametrize("target", ["99", "0", "seven", "", "<a1@x.example", "9" * 30])
async def test_an_unknown_post_is_told(desk: Desk, spoken: Spoken, target: str) -> None:
    (letter,) = await spoken.ask(desk, "get", target=target)
    assert letter.subject == "Not done: we found no such post in Water"


async def test_thread_gives_own_words_in_reply_order(desk: Desk, spoken: Spoken) -> None:
    await write(desk, "b2", "Re: Wells", "And salty.", answers="b1")
    await write(desk, "a3", "Re: Wells", "Thank you.", answers="a1")
    (letter,) = await spoken.ask(desk, "thread", target="2")
    assert letter.subject == "Water, discussion: Wells"
    wanted = ["How deep is your well?", "Forty metres.", "And salty.", "Thank you."]
    places = [text_of(letter).index(words) for words in wanted]
    assert places == sorted(places)
    assert "> How deep" not in text_of(letter)
    assert "/wells.html" in text_of(letter)


async def test_a_long_thread_is_cut_between_posts(desk: Desk, spoken: Spoken) -> None:
    for number in range(3):
        await write(desk, f"b{number + 5}", "Re: Wells", f"Number {number}. " * 2500, answers="a1")
    (letter,) = await spoken.ask(desk, "thread", target="1")
    assert "And 1 more." in text_of(letter)
    assert len(text_of(letter)) < 75_000


async def test_last_gives_ten_or_as_many_as_asked_for(desk: Desk, spoken: Spoken) -> None:
    for number in range(12):
        await write(desk, f"a{number + 10}", f"News {number}", "Something new.")
    (letter,) = await spoken.ask(desk, "last")
    assert letter.subject == "Water: the last 10 posts"
    assert "News 2" in text_of(letter)
    assert "News 1\n" not in text_of(letter)
    (letter,) = await spoken.ask(desk, "last", count=2)
    assert letter.subject == "Water: the last 2 posts"
    (letter,) = await spoken.ask(desk, "last", count=10**6)
    assert letter.subject == "Water: the last 15 posts"


async def test_search_finds_words(desk: Desk, spoken: Spoken) -> None:
    search.index_pending(desk.db)
    (letter,) = await spoken.ask(desk, "search", words="Arsenic")
    assert letter.subject == 'Water: 1 post with "Arsenic"'
    assert "Which pump do you use for arsenic?" in text_of(letter)
    assert "How deep" not in text_of(letter)


@pytest.mark.parametrize(
    ("words", "subject"),
    [("gold", 'Water: no post with "gold"'), ("", "Not done: which words? (Water)")],
)
async def test_search_that_finds_nothing(
    desk: Desk, spoken: Spoken, words: str, subject: str
) -> None:
    (letter,) = await spoken.ask(desk, "search", words=words)
    assert letter.subject == subject


async def test_ten_answers_a_day(desk: Desk, spoken: Spoken) -> None:
    got = [len(await spoken.ask(desk, "get", target="1")) for _ in range(12)]
    assert got == [1] * 10 + [0] * 2
    assert desk.last() == ("discarded", "cap post")
