"""Which files of a post are not passed on before a person has seen that they are there. Pure.

A group's setting is `standard` (programs and documents with macros), `any` (nothing is held), `none`
(every file is), `only pdf jpg` (all others are), or endings that are held too: `zip rar`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from archive.model import ParsedMessage, Part, PartRole
from archive.parse import parse, part_bytes

STANDARD, ANY, NONE, ONLY = "standard", "any", "none", "only"
MAX_KINDS = 40
MAX_DEPTH = 5
"""mails inside mails that are looked into"""
# What Windows, macOS and Android run on a double click, disk images that hide it, and Office files
# that may hold macros.
PROGRAMS = frozenset(
    "exe scr com pif bat cmd cpl msi msp msix appx jar jnlp js jse vbs vbe wsf wsh wsc sct ws hta ps1 psm1 "
    "reg lnk url inf scf gadget application msc chm hlp xll ade adp mde iso img vhd vhdx "
    "apk dmg pkg app command workflow library-ms search-ms settingcontent-ms "
    "docm dotm xlsm xltm xlam xlsb pptm potm ppam ppsm sldm".split()
)
_PROGRAM_TYPES = frozenset(
    "application/x-msdownload application/x-msdos-program application/x-dosexec application/x-exe "
    "application/vnd.microsoft.portable-executable application/hta application/java-archive "
    "application/x-java-archive application/javascript application/x-javascript text/javascript "
    "application/x-msi application/x-ms-installer application/x-ms-shortcut application/x-bat "
    "application/x-sh application/x-vbs text/vbscript application/vnd.android.package-archive "
    "application/x-iso9660-image application/x-apple-diskimage".split()
)
_MACROS = re.compile(r"application/vnd\.ms-[a-z.-]+\.(?:[a-z]+\.)?macroenabled(?:\.12)?")
_LAST = re.compile(r"\.([^.]*)$")
_KIND = re.compile(r"[a-z0-9_-]{1,20}")
_MAILS = frozenset({"message/rfc822", "message/global"})
_FILES = frozenset({PartRole.ATTACHMENT})


def kept_back(
    message: ParsedMessage, setting: str, raw: bytes = b"", depth: int = 0
) -> tuple[Part, ...]:
    """Give the parts of a mail for which it is held under a group's setting; `raw` are its bytes, to look
    into mails that it brings along."""
    if setting == ANY:
        return ()
    mode, _, rest = setting.partition(" ")
    kinds = frozenset(rest.split() if mode == ONLY else setting.split())
    return tuple(
        one
        for one in message.parts
        if _is_held(one, mode, kinds) or _brings(one, setting, raw, depth)
    )


def _brings(part: Part, setting: str, raw: bytes, depth: int) -> bool:
    is_mail = part.content_type in _MAILS or "eml" in kinds_of(part)
    if not is_mail or not raw or depth >= MAX_DEPTH:
        return False
    inner = part_bytes(raw, part.index)
    return bool(kept_back(parse(inner), setting, inner, depth + 1))


def kinds_of(part: Part) -> frozenset[str]:
    """Give the endings by which a file may be opened, lower case, of each of its names."""
    names = (part.filename, *part.other_names)
    return frozenset(kind for name in names for kind in _kinds(name))


def _kinds(filename: str) -> Iterator[str]:
    """Windows passes over dots and blanks at the end, and over what follows a colon; programs that know
    that put another sign in its place."""
    plain = "".join(sign for sign in filename if sign.isprintable()).lower()
    for name in {plain, plain.partition(":")[0]}:
        found = _LAST.search(name.rstrip(" .\u00a0'\"/\\"))
        yield found[1].strip() if found else ""


def _is_held(part: Part, mode: str, kinds: Collection[str]) -> bool:
    is_file = part.role in _FILES or bool(part.filename and part.role is not PartRole.SIGNATURE)
    content_type = part.content_type.partition("(")[0].strip()
    is_program = content_type in _PROGRAM_TYPES or _MACROS.fullmatch(content_type) is not None
    return any(_is_kind_held(one, mode, kinds, is_file, is_program) for one in kinds_of(part))


def _is_kind_held(
    kind: str, mode: str, kinds: Collection[str], is_file: bool, is_program: bool
) -> bool:
    if is_program or kind in PROGRAMS:
        return mode != ONLY or kind not in kinds
    if mode == NONE:
        return is_file
    if mode == ONLY:
        return is_file and kind not in kinds
    return kind in kinds


# --- The setting --------------------------------------------------------------------------------

_WORDS: dict[str, frozenset[str]] = {
    STANDARD: frozenset("standard default normal usual estándar padrão défaut".split()),
    ANY: frozenset("any all everything tous tout todos todo tudo".split()),
    NONE: frozenset(
        "none nothing off aucun aucune ninguno ninguna nenhum nenhuma nada rien".split()
    ),
}
_ONLY = frozenset("only seulement uniquement solo sólo solamente só somente apenas".split())
_SMALL = frozenset(
    "no not without also and or plus + y e et ou o sans sin sem non não held hold".split()
)


def read(text: str) -> str | None:
    """Read what people write ('no exe, zip', 'only pdf and jpg', 'standard'); None for anything else."""
    words = [one.lstrip(".*") for one in re.split(r"[\s,;]+", text.strip().lower().rstrip(".!"))]
    words = [one for one in words if one]
    if len(words) == 1:
        for value, names in _WORDS.items():
            if words[0] in names:
                return value
    only = bool(words) and words[0] in _ONLY
    kinds = sorted({one for one in words[only:] if one not in _SMALL})
    fits = all(_KIND.fullmatch(one) for one in kinds) and not _RESERVED.intersection(kinds)
    if not kinds or len(kinds) > MAX_KINDS or not fits:
        return None
    return " ".join([ONLY, *kinds] if only else kinds)


_RESERVED = frozenset().union(*_WORDS.values()) | _ONLY
