"""Members and a coordinator with their own mail programs, through a real Postfix: joining, writing,
answering, leaving, adding and removing people, seen in their mailboxes."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path

import pytest

from dgroup import groups
from dgroup.groups import NewGroup
from dgroup.model import MemberState, Role
from dgroup.people import members
from tests.real.clients import Mutt, swaks
from tests.real.installation import DOMAIN, Installation, Someone
from tests.real.mailhost import mail_host
from tests.real.parts import Postfix, wait_until

GROUP = f"water@{DOMAIN}"
AMA, LENA, KOFI, NINA = BOXES = [f"{name}@homes.test" for name in ("ama", "lena", "kofi", "nina")]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postfix")]


def subjects(server: Postfix, box: str) -> list[str]:
    return [str(mail["Subject"]) for mail in server.messages(box)]


def letter(server: Postfix, box: str, words: str) -> Message:
    """The newest mail in a mailbox whose subject begins with these words, once it is there."""
    wait_until(
        lambda: any(one.startswith(words) for one in subjects(server, box)), f"{words!r} at {box}"
    )
    return [mail for mail in server.messages(box) if str(mail["Subject"]).startswith(words)][-1]


def members_of(place: Installation) -> set[str]:
    with place.database() as db, db.read() as conn:
        found = groups.find(conn, "water", DOMAIN)
        assert found is not None
        return {one.address for one in members.of_group(conn, found.id, [MemberState.ACTIVE])}


def test_people_come_and_go_by_mail(tmp_path: Path) -> None:
    with mail_host(tmp_path, "lmtp", BOXES) as (server, place):
        place.group(NewGroup("water", "Water and wells"), [Someone(AMA, "Ama", Role.COORDINATOR)])
        people = {}
        for box in BOXES:
            home = tmp_path / box
            home.mkdir()
            people[box] = Mutt(home, server, box, box.partition("@")[0].title())
        with place.serving():
            _joins(server, place, people[LENA])
            _converse(server, place, people[AMA], people[LENA])
            _adds(server, place, people[AMA])
            _leaves_by_click(server, place, KOFI)
            _leaves_by_mail(server, place, LENA)
            _removes(server, place, people[AMA])
            _forged(server, place)
        assert "Traceback" not in place.log()


def _joins(server: Postfix, place: Installation, lena: Mutt) -> None:
    """An empty mail to the join address; the plain reply to the question, nothing added."""
    assert swaks(server, LENA, f"water-join@{DOMAIN}") == 0
    asked = letter(server, LENA, "Please confirm: join")
    assert str(asked["Reply-To"]).startswith("<water-confirm+")
    assert asked["Return-Path"] == "<>"
    assert LENA not in members_of(place)
    lena.reply("Please confirm: join")
    letter(server, LENA, "Done: you are in Water and wells")
    assert LENA in members_of(place)


def _converse(server: Postfix, place: Installation, ama: Mutt, lena: Mutt) -> None:
    """A post and its answer reach both, and stand in one thread of the archive."""
    lena.post(GROUP, "Which pump lasts?", "Ours broke again after a year.\n")
    for box in (AMA, LENA):
        assert (
            letter(server, box, "Which pump lasts?")["List-Id"]
            == "Water and wells <water.lists.test>"
        )
    receipt = letter(server, LENA, "Your post is out: Which pump lasts?")
    assert "It goes to 2 members" in str(receipt.get_payload())
    ama.reply("Which pump lasts", "We use the old Afridev, parts are everywhere.\n")
    answer = letter(server, LENA, "Re: Which pump lasts?")
    assert "the old Afridev" in str(answer.get_payload())
    page = str(answer["Archived-At"]).strip("<>")
    wait_until(lambda: "Afridev" in fetched(page), "the answer's page")
    threads = list((place.config.public_path / "water").rglob("which-pump-lasts.html"))
    wait_until(lambda: "Afridev" in threads[0].read_text("utf-8"), "the answer in its thread")


def _adds(server: Postfix, place: Installation, ama: Mutt) -> None:
    """A coordinator's list comes back as a preview; only her yes does it."""
    ama.post(f"water-add@{DOMAIN}", "new people", f"{KOFI} Kofi Mensah\n{NINA}, Nina\n")
    preview = letter(server, AMA, "Please confirm: add 2 people")
    assert KOFI in str(preview.get_payload())
    assert KOFI not in members_of(place)
    ama.reply("Please confirm: add", "Yes\n")
    letter(server, AMA, "Done: 2 people added")
    for box in (KOFI, NINA):
        letter(server, box, "Welcome to Water and wells")
    assert {KOFI, NINA} <= members_of(place)


def _leaves_by_click(server: Postfix, place: Installation, box: str) -> None:
    """The button of a big mail provider: it posts to the link of its copy (RFC 8058)."""
    swaks(server, AMA, GROUP, "A last question", "Who comes on Friday?")
    copy = letter(server, box, "A last question")
    links = re.findall(r"<([^>]+)>", str(copy["List-Unsubscribe"]))
    data = str(copy["List-Unsubscribe-Post"]).encode()
    with urllib.request.urlopen(urllib.request.Request(links[0], data), timeout=20) as reply:
        assert reply.status == 200
        assert reply.url == links[0]
    assert box not in members_of(place)
    letter(server, box, "Done: you have left Water and wells")


def _leaves_by_mail(server: Postfix, place: Installation, box: str) -> None:
    """The personal address of a copy works from any account."""
    copy = letter(server, box, "A last question")
    (address,) = re.findall(r"<mailto:([^>]+)>", str(copy["List-Unsubscribe"]))
    assert swaks(server, "lena.at.work@elsewhere.test", address) == 0
    letter(server, box, "Done: you have left Water and wells")
    assert box not in members_of(place)


def _removes(server: Postfix, place: Installation, ama: Mutt) -> None:
    ama.post(f"water-remove@{DOMAIN}", "", f"{NINA}\n")
    letter(server, AMA, "Please confirm: remove 1 person")
    assert NINA in members_of(place)
    ama.reply("Please confirm: remove", "yes\n")
    letter(server, NINA, "You are no longer in Water and wells")
    assert members_of(place) == {AMA}


def _forged(server: Postfix, place: Installation) -> None:
    """Whoever only writes a coordinator's address gets nothing done: she is asked, they see nothing."""
    swaks(server, AMA, f"water-remove@{DOMAIN}", "", AMA)
    asked = "Please confirm: remove 1 person"
    wait_until(lambda: sum(asked in one for one in subjects(server, AMA)) == 2, "another question")
    assert members_of(place) == {AMA}
    wait_until(lambda: server.queue() == [], "an empty queue")


def fetched(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=20) as reply:
            return str(reply.read().decode("utf-8"))
    except urllib.error.HTTPError:
        return ""
