"""Regions of the data package."""

CODES = ["7500", "7501", "7502", "7503", "7504", "7505", "7571"]
SIX = CODES[1:]
NAMES = [
    "Boalemo",
    "Gorontalo",
    "Pohuwato",
    "Bone Bolango",
    "Gorontalo Utara",
    "Kota Gorontalo",
]  # as BPS prints the six
P0_2025 = [16.37, 14.89, 15.24, 13.16, 15.89, 5.31]  # BPS, March 2025; the province 13.24
