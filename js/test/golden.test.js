/* The module beside `data.js` gives what the Python package gives: `golden.json`, in the folder that RATECARDS_JS names. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.env.RATECARDS_JS}/`);
const golden = JSON.parse(readFileSync(new URL("golden.json", folder), "utf8"));
const { CostError, choose, cost, multiply, order, shown } = await import(new URL("index.js", folder));

function asked(model, usage, options) {
  try {
    return cost(model, usage, options);
  } catch (error) {
    if (!(error instanceof CostError)) throw error;
    return null;
  }
}

test("every case costs the same", () => {
  assert.ok(golden.cases.length > 0);
  for (const [model, usage, options, ...expected] of golden.cases) {
    const found = asked(model, usage, options);
    const got = found && [found.total, found.currency, found.grade, found.verified, found.age_days, found.stale];
    assert.deepEqual(got, expected[0] === null ? null : expected, JSON.stringify([model, usage, options]));
    if (found) assert.equal(found.lines.reduce((sum, line) => sum + Number(line.amount), 0).toPrecision(9), Number(found.total).toPrecision(9));
  }
});

test("every name is answered for by the same source", () => {
  for (const [name, source, model] of golden.names) {
    if (source === null) assert.throws(() => choose(name), CostError, name);
    else assert.deepEqual([choose(name).at, choose(name).model], [source, model], name);
  }
});

const first = golden.cases.find(([, , , total]) => total !== null);
const REFUSED = [
  ["a count that is no whole number", { input_tokens: 1.5 }],
  ["a count below 0", { input_tokens: -1 }],
  ["a count that is too large", { input_tokens: 10n ** 15n + 1n }],
  ["digits with a sign", { input_tokens: "+1" }],
  ["a name that nobody knows", { input: 1 }],
  ["nothing", {}],
  ["a modality that there is not", { input_tokens: { smell: 1 } }],
  ["a measure that is no number", { input_seconds: "0x1" }],
  ["another reading", { images: 1, reading: "guessed" }],
  ["more cached than sent", { input_tokens: 1, cached_tokens: 2 }],
];
for (const [words, usage] of REFUSED)
  test(`${words} is refused`, () => assert.throws(() => cost(first[0], usage, first[2]), CostError));

test("a day before the prices were looked at is refused", () => {
  assert.throws(() => cost(first[0], first[1], { ...first[2], on: "2020-01-01" }), /these are the prices of/);
  assert.throws(() => cost(first[0], first[1], { ...first[2], on: "tomorrow" }), /expected a day/);
});

test("numbers stay exact", () => {
  assert.equal(multiply("0.1", "3"), "0.3");
  assert.equal(multiply("999999999999999", "0.000001", "30"), "29999999999.99997");
  assert.equal(multiply("1e-3", "2.50"), "0.0025");
  assert.deepEqual(["10", "9", "9.5"].sort(order), ["9", "9.5", "10"]);
  assert.equal(shown("1234.5", "USD"), "$1,234.50");
  assert.equal(shown("0.005", "EUR", 2), "0.01 EUR");
});
