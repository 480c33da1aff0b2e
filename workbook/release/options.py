"""What an instructor asks a release to contain."""

from dataclasses import dataclass

__all__ = ["ReleaseOptions"]


@dataclass(frozen=True)
class ReleaseOptions:
    """What is released.

    Attributes
    ----------
    notebooks : tuple of str
        Names; Start is always among them. () for all.
    given : tuple of str
        Exercises that are handed out solved.
    wheels : tuple of str
        Platforms for which packages are added.
    policy : str
        The policy as TOML; empty for none.
    """

    notebooks: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    wheels: tuple[str, ...] = ()
    policy: str = ""
