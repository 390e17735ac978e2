"""Whatever the smarthost does, each copy is settled once, and truly."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dgroup.retry import Answer, Heard
from dgroup.sending.pipeline import UPLOAD, Copy, End, Pipeline, body_of
from dgroup.sending.smarthost import Host, connect
from dgroup.sending.wire import Extensions
from tests.dgroup.faulty_smtp import DROP, HANG, OFFERS, FaultySmtp, Rule, Step, faulty_smtp, until

TEXT = b"Subject: hi\r\n\r\n.dot\r\n..\r\nend"
BODY = body_of(TEXT)


def copies(count: int, body: bytes = TEXT) -> list[Copy]:
    made = body_of(body)
    return [
        Copy(n, f"water-bounces+{n}@lists.example", f"m{n}@home.example", b"X-To: %d\r\n" % n, made)
        for n in range(1, count + 1)
    ]


class Run:
    """What became of copies that one session after the other was given."""

    def __init__(self) -> None:
        self.answers: dict[int, list[Answer]] = {}
        self.ends: list[End] = []

    def settle(self, copy: Copy, answer: Answer) -> None:
        self.answers.setdefault(copy.id, []).append(answer)

    def heard(self, number: int) -> Heard:
        (answer,) = self.answers[number]
        return answer.heard

    def code(self, number: int) -> int:
        (answer,) = self.answers[number]
        return answer.code


async def send(
    server: FaultySmtp, wanted: Sequence[Copy], seconds: float = 30.0, limit: int = 1000
) -> Run:
    """Send through one session until it ends or has nothing left to do."""
    run, left = Run(), list(wanted)
    pipeline, offers = await connect(Host("127.0.0.1", server.port, timeout_s=seconds))
    pipeline.start(offers, lambda: left.pop(0) if left else None, run.settle, limit)
    await until(lambda: pipeline.idle or pipeline.ended.done())
    pipeline.quit()
    run.ends.append(await pipeline.ended)
    return run


def at(kind: str, number: int, what: str) -> Rule:
    """A rule that does `what` at the n-th step of a kind."""
    return lambda step: what if (step.kind, step.number) == (kind, number) else ""


async def test_each_copy_has_its_own_paths_and_lines() -> None:
    async with faulty_smtp() as server:
        run = await send(server, copies(3))
    assert [taken.sender for taken in server.ledger] == [
        f"water-bounces+{n}@lists.example" for n in (1, 2, 3)
    ]
    assert [taken.recipient for taken in server.ledger] == [f"m{n}@home.example" for n in (1, 2, 3)]
    assert server.ledger[1].data == b"X-To: 2\r\n" + TEXT + b"\r\n"
    assert [run.code(n) for n in (1, 2, 3)] == [250, 250, 250]
    assert not run.ends[0].failed


@pytest.mark.parametrize("offers", [OFFERS, ()])
async def test_servers_with_and_without_pipelining_get_the_same(offers: tuple[str, ...]) -> None:
    async with faulty_smtp(offers=offers) as server:
        await send(server, copies(5))
    assert [taken.recipient for taken in server.ledger] == [
        f"m{n}@home.example" for n in range(1, 6)
    ]
    assert all(taken.data.endswith(TEXT + b"\r\n") for taken in server.ledger)
    assert ("SIZE=" in server.lines[1]) == bool(offers)


@pytest.mark.parametrize("offers", [OFFERS, ()])
@pytest.mark.parametrize("kind", ["mail", "rcpt", "data", "dot"])
@pytest.mark.parametrize("code", [451, 550])
async def test_a_refusal_of_one_hurts_no_other(
    kind: str, code: int, offers: tuple[str, ...]
) -> None:
    async with faulty_smtp(at(kind, 2, f"{code} 5.7.1 not this one"), offers) as server:
        run = await send(server, copies(4))
    assert [run.code(n) for n in range(1, 5)] == [250, code, 250, 250]
    assert [taken.recipient[:2] for taken in server.ledger] == ["m1", "m3", "m4"]
    assert "nested" not in server.seen


@pytest.mark.parametrize("number", [1, 3])
async def test_a_text_that_nobody_takes_is_a_lone_dot(number: int) -> None:
    def rule(step: Step) -> str:
        if step.kind == "rcpt" and step.number == number:
            return "550 5.1.1 nobody"
        return "354 go on anyway" if step.kind == "data" else ""

    async with faulty_smtp(rule) as server:
        run = await send(server, copies(4))
    assert run.code(number) == 550
    assert len(server.ledger) == 3
    assert all(taken.data.startswith(b"X-To") for taken in server.ledger)


@pytest.mark.parametrize("what", ["421 4.3.2 going down", DROP, "hello there", "25", "354 what"])
@pytest.mark.parametrize("kind", ["mail", "rcpt"])
async def test_a_session_that_breaks_in_the_envelope_sent_nothing(kind: str, what: str) -> None:
    async with faulty_smtp(at(kind, 3, what)) as server:
        run = await send(server, copies(6))
    assert [run.code(n) for n in (1, 2)] == [250, 250]
    assert run.heard(3) is Heard.UNSENT
    assert set(run.answers) == {1, 2, 3}
    assert run.ends[0].failed


async def test_421_to_a_text_means_that_it_was_not_taken() -> None:
    async with faulty_smtp(at("dot", 2, "421 4.3.2 going down")) as server:
        run = await send(server, copies(6))
    assert run.code(1) == 250
    # The next envelope was on its way with the final dot.
    assert [run.heard(n) for n in (2, 3)] == [Heard.UNSENT, Heard.UNSENT]


@pytest.mark.parametrize("what", [DROP, HANG, "hello"])
async def test_a_dot_without_an_answer_is_unknown(what: str) -> None:
    async with faulty_smtp(at("dot", 2, what)) as server:
        run = await send(server, copies(6), seconds=1.5 if what == HANG else 30)
    assert run.code(1) == 250
    assert run.heard(2) is Heard.UNKNOWN
    assert run.heard(3) is Heard.UNSENT
    assert set(run.answers) == {1, 2, 3}


@pytest.mark.parametrize("what", [DROP, HANG])
async def test_a_line_that_drops_in_a_large_text_sent_nothing(what: str) -> None:
    large = b"Subject: large\r\n\r\n" + b"x" * 998 + b"\r\n"
    large += large * 160 * (UPLOAD // 1000)
    async with faulty_smtp(lambda step: what if step.kind == "text" else "") as server:
        run = await send(server, copies(2, large), seconds=1.5 if what == HANG else 30)
    assert run.heard(1) is Heard.UNSENT
    assert server.ledger == []


async def test_a_large_text_arrives_whole_and_is_refused_early() -> None:
    line = b"." + b"x" * 997 + b"\r\n"
    large = b"Subject: large\r\n\r\n" + line * (3 * UPLOAD // 1000)
    async with faulty_smtp() as server:
        run = await send(server, copies(3, large))
    assert [run.code(n) for n in (1, 2, 3)] == [250, 250, 250]
    assert server.ledger[2].data == b"X-To: 3\r\n" + large


async def test_silence_ends_a_session() -> None:
    async with faulty_smtp(at("rcpt", 1, HANG)) as server:
        run = await send(server, copies(2), seconds=1.5)
    assert run.heard(1) is Heard.UNSENT
    assert "no answer" in run.ends[0].reason


async def test_a_session_ends_after_its_share() -> None:
    async with faulty_smtp() as server:
        run = await send(server, copies(7), limit=3)
    assert sorted(run.answers) == [1, 2, 3]
    assert server.lines[-1] == "QUIT"
    assert run.ends == [End(failed=False, reason="done", settled=3)]


async def test_work_that_comes_later_wakes_an_idle_session() -> None:
    run, left = Run(), copies(1)
    async with faulty_smtp() as server:
        pipeline, offers = await connect(Host("127.0.0.1", server.port, timeout_s=5))
        pipeline.start(offers, lambda: left.pop(0) if left else None, run.settle, 100)
        await until(lambda: len(server.ledger) == 1 and pipeline.idle)
        left += copies(2)[1:]
        pipeline.kick()
        await until(lambda: len(server.ledger) == 2)
        pipeline.quit()
        assert (await pipeline.ended).settled == 2


@pytest.mark.parametrize(
    ("sender", "recipient"),
    [
        ("a@b", "x@y>\r\nRCPT TO:<evil@z"),
        ("a@b\r\nDATA", "x@y"),
        ("a@b", "x y@z"),
        ("a@b", ""),
        ("a@b", "x@y\u2028"),
        ("a@b", "\u00e9\n@y"),
    ],
)
async def test_an_address_cannot_break_out_of_its_command(sender: str, recipient: str) -> None:
    bad = Copy(1, sender, recipient, b"", BODY)
    async with faulty_smtp() as server:
        run = await send(server, [bad, *copies(2)[1:]])
    assert (run.code(1), run.code(2)) == (553, 250)
    assert len(server.ledger) == 1


async def test_utf8_goes_only_where_it_is_offered() -> None:
    wide = [
        Copy(1, "a@b", "\u00e9@home.example", b"", BODY),
        Copy(
            2,
            "a@b",
            "x@home.example",
            b"",
            body_of("Subject: \u00e9\r\n\r\n".encode(), smtputf8=True),
        ),
        Copy(3, "a@b", "x@home.example", b"", body_of("Subject: x\r\n\r\n\u00e9".encode())),
    ]
    async with faulty_smtp() as server:
        run = await send(server, wide)
    assert [run.code(n) for n in (1, 2, 3)] == [250, 250, 250]
    mails = [line for line in server.lines if line.startswith("MAIL")]
    assert ["SMTPUTF8" in line for line in mails] == [True, True, False]
    assert ["8BITMIME" in line for line in mails] == [False, True, True]
    async with faulty_smtp(offers=("PIPELINING",)) as server:
        run = await send(server, wide)
    assert [run.code(n) for n in (1, 2, 3)] == [553, 553, 250]


_faults = st.sampled_from(
    ["", "", "", "451 4 no", "550 5 no", "421 4 bye", "354 go", DROP, "nonsense"]
)
_script = st.dictionaries(
    st.tuples(st.sampled_from(["mail", "rcpt", "data", "dot", "rset"]), st.integers(1, 6)),
    _faults,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(script=_script, pipelining=st.booleans())
def test_each_copy_is_settled_once_and_truly(
    script: dict[tuple[str, int], str], pipelining: bool
) -> None:
    async def run_it() -> tuple[Run, FaultySmtp]:
        rule: Rule = lambda step: script.get((step.kind, step.number), "")  # noqa: E731  # typed
        async with faulty_smtp(rule, OFFERS if pipelining else ()) as server:
            return await send(server, copies(6)), server

    run, server = asyncio.run(run_it())
    taken = [int(mail.recipient[1 : mail.recipient.index("@")]) for mail in server.ledger]
    assert len(taken) == len(set(taken))
    for number, (answer,) in run.answers.items():
        sent = answer.heard is Heard.ANSWER and answer.code < 300
        if answer.heard is not Heard.UNKNOWN:
            assert sent == (number in taken)
    assert set(taken) <= set(run.answers)
    if not run.ends[0].failed:
        assert len(run.answers) == 6


class Slate(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.text = b""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.text += data

    def close(self) -> None:
        pass

    def abort(self) -> None:
        self.text += b"[aborted]"


LINES = [
    b"250 ok",
    b"250 2.1.5 Ok ",
    b"250",
    b"250-one",
    b"354 go",
    b"354",
    b"451 later",
    b"550 no",
    b"421 bye",
]
USUAL = [b"250 taken", b"250 ok", b"250 ok", b"354 go"]


def heard(pieces: Sequence[bytes]) -> tuple[dict[int, list[Answer]], bytes]:
    """What a session makes of replies that come in these pieces."""

    async def listen() -> tuple[dict[int, list[Answer]], bytes]:
        run, left, slate = Run(), copies(20), Slate()
        pipeline = Pipeline(5.0)
        pipeline.connection_made(slate)
        pipeline.start(
            Extensions(pipelining=True), lambda: left.pop(0) if left else None, run.settle, 12
        )
        for piece in pieces:
            if not pipeline.closed:
                pipeline.data_received(piece)
        pipeline.fail("the end")
        return run.answers, slate.text

    return asyncio.run(listen())


@given(
    st.lists(
        st.one_of(st.just(USUAL), st.lists(st.sampled_from(LINES), min_size=1, max_size=4)),
        max_size=12,
    )
)
def test_replies_mean_the_same_in_one_piece_and_byte_by_byte(turns: list[list[bytes]]) -> None:
    said = [b"".join(line + b"\r\n" for line in turn) for turn in [USUAL[1:], *turns]]
    whole, bytewise = heard(said), heard([bytes((byte,)) for byte in b"".join(said)])
    assert whole == bytewise
