"""Write files whole or not at all."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path


def write_atomic(path, content):
    """Write text (UTF-8) or bytes beside ``path``, then rename: a reader sees the old file or the new one."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def clear_leftovers(folder, age=3600):
    """Remove unfinished files that a killed run left in a folder more than ``age`` seconds ago."""
    for path in Path(folder).glob(".*.part"):
        if time.time() - path.stat().st_mtime > age:
            path.unlink(missing_ok=True)


@contextmanager
def temporary_folder(prefix):
    """Yield a temporary folder that is removed at the end, and locked as long as this process lives (`clear_abandoned`)."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name, ExitStack() as held:
        if os.name != "nt":  # there a lock is a file, and would itself be left
            with suppress(OSError):  # a disk without locks: nobody can have this one either, and the folder stays
                held.enter_context(exclusive(name))
        yield Path(name)


def clear_abandoned(prefix, age=60):
    """Remove folders of `temporary_folder` whose process was killed.

    The system frees a lock when its process ends, however it ends: a folder whose lock can be had has no owner. ``age`` (in
    seconds) spares one that was made this moment and is about to be locked. Folders of others are left alone.
    """
    for path in () if os.name == "nt" else Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):  # in use, another user's, or just gone
            if path.is_dir() and time.time() - path.stat().st_mtime > age:
                with exclusive(path):
                    shutil.rmtree(path)


# -- several files at once ---------------------------------------------------------------------------------------------

STAGE = ".switch"  # below the folder: contents that wait, and the journal that makes them count
_JOURNAL = "journal.json"


@contextmanager
def exclusive(folder, wait=0.0):
    """Hold the one lock of a folder; the system frees it when the process ends, however it ends.

    Parameters
    ----------
    wait : float
        Seconds to wait for another holder.

    Raises
    ------
    BlockingIOError
        When another process holds it still.
    """
    until = time.monotonic() + wait
    handle = _lock_handle(folder)
    try:
        while True:
            try:
                _lock(handle)
                break
            except OSError:
                if time.monotonic() >= until:
                    raise BlockingIOError(f"{folder} is locked by another process") from None
                time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def switch(folder, changes):
    """Change several files of a folder as one: after a kill at any moment all are old or all are new.

    The new contents are written and synchronised to disk in ``.switch/``; then the journal that lists them is renamed
    into place. That rename is the moment of change. What follows (each content renamed to its path, each removal) is
    repeatable: `recover` does it again where a kill cut it short. Without a journal ``.switch/`` counts for nothing.
    Call it while holding `exclusive`.

    Parameters
    ----------
    changes : dict of relative path -> bytes, or None to remove the file
    """
    folder = Path(folder)
    recover(folder, locked=True)
    stage = folder / STAGE
    stage.mkdir()
    entries = []
    try:
        for number, (name, content) in enumerate(changes.items()):
            if content is not None:
                _write_synced(stage / str(number), content)
            digest = None if content is None else hashlib.sha256(content).hexdigest()
            entries.append({"path": str(name), "staged": None if content is None else str(number), "sha256": digest})
        _write_synced(stage / "journal.part", json.dumps(entries).encode())
        _sync(stage)
        os.replace(stage / "journal.part", stage / _JOURNAL)
    except BaseException:  # a full disk, Ctrl-C: what was only prepared must not go on filling the disk
        if not interrupted(folder):
            shutil.rmtree(stage, ignore_errors=True)
        raise
    _sync(stage)
    _roll_forward(folder)


def interrupted(folder):
    """Whether a `switch` has passed its moment of change and not ended."""
    return (Path(folder) / STAGE / _JOURNAL).exists()


def recover(folder, *, locked=False, wait=30.0):
    """End what an interrupted `switch` began, or clear away what it only prepared.

    Raises
    ------
    BlockingIOError
        When the process that switches holds its lock for longer than ``wait`` seconds.
    """
    folder = Path(folder)
    if not (folder / STAGE).exists():
        return
    if locked:
        _settle(folder)
        return
    try:
        with exclusive(folder, wait if interrupted(folder) else 0.0):
            _settle(folder)
    except BlockingIOError:
        if interrupted(folder):
            raise  # else another process is still preparing: the old state stands


def _settle(folder):
    if interrupted(folder):
        _roll_forward(folder)
    else:
        shutil.rmtree(folder / STAGE, ignore_errors=True)


def _roll_forward(folder):
    stage = folder / STAGE
    touched = set()
    for entry in json.loads((stage / _JOURNAL).read_text(encoding="utf-8")):
        path = folder / entry["path"]
        touched.add(path.parent)
        if entry["staged"] is None:
            path.unlink(missing_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        waiting = stage / entry["staged"]
        if waiting.exists():
            os.replace(waiting, path)
        elif not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            raise OSError(f"{path} is not what the journal {stage / _JOURNAL} says; restore the folder")
    for parent in touched:
        if parent.is_dir():
            _sync(parent)
    (stage / _JOURNAL).unlink()
    shutil.rmtree(stage, ignore_errors=True)


def _write_synced(path, content):
    with open(path, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _sync(folder):
    if os.name == "nt":  # a folder cannot be opened there, and a rename is written through
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


if os.name == "nt":

    def _lock_handle(folder):
        name = hashlib.sha256(str(Path(folder).resolve()).encode()).hexdigest()[:16]
        return os.open(Path(tempfile.gettempdir()) / f"ucj-{name}.lock", os.O_RDWR | os.O_CREAT)

    def _lock(handle):
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:

    def _lock_handle(folder):
        return os.open(folder, os.O_RDONLY)  # the folder itself: no lock file is left behind

    def _lock(handle):
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
