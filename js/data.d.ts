import type { Data } from "./ratecards.js";
declare const data: Data;
export default data;
