/** What went wrong: a name that nobody knows, a count that cannot be read, a thing that has no price or several. */
export class CostError extends Error {}

/** A whole number from 0 to 10^15; digits stand for themselves. */
export type Count = number | bigint | string;
export type Modality = "text" | "image" | "video" | "audio" | "document";
export type Tokens = Count | Partial<Record<Modality, Count>>;
export type Tier = "standard" | "batch" | "flex" | "priority" | (string & {});
export type Plan = "paid" | "free" | (string & {});

/** What was used: plain counts, as `ratecards.cost` takes them in Python. */
export interface Usage {
  input_tokens?: Tokens;
  /** A part of `input_tokens`. */
  cached_tokens?: Tokens;
  cache_write_tokens?: Tokens;
  output_tokens?: Tokens;
  thoughts_tokens?: Tokens;
  /** By resolution where a model tells sizes apart: `{"1K": 3}`. */
  images?: Count | Record<string, Count>;
  seconds?: Count | Record<string, Count>;
  songs?: Count;
  characters?: Count;
  output_characters?: Count;
  input_images?: Count;
  input_seconds?: Tokens;
  input_minutes?: Tokens;
  output_minutes?: Tokens;
  cache_token_hours?: Count;
  grounded_prompts?: Count;
  search_queries?: Count;
  search_requests?: Count;
  maps_prompts?: Count;
  maps_queries?: Count;
  maps_requests?: Count;
  /** How many of them the period has seen already. */
  search_used?: Count;
  maps_used?: Count;
  quality?: string;
  context?: string;
  /** Images as the page lists one, or by their tokens. */
  reading?: "listed" | "metered";
}

export interface Asked {
  tier?: Tier;
  plan?: Plan;
  /** `provider/source`, or the source's name alone. */
  source?: string;
  /** The day that dated prices are judged by, `YYYY-MM-DD`; today, if it is not said. */
  on?: string;
}

/** One price. What a page does not say is empty; a bound that it does not say is null. */
export interface Rate {
  service_tier: string;
  plan: string;
  meter: string;
  modality: string;
  unit: string;
  resolution: string;
  quality: string;
  prompt_over: number | null;
  prompt_up_to: number | null;
  used_over: number | null;
  used_up_to: number | null;
  period: string;
  context: string;
  basis: string;
  /** Exact, in plain notation. */
  price: string;
  currency: string;
  effective_from: string;
  effective_until: string;
  /** How its words were understood: `exact`, or `inferred: ` and the proof. */
  reading: string;
}

export interface Offer {
  provider: string;
  source: string;
  model: string;
  /** `provider/model`. */
  id: string;
  /** `provider/source`. */
  at: string;
  name: string;
  aliases: readonly string[];
  /** The day on which these prices were first read as they are. */
  observed: string;
  /** How far its source is trusted: `official`, `billed`, `by hand`, `reseller`. */
  grade: string;
  /** The day on which the model ends, where a page announces one; else empty. */
  shutdown: string;
  rates: readonly Rate[];
}

export interface Age {
  /** The day of the last good look at the source's page; empty if there was none. */
  verified: string;
  /** The days from there to the day asked for. */
  age_days: number | null;
  /** Whether that is longer than the source may go without a look. */
  stale: boolean;
}

export interface Line {
  rate: Rate;
  /** Exact numbers in plain notation. */
  quantity: string;
  amount: string;
  modality: string;
  /** Where the quantity is from, if it was not said. */
  how: string;
}

/** What a usage costs, how old that answer is, and of which grade. Amounts are exact, in plain notation. */
export interface Answer extends Age {
  model: string;
  /** `provider/source`. */
  source: string;
  tier: string;
  plan: string;
  on: string;
  total: string;
  currency: string;
  lines: Line[];
  grade: string;
  observed: string;
  shutdown: string;
}

/** What `data.js` holds; made by the Python side, for this module alone. */
export interface Data {
  day: string;
  [field: string]: unknown;
}

export interface Rates {
  offers: readonly Offer[];
  day: string;
  choose(name: string, source?: string): Offer;
  cost(model: string, usage: Usage, asked?: Asked): Answer;
  costOf(offer: Offer, usage: Usage, asked?: Omit<Asked, "source">): Answer;
  age(source: string, on?: string): Age;
  noun(unit: string): string;
  selecting(rate: Rate): string;
}

export function open(data: Data): Rates;
/** The product of numbers in plain notation, exactly. */
export function multiply(...numbers: string[]): string;
/** Below 0, 0 or above: which of two numbers in plain notation is the smaller. */
export function order(a: string, b: string): number;
/** A fraction of two whole numbers from digits as they are written. */
export function decimal(words: string): { n: bigint; d: bigint };
/** An amount for people: `$1,234.50`. */
export function shown(amount: string, currency: string, places?: number): string;
export function grouped(digits: string): string;
export function unitWords(unit: string): string;
/** What selects a rate beside its meter and modality, in words. */
export function conditions(rate: Rate): string;
export const RULES: Record<string, { meter: string; nouns: string[]; modalities?: string[]; measured?: boolean; by?: string }>;
