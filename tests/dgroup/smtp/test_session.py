"""What a client may say and bring over real sockets, and what it is answered."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.config import Listener as ListenerConfig
from dgroup.errors import UnavailableError
from dgroup.model import Envelope, Reply
from tests.dgroup.smtp_talk import (
    CONFIG,
    FRONT,
    KEPT,
    LMTP,
    MAIL,
    NOON,
    UNKNOWN,
    Keeper,
    serving,
    talking,
)


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
async def port(keeper: Keeper) -> AsyncIterator[int]:
    async with serving(keeper, CONFIG) as (_, port):
        yield port


async def test_a_mail_is_handed_over_as_it_was_received(keeper: Keeper, port: int) -> None:
    async with talking(port) as talk:
        body = MAIL + b"..dot\r\nbare \n and \r and \0 and \xff\r\n"
        assert await talk.mail(body, "one@lists.example", "two@lists.example") == KEPT.line()
        assert await talk.say("QUIT") == "221 2.0.0 Bye"
        assert await talk.ended()
    (mail,) = keeper.kept
    assert mail == Envelope(
        id=mail.id,
        mail_from="ana@member.example",
        rcpt=("one@lists.example", "two@lists.example"),
        raw=MAIL + b".dot\r\nbare \n and \r and \0 and \xff\r\n",
        received_at=NOON,
        peer="127.0.0.1",
        helo="client.example",
        smtputf8=False,
        trusted_front=False,
    )


async def test_the_null_sender_is_the_empty_text(keeper: Keeper, port: int) -> None:
    async with talking(port) as talk:
        await talk.mail(MAIL, sender="")
        await talk.mail(MAIL, sender="")
    assert [mail.mail_from for mail in keeper.kept] == ["", ""]
    assert keeper.kept[0].id != keeper.kept[1].id


async def test_everything_may_be_sent_in_one_piece(keeper: Keeper, port: int) -> None:
    one = b"MAIL FROM:<ana@member.example>\r\nRCPT TO:<group@lists.example>\r\nDATA\r\n%s.\r\n"
    async with talking(port) as talk:
        await talk.send(one % MAIL + one % b".\r\n" + b"QUIT\r\n")
        want = ["250 2.1.0", "250 2.1.5", "354 End d"]
        assert [(await talk.reply())[:9] for _ in range(3)] == want
        assert await talk.reply() == KEPT.line()
        assert [(await talk.reply())[:3] for _ in range(3)] == ["250", "250", "354"]
        # the second text was empty: its first dot was its end, and the second is no command
        assert await talk.reply() == KEPT.line()
        assert (await talk.reply()).startswith("500 5.5.2")
        assert (await talk.reply()).startswith("221")
    assert [mail.raw for mail in keeper.kept] == [MAIL, b""]


async def test_what_we_offer_is_what_we_do(port: int) -> None:
    async with talking(port, hello="") as talk:
        assert await talk.reply() == "220 lists.example ESMTP"
        offers = {line[4:] for line in (await talk.say("EHLO client.example")).splitlines()[1:]}
    assert offers == {"PIPELINING", "SIZE 100000", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"}


async def test_smtputf8_mail_is_taken_and_other_mail_needs_ascii(keeper: Keeper, port: int) -> None:
    async with talking(port) as talk:
        assert (await talk.say("MAIL FROM:<añá@correo.example>")).startswith("553 5.6.7")
        assert (await talk.say("MAIL FROM:<añá@correo.example> SMTPUTF8")).startswith("250")
        assert (await talk.say("RCPT TO:<grupo-ñ@lists.example>")).startswith("250")
        await talk.say("DATA")
        await talk.send("Subject: ñ\r\n\r\n.\r\n".encode())
        assert await talk.reply() == KEPT.line()
        await talk.say("MAIL FROM:<ana@member.example>")
        assert (await talk.say("RCPT TO:<grupo-ñ@lists.example>")).startswith("553 5.6.7")
    assert keeper.kept[0].smtputf8
    assert keeper.kept[0].mail_from == "añá@correo.example"


async def test_helo_is_enough(keeper: Keeper, port: int) -> None:
    async with talking(port, hello="HELO old.example") as talk:
        assert await talk.mail(MAIL) == KEPT.line()
    assert keeper.kept[0].helo == "old.example"


async def test_a_half_closed_client_still_gets_its_reply(keeper: Keeper, port: int) -> None:
    async with talking(port) as talk:
        await talk.begin()
        keeper.hold.clear()
        await talk.send(MAIL + b".\r\n")
        talk.writer.write_eof()
        await keeper.inside.wait()
        keeper.hold.set()
        assert await talk.reply() == KEPT.line()
        assert await talk.ended()
    assert len(keeper.kept) == 1


# --- What is refused -------------------------------------------------------------------------------


async def test_an_unknown_recipient_is_refused_and_the_others_get_their_mail(
    keeper: Keeper, port: int
) -> None:
    async with talking(port) as talk:
        await talk.say("MAIL FROM:<ana@member.example>")
        assert await talk.say("RCPT TO:<nobody@lists.example>") == UNKNOWN.line()
        assert (await talk.say("DATA")).startswith("503 5.5.1")
        assert (await talk.say("RCPT TO:<>")).startswith("550 5.1.3")
        assert (await talk.say("RCPT TO:<group@lists.example>")).startswith("250")
        assert (await talk.say("DATA")).startswith("354")
        await talk.send(b".\r\n")
        assert await talk.reply() == KEPT.line()
    assert keeper.kept[0].rcpt == ("group@lists.example",)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "500 5.5.2"), ("NONSENSE", "500 5.5.2"), ("AUTH PLAIN AGEAYg==", "500 5.5.2"), ("EXPN group", "500 5.5.2"),
        ("BDAT 5 LAST", "500 5.5.2"), ("LHLO x", "500 5.5.2"), ("MAIL", "501 5.5.4"), ("MAIL FROM:", "553 5.1.3"),
        ("MAIL FROM:<", "553 5.1.3"), ("MAIL FROM:<a@b@c>", "553 5.1.3"), ("MAIL FROM:<a@b.example> X=1", "555 5.5.4"),
        ("MAIL FROM:<a@b.example> SIZE=x", "501 5.5.4"), ("MAIL FROM:<a@b.example> SIZE=\u00b2", "501 5.5.4"),
        ("MAIL FROM:<a@b.example> BODY=BINARYMIME", "501 5.5.4"), ("MAIL FROM:<a@b.example> SIZE=100001", "552 5.3.4"),
        ("RCPT TO:<group@lists.example>", "503 5.5.1"), ("DATA", "503 5.5.1"), ("DATA now", "501 5.5.4"),
        ("STARTTLS", "454 4.7.0"), ("XFORWARD ADDR=192.0.2.1", "550 5.7.1"), ("EHLO", "501 5.5.4"), ("HELO", "501 5.5.4"), ("x" * 3000, "500 5.5.2"),
        ("VRFY ana", "252 2.1.5"), ("HELP", "214 2.0.0"), ("NOOP x", "250 2.0.0"), ("RSET", "250 2.0.0"),
    ],
)  # fmt: skip
async def test_every_line_gets_its_code(port: int, line: str, code: str) -> None:
    async with talking(port) as talk:
        assert (await talk.say(line)).startswith(code)
        assert await talk.mail(MAIL) == KEPT.line()


async def test_bytes_that_are_no_text_are_refused_and_the_session_goes_on(port: int) -> None:
    async with talking(port) as talk:
        for line in (b"\xff\xfe\r\n", b"MAIL FROM:<\xff@b.example>\r\n", b"\0\r\n"):
            await talk.send(line)
            assert (await talk.reply())[:3] in {"500", "553"}
        assert await talk.mail(MAIL) == KEPT.line()


FRAGMENTS = st.sampled_from(
    [b"MAIL FROM:", b"RCPT TO:", b"<", b">", b"a@b.example", b" SIZE=", b"9" * 30, b" BODY=8BITMIME", b" SMTPUTF8",
     b"EHLO ", b"HELO", b"RSET", b"NOOP", b"XFORWARD ADDR=", b"VRFY ", b"HELP", b"DAT", b"\xff", b"\0", b"\xc3\xb1", b'"',
     b"\\", b"@", b":", b"=", b" ", b"\t", b"\r", b"(", b"[IPv6:", b"]", b"STARTTLS ", b"\xe2\x80\xa8"]
)  # fmt: skip


@given(st.lists(st.lists(FRAGMENTS | st.binary(max_size=8), max_size=7).map(b"".join), max_size=12))
async def test_any_lines_get_a_reply_each_and_break_nothing(lines: list[bytes]) -> None:
    keeper = Keeper()
    async with serving(keeper, FRONT) as (_, port), talking(port) as talk:
        for line in lines:
            await talk.send(line.replace(b"\n", b"") + b"\r\n")
            reply = await talk.reply()
            assert re.match(r"[25]\d\d[ -]", reply), (line, reply)
        await talk.say("EHLO client.example")
        assert await talk.mail(MAIL) == KEPT.line()


async def test_a_line_without_end_ends_the_session(port: int) -> None:
    async with talking(port) as talk:
        await talk.send(b"x" * 300_000)
        assert (await talk.reply()).startswith("500 5.5.2")
        assert await talk.ended()


async def test_a_mail_that_is_too_large_is_refused_at_its_end(keeper: Keeper, port: int) -> None:
    async with talking(port) as talk:
        assert (await talk.mail(b"x" * 120_000 + b"\r\n")).startswith("552 5.3.4")
        assert await talk.mail(MAIL) == KEPT.line()
    assert len(keeper.kept) == 1


async def test_a_mail_that_never_ends_is_cut(keeper: Keeper, port: int) -> None:
    async with talking(port) as talk:
        await talk.begin()
        await talk.send(b"x" * 300_000)
        assert (await talk.reply()).startswith("552 5.3.4")
        assert await talk.ended()
    assert not keeper.kept


async def test_a_line_may_be_longer_than_the_standard_says(keeper: Keeper, port: int) -> None:
    async with talking(port) as talk:
        assert await talk.mail(b"Subject: x\r\n\r\n" + b"y" * 90_000 + b"\r\n") == KEPT.line()


async def test_recipients_are_bounded_with_a_temporary_refusal(keeper: Keeper) -> None:
    async with (
        serving(keeper, replace(CONFIG, max_recipients=2)) as (_, port),
        talking(port) as talk,
    ):
        await talk.say("MAIL FROM:<ana@member.example>")
        replies = [await talk.say(f"RCPT TO:<g{n}@lists.example>") for n in range(3)]
        assert [reply[:9] for reply in replies] == ["250 2.1.5", "250 2.1.5", "452 4.5.3"]
        await talk.say("DATA")
        await talk.send(b".\r\n")
        assert await talk.reply() == KEPT.line()
    assert len(keeper.kept[0].rcpt) == 2


async def test_smtp_gives_one_answer_for_several_fates(keeper: Keeper, port: int) -> None:
    members_only = Reply(550, "5.7.1", "Members only")
    keeper.answers = {"shut@lists.example": members_only}
    async with talking(port) as talk:
        assert await talk.mail(MAIL, "shut@lists.example") == members_only.line()
        assert await talk.mail(MAIL, "shut@lists.example", "group@lists.example") == KEPT.line()


# --- Smuggling -------------------------------------------------------------------------------------

EVIL = b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<group@lists.example>\r\nDATA\r\nevil\r\n"
ENDINGS = [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n.\n", b"\r.\n", b"\n.\r"]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_nothing_but_the_real_end_ends_a_mail(
    keeper: Keeper, port: int, ending: bytes
) -> None:
    async with talking(port) as talk:
        assert (await talk.mail(MAIL + b"x" + ending + EVIL)).startswith("550 5.6.0")
        assert await talk.say("NOOP") == "250 2.0.0 OK"
    assert not keeper.kept


@pytest.mark.parametrize("config", [FRONT, LMTP], ids=["front", "lmtp"])
async def test_whoever_has_answered_for_a_mail_already_is_not_refused_for_its_line_ends(
    keeper: Keeper, config: ListenerConfig
) -> None:
    hello = "LHLO x" if config is LMTP else "EHLO x"
    async with serving(keeper, config) as (_, port), talking(port, hello) as talk:
        assert await talk.mail(MAIL + b"x\n.\n" + EVIL) == KEPT.line()
    (mail,) = keeper.kept
    assert mail.raw == MAIL + b"x\n.\n" + EVIL


# --- LMTP ------------------------------------------------------------------------------------------


async def test_lmtp_answers_for_each_recipient(keeper: Keeper) -> None:
    held = Reply(250, "2.0.0", "Held")
    shut = Reply(550, "5.7.1", "Members only")
    keeper.answers = {"b@lists.example": shut, "c@lists.example": held}
    async with serving(keeper, LMTP) as (_, port), talking(port, "LHLO mx.example") as talk:
        names = [f"{name}@lists.example" for name in "abca"]
        assert await talk.mail(MAIL, *names) == KEPT.line()
        assert [await talk.reply() for _ in range(3)] == [shut.line(), held.line(), KEPT.line()]
        assert (await talk.say("EHLO mx.example")).startswith("500")
        assert (await talk.say("HELO mx.example")).startswith("500")
    assert keeper.kept[0].rcpt == tuple(names)


async def test_lmtp_refuses_for_each_recipient_too(keeper: Keeper) -> None:
    async with serving(keeper, LMTP) as (_, port), talking(port, "LHLO mx.example") as talk:
        first = await talk.mail(b"x" * 120_000 + b"\r\n", "a@lists.example", "b@lists.example")
        assert [first[:9], (await talk.reply())[:9]] == ["552 5.3.4", "552 5.3.4"]
        keeper.raises = UnavailableError("disk full")
        first = await talk.mail(MAIL, "a@lists.example", "b@lists.example")
        assert [first[:9], (await talk.reply())[:9]] == ["451 4.3.0", "451 4.3.0"]
        assert await talk.say("NOOP") == "250 2.0.0 OK"


# --- Trust -----------------------------------------------------------------------------------------


async def test_a_front_says_who_its_client_was_for_one_mail(keeper: Keeper) -> None:
    async with serving(keeper, FRONT) as (_, port), talking(port, hello="") as talk:
        await talk.reply()
        assert "XFORWARD NAME ADDR" in await talk.say("EHLO mx.example")
        assert (await talk.say("XFORWARD ADDR=nonsense")).startswith("501 5.5.4")
        assert await talk.say("XFORWARD NAME=h.example ADDR=192.0.2.9") == "250 2.0.0 Ok"
        assert await talk.say("XFORWARD HELO=h.example PROTO=ESMTP") == "250 2.0.0 Ok"
        await talk.mail(MAIL)
        await talk.mail(MAIL)
        await talk.say("MAIL FROM:<ana@member.example>")
        assert (await talk.say("XFORWARD ADDR=192.0.2.9")).startswith("503 5.5.1")
    told = [(mail.peer, mail.helo, mail.trusted_front) for mail in keeper.kept]
    assert told == [("192.0.2.9", "h.example", True), ("127.0.0.1", "mx.example", True)]


async def test_a_stranger_is_not_believed(keeper: Keeper, port: int) -> None:
    async with talking(port) as talk:
        assert (await talk.say("XFORWARD ADDR=192.0.2.9")).startswith("550 5.7.1")
        await talk.mail(MAIL)
    assert keeper.kept[0].peer == "127.0.0.1"
