"""Which post answers which, and what is one thread. Pure, never recursive; docs/threading.md.

A parent is decided by the post's own headers alone, a thread is the connected component over all
ids that its posts name. Both are functions of the set of posts with their recorded received_at,
so the order of arrival cannot change them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

from archive.ids import is_letter_id
from archive.model import ParsedMessage, Post

MAX_CANDIDATES = 50
SUBJECT_WINDOW = timedelta(days=30)
_MIN_SUBJECT = 3
_GENERIC = frozenset(
    {
        *("hello", "hello all", "hi all", "hi everyone", "greetings", "question", "questions"),
        *("help me", "help needed", "please help", "urgent", "important", "reminder", "update"),
        *(
            "help",
            "info",
            "news",
            "test",
            "testing",
            "test message",
            "no subject",
            "(no subject)",
            "<no subject>",
            "subject",
        ),
        *("thanks", "thank you", "request", "information", "welcome", "introduction", "problem"),
        *("bonjour", "bonjour à tous", "bonsoir", "salut", "aide", "merci", "rappel", "urgence"),
        *("sans objet", "(sans objet)", "(pas de sujet)", "demande", "problème", "bienvenue"),
        *("hola", "hola a todos", "saludos", "ayuda", "gracias", "consulta", "pregunta"),
        *("sin asunto", "(sin asunto)", "recordatorio", "urgente", "información", "bienvenida"),
        *("olá", "ajuda", "obrigado", "obrigada", "pergunta", "sem assunto", "(sem assunto)"),
        *("lembrete", "pedido", "informação", "importante", "unsubscribe", "subscribe"),
    }
)

Order = tuple[datetime, str, str]


@dataclass(frozen=True, slots=True)
class Node:
    """What the place of a post depends on; names are `ids.key_of` of Message-IDs."""

    id: int
    own: str
    """name of its own Message-ID"""
    alias: str
    """its key: another name than `own` for an imposter, who can be answered by key only"""
    digest: str
    received_at: datetime
    named: tuple[str, ...]
    """names of the posts it may answer, best first"""
    line_path: str = ""
    """recorded path of its line when an archive is rebuilt: posts that share one are one line"""
    pinned: bool = False
    """recorded when an archive is rebuilt: coordinators put it into another thread"""

    @property
    def ties(self) -> tuple[str, ...]:
        """All that puts it into one line with others."""
        names = (self.own, self.alias, *self.named)
        return (*names, path_tie(self.line_path)) if self.line_path else names

    @property
    def order(self) -> Order:
        """Oldest first, free of arrival order: received_at, then id, then content."""
        return (self.received_at, self.own, self.digest)


class Opening(StrEnum):
    """What the first post of a line is to subject joining."""

    ROOT = "root"
    """answers nothing: others may be joined to it"""
    REPLY = "reply"
    """looks like a reply, answers nothing known, and its subject says something: may be joined"""
    CHILD = "child"
    """answers a post that is younger by our clock: left alone"""


def path_tie(path: str) -> str:
    """Give the name under which a recorded path ties posts together; no key looks like it."""
    return f"path {path}"


@dataclass(frozen=True, slots=True)
class Line:
    """A connected component of ids, as subject joining sees it."""

    id: int
    order: tuple[datetime, str]
    """received_at and name of its first post"""
    last_at: datetime
    opening: Opening


def candidates(message: ParsedMessage, reply_parent_id: str = "") -> tuple[str, ...]:
    """Give the ids a mail may answer, best first (RULINGS 4): that of the reply key it was sent to,
    References from the last to the first, In-Reply-To. Without its own id, repeats, and ids of
    our own letters; at most 50.
    """
    named = chain([reply_parent_id], reversed(message.references), message.in_reply_to)
    kept = dict.fromkeys(
        name for name in named if name and name != message.message_id and not is_letter_id(name)
    )
    return tuple(kept)[:MAX_CANDIDATES]


def is_generic(base: str) -> bool:
    """Tell a base subject (casefolded) that says too little to join two posts by it."""
    return len(base) < _MIN_SUBJECT or base.strip(" .!?:") in _GENERIC


def parents(nodes: Sequence[Node], known: Mapping[str, int] | None = None) -> dict[int, int]:
    """Give the parent of each node that has one: the first candidate that is here.

    `known` maps names of posts outside `dgroup.nodes.register` to their ids; those never answer one of `dgroup.nodes.register`.
    A Message-ID used twice means the oldest post with it. Cycles are broken at their oldest post.
    """
    places = dict(known or {})
    for node in sorted(nodes, key=lambda item: item.order, reverse=True):
        places[node.alias] = node.id
        places[node.own] = node.id
    choices = {
        node.id: [places[name] for name in node.named if places.get(name, node.id) != node.id]
        for node in nodes
    }
    return _without_cycles(choices, {node.id: node.order for node in nodes})


def _without_cycles(
    choices: Mapping[int, list[int]], orders: Mapping[int, Order]
) -> dict[int, int]:
    """Take everyone's first choice; while there are cycles, the oldest of each takes its next one.

    Every node has at most one parent, so cycles are disjoint, and which there are does not depend
    on where the search begins.
    """
    wanted = {post: found[0] for post, found in choices.items() if found}
    turn = dict.fromkeys(wanted, 0)
    while cycles := _cycles(wanted):
        for cycle in cycles:
            oldest = min(cycle, key=lambda post: orders[post])
            turn[oldest] += 1
            if turn[oldest] < len(choices[oldest]):
                wanted[oldest] = choices[oldest][turn[oldest]]
            else:
                del wanted[oldest]
    return wanted


def _cycles(wanted: Mapping[int, int]) -> list[list[int]]:
    done: set[int] = set()
    found = []
    for start in wanted:
        way: list[int] = []
        here = start
        while here in wanted and here not in done:
            done.add(here)
            way.append(here)
            here = wanted[here]
        if here in way:
            found.append(way[way.index(here) :])
    return found


def opening(subject_is_reply: bool, base: str, has_parent: bool, *, may_join: bool) -> Opening:
    """Say what a line's first post is; `base` is its base subject, casefolded."""
    if has_parent:
        return Opening.CHILD
    if may_join and subject_is_reply and not is_generic(base):
        return Opening.REPLY
    return Opening.ROOT


def depths(
    ids: Iterable[int], parent_of: Mapping[int, int], known: Mapping[int, int]
) -> dict[int, int]:
    """Give each post's distance from its root; `parent_of` has no cycle, `known` holds the depths
    of posts above."""
    found = dict(known)
    for start in ids:
        way: list[int] = []
        here = start
        while here not in found and here in parent_of:
            way.append(here)
            here = parent_of[here]
        depth = found.setdefault(here, 0)
        for post in reversed(way):
            depth += 1
            found[post] = depth
    return found


def sections(
    ids: Collection[int], parent_of: Mapping[int, int], known: Mapping[int, int | None]
) -> dict[int, int]:
    """Give the thread that coordinators put each post into: that of the nearest post above it, or
    itself, that `known` names. Posts of which nobody said anything are left out.

    A function of parents and of what was said of single posts, so arrival order cannot change it.
    """
    found = dict(known)
    for start in ids:
        way: list[int] = []
        here = start
        while here not in found and here in parent_of:
            way.append(here)
            here = parent_of[here]
        section = found.setdefault(here, None)
        found.update(dict.fromkeys(way, section))
    return {post: section for post in ids if (section := found[post]) is not None}


class Union:
    """Connected components over names (union-find with path halving)."""

    __slots__ = ("_above",)

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def find(self, name: str) -> str:
        """Give the name that stands for the component of `name`."""
        above = self._above
        here = above.setdefault(name, name)
        while above[here] != here:
            above[here] = here = above[above[here]]
        return here

    def join(self, names: Iterable[str]) -> None:
        """Put all `names` into one component."""
        first = None
        for name in names:
            root = self.find(name)
            if first is None:
                first = root
            else:
                self._above[root] = first


def joins(lines: Sequence[Line]) -> dict[int, int]:
    """Say which line is shown in which other for its subject; all `lines` have the same base.

    A reply goes to the youngest root that began before it and was active within the 30 days before
    it; replies are not joined to replies, so nothing is joined in two hops. This looks at recorded
    times only: applied again to all lines of a subject after each change, it gives the same result
    for every order of arrival.
    """
    roots = [line for line in lines if line.opening is Opening.ROOT]
    found = {}
    for line in lines:
        if line.opening is not Opening.REPLY:
            continue
        begun = line.order[0]
        open_then = [root for root in roots if root.order < line.order and _active(root, begun)]
        if open_then:
            found[line.id] = max(open_then, key=lambda root: root.order).id
    return found


def _active(root: Line, moment: datetime) -> bool:
    return root.order[0] <= moment <= root.last_at + SUBJECT_WINDOW


def tree(posts: Sequence[Post]) -> list[Post]:
    """Give posts in reply order: depth first, answers by received_at. A post whose parent is not
    among them stands as a root, so a part of a thread can be ordered by itself.
    """
    here = {post.id for post in posts}
    answers: dict[int | None, list[Post]] = {}
    for post in sorted(posts, key=_by_time, reverse=True):
        above = post.parent_id if post.parent_id in here else None
        answers.setdefault(above, []).append(post)
    ordered: list[Post] = []
    waiting = answers.get(None, [])
    while waiting:
        post = waiting.pop()
        ordered.append(post)
        waiting.extend(answers.get(post.id, ()))
    return ordered


def _by_time(post: Post) -> tuple[datetime, str]:
    return (post.received_at, post.key)
