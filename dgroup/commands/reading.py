"""Reads what a command mail says: the address's verb, else subject and text together (COMMANDS D2, D3).

Pure; it knows nothing of groups or members. Where a mail may mean two things, or one thing with
more around it than the grammar covers, it says so and decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from archive.text import normal_subject
from dgroup import tokens
from dgroup.address import split_address
from dgroup.commands.answers import Answered, read_answer
from dgroup.commands.clause import (
    Clause,
    clause_of,
    languages_of,
    narrow,
    without_people,
    without_reason,
)
from dgroup.commands.greetings import closes, is_nothing, trimmed
from dgroup.commands.intent import KEEP, PEOPLE, Guess, hints, judge
from dgroup.commands.lexicon import LEXICON, split_words
from dgroup.commands.lists import read_attachments
from dgroup.commands.options import options_of
from dgroup.commands.people import Found, read_lines
from dgroup.commands.settings_words import read_setting
from dgroup.commands.text import Text, author_text, fold, lines_of, said, sentences, text_of
from dgroup.incoming import Answer, Incoming, Named, Options, Reading
from dgroup.model import Route, RouteKind

SHORT_POST = 400
"""characters of own words; in a longer post only its last lines can ask for something (COMMANDS D5)"""
_TAIL = 300
_WORDS_OF_POSTS = frozenset("join leave pause resume each daily weekly monthly help".split())
_HARMLESS = frozenset(
    "pause resume each daily weekly monthly light full language status who help get thread last search mute "
    "unmute summary receipt copy".split()
)
_EXPLAINED = 15
"""words of a reason that may stand below a harmless command in the subject"""
_ASKS_OUT = re.compile(
    r"unsubscri|remove me|take me off|sign me off|opt out|\bleave (?:the|this)|d.sinscri|d.sabonn|retire[rz]?|"
    r"quitter l|darme de baja|dar de baja|denme de baja|qu.ten?me|sacar|retir|descadastr|remov|tirem?|sair d|abmeld|"
    r"austragen|disiscri|uitschrij|afmelden",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"\s(?:b?cc|to|from|reply-to|subject|content-\w+|x-[\w-]+)\s?:\s.*$", re.IGNORECASE
)
_CHATTER = 25
_SUBJECT = 200
_LISTING = frozenset(
    "add invite uninvite remove moderate trust ban unban coordinator trace set".split()
)
_BRACKETED = re.compile(r"\[[^\]]{0,80}\]")
_REFERENCE = re.compile(
    r"\[([A-Z2-7]{4}-[A-Z2-7]{4})\]|\b((?=[A-Z-]*[2-7])[A-Z2-7]{4}-[A-Z2-7]{4})\b"
)


def read(mail: Incoming) -> Reading:
    """Give verb, people, options, answer and codes of a mail to an address of ours."""
    if mail.route.kind is RouteKind.POST and not _may_command(mail):
        return Reading("", sure=False)
    reading = _Reader(mail).reading()
    if mail.route.kind is RouteKind.POST and reading.verb not in _WORDS_OF_POSTS:
        return Reading("", language=reading.language, sure=False)
    return reading


def _may_command(mail: Incoming) -> bool:
    """Tell quickly whether a post can be a command: most cannot."""
    own = mail.content.own
    if len(own) > SHORT_POST:
        if _ASKS_OUT.search(own, len(own) - _TAIL):
            return True
        subject, is_reply = normal_subject(mail.message.subject)
        words = [] if is_reply else split_words(subject[:_SUBJECT])
        return 0 < len(words) <= 6 and any(not _plain(word) for word in words)
    return True


def _plain(word: str) -> bool:
    return set(LEXICON.known(word)) <= {"FILLER"} and not LEXICON.misspelt(word)


@dataclass(eq=False)
class _Reader:
    """The steps from a mail to a reading; each is worked out once, when it is asked for."""

    mail: Incoming
    found: Found = field(default_factory=Found)
    language: str = ""
    """of the words that count, known when `clauses` are"""

    # --- The text

    @cached_property
    def subject(self) -> Text:
        """Without tags, and without what was meant to become a header field."""
        base = normal_subject(self.mail.message.subject[:1000])[0]
        return text_of(_FIELD.sub("", _BRACKETED.sub(" ", base)[:_SUBJECT]))

    @cached_property
    def lines(self) -> list[str]:
        """All lines, for lists of people."""
        if self.mail.route.kind is RouteKind.POST:
            own = self.mail.content.own
            return list(lines_of(own if len(own) <= SHORT_POST else own[-_TAIL:].partition(" ")[2]))
        return list(lines_of(author_text(self.mail.content)))

    @cached_property
    def said(self) -> list[Text]:
        """The lines that count."""
        return trimmed(said(self.lines))

    @cached_property
    def group(self) -> frozenset[str]:
        name = self.mail.route.group
        return frozenset({name, *split_words(name)})

    @cached_property
    def domain(self) -> str:
        return split_address(self.mail.route.address)[1]

    def clause(self, text: Text) -> Clause:
        today = self.mail.envelope.received_at.date()
        return clause_of(text, today, self.group, self.mail.sender, self.domain)

    # --- The verb

    @cached_property
    def headed(self) -> list[Clause]:
        """The subject's sentences; in the answer to a letter of ours they are ours."""
        mail = self.mail
        if not self.subject.raw or (
            mail.route.kind is RouteKind.CONFIRM and _reference(mail.message.subject[:1000])
        ):
            return []
        return [self.clause(one) for one in sentences(self.subject)]

    @cached_property
    def body(self) -> list[Clause]:
        return [self.clause(one) for line in self.said for one in sentences(line)]

    @cached_property
    def clauses(self) -> list[Clause]:
        found = [*self.headed, *self.body]
        self.language = languages_of(found)
        for clause in found:
            narrow(clause, self.language)
        return found

    @cached_property
    def answered(self) -> Answered:
        return read_answer(self.said, self.subject)

    def _spoken(self) -> str:
        return self.language if self.clauses else ""

    def reading(self) -> Reading:
        if self.mail.route.kind is RouteKind.OWNER:  # people read it; only a code's answer is ours
            reading = Reading("", language=self._spoken(), sure=False)
        else:
            reading = self._by_address() if _by_address(self.mail.route) else self._by_words()
        if reading.verb in _LISTING:
            reading = self._with_people(reading)
        answered = self._answer()
        subject = self.mail.message.subject[:1000]
        return replace(
            reading,
            answer=answered.answer,
            reason=answered.reason,
            choices=answered.choices,
            language=self._language(reading, answered),
            reference=_reference(subject),
            code=self._code(subject),
            problems=tuple(self.found.problems),
            truncated=self.found.truncated,
        )

    def _language(self, reading: Reading, answered: Answered) -> str:
        if self.mail.route.kind is RouteKind.CONFIRM and answered.language:
            return answered.language
        return reading.language or answered.language

    def _answer(self) -> Answered:
        """In a command, a "no" that is part of it ("no quiero más mensajes") is no answer."""
        answered = self.answered
        if self.mail.route.kind is not RouteKind.COMMAND or answered.answer is not Answer.NO:
            return answered
        keeps = any(guess is not None and guess.verb == KEEP for guess in map(judge, self.clauses))
        if not keeps and any(judge(clause) is not None for clause in self.body):
            return Answered(Answer.OTHER, answered.language)
        return answered

    def _code(self, subject: str) -> str:
        where = self.mail.route
        if where.kind is RouteKind.CONFIRM and where.token:
            return tokens.normal_code(where.token)
        if where.kind is RouteKind.POST:
            return ""
        return tokens.find_code(f"{subject}\n{self.mail.content.own[:4000]}")

    # --- By the address

    def _by_address(self) -> Reading:
        """The address wins; what the text says may still be "no", or when a pause ends."""
        route = self.mail.route
        guesses = [guess for clause in self.clauses if (guess := judge(clause)) is not None]
        said_no = any(guess.verb == KEEP for guess in guesses) or (
            self.answered.answer is Answer.NO
            and not any(guess.verb == route.verb for guess in guesses)
        )
        own = frozenset({self.mail.sender})
        fitting = [guess for guess in guesses if guess.verb == route.verb]
        first = self.clauses[0] if self.clauses else self.clause(Text("", ""))
        guess = fitting[0] if fitting else Guess(route.verb, first, sure=True)
        today = self.mail.envelope.received_at.date()
        options = options_of(guess, self.clauses, today, own)
        if not fitting and route.verb not in {"pause", "language"}:
            options = replace(Options(), quiet=options.quiet)
        language = _language_of(route) or self.language
        sure = not said_no and not _no_day(guess.verb, options, self.clauses)
        return Reading(route.verb, options=options, language=language, sure=sure)

    # --- By subject and text

    def _by_words(self) -> Reading:
        guesses = [guess for clause in self.clauses if (guess := judge(clause)) is not None]
        language = self.language
        if other := self._setting_of_others():
            return replace(other, language=language)
        if setting := self._setting():
            return replace(setting, language=language)
        spoken = [guess for guess in guesses if guess.clause not in self.headed]
        guesses = _without_weak(self._without_topic(guesses, spoken))
        if {guess.verb for guess in guesses} == {"leave", "erase"}:  # the one that does less
            guesses = [guess for guess in guesses if guess.verb == "leave"]
        verbs = tuple(dict.fromkeys(guess.verb for guess in guesses))
        rivals = tuple(verb for guess in guesses for verb in (guess.verb, *guess.rivals))
        doubted = all(guess.doubtful for guess in guesses)
        if len(verbs) != 1 or guesses[0].rivals or verbs[0] in {KEEP, PEOPLE} or doubted:
            return Reading("", language=language, sure=False, nearest=self._nearest(rivals))
        return self._agreed(guesses, spoken, language)

    def _without_topic(self, guesses: list[Guess], spoken: list[Guess]) -> list[Guess]:
        """The text says more than a subject that only names a thing, or that is from a letter before."""
        is_reply = normal_subject(self.mail.message.subject[:1000])[1]
        if not any(not guess.weak and not guess.doubtful for guess in spoken):
            return guesses
        return [one for one in guesses if one in spoken or not (is_reply or one.topic)]

    def _agreed(self, guesses: list[Guess], spoken: list[Guess], language: str) -> Reading:
        """All sentences that ask for something ask for the same."""
        best = next((guess for guess in guesses if guess.sure), guesses[0])
        if any(guess.verb == best.verb for guess in spoken):
            best = next(
                (one for one in spoken if one.verb == best.verb and one.clause.targets), best
            )
        today = self.mail.envelope.received_at.date()
        options = options_of(best, self.clauses, today, frozenset({self.mail.sender}))
        mine = [guess for guess in guesses if guess.verb == best.verb]
        sure = any(guess.sure for guess in mine) and not _waits(self.clauses)
        sure = sure and all(guess.sure or "PROBLEM" in guess.clause.meanings for guess in mine)
        if not any(guess.verb == best.verb for guess in spoken):
            if self._is_other(best):
                return Reading("", language=language, sure=False, nearest=(best.verb, "help"))
            sure = sure and (is_nothing(self.said, self.group) or self._explained(best.verb))
        else:
            sure = sure and self._chatter(spoken) <= _CHATTER
        sure = sure and not _no_day(best.verb, options, self.clauses)
        return Reading(best.verb, options=options, language=language, sure=sure)

    def _is_other(self, best: Guess) -> bool:
        """The text has a matter of its own, whatever the subject was left from or only named."""
        if self.mail.route.kind is RouteKind.POST:
            return False
        if "AWAY" in best.clause.meanings and best.topic:
            return not is_nothing(self.said, self.group)
        return best.verb not in _HARMLESS and any(clause.asks for clause in self.body)

    def _explained(self, verb: str) -> bool:
        """A few words of reason agree with a harmless command (RULINGS 8)."""
        few = sum(clause.unknown for clause in self.body) <= _EXPLAINED
        return few and verb in _HARMLESS and not any(clause.asks for clause in self.body)

    def _chatter(self, spoken: list[Guess]) -> int:
        """Words of the text that say something else than the command."""
        about = {id(guess.clause) for guess in spoken}
        return sum(clause.unknown for clause in self.body if id(clause) not in about)

    def _nearest(self, rivals: tuple[str, ...]) -> tuple[str, ...]:
        """Two verbs to offer; none where a person should read the mail."""
        named = [verb for verb in dict.fromkeys(rivals) if verb not in {KEEP, PEOPLE}]
        if PEOPLE in rivals and not named:
            return ()
        if KEEP in rivals:
            return tuple(dict.fromkeys([*named, "leave", "status"]))[:2]
        known = tuple(dict.fromkeys([*named, *hints(self.clauses)]))[:2]
        if not known and sum(clause.unknown for clause in self.clauses) > 8:
            return ()
        return tuple(dict.fromkeys([*known, "help", "status"]))[:2]

    # --- Settings and people

    def _setting(self) -> Reading | None:
        """`set ...` in the subject or the first line that counts; the lines below belong to a text."""
        for line in self.said[:3]:
            if found := read_setting(line, self._below(line), self.group):
                return _set(found.name, found.value)
        if self.subject.raw and (found := read_setting(self.subject, self.lines, self.group)):
            return _set(found.name, found.value)
        return None

    def _setting_of_others(self) -> Reading | None:
        """`set ana@ngo.example daily`: the value is the verb that she would have written herself."""
        for clause in self.clauses[:5]:
            if "SET" not in clause.first or "OTHER_ADDRESS" not in clause.meanings:
                continue
            wish = judge(without_people(clause))
            value = wish.verb if wish is not None and not wish.rivals else ""
            role = "moderator" if "MODERATOR" in clause.meanings else ""
            role = role or ("coordinator" if "COORDINATOR" in clause.meanings else "")
            on = wish is None or wish.on
            options = Options(value=value, language=clause.language_name, role=role, on=on)
            return Reading("set", options=options)
        return None

    def _below(self, line: Text) -> list[str]:
        for number, raw in enumerate(self.lines):
            if raw and line.raw.endswith(raw):
                return self.lines[number + 1 :]
        return []

    def _with_people(self, reading: Reading) -> Reading:
        """People from the text and from attached lists; a list with a subject alone is none."""
        mail = self.mail
        self.found.skipped = frozenset({mail.sender})
        self.found.ours = (mail.route.group, self.domain)
        self.found.words = self.group
        if "@" in self.subject.raw:
            read_lines([self.subject.raw], self.found)
        read_lines(map(_reasonless, self._listed()), self.found)
        if reading.verb in {"add", "invite", "remove", "uninvite", "ban"}:
            read_attachments(mail.envelope.raw, self.found)
        people = tuple(self.found.people.values())
        if not people and self.found.oneself and reading.verb == "remove":
            people = (Named(mail.sender, ""),)
        if reading.verb == "remove" and not people and not _by_address(mail.route):
            return reading
        return replace(reading, people=people)

    def _listed(self) -> list[str]:
        """The lines of a list: all, but what stands below the sender's own name if people were named
        above it (an address there is the sender's office)."""
        named = False
        for number, line in enumerate(self.lines):
            if named and line and "@" not in line and closes(Text(line, fold(line))):
                return self.lines[:number]
            named = named or "@" in line
        return self.lines


def _reasonless(line: str) -> str:
    """A line of a list without what stands after "because"."""
    return without_reason(Text(line, fold(line)))[0].raw if "@" in line else line


def _by_address(route: Route) -> bool:
    return route.kind is RouteKind.COMMAND and route.verb != "request"


def _language_of(route: Route) -> str:
    """The language that the address's word belongs to; '' for English, which everybody uses."""
    words = re.split(r"[-+.]", split_address(route.address)[0].lower())
    for word in words:
        spoken = set().union(*LEXICON.known(word).values()) if LEXICON.known(word) else set()
        if word not in {route.group, route.verb} and len(spoken & {"en", "fr", "es", "pt"}) == 1:
            return str(next(iter(spoken & {"fr", "es", "pt"}), ""))
    return ""


def _set(name: str, value: str) -> Reading:
    return Reading("set", options=Options(setting=name, value=value))


def _without_weak(guesses: list[Guess]) -> list[Guess]:
    strong = [guess for guess in guesses if not guess.weak]
    if strong:
        return strong
    people = [guess for guess in guesses if guess.verb == PEOPLE]
    return people or guesses


def _waits(clauses: Sequence[Clause]) -> bool:
    return any("WAIT" in clause.meanings for clause in clauses)


def _no_day(verb: str, options: Options, clauses: Sequence[Clause]) -> bool:
    """A pause "until Easter": the day was not understood, so nothing is sure."""
    unread = any("UNTIL" in clause.meanings for clause in clauses)
    return verb == "pause" and options.until is None and unread


def _reference(subject: str) -> str:
    found = _REFERENCE.search(subject.upper())
    return (found.group(1) or found.group(2)) if found else ""
