"""The grammar of commands, paths, XFORWARD and replies."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.model import Reply
from dgroup.smtp.syntax import (
    Forwarded,
    clean_ip,
    clean_name,
    one_reply,
    parse_path,
    parse_xforward,
    split_command,
    with_status,
)

KEPT = Reply(250, "2.0.0", "Accepted")
HELD = Reply(250, "2.0.0", "Held")
REFUSED = Reply(550, "5.7.1", "Members only")
LATER = Reply(451, "4.3.0", "Later")


@pytest.mark.parametrize(
    ("line", "want"),
    [
        (b"mail FROM:<a@b.example>", ("MAIL", "FROM:<a@b.example>")),
        (b"QUIT", ("QUIT", None)),
        (b"noop  ", ("NOOP", None)),
        (b"", ("", None)),
        (b"EHLO \xff", ("EHLO", "\udcff")),
    ],
)
def test_a_command_line_is_a_verb_and_an_argument(
    line: bytes, want: tuple[str, str | None]
) -> None:
    assert split_command(line) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("<ana@member.example>", ("ana@member.example", "")),
        (
            " <ana@member.example> SIZE=12 BODY=8BITMIME",
            ("ana@member.example", " SIZE=12 BODY=8BITMIME"),
        ),
        ("<>", ("<>", "")),
        ("<> SIZE=1", ("<>", " SIZE=1")),
        ("<Postmaster>", ("Postmaster", "")),
        ("ana@member.example", ("ana@member.example", "")),
        ("ana@member.example SIZE=1", ("ana@member.example", " SIZE=1")),
        ("<@relay.example,@other.example:ana@member.example>", ("ana@member.example", "")),
        ('<"ana maria"@member.example>', ('"ana maria"@member.example', "")),
        (r'<"a\"b<>"@member.example>', (r'"a\"b<>"@member.example', "")),
        ("<ana+re-4f@[IPv6:2001:db8::1]>", ("ana+re-4f@[IPv6:2001:db8::1]", "")),
        ("<añá@correo.example>", ("añá@correo.example", "")),
    ],
)
def test_a_path_gives_its_mailbox(text: str, want: tuple[str, str]) -> None:
    assert parse_path(text) == want


@pytest.mark.parametrize(
    "text",
    ["", "<", ">", "<a b@c.example>", "<a@b@c.example>", "<a@>", "<@b.example>", "<a\x00@b.example>",
     "<a@b.example", "<\udcff@b.example>", f"<{'a' * 600}@b.example>", "<a\r\n@b.example>"],
)  # fmt: skip
def test_a_malformed_path_is_none(text: str) -> None:
    assert parse_path(text) is None


@given(st.text(max_size=80))
def test_any_text_is_a_path_or_none(text: str) -> None:
    found = parse_path(text)
    if found is not None:
        assert not any(char.isspace() and char != " " for char in found[0])


def test_xforward_tells_the_real_client() -> None:
    told = parse_xforward("NAME=mx.member.example ADDR=192.0.2.7 PORT=4711", Forwarded())
    assert told == Forwarded("192.0.2.7", "")
    told = parse_xforward("HELO=mx+2Emember.example PROTO=ESMTP SOURCE=REMOTE", told)
    assert told == Forwarded("192.0.2.7", "mx.member.example")


@pytest.mark.parametrize(
    ("argument", "want"),
    [
        ("ADDR=IPV6:2001:DB8::7", Forwarded("2001:db8::7")),
        ("ADDR=[UNAVAILABLE] HELO=[TEMPUNAVAIL]", Forwarded()),
        ("ADDR=nonsense", None),
        ("FROM=me", None),
        ("ADDR", None),
        ("HELO=a+0D+0Ab", Forwarded("", "a??b")),
        ("", Forwarded()),
    ],
)
def test_xforward_values_are_checked(argument: str, want: Forwarded | None) -> None:
    assert parse_xforward(argument, Forwarded()) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1")],
)
def test_an_address_has_one_form(text: str, want: str) -> None:
    assert clean_ip(text) == want
    ipaddress.ip_address(want)


def test_a_clients_name_cannot_break_a_line() -> None:
    assert clean_name("a\r\nb c\udcff") == "a??b?c?"
    assert len(clean_name("x" * 999)) == 255


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("250 OK", "250 2.0.0 OK"),
        ("503 Error: nested MAIL command", "503 5.5.1 Error: nested MAIL command"),
        ("552 Error: too large", "552 5.3.4 Error: too large"),
        ("421 4.7.0 no", "421 4.7.0 no"),
        ("354 go on", "354 go on"),
        ("", ""),
    ],
)
def test_every_reply_has_an_enhanced_status(line: str, want: str) -> None:
    assert with_status(line) == want


@pytest.mark.parametrize(
    ("replies", "want"),
    [
        ((KEPT,), KEPT),
        ((REFUSED, REFUSED), REFUSED),
        ((REFUSED, KEPT), KEPT),
        ((KEPT, HELD), KEPT),
        ((LATER, REFUSED), LATER),
        ((REFUSED, LATER, Reply(252, "2.0.0", "x")), Reply(250, "2.0.0", "x")),
    ],
)
def test_several_fates_become_one_reply(replies: tuple[Reply, ...], want: Reply) -> None:
    assert one_reply(replies) == want
