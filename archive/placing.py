"""Where new posts stand: the facts read from the database, and the decision by `archive.threads`.

A post that only adds to a line (its parent is here, nobody waited for it) is placed from a few rows.
One that arrives late, or joins lines, makes the lines it touches be arranged anew as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, select

from archive import threads
from archive.lines import LineRow, at_paths, load_lines
from archive.quick import Quick
from archive.tables import mentions, posts, thread_ids
from archive.threads import Node, Union
from archive.types import Among


@dataclass(frozen=True, slots=True)
class Known:
    """A stored post that a new one names."""

    id: int
    order: threads.Order
    depth: int
    section: int | None
    """the thread that coordinators put it into"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored post of a line that is arranged anew."""

    node: Node
    parent_id: int | None
    depth: int
    cut: bool
    """coordinators put it into a thread of their choice"""


@dataclass(frozen=True, slots=True)
class Moved:
    """A stored post whose parent or depth changed."""

    id: int
    key: str
    parent_id: int | None
    depth: int
    new_parent: bool


@dataclass(slots=True)
class Facts:
    """What the names of a batch mean in the database."""

    line_of: dict[str, int] = field(default_factory=dict)
    lines: dict[int, LineRow] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Component:
    """New posts that belong together, and the stored lines that they touch."""

    nodes: tuple[Node, ...]
    names: frozenset[str]
    lines: tuple[int, ...]


@dataclass(slots=True)
class Placement:
    """Where the posts of one component stand."""

    component: Component
    line: int | None
    """the line that they belong to; None for a new one"""
    first: Node
    """the oldest post of the line, new or stored; of a line left as it is, its oldest new post"""
    parent_of: dict[int, int]
    """parents of new posts and, where the line was arranged anew, of all its posts"""
    depth_of: dict[int, int]
    moved: tuple[Moved, ...] = ()
    merged: tuple[int, ...] = ()
    arranged: bool = False
    """the line's first post, order or extent may have changed"""
    section_of: dict[int, int] = field(default_factory=dict)
    """threads of new posts that answer a post which coordinators put there"""
    cut: bool = False
    """some of its stored posts stand in a thread that coordinators chose: `sections.settle` follows"""


def read_facts(conn: Connection, group_id: int, nodes: Sequence[Node]) -> Facts:
    """Look up all names of a batch: two statements, one more with lines joined by subject."""
    facts = Facts()
    names = {name for node in nodes for name in (node.own, node.alias, *node.named)}
    for name, line in _LINES_OF.rows(conn, {"of": group_id, "names": names}):
        facts.line_of[name] = line
    paths = {node.line_path for node in nodes if node.line_path}
    for path, line in at_paths(conn, group_id, paths).items() if paths else ():
        facts.line_of[threads.path_tie(path)] = line
    facts.lines = load_lines(conn, facts.line_of.values())
    owns = {name for node in nodes for name in (node.own, node.alias)}
    wanted = [name for name in facts.line_of if name not in owns]
    for row in _KNOWN.rows(conn, {"of": group_id, "names": wanted}) if wanted else ():
        order = (row.received_at, row.name, row.digest)
        found = Known(row.id, order, row.depth, row.section_id)
        here = facts.known.get(row.name)
        if here is None or found.order < here.order:
            facts.known[row.name] = found
    if chosen := {known.section for known in facts.known.values() if known.section is not None}:
        facts.lines |= load_lines(conn, chosen)
    return facts


def components(nodes: Sequence[Node], facts: Facts) -> list[Component]:
    """Group new posts by the ids that they name, directly or over stored lines."""
    union = Union()
    for node in nodes:
        lines = (f"line {facts.line_of[name]}" for name in node.ties if name in facts.line_of)
        union.join((*node.ties, *lines))
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        groups.setdefault(union.find(node.own), []).append(node)
    return [_component(members, facts) for members in groups.values()]


def _component(nodes: list[Node], facts: Facts) -> Component:
    names = frozenset(name for node in nodes for name in node.ties)
    lines = sorted({facts.line_of[name] for name in names if name in facts.line_of})
    return Component(tuple(nodes), names, tuple(lines))


def sort_out(found: Iterable[Component], facts: Facts) -> tuple[list[Component], list[Component]]:
    """Give (those that leave stored posts as they are, those whose lines are arranged anew)."""
    simple: list[Component] = []
    late: list[Component] = []
    for component in found:
        (simple if _only_adds(component, facts) else late).append(component)
    return simple, late


def _only_adds(component: Component, facts: Facts) -> bool:
    """At most one line, which has posts; no post that others named before it came, none older than
    its first."""
    if not component.lines:
        return True
    if len(component.lines) > 1 or any(node.pinned for node in component.nodes):
        return False
    row = facts.lines[component.lines[0]]
    if row.merged_into is None and not row.count:
        return False  # all its posts were put elsewhere
    named = (facts.known[name] for name in component.names if name in facts.known)
    chosen = {known.section for known in named if known.section is not None}
    started_at = max(facts.lines[line].started_at for line in (component.lines[0], *chosen))
    return all(
        node.own not in facts.line_of and node.received_at > started_at for node in component.nodes
    )


def added(component: Component, facts: Facts) -> Placement:
    """Place posts that only add to a line, or begin one."""
    above = {name: facts.known[name] for name in component.names if name in facts.known}
    places = {name: known.id for name, known in above.items()}
    parent_of = threads.parents(component.nodes, places)
    depths = {known.id: known.depth for known in above.values()}
    mine = [node.id for node in component.nodes]
    return Placement(
        component=component,
        line=component.lines[0] if component.lines else None,
        first=min(component.nodes, key=lambda node: node.order),
        parent_of=parent_of,
        depth_of=threads.depths(mine, parent_of, depths),
        section_of=threads.sections(
            mine, parent_of, {known.id: known.section for known in above.values()}
        ),
    )


def arranged(conn: Connection, component: Component) -> Placement:
    """Place posts by arranging all lines that they touch anew; bounded by those lines.

    Lines joined by subject must have been detached before.
    """
    stored = load_nodes(conn, component.lines)
    old = [post for line in stored.values() for post in line]
    everyone = [*(post.node for post in old), *component.nodes]
    parent_of = threads.parents(everyone)
    depth_of = threads.depths([node.id for node in everyone], parent_of, {})
    survivor = min(stored, key=lambda line: _age(stored[line]))
    return Placement(
        component=component,
        line=survivor,
        first=min(everyone, key=lambda node: node.order),
        parent_of=parent_of,
        depth_of=depth_of,
        moved=tuple(_changes(old, parent_of, depth_of)),
        merged=tuple(line for line in component.lines if line != survivor),
        arranged=True,
        cut=any(post.cut for post in old),
    )


def _age(line: Sequence[Stored]) -> tuple[bool, tuple[threads.Order, ...]]:
    """The oldest line first; one that has no posts by its ids, only by a coordinator's, is last."""
    return (not line, tuple(sorted(post.node.order for post in line)[:1]))


def _changes(
    old: Iterable[Stored], parent_of: Mapping[int, int], depth_of: Mapping[int, int]
) -> Iterable[Moved]:
    for post in old:
        parent, depth = parent_of.get(post.node.id), depth_of[post.node.id]
        if (parent, depth) != (post.parent_id, post.depth):
            new_parent = parent != post.parent_id
            yield Moved(post.node.id, post.node.alias, parent, depth, new_parent)


def load_nodes(conn: Connection, lines: Collection[int]) -> dict[int, list[Stored]]:
    """Give all posts of some lines with the names they go by and the names they may answer."""
    rows = _NODES.rows(conn, {"lines": lines})
    posts_of: dict[int, list[Stored]] = {line: [] for line in lines}
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end].id == rows[start].id:
            end += 1
        row = rows[start]
        owns = [item.name for item in rows[start:end] if item.position == 0]
        node = Node(
            id=row.id,
            own=next((name for name in owns if name != row.key), row.key),
            alias=row.key,
            digest=row.digest,
            received_at=row.received_at,
            named=tuple(item.name for item in rows[start:end] if item.position),
        )
        cut = row.section_id is not None
        posts_of[row.thread_id].append(Stored(node, row.parent_id, row.depth, cut))
        start = end
    return posts_of


_LINES_OF = Quick(
    select(thread_ids.c.key, thread_ids.c.thread_id).where(
        thread_ids.c.group_id == bindparam("of"), Among(thread_ids.c.key, "names")
    )
)
_KNOWN = Quick(
    select(
        mentions.c.key.label("name"),
        posts.c.id,
        posts.c.digest,
        posts.c.received_at,
        posts.c.depth,
        posts.c.section_id,
    )
    .join(posts, posts.c.id == mentions.c.post_id)
    .where(
        mentions.c.group_id == bindparam("of"),
        Among(mentions.c.key, "names"),
        mentions.c.position == 0,
    )
)
# Every id that a post of a line names belongs to that line, so this finds all of each post's names.
_NODES = Quick(
    select(
        posts.c.id,
        posts.c.key,
        posts.c.digest,
        posts.c.received_at,
        posts.c.parent_id,
        posts.c.depth,
        posts.c.section_id,
        thread_ids.c.thread_id,
        mentions.c.key.label("name"),
        mentions.c.position,
    )
    .select_from(thread_ids)
    .join(
        mentions,
        (mentions.c.group_id == thread_ids.c.group_id) & (mentions.c.key == thread_ids.c.key),
    )
    .join(posts, posts.c.id == mentions.c.post_id)
    .where(Among(thread_ids.c.thread_id, "lines"))
    .order_by(posts.c.id, mentions.c.position)
)
