"""Redraw of a slider: the kept chart in a widget against a fresh figure by interactive_output: python benchmarks/budget.py"""

import time

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np

from ucj_analysis import panel, scenarios
from ucj_analysis.briefs import facts

MOVES = 20


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


DEVNULL = "/dev/null"


def moves(control):
    """Seconds of each move of a slider, the first left out."""
    out = []
    for i in range(MOVES + 1):
        start = time.perf_counter()
        control.value = 70 + i
        out.append(time.perf_counter() - start)
    return np.array(out[1:])


def main():
    """Print medians, the slowest, and the ratio."""
    inputs = facts.load()
    shown = panel.Panel(inputs, scenarios.DEFAULT, "7504", "build")
    ours = moves(shown.controls["target"])
    control = ipywidgets.IntSlider(value=69, min=5, max=100)
    area = usual(inputs, control)
    theirs = moves(control)
    assert not area.outputs, area.outputs
    a, b = np.median(ours) * 1000, np.median(theirs) * 1000
    print(f"kept chart: median {a:.0f} ms, slowest {ours.max() * 1000:.0f} ms a move")
    print(
        f"fresh figure by interactive_output: median {b:.0f} ms, slowest {theirs.max() * 1000:.0f} ms; ratio {b / a:.1f}"
    )


if __name__ == "__main__":
    main()
