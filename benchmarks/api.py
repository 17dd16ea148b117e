"""Decoding of ``datacontent`` against BPS's own client: python benchmarks/api.py --stadata /path/to/python/with/stadata

stadata 1.0 asks for an older pandas than this package, so it runs in an interpreter of its own, which is handed the same
payloads and measures its own decoding (the request is replaced by the payload, so no network is in it).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ucj_analysis.loaders import bps_answers

SIZES = [500, 1_000, 2_000, 4_000]  # cells; stadata looks through all cells for each, so its time grows with the square
LARGE = [25_000, 50_000, 100_000, 200_000]
THEIRS = """
import json, sys, time
import stadata.main
payload = json.load(open(sys.argv[1]))
class Answer:
    status_code = 200
    def json(self):
        return payload
stadata.main.requests.get = lambda *a, **k: Answer()
start = time.perf_counter()
frame = stadata.main.Client("none").view_dynamictable("0000", "192")
seconds = time.perf_counter() - start
values = frame.drop(columns=["variable", "turunan variable", "id_var", "id_tur_var"], errors="ignore").to_numpy().ravel()
print(json.dumps({"seconds": seconds, "values": sorted(v for v in values if v != "")}))
"""


def payload(cells):
    """Annual table of `cells` figures: rows of four digits, ten derived variables, five years."""
    rows, derived, years = range(1001, 1001 + cells // 50), range(431, 441), range(120, 125)
    return {
        "status": "OK", "data-availability": "available", "labelvervar": "Baris",
        "var": [{"val": 192, "label": "Indeks", "unit": "Poin", "decimal": 2}],
        "vervar": [{"val": r, "label": f"Baris {r}"} for r in rows],
        "turvar": [{"val": t, "label": f"Turunan {t}"} for t in derived],
        "tahun": [{"val": y, "label": str(1900 + y)} for y in years], "turtahun": [{"val": 0, "label": "Tahun"}],
        "datacontent": {f"{r}192{t}{y}0": float(n) for n, (r, t, y) in enumerate(
            (r, t, y) for r in rows for t in derived for y in years)},
    }  # fmt: skip


def ours(made, times=5):
    """Shortest of some decodings in seconds, and the values."""
    best = None
    for _ in range(times):
        start = time.perf_counter()
        rows = bps_answers.decode(made).rows
        seconds = time.perf_counter() - start
        best = seconds if best is None else min(best, seconds)
    return best, sorted(rows["value"])


def theirs(python, made, limit=None):
    """Seconds of stadata and its values; None where it was not done in `limit` seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "payload.json"
        path.write_text(json.dumps(made))
        try:
            done = subprocess.run(
                [python, "-c", THEIRS, str(path)], capture_output=True, text=True, timeout=limit, check=False
            )
        except subprocess.TimeoutExpired:
            return None
    if done.returncode:
        sys.exit(f"stadata failed in {python}: {done.stderr.strip().splitlines()[-1]}")
    said = json.loads(done.stdout)
    return said["seconds"], said["values"]


def main():
    """Print times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stadata", default=sys.executable, help="interpreter that has stadata")
    parser.add_argument(
        "--limit", type=float, default=60.0, help="seconds after which stadata is stopped at 100,000 cells"
    )
    args = parser.parse_args()
    print("     cells   ours (s)  stadata (s)   ratio  values equal")
    for cells in SIZES:
        made = payload(cells)
        (a, mine), (b, other) = ours(made), theirs(args.stadata, made)
        print(f"{cells:>10,} {a:>10.4f} {b:>12.2f} {b / a:>7.0f}  {mine == other}")
    large = {cells: ours(payload(cells), 3)[0] for cells in LARGE}
    for cells, seconds in large.items():
        print(f"{cells:>10,} {seconds:>10.4f}  {1e6 * seconds / cells:.2f} microseconds a cell")
    hundred = large[100_000]
    found = theirs(args.stadata, payload(100_000), args.limit)
    if found is None:
        print(f"stadata was stopped at 100,000 cells after {args.limit:.0f} s: ratio above {args.limit / hundred:.0f}")
    else:
        print(f"stadata at 100,000 cells {found[0]:.1f} s: ratio {found[0] / hundred:.0f}")


if __name__ == "__main__":
    main()
