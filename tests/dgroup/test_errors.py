"""Errors say one thing to the client and another to the log."""

from __future__ import annotations

from dgroup.errors import ConfigError, Mistake, RefusedError, UnavailableError


def test_a_refusal_keeps_the_reason_out_of_the_reply() -> None:
    error = RefusedError(550, "5.7.1", "Members only", "no membership row for the sender")
    assert error.reply == "550 5.7.1 Members only"
    assert str(error) == "no membership row for the sender"
    assert not error.temporary


def test_what_cannot_be_stored_is_to_be_tried_again() -> None:
    error = UnavailableError("disk full")
    assert error.temporary
    assert "disk" not in error.reply


def test_mistakes_are_sorted_by_line() -> None:
    error = ConfigError(
        "f", (Mistake(3, "b", "bad"), Mistake(1, "a", "worse"), Mistake(0, "", "all"))
    )
    assert str(error).splitlines() == ["f: all", "f: line 1: a: worse", "f: line 3: b: bad"]
