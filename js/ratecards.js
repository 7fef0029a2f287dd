/* What calls to AI models cost: the calculation of the Python package `ratecards`, in one module without a dependency.

   `open(data)` takes what `data.js` beside it holds and answers like `ratecards.cost`, by the same rules: a rate is
   selected stage by stage, and where none or several are left that is an error. Amounts are exact fractions of whole
   numbers, never binary floats. What a page does not say is "" in a rate, as in the data. */

export class CostError extends Error {}

/* ---- numbers: exact fractions, n / d */
const MOST = 10n ** 15n;
const NUMBER = /^([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]{1,3}))?$/;
/* As long as somebody who asks may write a number. */
const ASKED = /^[0-9]{1,40}(\.[0-9]{1,40})?([eE].*)?$/;
/* More places than any quantity times any price has. */
const PLACES = 40;

/* A fraction from digits as they are written. */
export function decimal(words) {
  const [, whole, places = "", power = "0"] = NUMBER.exec(words) || [];
  if (whole === undefined) throw new CostError(`expected a number, saw "${words}"`);
  const exponent = Number(power) - places.length;
  const n = BigInt(whole + places);
  return exponent < 0 ? { n, d: 10n ** BigInt(-exponent) } : { n: n * 10n ** BigInt(exponent), d: 1n };
}
const whole = (n) => ({ n: BigInt(n), d: 1n });
const times = (a, b) => ({ n: a.n * b.n, d: a.d * b.d });
const over = (a, b) => ({ n: a.n * b.d, d: a.d * b.n });
const plus = (a, b) => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
const minus = (a, b) => plus(a, { n: -b.n, d: b.d });
const compare = (a, b) => (a.n * b.d < b.n * a.d ? -1 : a.n * b.d > b.n * a.d ? 1 : 0);
const least = (a, b) => (compare(a, b) < 0 ? a : b);
const ZERO = whole(0);

/* A fraction in plain notation with all its digits, as far as `places`; half up. */
function plain(value, places = PLACES) {
  const scale = 10n ** BigInt(places);
  const digits = ((value.n * scale * 2n + value.d) / (value.d * 2n)).toString().padStart(places + 1, "0");
  const fraction = digits.slice(digits.length - places).replace(/0+$/, "");
  return digits.slice(0, digits.length - places) + (fraction && `.${fraction}`);
}

/* The product of numbers in plain notation: `multiply("0.1", "3")` is "0.3". */
export const multiply = (...numbers) => plain(numbers.map(decimal).reduce(times));

/* Which of two numbers in plain notation is the smaller: below 0, 0 or above, as sorting wants it. */
export const order = (a, b) => compare(decimal(a), decimal(b));

export const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");

/* An amount for people: thousands grouped, at least two decimals, and no more than `places`. */
export function shown(amount, currency, places = PLACES) {
  const [head, tail = ""] = plain(decimal(amount), places).split(".");
  const words = `${grouped(head)}.${tail.padEnd(2, "0")}`;
  return currency === "USD" ? `$${words}` : `${words} ${currency}`.trim();
}

/* ---- a rate in words */
export const unitWords = (unit) => unit.replace(/^1000000 /, "1M ").replace(/^1000 /, "1,000 ").replace(/^1 /, "");
const short = (n) => (n && n % 1e6 === 0 ? `${n / 1e6}M` : n && n % 1e3 === 0 ? `${n / 1e3}k` : grouped(String(n)));

/* What selects a rate beside its meter and modality. */
export function conditions(rate) {
  const words = [rate.resolution, rate.quality];
  if (rate.prompt_over !== null && rate.prompt_up_to !== null)
    words.push(`${short(rate.prompt_over)} < prompt <= ${short(rate.prompt_up_to)}`);
  else if (rate.prompt_over !== null) words.push(`prompt > ${short(rate.prompt_over)}`);
  else if (rate.prompt_up_to !== null) words.push(`prompt <= ${short(rate.prompt_up_to)}`);
  const per = rate.period ? `/${rate.period}` : "";
  if (rate.used_over !== null) words.push(`over ${grouped(String(rate.used_over))}${per}`);
  if (rate.used_up_to !== null) words.push(`up to ${grouped(String(rate.used_up_to))}${per}`);
  words.push(rate.context, rate.basis === "list" ? "" : rate.basis);
  if (rate.effective_from) words.push(`from ${rate.effective_from}`);
  if (rate.effective_until) words.push(`until ${rate.effective_until}`);
  return words.filter(Boolean).join(", ");
}
const called = (want) => want.meter.replace("_", " ") + (want.modalities.length ? ` (${want.modalities.join(" or ")})` : "");

/* ---- what was used: counts of things that have a price */
const MODALITIES = ["text", "image", "video", "audio"];
const IMAGE = ["image", "request"];
const LISTED = ["list", "equivalent"];
const TOKENS = ["input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "thoughts_tokens"];

/* What a plain count is a count of; measured ones may have decimals, `by` says what they may be given by. */
export const RULES = {
  images: { meter: "output", nouns: IMAGE, modalities: ["image"], by: "resolution" },
  seconds: { meter: "output", nouns: ["second"], measured: true, by: "resolution" },
  songs: { meter: "output", nouns: ["song", "request"], modalities: ["audio"] },
  characters: { meter: "input", nouns: ["character"], modalities: ["text"] },
  output_characters: { meter: "output", nouns: ["character"], modalities: ["text"] },
  input_images: { meter: "input", nouns: ["image"], modalities: ["image"] },
  input_seconds: { meter: "input", nouns: ["second"], measured: true, by: "modality" },
  input_minutes: { meter: "input", nouns: ["minute"], measured: true, by: "modality" },
  output_minutes: { meter: "output", nouns: ["minute"], measured: true, by: "modality" },
  cache_token_hours: { meter: "cache_storage", nouns: ["token-hour"], measured: true },
  grounded_prompts: { meter: "search_grounding", nouns: ["prompt"] },
  search_queries: { meter: "search_grounding", nouns: ["query"] },
  search_requests: { meter: "search_grounding", nouns: ["request"] },
  maps_prompts: { meter: "maps_grounding", nouns: ["prompt"] },
  maps_queries: { meter: "maps_grounding", nouns: ["query"] },
  maps_requests: { meter: "maps_grounding", nouns: ["request"] },
};
const USED = { search_grounding: "search_used", maps_grounding: "maps_used" };
const COUNTS = [...TOKENS, ...Object.keys(RULES)];
const FIELDS = [...COUNTS, ...Object.values(USED), "quality", "context", "reading"];

const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0n);
const isMapping = (value) => typeof value === "object" && value !== null;
/* A document is pages of which each is an image or text; what is not said is anything. */
const standsFor = (name) => (name === "" ? [] : name === "document" ? ["image", "text"] : [name]);

/* A count that has no halves: a number, a bigint, or digits. */
function count(name, value) {
  const fits = typeof value === "bigint" || Number.isSafeInteger(value) || (typeof value === "string" && /^[0-9]{1,16}$/.test(value));
  const found = fits ? BigInt(value) : -1n;
  if (found < 0n || found > MOST) throw new CostError(`${name}: expected a whole number from 0 to 10^15, saw ${JSON.stringify(String(value))}`);
  return found;
}
/* A measured quantity, decimals allowed; a number counts as what it prints. */
function measured(name, value) {
  const words = ["number", "bigint", "string"].includes(typeof value) ? String(value) : "";
  const found = ASKED.test(words) && NUMBER.test(words) ? decimal(words) : null;
  if (!found || compare(found, { n: MOST, d: 1n }) > 0) throw new CostError(`${name}: expected a number from 0 to 10^15, saw ${JSON.stringify(String(value))}`);
  return found;
}
function knownModality(name, modality) {
  if (modality && modality !== "document" && !MODALITIES.includes(modality))
    throw new CostError(`${name}: "${modality}" is not one of ${MODALITIES.join(", ")}, document`);
}

function byModality(name, usage, unsaid = "") {
  const found = {};
  const value = usage[name] ?? 0;
  for (const [modality, number] of Object.entries(isMapping(value) ? value : { "": value })) {
    knownModality(name, modality);
    const n = count(name, number), key = modality || unsaid;
    if (n) found[key] = (found[key] || 0n) + n;
  }
  return found;
}
const counted = (meter, n, modalities) => ({ meter, nouns: ["token"], modalities, resolution: "", used: 0n, amount: { n, d: 1n } });
const tokens = (meter, counts) => Object.entries(counts).map(([name, n]) => counted(meter, n, standsFor(name)));

/* The prompt, its cached share apart: that is billed as read from the cache and not as input. */
function inputs(sent, cached) {
  if (sum(cached) > sum(sent)) throw new CostError(`cached_tokens are a part of input_tokens: ${sum(cached)} of ${sum(sent)}`);
  if (cached[""] && Object.keys(sent).length > 1) {
    // nobody says what was cached, so all of it must cost the same
    const anyOf = [...new Set(Object.keys(sent).flatMap(standsFor))];
    return [counted("input", sum(sent) - sum(cached), anyOf), counted("cache_read", sum(cached), anyOf)];
  }
  const named = {};
  for (const [name, n] of Object.entries(cached)) named[name || Object.keys(sent)[0] || "text"] = n;
  for (const [name, n] of Object.entries(named))
    if (n > (sent[name] || 0n)) throw new CostError(`more ${name} tokens were cached (${n}) than sent (${sent[name] || 0n})`);
  const rest = Object.fromEntries(Object.entries(sent).map(([name, n]) => [name, n - (named[name] || 0n)]));
  return [...tokens("input", rest), ...tokens("cache_read", named)];
}

/* What is counted in anything but tokens. */
function* others(usage) {
  for (const [name, rule] of Object.entries(RULES)) {
    const value = usage[name] ?? null;
    if (value === null) continue;
    const field = USED[rule.meter];
    const used = field && (usage[field] ?? null) !== null ? count(field, usage[field]) : 0n;
    for (const [kind, number] of Object.entries(isMapping(value) && rule.by ? value : { "": value })) {
      const amount = rule.measured ? measured(name, number) : { n: count(name, number), d: 1n };
      const each = { meter: rule.meter, nouns: rule.nouns, modalities: rule.modalities || [], resolution: "", used, amount };
      if (rule.by === "modality" && kind) {
        knownModality(name, kind);
        yield { ...each, modalities: [kind] };
      } else yield { ...each, resolution: kind };
    }
  }
}

/* The counts of a usage, the size of its prompt in tokens, and the words that it says of all of them. */
function read(usage) {
  const unknown = Object.keys(usage).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw new CostError(`unknown count "${unknown}"; a usage may hold ${FIELDS.join(", ")}`);
  if (COUNTS.every((name) => (usage[name] ?? null) === null)) throw new CostError(`the usage counts nothing; it may hold ${COUNTS.join(", ")}`);
  const { quality, context, reading } = usage;
  const words = { quality: quality || "", context: context || "", reading: reading || "listed" };
  if (Object.values(words).some((word) => typeof word !== "string") || !["listed", "metered"].includes(words.reading))
    throw new CostError("quality and context are words, reading is one of listed, metered");
  const sent = byModality("input_tokens", usage, "text");
  const counts = [
    ...inputs(sent, byModality("cached_tokens", usage)),
    ...tokens("cache_write", byModality("cache_write_tokens", usage, "text")),
    ...tokens("output", byModality("output_tokens", usage)),
    ...tokens("output", byModality("thoughts_tokens", usage, "text")),
    ...others(usage),
  ];
  return { counts: counts.filter((c) => c.amount.n), prompt: Number(sum(sent)), ...words };
}

/* ---- the data: rows of numbers become rates; a row begins with how much of the one before it repeats */
function unpack(data) {
  const numbers = new Set(["prompt_over", "prompt_up_to", "used_over", "used_up_to"]);
  let row = [];
  const rate = ([repeated, ...rest]) => {
    row = [...row.slice(0, repeated), ...rest];
    return Object.fromEntries(data.fields.map((field, n) => {
      const word = data.words[row[n] || 0];
      if (field === "reading") return [field, word || "exact"];
      return [field, !numbers.has(field) ? word : word === "" ? null : Number(word)];
    }));
  };
  return data.offers.map((offer) => ({
    name: "", aliases: [], formulas: [], token_prices: [], guide: "", shutdown: "", ...offer,
    at: `${offer.provider}/${offer.source}`, id: `${offer.provider}/${offer.model}`, rates: offer.rates.map(rate),
  }));
}

const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const today = () => new Date().toISOString().slice(0, 10);
const daysBetween = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86400000);

/* The prices of `data`, as it is made by the Python side. */
export function open(data) {
  const offers = unpack(data);
  const size = (unit) => whole(data.units[unit][0]);
  const noun = (unit) => data.units[unit][1];
  const isApart = (rate) => rate.context.split(", ").some((word) => data.apart.includes(word));
  const selecting = (rate) => rate.context.split(", ").filter((word) => !data.plain.includes(word)).join(", ");
  const ofImages = (rate) => rate.meter === "output" && rate.modality === "image";
  const byToken = (rates) => rates.some((r) => ofImages(r) && noun(r.unit) === "token");
  const onlyByToken = (rates) => byToken(rates) && !rates.some((r) => ofImages(r) && IMAGE.includes(noun(r.unit)));
  const sold = (offer, tier, plan) => offer.rates.filter((r) => r.service_tier === tier && r.plan === plan);

  /* The rate for what is wanted, or several that share out a period's usage. */
  function select(at, want) {
    let rates = sold(at.offer, at.tier, at.plan);
    const lack = (words) => new CostError(`${at.offer.model} at ${at.offer.at} (${at.tier} tier, ${at.plan} plan): ${words}`);
    if (!rates.length) throw lack("not offered");
    const thing = called(want);
    const stage = (keeps, why) => {
      const left = rates.filter(keeps);
      if (!left.length) throw lack(why);
      rates = left;
    };
    const nearest = (near) => {
      const left = rates.filter(near);
      if (left.length) rates = left;
    };
    stage((r) => r.meter === want.meter, `no price for ${thing}`);
    stage((r) => r.context === want.context || !isApart(r), `${thing} is sold only in a context that must be asked for`);
    stage((r) => want.nouns.includes(noun(r.unit)) &&
      // a request is a picture only where the row says so
      (noun(r.unit) !== "request" || !want.modalities.length || want.modalities.includes(r.modality)),
    `${thing} is not priced per ${want.nouns[0]}`);
    stage((r) => want.bases.includes(r.basis), `${thing} is not sold per ${want.nouns[0]}`);
    stage((r) => (r.modality || !want.modalities.length
      ? !want.modalities.length || want.modalities.includes(r.modality)
      : !data.text_alone.includes(at.offer.at) || want.modalities.includes("text")), `no price for ${thing}`);
    stage((r) => (!r.effective_from || r.effective_from <= at.day) && (!r.effective_until || at.day <= r.effective_until),
      `no price of ${thing} holds on ${at.day}`);
    stage((r) => (r.prompt_over === null || want.prompt > r.prompt_over) &&
      (r.prompt_up_to === null || want.prompt <= r.prompt_up_to), `no price of ${thing} for a prompt of ${grouped(String(want.prompt))} tokens`);
    const same = (asked, has) => !asked || asked.toLowerCase() === has.toLowerCase();
    stage((r) => same(want.resolution, r.resolution), `${want.resolution} is not sold`);
    stage((r) => same(want.quality, r.quality), `no quality "${want.quality}"`);
    stage((r) => !want.context || want.context === r.context, `no price "${want.context}"`);
    nearest((r) => r.basis === "list");
    nearest((r) => want.context || !selecting(r));
    nearest((r) => want.resolution || !r.resolution);
    nearest((r) => want.quality || !r.quality);
    // for each modality its own row, else the undivided one
    const split = new Set(rates.map((r) => r.modality));
    const rows = new Set(want.modalities.map((m) => (split.has(m) ? m : "")));
    rates = rates.filter((r) => !rows.size || rows.has(r.modality));
    const bands = new Map(), distinct = new Set();
    for (const r of rates) {
      const band = [r.used_over, r.used_up_to, r.period].join();
      distinct.add([band, r.price, r.unit, r.currency].join("|"));
      if (!bands.has(band)) bands.set(band, r);
    }
    if (distinct.size > bands.size) {
      const words = rates.map((r) => `${shown(r.price, r.currency)} (${[r.modality, conditions(r)].filter(Boolean).join(" ") || "plain"})`);
      throw lack(`${thing} has several prices; say which: ${[...new Set(words)].join(", ")}`);
    }
    return [...bands.values()].sort((a, b) => (a.used_over || 0) - (b.used_over || 0));
  }

  const line = (rate, quantity, modality, how = "") => ({
    rate, quantity, modality, how, amount: over(times(quantity, decimal(rate.price)), size(rate.unit)),
  });
  const said = (formula) => `${grouped(String(formula.tokens))} tokens an image`;

  /* What a count costs, as lines. */
  function lines(at, each, usage) {
    const want = {
      meter: each.meter, nouns: each.nouns, modalities: each.modalities, resolution: each.resolution, quality: usage.quality,
      // a page that sells by the token prints the price of a minute as an equivalent
      context: usage.context, prompt: usage.prompt, bases: each.nouns.includes("minute") ? LISTED : ["list"],
    };
    if (each.meter === "output" && each.nouns.includes("image")) return [image(at, each, want, usage)];
    const pieces = each.meter === "output" && each.nouns.includes("token") && (!each.modalities.length || each.modalities[0] === "image");
    if (pieces && at.offer.formulas.length) {
      const own = sold(at.offer, at.tier, at.plan);
      if (own.length && !byToken(own)) return [byThePiece(at, each, want, usage)];
    }
    const modality = (rate) => (each.modalities.length === 1 ? each.modalities[0] : rate.modality);
    const rates = select(at, want);
    const start = { n: each.used, d: 1n }, end = plus(start, each.amount);
    const found = [];
    let shared = ZERO;
    for (const rate of rates) {
      if (rates.length === 1 && rate.used_over === null && rate.used_up_to === null) return [line(rate, each.amount, modality(rate))];
      const from = whole(rate.used_over || 0);
      const part = minus(rate.used_up_to === null ? end : least(end, whole(rate.used_up_to)), least(start, from) === start ? from : start);
      if (part.n <= 0n) continue;
      shared = plus(shared, part);
      found.push(line(rate, part, modality(rate)));
    }
    if (compare(shared, each.amount)) throw new CostError(`${at.offer.model} at ${at.offer.at}: no one price for ${each.meter.replace("_", " ")} number ${plain(start)} to ${plain(end)} of the period`);
    return found;
  }

  /* Images as the page lists one, or metered: as many tokens as it says one has, at the token rate. */
  function image(at, each, want, usage) {
    const wanted = { ...want, nouns: ["token"], modalities: ["image"], resolution: "", quality: "" };
    const own = sold(at.offer, at.tier, at.plan);
    if (usage.reading !== "metered" && !(at.offer.formulas.length && onlyByToken(own)))
      return line(select(at, { ...want, bases: LISTED })[0], each.amount, "image");
    const fits = (f) => f.resolution.toLowerCase() === want.resolution.toLowerCase() && ["", want.quality.toLowerCase()].includes(f.quality);
    const formula = at.offer.formulas.find(fits);
    if (!formula) {
      const known = at.offer.formulas.map((f) => [f.resolution, f.quality].filter(Boolean).join(", ")).filter(Boolean);
      throw new CostError(`${at.offer.model}: no page says how many tokens such an image has${known.length ? `; known: ${known.join("; ")}` : ""}`);
    }
    return line(metered(at, wanted, formula), times(each.amount, whole(formula.tokens)), "image", said(formula) + at.offer.guide);
  }

  /* The rate of a token of an image: the table's, else what the page says beside it, as much less or more in
     another tier as an image is there. */
  function metered(at, wanted, formula) {
    if (!byToken(sold(at.offer, at.tier, at.plan))) {
      const listed = select(at, { ...wanted, nouns: IMAGE, resolution: formula.resolution, quality: formula.quality, bases: LISTED })[0];
      const beside = at.offer.token_prices.find((each) => each.currency === listed.currency);
      if (beside && formula.amount && decimal(formula.amount).n && decimal(listed.price).n) {
        // a price that no decimal holds is rounded so far behind that no amount shows it
        const price = plain(times(decimal(beside.amount), over(decimal(listed.price), decimal(formula.amount))), 2 * PLACES);
        return { ...listed, unit: beside.unit, resolution: "", price, basis: "equivalent" };
      }
    }
    return select(at, wanted)[0];
  }

  /* Tokens of images that are sold by the piece: as images where they are whole ones, else metered. */
  function byThePiece(at, each, want, usage) {
    const { formulas } = at.offer;
    const where = `${at.offer.model} at ${at.offer.at}`;
    if (!each.modalities.length)
      throw new CostError(`${where}: say how many of the ${plain(each.amount)} output tokens are of images: they are sold by the piece`);
    const fitting = formulas.filter((f) => each.amount.n % BigInt(f.tokens) === 0n);
    const how = `${grouped(plain(each.amount))} output tokens are`;
    if (usage.reading === "listed") {
      const found = fitting.map((f) => line(
        select(at, { ...want, nouns: IMAGE, resolution: f.resolution, quality: f.quality, bases: LISTED })[0],
        over(each.amount, whole(f.tokens)), "image", `${how} images; ${said(f)}`,
      ));
      if (found.length && found.every((one) => !compare(one.amount, found[0].amount))) return found[0];
    }
    const rates = formulas.map((f) => metered(at, want, f));
    if (rates.some((rate) => compare(decimal(rate.price), decimal(rates[0].price))))
      throw new CostError(`${where}: ${plain(each.amount)} tokens of images are of several prices; say the images by resolution`);
    return line(rates.at(-1), each.amount, "image", `${how}${fitting.length ? "" : " no whole number of images, and"} metered; ${said(formulas[0])}`);
  }

  /* A model's id as the table spells it, from what a person, a gateway or an API path writes. */
  function id(name) {
    const [publisher, ...prefixes] = data.prefixes;
    let model = name.trim().toLowerCase().split(publisher).at(-1);
    for (let prefix; (prefix = prefixes.find((each) => model.startsWith(each))) !== undefined;) model = model.slice(prefix.length);
    return model.split("@")[0] || model;
  }

  /* The offer that answers for an id or alias: the source asked for, else the provider's documentation. */
  function choose(name, source = "") {
    if (typeof name !== "string") throw new CostError("no model is named");
    const model = id(name);
    if (!source) {
      const number = data.names[model];
      if (number !== undefined) return offers[number];
      const held = offers.filter((o) => [o.model, o.id, ...o.aliases].includes(model)).map((o) => o.at);
      throw new CostError(held.length ? `${model} is held by ${[...new Set(held)].join(", ")}: name one as source` : `unknown model "${name}"`);
    }
    const own = offers.filter((o) => source === o.at || source === o.source);
    const found = own.find((o) => o.model === model || o.id === model) || own.filter((o) => o.aliases.includes(model));
    if (!Array.isArray(found)) return found;
    if (found.length !== 1) throw new CostError(found.length ? `${model} means several models of ${source}: ${found.map((o) => o.model).join(", ")}; name one` : `${model} is not held by ${source}`);
    return found[0];
  }

  /* How old what a source says is on a day: the last look at its page, the days since, and whether that is too long. */
  function age(source, on = today()) {
    const [verified = "", limit = null] = data.looks[source] || [];
    const days = verified ? daysBetween(verified, on) : null;
    return { verified, age_days: days, stale: limit !== null && days !== null && days > limit };
  }

  /* What a usage costs by one offer. */
  function costOf(offer, usage, { tier = "standard", plan = "paid", on = today() } = {}) {
    if (!DAY.test(on) || Number.isNaN(Date.parse(on))) throw new CostError(`expected a day like 2026-03-24, saw "${on}"`);
    if (on < data.day) throw new CostError(`these are the prices of ${data.day}; what held on ${on} is not among them`);
    const said = read(usage);
    const at = { offer, tier, plan, day: on };
    const found = said.counts.flatMap((each) => lines(at, each, said));
    if (!found.length && !sold(offer, tier, plan).length) throw new CostError(`${offer.model} at ${offer.at}: the ${tier} tier is not offered on the ${plan} plan`);
    const currencies = [...new Set(found.map((l) => l.rate.currency))];
    if (currencies.length > 1) throw new CostError(`${offer.model}: amounts in ${currencies.join(" and ")} do not add up`);
    return {
      model: offer.model, source: offer.at, tier, plan, on, currency: currencies[0] || "",
      total: plain(found.reduce((a, l) => plus(a, l.amount), ZERO)),
      lines: found.map((l) => ({ ...l, quantity: plain(l.quantity), amount: plain(l.amount) })),
      grade: offer.grade, observed: offer.observed, ...age(offer.at, on), shutdown: offer.shutdown,
    };
  }

  const cost = (model, usage, { source = "", ...asked } = {}) => costOf(choose(model, source), usage, asked);
  return { offers, day: data.day, choose, cost, costOf, age, noun, selecting };
}
