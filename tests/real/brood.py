"""Starts `dgroup serve` again and again without reading its modules anew: `brood.py SETTINGS`.

Reading them is most of what a start costs. For each line on standard input a child is forked that
runs the command as the console script does, with the settings that the line names, if it names any; its
process id is answered on standard output.
"""

from __future__ import annotations

import os
import signal
import sys

import dgroup.service  # noqa: F401  -- read before the first fork: that is what this program is for
from dgroup.cli import main


def serve(settings: str) -> None:
    """Be `dgroup --config SETTINGS serve`; the process ends with it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    os.dup2(quiet, 1)
    sys.argv = ["dgroup", "--config", settings, "serve"]
    main()


def answer(settings: str) -> None:
    """Fork a service for each line that comes."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                serve(line.strip() or settings)
            finally:
                os._exit(1)
        print(child, flush=True)


if __name__ == "__main__":
    answer(sys.argv[1])
