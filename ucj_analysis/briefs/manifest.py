"""What a folder of briefs was made from and what it holds, as hashes: ``manifest.json``, and the proof against it.

The manifest holds no date of the run and no path of the machine: the same data, code and lock give the same bytes.
"""

import hashlib
import json
import platform
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pandas as pd

from ucj_analysis import __version__, catalog, paths
from ucj_analysis.briefs import changes
from ucj_analysis.errors import UcjError
from ucj_analysis.files import write_atomic

NAME = "manifest.json"
MARKS = ".ucj"  # folder below the output: what each file was made from
PROJECT = "ucj_analysis"
_CHANGED, _MISSING, _EXTRA = "changed", "missing", "not of the manifest"


def digest(content):
    """SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write(out, made):
    """Write ``changes.html`` where new data were accepted, then ``manifest.json``; call it last.

    Outputs are the files named, the index and the page of changes, and what an earlier manifest of the very same inputs
    names and is still unchanged. What other inputs left behind in the folder is not vouched for.

    Parameters
    ----------
    out : path
        Top folder of a build.
    made : list of str
        Files made in this run, relative to ``out``.
    """
    out = Path(out)
    changes.write_page(out)
    own = sources()
    before = _read(out) if (out / NAME).is_file() else {}
    names = {*made, "index.html", changes.PAGE}
    outputs = {n: digest((out / n).read_bytes()) for n in sorted(names) if (out / n).is_file()}
    if {k: before.get(k) for k in own} == own:
        for name, known in before.get("outputs", {}).items():
            path = out / name
            if name not in outputs and path.is_file() and digest(path.read_bytes()) == known:
                outputs[name] = known
    text = json.dumps(own | {"outputs": dict(sorted(outputs.items()))}, indent=1, sort_keys=True) + "\n"
    try:
        return write_atomic(out / NAME, text)
    except OSError as error:
        raise UcjError(f"cannot write {out / NAME}: {error.strerror}") from None


def sources():
    """Inputs (tables, boundaries, notebooks), code, lock and environment that a build rests on."""
    package = catalog.default()
    inputs = {f"data/{r['path']}": r["hash"].removeprefix("sha256:") for r in package.descriptor["resources"]}
    for v in catalog.states(package.descriptor)[:-1]:  # the briefs say what changed since the last of them
        name = f"{catalog.VINTAGES}/{v['id']}.json"
        inputs[f"data/{name}"] = digest((package.folder / name).read_bytes())
    for path in sorted(paths.notebooks_dir().glob("*.ipynb")):
        inputs[f"notebooks/{path.name}"] = digest(path.read_bytes())
    lock = paths.top_dir() / "requirements.lock"
    return {
        "data_version": package.descriptor["version"],
        "inputs": inputs,
        "code": {"version": __version__, "sha256": _code()},
        "lock": digest(lock.read_bytes()) if lock.is_file() else None,
        "environment": {"python": platform.python_version()} | _versions(),
    }


def _versions():
    """Versions of the packages that this one declares; empty where it runs without being installed."""
    try:
        declared = metadata.requires(PROJECT) or []
    except metadata.PackageNotFoundError:
        return {}
    names = {re.match(r"[\w.-]+", d)[0].lower() for d in declared if "extra ==" not in d}
    return {n: _version(n) for n in sorted(names)}


def _version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _code():
    """One hash over the files of the package, names and contents."""
    top = Path(__file__).resolve().parents[1]
    whole = hashlib.sha256()
    for path in sorted(top.rglob("*"), key=lambda p: p.relative_to(top).as_posix()):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
            whole.update(f"{path.relative_to(top).as_posix()}\0{digest(path.read_bytes())}\n".encode())
    return whole.hexdigest()


@dataclass
class Proof:
    """Result of `verify`: the files that differ (file, state), and a sentence on what holds."""

    frame: pd.DataFrame
    sentence: str


def verify(out):
    """Hold a folder of briefs against its manifest.

    The marks of `ucj briefs --resume` and printed PDFs, which carry the date of the printing, are passed over.

    Returns
    -------
    Proof
        ``frame`` has one row per file that is changed, missing, or not of the manifest.

    Raises
    ------
    UcjError
        When there is no manifest, or none that can be read.
    """
    out = Path(out)
    if not (out / NAME).is_file():
        raise UcjError(f"no {NAME} in {out}: run `ucj briefs --out {out}` first")
    said = _read(out)
    outputs = said["outputs"]
    rows = []
    for name, known in outputs.items():
        path = out / name
        if not path.is_file():
            rows.append((name, _MISSING))
        elif digest(path.read_bytes()) != known:
            rows.append((name, _CHANGED))
    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file() or p.is_symlink()}
    there = {n for n in there if not n.startswith(MARKS + "/") and not n.endswith(".pdf")}
    rows += [(name, _EXTRA) for name in sorted(there - set(outputs) - {NAME})]
    frame = pd.DataFrame(sorted(rows), columns=["file", "state"])
    good = len(outputs) - int((frame["state"] != _EXTRA).sum())
    return Proof(frame, f"{good} of {len(outputs)} files are those of the manifest. {_basis(said)}")


def _basis(said):
    """What the folder was made from, against what is here now."""
    here = sources()
    parts = {"inputs": "data", "code": "code", "lock": "lock", "environment": "environment"}
    other = [word for key, word in parts.items() if said.get(key) != here[key]]
    if not other:
        return f"They were made from the data ({here['data_version']}), code and environment that are here."
    return f"They were made from other {', '.join(other)} than what is here (data of {said.get('data_version', 'unknown')})."


def _read(out):
    try:
        said = json.loads((out / NAME).read_text(encoding="utf-8"))
        for name, known in said["outputs"].items():
            if Path(name).is_absolute() or ".." in Path(name).parts or not isinstance(known, str):
                raise ValueError(name)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UcjError(f"{out / NAME} is no manifest of briefs ({error}); make the briefs again") from None
    return said
