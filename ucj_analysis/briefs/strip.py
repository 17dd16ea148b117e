"""Take outputs, counts and traces of a run out of notebooks: `python -m ucj_analysis.briefs.strip FILE...`.

Exit status 1 when a file was changed, so that a commit stops and shows it. Needs nothing but Python.
"""

import json
import sys
from pathlib import Path

from ucj_analysis.files import write_atomic

_TRACES = ("execution", "collapsed", "scrolled", "ExecuteTime", "papermill", "widgets", "trusted")


def stripped(text):
    """Return the JSON of a notebook without what a run leaves in it."""
    book = json.loads(text)
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        for name in _TRACES:
            cell.get("metadata", {}).pop(name, None)
    for name in _TRACES:
        book.get("metadata", {}).pop(name, None)
    info = book.get("metadata", {}).get("language_info", {})
    for name in [n for n in info if n != "name"]:  # the version of whoever ran it last
        del info[name]
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def main(names):
    """Strip the files in place; return 1 when any was changed."""
    changed = 0
    for name in names:
        path = Path(name)
        before = path.read_text(encoding="utf-8")
        try:
            after = stripped(before)
        except (ValueError, KeyError, TypeError, AttributeError):
            print(f"{name} is not a notebook; restore it from version control", file=sys.stderr)
            changed = 1
            continue
        if after != before:
            write_atomic(path, after)
            print(f"stripped {name}")
            changed = 1
    return changed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
