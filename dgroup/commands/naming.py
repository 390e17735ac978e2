"""Whom and what a command names beyond its sentence: lists of people, and settings with their values."""

from __future__ import annotations

from dataclasses import replace

from dgroup.address import person_name
from dgroup.commands.clause import without_people, without_reason
from dgroup.commands.greetings import closes
from dgroup.commands.intent import judge
from dgroup.commands.lists import read_attachments
from dgroup.commands.people import Found, read_lines
from dgroup.commands.settings_words import read_setting
from dgroup.commands.sheet import Sheet
from dgroup.commands.text import Text, fold
from dgroup.incoming import Named, Options, Reading

LISTING = frozenset(
    "add invite uninvite remove moderate trust ban unban coordinator trace set".split()
)
"""verbs that name people"""
_FILES = frozenset("add invite uninvite remove ban unban moderate trust".split())


def people_of(sheet: Sheet, verb: str) -> Found:
    """Read the people of a list verb from subject, text and attached files."""
    mail = sheet.mail
    found = Found(
        skipped=frozenset({mail.sender}),
        ours=(mail.route.group, sheet.domain),
        words=sheet.group,
    )
    if "@" in sheet.subject.raw:
        read_lines([_reasonless(sheet.subject.raw)], found)
    read_lines(map(_reasonless, _listed(sheet)), found)
    if verb in _FILES:
        read_attachments(mail.envelope.raw, found)
    if verb in _WELCOMING and len(found.people) == 1:
        found.people = {key: _named(sheet, one) for key, one in found.people.items()}
    if verb == "remove" and found.oneself and not found.people:
        found.people[mail.sender] = Named(mail.sender, "")
    if verb in {"set", "trace"}:
        found.people = {key: Named(one.address, one.name) for key, one in found.people.items()}
    return found


_WELCOMING = frozenset({"add", "invite"})
_VERBS = frozenset({"ADD", "PUT", "INVITE", "ENROL", "JOIN"})
_MAX_NAME = 4


def _named(sheet: Sheet, person: Named) -> Named:
    """Of "please put our nurse Amina Sow in the group: amina@x", the name that stands with the verb."""
    clause = next((one for one in sheet.clauses if one.addresses), None)
    if person.name or clause is None:
        return person
    verbs = [place for meaning in _VERBS for place in clause.at(meaning)]
    ends = [*clause.at("GROUP"), *clause.at("OTHER_ADDRESS")]
    between = clause.items[min(verbs, default=0) + 1 : min(ends)] if verbs and ends else []
    raw = clause.text.raw
    words = [
        raw[one.start : one.end] for one in between if not one.meanings and raw[one.start].isupper()
    ]
    if not 0 < len(words) <= _MAX_NAME or any(word.isupper() for word in words):
        return person  # "the WASH officer" is nobody's name
    return replace(person, name=person_name(" ".join(words)))


def _listed(sheet: Sheet) -> list[str]:
    """The lines of a list: all, but what stands below the sender's own name if people were named above
    it (an address there is the sender's office)."""
    named = False
    for number, line in enumerate(sheet.lines):
        if named and line and "@" not in line and closes(Text(line, fold(line))):
            return sheet.lines[:number]
        named = named or "@" in line
    return sheet.lines


def _reasonless(line: str) -> str:
    """A line without what stands after "because"."""
    return without_reason(Text(line, fold(line)))[0].raw if "@" in line else line


# --- Settings ---------------------------------------------------------------------------------


def setting_of(sheet: Sheet) -> Reading | None:
    """Read `set ...`, of the group or of others, from the first lines that count or the subject."""
    return _of_others(sheet) or _of_group(sheet)


def _of_group(sheet: Sheet) -> Reading | None:
    """The lines below a setting belong to it where it is a text."""
    for line in sheet.said[:3]:
        if sheet.subject.raw and line is sheet.said[0] and ":" in line.raw[:40]:
            headed = read_setting(sheet.subject, (), sheet.group)
            repeated = read_setting(line, _below(sheet, line), sheet.group)
            if headed is not None and repeated is not None and headed.name == repeated.name:
                return Reading("set", options=Options(setting=repeated.name, value=repeated.value))
        if found := read_setting(line, _below(sheet, line), sheet.group):
            return Reading("set", options=Options(setting=found.name, value=found.value))
    if sheet.subject.raw and (found := read_setting(sheet.subject, sheet.lines, sheet.group)):
        return Reading("set", options=Options(setting=found.name, value=found.value))
    return None


def _below(sheet: Sheet, line: Text) -> list[str]:
    for number, raw in enumerate(sheet.lines):
        if raw and line.raw.endswith(raw):
            return sheet.lines[number + 1 :]
    return []


_OFTEN = frozenset("DAILY WEEKLY MONTHLY".split())
_MODES = frozenset("EACH DAILY WEEKLY MONTHLY LIGHT FULL PAUSE LANGUAGE_NAME DIGEST".split())


def _of_others(sheet: Sheet) -> Reading | None:
    """`set ana@ngo.example daily`: the value is the verb that she would have written herself."""
    for clause in sheet.clauses[:5]:
        sets = clause.first & {"SET", "PUT", "CHANGE"}
        if not sets or "OTHER_ADDRESS" not in clause.meanings:
            continue
        if clause.meanings & {"MY", "ME"}:  # "put my mail to ana2@x"
            continue
        grouped = "GROUP" in clause.meanings and clause.meanings.isdisjoint(_OFTEN)
        if grouped or "MODERATION" in clause.meanings:  # "put awa@x on the list"
            continue
        if "SET" not in sets and (
            clause.meanings.isdisjoint(_MODES) or clause.meanings & {"MY", "ME", "ADDRESS", "NEW"}
        ):
            continue
        wish = judge(without_people(clause))
        value = wish.verb if wish is not None and not wish.rivals else ""
        role = "moderator" if "MODERATOR" in clause.meanings else ""
        role = role or ("coordinator" if "COORDINATOR" in clause.meanings else "")
        on = wish is None or wish.on
        return Reading(
            "set", options=Options(value=value, language=clause.language_name, role=role, on=on)
        )
    return None
