"""Views through templates: one Jinja environment per language, the operator's overlay first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from babel.support import NullTranslations
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    pass_eval_context,
    select_autoescape,
)
from jinja2.ext import Extension
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from archive.i18n import format_date, format_number, format_span, translator
from archive.resources import tree

ESCAPED = ("html", "xml", "atom", "html.j2")


@lru_cache(maxsize=64)
def environment(language: str, overlay: Path | None = None) -> Environment:
    """Give the compiled templates of `templates/` in a language; `overlay` holds a host's own.

    HTML and XML are escaped by themselves, texts are not. Undefined names raise.
    """
    folders = ([overlay] if overlay else []) + [tree("archive", "templates")]
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=select_autoescape(ESCAPED),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", FoldWords],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
    )
    _install(made, language, overlay)
    return made


def _install(made: Environment, language: str, overlay: Path | None) -> None:
    words = translator(language, overlay / "locale" if overlay else None)
    made.extend(words=words)
    install: Callable[..., None] = made.install_gettext_translations  # type: ignore[attr-defined]  # given by ext.i18n
    install(words, newstyle=True)
    made.globals |= _word_functions(words)
    made.filters |= {
        "iso": iso,
        "clock": clock,
        "rfcdate": rfc_date,
        "bdi": bdi,
        "tidy": partial(tidy, language=language),
        "number": partial(format_number, language=language),
        "day": partial(format_date, language=language),
        "span": partial(format_span, language=language),
        "shortday": partial(format_date, language=language, style="short"),
        "monthname": partial(format_date, language=language, style="month"),
        "monthonly": partial(format_date, language=language, style="month-name"),
    }


def _word_functions(words: NullTranslations) -> dict[str, Callable[..., str]]:
    """What templates call for their words, as Jinja's own do it at a quarter of the cost."""

    @pass_eval_context
    def gettext(context: EvalContext, text: str, **values: object) -> str:
        return filled(context, words.gettext(text), values)

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, several: str, num: int, **values: object) -> str:
        return filled(context, words.ngettext(one, several, num), {"num": num} | values)

    def filled(context: EvalContext, text: str, values: Mapping[str, object]) -> str:
        if not context.autoescape:
            return text % values
        safe = {
            name: value if type(value) is int else escape(value) for name, value in values.items()
        }
        return Markup(text % safe)  # noqa: S704 - a catalogue's words, and every value is escaped

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


class FoldWords(Extension):
    """Puts the translation of `{{ _("words") }}` into a template before it is compiled.

    An environment speaks one language, so fixed words need not be looked up for each page.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Replace the calls that have neither placeholders nor signs with a meaning in Jinja."""
        escaped = str(name).endswith(ESCAPED)

        def word(found: re.Match[str]) -> str:
            text = self.environment.words.gettext(found.group(1))  # type: ignore[attr-defined]  # set by extend
            return found.group() if _SIGNS.search(text) else str(escape(text) if escaped else text)

        return _FIXED_WORDS.sub(word, source)


_FIXED_WORDS = re.compile(r"""\{\{ _\("([^"\\%]+)"\) \}\}""")
_SIGNS = re.compile(r"[{}%#\n]")


class Renderer:
    """Turns views into the bytes of files, each in its own language."""

    def __init__(self, overlay: Path | None = None) -> None:
        self._overlay = overlay
        self._templates: dict[tuple[str, str], Template] = {}

    def page(self, name: str, language: str, view: Any) -> bytes:
        """Render `templates/site/NAME` for a view; a view with a frame gives it to the layout."""
        template = self._templates.get((language, name))
        if template is None:
            template = environment(language, self._overlay).get_template(f"site/{name}")
            self._templates[language, name] = template
        text = template.render(view=view, frame=getattr(view, "frame", None))
        return text.encode("utf-8", "replace")

    def style(self) -> bytes:
        """Give the style sheet, the operator's own if there is one."""
        folders = ([self._overlay] if self._overlay else []) + [tree("archive", "templates")]
        found = next(path for folder in folders if (path := folder / "site/style.css").is_file())
        return found.read_bytes()


# --- Filters ----------------------------------------------------------------------------------


def iso(moment: datetime) -> str:
    """Write a moment for machines: '2026-03-03T14:05:00Z' (RFC 3339)."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat()[:19]}Z"


def clock(moment: datetime) -> str:
    """Write the time of day in UTC on 24 hours: '14:05'."""
    return moment.isoformat()[11:16]


_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def rfc_date(moment: date) -> str:
    """Write a moment as mail headers do (RFC 5322 3.3), whatever the process's locale."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment:%d} {month} {moment:%Y %H:%M:%S} +0000"


def bdi(name: str) -> Markup:
    """Keep a name's own direction inside a sentence of another."""
    return Markup(f"<bdi>{escape(name)}</bdi>")  # noqa: S704 - the name is escaped


def tidy(number: float, language: str) -> str:
    """Write a size with one digit after the point below ten, none above."""
    return format_number(round(number, 1 if number < 10 else None), language)
