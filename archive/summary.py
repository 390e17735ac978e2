"""The weekly summary of a group: numbers, discussions in the members' own sentences, open and
answered questions, resources, and every other thread by name. Pure; nothing is said by us.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import unquote, urlsplit

from archive.asking import asking, find_question
from archive.model import SummaryPost, SummaryThread, WeekFacts
from archive.sentences import clip, holds_address, normalised, quality, split_sentences, words
from archive.stopwords import likely_language
from archive.summary_model import (
    Discussion,
    Numbers,
    Other,
    Question,
    Quote,
    Resource,
    Summary,
)
from archive.summary_rank import (
    Pick,
    Voice,
    candidates,
    choose,
    choose_asked,
    is_fit,
    last_word,
)
from archive.text import normal_subject

MOST_DISCUSSIONS, MOST_QUESTIONS, MOST_RESOURCES = 5, 5, 7
WORDS_A_THREAD, WORDS_HARD = 70, 90
LEAST_SAID, MOST_SAID = 2, 4
_ASKED_WORDS = 45
_RESOURCE_WORDS = 25
_QUOTE_WORDS = 35
_FEW_SENTENCES = 12
_ENOUGH_TOLD = 2
_LONGEST_SENTENCE = 45
_LEAST_QUALITY = 0.5
_SUBJECT_LENGTH = 90
_TOPIC_LENGTH = 40
_CUT = " [...]"

# --- what sections share --------------------------------------------------------------------------


def clean_subject(subject: str, length: int = _SUBJECT_LENGTH) -> str:
    """Give a subject without Re: and [tag], cut at a word end; empty stays empty."""
    base = normal_subject(subject)[0]
    if len(base) <= length:
        return base
    return base[:length].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def language_of(post: SummaryPost) -> str:
    """Give the language that a post's common words vote for, else its header's.

    Mail programs put their own language into the header, whatever their user writes.
    """
    return likely_language(words(post.own)) or post.language[:2].lower()


def _quote(post: SummaryPost, text: str, most: int = _QUOTE_WORDS) -> Quote:
    return Quote(
        clip(text, most),
        post.author,
        post.organisation,
        post.country,
        post.url,
        post.key,
        language_of(post),
    )


def _people(posts: Iterable[SummaryPost]) -> int:
    return len({post.author_id for post in posts})


def _weight(thread: SummaryThread) -> tuple[int, int]:
    """Larger first: distinct contributors x 2 + messages; the earlier thread among equals."""
    return (-(2 * _people(thread.posts) + len(thread.posts)), thread.id)


def _all_posts(facts: WeekFacts) -> list[SummaryPost]:
    return [post for thread in facts.threads for post in thread.posts]


# --- sections -------------------------------------------------------------------------------------


def count(facts: WeekFacts, draft: Summary) -> Summary:
    """1. One line of numbers, and the names of the two largest threads for the subject."""
    posts = _all_posts(facts)
    pace = ""
    if facts.usual and len(posts) < 0.6 * facts.usual:
        pace = "quieter"
    elif facts.usual and len(posts) > 1.6 * facts.usual:
        pace = "busier"
    countries = {post.country for post in posts if post.country}
    largest = sorted(facts.threads, key=_weight)[:2]
    topics = tuple(clean_subject(thread.subject, _TOPIC_LENGTH) for thread in largest)
    numbers = Numbers(
        len(posts), len(facts.threads), _people(posts), len(countries), facts.joined, pace
    )
    return replace(draft, numbers=numbers, topics=tuple(topic for topic in topics if topic))


def discuss(facts: WeekFacts, draft: Summary) -> Summary:
    """3. The larger threads in full; single posts only where there is little else to show."""
    few = sum(len(split_sentences(post.own)) for post in _all_posts(facts)) < _FEW_SENTENCES
    told: list[Discussion] = []
    for thread in sorted(facts.threads, key=_weight):
        single = len(thread.posts) == 1
        if len(told) == MOST_DISCUSSIONS or (single and len(told) >= _ENOUGH_TOLD):
            break
        if single and _open_question(thread, facts):
            continue  # it stands among the open questions, and by name under "Also"
        told_one = _tell(thread, facts.boilerplate, few)
        if told_one.asked or told_one.said:
            told.append(told_one)
    return replace(draft, discussions=tuple(told))


def _tell(thread: SummaryThread, boilerplate: frozenset[str], few: bool) -> Discussion:
    posts = [post for post in thread.posts if post.quotable]
    voices = [Voice(post.author_id, post.own, language_of(post)) for post in posts]
    ranked = candidates(voices, normal_subject(thread.subject)[0], boilerplate)
    found = [
        one
        for one in ranked
        if one.words <= _LONGEST_SENTENCE and quality(one.text) >= _LEAST_QUALITY
    ]
    opens = not thread.earlier and bool(posts) and posts[0] == thread.posts[0]
    asked = choose_asked(found, _ASKED_WORDS) if opens else ()
    last = last_word(found, len(posts) - 1) if len(posts) > 1 else None
    said = _first_words(found, opens) if few else _say(found, asked, last, opens)
    return Discussion(
        subject=clean_subject(thread.subject),
        url=thread.url,
        posts=len(thread.posts),
        people=_people(thread.posts),
        since=min(post.received_at for post in thread.posts).date(),
        continued=thread.earlier > 0,
        asks=any(one.asks >= 0.5 for one in asked),
        asked=tuple(_quote(posts[one.voice], one.text) for one in asked),
        said=tuple(_quote(posts[one.voice], one.text) for one in said),
        last_word=_quote(posts[last.voice], last.text) if last and last not in said else None,
    )


def _say(
    found: Sequence[Pick], asked: Sequence[Pick], last: Pick | None, opens: bool
) -> tuple[Pick, ...]:
    """Two to four sentences of different people within what is left of the thread's words."""
    taken = (*asked, last) if last else tuple(asked)
    used = sum(one.words for one in taken)
    asker = {one.person for one in asked} if opens else set()
    rest = [one for one in found if one not in taken and not (opens and one.voice == 0)]
    # The asker's later words stand behind those of the people who answered.
    others = [one for one in rest if one.person not in asker] or rest
    said = choose(others, max(0, WORDS_A_THREAD - used), taken, MOST_SAID, one_each=True)
    if len(said) < LEAST_SAID:
        said = choose(others, max(0, WORDS_HARD - used), taken, LEAST_SAID, one_each=True)
    return said


def _first_words(found: Sequence[Pick], opens: bool) -> tuple[Pick, ...]:
    """Under a dozen sentences in a week there is nothing to choose: the first of each post."""
    first: dict[int, Pick] = {}
    for one in found:
        if not (opens and one.voice == 0):
            first.setdefault(one.voice, one)
    chosen: list[Pick] = []
    for one in first.values():
        if sum(other.words for other in chosen) + one.words <= WORDS_HARD - _ASKED_WORDS:
            chosen.append(one)
    return tuple(chosen[:MOST_SAID])


def ask(facts: WeekFacts, draft: Summary) -> Summary:
    """4. Questions without a reply from another person: this week's, then older ones."""
    new = [found for thread in facts.threads if (found := _open_question(thread, facts))]
    old = [
        question
        for entry in facts.open_questions
        if (question := _question(entry.post, facts.boilerplate, entry.asked_on))
    ]
    new.sort(key=lambda question: question.asked_on, reverse=True)
    old.sort(key=lambda question: question.asked_on, reverse=True)
    return replace(draft, open_questions=tuple([*new, *old][:MOST_QUESTIONS]))


def _open_question(thread: SummaryThread, facts: WeekFacts) -> Question | None:
    """The thread's last asking post, if nobody else wrote after it (status rule "open")."""
    for at in range(len(thread.posts) - 1, -1, -1):
        post = thread.posts[at]
        if any(later.author_id != post.author_id for later in thread.posts[at + 1 :]):
            return None
        opens = at == 0 and not thread.earlier
        found = _question(post, facts.boilerplate, post.received_at.date())
        # A reply's question is often rhetorical: it must ask more surely than an opener's.
        if found and (opens or asking(found.quote.text) >= 0.75):
            return found
    return None


def _question(post: SummaryPost, boilerplate: frozenset[str], asked_on: date) -> Question | None:
    if not post.quotable:
        return None
    text = find_question(post.own)
    if text is None or not is_fit(text, boilerplate):
        return None
    return Question(_quote(post, text), clean_subject(post.subject), asked_on)


def answer(facts: WeekFacts, draft: Summary) -> Summary:
    """4b. Older questions that got their first answer this week."""
    found = [
        question
        for post in facts.answered
        if (question := _question(post, facts.boilerplate, post.received_at.date()))
    ]
    return replace(draft, answered=tuple(found[:MOST_QUESTIONS]))


def share(facts: WeekFacts, draft: Summary) -> Summary:
    """5. Links and files, those that more people named first, each with who brought it first."""
    found: dict[str, Resource] = {}
    named: Counter[str] = Counter()
    for post in sorted(_all_posts(facts), key=lambda post: (post.received_at, post.key)):
        if not post.quotable:
            continue
        for resource in (*_files(post), *_links(post, facts)):
            found.setdefault(resource.url, resource)
            named[resource.url] += 1
    order = sorted(found.values(), key=lambda entry: -named[entry.url])
    return replace(draft, resources=tuple(order[:MOST_RESOURCES]))


def _files(post: SummaryPost) -> list[Resource]:
    return [Resource(name, "", url, post.author, "", language_of(post)) for name, url in post.files]


def _links(post: SummaryPost, facts: WeekFacts) -> list[Resource]:
    found = []
    for link in post.links:
        parts = urlsplit(link.url)
        ours = facts.home_url and link.url.startswith(facts.home_url)
        if ours or normalised(link.sentence) in facts.boilerplate or not parts.hostname:
            continue
        host = parts.hostname.removeprefix("www.")
        sentence = _resource_sentence(link.sentence, link.url)
        title = _link_title(parts.path) or host
        found.append(Resource(title, host, link.url, post.author, sentence, language_of(post)))
    return found


def _link_title(path: str) -> str:
    """The last telling piece of a path, as a name: '/docs/seed-banks.html' -> 'seed-banks.html'."""
    pieces = [piece for piece in unquote(path).split("/") if any(c.isalpha() for c in piece)]
    last = pieces[-1] if pieces else ""
    plain = last.isprintable() and not last.startswith("index.") and not holds_address(last)
    return last if plain and 3 <= len(last) <= 60 else ""


def _resource_sentence(sentence: str, url: str) -> str:
    """The sentence around an address, the address and what is over 25 words cut out."""
    text = " ".join(sentence.replace(f"<{url}>", "[...]").replace(url, "[...]").split())
    pieces = text.split(" ")
    if len(pieces) > _RESOURCE_WORDS:
        text = " ".join(pieces[:_RESOURCE_WORDS]) + ("" if pieces[24] == "[...]" else _CUT)
    return text if len(words(text)) >= 3 and not holds_address(text) else ""


def name_others(facts: WeekFacts, draft: Summary) -> Summary:
    """6. Every other thread by name: nothing that was posted is missing."""
    told = {discussion.url for discussion in draft.discussions}
    others = [thread for thread in sorted(facts.threads, key=_weight) if thread.url not in told]
    also = tuple(
        Other(clean_subject(thread.subject), len(thread.posts), thread.url) for thread in others
    )
    return replace(draft, also=also)


def welcome(facts: WeekFacts, draft: Summary) -> Summary:
    """7. New members who agreed to be named."""
    return replace(draft, welcome=tuple(facts.newcomers))


SECTIONS: tuple[Callable[[WeekFacts, Summary], Summary], ...] = (
    count,
    discuss,
    ask,
    answer,
    share,
    name_others,
    welcome,
)
"""In the order of the letter; a new section is one function and one line here."""


def summarise(facts: WeekFacts) -> Summary:
    """Make the summary of a week from its facts; the same facts give the same summary."""
    group = facts.group
    draft = Summary(
        group.name, group.title, group.language, facts.week, facts.first_day, facts.last_day,
        facts.home_url, facts.page_url,
    )  # fmt: skip
    for section in SECTIONS:
        draft = section(facts, draft)
    return draft
