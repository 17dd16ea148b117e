"""``ucj update --accept`` and ``--undo`` killed at random moments: the old state or the new one, and the next run completes.

``python tests/kills.py --count 50`` kills the real command line as often as one likes; the suite tries few (test_reruns.py).
Every other kill falls anywhere in the run, the others in the short time in which the package is written, found by watching
its folder; every third kill is of ``--undo``.
"""

import argparse
import collections
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from constants import NAMES, P0_2025

from ucj_analysis import catalog, cli, files

DATA = Path(__file__).resolve().parents[1] / "data"
WAYS = {"accept": ("update", "--accept", "--date", "2026-12-01"), "undo": ("update", "--undo")}
RELEASE = "Kabupaten/Kota,Persentase Penduduk Miskin (P0) Menurut Kabupaten/Kota (Persen)\n,2025\n" + "".join(
    f"{name},{value}\n" for name, value in zip([*NAMES, "Provinsi Gorontalo"], [16.07, *P0_2025[1:], 13.2], strict=True)
)  # fmt: skip


def tree(folder):
    """Every file below a folder with the hash of its content."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def ucj(folder, *arguments, temporary=None):
    """Run a command in a forked child, which need not import anything anew: (status, output)."""
    with tempfile.TemporaryFile() as out:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            status = 99
            try:
                sys.stdout = sys.stderr = os.fdopen(out.fileno(), "w", encoding="utf-8", closefd=False)
                os.environ["UCJ_DATA"] = str(folder)
                tempfile.tempdir = temporary and str(temporary)
                catalog.forget()
                status = cli.main(list(arguments))
                sys.stdout.flush()
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        return os.waitstatus_to_exitcode(status), out.read().decode("utf-8")


def _start(folder, temporary, way):
    return subprocess.Popen(
        [sys.executable, "-m", "ucj_analysis.cli", *WAYS[way]],
        env=os.environ | {"UCJ_DATA": str(folder), "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _measure(folder, temporary, way):
    """Run to the end: (seconds of the whole run, seconds in which the staged files were seen)."""
    began, seen, last = time.monotonic(), None, None
    process = _start(folder, temporary, way)
    while process.poll() is None:
        if (folder / files.STAGE).exists():
            last = time.monotonic()
            seen = seen or last
        time.sleep(0.0005)
    assert process.returncode == 0, f"{way} failed with status {process.returncode}"
    return time.monotonic() - began, last - seen if seen else 0.05


def _kill(folder, temporary, way, rng, seconds, late):
    """Start, kill, and say what stood when it died: outside the writing, staging, past the journal, or it had ended."""
    process = _start(folder, temporary, way)
    if late:
        begun = rng.choice([lambda: (folder / files.STAGE).exists(), lambda: files.interrupted(folder)])
        while process.poll() is None and not begun():
            time.sleep(0.0002)
        time.sleep(rng.uniform(0, 1.2 * seconds[1]))
    else:
        time.sleep(rng.uniform(0, 1.05 * seconds[0]))
    process.kill()
    if process.wait() == 0:
        return "ended"
    if files.interrupted(folder):
        return "past the journal"
    return "staging" if (folder / files.STAGE).exists() else "outside the writing"


def _judge(folder, temporary, way, before, after, asked):
    """What is wrong after a kill, and whether the old state or the new one stands."""
    wrong, digest = [], hashlib.sha256(RELEASE.encode()).hexdigest()
    if digest not in tree(folder).values():
        wrong.append("the bytes of the release are lost")
    status, said = ucj(folder, "tables")  # the next command ends what was begun, or clears it away
    if status:
        wrong.append(f"ucj tables: {said[-300:]}")
    found = tree(folder)
    state = "old" if found == before else "new" if found == after else "neither"
    if state == "neither":
        wrong.append(f"neither state: {sorted(k for k in {*found, *before} if found.get(k) != before.get(k))}")
    if not any(h == digest and k.startswith(("inbox/", "received/")) for k, h in found.items()):
        wrong.append("the release lies neither in the inbox nor among the received files")
    try:
        catalog.Package(folder).verify()
    except Exception as error:
        wrong.append(f"does not verify: {error}")
    if _earlier(folder) != asked:
        wrong.append("--as-of gives other figures")
    left = set(os.listdir(temporary))
    for name in left:  # the copy that was being checked when it died, made a while ago
        os.utime(temporary / name, (0, 0))
    status, said = ucj(folder, *WAYS[way], temporary=temporary)
    if left & set(os.listdir(temporary)):
        wrong.append(f"temporary files stay: {os.listdir(temporary)}")
    done = "nothing to undo" in said if (way, state) == ("undo", "new") else status == 0
    if not done or tree(folder) != after:
        wrong.append(f"the next run ended with {status}: {said[-300:]}")
    return wrong, state


def _earlier(folder):
    """Poverty as of the first state: the same whatever was killed."""
    first = catalog.states(catalog.Package(folder).descriptor)[0]["date"]
    return ucj(folder, "table", "poverty", "--as-of", first, "--format", "csv")


def run(count, seed, work, report=lambda *_: None):
    """Kill ``count`` times; return what went wrong, and a tally of where the command died and what stood."""
    rng, temporary = random.Random(seed), work / "tmp"
    temporary.mkdir()
    base = {way: work / way for way in WAYS}
    shutil.copytree(DATA, base["accept"], ignore=shutil.ignore_patterns("received"))
    (base["accept"] / "inbox" / "p0.csv").write_text(RELEASE, encoding="utf-8")
    old = tree(base["accept"])
    shutil.copytree(base["accept"], base["undo"])
    seconds = {"accept": _measure(base["undo"], temporary, "accept")}
    new = tree(base["undo"])
    shutil.copytree(base["undo"], work / "undone")
    seconds["undo"] = _measure(work / "undone", temporary, "undo")
    assert tree(work / "undone") == old != new
    assert not os.listdir(temporary)
    asked = _earlier(base["accept"])
    assert asked[0] == 0
    failures, tally = [], collections.Counter()
    for n in range(count):
        way = "undo" if n % 3 == 2 else "accept"
        victim = work / "victim"
        shutil.copytree(base[way], victim)
        where = _kill(victim, temporary, way, rng, seconds[way], n % 2)
        wrong, state = _judge(victim, temporary, way, *((old, new) if way == "accept" else (new, old)), asked)
        tally[f"{way}, {where}: {state}"] += 1
        failures += [(n, way, where, w) for w in wrong]
        report(n, way, where, state, wrong)
        shutil.rmtree(victim)
    return failures, dict(sorted(tally.items()))


def main():
    """Kill many times and say what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        failures, tally = run(asked.count, asked.seed, Path(work), lambda *x: print(*x, flush=True))
    print(f"{asked.count} kills: {tally}; wrong: {failures or 'nothing'}")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
