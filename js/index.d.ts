import type { Offer, Rates } from "./ratecards.js";

export type * from "./ratecards.js";
export { CostError, conditions, decimal, grouped, multiply, open, order, RULES, shown, unitWords } from "./ratecards.js";

/** The newest day on which any of these prices was looked at; an earlier day cannot be asked for. */
export const day: string;
/** Everything that is sold: a model of a source each. */
export const offers: readonly Offer[];
/** The offer that answers for an id or alias: of the source asked for, else of the provider's documentation. Throws a `CostError`. */
export const choose: Rates["choose"];
/** What a usage of a model costs, exactly. Throws a `CostError` that says what has no price. */
export const cost: Rates["cost"];
/** How old what a source says is on a day. */
export const age: Rates["age"];
