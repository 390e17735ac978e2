"""The weekly summary as a letter: subject, plain text of at most 6,000 bytes, and the same text as
semantic HTML. Templates `mail/summary.*.j2`; wrapping and fitting here, words in the catalogues.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace
from datetime import date

from jinja2 import Environment

from archive.i18n import format_date
from archive.summary_fit import LETTER_LIMIT, fit
from archive.summary_model import Question, Quote, Summary

WIDTH = 72
_GAP = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class LetterLinks:
    """Where a reader changes what comes: shown in the footer, the same for all readers."""

    request: str
    """address that takes commands ('seeds-request@example.org')"""
    leave: str
    """address that takes one out of the group"""
    answer: str = ""
    """where the archive has no pages: the address that answers a post, with KEY for the post's key; it
    stands where the post's page would"""


@dataclass(frozen=True, slots=True)
class SummaryLetter:
    """One rendering for all readers of one language."""

    subject: str
    text: str
    html: str


def render_letter(
    summary: Summary, environment: Environment, language: str, links: LetterLinks
) -> SummaryLetter:
    """Render a summary in the reader's language, cut to LETTER_LIMIT bytes of plain text.

    `environment` has the templates, ext.i18n with newstyle gettext and that language's catalogue.
    """
    if links.answer:
        summary = _without_pages(summary, links.answer)

    def text_of(draft: Summary) -> str:
        return _render(draft, environment, "mail/summary.txt.j2", language, links)

    def fill_text(draft: Summary) -> str:
        return fill(_split_subject(text_of(draft))[1])

    short = fit(summary, fill_text, LETTER_LIMIT)
    subject, body = _split_subject(text_of(short))
    html = _render(short, environment, "mail/summary.html.j2", language, links)
    return SummaryLetter(subject, fill(body), html.strip() + "\n")


def _without_pages(summary: Summary, answer: str) -> Summary:
    """No address of a page: only the host's coordinators could open it. Links that members shared stay."""

    def quoted(quote: Quote) -> Quote:
        return replace(quote, url=answer.replace("KEY", quote.key))

    def asked(questions: tuple[Question, ...]) -> tuple[Question, ...]:
        return tuple(replace(one, quote=quoted(one.quote)) for one in questions)

    return replace(
        summary,
        home_url="",
        page_url="",
        discussions=tuple(replace(one, url="") for one in summary.discussions),
        open_questions=asked(summary.open_questions),
        answered=asked(summary.answered),
        resources=tuple(replace(one, url=one.url if one.host else "") for one in summary.resources),
        also=tuple(replace(one, url="") for one in summary.also),
    )


def _render(
    summary: Summary, environment: Environment, template: str, language: str, links: LetterLinks
) -> str:
    def day(moment: date) -> str:
        return format_date(moment, language, "short")

    def foreign(quote: Quote) -> str:
        """The mark of a quote that is not in the reader's language."""
        other = quote.language and quote.language[:2] != language[:2].lower()
        return f" ({quote.language})" if other else ""

    return environment.get_template(template).render(
        summary=summary,
        number=int(summary.week.partition("-W")[2]),
        language=language,
        links=links,
        day=day,
        foreign=foreign,
    )


def _split_subject(whole: str) -> tuple[str, str]:
    head, _, body = whole.strip().partition("\n")
    return " ".join(head.removeprefix("Subject:").split()), body.strip("\n")


def fill(text: str) -> str:
    """Fill lines to 72 columns; an address stands on its own line, whole."""
    lines = [_fill_line(line) for line in text.split("\n")]
    return _GAP.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"


def _fill_line(line: str) -> str:
    if len(line) <= WIDTH:
        return line.rstrip()
    return textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False)
