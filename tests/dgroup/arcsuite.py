"""The ARC suite of the corpus: validation and signing cases with the zones that they ask.

Its files are YAML of four kinds of values only (plain, quoted, `|` and `>-`), which is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.corpus import corpus_root

_KEY = re.compile(r"( *)([^\s:#][^:]*):(?: +(.*?))? *$")


@dataclass(frozen=True, slots=True)
class ArcCase:
    """One case: its fields as in the file, and the zone and key of its document."""

    name: str
    values: dict[str, str]
    zone: dict[str, str]
    key: str
    """PEM of the signing key, '' where a case only validates"""

    @property
    def raw(self) -> bytes:
        """The mail with the line ends of SMTP."""
        return self.values["message"].encode().replace(b"\n", b"\r\n")

    def ask(self, name: str) -> list[str]:
        """The zone's records of a name."""
        return [self.zone[name]] if name in self.zone else []

    def ask_bytes(self, name: bytes, timeout: float = 5) -> bytes | None:
        """The same, for the library."""
        found = self.ask(name.decode("ascii").rstrip("."))
        return found[0].encode() if found else None


def cases(file: str) -> list[ArcCase]:
    """All cases of a file; none where the corpus is absent."""
    path = corpus_root() / "auth" / "arc" / file
    return list(_cases(path.read_text("utf-8"))) if path.exists() else []


def _cases(text: str) -> Iterator[ArcCase]:
    for document in re.split(r"(?m)^--- ?$\n", text):
        top = _mapping(document.splitlines(), 0)
        zone = {
            name: _value(value)
            for name, value in _mapping(top.get("txt-records", [""])[1:], 2).items()
        }
        key = _value(top["privatekey"]) if "privatekey" in top else ""
        for name, lines in _mapping(top["tests"][1:], 2).items():
            values = {field: _value(value) for field, value in _mapping(lines[1:], 4).items()}
            yield ArcCase(name.partition("#")[0], values, zone, key)


def _mapping(lines: list[str], indent: int) -> dict[str, list[str]]:
    """The keys at an indent, each with its first line's value and the lines below it. A name that
    stands twice gets a mark, so that both cases run."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        key = _KEY.match(line)
        if key is not None and len(key[1]) == indent:
            name = key[2].strip('"')
            while name in found:
                name += "#"
            current = found[name] = [key[3] or ""]
        else:
            current.append(line)
    return found


def _value(lines: list[str]) -> str:
    first, rest = lines[0].strip(), lines[1:]
    if first not in {"|", ">-"}:
        return first.strip('"')
    width = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    text = [line[width:] for line in rest]
    while text and not text[-1]:
        text.pop()
    if first == ">-":
        return " ".join(text)
    return "".join(f"{line}\n" for line in text)
