"""Rewordings of price pages: benign ones say the same in other words, harmful ones say another thing.

A line is the source's short name, the place of the words (`header`, `label`, `cell`, `tab` or `text`, a line outside of
tables), a pattern on them, and the words in its stead. Pages are as their Markdown has them; the Agent Platform's, which
has none, as its HTML, where every place is the text of an element (`text`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rewording:
    """One change of words, wherever they stand on a page. `says`: what a harmful one says can be read as it stands."""

    source: str
    place: str
    match: re.Pattern[str]
    new: str
    harmful: bool = False
    says: bool = False

    @property
    def name(self) -> str:
        """As the table prints it."""
        return f"{self.source} {self.place}: {self.match.pattern} -> {self.new}"


def _all(lines: list[tuple[str, ...]], *, harmful: bool = False) -> list[Rewording]:
    return [
        Rewording(source, place, re.compile(match), new, harmful, says=bool(said))
        for source, place, match, new, *said in lines
    ]


G, OA, A, V = "gemini", "openai", "anthropic", "vertex"
_PAID = r"Paid Tier, per (.+) in USD"
_FREE_COST = r"^Free of charge$"
_NONE = r"^Not available"
_OUTPUT = r"^Output price \(including thinking tokens\)$"
_STORED = r" / 1,000,000 tokens per hour \(storage price\)"
_UP, _OVER = r", prompts \\?<= 200k tokens", r", prompts \\?> 200k(?: tokens?)?"
_UNTIL, _FROM = r" through December 31, 2026", r" starting January 1, 2027"
_THREE = r"\(text ?/ ?image ?/ ?video\)"

BENIGN = _all(
    [
        # headers
        (G, "header", _PAID, r"Paid tier (USD per \1)"),
        (G, "header", _PAID, r"Paid, per \1 (USD)"),
        (G, "header", _PAID, r"Paid Tier - per \1, in US dollars"),
        (G, "header", _PAID, r"Paid tier (per \1)"),
        (G, "header", _PAID, r"Paid plan, USD per \1"),
        (G, "header", _PAID, r"Paid Tier: $ per \1"),
        (G, "header", _PAID, r"Price per \1 in USD (paid tier)"),
        (G, "header", _PAID, r"Paid tier pricing (USD / \1)"),
        (G, "header", _PAID, r"Paid usage · USD/\1"),
        (G, "header", _PAID, r"PAID TIER, PER \1 IN U.S. DOLLARS (USD)"),
        (G, "header", "per 1M tokens in USD", "per million tokens in USD"),
        (G, "header", "per 1M tokens in USD", "per 1,000,000 tokens, in USD"),
        (G, "header", "per 1M tokens in USD", "USD per one million tokens"),
        (G, "header", "^Free Tier$", "Free"),
        (G, "header", "^Free Tier$", "Free plan"),
        (G, "header", "^Free Tier$", "Free tier pricing"),
        # labels
        (G, "label", "^Input price$", "Input"),
        (G, "label", "^Input price$", "Input tokens"),
        (G, "label", "^Input price$", "Price of input tokens"),
        (G, "label", "^Input price$", "Input token cost"),
        (G, "label", "^Input price$", "Input pricing"),
        (G, "label", "^Input price$", "Prompt tokens (input)"),
        (G, "label", _OUTPUT, "Output (thinking included)"),
        (G, "label", _OUTPUT, "Output tokens, including thinking"),
        (G, "label", _OUTPUT, "Output price (incl. reasoning tokens)"),
        (G, "label", _OUTPUT, "Price for output (thinking tokens included)"),
        (G, "label", _OUTPUT, "Output price (with thinking)"),
        (G, "label", "^Context caching price$", "Cached input price"),
        (G, "label", "^Context caching price$", "Cached input tokens"),
        (G, "label", "^Context caching price$", "Context caching"),
        (G, "label", "^Context caching price$", "Cache read price"),
        (G, "label", "^Context caching price$", "Price of context caching"),
        (G, "label", r"^Context caching \(storage\)$", "Cache storage price"),
        (G, "label", r"^Input price \(text, image, video\)$", "Input (text / image / video)"),
        (G, "label", r"^Input price \(text, image, video\)$", "Text, image and video input"),
        (G, "label", r"^Input price \(text, image, video\)$", "Input price: text, images, video"),
        (G, "label", r"^Input price \(text, image, video\)$", "Input tokens for text, image & video"),
        (G, "label", "^(Text|Image|Audio|Video) input price$", r"Input price (\1)"),
        (G, "label", "^(Text|Image|Audio|Video) input price$", r"\1 input"),
        (G, "label", "^Grounding with Google (Search|Maps)", r"Google \1 grounding"),
        (G, "label", "^Grounding with Google (Search|Maps)", r"Grounding (Google \1)"),
        (G, "label", "^Grounding with Google (Search|Maps)", r"Grounding with Google \1 price"),
        (G, "label", "^Used to improve our products$", "Content used to improve our products"),
        (G, "label", "^Tuning price$", "Fine-tuning price"),
        # tabs
        (G, "tab", "^Standard$", "Standard API"),
        (G, "tab", "^Standard$", "Standard pricing"),
        (G, "tab", "^Batch$", "Batch API"),
        (G, "tab", "^Batch$", "Batch mode"),
        (G, "tab", "^Flex$", "Flex processing"),
        (G, "tab", "^Flex$", "Flex (tier)"),
        (G, "tab", "^Priority$", "Priority tier pricing"),
        (G, "tab", "^Priority$", "Priority inference"),
        # free, and not available
        (G, "cell", _FREE_COST, "No charge"),
        (G, "cell", _FREE_COST, "$0"),
        (G, "cell", _FREE_COST, "$0.00"),
        (G, "cell", _FREE_COST, "Included at no cost"),
        (G, "cell", _FREE_COST, "At no cost"),
        (G, "cell", _FREE_COST, "Free of cost"),
        (G, "cell", _FREE_COST, "Without charge"),
        (G, "cell", _FREE_COST, "Not charged"),
        (G, "cell", _NONE, "Unavailable"),
        (G, "cell", _NONE, "Not offered"),
        (G, "cell", _NONE, "Not applicable"),
        (G, "cell", _NONE, "N/A"),
        (G, "cell", _NONE, "—"),
        (G, "cell", _NONE, "Not currently available"),
        (G, "cell", _NONE, "Unsupported"),
        # currency and punctuation
        (G, "cell", r"(?<!\()\$([0-9.]+)", r"US$\1"),
        (G, "cell", r"\$([0-9.]*[0-9])", r"$\1 USD"),
        (G, "cell", r"\$([0-9.]*[0-9])", r"$ \1"),
        (G, "cell", r"\$([0-9.]*[0-9])", r"USD \1"),
        (G, "cell", r"\$([0-9.]*[0-9])(?=$)", r"\1 USD"),
        (G, "cell", r"\. (?=\$)", r"; "),
        (G, "cell", r"\) \$", r"), $"),
        # units
        (G, "cell", "/ 1,000,000 tokens per hour", "per 1M tokens per hour"),
        (G, "cell", "/ 1,000,000 tokens per hour", "per million tokens an hour"),
        (G, "cell", "/ 1,000,000 tokens per hour", "per 1 million tokens/hr"),
        (G, "cell", "/ 1,000,000 tokens per hour", "per 1M token-hours"),
        (G, "cell", r"\(storage price\)", "(cache storage)"),
        (G, "cell", r"\(storage price\)", "(storage pricing)"),
        (G, "cell", r" \(storage price\)", " for storage"),
        (G, "cell", r"(\$[0-9.]+)" + _STORED, r"Storage: \1 per 1M tokens per hour"),
        (G, "cell", r"(\$[0-9.]+)" + _STORED, r"\1 per 1M tokens per hour of storage"),
        (G, "cell", "/min", " per minute"),
        (G, "cell", "/ 1,000 search queries", "per 1K search queries"),
        (G, "cell", "/ 1,000 search queries", "per one thousand search queries"),
        (G, "cell", "per 1,000 requests", "for every 1,000 requests"),
        (G, "cell", "per song", "a song"),
        (G, "cell", "per (0.5K|1K|2K|4K) image", r"per \1 image output"),
        (G, "cell", "per 10s audio", "per 10-second audio"),
        # bounds
        (G, "cell", _UP, ", prompts up to 200k tokens"),
        (G, "cell", _UP, " for prompts of at most 200,000 tokens"),
        (G, "cell", _UP, " (prompts ≤ 200K tokens)"),
        (G, "cell", _UP, " (up to 200k tokens)"),
        (G, "cell", _UP, ", prompts of 200k tokens or less"),
        (G, "cell", _UP, ", prompts no longer than 200 thousand tokens"),
        (G, "cell", _OVER, ", prompts longer than 200k tokens"),
        (G, "cell", _OVER, " for prompts of more than 200,000 tokens"),
        (G, "cell", _OVER, ", prompts exceeding 200k tokens"),
        (G, "cell", _OVER, " (> 200K tokens)"),
        # days
        (G, "cell", _UNTIL, " until Dec 31, 2026"),
        (G, "cell", _UNTIL, " through 2026-12-31"),
        (G, "cell", _UNTIL, " up to and including 31 December 2026"),
        (G, "cell", _UNTIL, " (ends December 31, 2026)"),
        (G, "cell", _FROM, " starting 2027-01-01"),
        (G, "cell", _FROM, " from Jan 1, 2027 onwards"),
        (G, "cell", _FROM, " starting 1 Jan 2027"),
        (G, "cell", _FROM, " (effective as of January 1st, 2027)"),
        # modalities
        (G, "cell", _THREE, "(text, images and video)"),
        (G, "cell", _THREE, "for text, image, and video"),
        (G, "cell", _THREE, "(text, image, video input)"),
        (G, "cell", r"\(audio\)", "for audio"),
        (G, "cell", r"\(audio\)", "(audio only)"),
        (G, "cell", r"(\$[0-9.]+) " + _THREE + r" (\$[0-9.]+) \(audio\)", r"Text/image/video: \1 Audio: \2"),
        (G, "cell", r"\(text and thinking\)", "(text, including thinking)"),
        # allowances
        (G, "cell", r"^1,500 RPD \(free\), then", "1,500 requests per day free, then"),
        (G, "cell", r"^1,500 RPD \(free\), then", "Free up to 1,500 requests per day, then"),
        (G, "cell", r"^5,000 free search requests per month", "The first 5,000 search requests per month are free"),
        # OpenAI
        (OA, "header", "^(Short|Long) context (.+)$", r"\2 (\1 context)"),
        (OA, "header", "^(Short|Long) context (.+)$", r"\1-context \2 price"),
        (OA, "header", "^Cached input$", "Cached input price"),
        (OA, "header", "^Cached input$", "Input (cached)"),
        (OA, "header", "^(Input|Output)$", r"\1 tokens"),
        (OA, "header", "^Price per minute$", "Price (per minute)"),
        (OA, "header", "^Training$", "Training cost"),
        (OA, "tab", "^Batch$", "Batch API"),
        (OA, "tab", "^Fast$", "Fast mode"),
        (OA, "tab", "^Flex$", "Flex processing"),
        (OA, "text", r"^Prices per 1M tokens\.$", "Price per 1 million tokens (USD)."),
        (OA, "text", r"^Prices per 1M tokens\.$", "All prices in USD per 1M tokens."),
        (OA, "cell", "^-$", "N/A"),
        (OA, "cell", "^-$", "Not available"),
        (OA, "cell", r"\$([0-9.]+)$", r"$\1 USD"),
        (OA, "cell", "/ 1k calls", "per 1,000 calls"),
        # Anthropic
        (A, "header", "^Base Input Tokens$", "Base input price"),
        (A, "header", "^Base Input Tokens$", "Input tokens"),
        (A, "header", "^5m Cache Writes$", "5-minute cache writes"),
        (A, "header", "^(5m|1h) Cache Writes$", r"Cache write (\1)"),
        (A, "header", "^1h Cache Writes$", "Cache writes, 1 hour"),
        (A, "header", "^Cache Hits & Refreshes$", "Cache hits"),
        (A, "header", "^Cache Hits & Refreshes$", "Cache reads"),
        (A, "header", "^Output Tokens$", "Output token price"),
        (A, "cell", "/ MTok", "per million tokens"),
        (A, "cell", "/ MTok", "/ 1M tokens"),
        # the Agent Platform
        (
            V,
            "text",
            r"^Price \(/1M tokens\) (<=|=<|>) 200K input tokens$",
            r"Price per 1M tokens, \1 200K input tokens",
        ),
        (
            V,
            "text",
            r"^Price \(/1M tokens\) (?:<=|=<) 200K input tokens$",
            "Price per million tokens (up to 200K input tokens)",
        ),
        (
            V,
            "text",
            r"^Price \(/1M tokens\) > 200K input tokens$",
            "Price (USD per 1M tokens), over 200,000 input tokens",
        ),
        (V, "text", r"^Input \(text, image, video, audio\)$", "Input tokens (text / image / video / audio)"),
        (V, "text", r"^Input \(text, image, video, audio\)$", "Text, image, video and audio input"),
        (V, "text", r"^Text output \(response and reasoning\)$", "Output text (response & reasoning)"),
        (V, "text", r"^Input \(audio\)$", "Audio input price"),
        (V, "text", "^N/A$", "Not applicable"),
        (V, "text", "^N/A$", "Unavailable"),
    ]
)

HARMFUL = _all(
    [
        # quantities and units
        (G, "header", "per 1M tokens in USD", "per 1K tokens in USD", "says"),
        (G, "header", "per 1M tokens in USD", "per 1M characters in USD", "says"),
        (G, "header", "per 1M tokens in USD", "per 10M tokens in USD", "says"),
        (G, "header", "per 1M tokens in USD", "in USD"),
        (G, "header", "per 1M tokens in USD", "per token in USD"),
        (G, "header", "per second in USD", "per minute in USD", "says"),
        (G, "cell", "/ 1,000,000 tokens per hour", "/ 1,000,000 tokens per day"),
        (G, "cell", "/ 1,000,000 tokens per hour", "/ 1,000 tokens per hour", "says"),
        (G, "cell", "/ 1,000 search queries", "/ 100 search queries", "says"),
        (G, "cell", "/min", "/hour", "says"),
        (G, "cell", r"^(\$[0-9.]+)$", r"\1 per seat"),
        (G, "cell", r"^(\$[0-9.]+)$", r"\1 per month"),
        (G, "cell", r"^(\$[0-9.]+)$", r"\1 per 1K tokens", "says"),
        (G, "cell", r"^(\$[0-9.]+)$", r"\1k"),
        (G, "cell", r"^(\$[0-9.]+)$", r"\1 million"),
        (G, "label", "^Input price$", "Input price per 1K tokens", "says"),
        (G, "label", "^Input price$", "Input price per request", "says"),
        # currencies
        (G, "header", "in USD", "in EUR"),
        (G, "header", "in USD", "in Canadian dollars"),
        (G, "header", "in USD", "in CA$"),
        (G, "header", "in USD", "in cents"),
        (G, "cell", r"\$([0-9.]+)", r"€\1"),
        (G, "cell", r"\$([0-9.]*[0-9])", r"$\1 CAD"),
        (G, "cell", r"\$([0-9.]*[0-9])", r"A$\1"),
        (G, "cell", r"^\$([0-9.]+)$", r"\1 cents"),
        # columns, tabs and rows that change places
        (G, "header", "^(Free|Paid) Tier.*$", "Enterprise tier (USD per 1M tokens)"),
        (G, "header", "^Paid Tier(.*)$", r"Free Tier\1"),
        (G, "tab", "^Batch$", "Standard"),
        (G, "tab", "^Batch$", "Batch (new customers)"),
        (G, "tab", "^Standard$", "Non-standard"),
        (G, "tab", "^(?:Standard|Batch)$", "Batch and Standard API"),
        (G, "label", "^Input price$", "Output price"),
        (G, "label", "^Input price$", "Non-input price"),
        (G, "label", "^Input price$", "Input price (regional endpoints)"),
        (G, "label", "^Input price$", "Input price (excluding images)"),
        (G, "label", "^Input price$", "Input and output price"),
        (G, "label", "^Input price$", "Input price without caching discount"),
        (G, "label", "^Input price$", "Input price (preview)"),
        (G, "label", _OUTPUT, "Output price (excluding thinking tokens)"),
        (G, "label", _OUTPUT, "Output price (thinking not included)"),
        (G, "label", _OUTPUT, "Output price (including image tokens)"),
        (G, "label", _OUTPUT, "Non-thinking output price"),
        (G, "label", "^Context caching price$", "Cache write price"),
        (G, "label", "^Context caching price$", "Uncached input price"),
        # old prices beside new ones, ranges, discounts, conditions
        (G, "cell", r"^\$([0-9.]+)$", r"~~$9.00~~ $\1"),
        (G, "cell", r"^\$([0-9.]+)$", r"was $9.00, now $\1"),
        (G, "cell", r"^\$([0-9.]+)$", r"$\1 $9.00"),
        (G, "cell", r"^\$([0-9.]+)$", r"$\1 - $9.00"),
        (G, "cell", r"^\$([0-9.]+)$", r"from $\1"),
        (G, "cell", r"^\$([0-9.]+)$", r"up to $\1"),
        (G, "cell", r"^\$([0-9.]+)$", r"$\1 or more"),
        (G, "cell", r"^\$([0-9.]+)$", r"$\1 excl. VAT"),
        (G, "cell", r"^\$([0-9.]+)$", r"$\1 + tax"),
        (G, "cell", r"^\$([0-9.]+)$", r"50% off $\1"),
        (G, "cell", r"^\$([0-9.]+)$", r"$\1 (with annual commitment)"),
        (G, "cell", r"^\$([0-9.]+)$", r"$\1 for the first 10M tokens"),
        (G, "cell", r"^\$([0-9.]+)$", r"not $\1"),
        (G, "cell", r"^\$([0-9.]+)$", r"$\1 (not including output)"),
        (G, "cell", r"^\$([0-9.]+)$", r"free, then $\1"),
        (G, "cell", r"^\$([0-9.]+)$", r"$0.00 until May 1, 2027", "says"),
        (G, "cell", r"^\$([0-9.]+)$", r"approx. $\1"),
        (G, "cell", r"^\$([0-9.]+)$", r"2x $\1"),
        (G, "cell", r"^\$([0-9.]+)$", "$0.00", "says"),
        (G, "cell", r"^\$([0-9.]+)$", "No charge for new customers"),
        (G, "cell", _FREE_COST, "No charge until May 1, 2027"),
        (G, "cell", _FREE_COST, "Not free of charge"),
        (G, "cell", _FREE_COST, "Included in the paid plan"),
        (G, "cell", _FREE_COST, "Free for 30 days"),
        (G, "cell", _FREE_COST, "No free tier"),
        (G, "cell", _NONE, "Not available for free"),
        (G, "cell", _NONE, "Unavailable until May 1, 2027"),
        # bounds and days
        (G, "cell", _UP, ", prompts < 200k tokens"),
        (G, "cell", _UP, ", prompts <= 200 tokens"),
        (G, "cell", _UP, ", prompts not up to 200k tokens"),
        (G, "cell", _UP, ", up to 200k prompts"),
        (G, "cell", _UP, " for up to 200k tokens per day"),
        (G, "cell", _OVER, ", prompts >= 200k tokens"),
        (G, "cell", _OVER, ", prompts > 300k tokens"),
        (G, "cell", _OVER, ", prompts not longer than 200k tokens"),
        (G, "cell", _UNTIL, " through December 31, 2025", "says"),
        (G, "cell", _UNTIL, " through 31/12/2026"),
        (G, "cell", _UNTIL, " not until December 31, 2026"),
        (G, "cell", _FROM, " starting January 1"),
        (G, "cell", _FROM, " starting no earlier than January 1, 2027"),
        (G, "cell", _FROM, " starting 2027-13-01"),
        # modalities and storage
        (G, "cell", r"\(audio\)", "(not audio)"),
        (G, "cell", r"\(audio\)", "(all but audio)"),
        (G, "cell", r"\(audio\)", "(audio over 1 minute)"),
        (G, "cell", _THREE, "(text / image / document)"),
        (G, "cell", r"\(storage price\)", "(storage price per project)"),
        (G, "cell", r"\(storage price\)", "(first day of storage)"),
        # the others
        (OA, "header", "^Long context (.+)$", r"Long context (EU) \1"),
        (OA, "header", "^Cached input$", "Uncached input"),
        (OA, "header", "^(?:Short context )?(?:input|Input)$", "Input, 50% off"),
        (OA, "tab", "^Batch$", "Batch (EU)"),
        (OA, "text", r"^Prices per 1M tokens\.$", "Prices per 1K tokens.", "says"),
        (OA, "text", r"^Prices per 1M tokens\.$", "Prices per 1M tokens, in EUR."),
        (OA, "text", r"^Prices per 1M tokens\.$", "Prices from, per 1M tokens."),
        (OA, "cell", r"^\$([0-9.]+)$", r"from $\1"),
        (A, "header", "^Base Input Tokens$", "Base input tokens (US only)"),
        (A, "header", "^5m Cache Writes$", "1h Cache Writes"),
        (A, "header", "^Cache Hits & Refreshes$", "Cache writes & hits"),
        (A, "cell", "/ MTok", "/ KTok"),
        (A, "cell", "/ MTok", "/ MTok / month"),
        (
            V,
            "text",
            r"^Price \(/1M tokens\) (<=|=<|>) 200K input tokens$",
            r"Price (/1K tokens) \1 200K input tokens",
            "says",
        ),
        (V, "text", r"^Price \(/1M tokens\) (?:<=|=<) 200K input tokens$", "Price (/1M tokens) < 200K input tokens"),
        (V, "text", r"^Input \(text, image, video, audio\)$", "Input (text, image, video, audio) per session"),
        (V, "text", "^N/A$", "N/A yet"),
    ],
    harmful=True,
)
