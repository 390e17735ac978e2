"""Groups whose members share copies, and a smarthost that does everything wrong: nothing is lost, nobody is
mailed twice, nobody is blamed for what was said about many."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.dgroup.faults import assert_kept, until_over
from tests.dgroup.faulty_smtp import DROP, HANG, LOSE, Step, faulty_smtp
from tests.dgroup.office import NOW, Office, opened
from tests.dgroup.sending import test_bulk
from tests.dgroup.sending.test_bulk import MEMBERS, names, sent, share, transactions
from tests.dgroup.sending.test_faults import FAULTS, LONG_WAIT, SHORT_WAIT, first, schedules
from tests.dgroup.sending.test_sender import Clock, sending, states

office = test_bulk.office
pytestmark = pytest.mark.usefixtures("patient")


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_costs_time_and_no_mail(office: Office, clock: Clock, fault: str) -> None:
    office.join(*names(MEMBERS))
    office.post()
    waits = fault.startswith("hangs") or fault == "endless lines"
    timeout_s = SHORT_WAIT if waits else LONG_WAIT
    server = await sent(office, clock, FAULTS[fault], timeout_s=timeout_s, recipients=8)
    assert states(office) == {"sent": MEMBERS}
    assert_kept(office, server)
    assert len(server.ledger) == MEMBERS


@pytest.mark.parametrize("action", [DROP, LOSE, HANG])
async def test_a_dot_without_answer_is_unsure_for_all_of_it(
    office: Office, clock: Clock, action: str
) -> None:
    """All of that transaction are repeated once, by copies of their own; nobody else is."""
    office.join(*names(40))
    office.post()
    timeout_s = SHORT_WAIT if action == HANG else LONG_WAIT
    server = await sent(office, clock, first("dot", action, 1), timeout_s=timeout_s, recipients=10)
    assert states(office) == {"sent": 40}
    assert_kept(office, server, unsure=10)
    assert Counter(transactions(server)) == {10: 4, 1: 10}
    twice = [one for one, times in Counter(t.recipient for t in server.ledger).items() if times > 1]
    assert len(twice) == (10 if action == LOSE else 0)


async def test_one_refusal_in_a_hundred(office: Office, clock: Clock) -> None:
    """Who is refused among many is asked about alone, and only that answer counts."""
    office.join(*names(100))
    office.post()

    def rule(step: Step) -> str:
        return "550 5.1.1 nobody" if step.kind == "rcpt" and "m42@" in step.argument else ""

    server = await sent(office, clock, rule, recipients=100)
    assert states(office) == {"sent": 99, "failed": 1}
    assert_kept(office, server)
    assert transactions(server) == [100, 1]


@pytest.mark.parametrize("said", ["354 go on", "554 5.5.1 no valid recipients"])
async def test_nobody_accepted_and_the_session_goes_on(
    office: Office, clock: Clock, said: str
) -> None:
    office.join(*names(10))
    office.post()

    def rule(step: Step) -> str:
        if step.kind == "rcpt" and step.number <= 10:
            return "450 4.2.0 greylisted"
        return said if step.kind == "data" and step.number == 1 else ""

    server = await sent(office, clock, rule, connections=1)
    assert states(office) == {"sent": 10}
    assert_kept(office, server)
    assert server.sessions == 1


async def test_the_text_is_refused_to_many_and_each_is_asked_alone(
    office: Office, clock: Clock
) -> None:
    office.join(*names(10))
    office.post()
    server = await sent(office, clock, first("dot", "554 5.6.0 I do not like it", 1))
    assert states(office) == {"sent": 10}
    assert transactions(server) == [10, *[1] * 10]
    assert_kept(office, server)


async def test_what_was_put_off_goes_alone(office: Office, clock: Clock) -> None:
    office.join(*names(6))
    office.post()

    def rule(step: Step) -> str:
        return "450 4.2.2 full" if step.kind == "rcpt" and step.number <= 12 else ""

    server = await sent(office, clock, rule)
    assert states(office) == {"sent": 6}
    assert transactions(server)[0] == 6
    assert set(transactions(server)[1:]) == {1}


async def test_a_member_whose_mail_breaks_sessions_holds_nobody_up(
    office: Office, clock: Clock
) -> None:
    office.join(*names(MEMBERS))
    office.post()

    def rule(step: Step) -> str:
        return DROP if step.kind == "rcpt" and "m13@" in step.argument and clock.now == NOW else ""

    async with (
        faulty_smtp(rule) as server,
        sending(office, clock, server=server, connections=2) as sender,
    ):
        async with asyncio.timeout(20):
            while sender.counts["sent"] < MEMBERS - 1:  # noqa: ASYNC110 - a poll with a deadline
                await asyncio.sleep(0.01)
        await until_over(office, clock, sender)
    assert states(office) == {"sent": MEMBERS}
    assert_kept(office, server)


async def test_a_full_smarthost_waits_and_all_goes_out(office: Office, clock: Clock) -> None:
    office.join(*names(MEMBERS))
    office.post()
    server = await sent(office, clock, first("mail", "452 4.3.1 disk full", 3))
    assert states(office) == {"sent": MEMBERS}
    assert_kept(office, server)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(schedule=schedules)
def test_any_faults_lose_nothing(tmp_path: Path, schedule: dict[tuple[str, int], str]) -> None:
    def rule(step: Step) -> str:
        action = schedule.get((step.kind, step.number), "")
        return DROP if action == LOSE and step.kind != "dot" else action

    url = f"sqlite:///{tmp_path / 'any.db'}"
    (tmp_path / "any.db").unlink(missing_ok=True)
    with opened(url) as office:
        share(office)
        office.join(*[f"m{n}@d{n % 3}.example" for n in range(14)])
        office.post()
        server = asyncio.run(sent(office, Clock(), rule, timeout_s=LONG_WAIT, recipients=4))
        dots = sum(kind == "dot" for kind, _ in schedule)
        assert_kept(office, server, unsure=4 * dots)
        assert states(office)["failed"] <= 4 * (dots // 2)
