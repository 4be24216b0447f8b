"""What can be wrong with a scheme file, said so that the official who wrote it can mend it."""

from typing import NamedTuple


class Mistake(NamedTuple):
    """One mistake: the file's name, the line (from 1), the clause, and what is wrong with it."""

    file: str
    line: int
    clause: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.clause}: {self.text}"


class SchemeErrors(ValueError):
    """A scheme file that cannot be used; `mistakes` are in the order of the file."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))

    def briefly(self, command: str) -> str:
        """The first mistake on one line, and the `command` that says the others."""
        first, *others = self.mistakes
        return f"{first} (and {len(others)} more: {command})" if others else str(first)


class UnknownScheme(KeyError):
    """No scheme known here has this name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        super().__init__(f"no scheme is named {name!r}; there are {', '.join(known)}")

    def __str__(self) -> str:  # KeyError would show the message quoted
        return str(self.args[0])
