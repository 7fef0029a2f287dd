/* The prices that stand beside this module, ready to be asked. */
import data from "./data.js";
import { open } from "./ratecards.js";

export * from "./ratecards.js";
export const { day, offers, choose, cost, age } = open(data);
