"""The words of all templates, and `make messages`, which brings the catalogues up to date with them.

New words come with an empty translation, words that no template has any more go.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from archive.i18n import DEFAULT, catalogue_folder, languages
from archive.resources import tree

_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}
_HEADER = """# The words of dgroup's pages and letters; how to translate: CONTRIBUTING.md.
#"""


def template_words() -> Catalog:
    """Every msgid of `templates/`, with the files that use it."""
    catalogue = Catalog(project="dgroup", charset="utf-8", header_comment=_HEADER)
    root = tree("archive", "templates")
    found = extract_from_dir(
        root,
        method_map=[("demo/**", "ignore"), ("**", "jinja2")],
        options_map={"**": _OPTIONS | {"silent": "false"}},
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    )
    for name, _, message, comments, context in found:
        if Path(name).suffix != ".css":
            catalogue.add(message, None, [(name, 1)], auto_comments=comments, context=context)
    return catalogue


def read_catalogue(language: str) -> Catalog:
    """A shipped catalogue."""
    with (catalogue_folder() / f"{language}.po").open("rb") as source:
        return read_po(source, locale=language)


def untranslated(catalogue: Catalog) -> list[Message]:
    """Messages that lack a form."""
    return [message for message in catalogue if message.id and not all(_forms(message))]


def _forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (str(message.string or ""),)


def update(language: str) -> int:
    """Bring one catalogue up to date; give the number of messages without a translation."""
    catalogue = read_catalogue(language)
    since = catalogue.creation_date
    catalogue.update(template_words(), no_fuzzy_matching=True)
    catalogue.creation_date = since  # no change of words, no change of the file
    catalogue.header_comment = _HEADER
    catalogue.project, catalogue.version = "dgroup", ""
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = ""
    catalogue.obsolete.clear()
    for message in catalogue:
        message.locations = [(name, 0) for name in sorted({at for at, _ in message.locations})]
    with (catalogue_folder() / f"{language}.po").open("wb") as target:
        write_po(
            target,
            catalogue,
            width=100,
            sort_output=True,
            ignore_obsolete=True,
            include_lineno=False,
        )
    return len(untranslated(catalogue))


def main() -> None:
    """Update all catalogues and say what is missing."""
    for language in languages():
        if language != DEFAULT:
            print(f"{language}: {update(language)} without a translation")


if __name__ == "__main__":
    main()
