"""What the suites in Python share: a check is a sentence and a function that raises; one line is printed for each.

The last line of a suite is `N passed, M failed`, which `run.mjs` reads.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

if len(sys.argv) < 2 or not urlsplit(sys.argv[1]).netloc:
    sys.exit(f"usage: python {sys.argv[0]} URL [ADMIN_TOKEN]")

BASE = "{0.scheme}://{0.netloc}".format(urlsplit(sys.argv[1]))
CHECKOUT = Path(os.environ.get("CHECKOUT", Path(__file__).parent.parent.parent))

_results = {"passed": 0, "failed": 0}


def check(name):
    """Runs the decorated function at once, and reports it; what it returns is printed beside it."""

    def run(body):
        try:
            note = body()
        except Exception as error:  # Whatever goes wrong is a failed check.
            _results["failed"] += 1
            said = f"{type(error).__name__}: {error}".replace("\n", "\n      ")
            print(f"FAIL  {name}\n      {said}", flush=True)
        else:
            _results["passed"] += 1
            print(f"ok    {name}" + ("" if note is None else f" — {note}"), flush=True)
        return body

    return run


def same(found, expected, what):
    """Raises where the two differ."""
    if found != expected:
        raise AssertionError(f"{what}: expected {expected!r}, found {found!r}")


def end():
    """Prints the count, and ends the suite."""
    print(f"{_results['passed']} passed, {_results['failed']} failed")
    sys.exit(1 if _results["failed"] else 0)
