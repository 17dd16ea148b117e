"""Content-addressed cache: what all regions share is computed once, and again only when its inputs or the code change.

An entry's name is a hash of everything that decides its content, so an entry never goes stale; it is written beside its
place and renamed, so that concurrent runs and killed ones leave whole entries or none. A damaged entry is made anew.
"""

import contextlib
import functools
import hashlib
import os
import pickle
import sys
import time
from importlib import metadata
from pathlib import Path

from ucj_analysis import catalog
from ucj_analysis.files import write_atomic

KEEP = 40 * 86400  # seconds an entry may lie unused before a later run removes it
_DECIDES = ("babel", "jinja2", "matplotlib", "numpy", "pandas", "pyproj", "scipy", "shapely")


class Store:
    """Entries below a folder; ``folder`` None keeps nothing.

    Parameters
    ----------
    folder : path or None
    base : str
        Hash of the inputs and of the code; part of every entry's name.
    """

    def __init__(self, folder, base):
        self.folder, self.base = None if folder is None else Path(folder), base

    def get(self, name, make):
        """Return the entry ``name``; where there is none yet, what ``make`` returns, and keep it."""
        if self.folder is None:
            return make()
        path = self._path(name)
        try:
            content = path.read_bytes()
            digest, body = content[:64], content[64:]
            if hashlib.sha256(body).hexdigest().encode() == digest:
                value = pickle.loads(body)
                os.utime(path)
                return value
        except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, ValueError):
            pass
        value = make()
        body = pickle.dumps(value, protocol=5)
        with contextlib.suppress(OSError):  # a full or read-only disk costs time, not the brief
            write_atomic(path, hashlib.sha256(body).hexdigest().encode() + body)
        return value

    def _path(self, name):
        key = hashlib.sha256(f"{self.base} {name}".encode()).hexdigest()
        return self.folder / key[:2] / f"{key}.pickle"

    def has(self, name):
        """Tell whether there is an entry ``name``, whole or not."""
        return self.folder is not None and self._path(name).is_file()

    def sweep(self):
        """Remove entries that no run has used for long."""
        if self.folder is None or not self.folder.is_dir():
            return
        for path in self.folder.glob("*/*"):
            try:
                if time.time() - path.stat().st_mtime > KEEP:
                    path.unlink()
            except OSError:
                continue


def default_folder():
    """Folder of the cache: ``UCJ_CACHE``, else the user's cache folder."""
    named = os.environ.get("UCJ_CACHE")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("ucj_analysis", appauthor=False))


@functools.cache
def code_hash():
    """Hash of the package's own files and of the versions of what draws and computes."""
    top = Path(__file__).resolve().parents[1]
    said = [f"{sys.version_info[:2]}", *(f"{n} {metadata.version(n)}" for n in _DECIDES)]
    files = sorted(p for p in top.rglob("*") if p.suffix in {".py", ".j2", ".css", ".woff2"})
    return digest(*said, *(f"{p.relative_to(top).as_posix()} {digest(p.read_bytes())}" for p in files))


def data_hash(package):
    """Hash of the files of a data package as they lie there."""
    said = [digest((package.folder / catalog.DESCRIPTOR).read_bytes())]
    for name, resource in package.resources.items():
        path = package.folder / resource["path"]
        said.append(f"{name} {digest(path.read_bytes()) if path.is_file() else 'missing'}")
    return digest(*said)


def digest(*parts):
    """Hash of texts and bytes, each with its length so that no two lists give one hash."""
    h = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        h.update(f"{len(raw)}:".encode() + raw)
    return h.hexdigest()
