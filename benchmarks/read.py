"""Reading BPS's exports into tidy rows, beside pandas' default readers that merely open them; and the memory of a sparse sheet.

``UCJ_REFERENCE=... python benchmarks/read.py`` prints ratios of one run: seconds of this package over seconds of pandas, per
file and in all, each the mean of calls in turn once all is loaded (this package also knows the lists of regions that it met
before, which are the same in most files); and for files over 100 KB also of a program that starts, reads and ends.
pandas' default readers are read_csv, read_excel (openpyxl for XLSX, calamine for BIFF, which pandas' own default needs xlrd
for) and read_html.
"""

import io
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 5


def opener(path):
    """What a person would call in pandas to open a file, by its bytes."""
    import pandas as pd

    head = path.read_bytes()[:3000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"pk"):
        return lambda: pd.read_excel(path, sheet_name=None, engine="openpyxl")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return lambda: pd.read_excel(path, sheet_name=None, engine="calamine")
    if head.startswith(b"<"):
        return lambda: pd.read_html(io.BytesIO(path.read_bytes()))
    return lambda: pd.read_csv(path)


def once(call):
    """Seconds of the processor in one call (others may use the machine), whether or not it is refused."""
    began = time.process_time()
    try:
        call()
    except Exception as error:
        return time.process_time() - began, type(error).__name__
    return time.process_time() - began, ""


def main():
    """Print the ratios, then the memory."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "loaders")]
    folder = Path(os.environ.get("UCJ_REFERENCE", ROOT.parent / "shared" / "reference")) / "bps_samples"
    if not folder.is_dir():
        print(f"no sample files at {folder}: set UCJ_REFERENCE to the folder of reference material")
        return
    warnings.simplefilter("ignore")
    from ucj_analysis.loaders import bps_files

    files = sorted(p for p in folder.glob("h*") if p.is_file())
    for path in files:  # both have loaded what they need
        once(lambda p=path: bps_files.read(p))
        once(opener(path))
    ours, theirs, large = 0.0, 0.0, []
    print(f"{'file':48} {'KB':>5} {'ours ms':>8} {'pandas ms':>9} {'ratio':>6}")
    for path in files:
        a, b, said = [], [], ""
        while len(a) < REPEATS or (sum(a) + sum(b) < 0.2 and len(a) < 50):  # in turn, so that a busy machine slows both
            a.append(once(lambda p=path: bps_files.read(p))[0])
            took, said = once(opener(path))
            b.append(took)
        mine, other = sum(a) / len(a), sum(b) / len(b)
        size = path.stat().st_size / 1000
        ours, theirs = ours + mine, theirs + other
        if size > 100:
            large.append((mine / other, path.name))
        print(f"{path.name[:48]:48} {size:5.0f} {1000 * mine:8.1f} {1000 * other:9.1f} {mine / other:6.2f} {said}")
    print(
        f"all {len(files)} files: {1000 * ours:.0f} ms, pandas {1000 * theirs:.0f} ms: ratio {ours / theirs:.2f} (goal: below 1)"
    )
    print(f"worst over 100 KB: {max(large)[0]:.2f} ({max(large)[1]}) (goal: at most 2)")
    for _, name in large:
        print(f"{name[:48]:48} {'with the start of Python':>24} {started(folder / name):6.2f}")
    for styled in (0, 3):
        print(sparse(styled))


def started(path):
    """The ratio when nothing is loaded yet: processes that start, import, read one file and end, in turn."""
    call = "pd.read_csv" if path.suffix == ".csv" else "pd.read_html"
    programs = (
        f"from ucj_analysis.loaders import bps_files; bps_files.read({str(path)!r})",
        f"import pandas as pd; {call}({str(path)!r})",
    )
    best = [float("inf")] * 2
    for _ in range(REPEATS):
        for k, code in enumerate(programs):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            best[k] = min(best[k], after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best[0] / best[1]


def sparse(styled):
    """Memory and time of a sheet of 1,048,575 rows with ten used ones."""
    import bombs

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sparse.xlsx"
        path.write_bytes(bombs.book(bombs.ten_rows(styled)))
        code = (
            "import sys, time, resource; from ucj_analysis.loaders import bps_files; "
            "base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; t = time.perf_counter(); "
            f"n = len(bps_files.read({str(path)!r})); "
            "print(n, round(time.perf_counter() - t, 2), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        rows, seconds, megabytes = done.stdout.split()
        kind = f"{styled} styled empty cells a row" if styled else "empty rows left out"
        return (
            f"1,048,575 rows, ten used, {kind}: {rows} values in {seconds} s, {megabytes} MB in all (goal: below 200)"
        )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
