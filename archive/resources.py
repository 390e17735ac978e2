"""Where data files are: beside the package in a wheel, at the root of a checkout otherwise."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path

from archive.errors import NotFound


@lru_cache(maxsize=64)
def tree(package: str, name: str) -> Path:
    """Give the folder or file `name` that belongs to `package` ('archive', 'templates').

    Looks inside the package, in its `_data` (a wheel), then at the root of the checkout.
    Raises NotFound.
    """
    home = Path(str(import_module(package).__file__)).parent
    for place in (home / name, home / "_data" / name, home.parent / name):
        if place.exists():
            return place
    raise NotFound(f"{name} of {package} is not installed")
