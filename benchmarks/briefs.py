"""`ucj briefs` against papermill + nbconvert and against jupyter nbconvert --execute: python benchmarks/briefs.py [N ...]

N is the number of regencies (by default 6, 38, 514), each in both languages. (a) and (b) are measured on a sample and
given per brief; they use the filled cache of `ucj briefs` and keep their worker processes, which favours them. The
fourteen briefs of Gorontalo are also made by papermill from a cold start, as `ucj briefs` makes them: with this package's
cache empty at first, and without it.
Needs papermill and psutil: pip install --group bench
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psutil

CORES = os.cpu_count() or 1
SAMPLE = 3 * CORES  # briefs that (a) and (b) make
PROVINCE = {6: ["75"], 38: ["35"], 514: ["all"]}

SHARES = """
import json, sys, time
began = time.perf_counter()
from ucj_analysis.briefs import content, export, runner
from ucj_analysis.figures import layers
spent = dict.fromkeys(("inputs", "drawing", "execution", "export", "writing"), 0.0)
def timed(name, owner, attribute):
    true = getattr(owner, attribute)
    def wrapper(*a, **k):
        t = time.perf_counter()
        try:
            return true(*a, **k)
        finally:
            spent[name] += time.perf_counter() - t
    setattr(owner, attribute, wrapper)
timed("drawing", content, "_cut"), timed("execution", runner, "execute"), timed("writing", export, "_write")
timed("inputs", content, "inputs")
from ucj_analysis.briefs.exporter import BriefExporter
timed("export", BriefExporter, "from_notebook_node")
export.FORKS = False
codes = [r.code for r in export.children("3500")]
jobs = export.plan(codes, with_notebooks=False)
start = time.perf_counter() - began
export.build(jobs, sys.argv[1], cache=False)
total = time.perf_counter() - began
spent["execution"] -= spent["drawing"]
spent = {"start-up (imports)": start, **spent}
spent["rest"] = total - sum(spent.values())
print(json.dumps({k: v / total for k, v in spent.items()}))
"""


def papermill_one(job):
    """One brief as one makes it without this package's command."""
    import papermill
    from nbconvert import HTMLExporter

    code, lang, book, out = job
    began = time.perf_counter()
    done = Path(out, f"{code}.{lang}.ipynb")
    papermill.execute_notebook(
        book, done, parameters={"REGION": code, "LANG": lang}, progress_bar=False, log_output=False
    )
    middle = time.perf_counter()
    html, _ = HTMLExporter(exclude_input=True).from_filename(str(done))
    Path(out, f"{code}.{lang}.html").write_text(html, encoding="utf-8")
    return middle - began, time.perf_counter() - middle


def nbconvert_one(job):
    """One brief by jupyter nbconvert --execute; the region is written into a copy of the notebook."""
    import nbformat

    code, lang, book, out = job
    nb = nbformat.read(book, as_version=4)
    next(
        c for c in nb.cells if "parameters" in c.metadata.get("tags", ())
    ).source = f"REGION = {code!r}\nLANG = {lang!r}"
    copy = Path(out, f"b-{code}-{lang}.ipynb")
    nbformat.write(nb, copy)
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--execute",
        "--to",
        "html",
        "--no-input",
        "--log-level=ERROR",
        str(copy),
    ]
    subprocess.run(command, check=True, capture_output=True)


def sampled(one, jobs):
    """Seconds a brief on all cores, and what the jobs returned."""
    began = time.perf_counter()
    with ProcessPoolExecutor(CORES) as pool:
        said = list(pool.map(one, jobs))
    return (time.perf_counter() - began) / len(jobs), said


def ours(provinces, out, cache):
    """Run `ucj briefs`: seconds in all and to the first brief, largest memory of the parent and of all, files."""
    command = [sys.executable, "-m", "ucj_analysis.cli", "briefs", "-o", str(out), "--no-notebooks"]
    command += [x for p in provinces for x in ("--province", p)]
    began, started, most = time.perf_counter(), time.time(), [0, 0]
    child = subprocess.Popen(command, env=os.environ | {"UCJ_CACHE": str(cache)}, stderr=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL)  # fmt: skip
    top = psutil.Process(child.pid)
    while child.poll() is None:
        try:
            # proportional: pages that forked children share count once
            sizes = [p.memory_full_info().pss for p in [top, *top.children(recursive=True)]]
            most = [max(most[0], sizes[0]), max(most[1], sum(sizes))]
        except psutil.Error:
            pass
        time.sleep(0.25)  # looking takes time from what is looked at
    if child.returncode:
        sys.exit(f"ucj briefs ended with {child.returncode}")
    seconds, made = time.perf_counter() - began, list(Path(out, "briefs").glob("[0-9]*.html"))
    first = min(p.stat().st_mtime for p in made) - started
    return seconds, first, *(m / 2**20 for m in most), len(made)


def imported(*modules):
    """Seconds that importing modules takes in a fresh interpreter, that of the interpreter taken off."""
    times = []
    for code in ("pass", "; ".join(f"import {m}" for m in modules)):
        runs = []
        for _ in range(3):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            runs.append(time.perf_counter() - began)
        times.append(min(runs))
    return times[1] - times[0]


def main(sizes):
    """Print one table and the shares."""
    from ucj_analysis import paths
    from ucj_analysis.regions import children

    book = paths.notebooks_dir() / "brief.ipynb"
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for n in sizes:
            cold = ours(PROVINCE[n], Path(folder, f"cold{n}"), Path(folder, f"cache{n}"))
            warm = ours(PROVINCE[n], Path(folder, f"warm{n}"), Path(folder, f"cache{n}")) if n < 514 else None
            rows.append((n, cold, warm))
        os.environ["UCJ_CACHE"] = str(Path(folder, f"cache{sizes[-1]}"))
        province = "7500" if sizes[-1] == 6 else "3500"
        pairs = [(r.code, lang) for r in children(province) for lang in ("id", "en")][:SAMPLE]
        jobs = [(*pair, str(book), folder) for pair in pairs]
        a, parts = sampled(papermill_one, jobs)
        b, _ = sampled(nbconvert_one, jobs)
        whole = {}
        if 6 in sizes:
            codes = ["7500", *(r.code for r in children("7500"))]
            jobs14 = [(c, lang, str(book), folder) for c in codes for lang in ("id", "en")]
            os.environ["UCJ_CACHE"] = str(Path(folder, "empty"))
            whole["cache empty at first"] = sampled(papermill_one, jobs14)[0] * len(jobs14)
            os.environ["UCJ_NO_CACHE"] = "1"
            whole["without this package's cache"] = sampled(papermill_one, jobs14)[0] * len(jobs14)
            del os.environ["UCJ_NO_CACHE"]
        shares = json.loads(subprocess.run([sys.executable, "-c", SHARES, str(Path(folder, "shares"))], check=True,
                                           capture_output=True, text=True).stdout)  # fmt: skip
    print(f"{CORES} cores; (a), (b) from a sample of {len(jobs)} briefs with the cache filled, per brief on all cores")
    export = sum(p[1] for p in parts) / sum(map(sum, parts))
    print(f"(a) papermill + nbconvert          {a:.2f} s a brief (export {export:.0%} of one brief's time)")
    print(f"(b) jupyter nbconvert --execute    {b:.2f} s a brief")
    print(
        "(c) ucj briefs           briefs   seconds   a brief   first brief   parent MiB   all MiB    (a)/(c)   (b)/(c)"
    )
    for n, cold, warm in rows:
        for name, run in (("cold", cold), ("warm", warm)):
            if run is None:
                continue
            seconds, first, parent, everything, files = run
            each = seconds / files
            line = f"    {n:>3} regencies, {name}   {files:>5}   {seconds:7.1f}   {each:7.3f}   {first:11.1f}"
            print(f"{line}   {parent:10.0f}   {everything:7.0f}   {a / each:8.1f}   {b / each:7.1f}")
    for how, seconds in whole.items():
        ours_cold = rows[sizes.index(6)][1][0]
        print(
            f"fourteen of Gorontalo from a cold start, papermill, {how}: {seconds:.1f} s, {seconds / ours_cold:.1f} x (c)"
        )
    print(
        "shares of (c) in one process, 76 briefs, nothing cached: "
        + ", ".join(f"{k} {v:.0%}" for k, v in shares.items())
    )
    print(f"import ucj_analysis {imported('ucj_analysis'):.3f} s; geopandas, seaborn and statsmodels "
          f"{imported('geopandas', 'seaborn', 'statsmodels.api'):.2f} s")  # fmt: skip


if __name__ == "__main__":
    main([int(n) for n in sys.argv[1:]] or [6, 38, 514])
