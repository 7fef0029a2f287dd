"""Every cell of a price table that was ever seen, what natural variants of it say, and what must be refused.

What a cell says is written as one line per allowance, amount and resolution that is not sold:
`free 1500/day`, `0.3 text,image,video`, `=0.067 /1 image @1K *` (`=` restated, `/` unit, `@` resolution, `*` marks).
"""

from __future__ import annotations

import pytest

from ratecards.model import plain
from scraper.errors import UnknownTerm
from scraper.prices.grammar import Amount, Cell, read_cell
from scraper.sources.gemini_terms import load_terms

PHRASES = load_terms().phrases


def said(cell: Cell) -> list[str]:
    """The cell's content, a line each; the availability alone where there is nothing more to say."""
    if cell.availability == "free" and not cell.allowances:
        return ["free"]
    lines = [f"free {a.count}/{a.period}" for a in cell.allowances]
    lines += [amount_said(a) for a in cell.amounts]
    lines += [f"no {size}" for size, _ in cell.unsold]
    assert (cell.availability == "priced") == bool(cell.amounts)
    return lines or [cell.availability]


def amount_said(a: Amount) -> str:
    """One amount, what it does not say left out."""
    words = [
        ("=" if a.equivalent else "") + plain(a.price),
        f"/{a.unit}" if a.unit else "",
        ",".join(a.modalities),
        f"@{','.join(a.resolutions)}" if a.resolutions else "",
        f">{a.prompt_over}" if a.prompt_over else "",
        f"<={a.prompt_up_to}" if a.prompt_up_to else "",
        "storage" if a.storage else "",
        "" if a.soon is None else f"soon{a.soon}",
        f"from {a.effective_from}" if a.effective_from else "",
        f"until {a.effective_until}" if a.effective_until else "",
        a.marks,
    ]
    return " ".join(word for word in words if word)


STORED = "/1000000 token-hours storage"

# May to August 2025: one table per model. What of it the language reads.
ERA_2025_05 = [
    ("$0.15 (text / image / video) $1.00 (audio)", ["0.15 text,image,video", "1 audio"]),
    ("$1.25, prompts <= 128k tokens $2.50, prompts > 128k tokens", ["1.25 <=128000", "2.5 >128000"]),
    ("$0.3125, prompts <= 128k tokens $0.625, prompts > 128k tokens", ["0.3125 <=128000", "0.625 >128000"]),
    ("$4.50 per hour", ["4.5 /1 hour"]),
    ("$35 / 1K grounding requests", ["35 /1000 requests"]),
    ("1,500 RPD (free), then $35 / 1K grounding requests", ["free 1500/day", "35 /1000 requests"]),
    ("Free of charge, up to 500 RPD", ["free 500/day"]),
]
# November 2025 to January 2026: Standard and Batch.
ERA_2025_11 = [
    ("$2.00, prompts <= 200k tokens $4.00, prompts > 200k tokens", ["2 <=200000", "4 >200000"]),
    ("$12.00, prompts <= 200k tokens $18.00, prompts > 200k", ["12 <=200000", "18 >200000"]),
    ("$1.25, prompts <= 200k tokens $2.50, prompts > 200k token", ["1.25 <=200000", "2.5 >200000"]),
    (
        "$0.20, prompts <= 200k tokens $0.40, prompts > 200k $4.50 / 1,000,000 tokens per hour (storage price)",
        ["0.2 <=200000", "0.4 >200000", f"4.5 {STORED}"],
    ),
    (
        "$0.05 (text / image / video) $0.10 (audio) $1.00 / 1,000,000 tokens per hour (storage price)",
        ["0.05 text,image,video", "0.1 audio", f"1 {STORED}"],
    ),
    (
        "Same as Standard, Batch pricing not yet implemented "
        "$0.05 (text / image / video) $0.10 (audio) $1.00 / 1,000,000 tokens per hour (storage price)",
        ["0.05 text,image,video", "0.1 audio", f"1 {STORED}"],
    ),
    (
        "$0.025 / 1,000,000 tokens (text/image/video) $0.175 / 1,000,000 tokens (audio)",
        ["0.025 /1000000 tokens text,image,video", "0.175 /1000000 tokens audio"],
    ),
    ("$1.00 / 1,000,000 tokens per hour", ["1 /1000000 token-hours"]),
    ("$14 / 1,000 search queries", ["14 /1000 queries"]),
    (
        "5,000 prompts per month (free), then (Coming soon**) $14 / 1,000 search queries",
        ["free 5000/month", "14 /1000 queries soon**"],
    ),
    ("1,500 RPD (free), then (Coming soon) $14 / 1,000 search queries", ["free 1500/day", "14 /1000 queries soon"]),
    ("(Coming soon) $14 / 1,000 search queries", ["14 /1000 queries soon"]),
    (
        "1,500 RPD (free, limit shared with Flash-Lite RPD), then $35 / 1,000 grounded prompts",
        ["free 1500/day", "35 /1000 prompts"],
    ),
    ("10,000 RPD (free), then $25 / 1,000 grounded prompts", ["free 10000/day", "25 /1000 prompts"]),
    ("Free of charge, up to 500 RPD (limit shared with Flash-Lite RPD)", ["free 500/day"]),
    ("500 RPD", ["free 500/day"]),
    ("$2.00 (text/image), equivalent to $0.0011 per image*", ["2 text,image", "=0.0011 /1 image *"]),
    (
        "$12.00 (text and thinking) $120.00 (images) equivalent to $0.134 per 1K/2K image** and $0.24 per 4K image**",
        ["12 text", "120 image", "=0.134 /1 image @1K,2K **", "=0.24 /1 image @4K **"],
    ),
    (
        "$12.00 (text and thinking) $0.134 per 1K/2K image** $0.24 per 4K image**",
        ["12 text", "0.134 /1 image @1K,2K **", "0.24 /1 image @4K **"],
    ),
    ("$1.00 (text), $0.0006 (image)*", ["1 text", "0.0006 image *"]),
    ("$0.039 per image*", ["0.039 /1 image *"]),
    ("$0.50 (text) $3.00 (audio / video)", ["0.5 text", "3 audio,video"]),
    ("$0.1", ["0.1"]),
    ("$0.35", ["0.35"]),
    ("Not available", ["not_available"]),
    ("Free of charge", ["free"]),
    ("See Gemini 2.5 Computer Use Preview pricing table.", ["refers"]),
]
# March and April 2026: prepaid wording, Flex and Priority, four resolutions.
ERA_2026_03 = [
    ("$3", ["3"]),
    ("$0.25 (text, image)", ["0.25 text,image"]),
    ("$0.50 (text/image)", ["0.5 text,image"]),
    (
        "$3 (text and thinking) $60.00 (images) Equivalent to $0.045 per 0.5K image* $0.067 per 1K image*, "
        "$0.101 per 2K image*, and $0.151 per 4K image*.",
        [
            "3 text",
            "60 image",
            "=0.045 /1 image @0.5K *",
            "=0.067 /1 image @1K *",
            "=0.101 /1 image @2K *",
            "=0.151 /1 image @4K *",
        ],
    ),
    ("$21.60 (text and thinking) $216.00 (images)", ["21.6 text", "216 image"]),
    ("$0.40 (720p and 1080p) $0.60 (4k)", ["0.4 @720p,1080p", "0.6 @4k"]),
    ("$0.10 (720p) $0.12 (1080p) $0.30 (4k)", ["0.1 @720p", "0.12 @1080p", "0.3 @4k"]),
    ("$0.05 (720p) $0.08 (1080p) (4k output not supported)", ["0.05 @720p", "0.08 @1080p", "no 4k"]),
    ("$0.04 per song", ["0.04 /1 song"]),
    ("$0.45 ($0.00012 per image)", ["0.45", "=0.00012 /1 image"]),
    ("$6.50 ($0.00016 per second)", ["6.5", "=0.00016 /1 second"]),
    ("$12.00 ($0.00079 per frame)", ["12", "=0.00079 /1 frame"]),
    ("$6.00 ($0.000395 per frame)", ["6", "=0.000395 /1 frame"]),
    (
        "$0.75 (text) $3.00 or $0.005/min (audio) $1.00 or $0.002/min (image/video)",
        ["0.75 text", "3 audio", "=0.005 /1 minute audio", "1 image,video", "=0.002 /1 minute image,video"],
    ),
    ("$4.50 (text) $12.00 or $0.018/min (audio)", ["4.5 text", "12 audio", "=0.018 /1 minute audio"]),
    (
        "5,000 prompts per month (free, shared across Gemini 3), then $14 / 1,000 search queries",
        ["free 5000/month", "14 /1000 queries"],
    ),
    (
        "5,000 RPD (free, limit shared with Flash RPD), then $14 / 1,000 search queries for text and "
        "image-based grounding.",
        ["free 5000/day", "14 /1000 queries"],
    ),
    ("Free of charge, up to 1500 RPD (limit shared with Flash RPD)", ["free 1500/day"]),
    ("Not available (shut down)", ["not_available"]),
    ("Supported", ["supported"]),
    ("Same as Gemini 3.1 Pro Preview pricing", ["refers"]),
]
# August to October 2026: dated promotions, prices per minute, shared monthly allowances.
PROMOTION = "through December 31, 2026.", "starting January 1, 2027."
ERA_2026_08 = [
    (
        "$0.75 through December 31, 2026. $1.50 starting January 1, 2027.",
        ["0.75 until 2026-12-31", "1.5 from 2027-01-01"],
    ),
    (
        f"$0.075 {PROMOTION[0]} $0.15 {PROMOTION[1]} $0.50 / 1,000,000 tokens per hour (storage price) {PROMOTION[0]} "
        f"$1.00 / 1,000,000 tokens per hour (storage price) {PROMOTION[1]}",
        [
            "0.075 until 2026-12-31",
            "0.15 from 2027-01-01",
            f"0.5 {STORED} until 2026-12-31",
            f"1 {STORED} from 2027-01-01",
        ],
    ),
    (
        f"$0.75 (text / image / video) {PROMOTION[0]} $1.50 (text / image / video) {PROMOTION[1]}",
        ["0.75 text,image,video until 2026-12-31", "1.5 text,image,video from 2027-01-01"],
    ),
    (
        f"$9.00 (audio) {PROMOTION[0]} equivalent to $0.00225 per 10 seconds of audio {PROMOTION[0]} "
        f"$18.00 (audio) {PROMOTION[1]} equivalent to $0.0045 per 10 seconds of audio {PROMOTION[1]}",
        [
            "9 audio until 2026-12-31",
            "=0.00225 /10 seconds audio until 2026-12-31",
            "18 audio from 2027-01-01",
            "=0.0045 /10 seconds audio from 2027-01-01",
        ],
    ),
    (
        f"$4.50 (audio), equivalent to $0.001125 per 10 seconds of audio {PROMOTION[0]} "
        f"$9.00 (audio), equivalent to $0.00225 per 10 seconds of audio {PROMOTION[1]}",
        [
            "4.5 audio until 2026-12-31",
            "=0.001125 /10 seconds audio until 2026-12-31",
            "9 audio from 2027-01-01",
            "=0.00225 /10 seconds audio from 2027-01-01",
        ],
    ),
    (
        "5,000 free search requests per month (shared across all Gemini 3.x models), then $14 per 1,000 requests.",
        ["free 5000/month", "14 /1000 requests"],
    ),
    ("$0.03 $1.00 / 1,000,000 tokens per hour (storage price)", ["0.03", f"1 {STORED}"]),
    ("Same as Standard $0.20, prompts <= 200k tokens $0.40, prompts > 200k", ["0.2 <=200000", "0.4 >200000"]),
    ("$1.50 (text / image / video / audio)", ["1.5 text,image,video,audio"]),
    ("$9.00 (text) $17.50 (video)*", ["9 text", "17.5 video *"]),
    ("$3.50 or $0.0053/min* (audio)", ["3.5 audio", "=0.0053 /1 minute audio *"]),
    ("$7.00 or $0.0012/min** (text)", ["7 text", "=0.0012 /1 minute text **"]),
    (
        "$1.50 (text and thinking) $30.00 (images) Equivalent to $0.0336 per 1K image*",
        ["1.5 text", "30 image", "=0.0336 /1 image @1K *"],
    ),
    ("Not Supported", ["not_available"]),
    ("Not available**", ["not_available"]),
]
SEEN = {
    "2025-05": ERA_2025_05,
    "2025-11": ERA_2025_11,
    "2026-03": ERA_2026_03,
    "2026-08": ERA_2026_08,
}

# Not seen, but said in the same words in another order, or in words that can mean nothing else.
VARIANTS = [
    # amounts
    ("$.75", ["0.75"]),
    ("$1,250.00", ["1250"]),
    ("$ 5", ["5"]),
    ("＄１．５０", ["1.5"]),
    ("  $5  ", ["5"]),
    ("$0.50 (text) / $1.00 (audio)", ["0.5 text", "1 audio"]),
    ("$0.50 (text); $1.00 (audio).", ["0.5 text", "1 audio"]),
    ("$0.50 (text) and $1.00 (audio)", ["0.5 text", "1 audio"]),
    # units
    ("$0.15 per 1M tokens", ["0.15 /1000000 tokens"]),
    ("$0.15 per million tokens", ["0.15 /1000000 tokens"]),
    ("$0.15 / 1 million tokens", ["0.15 /1000000 tokens"]),
    ("$14/1K requests", ["14 /1000 requests"]),
    ("$14 per thousand queries", ["14 /1000 queries"]),
    ("$0.04/image", ["0.04 /1 image"]),
    ("$0.04 per generated image", ["0.04 /1 image"]),
    ("$0.10 per second of 720p video", ["0.1 /1 second video @720p"]),
    ("$0.10 per second of video", ["0.1 /1 second video"]),
    ("$4.50 / 1M tokens/hour (storage)", [f"4.5 {STORED}"]),
    ("$4.50 / 1,000,000 tokens / hour (storage cost)", [f"4.5 {STORED}"]),
    # resolutions
    ("$0.067 per image (1K)", ["0.067 /1 image @1K"]),
    ("$0.134 per 1K and 2K image", ["0.134 /1 image @1K,2K"]),
    ("$0.134 per 1K or 2K image", ["0.134 /1 image @1K,2K"]),
    ("$0.134 per 1K / 2K image", ["0.134 /1 image @1K,2K"]),
    ("$0.045 per 0.5K (512px) image", ["0.045 /1 image @0.5K"]),
    ("$0.10 (720p, 1080p) (4k not supported)", ["0.1 @720p,1080p", "no 4k"]),
    ("720p: $0.10 1080p: $0.12", ["0.1 @720p", "0.12 @1080p"]),
    # modalities
    ("$0.30 (text, image, and video)", ["0.3 text,image,video"]),
    ("$0.30 (text & image)", ["0.3 text,image"]),
    ("$0.30 (text or image)", ["0.3 text,image"]),
    ("$0.30 (Text / Images / Videos)", ["0.3 text,image,video"]),
    ("$1.00 (audio tokens)", ["1 audio"]),
    ("$12.00 (text and thinking tokens)", ["12 text"]),
    ("$2.50 (including thinking tokens)", ["2.5"]),
    ("Text / image / video: $0.50 Audio: $1.00", ["0.5 text,image,video", "1 audio"]),
    ("Text: $0.50, Audio: $1.00 or $0.005/min", ["0.5 text", "1 audio", "=0.005 /1 minute audio"]),
    # prompts
    ("$1.25 (prompts <= 200k tokens) $2.50 (prompts > 200k tokens)", ["1.25 <=200000", "2.5 >200000"]),
    ("$1.25 for prompts up to 200,000 tokens", ["1.25 <=200000"]),
    ("$1.25, prompts ≤ 200K, $2.50, prompts over 200K", ["1.25 <=200000", "2.5 >200000"]),
    ("$1.25 prompts =< 1M tokens", ["1.25 <=1000000"]),
    ("$2, prompts > 128k, prompts <= 200k", ["2 >128000 <=200000"]),
    # restatements
    ("$3.00 (audio) or $0.005/min", ["3 audio", "=0.005 /1 minute audio"]),
    ("$3.00, or $0.005 per minute (audio)", ["3 audio", "=0.005 /1 minute audio"]),
    ("$3.50 (approximately $0.005/min)", ["3.5", "=0.005 /1 minute"]),
    ("$3.50 (or ~$0.005 per minute)", ["3.5", "=0.005 /1 minute"]),
    ("$17.50 (video), approximately $0.10 per second", ["17.5 video", "=0.1 /1 second"]),
    ("$17.50 (equivalent to about $0.10 per second*)", ["17.5", "=0.1 /1 second *"]),
    ("Equivalent to approximately $0.067 per 1K image", ["=0.067 /1 image @1K"]),
    ("$0.30 or $0.001 per second of audio", ["0.3", "=0.001 /1 second audio"]),
    ("$1.00, prompts <= 200k or $0.01/min", ["1 <=200000", "=0.01 /1 minute <=200000"]),
    # allowances
    ("Free", ["free"]),
    ("Free of charge.", ["free"]),
    ("Free of charge**", ["free"]),
    ("500 RPD*", ["free 500/day"]),
    ("5,000 prompts per month (free)*, then $14 / 1,000 queries**", ["free 5000/month", "14 /1000 queries **"]),
    ("Not Supported*", ["not_available"]),
    ("Free of charge, up to 500 RPD, then $35 / 1,000 grounded prompts", ["free 500/day", "35 /1000 prompts"]),
    ("5,000 search queries per month free, then $14 / 1,000 queries", ["free 5000/month", "14 /1000 queries"]),
    ("5,000 requests/day free of charge", ["free 5000/day"]),
    ("1,500 requests per day (RPD) (free), then $35 / 1,000 prompts", ["free 1500/day", "35 /1000 prompts"]),
    ("First 1,500 RPD (free of charge), then $35 / 1,000 prompts", ["free 1500/day", "35 /1000 prompts"]),
    (
        "1,500 RPD (shared with Gemini 2.5 Flash and Flash-Lite), then $2 / 1K queries",
        ["free 1500/day", "2 /1000 queries"],
    ),
    (
        "5,000 queries per month (free; shared across Gemini 3), then $2 / 1K queries",
        ["free 5000/month", "2 /1000 queries"],
    ),
    ("First 5,000 prompts per month are free, then $2 / 1K queries", ["free 5000/month", "2 /1000 queries"]),
    ("1,500 RPD (free) limit shared, then $2 / 1K queries", ["free 1500/day", "2 /1000 queries"]),
    # dates
    ("$0.75 through Dec 31, 2026; $1.50 from Jan 1, 2027", ["0.75 until 2026-12-31", "1.5 from 2027-01-01"]),
    (
        "$0.75 (through December 31, 2026) $1.50 (from January 1, 2027)",
        ["0.75 until 2026-12-31", "1.5 from 2027-01-01"],
    ),
    (
        "$0.75 before January 1, 2027. $1.50 on or after January 1, 2027.",
        ["0.75 until 2026-12-31", "1.5 from 2027-01-01"],
    ),
    (
        "$0.75 until December 31st, 2026, then $1.50 after December 31, 2026",
        ["0.75 until 2026-12-31", "1.5 from 2027-01-01"],
    ),
    (
        "$0.75 through 31 December 2026. $1.50 effective 1 January 2027.",
        ["0.75 until 2026-12-31", "1.5 from 2027-01-01"],
    ),
    (
        "Through December 31, 2026: $0.75 Starting January 1, 2027: $1.50",
        ["0.75 until 2026-12-31", "1.5 from 2027-01-01"],
    ),
    ("$1 beginning on May 1, 2026 through Sept. 30, 2026", ["1 from 2026-05-01 until 2026-09-30"]),
    (
        f"$0.075 {PROMOTION[0]} $0.15 {PROMOTION[1]} $1.00 / 1,000,000 tokens per hour (storage price)",
        ["0.075 until 2026-12-31", "0.15 from 2027-01-01", f"1 {STORED}"],
    ),
    (
        "$9.00 (audio) through December 31, 2026, equivalent to $0.002 per 10 seconds of audio.",
        ["9 audio until 2026-12-31", "=0.002 /10 seconds audio until 2026-12-31"],
    ),
    (
        "$3 or $0.005/min (audio) until June 1, 2026",
        ["3 audio until 2026-06-01", "=0.005 /1 minute audio until 2026-06-01"],
    ),
    ("$0.75 until 2026-12-31, $1.50 starting 2027-01-01", ["0.75 until 2026-12-31", "1.5 from 2027-01-01"]),
    (
        "$0.75, up to and including 31 Dec 2026; $1.50, from January 1, 2027 onwards",
        ["0.75 until 2026-12-31", "1.5 from 2027-01-01"],
    ),
    (
        "Through December 31, 2026 $0.75, starting January 1, 2027 $1.50",
        ["0.75 until 2026-12-31", "1.5 from 2027-01-01"],
    ),
    # the currency in other words
    ("US$1.50", ["1.5"]),
    ("1.50 USD", ["1.5"]),
    ("USD 0.15 USD 1.00 / 1,000,000 tokens per hour (storage price)", ["0.15", f"1 {STORED}"]),
    ("$0.15 (USD) per 1M tokens", ["0.15 /1000000 tokens"]),
    # numbers as words, and what joins them
    ("$0.15 per one million tokens", ["0.15 /1000000 tokens"]),
    ("$0.15 a million tokens", ["0.15 /1000000 tokens"]),
    ("$14 for every 1,000 requests", ["14 /1000 requests"]),
    ("$0.002 per 10-second audio", ["0.002 /10 seconds audio"]),
    ("Storage: $4.50 per 1M tokens an hour", [f"4.5 {STORED}"]),
    ("$4.50 per 1M token-hours for storage", [f"4.5 {STORED}"]),
    ("$4.50 per 1M tokens stored per hour of storage", [f"4.5 {STORED}"]),
    ("$4.50 per hour per 1M tokens", ["4.5 /1000000 token-hours"]),
    ("$4.50 per hour for each 1M tokens of storage", [f"4.5 {STORED}"]),
    # bounds and modalities
    ("$2, for prompts of at most 200 thousand tokens", ["2 <=200000"]),
    ("$2 (prompts of 200k tokens or less) $4, prompts exceeding 200k", ["2 <=200000", "4 >200000"]),
    ("$4 if the prompt is longer than 200k tokens", ["4 >200000"]),
    ("$0.30 for text, image, and video. $1.00 for audio", ["0.3 text,image,video", "1 audio"]),
    ("$0.30 [text; image] $1.00 (audio only)", ["0.3 text,image", "1 audio"]),
    ("$12.00 (text, including thinking)", ["12 text"]),
    # words without a price
    ("$0", ["free"]),
    ("US$0.00", ["free"]),
    ("No charge", ["free"]),
    ("Included at no cost", ["free"]),
    ("Offered for free", ["free"]),
    ("Without charge.", ["free"]),
    ("1,500 RPD at no charge, then $35 / 1,000 prompts", ["free 1500/day", "35 /1000 prompts"]),
    ("Unavailable", ["not_available"]),
    ("Currently not available", ["not_available"]),
    ("Not offered*", ["not_available"]),
    ("not available.", ["not_available"]),
    ("Not yet available", ["not_available"]),
    ("Not available (deprecated)", ["not_available"]),
    ("N/A", ["not_available"]),
    ("-", ["not_available"]),
    ("Contact sales", ["not_published"]),
    ("Same as Standard", ["refers"]),
    ("Same as Standard (Flex pricing is not yet available) $0.05", ["0.05"]),
    ("Same as Standard: $0.05", ["0.05"]),
    ("See the Gemini 3 Flash pricing section", ["refers"]),
    ("$0.30[*]", ["0.3 *"]),
]


@pytest.mark.parametrize(
    ("text", "expected"), [pytest.param(*c, id=f"{era} {c[0]}") for era, cs in SEEN.items() for c in cs]
)
def test_cells_seen_on_the_pages(text, expected):
    """Each shape of each era, in the page's own words."""
    assert expected == said(read_cell(text, PHRASES))


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*case, id=case[0]) for case in VARIANTS])
def test_cells_in_the_same_spirit(text, expected):
    """Other words and orders that can mean one thing only."""
    assert expected == said(read_cell(text, PHRASES))


REFUSED = [
    # amounts that are not amounts
    "0,30 $",
    "$1.2.3",
    "$1,25",
    "$1,2500",
    "$4.",
    "$4. (text)",
    "$1 per image audio",
    "$0.30^1^",
    "$0.30¹",
    "$1.50²",
    "$5M",
    "$5%",
    "$$5",
    "$",
    "-$5",
    "$-5",
    "$1e3",
    # other currencies
    "€1",
    "£0.30",
    "$1.50 CAD",
    "5 cents",
    # struck out, hidden twice
    "~~$1~~ $2",
    "$2 ~~$1~~",
    # units
    "$1 USD per cup",
    "$1 per cup",
    "$1 per",
    "$1 /",
    "$1 per image per second",
    "$1 / 1,000,000 tokens / 1,000 requests",
    "$5 per 1,000 tokens or so",
    "$5 per 0 tokens",
    "$0.067 per 1K images",
    "$14 / search queries",
    "$1.00 / tokens per hour",
    "$0.000001 per token",
    "$5 per 2K/4K tokens",
    "$5 per 1M output tokens",
    "$5 per input image",
    "$0.10 per second of speech",
    # modalities and resolutions
    "$0.30 (text / smell)",
    "$0.30 (document)",
    "$2.10 (audio / image [video])",
    "$0.30 (text) (audio)",
    "$0.30 (text",
    "Text: $0.30 (audio)",
    "Text: Audio: $0.30",
    "$0.30 (8 bit)",
    "$0.30 (720p) (1080p)",
    "(4k output not supported)",
    "500 RPD (4k output not supported)",
    # labels before a price that select it
    "Non-thinking: $0.60 Thinking-mode: $3.50",
    "Input: $0.35 (text), $2.10 (audio) Output: $1.50 (text)",
    "$0.50 (Input) $10.00 (Output)",
    "$0.40 with audio",
    # prompts
    "$1, prompts >= 200k tokens",
    "$1, prompts < 200k tokens",
    "$1, prompts around 200k tokens",
    "$1, prompts of 200k tokens",
    "$1, prompts of 200k tokens or more",
    "$1 (up to 200k tokens)",
    "$1 for text-based grounding of others",
    "$1 for audio over 1 minute",
    "$1, prompts <= 0.2M tokens",
    "$1, prompts <= 128k, prompts <= 200k",
    "$1, prompts <= 200k tokens prompts > 200k tokens",
    # ranges and vague prices
    "$0.10 - $0.30",
    "$0.10-$0.30",
    "from $0.10",
    "starting at $0.10",
    "up to $5",
    "about $5",
    "approximately $0.10 per second",
    "$5 or more",
    "$5 or $6",
    "$5+",
    "$5 equivalent to $6",
    "$5 (equivalent to $6)",
    # dates
    "$0.75 through December 31, 2026. $1.50",
    "$0.75. $1.50 starting January 1, 2027.",
    "$0.75 Through December 31, 2026: $1.50",
    "$0.75 (text) $1 (audio) through December 31, 2026. $1.50 (text) $2 (audio) starting January 1, 2027.",
    "$0.15 $0.50 / 1,000,000 tokens per hour (storage price) through December 31, 2026",
    "$0.15 through D. $0.50",
    "$1 / 1M tokens per hour (storage price) until May 1, 2026 $2 / 1M tokens per hour (storage price)",
    "$0.75 through February 30, 2026.",
    "$0.75 through 12/31/2026",
    "$0.75 through the end of 2026",
    "$0.75 through Smarch 13, 2026",
    "$1 from May 1, 2026 until April 1, 2026",
    "$1 until May 1, 2026 until June 1, 2026",
    "$1 (until May 1, 2026",
    "$1 until 2026-02-30",
    "$1 starting 2027-1-1",
    "No charge until May 1, 2026",
    "No charge for new customers",
    "Unavailable until May 1, 2026",
    "$1 each",
    "$1 a seat",
    "-USD 1",
    # allowances
    "1,500 RPD (free), then",
    "1,500 RPD (free), then $",
    "then $35 / 1,000 grounded prompts",
    "and $5",
    "1,500 RPD (free on Mondays), then $35 / 1,000 prompts",
    "1,500 RPD (text), then $35 / 1,000 prompts",
    "1,500 RPM",
    "1,500 prompts per week",
    "$35 / 1,000 prompts, 1,500 RPD (free)",
    "Free of charge $5",
    "Free of charge until December 31, 2026",
    "$14 / 1,000 queries shared across Gemini 3 for prompts over 200k tokens",
    "$14 / 1,000 queries (shared across text and audio)",
    # words
    "",
    "*",
    "* $5",
    " ",
    ".",
    "Yes",
    "Included",
    "Coming soon",
    "Not available for Pro",
    "Not available $5",
    "$5 Not available",
    "Supported $5",
    "Same as Standard except audio $5",
    "Same as Gemini 3.1 Pro Preview pricing $5",
    "$5 Same as Standard",
    "TBD",
    "無料",
    "$0.75 まで",
    "<b>$5</b>",
    "$5 and",
    "$5 (unlimited)",
    "$5 (storage price) (storage price)",
    "(Coming soon) (Coming soon) $5",
]


@pytest.mark.parametrize("text", REFUSED)
def test_fault_32_cells_that_must_be_refused(text):
    """Never a guess: what is not understood in full is an error that shows the cell."""
    with pytest.raises(UnknownTerm) as error:
        read_cell(text, PHRASES)

    assert " ".join(text.split()) in str(error.value)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("$5 per 1,000 tokens or so", "or so"),
        ("$0.30 (text / smell)", "(text / smell)"),
        ("1,500 RPD (free), then", "then"),
        ("1,500 RPD (free on Mondays), then $35 / 1,000 prompts", "(free on Mondays)"),
        ("$1 per cup", "cup"),
        ("~~$1~~ $2", "~~$1"),
        ("$0.30 (text) (audio)", "(audio)"),
        ("＄５ for two", "for two"),
        ("$1 until May 1, 2026 until June 1, 2026", "until June"),
        ("$0.75 through February 30, 2026.", "through February"),
        ("$5 per 0 tokens", "0 tokens"),
    ],
)
def test_the_error_marks_the_place(text, word):
    """The mark stands under the first word that was not understood."""
    with pytest.raises(UnknownTerm) as error:
        read_cell(text, PHRASES)
    _, cell, mark = str(error.value).split("\n")

    assert text == cell.strip()
    assert word == cell[mark.index("~") :][: len(word)]


def test_quotes_are_verbatim():
    """An amount is quoted with its own words, as printed; a single amount and one behind an allowance by the whole cell."""
    split = read_cell("$0.30 (text / image),  ＄1.00 (audio)*", PHRASES)
    single = read_cell("Same as Standard $5", PHRASES)
    grounding = read_cell("1,500 RPD (free), then $35 / 1,000 prompts", PHRASES)

    assert ["$0.30 (text / image)", "＄1.00 (audio)*"] == [a.quote for a in split.amounts]
    assert ["Same as Standard $5"] == [a.quote for a in single.amounts]
    assert {"1,500 RPD (free), then $35 / 1,000 prompts"} == {
        a.quote for a in (*grounding.amounts, *grounding.allowances)
    }


def test_fault_36_words_outside_an_amount_stay_in_its_quote():
    """Of a borrowed price, and of a date that is said once for a price and what restates it."""
    borrowed = "Same as Standard $0.05 (text) $0.10 (audio)"
    dated = "$4.50 (audio), equivalent to $0.001 per 10 seconds of audio through December 31, 2026."

    assert {borrowed} == {a.quote for a in read_cell(borrowed, PHRASES).amounts}
    assert dated == read_cell(dated, PHRASES).amounts[0].quote


def test_a_restatement_has_its_price_s_quote():
    """ "$3.00 or $0.005/min (audio)" is one piece of the page, quoted whole for both amounts."""
    cell = read_cell("$0.75 (text) $3.00 or $0.005/min (audio)", PHRASES)

    assert ["$0.75 (text)", *["$3.00 or $0.005/min (audio)"] * 2] == [a.quote for a in cell.amounts]
