"""The refusals of the package: one clear sentence each, with the place and the way out."""


class UcjError(Exception):
    """A request refused with a reason a person can act on; the command line prints it and exits with 1."""


class RegionError(UcjError, LookupError):
    """A name or code that is no region, or more than one; ``candidates`` holds the regions it could mean."""

    def __init__(self, message, candidates=()):
        super().__init__(message)
        self.candidates = tuple(candidates)


class DataError(UcjError, ValueError):
    """A table that is not what the data package says; place and expectation are attributes."""

    def __init__(self, message, *, table=None, row=None, field=None, value=None, expected=None):
        super().__init__(message)
        self.table, self.row, self.field, self.value, self.expected = table, row, field, value, expected


class DefinitionChange(UcjError, ValueError):
    """A difference across two definitions; ``decomposition`` holds what can be said instead, if anything."""

    def __init__(self, message, decomposition=None):
        super().__init__(message)
        self.decomposition = decomposition
