"""Write files whole or not at all."""

import os
import tempfile
import time
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
