"""What a weekly summary is: plain frozen values, made once, rendered as page and letter, saved as
JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence word for word as the named person wrote it; ' [...]' marks a cut."""

    text: str
    name: str
    """as the member shows it; empty for an anonymous one"""
    organisation: str
    country: str
    url: str
    """the post it stands in"""
    key: str
    language: str


@dataclass(frozen=True, slots=True)
class Discussion:
    """A thread told in its members' sentences."""

    subject: str
    url: str
    posts: int
    people: int
    since: date
    """day of its first post this week"""
    continued: bool
    asks: bool
    """whether the opener's sentences ask; else they only begin it"""
    asked: tuple[Quote, ...]
    """one or two sentences of the opener, empty for a continued thread"""
    said: tuple[Quote, ...]
    last_word: Quote | None


@dataclass(frozen=True, slots=True)
class Question:
    """A question that waits for an answer, or got its first one this week."""

    quote: Quote
    subject: str
    asked_on: date


@dataclass(frozen=True, slots=True)
class Resource:
    """A link or file that a member shared, with the sentence it came in."""

    title: str
    host: str
    """empty for a file"""
    url: str
    name: str
    sentence: str
    """at most 25 words; ' [...]' stands for a cut and for the address itself"""
    language: str


@dataclass(frozen=True, slots=True)
class Other:
    """A thread that is only named."""

    subject: str
    posts: int
    url: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a week amounted to; never broken down by person."""

    posts: int
    threads: int
    people: int
    countries: int
    joined: int
    pace: str
    """'quieter' or 'busier' than usual, else empty"""


@dataclass(frozen=True, slots=True)
class Summary:
    """One week of a group: plain values, made once, rendered as page and letter, saved as JSON."""

    group: str
    title: str
    language: str
    week: str
    first_day: date
    last_day: date
    home_url: str
    page_url: str
    topics: tuple[str, ...] = ()
    """subjects of the two largest threads"""
    numbers: Numbers = Numbers(0, 0, 0, 0, 0, "")
    discussions: tuple[Discussion, ...] = ()
    open_questions: tuple[Question, ...] = ()
    answered: tuple[Question, ...] = ()
    resources: tuple[Resource, ...] = ()
    also: tuple[Other, ...] = ()
    also_more: int = 0
    """threads that a letter leaves to the page"""
    welcome: tuple[str, ...] = ()


def as_json(summary: Summary) -> str:
    """Give a summary as JSON (days as ISO dates): what is stored, and what other programs read."""
    return msgspec.json.encode(summary).decode()


def from_json(text: str) -> Summary:
    """Read a stored summary again; raises msgspec.ValidationError for anything else."""
    return msgspec.json.decode(text, type=Summary)
