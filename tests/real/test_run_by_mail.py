"""Two coordinators run a group from their mail programs, through a real Postfix: a spreadsheet of people,
a post on which both decide at once, and somebody who uses a coordinator's address."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dgroup.groups import NewGroup
from dgroup.model import Role, WhoPosts
from tests.real.clients import swaks
from tests.real.installation import Someone
from tests.real.parts import wait_until
from tests.real.village import UNKNOWN, Village, box, ours, village

BOSSES = (
    Someone(box("ama"), "Ama", Role.COORDINATOR),
    Someone(box("bintou"), "Bintou", Role.COORDINATOR, "fr"),
)
NEW = ("lena", "kofi", "issa")
# As spreadsheets write it: a mark of its encoding, semicolons, a row of headings, CRLF.
SHEET = (
    "\ufeffName;E-mail;Language;Mode\r\n"
    f"Lena Ruiz;{box('lena')};es;\r\n"
    f'"Mensah, Kofi";{box("kofi")};Portuguese;weekly\r\n'
    "Issa Ba;issa@vilages.test;fr;\r\n"
    f"Bintou;{box('bintou')};;\r\n"
    "Nobody;nobody@@villages.test;;\r\n"
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postfix")]


def test_two_coordinators_run_a_group(tmp_path: Path) -> None:
    group = NewGroup("water", "Water and wells", who_posts=WhoPosts.MODERATED)
    with village(tmp_path, group, BOSSES, NEW) as place:
        _adds_from_a_sheet(place)
        _both_decide_at_once(place)
        _somebody_forges(place)
        _takes_it_back(place)
        place.rest()


def _adds_from_a_sheet(place: Village) -> None:
    """The preview, what was doubtful put right, yes, welcomes in each one's language, a report."""
    ama, sheet = place.mutt("ama"), place.folder / "new.csv"
    sheet.write_bytes(SHEET.encode())
    ama.post(ours("-add"), "new people", "Hello, please add these.\n", sheet)
    preview = place.letter("ama", "Please confirm: add 2 people")
    assert "3. CHECK issa@vilages.test  Issa Ba" in preview
    assert "issa@villages.test?" in preview
    assert f"4. ALREADY THERE {box('bintou')}" in preview
    assert "5. CHECK THIS ADDRESS nobody@@villages.test" in preview
    ama.reply("Please confirm: add 2 people", "fix 3\nskip 5\n")
    preview = place.letter("ama", "Please confirm: add 3 people")
    assert f"ADD {box('issa')}  Issa Ba  (fr)" in preview
    assert place.inside() == {"ama", "bintou"}
    ama.reply("Please confirm: add 3 people", "Yes, please\n")
    done = place.letter("ama", "Done: 3 people added")
    assert f"ADDED {box('kofi')}  Mensah, Kofi  the weekly summary  (pt)" in done
    assert place.inside() == {"ama", "bintou", *NEW}
    assert "envíe un correo vacío" in place.letter("lena", "Le damos la bienvenida")
    assert "envie um e-mail vazio" in place.letter("kofi", "Boas-vindas")
    assert "envoyez un courriel vide" in place.letter("issa", "Bienvenue")


def _both_decide_at_once(place: Village) -> None:
    """Whoever comes first has decided; the other is told so, and the post goes out once or never."""
    place.mutt("lena").post(ours(""), "Filtros para dar", "Tenemos veinte filtros.\n")
    place.letter("ama", "Approve? [water] Filtros")
    place.letter("bintou", "Approuver ? [water] Filtros")
    answers = {"ama": "yes\n", "bintou": "non : dans quel pays ?\n"}
    with ThreadPoolExecutor(2) as both:
        for name, words in answers.items():
            both.submit(place.mutt(name).reply, "Filtros para dar", words)
    late = {"ama": "Not done: P-1 already declined", "bintou": "Pas fait : P-1"}

    def told() -> list[str]:
        return [name for name in late if any(late[name] in one for one in place.subjects(name))]

    wait_until(lambda: len(told()) == 1, "one of the two to hear that it was decided")
    (second,) = told()
    decided = [event for event, _ in place.events() if event in {"approved", "refused"}]
    assert decided == (["approved"] if second == "bintou" else ["refused"])
    assert place.posts() == (1 if second == "bintou" else 0)
    if second == "bintou":
        place.letter("issa", "Filtros para dar")
    else:
        assert "dans quel pays ?" in place.letter("lena", "No publicado: Filtros para dar")


def _somebody_forges(place: Village) -> None:
    """The domain says that it is not her: one note to her, nothing else, however often. Where nobody
    says anything, she is asked; a forger who answers without her code gets nowhere."""
    before = place.inside()
    assert swaks(place.server, box("ama"), ours("-remove"), "remove all", box("lena")) == 0
    note = place.letter("ama", "Not done: someone used your address")
    assert "127.0.0.2" in note
    lines = len(place.events())
    for _ in range(3):
        swaks(place.server, box("ama"), ours("-request"), "delete the group")
    place.wait_for_events(lines + 3)
    swaks(place.server, box("ama"), ours("-remove"), "", box("lena"), at=UNKNOWN)
    place.letter("ama", "Please confirm: remove 1 person")
    lines = len(place.events())
    swaks(place.server, box("ama"), ours("-request"), "Re: Please confirm", "yes", at=UNKNOWN)
    place.wait_for_events(lines + 1)
    place.rest()
    assert place.inside() == before
    assert sum("someone used your address" in one for one in place.subjects("ama")) == 1


def _takes_it_back(place: Village) -> None:
    ama = place.mutt("ama")
    ama.reply("Done: 3 people added", "undo\n")
    assert f"REMOVED {box('lena')}" in place.letter("ama", "Done: taken back")
    assert place.inside() == {"ama", "bintou"}
