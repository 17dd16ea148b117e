"""Regions of the data package."""

CODES = ["7500", "7501", "7502", "7503", "7504", "7505", "7571"]
SIX = CODES[1:]
