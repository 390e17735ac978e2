"""Reading TOML into sections: the lines of keys, and texts that are no TOML."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.errors import ConfigError
from dgroup.toml import key_lines, read, setting


@dataclass(frozen=True, slots=True)
class Box:
    size: int = setting(1, lambda value: "" if value > 0 else "must be above 0")
    colours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class House:
    box: Box = Box()


def test_lines_of_keys_are_found_in_tables_dotted_and_quoted() -> None:
    text = '# a\n[box]\nsize = 1\n\n["other one"]\n"a b" = 2\n[third]\na . b = 3\n'
    assert key_lines(text) == {
        "box": 2, "box.size": 3, "other one": 5, "other one.a b": 6, "third": 7, "third.a.b": 8,
    }  # fmt: skip


def test_what_looks_like_a_key_inside_a_long_text_is_none() -> None:
    text = '[box]\na = """\n[fake]\nsize = 1\n"""\nsize = 2\n'
    lines = key_lines(text)
    assert lines["box.size"] == 6
    assert "fake" not in lines


def test_an_inline_table_is_found_by_its_section() -> None:
    with pytest.raises(ConfigError) as caught:
        read(House, "\nbox = { size = 0 }\n", "f")
    assert str(caught.value) == "f: line 2: box.size: must be above 0, not 0"


def test_a_dotted_key_without_a_header_is_found() -> None:
    with pytest.raises(ConfigError) as caught:
        read(House, "# box\nbox.size = 0\n", "f")
    assert caught.value.mistakes[0].line == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [("[box]\nsize = \n", 2), ("[box]\nsize = [1", 2), ("[box]\nsize = 1\nsize = 2\n", 3)],
)
def test_a_text_that_is_no_toml_is_one_mistake_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ConfigError, match="this is not TOML") as caught:
        read(House, text, "f")
    assert [mistake.line for mistake in caught.value.mistakes] == [line]


def test_lists_become_tuples() -> None:
    assert read(House, 'box.colours = ["red", "blue"]', "f").box.colours == ("red", "blue")


@given(st.text(alphabet="[]box.size=\"'= 01\n#", max_size=60))
def test_any_text_is_read_or_refused_with_lines_inside_it(text: str) -> None:
    try:
        read(House, text, "f")
    except ConfigError as error:
        assert error.mistakes
        assert all(0 <= mistake.line <= text.count("\n") + 1 for mistake in error.mistakes)
    else:
        assert set(tomllib.loads(text)) <= {"box"}
