"""Lists of people as spreadsheets, address books and people write them, pasted and attached."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.content import content_of
from dgroup.address import route
from dgroup.commands.lists import read_file
from dgroup.commands.people import MAX_PEOPLE, Found, read_lines
from dgroup.commands.reading import read
from dgroup.incoming import Incoming, Named, Reading
from dgroup.model import Envelope, Verdicts
from tests.dgroup.plainmail import NOW

AWA = Named("awa@ong.example", "Awa Diop")
JOAO = Named("joao@rede.example", "João Matos", "pt", "weekly")


def people(data: bytes) -> list[Named]:
    found = Found()
    read_file(data, found)
    return list(found.people.values())


SEMICOLONS = "Nom;Courriel;Langue;Mode\nAwa Diop;awa@ong.example;;\nJoão Matos;joao@rede.example;portugais;hebdo\n"


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac-roman"]
)
def test_encodings(codec: str) -> None:
    assert people(SEMICOLONS.encode(codec)) == [AWA, JOAO]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "heading",
    [
        "Email,Name,Language,Mode",
        "correo,nombre,idioma,frecuencia",
        "E-mail,Nome,Idioma,Entrega",
        "",
    ],
)
def test_separators_and_headings(separator: str, heading: str) -> None:
    rows = [heading, "awa@ong.example,Awa Diop,,", "joao@rede.example,João Matos,pt,weekly"]
    text = "\r\n".join(row.replace(",", separator) for row in rows if row)
    assert people(text.encode()) == [AWA, JOAO]


def test_first_and_last_names_in_any_order() -> None:
    text = 'Apellido,Correo,Nombres\nRuiz,marta@red.example,"Marta, Elena"\n'
    assert [one.address for one in people(text.encode())] == ["marta@red.example"]
    text = "Last name,First name,E-mail address\nRuiz,Marta,marta@red.example\n"
    assert people(text.encode()) == [Named("marta@red.example", "Marta Ruiz")]


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("http://x.example";"Awa")',
        "+cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "-2+3",
    ],
)
def test_a_formula_is_no_name(cell: str) -> None:
    row = 'email,name\nawa@ong.example,"{}"\n'.format(cell.replace('"', '""'))
    assert people(row.encode()) == [Named("awa@ong.example", "")]


def test_cards_of_three_versions() -> None:
    cards = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Matos;Jo=C3=\r\n=A3o\r\n"
        "EMAIL;INTERNET:joao@rede.example\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Awa\r\n  Diop\r\nitem1.EMAIL;TYPE=WORK:awa@ong.example\r\n"
        "EMAIL:awa.two@ong.example\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Nobody\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ken\\, Ouma\r\nEMAIL:ken@aid.example\r\nEND:VCARD\r\n"
    )
    found = Found()
    read_file(cards.encode(), found)
    assert [(one.address, one.name) for one in found.people.values()] == [
        ("joao@rede.example", "João Matos"),
        ("awa@ong.example", "Awa Diop"),
        ("ken@aid.example", "Ken, Ouma"),
    ]
    assert found.problems == [("Nobody", "no-address")]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("1. awa@ong.example", Named("awa@ong.example", "")),
        ("- Awa Diop <awa@ong.example>", AWA),
        ("* awa@ong.example - Awa Diop", AWA),
        ("Awa Diop\tawa@ong.example", AWA),
        ("joao@rede.example; João Matos; pt; weekly", JOAO),
        ("joao@rede.example, João Matos, portugués, semanal", JOAO),
        ("Awa Diop [mailto:awa@ong.example]", AWA),
        ("awa@ong.example<mailto:awa@ong.example>", Named("awa@ong.example", "")),
        ("Will Smith <will@x.example>", Named("will@x.example", "Will Smith")),
        ("Ana de la Cruz <ana@x.example>", Named("ana@x.example", "Ana de la Cruz")),
        ("please add awa@ong.example, thank you.", Named("awa@ong.example", "")),
    ],
)
def test_lines(line: str, named: Named) -> None:
    found = Found()
    read_lines([_cleaned(line)], found)
    assert list(found.people.values()) == [named]


def _cleaned(line: str) -> str:
    from dgroup.commands.text import clean

    return clean(line)


def test_a_look_alike_address_is_told() -> None:
    found = Found()
    read_lines(["Ana <an\u0430@ngo.example>"], found)
    assert found.problems == [("an\u0430@ngo.example", "look-alike")]


def test_more_than_five_hundred_are_too_many() -> None:
    found = Found()
    read_lines((f"p{number}@x.example" for number in range(600)), found)
    assert (len(found.people), found.truncated) == (MAX_PEOPLE, True)


# --- In a mail --------------------------------------------------------------------------------


def sent(body: str, name: str = "", data: bytes = b"", kind: str = "text/csv") -> Reading:
    message = EmailMessage()
    message["From"] = "Kim <kim@ngo.example>"
    message["Subject"] = "new people"
    message.set_content(body)
    if name:
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    raw = message.as_bytes()
    to = "water-add@lists.example"
    envelope = Envelope("e", "", (to,), raw, NOW, "192.0.2.1", "h", False, False)
    where = route(to, "lists.example")
    return read(Incoming(envelope, where, content_of(raw), Verdicts(), "kim@ngo.example"))


@pytest.mark.parametrize(
    "kind", ["text/csv", "application/vnd.ms-excel", "application/octet-stream"]
)
def test_an_attached_list_counts_beside_the_text(kind: str) -> None:
    reading = sent("ken@aid.example\n\nKim", "new.csv", SEMICOLONS.encode(), kind)
    assert reading.people == (Named("ken@aid.example", ""), AWA, JOAO)


def test_a_picture_is_no_list() -> None:
    assert sent("Hello", "awa@ong.example.png", b"awa@ong.example", "image/png").people == ()


def test_the_senders_own_address_and_ours_name_nobody() -> None:
    reading = sent(
        "awa@ong.example\nkim@ngo.example\nwater@lists.example\n\nRegards\nKim\ninfo@ngo.example"
    )
    assert reading.people == (Named("awa@ong.example", ""),)


@given(st.binary(max_size=2000), st.sampled_from(["x.csv", "x.vcf", "x.txt"]))
def test_no_file_raises(data: bytes, name: str) -> None:
    found = Found()
    read_file(data, found)
    read_file(b"BEGIN:VCARD\n" + data, found)
    read_file(base64.b64encode(data) + b"," + data + b"@x.example", found)
    assert name


@given(st.text(max_size=300))
def test_no_name_can_begin_a_header(text: str) -> None:
    found = Found()
    read_file(f'"{text}",awa@ong.example\n'.encode("utf-8", "replace"), found)
    for one in found.people.values():
        assert not set(one.name + one.address) & set("\r\n\0\u2028\u2029\x85")
