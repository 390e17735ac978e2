"""The house rules that a program can check: sizes, docstrings, packaging, layers, the Makefile's words."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]
_TREES = ("archive", "dgroup", "tests", "bench", "alembic", "docs")
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))

# Put together here so that this very file names none.
_REGISTRIES = re.compile(
    r"py" + r"pi\.org|python" + r"hosted|npm" + r"js|deb\.deb" + r"ian\.org|proxy\.gol" + r"ang"
)


def _git(*words: str) -> list[str]:
    done = subprocess.run(
        ["git", *words], cwd=_ROOT, check=False, capture_output=True, text=True, timeout=60
    )
    if done.returncode not in {0, 1}:
        pytest.skip("not a git checkout")
    return done.stdout.splitlines()


def _tracked() -> list[Path]:
    """The files that are, or would be, committed."""
    names = _git("ls-files", "--cached", "--others", "--exclude-standard")
    return [_ROOT / name for name in names if (_ROOT / name).is_file()]


def _modules() -> list[Path]:
    return [
        path
        for path in _tracked()
        if path.suffix == ".py" and path.relative_to(_ROOT).parts[0] in _TREES
    ]


def _name(path: Path) -> str:
    return str(path.relative_to(_ROOT))


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_module_is_over_400_lines() -> None:
    long = {_name(path): len(path.read_text("utf-8").splitlines()) for path in _modules()}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def test_no_function_is_over_60_lines() -> None:
    long = []
    for path in _modules():
        for node in _functions(ast.parse(path.read_text("utf-8"))):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > 60:
                long.append(f"{_name(path)}:{node.lineno} {node.name}: {lines}")
    assert long == []


def test_every_module_says_what_it_owns_in_at_most_six_lines() -> None:
    wrong = []
    for path in _modules():
        said = ast.get_docstring(ast.parse(path.read_text("utf-8")), clean=False)
        if said is None or len(said.strip().splitlines()) > 6:
            wrong.append(_name(path))
    assert wrong == []


def test_every_public_name_of_the_packages_has_a_docstring() -> None:
    bare = []
    for path in _modules():
        if path.relative_to(_ROOT).parts[0] not in {"archive", "dgroup"}:
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if not node.name.startswith("_") and ast.get_docstring(node) is None:
                bare.append(f"{_name(path)}:{node.lineno} {node.name}")
    assert bare == []


def test_nothing_is_left_half_done() -> None:
    marks = re.compile(
        r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b|NotImplemented" + "Error"
    )
    left = [
        f"{_name(path)}:{number}"
        for path in _modules()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if marks.search(line)
    ]
    assert left == []


def test_a_silenced_check_says_why() -> None:
    silenced = re.compile(r"#\s*(?:type:\s*ignore|noqa)(?:\[[^\]]*\]|:[A-Z0-9, ]*)?(.*)$")
    bare = []
    for path in _modules():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            found = silenced.search(line)
            if found and "re.compile" not in line and len(found[1].strip(" #-")) < 5:
                bare.append(f"{_name(path)}:{number}")
    assert bare == []


def test_no_file_names_a_registry() -> None:
    found = []
    for path in _tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if _REGISTRIES.search(text):
            found.append(_name(path))
    assert found == []


def test_the_lock_files_pin_every_package_with_hashes() -> None:
    for name in ("runtime", "dev", "bench"):
        text = (_ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        entries = re.split(r"\n(?=[a-z0-9])", text.strip())
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries), name


def test_the_lock_covers_what_the_package_needs() -> None:
    lock = (_ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    locked = {match[1] for match in re.finditer(r"^([a-z0-9-]+)(?:\[.*\])?==", lock, re.MULTILINE)}
    project = _PROJECT["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["speed"]]
    assert {str(re.match(r"[a-z0-9.-]+", need)[0]) for need in wanted} <= locked  # type: ignore[index]  # each need starts with a name


def test_the_migrations_are_no_package() -> None:
    assert not (_ROOT / "alembic" / "__init__.py").exists()  # it would shadow the library


def test_git_does_not_hide_a_source_tree() -> None:
    paths = [f"{tree}/some_file.py" for tree in _TREES] + [
        "templates/x.html",
        "archive/locale/x.po",
    ]
    assert _git("check-ignore", *paths) == []


def test_no_wheel_data_tree_stands_in_the_checkout() -> None:
    assert not (_ROOT / "archive" / "_data").exists()
    assert not (_ROOT / "dgroup" / "_data").exists()


def test_imports_go_downward_and_the_archive_stands_alone() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(
        command, cwd=_ROOT, check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ci_runs_the_words_that_the_readme_gives() -> None:
    script = (_ROOT / ".ci" / "run").read_text("utf-8")
    readme = (_ROOT / "README.md").read_text("utf-8")
    makefile = (_ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"make .*\btest\b", script)
    assert re.search(r"make .*\blint\b", script)
    for word in ("run", "test"):
        assert f"make {word}" in readme
    for word in ("run", "test", "bench", "lint", "fuzz", "lock", "clean"):
        assert re.search(rf"^{word}:", makefile, re.MULTILINE)


def test_the_tests_that_the_design_names_are_there() -> None:
    """A row of `docs/design.md` that tells which test drives what must not outlive it."""
    text = (_ROOT / "docs" / "design.md").read_text("utf-8")
    table = text.partition("## Bad input")[2].partition("\n## ")[0]
    found = {name for path in (_ROOT / "tests").rglob("test_*.py") for name in _names(path)}
    assert set(re.findall(r"`(?:tests/real/)?(test_\w+(?:\.py)?)`", table)) <= found


def _names(path: Path) -> list[str]:
    return [path.name, *re.findall(r"def (test_\w+)", path.read_text("utf-8"))]
