"""Parents, threads and reply order: RULINGS 4 on the corpus' cases and on every order of arrival."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import ids, threads
from archive.model import ParsedMessage, Post, PostState
from archive.text import normal_subject
from archive.threads import Line, Node, Opening, Union
from tests.archive.made import NOW, after, mail
from tests.corpus import corpus_path, corpus_root, have_corpus

# Cases of other rules, with the reason; docs/threading.md tells the same to people.
OTHER_RULES = {
    "imaptest-thread": "a cycle: here its oldest mail falls back on an older reference",
    "imaptest-thread3": "one Message-ID twice, the second joined to the first by its subject",
    "imaptest-thread-orderedsubject": "ORDEREDSUBJECT",
    "imaptest-thread-orderedsubject2": "ORDEREDSUBJECT",
    "cyrus-references-chain-orderedsubject": "ORDEREDSUBJECT",
    "cyrus-references-star-orderedsubject": "ORDEREDSUBJECT",
    "jwz-subject": "ORDEREDSUBJECT: its messages carry references that it ignores",
    "jwz-references": "loses mails to cycles; the rest of its tree is tested apart",
    "notmuch-parent-priority": "prefers In-Reply-To to References",
}


# --- The corpus' cases ------------------------------------------------------------------------


def _cases() -> list[dict[str, Any]]:
    if not have_corpus():
        return []
    found: list[dict[str, Any]] = json.loads(
        (corpus_root() / "threads" / "cases.json").read_text("utf-8")
    )["cases"]
    return found


def _words(value: str | None) -> tuple[str, ...]:
    found = re.findall(r"<([^<>]+)>", value or "") or (value or "").split()
    return tuple("".join(name.split()) for name in found)


def _from_headers(message: Message, position: int) -> ParsedMessage:
    name = (_words(message["message-id"]) or (f"made-{position}",))[0]
    return replace(
        mail(name, digest=str(position), subject=str(message["subject"] or "")),
        message_id=name,
        references=_words(message["references"]),
        in_reply_to=_words(message["in-reply-to"]),
    )


def _mbox_mails(name: str) -> Iterator[ParsedMessage]:
    data = corpus_path("threads", *name.split("/")).read_bytes()
    for position, raw in enumerate(re.split(rb"(?:^|\n)From [^\n]*\n", data)[1:]):
        yield _from_headers(message_from_bytes(raw), position)


def _case_mails(case: dict[str, Any]) -> list[ParsedMessage]:
    if isinstance(case["messages"], str):
        return list(_mbox_mails(case["messages"]))
    found = []
    for position, one in enumerate(case["messages"]):
        if isinstance(one, str):
            raw = corpus_path("threads", *one.split("/")).read_bytes()
            found.append(_from_headers(message_from_bytes(raw), position))
            continue
        references = _words(one.get("references_raw")) or tuple(one.get("references", ()))
        found.append(
            replace(
                mail(one["id"], digest=str(position), subject=one.get("subject", "")),
                message_id=one["id"],
                references=references,
                in_reply_to=_words(one.get("in_reply_to_raw")),
            )
        )
    return found


def _node(position: int, message: ParsedMessage, received_at: datetime) -> Node:
    own = ids.key_of(message.message_id)
    named = tuple(ids.key_of(name) for name in threads.candidates(message))
    return Node(position, own, own, message.digest, received_at, named)


def _nodes(messages: Sequence[ParsedMessage]) -> list[Node]:
    """Nodes numbered from 1 as the corpus does, received one minute after the other."""
    return [_node(n, message, after(n)) for n, message in enumerate(messages, start=1)]


def _joined(messages: Sequence[ParsedMessage], nodes: list[Node]) -> dict[int, int]:
    """Parents with those that subject joining gives to first posts."""
    parent_of = threads.parents(nodes)
    by_base: dict[str, list[Line]] = {}
    for members in _lines(nodes):
        first = min(members, key=lambda node: node.order)
        base, is_reply = normal_subject(messages[first.id - 1].subject)
        opening = threads.opening(is_reply, base.casefold(), first.id in parent_of, may_join=True)
        line = Line(first.id, first.order[:2], max(n.received_at for n in members), opening)
        by_base.setdefault(base.casefold(), []).append(line)
    for same in by_base.values():
        parent_of |= threads.joins(same)
    return parent_of


def _lines(nodes: Sequence[Node]) -> list[list[Node]]:
    union = Union()
    for node in nodes:
        union.join((node.own, *node.named))
    lines: dict[str, list[Node]] = {}
    for node in nodes:
        lines.setdefault(union.find(node.own), []).append(node)
    return list(lines.values())


def _expected_parents(trees: list[Any]) -> dict[int, int]:
    """Parents of a tree as the corpus writes it; a dummy root is no parent."""
    found: dict[int, int] = {}
    waiting: list[tuple[int | None, Any]] = [(None, tree) for tree in trees]
    while waiting:
        above, (position, below) = waiting.pop()
        if above is not None:
            found[position] = above
        waiting.extend((position, tree) for tree in below)
    return found


_TREES = [case for case in _cases() if case.get("expected") and case["name"] not in OTHER_RULES]


@pytest.mark.parametrize("case", _TREES, ids=[case["name"] for case in _TREES])
def test_a_case_of_the_rule_gives_its_tree(case: dict[str, Any]) -> None:
    messages = _case_mails(case)
    parent_of = _joined(messages, _nodes(messages))
    assert parent_of == _expected_parents(case["expected"])


def test_all_cases_are_tested_or_listed_with_a_reason() -> None:
    corpus_path("threads")
    rest = {"imaptest-thread5", "imaptest-thread8"}  # trees that grow: tested in phases below
    rest |= {"publicinbox-backwards", "publicinbox-index-gap"}  # properties, tested below
    named = {case["name"] for case in _cases()}
    assert named == {case["name"] for case in _TREES} | rest | set(OTHER_RULES)


def test_the_rest_of_the_jwz_tree_holds_and_no_mail_is_lost() -> None:
    corpus_path("threads")
    case = next(case for case in _cases() if case["name"] == "jwz-references")
    messages = _case_mails(case)
    nodes = _nodes(messages)
    loops = {n for n, one in enumerate(messages, start=1) if one.message_id.startswith("loop")}
    parent_of = threads.parents(nodes)
    expected = _expected_parents(case["expected"])
    assert {c: p for c, p in parent_of.items() if c not in loops} == {
        c: p for c, p in expected.items() if c not in loops
    }
    assert sum(len(line) for line in _lines(nodes)) == len(messages) == 56
    assert threads.depths([n.id for n in nodes], parent_of, {}).keys() == {n.id for n in nodes}


@pytest.mark.parametrize("name", ["publicinbox-backwards", "publicinbox-index-gap"])
def test_contradicting_references_are_one_thread_in_every_order(name: str) -> None:
    corpus_path("threads")
    case = next(case for case in _cases() if case["name"] == name)
    nodes = _nodes(_case_mails(case))
    forth, back = threads.parents(nodes), threads.parents(nodes[::-1])
    assert forth == back
    assert len(_lines(nodes)) == 1


@pytest.mark.parametrize("name", ["imaptest-thread5", "imaptest-thread8"])
def test_a_tree_that_grows_is_right_after_its_first_phase(name: str) -> None:
    corpus_path("threads")
    case = next(case for case in _cases() if case["name"] == name)
    phase = case["phases"][0]
    messages = _case_mails(case)[: len(phase["after"])]
    assert threads.parents(_nodes(messages)) == _expected_parents(phase["tree"])


def test_the_ghost_root_of_a_ticket_system_makes_one_thread() -> None:
    corpus_path("threads")
    case = next(case for case in _cases() if case["name"] == "notmuch-ghost-root-rt")
    assert len(_lines(_nodes(_case_mails(case)))) == 1


# --- Candidates -------------------------------------------------------------------------------


def test_candidates_stand_in_order_of_trust() -> None:
    message = mail("m", "a", "b", reply_to=("c",))
    assert threads.candidates(message, "k@ngo.example") == (
        "k@ngo.example",
        "b@ngo.example",
        "a@ngo.example",
        "c@ngo.example",
    )


def test_own_id_repeats_and_our_letters_are_no_candidates() -> None:
    letter = ids.letter_id("c0ffee", "lists.example")
    message = mail("m", "a", "m", letter, "a", reply_to=("a", "m"))
    assert threads.candidates(message) == ("a@ngo.example",)


def test_fifty_ids_count_and_they_are_the_last() -> None:
    message = mail("m", *(f"r{n}" for n in range(80)))
    found = threads.candidates(message)
    assert len(found) == 50
    assert found[0] == "r79@ngo.example"


# --- Every order ------------------------------------------------------------------------------

_names = st.sampled_from([f"n{n}" for n in range(8)])


@st.composite
def _worlds(draw: st.DrawFn) -> list[Node]:
    """Up to nine posts over eight ids: reused ids, ghosts, self-references and cycles abound."""
    count = draw(st.integers(1, 9))
    nodes: list[Node] = []
    for number in range(count):
        own = draw(_names)
        named = draw(st.lists(_names, max_size=4, unique=True))
        alias = own if all(node.own != own for node in nodes) else f"alias{number}"
        at = NOW + timedelta(minutes=draw(st.integers(0, 4)))
        kept = tuple(name for name in named if name != own)
        nodes.append(Node(number, own, alias, f"d{number}", at, kept))
    return nodes


@given(_worlds(), st.randoms())
def test_any_order_gives_the_same_parents(nodes: list[Node], random: Any) -> None:
    parent_of = threads.parents(nodes)
    shuffled = list(nodes)
    random.shuffle(shuffled)
    assert threads.parents(shuffled) == parent_of


@given(_worlds())
def test_every_post_stands_below_a_root_and_in_the_thread_of_its_parent(nodes: list[Node]) -> None:
    parent_of = threads.parents(nodes)
    thread_of = {node.id: n for n, line in enumerate(_lines(nodes)) for node in line}
    for node in nodes:
        here, steps = node.id, 0
        while here in parent_of:
            assert thread_of[here] == thread_of[parent_of[here]]
            here, steps = parent_of[here], steps + 1
            assert steps <= len(nodes)


def test_a_cycle_breaks_at_its_oldest_post_which_falls_back_on_an_older_reference() -> None:
    nodes = [
        Node(1, "a", "a", "", after(0), ()),
        Node(2, "b", "b", "", after(1), ("c", "a")),
        Node(3, "c", "c", "", after(2), ("b",)),
    ]
    assert threads.parents(nodes) == {2: 1, 3: 2}
    assert threads.parents(nodes[1:]) == {3: 2}


def test_a_reused_id_means_the_oldest_post_and_a_key_means_the_very_one() -> None:
    nodes = [
        Node(1, "a", "imposter", "x", after(5), ()),
        Node(2, "a", "a", "y", after(1), ()),
        Node(3, "b", "b", "", after(6), ("a",)),
        Node(4, "c", "c", "", after(7), ("imposter",)),
    ]
    assert threads.parents(nodes) == {3: 2, 4: 1}


def test_a_long_chain_needs_no_recursion() -> None:
    nodes = [
        Node(n, f"n{n}", f"n{n}", "", after(n), (f"n{n - 1}",) if n else ()) for n in range(20_000)
    ]
    parent_of = threads.parents(nodes)
    assert threads.depths([node.id for node in nodes], parent_of, {})[19_999] == 19_999
    union = Union()
    for node in nodes:
        union.join((node.own, *node.named))
    assert len({union.find(node.own) for node in nodes}) == 1


# --- Subjects ---------------------------------------------------------------------------------


def _line(name: int, day: int, opening: Opening, last: int | None = None) -> Line:
    begun = NOW + timedelta(days=day)
    ended = begun if last is None else NOW + timedelta(days=last)
    return Line(name, (begun, f"k{name}"), ended, opening)


def test_a_reply_goes_to_the_youngest_root_active_in_the_last_thirty_days() -> None:
    lines = [
        _line(1, 0, Opening.ROOT, last=50),
        _line(2, 40, Opening.ROOT),
        _line(3, 60, Opening.REPLY),
        _line(4, 75, Opening.REPLY),
        _line(5, 200, Opening.REPLY),
        _line(6, 210, Opening.ROOT),
    ]
    assert threads.joins(lines) == {3: 2, 4: 1}


def test_a_reply_is_never_joined_to_a_reply_nor_to_a_younger_root() -> None:
    lines = [_line(1, 0, Opening.REPLY), _line(2, 1, Opening.REPLY), _line(3, 2, Opening.ROOT)]
    assert threads.joins(lines) == {}


@pytest.mark.parametrize("subject", ["", "hi", "Hello", "Bonjour à tous", "no subject", "help"])
def test_a_subject_that_says_nothing_joins_nothing(subject: str) -> None:
    base = subject.casefold()
    assert threads.opening(True, base, False, may_join=True) is Opening.ROOT


def test_a_post_with_a_parent_opens_nothing() -> None:
    assert threads.opening(True, "saving bean seed", True, may_join=True) is Opening.CHILD
    assert threads.opening(True, "saving bean seed", False, may_join=True) is Opening.REPLY
    assert threads.opening(True, "saving bean seed", False, may_join=False) is Opening.ROOT


# --- Reply order ------------------------------------------------------------------------------


def _post(number: int, parent: int | None, minutes: float) -> Post:
    return Post(
        id=number,
        group_id=1,
        number=number,
        key=f"k{number}",
        message_id=f"m{number}",
        thread_id=1,
        part=1,
        parent_id=parent,
        parent_mid="",
        depth=0,
        author="Ana",
        subject="",
        received_at=after(minutes),
        language="",
        state=PostState.PUBLISHED,
        weight=1,
        attachments=0,
    )


def test_reply_order_is_depth_first_and_by_time() -> None:
    posts = [_post(1, None, 0), _post(2, 1, 1), _post(3, 1, 2), _post(4, 2, 3), _post(5, 9, 0.5)]
    assert [post.id for post in threads.tree(posts[::-1])] == [1, 2, 4, 3, 5]


@given(st.integers(1, 30), st.data())
def test_reply_order_holds_every_post_once(count: int, data: st.DataObject) -> None:
    posts = [
        _post(n, data.draw(st.one_of(st.none(), st.integers(0, n - 1))) if n else None, n)
        for n in range(count)
    ]
    ordered = [post.id for post in threads.tree(posts)]
    assert sorted(ordered) == list(range(count))
    for post in posts:
        if post.parent_id is not None:
            assert ordered.index(post.parent_id) < ordered.index(post.id)
