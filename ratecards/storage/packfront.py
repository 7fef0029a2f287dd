"""What the front of a pack in the making says of each source."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ratecards.storage.codec import INVISIBLE
from ratecards.storage.history import Change, stamp_of
from ratecards.storage.pack import Source
from ratecards.storage.packrow import Place


@dataclass(slots=True)
class Own:
    """What is known of one source, as the head and its four lines say it."""

    first: str = ""
    last: str = ""
    recorded: str = ""
    changes: int = 0
    pending: int = 0
    models: dict[str, Place] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    renames: list[list[str]] = field(default_factory=list)
    born: dict[str, str] = field(default_factory=dict)
    gone: dict[str, list[str]] = field(default_factory=dict)
    # the two lists as their entries' text: those that stand are not read
    editions: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)

    def lines(self) -> list[bytes]:
        """The four lines."""
        index = {"models": self.models, "names": self.names, "renames": self.renames}
        lore = {"first": self.born, "gone": self.gone}
        lists = (f"[{','.join(entries)}]\n" for entries in (self.editions, self.former))
        return [*(line_of(d) for d in (index, lore)), *(text.encode() for text in lists)]

    def note(self, change: Change, recorded: str) -> None:
        """Take in what a change says of names and days."""
        day = stamp_of(change).observed.isoformat()
        self.see(day, recorded)
        self.born[change.model] = min(self.born.get(change.model, day), day)
        for alias in change.card.aliases if change.card else ():
            if change.model not in (known := self.names.setdefault(alias, [])):
                known.append(change.model)
        if change.kind == "model_removed":
            self.gone.setdefault(change.model, []).append(day)
        if change.kind == "model_renamed":
            self.renames.append([day, recorded, change.previous_id, change.model])
        self.changes += 1

    def see(self, day: str, recorded: str) -> None:
        """Take in that something was observed on a day, and recorded."""
        self.first, self.last = min(self.first or day, day), max(self.last, day)
        self.recorded = recorded

    @classmethod
    def standing(cls, source: Source) -> Own:
        """What a pack that stands says of a source."""
        index, lore = source.plain("index"), source.plain("lore")
        lists = [[text] if (text := source.text(line)[1:-1]) else [] for line in ("editions", "former editions")]
        return cls(
            *(source.first, source.last, source.recorded, source.changes, source.pending),
            *(index["models"], index["names"], index["renames"], lore["first"], lore["gone"], *lists),
        )


def line_of(data: object) -> bytes:
    """One line of JSON in which every character can be seen."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return (INVISIBLE.sub(lambda m: json.dumps(m[0])[1:-1], text) + "\n").encode()
