"""Posts that are really commands: done and not published; asked about where it is not certain; and
published as always where they only speak of leaving."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.chores import moderating
from dgroup.commands.misdirected import misdirected
from dgroup.commands.reading import read
from dgroup.incoming import Incoming, Reading
from dgroup.model import Role, WhoPosts
from tests.dgroup.desk import Desk, opened
from tests.dgroup.plainmail import mail
from tests.dgroup.spoken import plain_words

ANA, KIM = "ana@ngo.example", "kim@ngo.example"
MAYBE = (
    "unsubscribe\r\n"
    "I have moved to another organisation and the others there look after wells now, not I."
)


@pytest.fixture
def desk(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    plain_words(monkeypatch)
    with opened(sqlite_database) as made:
        made.join(ANA, "Ana Lopez")
        made.join(KIM, "Kim Osei", Role.COORDINATOR)
        yield made


async def test_such_a_post_is_answered_in_the_language_that_it_is_written_in(desk: Desk) -> None:
    await desk.send("water", "Bonjour\r\nretirez-moi de cette liste\r\nmerci")
    told = desk.letter()
    assert "Votre message à water@lists.example n'a pas été publié." in told.text


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Re: [water] Wells", "unsubscribe"),
        ("Re: [water] Wells", "Please unsubscribe me\r\n\r\nAna Lopez\r\nana@ngo.example"),
        ("unsubscribe", ""),
        ("UNSUBSCRIBE", "Thanks\r\nAna"),
        ("leave", "leave"),
        (
            "Re: Wells",
            "Please remove me from this list.\r\n\r\nAna Lopez\r\n\r\n"
            + "This mail and its files are for its readers only. " * 8,
        ),
        ("Re: Wells", "remove me\r\n\r\nOn Monday Kim wrote:\r\n> a long\r\n> quoted text"),
    ],
)
async def test_a_post_that_only_asks_to_leave_is_done_and_not_published(
    desk: Desk, subject: str, body: str
) -> None:
    await desk.send("water", body, subject=subject, name="Ana Lopez")
    assert (desk.state(ANA), desk.subjects(), desk.held()) == ("left", [], [])
    told = desk.letter()
    assert told.recipient == ANA
    words = "n'a pas été publié" if "retirez" in body else "was not published"  # as they wrote
    assert f"water@lists.example {words}." in told.text
    await desk.answer(told, "undo")
    assert desk.state(ANA) == "active"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Wells", "Stop the pump before you open the valve."),
        ("Wells", "We leave on Monday."),
        ("Re: [water] The journey", "We leave on Monday."),
        ("", "We leave on Monday."),
        ("Stop", "It broke again on Sunday, says Kofi."),
        ("Weekly", "Three wells were dug, one pump was mended."),
        ("Re: Pumps", "I subscribe to that view, and so does Kofi in the north."),
        ("Leave no one behind", "The report is out."),
        ("Re: Leave", "Thanks, see you"),
        ("Re: unsubscribe", "Me too"),
        ("Stop cholera", "The new campaign begins in May, in five districts along the river."),
        ("Wells", "Do not unsubscribe me"),
        ("Wells", "How do I unsubscribe?"),
        ("Weekly meeting of the pump committee on Monday", "See you."),
        ("Wells", "Join us at the well on Sunday for a small party with the committee"),
        ("The word", "The word unsubscribe and what it means " * 20),
        ("Re: Lists", "How do I unsubscribe?\r\n" + "It is hard to say, they say. " * 9),
        ("Remove kim@ngo.example", "remove kim@ngo.example"),
        ("help", "help"),
    ],
)
async def test_a_post_that_only_speaks_of_it_is_published(
    desk: Desk, subject: str, body: str
) -> None:
    await desk.send("water", body, subject=subject)
    assert desk.subjects() == [subject]
    assert desk.state(ANA) == "active"


@pytest.mark.parametrize(("words", "kept"), [("leave", 1), ("unsubscribe", 0)])
async def test_with_files_nothing_is_done_unasked(desk: Desk, words: str, kept: int) -> None:
    body = (
        f"--b\r\nContent-Type: text/plain\r\n\r\n{words}\r\n--b\r\nContent-Type: application/pdf\r\n"
        "Content-Disposition: attachment; filename=a.pdf\r\n\r\nx\r\n--b--"
    )
    headers = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n'
    await desk.send("water", body, subject="The form", headers=headers)
    assert (desk.count("posts"), desk.count("holds")) == (kept, 1 - kept)
    assert desk.state(ANA) == "active"


async def test_without_proof_the_registered_address_is_asked(desk: Desk) -> None:
    await desk.send("water", "unsubscribe", auth="none")
    question = desk.letter()
    assert (question.recipient, desk.state(ANA), desk.subjects()) == (ANA, "active", [])
    await desk.answer(question, "yes", auth="none")
    assert desk.state(ANA) == "left"


async def test_a_forger_makes_nobody_leave(desk: Desk) -> None:
    await desk.send("water", "unsubscribe", auth="fail")
    assert (desk.state(ANA), desk.subjects()) == ("active", [])
    assert desk.letter().recipient == ANA


async def test_a_newcomer_who_writes_subscribe_to_everybody_is_asked(desk: Desk) -> None:
    await desk.send("water", "subscribe", sender="bob@farm.example", name="Bob", subject="")
    question = desk.letter()
    assert question.subject.startswith("Please confirm")
    assert "was not published" in question.text
    await desk.answer(question, "")
    assert desk.state("bob@farm.example") == "active"
    assert desk.subjects() == []


async def test_out_of_office_mails_ask_for_nothing(desk: Desk) -> None:
    await desk.send("water", "leave", headers="Auto-Submitted: auto-replied\r\n")
    assert (desk.state(ANA), desk.new_letters()) == ("active", [])
    assert desk.last()[0] == "discarded"


async def test_what_may_be_a_command_is_put_to_its_sender(desk: Desk) -> None:
    await desk.send("water", MAYBE, subject="Re: Wells")
    question = desk.letter()
    assert (question.recipient, desk.held()) == (ANA, [("maybe-command", "waiting")])
    assert "LEAVE" in question.text
    await desk.answer(question, "yes")
    assert desk.letter().subject.startswith("Not done")
    await desk.answer(question, "post")
    assert desk.subjects() == ["Re: Wells"]
    assert desk.state(ANA) == "active"


async def test_the_sender_says_that_it_was_a_wish_to_leave(desk: Desk) -> None:
    await desk.send("water", MAYBE, subject="Re: Wells", auth="none")
    await desk.answer(desk.letter(), "leave", auth="none")
    assert (desk.state(ANA), desk.subjects()) == ("left", [])
    assert desk.held() == [("maybe-command", "discarded")]


async def test_a_no_lets_the_mail_go(desk: Desk) -> None:
    await desk.send("water", MAYBE, subject="Re: Wells")
    await desk.answer(desk.letter(), "no")
    assert desk.held() == [("maybe-command", "discarded")]
    assert (desk.state(ANA), desk.subjects()) == ("active", [])


async def test_in_a_moderated_group_a_confirmed_post_still_waits(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.MODERATED)
    await desk.send("water", MAYBE, subject="Re: Wells")
    question = desk.letter()
    assert question.recipient == ANA
    await desk.answer(question, "post")
    assert desk.held() == [("moderated", "waiting")]
    assert {one.recipient for one in desk.new_letters()} == {ANA, KIM}


async def test_without_an_answer_it_is_told_and_kept_out(desk: Desk) -> None:
    await desk.send("water", MAYBE, subject="Re: Wells")
    question = desk.letter()
    desk.later(days=2)
    await moderating.look(desk.tools, desk.writer, desk.now)
    assert desk.letter().subject == "Not published: Re: Wells"
    await desk.answer(question, "post")
    assert desk.subjects() == []


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Unsubscribe", "It broke again on Sunday, says Kofi."),
        ("leave the group", "We meet at the old school at nine."),
        ("Re: Should we stay or leave?", "Leave."),
        ("Wells", "leave"),
        ("Unsubscribe", "What the committee said of the wells in the hills. " * 9),
        (
            "News",
            "The third borehole is ready now. " * 9 + "\r\n\r\nPlease remove me from this list.",
        ),
    ],
)
async def test_a_word_that_may_be_meant_otherwise_is_asked_about(
    desk: Desk, subject: str, body: str
) -> None:
    await desk.send("water", body, subject=subject)
    assert desk.held() == [("maybe-command", "waiting")]
    assert desk.state(ANA) == "active"


def test_most_posts_are_told_apart_without_the_reader() -> None:
    calls: list[Incoming] = []

    def counting(one: Incoming) -> Reading:
        calls.append(one)
        return read(one)

    for body in ("word " * 200, "It broke again, who has one?\r\n\r\nKen"):
        assert misdirected(mail(body=body, subject="The pump at the school"), counting) is None
    assert calls == []
    assert misdirected(mail(body="", subject="unsubscribe"), counting) is not None
    assert calls != []


@pytest.mark.parametrize(
    "wish",
    [
        "Could somebody please take me off the list when you have a moment?",
        "Je vous prie de bien vouloir me retirer de la liste, car mon adresse sera fermée.",
        "Peço que retirem o meu endereço do grupo.",
    ],
)
async def test_a_farewell_that_asks_to_be_let_go_is_asked_about(desk: Desk, wish: str) -> None:
    story = "After eleven years with the water programme I am moving to a school in the hills. " * 4
    await desk.send(
        "water", f"{story}\r\n\r\n{wish}\r\n\r\nWith gratitude\r\nAna", name="Ana Lopez"
    )
    assert (desk.state(ANA), desk.subjects()) == ("active", [])
    assert desk.held() == [("maybe-command", "waiting")]


async def test_a_story_of_somebody_who_was_taken_off_is_a_post(desk: Desk) -> None:
    story = "The committee met in the shade of the school and spoke of the pump for hours. " * 4
    await desk.send("water", f"{story}\r\n\r\nThey took the old tap off the wall.\r\n\r\nAna")
    assert len(desk.subjects()) == 1
