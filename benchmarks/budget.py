"""Redraw of a slider: the kept chart in a widget against a fresh figure by interactive_output: python benchmarks/budget.py"""

import os
import time

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np

from ucj_analysis import panel, scenarios
from ucj_analysis.briefs import facts

MOVES = 20
DEVNULL = os.devnull


def usual(inputs, control):
    """The usual way: a function that makes a figure, run by interactive_output and shown in its output area."""

    def draw(target):
        frame = scenarios.table(inputs, "7504", scenarios.changed(scenarios.DEFAULT, {"target": target}))
        figure, axes = plt.subplots(1, 2, figsize=(7.5, 2.2))
        for ax, column in zip(axes, ("extra", "cost"), strict=True):
            ax.bar(frame["year"].astype(str), frame[column])
            ax.set_title(column)
        with open(DEVNULL, "wb") as sink:  # outside a kernel nothing shows the figure: the picture is made all the same
            figure.savefig(sink, format="png", dpi=100)
        plt.close(figure)

    return ipywidgets.interactive_output(draw, {"target": control})


def moves(control):
    """Milliseconds of each move of a slider, by the clock and of the processor; the first is left out."""
    out = []
    for i in range(MOVES + 1):
        clock, processor = time.perf_counter(), time.process_time()
        control.value = 70 + i
        out.append((time.perf_counter() - clock, time.process_time() - processor))
    return 1000 * np.array(out[1:])


def main():
    """Print medians, the slowest, and the ratio."""
    inputs = facts.load()
    shown = panel.Panel(inputs, scenarios.DEFAULT, "7504", "build")
    ours = moves(shown.controls["target"])
    control = ipywidgets.IntSlider(value=69, min=5, max=100)
    area = usual(inputs, control)
    theirs = moves(control)
    assert not area.outputs, area.outputs
    for name, times in (("kept chart", ours), ("fresh figure by interactive_output", theirs)):
        (clock, processor), slowest = np.median(times, axis=0), times[:, 0].max()
        print(f"{name}: median {clock:.0f} ms a move (processor {processor:.0f} ms), slowest {slowest:.0f} ms")
    print(f"ratio of processor times {np.median(theirs[:, 1]) / np.median(ours[:, 1]):.1f}")


if __name__ == "__main__":
    main()
