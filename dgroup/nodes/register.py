"""Who works on the database just now: the name and roles of each node, and who runs the jobs.

On PostgreSQL each node keeps one connection that carries both (`presence`); the server's own list of
connections and locks is the answer, so that no row of ours can be out of date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

PREFIX = "dg"
SCHEDULER = (0x6469, 1)
"""the advisory lock of the one scheduler; `archive.db` has those before it"""


@dataclass(frozen=True, slots=True)
class Node:
    """One `dgroup serve`."""

    name: str
    roles: tuple[str, ...]

    @property
    def label(self) -> str:
        """What its connection is called: at most 63 bytes, all that PostgreSQL keeps."""
        return f"{PREFIX}:{self.name}:{','.join(self.roles)}"


@dataclass(frozen=True, slots=True)
class Present:
    """A node that is connected."""

    node: Node
    since: datetime
    schedules: bool
    """it is the one that runs the jobs"""


def node_of(label: str) -> Node:
    """Read what `Node.label` wrote."""
    _, name, roles = label.split(":")
    return Node(name, tuple(roles.split(",")))


LABELS = """SELECT application_name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name ~ '^dg:[^:]+:[^:]*$'"""
"""the labels of all nodes that are connected"""
_PRESENT = text(
    """SELECT a.application_name AS label, a.backend_start AS since, EXISTS (
           SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted
           AND l.classid = :first AND l.objid = :second AND l.objsubid = 2) AS schedules
       FROM pg_stat_activity a
       WHERE a.datname = current_database() AND a.application_name ~ :shape
       ORDER BY a.application_name, a.backend_start"""
)


def present(conn: Connection) -> Sequence[Present]:
    """List the nodes that are connected to a PostgreSQL. One may be there twice for a moment, while
    the server has not yet noticed that its former connection is dead."""
    values = {"first": SCHEDULER[0], "second": SCHEDULER[1], "shape": f"^{PREFIX}:[^:]+:[^:]*$"}
    return [
        Present(node_of(row.label), row.since, row.schedules)
        for row in conn.execute(_PRESENT, values)
    ]
