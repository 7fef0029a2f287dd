"""Who publishes prices, and whose word counts: documentation, what is billed, resellers, prices kept by hand."""

from __future__ import annotations

from ratecards.model import RateCard, grade
from ratecards.model.grade import AUTHORITY


def _of(*authorities: str) -> tuple[str, ...]:
    return tuple(name for name, authority in AUTHORITY.items() if authority in authorities)


# The page of each provider that says what it sells. Google has others, which say the same or another thing.
DOCUMENTATION = _of("documentation", "reseller")
RESELLERS = tuple(name.partition("/")[0] for name in _of("reseller"))
# What a person keeps of pages that no run fetches.
BY_HAND = _of("by hand")
# What is billed counts before what is documented.
BILLED = _of("billed")
# A price list of its own: both pages say that prices may differ between them.
SEPARATE = _of("separate")
# A picker that shows one price shows that of text; a page that does not split means every modality.
TEXT_ALONE = ("google/ai-studio",)


def name_of(card: RateCard) -> str:
    """`provider/source`; of a card that is only reported, `reported/<name>`."""
    return grade.name_of(card.provider, card.source)


def is_reseller(card: RateCard) -> bool:
    """Whether the card is of somebody who sells what others make."""
    return card.provider in RESELLERS


def is_manual(card: RateCard) -> bool:
    """Whether a person copied the card by hand, from something that no run fetched."""
    return card.grade != "reported" and any(name == "manual" for name, _ in card.facts)


def is_witness(card: RateCard) -> bool:
    """Whether the card is a second word on what its provider's documentation sells: not an offer of its own."""
    documented = any(page.startswith(f"{card.provider}/") for page in DOCUMENTATION)
    return documented and name_of(card) not in DOCUMENTATION and not is_manual(card)
