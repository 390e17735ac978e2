"""Five members in four languages look after themselves from their mail programs, through a real Postfix;
then everybody is away at once, and a stranger is signed up hundreds of times."""

from __future__ import annotations

import re
import smtplib
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

import pytest

from dgroup.groups import NewGroup
from dgroup.model import MemberState, Role
from tests.real.clients import swaks
from tests.real.installation import DOMAIN, Someone
from tests.real.mailhost import send
from tests.real.parts import wait_until
from tests.real.village import HOME, UNKNOWN, Village, box, ours, village

PEOPLE = (
    Someone(box("ama"), "Ama", Role.COORDINATOR),
    Someone(box("lena"), "Lena", language="es"),
    Someone(box("kofi"), "Kofi", language="pt"),
    Someone(box("issa"), "Issa", language="fr"),
    Someone(box("nina"), "Nina"),
    Someone(box("omar"), "Omar", language="fr"),
)
VICTIM, REQUESTS = "victim", 200
AWAY = (
    ("Automatic reply: ", "I am away until Monday. Yes."),
    ("Respuesta automática: ", "Sí, estoy fuera de la oficina."),
    ("Resposta automática: ", "Sim, estou fora do escritório."),
    ("Réponse automatique : ", "Oui, je suis absent jusqu'à lundi."),
    ("Out of office: ", "OK, unsubscribe me, I have left this organisation."),
    ("Absence du bureau : ", "Oui"),
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postfix")]


def test_members_look_after_themselves(tmp_path: Path) -> None:
    with village(tmp_path, NewGroup("water", "Water"), PEOPLE, ["kofi.mensah"]) as place:
        _reads(place)
        _pauses(place)
        _changes_address(place)
        _leaves_from_elsewhere(place)
        place.rest()


def _reads(place: Village) -> None:
    """Posts, the last ones, a search, how one stands and the guide: in a mailbox, in one's language."""
    nina, lena = place.mutt("nina"), place.mutt("lena")
    nina.post(ours(""), "Arsenic in the well", "The kit shows eighty micrograms.\n")
    place.letter("lena", "Arsenic in the well")
    lena.post(ours("-request"), "leer 1", "\n")
    assert "eighty micrograms" in place.letter("lena", "mensaje 1: Arsenic")
    lena.post(ours("-request"), "últimos 5", "\n")
    assert "Arsenic in the well" in place.letter("lena", "el último mensaje")
    wait_until(lambda: _finds(place), "the post in the search")
    place.mutt("kofi").post(ours("-request"), "situação", "\n")
    assert f"O correio vai para {box('kofi')}" in place.letter("kofi", "recebe o correio")
    place.mutt("issa").post(ours("-request"), "aide", "\n")
    assert "PAUSE JUSQU'AU 15 MARS" in place.letter("issa", "par courriel")


def _finds(place: Village) -> bool:
    """Words are found a moment after the post is out."""
    before = len(place.subjects("lena"))
    place.mutt("lena").post(ours("-request"), "buscar micrograms", "\n")
    wait_until(lambda: len(place.subjects("lena")) > before, "an answer to the search")
    return "1 mensaje con «micrograms»" in place.subjects("lena")[-1]


def _pauses(place: Village) -> None:
    """Until a day, and back before it by a reply; in between nothing comes."""
    issa = place.mutt("issa")
    issa.post(ours("-request"), "Vacances", "Bonjour, suspendre pendant 2 semaines svp\n")
    place.letter("issa", "Fait : Water en pause jusqu'au")
    member = place.member("issa")
    assert member is not None
    assert member.state is MemberState.PAUSED
    place.mutt("nina").post(ours(""), "While Issa is away", "Nothing to see.\n")
    place.letter("lena", "While Issa is away")
    issa.reply("Water en pause", "Reprendre\n")
    place.letter("issa", "courrier de Water")
    place.mutt("nina").post(ours(""), "Issa is back", "Welcome!\n")
    place.letter("issa", "Issa is back")
    assert "While Issa is away" not in place.subjects("issa")


def _changes_address(place: Village) -> None:
    """Both addresses are asked, both are told, and the next post goes to the new one."""
    new = "kofi.mensah"
    place.mutt("kofi").post(ours("-request"), f"mudar endereço para {box(new)}", "\n")
    place.letter("kofi", "confirme: o seu novo endereço")
    place.mutt("kofi").reply("novo endere", "Sim\n")
    place.letter(new, "confirme: ")
    assert place.member(new) is None
    place.mutt(new).reply("confirme", "sim\n")
    place.letter(new, "Feito: ")
    place.letter("kofi", "Feito: ")
    assert new in place.inside()
    assert "kofi" not in place.inside()


def _leaves_from_elsewhere(place: Village) -> None:
    """The token of a copy is enough, from any account; a forged wish to leave is not."""
    before = len(place.events())
    swaks(place.server, box("omar"), ours("-leave"), "leave")
    place.wait_for_events(before + 2)
    place.letter("omar", "quelqu'un a utilisé votre adresse")
    assert "omar" in place.inside()
    copy = next(mail for mail in place.mails("omar") if mail["Subject"] == "Issa is back")
    (address,) = re.findall(rf"<mailto:(water-leave\+[^>]+@{DOMAIN})>", copy["List-Unsubscribe"])
    swaks(place.server, "omar@elsewhere.test", address, at=UNKNOWN)
    place.letter("omar", "Fait : vous avez quitté Water")
    assert "omar" not in place.inside()
    place.mutt("omar").reply("avez quitt", "Annuler\n")
    place.letter("omar", "Fait : annulé")
    assert "omar" in place.inside()


# --- What programs do -------------------------------------------------------------------------


def test_an_absence_storm_and_a_bombing_change_nothing(tmp_path: Path) -> None:
    with village(tmp_path, NewGroup("water", "Water"), PEOPLE, [VICTIM]) as place:
        _everybody_is_away(place)
        _a_stranger_is_signed_up(place)
        place.rest()


def _everybody_is_away(place: Village) -> None:
    """Each program answers each mail, again and again: one says that it is a program, one writes to the
    reverse-path, one to whoever stands in From or Reply-To and without a mark."""
    place.mutt("ama").post(ours("-add"), "", f"{box(VICTIM)}\n")
    place.letter("ama", "Please confirm: add 1 person")
    place.mutt("nina").post(ours(""), "Who is there?", "Say yes.\n")
    place.mutt("ama").post(ours(""), "The well is dry", "Since Monday.\n")
    for one in PEOPLE:
        for subject in ("Who is there?", "The well is dry"):
            place.letter(one.address.partition("@")[0], subject)
    place.rest()
    inside, letters = place.inside(), _from_us(place)
    answered: dict[str, int] = {}
    sent = sum(_answers(place, answered) for _ in range(3))
    assert sent > len(PEOPLE)
    place.rest()
    wait_until(lambda: _answered_all(place, sent), "the answers")
    assert place.posts() == 2
    assert place.inside() == inside
    assert _from_us(place) == letters
    assert [event for event, _ in place.events() if event in {"added", "left", "joined"}] == []


def _answers(place: Village, answered: dict[str, int]) -> int:
    """One round: every program answers what is new in its mailbox; gives how many mails were sent to us."""
    sent = 0
    for number, one in enumerate(PEOPLE, 2):
        name = one.address.partition("@")[0]
        mails = place.mails(name)
        for mail in mails[answered.get(name, 0) :]:
            if mail["List-Id"] is None:
                continue  # of another member's program
            to = _whom(mail, number)
            if to:
                raw = _absence(one.address, to, mail, number)
                send(place.server, one.address, to, raw, at=HOME)
                sent += to.endswith(DOMAIN)
        answered[name] = len(mails)
    return sent


def _whom(mail: EmailMessage, kind: int) -> str:
    back = str(mail["Return-Path"]).strip("<>")
    if kind % 3 == 0:
        return back  # RFC 3834; none for letters, whose reverse-path is empty
    if kind % 3 == 1:
        return ours("")  # "reply to all" of a program that knows no better
    return getaddresses([str(mail["Reply-To"] or mail["From"])])[0][1]


def _absence(sender: str, to: str, mail: EmailMessage, kind: int) -> bytes:
    subject, text = AWAY[kind % len(AWAY)]
    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = sender, to, f"{subject}{mail['Subject']}"
    answer["In-Reply-To"] = str(mail["Message-ID"])
    if kind % 2:
        answer["Auto-Submitted"] = "auto-replied"
    answer.set_content(f"{text}\n")
    return answer.as_bytes()


def _answered_all(place: Village, sent: int) -> bool:
    ended = [event for event, _ in place.events() if event in {"discarded", "held", "bounce"}]
    return len(ended) >= sent


def _from_us(place: Village) -> int:
    """How many mails of ours lie in all mailboxes."""
    names = [one.address.partition("@")[0] for one in PEOPLE]
    return sum(mail["List-Id"] is not None for name in names for mail in place.mails(name))


def _a_stranger_is_signed_up(place: Village) -> None:
    """By every way in, hundreds of times: one letter lies in the victim's mailbox."""
    lines = len(place.events())
    ways = [(ours("-join"), ""), (ours("-request"), "subscribe"), (ours("+subscribe"), "")]
    assert swaks(place.server, box(VICTIM), ours("-join"), at=UNKNOWN) == 0
    with smtplib.SMTP(
        "127.0.0.1", place.server.port, "far.test", source_address=(UNKNOWN, 0)
    ) as it:
        for number in range(REQUESTS):
            to, subject = ways[number % len(ways)]
            it.sendmail(box(VICTIM), to, _request(number, to, subject))
    place.wait_for_events(lines + REQUESTS + 1)
    place.rest()
    assert place.subjects(VICTIM) == [place.subjects(VICTIM)[0]]
    assert "Please confirm: join Water" in place.subjects(VICTIM)[0]
    assert VICTIM not in place.inside()


def _request(number: int, to: str, subject: str) -> bytes:
    return (
        f"From: {box(VICTIM)}\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Message-ID: <b{number}@far.test>\r\n\r\n"
    ).encode()
