"""As many sessions as the work asks for, and fewer questions to a host that is down."""

from __future__ import annotations

from collections.abc import Iterable

from dgroup.model import OutboxItem
from dgroup.retry import Answer, Heard
from dgroup.sending.crates import Crate, Outcome
from dgroup.sending.ledger import IN_FLIGHT, Line
from dgroup.sending.pipeline import Copy, body_of
from dgroup.sending.sessions import Backoff, SmarthostRelay
from dgroup.sending.smarthost import Host
from dgroup.sending.wire import Extensions
from tests.dgroup.faulty_smtp import HANG, Step, faulty_smtp, until
from tests.dgroup.office import NOW

BODY = body_of(b"Subject: hi\r\n\r\nhi\r\n")


class Shelf:
    """A supply that keeps everything in memory."""

    def __init__(self, count: int) -> None:
        self.items = [
            OutboxItem(n, 1, None, f"m{n}@home.example", "", 0, NOW) for n in range(count)
        ]
        self.answers: list[Answer] = []
        self.lines: set[Line] = set()
        self.blocks = 0

    def holds_up(self, items: Iterable[OutboxItem]) -> bool:
        return False

    def take(self) -> tuple[OutboxItem, Copy] | None:
        if not self.items:
            return None
        item = self.items.pop()
        return item, Copy(item.id, "", item.recipient, b"", BODY)

    def waiting(self) -> int:
        return len(self.items)

    def settle(self, line: Line, item: OutboxItem, answer: Answer) -> None:
        self.answers.append(answer)
        self.lines.add(line)

    def crates_wait(self) -> bool:
        return False

    def take_crate(self, offers: Extensions) -> Crate | None:
        return None

    def settle_crate(self, line: Line, crate: Crate, found: Outcome) -> None:
        raise AssertionError("there are none")

    def blocked(self) -> None:
        self.blocks += 1


async def test_few_copies_take_one_session_and_many_take_all() -> None:
    for count, sessions in ((6, 1), (25, 3), (90, 4)):
        async with faulty_smtp() as server:
            shelf = Shelf(count)
            relay = SmarthostRelay(Host("127.0.0.1", server.port), shelf, 4, 100)
            relay.poke(count)
            await until(lambda: len(shelf.answers) == min(count, 4 * IN_FLIGHT))  # noqa: B023 - awaited within the same turn
            await relay.stop(2)
            assert server.sessions == sessions


async def test_a_session_waits_until_its_copies_are_written_down() -> None:
    async with faulty_smtp() as server:
        shelf = Shelf(50)
        relay = SmarthostRelay(Host("127.0.0.1", server.port), shelf, 1, 100)
        relay.poke(50)
        await until(lambda: len(shelf.answers) == IN_FLIGHT)
        # With the last final dot the next envelope would have gone: nothing was taken for it.
        assert len(shelf.items) == 50 - IN_FLIGHT
        (line,) = shelf.lines
        line.written(5)
        await until(lambda: len(shelf.answers) == IN_FLIGHT + 5)
        await relay.stop(2)


async def test_a_stop_ends_what_hangs() -> None:
    def rule(step: Step) -> str:
        return HANG if step.kind == "dot" else ""

    async with faulty_smtp(rule) as server:
        shelf = Shelf(1)
        relay = SmarthostRelay(Host("127.0.0.1", server.port), shelf, 1, 100)
        relay.poke(1)
        await until(lambda: "dot" in server.seen)
        await relay.stop(0.1)
    assert [answer.heard for answer in shelf.answers] == [Heard.UNKNOWN]


async def test_a_host_that_is_down_blocks_for_a_while() -> None:
    async with faulty_smtp() as server:
        port = server.port
    shelf = Shelf(30)
    relay = SmarthostRelay(Host("127.0.0.1", port, timeout_s=1), shelf, 3, 100)
    relay.poke(30)
    await until(lambda: shelf.blocks > 0)
    assert relay.blocked_for() > 0
    relay.poke(30)
    assert shelf.answers == []
    await relay.stop(1)


async def test_failures_that_come_together_count_once() -> None:
    wait = Backoff()
    assert wait.seconds() == 0
    for _ in range(5):
        wait.failed()
    assert 0.5 < wait.seconds() <= 1
    wait.worked()
    assert wait.seconds() == 0
