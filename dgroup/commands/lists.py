"""Lists of people in attached or pasted files: .csv and .txt as spreadsheets write them, .vcf.

Encodings are told by mark and content, separators by the lines, columns by their headings in the
languages that we read. Formulas name nobody. Bounded in bytes, lines and people; nothing raises.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

from archive.model import Part, PartRole
from archive.parse import leaf_parts
from dgroup.commands.people import (
    Found,
    delivery_of,
    language_of,
    name_of,
    read_line,
    read_lines,
)
from dgroup.commands.text import clean, fold
from dgroup.commands.vcards import is_cards, read_cards
from dgroup.incoming import Named

MAX_BYTES = 1_000_000
MAX_ROWS = 6000
_SNIFFED = 20
_TYPES = ("text/csv", "text/plain", "text/vcard", "text/x-vcard", "text/directory", "text/tab-separated-values",
          "application/csv", "application/vnd.ms-excel", "text/comma-separated-values")  # fmt: skip
_ENDINGS = (".csv", ".txt", ".vcf", ".vcard", ".tsv", ".lst")
_HEADINGS = {
    "address": "email e-mail mail address correo correo_electronico courriel adresse endereco direccion "
    "email_address e-mail-adresse mailadresse adresse_e-mail adresse_mail adresse_email indirizzo e-mailadres "
    "correio emails",
    "name": "name nom nombre nome full_name fullname display_name nom_complet nombre_completo nome_completo "
    "naam participant participante membre member nom_et_prenom nombre_y_apellido nom_prenom",
    "first": "first_name firstname prenom given_name primer_nombre primeiro_nome vorname nombres voornaam",
    "last": "last_name lastname surname family_name nom_de_famille apellido apellidos sobrenome sobrenomes apelidos noms apelido nachname "
    "cognome achternaam",
    "language": "language langue idioma lingua lang sprache taal",
    "delivery": "mode delivery envoi frequency frequence frecuencia entrega frequencia envio modo reception",
}
_ROLE_OF = {
    word.replace("_", " "): role for role, words in _HEADINGS.items() for word in words.split()
}


def read_attachments(raw: bytes, found: Found) -> None:
    """Read people from every attached list of a mail."""
    room = MAX_BYTES
    for part, data in leaf_parts(raw):
        if is_list(part) and room > 0:
            read_file(data[:room], found)
            found.truncated = found.truncated or len(data) > room
            room -= len(data)


def is_list(part: Part) -> bool:
    """Tell whether a part can be a list: by its name's ending, else by its type."""
    if part.role is not PartRole.ATTACHMENT:
        return False
    name = part.filename.lower().strip()
    return name.endswith(_ENDINGS) or (part.content_type in _TYPES and "." not in name)


def read_file(data: bytes, found: Found) -> None:
    """Read people from the bytes of a list, whatever it is."""
    text = decoded(data)
    if is_cards(text):
        read_cards(text, found)
        return
    lines = [line for line in text.splitlines()[:MAX_ROWS] if line.strip()]
    separator = _separator(lines)
    if separator:
        _read_table(lines, separator, found)
    else:
        read_lines(map(clean, lines), found)


def decoded(data: bytes) -> str:
    """Give the text of a file: by its mark, else UTF-16 where every other byte is nothing, else UTF-8,
    else what a spreadsheet of Windows or of an old Macintosh writes."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data[1:40:2].count(0) > 10:
        return data.decode("utf-16-le", "replace")
    if data[0:40:2].count(0) > 10:
        return data.decode("utf-16-be", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("mac-roman" if _is_mac(data) else "cp1252", "replace")


# Accented letters of our languages in the one encoding are signs or unusual letters in the other.
_MAC = frozenset(
    b"\x8e\x8f\x8d\x88\x87\x8b\x90\x91\x92\x94\x95\x96\x97\x98\x99\x9a\x9c\x9d\x9e\x9f\x82\x83\x86\x89"
)


def _is_mac(data: bytes) -> bool:
    high = [byte for byte in data[:20000] if byte > 127]
    return 2 * sum(byte in _MAC for byte in high) > len(high)


# --- Tables -----------------------------------------------------------------------------------


def _separator(lines: Sequence[str]) -> str:
    """The sign that most of the first lines have, outside quotes; '' where it is no table."""
    shown = [re.sub(r'"[^"]*"', "", line) for line in lines[:_SNIFFED]]
    best = max(";\t|,", key=lambda sign: sum(sign in line for line in shown))
    return best if shown and 2 * sum(best in line for line in shown) > len(shown) else ""


def _read_table(lines: Sequence[str], separator: str, found: Found) -> None:
    columns: dict[str, int] | None = None
    for number, row in enumerate(_rows(lines, separator)):
        cells = [clean(cell[:500]) for cell in row[:50]]
        if found.truncated:
            return
        if number == 0 and not any("@" in cell for cell in cells):
            columns = _columns(cells)
            if columns:
                continue
        if columns and "address" in columns:
            _read_row(cells, columns, found)
        elif sum("@" in cell for cell in cells) > 1:
            read_lines(cells, found)
        else:
            _read_loose(cells, found)


def _rows(lines: Sequence[str], separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(lines, delimiter=separator)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:  # a broken line hurts nobody else's
            continue


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Which column holds what, by the words of a heading row."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        heading = " ".join(re.findall(r"[^\W_]+(?:-[^\W_]+)*", fold(cell)))
        role = _ROLE_OF.get(heading) or _ROLE_OF.get(heading.replace("-", ""))
        if role is None and ("mail" in heading or "courriel" in heading or "correo" in heading):
            role = "address"
        if role:
            found.setdefault(role, place)
    if "first" in found and "name" in found and "last" not in found:
        found["last"] = found.pop("name")  # "Prénom;Nom": the second is the family's
    elif "last" in found and "name" in found and "first" not in found:
        found["first"] = found.pop("name")
    return found


def _read_row(cells: Sequence[str], columns: dict[str, int], found: Found) -> None:
    def cell(role: str) -> str:
        place = columns.get(role, len(cells))
        return cells[place] if place < len(cells) else ""

    before = (len(found.people), len(found.problems))
    address = cell("address")
    if not address.strip():
        if any(one.strip() for one in cells):
            found.problem(" ".join(cells), "no-address")
        return
    one = Found(skipped=found.skipped, ours=found.ours)
    read_line(address, one)
    found.problems += one.problems[: max(0, 50 - before[1])]
    name = name_of(cell("name")) or " ".join(
        filter(None, map(name_of, (cell("first"), cell("last"))))
    )
    for named in one.people.values():
        language, delivery = language_of(cell("language")), delivery_of(cell("delivery"))
        found.add(Named(named.address, name or named.name, language, delivery))


def _read_loose(cells: Sequence[str], found: Found) -> None:
    """A row without known headings: the cell with an address, the names beside it."""
    place = next((at for at, cell in enumerate(cells) if "@" in cell), None)
    if place is None:
        if any(cell.strip() for cell in cells):
            found.problem(" ".join(cells), "no-address")
        return
    rest = [cell for at, cell in enumerate(cells) if at != place and cell.strip()]
    one = Found(skipped=found.skipped, ours=found.ours)
    read_line(cells[place], one)
    for line, why in one.problems:
        found.problem(line, why)
    language = next(filter(None, map(language_of, rest)), "")
    delivery = next(filter(None, map(delivery_of, rest)), "")
    names = [name_of(cell) for cell in rest if not language_of(cell) and not delivery_of(cell)]
    for named in one.people.values():
        name = " ".join(filter(None, names[:2])) or named.name
        found.add(Named(named.address, name, language, delivery))
