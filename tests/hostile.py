"""Objects that raise as soon as they are looked at."""


class Hostile:
    """Raises at whatever it is asked."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __eq__(self, other):
        raise RuntimeError("eq")

    __hash__ = None

    def __repr__(self):
        raise RuntimeError("repr")

    def __len__(self):
        raise RuntimeError("len")

    def __array__(self, *args, **kwargs):
        raise RuntimeError("array")


class Leaving:
    """Would end the program."""

    def __repr__(self):
        raise SystemExit(1)

    def __array__(self, *args, **kwargs):
        raise SystemExit(1)


class Nameless:
    """Does not even say what it is."""

    @property
    def __class__(self):
        raise RuntimeError("no class")
