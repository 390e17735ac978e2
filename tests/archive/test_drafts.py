"""What follows from a mail alone: names, key, base subject, weight, leave to quote."""

from __future__ import annotations

from dataclasses import replace

from archive import ids
from archive.drafts import NewPost, base_of, draft_of, is_quotable
from archive.model import ParsedMessage
from tests.archive.made import NOW, mail


def _new(message: ParsedMessage, *, imposter: bool = False, parent_key: str = "") -> NewPost:
    return NewPost(message, 1, NOW, imposter=imposter, parent_key=parent_key)


def test_names_are_hashes_of_ids_the_reply_key_first() -> None:
    draft = draft_of(7, _new(mail("m", "a", reply_to=("b",)), parent_key="k" * 16))
    named = ["k" * 16, ids.key_of("a@ngo.example"), ids.key_of("b@ngo.example")]
    assert list(draft.node.named) == named
    assert draft.names == (ids.key_of("m@ngo.example"), *named)
    assert draft.parent_mid == "a@ngo.example"


def test_an_imposter_has_a_key_of_its_own_and_both_names() -> None:
    message = mail("m", digest="other")
    draft = draft_of(7, _new(message, imposter=True))
    assert draft.node.own == ids.key_of("m@ngo.example")
    assert draft.node.alias == ids.imposter_key("m@ngo.example", message.digest)
    assert draft.names == (draft.node.own, draft.node.alias)


def test_the_base_subject_is_folded_and_short() -> None:
    draft = draft_of(7, _new(mail("m", subject="Re: [beans] Saving BEAN Seed")))
    assert (draft.base, draft.is_reply) == ("saving bean seed", True)
    assert len(base_of("x" * 5000)) == 200


def test_weight_counts_bytes_and_attachments_count_files() -> None:
    draft = draft_of(7, _new(mail("m", text="é\n", files=2)))
    assert (draft.weight, draft.attachments) == (3, 2)


def test_an_author_who_says_no_archive_is_not_quoted() -> None:
    message = mail("m")
    assert is_quotable(message)
    assert not is_quotable(replace(message, headers=(("x-no-archive", " Yes"),)))
    assert is_quotable(replace(message, headers=(("x-no-archive", "no"),)))
