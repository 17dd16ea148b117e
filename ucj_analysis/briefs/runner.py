"""Run the cells of a notebook in this process, with IPython's own machinery of display, and no kernel.

A kernel costs a second or more to start, and imports the scientific stack anew; here a warmed (and usually forked)
process runs the cells. The outputs are those a kernel gives, and a test holds the two against each other.
"""

import base64
import contextlib
import copy
import io
import os
import re
import signal
import sys
import threading

from ucj_analysis.errors import UcjError

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_shell = None


def warm():
    """Make the shell that all runs of this process share."""
    global _shell
    if _shell is not None:
        return _shell
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from nbformat.v4 import new_output
    from traitlets import Any
    from traitlets.config import Config

    class Hook(DisplayHook):
        """The value of a cell's last line."""

        def write_output_prompt(self):
            pass

        def write_format_data(self, format_dict, md_dict=None):
            shown = new_output("execute_result", data=_text(format_dict), metadata=md_dict or {})
            self.shell.outputs.append(shown)

        def finish_displayhook(self):
            self._is_active = False

    class Publisher(DisplayPublisher):
        """What `display` shows."""

        def publish(self, data, metadata=None, *, transient=None, update=False, **kwargs):
            if not update:
                self.shell.outputs.append(new_output("display_data", data=_text(data), metadata=metadata or {}))

        def clear_output(self, wait=False):
            self.shell.outputs.clear()

    class Shell(InteractiveShell):
        """A shell whose outputs are collected."""

        outputs = Any()
        displayhook_class = Hook
        display_pub_class = Publisher

        def _showtraceback(self, etype, evalue, stb):
            pass

        def showsyntaxerror(self, *args, **kwargs):
            pass

        def enable_gui(self, gui=None):
            pass

    config = Config()
    config.HistoryManager.enabled = False  # its database thread would not survive a fork
    config.InteractiveShell.autocall = 0
    here = sys.displayhook, sys.excepthook
    _shell = Shell(config=config, outputs=[])
    InteractiveShell._instance = _shell  # what get_ipython() finds, as in a kernel
    Shell._instance = _shell
    _shell.builtin_trap.activate()
    sys.displayhook, sys.excepthook = here
    return _shell


def _text(data):
    """Pictures as base64 text, as a kernel sends them."""
    return {k: base64.b64encode(v).decode("ascii") if isinstance(v, bytes) else v for k, v in data.items()}


class _Stream(io.TextIOBase):
    """Printed text in its place among the outputs."""

    def __init__(self, outputs, name):
        self.outputs, self.name = outputs, name

    def writable(self):
        return True

    def write(self, text):
        from nbformat.v4 import new_output

        last = self.outputs[-1] if self.outputs else None
        if last is not None and last.output_type == "stream" and last.name == self.name:
            last.text += text
        elif text:
            self.outputs.append(new_output("stream", name=self.name, text=text))
        return len(text)


def execute(notebook, name, folder, *, timeout=None):
    """Run all cells and return a copy of the notebook with outputs.

    Parameters
    ----------
    notebook : nbformat notebook
    name : str
        What an error calls it.
    folder : path
        Working folder of the cells.
    timeout : float, optional
        Seconds a cell may take.

    Raises
    ------
    UcjError
        Naming notebook, cell and the last line of the error.
    """
    shell = warm()
    shell.reset(new_session=True, aggressive=False)
    shell.execution_count = 1
    shell.user_ns["__name__"] = "__main__"
    book = copy.copy(notebook)
    book["cells"] = [copy.copy(c) for c in notebook.cells]
    number = 0
    with _surroundings(folder):
        for cell in book.cells:
            if cell.cell_type != "code":
                continue
            number += "injected-parameters" not in cell.metadata.get("tags", ())  # the reader's notebook has none
            cell["execution_count"], cell["outputs"] = None, []
            if not cell.source.strip():
                continue
            shell.outputs = outputs = []
            out, err = _Stream(outputs, "stdout"), _Stream(outputs, "stderr")
            try:
                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _limit(timeout):
                    result = shell.run_cell(cell.source, store_history=True)
            except _Late:
                raise UcjError(f"notebook {name} stopped: code cell {number} took longer than {timeout:g} s") from None
            error = result.error_before_exec or result.error_in_exec
            if isinstance(error, KeyboardInterrupt):
                raise error
            if isinstance(error, _Late):
                raise UcjError(f"notebook {name} stopped: code cell {number} took longer than {timeout:g} s")
            if error is not None:
                first = cell.source.strip().splitlines()[0]
                raise UcjError(f"notebook {name}, code cell {number} ({first[:40]}): {describe(error)}")
            # counted by IPython, at a moment that differs between its versions
            cell["execution_count"] = result.execution_count
            for o in outputs:
                if o.output_type == "execute_result":
                    o["execution_count"] = result.execution_count
            cell["outputs"] = outputs
    return book


def describe(error):
    """Kind and first line of an error; the sentence alone of one of ours."""
    lines = _ANSI.sub("", str(error)).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no text'}"


class _Late(BaseException):
    """A cell has used up its time."""


@contextlib.contextmanager
def _limit(seconds):
    """Raise `_Late` in the main thread after some seconds, where the system can."""
    able = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not seconds or not able:
        yield
        return

    def late(number, frame):
        raise _Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _surroundings(folder):
    """Folder, mark of an unattended run and backend of figures as in a kernel; put back afterwards."""
    mark = {"UCJ_UNATTENDED": "1", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    before, place = {k: os.environ.get(k) for k in mark}, os.getcwd()
    os.environ.update(mark)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(place)
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
