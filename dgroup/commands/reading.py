"""Reads what a command mail says: the address's verb, else subject and text together (COMMANDS D2, D3).

Pure; it knows nothing of groups or members. Where a mail may mean two things, or one thing with
more around it than the grammar covers, it says so and decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dgroup import tokens
from dgroup.address import split_address
from dgroup.commands.answers import Answered, read_answer
from dgroup.commands.candidates import candidates, kindly, ordered
from dgroup.commands.clause import Clause
from dgroup.commands.digest_words import digest_of
from dgroup.commands.greetings import is_nothing
from dgroup.commands.hints import hints
from dgroup.commands.intent import KEEP, PEOPLE, Guess
from dgroup.commands.lexicon import LEXICON, split_words
from dgroup.commands.meant import SEVERAL, meant_by
from dgroup.commands.naming import LISTING, people_of, setting_of
from dgroup.commands.opinion import weighed
from dgroup.commands.options import options_of
from dgroup.commands.own_words import own_words
from dgroup.commands.perhaps import ELSE, may_command
from dgroup.commands.sheet import SHORT_POST, Sheet
from dgroup.commands.spoken import languages_of
from dgroup.commands.text import Text
from dgroup.incoming import Answer, Incoming, Options, Reading
from dgroup.model import Route, RouteKind

_QUOTED = 20_000
"""characters of a mail, quotes included, in which a code is looked for"""
_LONG = 200
"""lines of a mail that no person is asked to read for us"""
_OF_POSTS = frozenset("join leave pause resume each daily weekly monthly help".split())
_HARMLESS = frozenset(
    "pause resume each daily weekly monthly light full language status who help get thread last search mute "
    "unmute summary receipt copy members pending bouncing report".split()
)
_EXPLAINED = 15
"""unknown words of a reason that may stand below a harmless command in the subject"""
_CHATTER = 25
"""unknown words that may stand beside a command in the text"""
_FOR_PEOPLE = 8
"""unknown words of a mail without any hint of a command that a person had better read"""
_MEMBERSHIP = frozenset({"LEAVE", "JOIN", "MEMBERSHIP", "PAUSE"})


def read(mail: Incoming) -> Reading:
    """Give verb, people, options, answer and codes of a mail to an address of ours.

    Where `verb` is '' and `nearest` is empty too, a person had better read the mail.
    """
    if mail.route.kind is RouteKind.POST:
        return _read_post(mail)
    sheet = Sheet(mail)
    if mail.route.kind is RouteKind.OWNER:  # people read it; only the answer to a code is ours
        reading = Reading("", language=sheet.language, sure=False)
    elif _by_address(mail.route):
        reading = _of_address(sheet)
    elif digest := digest_of(sheet):
        reading = replace(digest, language=sheet.language)
    else:
        reading = _of_words(sheet)
    reading = _with_people(sheet, reading)
    if mail.route.kind is RouteKind.COMMAND and not (
        _by_address(mail.route) or reading.verb == "digest" or _is_order(sheet, reading)
    ):
        reading = weighed(sheet, reading)
    if reading.verb in _TAKING and _is_disguised(sheet, reading):
        reading = Reading("", language=reading.language, sure=False, nearest=(reading.verb, "help"))
    return _with_answer(sheet, reading)


def _is_order(sheet: Sheet, reading: Reading) -> bool:
    """A harmless command in so many words: in the subject (the text beside it is a reason), or about a post
    that is named. What its words are like tells no more."""
    if reading.verb not in _HARMLESS:
        return False
    if reading.sure and reading.options.target:
        return True
    if reading.verb == "search" and any("SEARCH" in one.clause.first for one in sheet.headed):
        return True
    order = ordered(sheet)
    return order is not None and order.verb == reading.verb


_TAKING = LISTING - {"add", "invite"}
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def _is_disguised(sheet: Sheet, reading: Reading) -> bool:
    """Tell an address that was made to look like another's: by foreign letters, or written backwards."""
    alike = any(why == "look-alike" for _, why in reading.problems)
    mail = sheet.mail
    return (
        alike
        or _TURNS.search(f"{mail.message.subject[:1000]}\n{mail.content.own[:4000]}") is not None
    )


def _read_post(mail: Incoming) -> Reading:
    """A post is a command only where it says little else; most are told quickly to be none."""
    if not may_command(mail):
        return Reading("", sure=False)
    sheet = Sheet(mail)
    reading = _of_words(sheet)
    if reading.verb not in _OF_POSTS:
        return Reading("", language=reading.language, sure=False)
    whole = len(mail.content.own) <= SHORT_POST and _is_only(sheet, reading.verb)
    if not whole and (reading.verb != "leave" or not _names_membership(sheet)):
        return Reading("", language=reading.language, sure=False)
    return replace(_with_answer(sheet, reading), sure=reading.sure and whole)


def _is_only(sheet: Sheet, verb: str) -> bool:
    """Tell whether a post says hardly anything else; a question must be about the group."""
    if verb == "help" and not any({"HOW", "GROUP"} <= clause.meanings for clause in sheet.clauses):
        return False
    return sum(clause.unknown for clause in sheet.clauses) <= ELSE


def _names_membership(sheet: Sheet) -> bool:
    """Tell whether somebody asks to be let out of the group, or not to get its mail: in so many words."""
    asked = [guess.clause.meanings for guess in sheet.guesses if guess.verb == "leave"]
    return any("GROUP" in has or {"MAIL", "LEAVE", "MEMBERSHIP"} & has for has in asked)


# --- People, answer, codes --------------------------------------------------------------------


def _with_people(sheet: Sheet, reading: Reading) -> Reading:
    if reading.verb not in LISTING or reading.options.setting:
        return reading
    found = people_of(sheet, reading.verb)
    options = reading.options
    if reading.verb == "invite" and (words := own_words(sheet.said, sheet.group)):
        options = replace(options, words=words)
    return replace(
        reading,
        options=options,
        people=tuple(found.people.values()),
        problems=tuple(found.problems),
        truncated=found.truncated,
    )


def _with_answer(sheet: Sheet, reading: Reading) -> Reading:
    answered = _answered(sheet)
    meant = meant_by(sheet, answered.rest) if sheet.mail.route.kind is RouteKind.CONFIRM else ()
    if meant == (SEVERAL,):  # several things, or one that is for another day
        answered, meant = Answered(Answer.OTHER, answered.language), ()
    return replace(
        reading,
        answer=answered.answer,
        reason=answered.reason,
        choices=answered.choices,
        meant=meant,
        language=reading.language or answered.language,
        reference=sheet.reference,
        code=_code(sheet, answered.answer),
    )


def _answered(sheet: Sheet) -> Answered:
    """In a command, a "no" that is part of it ("no quiero más mensajes") is no answer."""
    said = _above_name(sheet)
    answered = read_answer(said, sheet.subject)
    if answered.answer is Answer.UNDO and "confirm" in sheet.subject.folded:
        answered = replace(
            answered, answer=Answer.NO
        )  # French has one word for both; nothing is done yet
    if answered.answer is Answer.NO and sheet.mail.route.kind is not RouteKind.CONFIRM:
        # Beside a command it must come first: a motto ("Stop cholera!") stands further below.
        answered = read_answer(said[:1], sheet.subject)
    if sheet.mail.route.kind is not RouteKind.COMMAND or answered.answer is not Answer.NO:
        return answered
    keeps = any(guess.verb == KEEP for guess in sheet.guesses)
    asks = any(one.guess is not None and one.guess.verb != PEOPLE for one in sheet.body)
    if asks and not keeps:
        return Answered(Answer.OTHER, answered.language)
    return answered


def _above_name(sheet: Sheet) -> list[Text]:
    """The lines above the sender's own name: below it stands an office's or a gateway's text."""
    sender = sheet.mail.content.message.from_
    name = frozenset(split_words(sender[0].name)) if sender and sender[0].name else frozenset()
    for number, line in enumerate(sheet.said):
        words = split_words(line.folded[:80])
        if number and words and name.issuperset(words):
            return sheet.said[:number]
    return sheet.said


def _code(sheet: Sheet, answer: Answer) -> str:
    """The code in address, subject or text; where a word answers it, in what is quoted below too."""
    mail = sheet.mail
    if mail.route.kind is RouteKind.CONFIRM and mail.route.token:
        return tokens.normal_code(mail.route.token)
    if mail.route.kind is RouteKind.POST:
        return ""
    own = tokens.find_code(f"{mail.message.subject[:1000]}\n{mail.content.own[:4000]}")
    if own or answer in {Answer.OTHER, Answer.EMPTY} or _by_address(mail.route):
        return own
    return tokens.find_code(mail.message.text[:_QUOTED])


# --- The verb of the address ------------------------------------------------------------------


def _by_address(route: Route) -> bool:
    return route.kind is RouteKind.COMMAND and route.verb != "request"


def _of_address(sheet: Sheet) -> Reading:
    """The address wins; what the text says may still be "no", or when a pause ends."""
    route, guesses = sheet.mail.route, sheet.guesses
    same = [guess for guess in guesses if guess.verb == route.verb]
    stays = any("STAY" in clause.meanings for clause in sheet.clauses) and route.verb == "leave"
    said_no = (
        stays
        or any(guess.verb == KEEP for guess in guesses)
        or (not same and _answered(sheet).answer is Answer.NO)
    )
    if not said_no and (other := _contradicts(sheet)):
        return _unclear(sheet, (route.verb, other))
    clauses = sheet.clauses
    first = clauses[0] if clauses else Clause(Text("", ""))
    guess = same[0] if same else Guess(route.verb, first, sure=True)
    options = options_of(guess, clauses, frozenset({sheet.mail.sender}))
    if not same and route.verb != "pause":
        options = Options(quiet=options.quiet)
    waits = any("WAIT" in clause.meanings for clause in clauses)
    # A robot's "I am away" that nothing else betrays must not end a membership.
    waits = waits or (route.verb != "pause" and any("AWAY" in one.meanings for one in clauses))
    sure = not (said_no or waits or _has_no_day(guess.verb, options, clauses))
    spoken = languages_of(one.clause for one in sheet.body)  # a subject is often another mail's
    language = _language_of(route) or spoken
    return Reading(route.verb, options=options, language=language, sure=sure)


_STATES = frozenset("leave join pause resume".split())


def _contradicts(sheet: Sheet) -> str:
    """Give the verb that the text asks for where that and the address's cannot both be meant."""
    ours = sheet.mail.route.verb
    for one in sheet.body:
        guess = one.guess
        if guess is None or not guess.sure or guess.verb == ours:
            continue
        if ours.upper() in guess.clause.meanings:  # it names both
            continue
        if "leave" in {ours, guess.verb} and ours in _OWN and guess.verb in _OWN:
            return guess.verb
        if ours in _STATES and guess.verb in _STATES:
            return guess.verb
    return ""


_OWN = _STATES | frozenset("each daily weekly monthly light full address language".split())


def _language_of(route: Route) -> str:
    """The language that the address's word belongs to; '' for English, which everybody uses."""
    for word in re.split(r"[-+.]", split_address(route.address)[0].lower()):
        spoken: set[str] = set().union(*LEXICON.known(word).values())
        ours = spoken & {"en", "fr", "es", "pt"}
        if word not in {route.group, route.verb} and len(ours) == 1:
            return next(iter(ours - {"en"}), "")
    return ""


# --- The verb of subject and text -------------------------------------------------------------


def _of_words(sheet: Sheet) -> Reading:
    if setting := setting_of(sheet):
        return replace(setting, language=sheet.language)
    guesses = candidates(sheet) or kindly(sheet)
    verbs = {guess.verb for guess in guesses}
    doubted = all(guess.doubtful for guess in guesses)
    if len(verbs) != 1 or guesses[0].rivals or verbs & {KEEP, PEOPLE} or doubted:
        return _unclear(sheet, _nearest(sheet, guesses))
    return _agreed(sheet, guesses)


def _unclear(sheet: Sheet, nearest: tuple[str, ...]) -> Reading:
    return Reading("", language=sheet.language, sure=False, nearest=nearest)


_WEAK_WORDS = frozenset("STOP GO REMOVE EACH DIGEST LIGHT FULL LAST ENTER AWAY HOLD".split())


def _is_bare(guess: Guess) -> bool:
    """One word that means much else too: only where it is nearly all that is said."""
    told = [one for one in guess.clause.items if not set(one.meanings) <= {"FILLER", "NOTHING"}]
    return len(told) == 1 and bool(_WEAK_WORDS & set(told[0].meanings))


def _agreed(sheet: Sheet, guesses: list[Guess]) -> Reading:
    """All sentences that ask for something ask for the same."""
    best = next((guess for guess in guesses if guess.sure), guesses[0])
    best = next((guess for guess in guesses if guess.clause.targets), best)
    options = options_of(best, sheet.clauses, frozenset({sheet.mail.sender}))
    if best.verb == "search":  # "Search" above "can you search for pumps": the words stand below
        asked = [options_of(guess, sheet.clauses, frozenset()) for guess in guesses]
        options = next((one for one in asked if one.words), options)
    sure = any(guess.sure for guess in guesses)
    sure = sure and all(one.sure or "PROBLEM" in one.clause.meanings for one in guesses)
    sure = sure and not any("WAIT" in clause.meanings for clause in sheet.clauses)
    sure = sure and not _has_no_day(best.verb, options, sheet.clauses)
    if any(
        one.clause is best.clause or (one.guess is not None and one.guess.verb == best.verb)
        for one in sheet.body
    ):
        chatter = sum(one.clause.unknown for one in sheet.body if one.guess is None)
        bare = all(_is_bare(guess) for guess in guesses)
        sure = sure and chatter <= (_FOR_PEOPLE if bare else _CHATTER)
    elif _is_other(sheet, best):
        return _unclear(sheet, (best.verb, "help"))
    else:
        sure = sure and (is_nothing(sheet.said, sheet.group) or _explains(sheet, best.verb))
    return Reading(best.verb, options=options, language=sheet.language, sure=sure)


def _is_other(sheet: Sheet, best: Guess) -> bool:
    """The text has a matter of its own; the subject was left from another mail, or only named it."""
    if sheet.mail.route.kind is RouteKind.POST:
        return False
    if "AWAY" in best.clause.meanings and best.topic:
        return not is_nothing(sheet.said, sheet.group)
    if best.verb == "address" and any(clause.addresses for clause in sheet.clauses):
        return False
    return best.verb not in _HARMLESS and any(one.clause.asks for one in sheet.body)


def _explains(sheet: Sheet, verb: str) -> bool:
    """A few words of reason agree with a harmless command in the subject (RULINGS 8)."""
    few = sum(one.clause.unknown for one in sheet.body) <= _EXPLAINED
    order = ordered(sheet)
    undone = verb in _OF_THREADS and order is not None and bool(order.clause.targets)
    return few and (verb in _HARMLESS or undone) and not any(one.clause.asks for one in sheet.body)


_OF_THREADS = frozenset("lock unlock split merge".split())
"""what a coordinator's UNDO takes back in a thread"""


def _has_no_day(verb: str, options: Options, clauses: Sequence[Clause]) -> bool:
    """A pause "until Easter": the day was not understood, so nothing is sure."""
    unread = any("UNTIL" in clause.meanings for clause in clauses)
    return verb == "pause" and options.until is None and unread


def _nearest(sheet: Sheet, guesses: Sequence[Guess]) -> tuple[str, ...]:
    """Two verbs to offer; none where a person should read the mail."""
    asked = [verb for guess in guesses for verb in (guess.verb, *guess.rivals)]
    named = [verb for verb in dict.fromkeys(asked) if verb not in {KEEP, PEOPLE}]
    if PEOPLE in asked and not named:
        return ()
    if KEEP in asked:
        return tuple(dict.fromkeys([*named, "leave", "status"]))[:2]
    speaks = any(not clause.meanings.isdisjoint(_MEMBERSHIP) for clause in sheet.clauses)
    if (
        len(sheet.lines) <= _LONG
        and not (named or speaks)
        and sum(one.unknown + len(one.at("NOTHING")) for one in sheet.clauses) > _FOR_PEOPLE
    ):
        return ()
    known = tuple(dict.fromkeys([*named, *hints(sheet.clauses)]))[:2]
    return tuple(dict.fromkeys([*known, "help", "status"]))[:2]
