"""The order in which a summary is cut until its letter is small enough (SUMMARY.md, Limits)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archive.summary_model import Other, Summary

LETTER_LIMIT = 6000
"""Bytes of the plain text in UTF-8: what a phone on a slow line loads in a second."""


def _say_two(summary: Summary) -> Summary:
    short = tuple(replace(entry, said=entry.said[:2]) for entry in summary.discussions)
    return replace(summary, discussions=short)


def _tell_three(summary: Summary) -> Summary:
    return keep_discussions(summary, 3)


def _share_four(summary: Summary) -> Summary:
    return replace(summary, resources=summary.resources[:4])


def _name_fifteen(summary: Summary) -> Summary:
    return keep_others(summary, 15)


def keep_discussions(summary: Summary, most: int) -> Summary:
    """Tell only the first `most` discussions; the others are named at the head of "Also"."""
    moved = tuple(Other(e.subject, e.posts, e.url) for e in summary.discussions[most:])
    return replace(summary, discussions=summary.discussions[:most], also=(*moved, *summary.also))


def keep_others(summary: Summary, most: int) -> Summary:
    """Name only the first `most` other threads and count the rest ("and 12 more")."""
    more = max(0, len(summary.also) - most)
    return replace(summary, also=summary.also[:most], also_more=summary.also_more + more)


CUTS: tuple[Callable[[Summary], Summary], ...] = (
    _say_two,
    _tell_three,
    _share_four,
    _name_fifteen,
    lambda summary: replace(summary, resources=summary.resources[:2], answered=()),
    lambda summary: keep_discussions(summary, 2),
    lambda summary: replace(summary, open_questions=summary.open_questions[:2]),
    lambda summary: keep_others(keep_discussions(summary, 1), 8),
    lambda summary: replace(summary, resources=(), welcome=summary.welcome[:10]),
    lambda summary: keep_others(replace(summary, discussions=(), open_questions=()), 4),
)
"""What goes first when a letter is too long (SUMMARY.md, Limits); the last ones act on freak weeks."""


def fit(summary: Summary, render: Callable[[Summary], str], limit: int = LETTER_LIMIT) -> Summary:
    """Cut a summary until its rendered text has at most `limit` bytes UTF-8."""
    for cut in CUTS:
        if len(render(summary).encode()) <= limit:
            return summary
        summary = cut(summary)
    return summary
