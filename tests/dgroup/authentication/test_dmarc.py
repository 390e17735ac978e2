"""DMARC as tables: records, the tree walk, organisational domains, policies, alignment (RFC 9989)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.authentication.dmarc import (
    MAX_LABELS,
    Record,
    effective,
    is_aligned,
    may_align,
    parse,
    targets,
    the_record,
    walk,
)
from dgroup.errors import UnansweredError
from dgroup.model import DmarcPolicy

NONE, QUARANTINE, REJECT = DmarcPolicy.NONE, DmarcPolicy.QUARANTINE, DmarcPolicy.REJECT


def zone(**records: str) -> Callable[[str], Sequence[str]]:
    """Records by domain, with _ for the dot: what `walk` asks."""
    known = {
        f"_dmarc.{name.replace('__', '-').replace('_', '.')}": [text]
        for name, text in records.items()
    }

    def ask(name: str) -> Sequence[str]:
        return known.get(name, [])

    return ask


# --- Records ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("v=DMARC1; p=reject", Record(REJECT, REJECT, REJECT)),
        ("v=DMARC1;p=REJECT;", Record(REJECT, REJECT, REJECT)),
        ("v = DMARC1 ; p = quarantine", Record(QUARANTINE, QUARANTINE, QUARANTINE)),
        ("v=DMARC1; p=none; sp=reject", Record(NONE, REJECT, REJECT)),
        ("v=DMARC1; p=none; np=reject", Record(NONE, NONE, REJECT)),
        ("v=DMARC1; p=reject; sp=quarantine; np=none", Record(REJECT, QUARANTINE, NONE)),
        (
            "v=DMARC1; p=none; adkim=s; aspf=S; psd=y; t=y",
            Record(strict_dkim=True, strict_spf=True, suffix="y", testing=True),
        ),
        ("v=DMARC1; p=none; adkim=x; psd=maybe; pct=0; zzz; =", Record()),
        ("v=DMARC1; p=none; p=reject", Record()),
        # No valid policy: as p=none where somebody wants reports, else no DMARC at all (4.10.1).
        ("v=DMARC1; rua=mailto:d@ngo.example", Record()),
        ("v=DMARC1; p=rejekt; rua=mailto:d@ngo.example", Record()),
        ("v=DMARC1; p=reject; sp=all; rua=mailto:d@ngo.example", Record()),
        ("v=DMARC1; p=reject; sp=all", Record(applies=False)),
        ("v=DMARC1; p=rejekt; rua=nobody", Record(applies=False)),
        ("v=DMARC1", Record(applies=False)),
        ("v=DMARC1; p=none; psd=n", Record(suffix="n")),
        ("V=DMARC1; p=reject", Record(REJECT, REJECT, REJECT)),
        ("v=dmarc1; p=reject", None),
        ("v=DMARC12; p=reject", None),
        ("p=reject; v=DMARC1", None),
        (" v=spf1 -all", None),
        ("", None),
    ],
)
def test_a_record_is_read(text: str, wanted: Record | None) -> None:
    assert parse(text) == wanted


def test_several_records_are_none() -> None:
    assert the_record(["v=DMARC1; p=reject", "v=DMARC1; p=none"]) is None
    assert the_record(["v=spf1 -all", "v=DMARC1; p=reject", "hello"]) == parse("v=DMARC1; p=reject")


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    parse(text)
    parse(f"v=DMARC1;{text}")


# --- The walk ---------------------------------------------------------------------------------


def test_a_walk_asks_each_level() -> None:
    wanted = ["a.mail.example.com", "mail.example.com", "example.com", "com"]
    assert list(targets("a.mail.example.com")) == wanted


def test_a_long_name_costs_eight_questions() -> None:
    asked = list(targets("a.b.c.d.e.f.g.h.i.j.mail.example.com"))
    assert asked[:2] == ["a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com"]
    assert asked[-1] == "com"
    assert len(asked) == MAX_LABELS
    assert len(list(targets("a.b.c.d.e.f.example.com"))) == MAX_LABELS


@pytest.mark.parametrize(
    ("start", "records", "organisation"),
    [
        # The RFC's own two examples.
        ("a.mail.example.com", {"mail_example_com": "p=none", "example_com": "p=none"}, "example.com"),
        ("a.mail.example.com", {"com": "p=none; psd=y"}, "example.com"),
        ("a.mail.example.com", {}, "a.mail.example.com"),
        ("a.mail.example.com", {"a_mail_example_com": "p=none"}, "a.mail.example.com"),
        ("a.mail.example.com", {"mail_example_com": "p=none; psd=n", "example_com": "p=none"}, "mail.example.com"),
        ("a.bank.co.uk", {"co_uk": "p=reject; psd=y", "bank_co_uk": "p=none"}, "bank.co.uk"),
        ("co.uk", {"co_uk": "p=reject; psd=y"}, "co.uk"),
        ("co.uk", {"co_uk": "p=reject; psd=y", "uk": "p=none; psd=y"}, "co.uk"),
        ("a.example.com", {"com": "p=reject"}, "example.com"),
    ],
)  # fmt: skip
def test_the_organisation_is_found(start: str, records: dict[str, str], organisation: str) -> None:
    ask = zone(**{name: f"v=DMARC1; {text}" for name, text in records.items()})
    assert walk(start, ask).organisation == organisation


def test_a_walk_stops_at_a_public_suffix_and_at_an_organisation() -> None:
    asked: list[str] = []

    def ask(name: str) -> list[str]:
        asked.append(name)
        return {"_dmarc.example.com": ["v=DMARC1; p=none; psd=n"]}.get(name, [])

    walk("a.example.com", ask)
    assert asked == ["_dmarc.a.example.com", "_dmarc.example.com"]


def test_no_answer_ends_a_walk_except_at_the_top() -> None:
    def ask(name: str) -> list[str]:
        if name in {"_dmarc.com", "_dmarc.mute.com"}:
            raise UnansweredError(name)
        return ["v=DMARC1; p=reject"] if name == "_dmarc.example.com" else []

    assert walk("a.example.com", ask).organisation == "example.com"
    with pytest.raises(UnansweredError):
        walk("a.mute.com", ask)


# --- Policies ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "records", "exists", "wanted"),
    [
        ("example.com", {}, True, None),
        ("example.com", {"example_com": "p=reject"}, True, REJECT),
        ("example.com", {"example_com": "p=none; sp=reject"}, True, NONE),
        ("a.example.com", {"example_com": "p=none; sp=reject"}, True, REJECT),
        ("a.example.com", {"example_com": "p=none; np=reject"}, True, NONE),
        ("a.example.com", {"example_com": "p=none; np=reject"}, False, REJECT),
        ("a.example.com", {"example_com": "p=reject; sp=none"}, False, NONE),
        ("a.example.com", {"a_example_com": "p=none", "example_com": "p=reject"}, True, NONE),
        # What stands between the domain and its organisation does not count.
        ("a.b.example.com", {"b_example_com": "p=none", "example_com": "p=reject"}, True, REJECT),
        # The public suffix speaks where the organisation does not.
        ("a.example.com", {"com": "p=none; sp=quarantine; psd=y"}, True, QUARANTINE),
        ("example.com", {"com": "p=none; np=reject; psd=y"}, False, REJECT),
        ("example.com", {"com": "p=reject; psd=y", "example_com": "p=none"}, True, NONE),
        ("example.com", {"example_com": "p=reject; t=y"}, True, NONE),
        ("example.com", {"example_com": "p=rejekt"}, True, None),
    ],
)
def test_the_policy_that_holds(
    start: str, records: dict[str, str], exists: bool, wanted: DmarcPolicy | None
) -> None:
    ask = zone(**{name: f"v=DMARC1; {text}" for name, text in records.items()})
    assert effective(walk(start, ask), lambda: exists) == wanted


def test_existence_is_asked_only_where_it_matters() -> None:
    def exists() -> bool:
        raise AssertionError("nobody needs to know")

    for text in ("p=reject", "p=none; sp=reject", "p=none; t=y; np=reject"):
        assert effective(walk("a.example.com", zone(example_com=f"v=DMARC1; {text}")), exists)


# --- Alignment --------------------------------------------------------------------------------

PUBLISHED = {"ngo_example": "v=DMARC1; p=reject"}
OWN = {**PUBLISHED, "kiosk_ngo_example": "v=DMARC1; p=none; psd=n"}


@pytest.mark.parametrize(
    ("author", "theirs", "records", "strict", "wanted"),
    [
        ("ngo.example", "ngo.example", PUBLISHED, True, True),
        ("ngo.example", "mail.ngo.example", PUBLISHED, False, True),
        ("ngo.example", "mail.ngo.example", PUBLISHED, True, False),
        ("mail.ngo.example", "ngo.example", PUBLISHED, False, True),
        ("a.ngo.example", "b.ngo.example", PUBLISHED, False, True),
        ("ngo.example", "notngo.example", PUBLISHED, False, False),
        ("ngo.example", "evil.example", PUBLISHED, False, False),
        ("ngo.example", "example", PUBLISHED, False, False),
        # Somebody else's organisation below the name.
        ("ngo.example", "kiosk.ngo.example", OWN, False, False),
        ("kiosk.ngo.example", "ngo.example", OWN, False, False),
        # Two customers of one public suffix.
        ("a.city.example", "b.city.example", {"city_example": "v=DMARC1; p=none; psd=y"}, False, False),
        # Nothing published: the domain above vouches, that below does not.
        ("mail.ngo.example", "ngo.example", {}, False, True),
        ("ngo.example", "mail.ngo.example", {}, False, False),
        ("mail.ngo.example", "example", {}, False, False),
        ("a.ngo.example", "b.ngo.example", {}, False, False),
        ("ngo.example", "ngo.example", {}, False, True),
    ],
)  # fmt: skip
def test_who_vouches_for_whom(
    author: str, theirs: str, records: dict[str, str], strict: bool, wanted: bool
) -> None:
    ask = zone(**records)
    assert is_aligned(walk(author, ask), theirs, ask, strict=strict) is wanted


labels = st.lists(st.sampled_from(["a", "b", "ngo", "example", "com"]), min_size=1, max_size=6)
names = labels.map(".".join)


@given(
    names,
    names,
    st.dictionaries(names, st.sampled_from(["y", "n", "u"]), max_size=4),
    st.booleans(),
)
def test_what_is_aligned_was_likely_and_strict_is_equal(
    author: str, theirs: str, suffixes: dict[str, str], strict: bool
) -> None:
    def ask(name: str) -> list[str]:
        flag = suffixes.get(name.removeprefix("_dmarc."))
        return [f"v=DMARC1; p=reject; psd={flag}"] if flag else []

    walked = walk(author, ask)
    aligned = is_aligned(walked, theirs, ask, strict=strict)
    assert not aligned or may_align(walked, theirs, strict=strict)
    assert not (aligned and strict) or author == theirs
    assert f".{author}".endswith(f".{walked.organisation}")
