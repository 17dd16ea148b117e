"""Print all briefs of a province into one PDF, through a Chromium that is on the machine."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from ucj_analysis.errors import UcjError
from ucj_analysis.files import write_atomic
from ucj_analysis.health import BROWSERS
from ucj_analysis.regions import get, province_of

_FLAGS = ("--headless", "--disable-gpu", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync", "--no-pdf-header-footer")  # fmt: skip
TIMEOUT = 300  # seconds a province may take


def browser():
    """Return the path of a Chromium; UcjError where there is none."""
    found = next((shutil.which(b) for b in BROWSERS if shutil.which(b)), None)
    if found is None:
        raise UcjError(f"--pdf needs Chromium or Chrome ({', '.join(BROWSERS)}), and none is on the path: install one, or print "
                       "the pages from any browser")  # fmt: skip
    return found


def print_provinces(jobs, out, chromium):
    """Print the briefs among the jobs, one PDF per province and language; return the paths."""
    groups = {}
    for job in jobs:
        if job.kind == "brief":
            groups.setdefault((province_of(job.region).code, job.lang), []).append(Path(out) / job.path)
    return [_print(code, lang, files, chromium) for (code, lang), files in groups.items()]


def together(files):
    """One page of several briefs, each from a new sheet; names inside each are made its own."""
    texts = [f.read_text(encoding="utf-8") for f in files]
    bodies = []
    for n, text in enumerate(texts):
        body = re.search(r"<body[^>]*>(.*)</body>", text, re.S).group(1)
        body = re.sub(r'\b(id|aria-labelledby)="', rf'\1="b{n}-', body)
        bodies.append(re.sub(r'href="#', f'href="#b{n}-', body))
    head = re.search(r".*?<body[^>]*>", texts[0], re.S).group()
    style = "<style>.page + .skip { display: none } .sheet + .sheet { break-before: page }</style>"
    sheets = "".join(f'<div class="sheet">{b}</div>' for b in bodies)
    return head.replace("</head>", f"{style}</head>") + sheets + "</body></html>"


def _print(code, lang, files, chromium):
    target = files[0].parent / f"{code}-{re.sub(r'[^a-z0-9]+', '-', get(code).name.lower()).strip('-')}.{lang}.pdf"
    with tempfile.TemporaryDirectory() as folder:
        source, pdf = Path(folder, "all.html"), Path(folder, "all.pdf")
        source.write_text(together(files), encoding="utf-8")
        command = [chromium, *_FLAGS, f"--user-data-dir={folder}/profile", f"--print-to-pdf={pdf}", source.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired:
            raise UcjError(f"{chromium} did not print {target.name} within {TIMEOUT} s") from None
        if done.returncode or not pdf.is_file():
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise UcjError(f"{chromium} could not print {target.name}: {said[-1] if said else done.returncode}")
        return write_atomic(target, pdf.read_bytes())
