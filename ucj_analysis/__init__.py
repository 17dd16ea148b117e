"""Sub-national social-protection analysis for Indonesia: Jamsostek coverage and poverty by regency."""

__version__ = "0.2.0"
