"""The pages of the live service below `/_/`: the archive's look, in the reader's language.

No page shows an e-mail address of a person or a token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from archive import ids
from archive.frames import Place, site_frame
from archive.i18n import direction, languages
from archive.model import GroupInfo, SiteInfo
from archive.render import environment
from archive.search import Hit
from archive.viewtypes import Frame
from dgroup.web.oneclick import FIELD, VALUE

ROBOTS = "noindex,nofollow"
_RANGE = re.compile(r"([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A post that a search found, as the page lists it."""

    path: str
    subject: str
    excerpt: str
    author: str
    at: datetime
    group: str
    """title of its group; empty where one group was searched"""
    language: str


def preferred(header: str, known: tuple[str, ...]) -> str:
    """Give the first language of an Accept-Language header that we speak, by quality; else ''.

    RFC 9110 12.5.4; 'fr-BF' is served with 'fr' (RFC 4647 3.4).
    """
    wanted: list[tuple[float, int, str]] = []
    for place, item in enumerate(header.lower().split(",")):
        found = _RANGE.fullmatch(item.strip())
        quality = float(found[2] or 1) if found else 0.0
        if found and quality > 0:
            wanted.append((-quality, place, found[1].partition("-")[0]))
    return next((language for _, _, language in sorted(wanted) if language in known), "")


class WebPages:
    """Renders `templates/web/*.html.j2`, the operator's overlay first."""

    def __init__(self, site: SiteInfo, overlay: Path | None) -> None:
        self._site = site
        self._overlay = overlay

    def language(self, *wishes: str, header: str = "") -> str:
        """Give the first wish that we speak (the member's, the group's), else the browser's, else
        the site's language."""
        known = languages()
        for wish in wishes:
            code = wish.partition("-")[0]
            if code in known:
                return code
        return preferred(header, known) or self._site.language

    def question(self, path: str, group: GroupInfo, language: str) -> bytes:
        """Ask whether to leave: a button that posts what RFC 8058 posts. The page itself never
        acts, because scanners of links open it (pain 7)."""
        return self._page("leave", path, group, language, field=FIELD, value=VALUE)

    def left(self, path: str, group: GroupInfo, language: str) -> bytes:
        """Say that they are out, and how it is undone."""
        return self._page("left", path, group, language)

    def left_before(self, path: str, group: GroupInfo, language: str) -> bytes:
        """Say that they were out already."""
        return self._page("left-before", path, group, language)

    def unknown_link(self, path: str, language: str) -> bytes:
        """Say kindly that a link names nobody, and how to leave without it."""
        return self._page("leave-unknown", path, None, language)

    def file_over(self, path: str, language: str) -> bytes:
        """Say that a link to a file works no more, and how to get it all the same."""
        return self._page("file-over", path, None, language)

    def missing(self, path: str, language: str) -> bytes:
        """Say that there is nothing at this address."""
        return self._page("missing", path, None, language)

    def results(
        self,
        group: GroupInfo | None,
        language: str,
        query: str,
        rows: tuple[ResultRow, ...],
        *,
        more: bool,
    ) -> bytes:
        """List what a search found; with an empty query only the form."""
        return self._page("search", "_/search", group, language, query=query, rows=rows, more=more)

    def _page(
        self, name: str, path: str, group: GroupInfo | None, language: str, **values: Any
    ) -> bytes:
        template = environment(language, self._overlay).get_template(f"web/{name}.html.j2")
        frame = self._frame(path, group, language)
        return template.render(frame=frame, **values).encode("utf-8", "replace")

    def _frame(self, path: str, group: GroupInfo | None, language: str) -> Frame:
        if group is None:
            made = site_frame(self._site, path, "")
        else:
            made = Place(self._site, group).frame(path, "")
        return replace(made, language=language, rtl=direction(language) == "rtl", robots=ROBOTS)


def result_row(hit: Hit, group: GroupInfo, *, name_group: bool) -> ResultRow:
    """Make a row of what a search found; addresses in it are masked."""
    return ResultRow(
        path=ids.message_path(group.name, hit.post.key),
        subject=ids.masked(hit.post.subject),
        excerpt=ids.masked(hit.excerpt),
        author=hit.post.author,
        at=hit.post.received_at,
        group=group.title if name_group else "",
        language=hit.post.language,
    )
