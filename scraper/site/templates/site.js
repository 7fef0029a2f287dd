/* Search, filters, sorting, dates and the calculator. Every page reads without this. */
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const today = () => new Date().toISOString().slice(0, 10);
  const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86400000);
  const plural = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
  const text = (tag, words, name) => {
    const node = document.createElement(tag);
    node.textContent = words;
    if (name) node.className = name;
    return node;
  };

  /* ---- what depends on the day of reading: nothing of it stands in a file */
  function dates() {
    const now = today();
    for (const node of all(".countdown")) {
      const left = days(now, node.dataset.day);
      node.textContent = left > 0 ? `in ${plural(left, "day")}` : left ? `for ${plural(-left, "day")}` : "today";
    }
    for (const node of all(".age")) {
      const age = days(node.dataset.day, now);
      const limit = Number(node.dataset.stale);
      node.textContent = age <= 0 ? "today" : `${plural(age, "day")} ago`;
      if (limit && age > limit) {
        node.classList.add("stale");
        node.textContent += ", stale";
      }
    }
    for (const box of all(".old")) {
      const looks = all("[data-expires]", box);
      for (const look of looks) look.hidden = now <= look.dataset.expires;
      box.hidden = looks.every((look) => look.hidden);
    }
    for (const node of all(".price[data-since], .price[data-until]")) {
      node.classList.toggle("later", (node.dataset.since || "") > now);
      node.classList.toggle("past", (node.dataset.until || "9999") < now);
    }
  }

  /* Of the figures in a cell, the one of a tier that holds today. */
  function figure(cell, tier) {
    const now = today(), figures = all(".fig", cell);
    const shown = figures.find((f) => f.dataset.tier.split(" ").includes(tier) && (f.dataset.since || "") <= now && now <= (f.dataset.until || "9999"));
    for (const f of figures) f.hidden = f !== shown;
    return shown;
  }

  /* ---- the state of a page stands behind the # of its address, so that it can be kept and sent */
  const hash = () => new URLSearchParams(location.hash.slice(1));
  function keep(values) {
    const kept = new URLSearchParams();
    for (const [name, value] of Object.entries(values)) if (value) kept.set(name, value);
    const next = `#${kept}`;
    if (next !== (location.hash || "#")) history.replaceState(null, "", next);
  }

  const terms = (words) => words.toLowerCase().split(/\s+/).filter(Boolean);

  function sortable(table, apply) {
    for (const head of all("th[data-sort]", table))
      head.querySelector("button").addEventListener("click", () => {
        const order = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
        for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", order);
        apply();
      });
  }
  function order(table) {
    const head = table.querySelector("th[aria-sort]");
    return head ? [head.dataset.sort, head.getAttribute("aria-sort") === "ascending" ? 1 : -1] : ["", 1];
  }

  /* ---- prices: one row a model */
  function prices() {
    const table = $("prices"), body = table.tBodies[0];
    const rows = all("tr", body).map((row, place) => ({
      row, place, name: row.dataset.model, words: `${row.dataset.provider} ${row.dataset.words}`,
      tiers: row.dataset.tiers.split(" "),
    }));
    const fields = ["q", "provider", "tier", "modality", "meter", "free"];
    const read = () => Object.fromEntries(fields.map((f) => [f, f === "free" ? ($(f).checked ? "1" : "") : $(f).value.trim()]));
    const has = (row, name, value) => !value || row.dataset[name].split(" ").includes(value);

    function fits(r, want) {
      return terms(want.q).every((t) => r.name.includes(t) || r.words.includes(t)) &&
        (!want.provider || r.row.dataset.provider === want.provider) && (!want.tier || r.tiers.includes(want.tier)) &&
        has(r.row, "modalities", want.modality) && has(r.row, "meters", want.meter) && (!want.free || r.row.dataset.free);
    }
    /* An id that is what was typed, that begins with it, that has it as a whole word, that has it. */
    function rank(r, q) {
      if (!q) return 0;
      const word = terms(q).join("-");
      const at = r.name.indexOf(word);
      if (r.name === word) return 0;
      if (at === 0) return 1;
      return at > 0 && r.name[at - 1] === "-" ? 2 : at > 0 ? 3 : 4;
    }
    function apply() {
      const want = read();
      const [by, sign] = order(table);
      const column = all("th[data-sort]", table).findIndex((head) => head.dataset.sort === by);
      const found = rows.filter((r) => fits(r, want));
      for (const r of rows) {
        r.row.hidden = true;
        r.row.classList.remove("best");
      }
      const key = (r) => {
        if (by === "name") return r.name;
        const shown = figure(r.row.cells[column], want.tier || r.tiers[0]);
        return shown ? Number(shown.dataset.value) : null;
      };
      for (const r of found) {
        r.row.hidden = false;
        for (const cell of all("td", r.row)) figure(cell, want.tier || r.tiers[0]);
        r.key = by ? key(r) : null;
      }
      found.sort((a, b) => {
        if (!by) return rank(a, want.q) - rank(b, want.q) || a.place - b.place;
        if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.place - b.place;
        return (a.key < b.key ? -sign : a.key > b.key ? sign : 0) || a.place - b.place;
      });
      body.append(...found.map((r) => r.row));
      if (want.q && found.length && !by) found[0].row.classList.add("best");
      $("nothing").hidden = found.length > 0;
      const plan = `${want.tier || "standard"} tier, paid plan, per 1M tokens unless a unit stands beside the price.`;
      $("status").textContent = `${plural(found.length, "model")}, ${plan}`;
      keep(want);
    }
    function restore() {
      const kept = hash();
      for (const f of fields) if (f === "free") $(f).checked = kept.has(f); else $(f).value = kept.get(f) || "";
      apply();
    }
    for (const f of fields) $(f).addEventListener("input", apply);
    $("find").addEventListener("submit", (event) => {
      event.preventDefault();
      const first = body.querySelector("tr:not([hidden]) a");
      if (first) location.href = first.href;
    });
    $("clear").addEventListener("click", () => {
      for (const f of fields) if (f === "free") $(f).checked = false; else $(f).value = "";
      apply();
      $("q").focus();
    });
    addEventListener("hashchange", restore);
    sortable(table, apply);
    restore();
    $("q").focus();
  }

  /* ---- the data: rows of numbers become rates */
  function offers() {
    const data = window.RATECARDS;
    const numbers = new Set(["prompt_over", "prompt_up_to", "used_over", "used_up_to"]);
    return data.offers.map((offer) => ({
      name: "", aliases: [], tokens: {}, ...offer, id: `${offer.provider}/${offer.model}`, at: `${offer.provider}/${offer.source}`,
      rates: offer.rates.map((row) => {
        const rate = {};
        data.fields.forEach((field, n) => {
          const word = data.words[row[n] || 0];
          rate[field] = numbers.has(field) ? (word === "" ? null : Number(word)) : word;
        });
        return rate;
      }),
    }));
  }
  const unitWords = (unit) => unit.replace(/^1000000 /, "1M ").replace(/^1000 /, "1,000 ").replace(/^1 /, "");
  const short = (n) => (n && n % 1e6 === 0 ? `${n / 1e6}M` : n && n % 1e3 === 0 ? `${n / 1e3}k` : String(n));
  function conditions(rate) {
    const words = [rate.resolution, rate.quality];
    if (rate.prompt_over !== null) words.push(`prompt > ${short(rate.prompt_over)}`);
    if (rate.prompt_up_to !== null) words.push(`prompt <= ${short(rate.prompt_up_to)}`);
    const per = rate.period ? `/${rate.period}` : "";
    if (rate.used_over !== null) words.push(`over ${grouped(String(rate.used_over))}${per}`);
    if (rate.used_up_to !== null) words.push(`up to ${grouped(String(rate.used_up_to))}${per}`);
    words.push(rate.context, rate.basis === "list" ? "" : rate.basis);
    if (rate.effective_from) words.push(`from ${rate.effective_from}`);
    if (rate.effective_until) words.push(`until ${rate.effective_until}`);
    return words.filter(Boolean).join(", ");
  }

  /* ---- money: exact fractions of whole numbers, never binary floats */
  const decimal = (words) => {
    const [whole, fraction = ""] = words.split(".");
    return { n: BigInt(whole + fraction), d: 10n ** BigInt(fraction.length) };
  };
  const times = (a, b) => ({ n: a.n * b.n, d: a.d * b.d });
  const over = (a, k) => ({ n: a.n, d: a.d * BigInt(k) });
  const plus = (a, b) => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
  const whole = (n) => ({ n: BigInt(n), d: 1n });
  const compare = (a, b) => (a.n * b.d < b.n * a.d ? -1 : a.n * b.d > b.n * a.d ? 1 : 0);
  const minus = (a, b) => plus(a, { n: -b.n, d: b.d });
  const ZERO = whole(0);
  const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");
  /* Plain notation with all digits, as far as `places`; half up. */
  function plain(value, places = 20) {
    const scale = 10n ** BigInt(places);
    const digits = ((value.n * scale * 2n + value.d) / (value.d * 2n)).toString().padStart(places + 1, "0");
    const fraction = digits.slice(digits.length - places).replace(/0+$/, "");
    return digits.slice(0, digits.length - places) + (fraction && `.${fraction}`);
  }
  /* For people: thousands grouped, at least two decimals. */
  function shown(value, currency, places = 20) {
    const [head, tail = ""] = plain(value, places).split(".");
    const amount = `${grouped(head)}.${tail.padEnd(2, "0")}`;
    return currency === "USD" ? `$${amount}` : `${amount} ${currency}`.trim();
  }

  /* ---- which rate a count is billed by: the same stages as `ratecards cost` */
  class Lack extends Error {}
  const data = () => window.RATECARDS;
  const noun = (unit) => data().units[unit][1];
  const per = (rate) => over(decimal(rate.price), data().units[rate.unit][0]);
  const selecting = (rate) => rate.context.split(", ").filter((w) => !data().plain.includes(w)).join(", ");

  const apart = (rate) => rate.context.split(", ").some((w) => data().apart.includes(w));

  function pick(offer, want, tier, plan, day) {
    let rates = offer.rates.filter((r) => r.service_tier === tier && r.plan === plan);
    if (!rates.length) throw new Lack(`the ${tier} tier is not offered on the ${plan} plan`);
    const thing = want.meter.replace("_", " ") + (want.modalities.length ? ` (${want.modalities.join(" or ")})` : "");
    const stage = (keeps, why) => {
      const left = rates.filter(keeps);
      if (!left.length) throw new Lack(why);
      rates = left;
    };
    const nearest = (near) => {
      const left = rates.filter(near);
      if (left.length) rates = left;
    };
    stage((r) => r.meter === want.meter, `no price for ${thing}`);
    stage((r) => r.context === (want.context || "") || !apart(r), `${thing} is sold only in a context that must be asked for`);
    stage((r) => want.nouns.includes(noun(r.unit)) &&
      (noun(r.unit) !== "request" || !want.modalities.length || want.modalities.includes(r.modality)),
      `${thing} is not priced per ${want.nouns[0]}`);
    stage((r) => (want.bases || ["list"]).includes(r.basis), `${thing} is not sold per ${want.nouns[0]}`);
    stage((r) => r.modality || !want.modalities.length
      ? !want.modalities.length || want.modalities.includes(r.modality)
      : !data().text_alone.includes(offer.at) || want.modalities.includes("text"), `no price for ${thing}`);
    stage((r) => (!r.effective_from || r.effective_from <= day) && (!r.effective_until || day <= r.effective_until),
      `no price of ${thing} holds on ${day}`);
    stage((r) => (r.prompt_over === null || want.prompt > r.prompt_over) &&
      (r.prompt_up_to === null || want.prompt <= r.prompt_up_to), `no price of ${thing} for such a prompt`);
    const same = (a, b) => !a || a.toLowerCase() === b.toLowerCase();
    stage((r) => same(want.resolution, r.resolution), `${want.resolution} is not sold`);
    stage((r) => same(want.quality, r.quality), `no quality ${want.quality}`);
    stage((r) => !want.context || want.context === r.context, `no price “${want.context}”`);
    nearest((r) => r.basis === "list");
    nearest((r) => want.context || !selecting(r));
    nearest((r) => want.resolution || !r.resolution);
    nearest((r) => want.quality || !r.quality);
    const split = new Set(rates.map((r) => r.modality));
    const rows = new Set(want.modalities.map((m) => (split.has(m) ? m : "")));
    rates = rates.filter((r) => !rows.size || rows.has(r.modality));
    const bands = new Map(), distinct = new Set();
    for (const r of rates) {
      const band = [r.used_over, r.used_up_to, r.period].join();
      distinct.add([band, plain(decimal(r.price)), r.unit, r.currency].join("|"));
      if (!bands.has(band)) bands.set(band, r);
    }
    if (distinct.size > bands.size) {
      const words = rates.map((r) => `${shown(decimal(r.price), r.currency)} (${[r.modality, conditions(r)].filter(Boolean).join(" ") || "plain"})`);
      throw new Lack(`${thing} has several prices; say which: ${[...new Set(words)].join(", ")}`);
    }
    return [...bands.values()].sort((a, b) => (a.used_over || 0) - (b.used_over || 0));
  }

  /* What a form field counts: [meter, nouns, modalities], its words, and whether it may have decimals. */
  const RULES = {
    images: ["output", ["image", "request"], ["image"], "Images made"],
    seconds: ["output", ["second"], [], "Seconds made", true],
    songs: ["output", ["song", "request"], ["audio"], "Songs made"],
    characters: ["input", ["character"], ["text"], "Characters in"],
    output_characters: ["output", ["character"], ["text"], "Characters out"],
    input_images: ["input", ["image"], ["image"], "Images sent"],
    input_seconds: ["input", ["second"], [], "Seconds sent", true],
    input_minutes: ["input", ["minute"], [], "Minutes sent", true],
    cache_token_hours: ["cache_storage", ["token-hour"], [], "Cached tokens × hours", true],
    grounded_prompts: ["search_grounding", ["prompt"], [], "Prompts grounded with Search"],
    search_queries: ["search_grounding", ["query"], [], "Search queries"],
    search_requests: ["search_grounding", ["request"], [], "Search requests"],
    maps_prompts: ["maps_grounding", ["prompt"], [], "Prompts grounded with Maps"],
    maps_queries: ["maps_grounding", ["query"], [], "Maps queries"],
    maps_requests: ["maps_grounding", ["request"], [], "Maps requests"],
  };
  const USED = { search_grounding: "search_used", maps_grounding: "maps_used" };
  const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0n);

  function byModality(value, unsaid = "") {
    const found = {};
    for (const [name, n] of Object.entries(value && typeof value === "object" ? value : { "": value || 0 }))
      if (BigInt(n)) found[name || unsaid] = (found[name || unsaid] || 0n) + BigInt(n);
    return found;
  }
  const standsFor = (name) => (name === "" ? [] : name === "document" ? ["image", "text"] : [name]);
  const tokens = (meter, counts) => Object.entries(counts).map(([name, n]) => ({ meter, nouns: ["token"], amount: { n, d: 1n }, modalities: standsFor(name) }));

  function inputs(sent, cached) {
    if (sum(cached) > sum(sent)) throw new Lack(`cached tokens are a part of the input: ${sum(cached)} of ${sum(sent)}`);
    if (cached[""] && Object.keys(sent).length > 1) {
      const modalities = [...new Set(Object.keys(sent).flatMap(standsFor))];
      return [["input", sum(sent) - sum(cached)], ["cache_read", sum(cached)]].map(([meter, n]) => ({ meter, nouns: ["token"], amount: { n, d: 1n }, modalities }));
    }
    const named = {};
    for (const [name, n] of Object.entries(cached)) named[name || Object.keys(sent)[0] || "text"] = n;
    for (const [name, n] of Object.entries(named))
      if (n > (sent[name] || 0n)) throw new Lack(`more ${name} tokens were cached (${n}) than sent (${sent[name] || 0n})`);
    const rest = Object.fromEntries(Object.entries(sent).map(([name, n]) => [name, n - (named[name] || 0n)]));
    return [...tokens("input", rest), ...tokens("cache_read", named)];
  }

  /* What a usage costs by one offer: plain counts as `ratecards.cost` takes them. Throws a Lack. */
  function cost(offer, usage, tier = "standard", plan = "paid", day = today()) {
    const sent = byModality(usage.input_tokens, "text");
    const counts = [
      ...inputs(sent, byModality(usage.cached_tokens)), ...tokens("cache_write", byModality(usage.cache_write_tokens, "text")),
      ...tokens("output", byModality(usage.output_tokens)), ...tokens("output", byModality(usage.thoughts_tokens, "text")),
    ];
    for (const [name, [meter, nouns, modalities]] of Object.entries(RULES)) {
      const value = usage[name];
      if (value === undefined || value === null) continue;
      for (const [resolution, n] of Object.entries(typeof value === "object" ? value : { "": value }))
        counts.push({ meter, nouns, modalities, resolution, amount: decimal(String(n)), used: usage[USED[meter]] || 0 });
    }
    const prompt = Number(sum(sent));
    const words = { quality: usage.quality || "", context: usage.context || "" };
    const lines = counts.filter((c) => c.amount.n).flatMap((count) => bill(offer, { resolution: "", ...count, ...words, prompt }, usage, tier, plan, day));
    if (!lines.length && !offer.rates.some((r) => r.service_tier === tier && r.plan === plan))
      throw new Lack(`the ${tier} tier is not offered on the ${plan} plan`);
    const currencies = [...new Set(lines.map((l) => l.rate.currency))];
    if (currencies.length > 1) throw new Lack(`amounts in ${currencies.join(" and ")} do not add up`);
    return { lines, total: lines.reduce((a, l) => plus(a, l.amount), ZERO), currency: currencies[0] || "" };
  }

  function bill(offer, count, usage, tier, plan, day) {
    const line = (rate, quantity, how = "") => ({ rate, quantity, amount: times(quantity, per(rate)), modality: count.modalities.length === 1 ? count.modalities[0] : rate.modality, how });
    if (count.meter === "output" && count.nouns.includes("image")) {
      if (usage.reading !== "metered") return [line(pick(offer, { ...count, bases: ["list", "equivalent"] }, tier, plan, day)[0], count.amount)];
      const each = offer.tokens[count.resolution.toLowerCase()];
      if (!each) throw new Lack("the page does not say how many tokens an image has");
      const want = { ...count, nouns: ["token"], resolution: "" };
      return [line(pick(offer, want, tier, plan, day)[0], times(count.amount, whole(each)), `${grouped(String(each))} tokens an image`)];
    }
    if (count.meter === "output" && !count.modalities.length && Object.keys(offer.tokens).length) {
      const images = offer.rates.filter((r) => r.service_tier === tier && r.plan === plan && r.meter === "output" && r.modality === "image");
      if (!images.some((r) => noun(r.unit) === "token")) throw new Lack("images are sold by the piece: say how many of the output tokens are of them");
    }
    // a page that sells by the token prints the price of a minute as an equivalent
    if (count.nouns.includes("minute")) count = { ...count, bases: ["list", "equivalent"] };
    const start = whole(count.used || 0), end = plus(start, count.amount);
    const parts = [];
    let shared = ZERO;
    for (const rate of pick(offer, count, tier, plan, day)) {
      const to = rate.used_up_to === null || compare(whole(rate.used_up_to), end) > 0 ? end : whole(rate.used_up_to);
      const from = compare(start, whole(rate.used_over || 0)) > 0 ? start : whole(rate.used_over || 0);
      const part = minus(to, from);
      if (part.n > 0n) {
        shared = plus(shared, part);
        parts.push(line(rate, part));
      }
    }
    if (compare(shared, count.amount)) throw new Lack(`no one price for ${count.meter.replace("_", " ")} of the period`);
    return parts;
  }
  window.ratecards = { offers, cost, pick, plain, shown, Lack };

  /* ---- the rate table */
  function rates() {
    const LIMIT = 250;
    const rows = offers().flatMap((offer) => offer.rates.map((rate) => ({
      ...rate, model: offer.model, source: offer.at, href: `models/${offer.provider}/${offer.model}.html`,
      conditions: conditions(rate), words: `${offer.model} ${offer.name.toLowerCase()} ${offer.aliases.join(" ")}`,
    })));
    const table = $("rates"), filters = all("select[data-field]");
    let limit = LIMIT;
    for (const select of filters)
      for (const value of [...new Set(rows.map((r) => r[select.dataset.field]))].filter(Boolean).sort())
        select.append(new Option(value.replace("_", " "), value));
    function apply() {
      const words = terms($("rq").value);
      const [by, sign] = order(table);
      const found = rows.filter((r) => words.every((w) => r.words.includes(w)) && filters.every((f) => !f.value || r[f.dataset.field] === f.value));
      const key = by === "price" ? (r) => Number(r.price) : (r) => r[by];
      if (by) found.sort((a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0));
      table.tBodies[0].replaceChildren(...found.slice(0, limit).map(row));
      const cut = found.length > limit;
      $("more").hidden = !cut;
      $("more").textContent = `Show all ${grouped(String(found.length))}`;
      $("status").textContent = plural(found.length, "rate") + (cut ? `, the first ${limit} shown` : "");
      keep({ q: $("rq").value.trim(), ...Object.fromEntries(filters.map((f) => [f.dataset.field, f.value])) });
    }
    function row(r) {
      const tr = document.createElement("tr"), head = document.createElement("th"), link = text("a", r.model, "id");
      head.scope = "row";
      link.href = r.href;
      head.append(link);
      tr.append(head, ...[r.source, r.service_tier, r.plan, r.meter.replace("_", " "), r.modality, r.conditions].map((w) => text("td", w)));
      const price = text("td", "", "num");
      price.append(text("b", shown(decimal(r.price), r.currency)));
      tr.append(price, text("td", unitWords(r.unit)));
      return tr;
    }
    const kept = hash();
    $("rq").value = kept.get("q") || "";
    for (const f of filters) f.value = kept.get(f.dataset.field) || "";
    const fresh = () => {
      limit = LIMIT;
      apply();
    };
    for (const field of [$("rq"), ...filters]) field.addEventListener("input", fresh);
    $("ratefind").addEventListener("submit", (event) => event.preventDefault());
    $("more").addEventListener("click", () => {
      limit = Infinity;
      apply();
    });
    sortable(table, apply);
    apply();
  }

  /* ---- the calculator */
  function calculator() {
    const known = offers();
    const models = [...new Set(known.filter((o) => o.rates.length).map((o) => o.id))];
    $("known").append(...models.map((id) => new Option(id, id)));
    const choose = (select, values, kept) => {
      select.replaceChildren(...values.map((v) => new Option(v, v)));
      if (values.includes(kept)) select.value = kept;
    };
    /* Fields with a [name, key, label]: one for each thing that the offer prices in this tier and plan. */
    function fields(offer, tier, plan) {
      const found = new Map();
      const add = (name, key, label, decimals) => found.set(`${name}.${key}`, { name, key, label, decimals });
      const own = offer.rates.filter((r) => r.service_tier === tier && r.plan === plan);
      const of = (meter) => [...new Set(own.filter((r) => r.meter === meter && noun(r.unit) === "token").map((r) => r.modality))];
      for (const m of of("input")) add("input_tokens", m || "text", `Input tokens${m && of("input").length > 1 ? `, ${m}` : ""}`);
      if (of("cache_read").length) add("cached_tokens", "", "of these, cached");
      for (const m of of("output")) add("output_tokens", m, `Output tokens${m ? `, ${m}` : ""}`);
      for (const [name, [meter, nouns, modalities, label, decimals]] of Object.entries(RULES))
        for (const r of own)
          if (r.meter === meter && nouns.includes(noun(r.unit)) && (noun(r.unit) !== "request" || meter !== "output" || modalities.includes(r.modality))) {
            const size = name === "images" || name === "seconds" ? r.resolution : "";
            add(name, size, label + (size ? `, ${size}` : ""), decimals);
          }
      for (const r of own) {
        if (r.quality) add("quality", "", "Quality");
        if (selecting(r) && r.meter === "output") add("context", "", "Condition");
      }
      if (found.has("images.") && [...found.keys()].some((k) => k.startsWith("images.") && k !== "images.")) found.delete("images.");
      return [...found.values()];
    }
    const STANDARD = { "input_tokens.text": "1000", "output_tokens.text": "500", "output_tokens.": "500", "images.1K": "1", "images.": "1", "images.1024x1024": "1" };
    let values = {};
    function control(field, offer, fresh) {
      const id = `${field.name}.${field.key}`;
      const label = text("label", field.label);
      let input;
      if (field.name === "quality" || field.name === "context") {
        input = document.createElement("select");
        const options = new Set(offer.rates.map((r) => (field.name === "quality" ? r.quality : selecting(r) ? r.context : "")));
        choose(input, [...options].sort(), values[id] || (field.name === "quality" ? [...options].filter(Boolean).sort()[0] : ""));
      } else {
        input = document.createElement("input");
        input.inputMode = field.decimals ? "decimal" : "numeric";
        input.value = values[id] ?? (fresh ? STANDARD[id] || "0" : "0");
      }
      input.dataset.name = field.name;
      input.dataset.key = field.key;
      label.append(input);
      return label;
    }
    const NUMBER = /^(0|[1-9][0-9]{0,14})$/, DECIMAL = /^(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$/;
    function number(input, pattern) {
      const words = input.value.trim().replace(/[,_\s]/g, "") || "0";
      const good = pattern.test(words);
      input.setAttribute("aria-invalid", String(!good));
      if (!good) throw new Lack(`${(input.labels[0] || {}).firstChild.textContent.trim()}: expected a number from 0, saw “${input.value}”`);
      return words;
    }
    function usage() {
      const found = {};
      for (const input of all("[data-name]", $("counts"))) {
        const { name, key } = input.dataset;
        values[`${name}.${key}`] = input.value;
        if (name === "quality" || name === "context") {
          found[name] = input.value;
          continue;
        }
        const n = number(input, input.inputMode === "decimal" ? DECIMAL : NUMBER);
        if (n === "0") continue;
        found[name] = { ...found[name], [key]: n };
      }
      for (const name of Object.keys(found)) {
        const keys = typeof found[name] === "object" ? Object.keys(found[name]) : [];
        if (keys.length === 1 && keys[0] === "") found[name] = found[name][""];
      }
      return found;
    }
    const offer = () => known.find((o) => o.id === $("model").value.trim() && o.at === $("source").value);
    function sources(kept) {
      const own = known.filter((o) => o.id === $("model").value.trim() && o.rates.length);
      choose($("source"), own.map((o) => o.at), kept);
      tiers();
    }
    function tiers(tier = $("tier").value, plan = $("plan").value) {
      const own = offer() ? offer().rates : [];
      choose($("tier"), [...new Set(own.map((r) => r.service_tier))], tier);
      choose($("plan"), [...new Set(own.filter((r) => r.service_tier === $("tier").value).map((r) => r.plan))], plan);
      counts();
    }
    function counts() {
      const fresh = !Object.keys(values).length;
      const found = offer() ? fields(offer(), $("tier").value, $("plan").value) : [];
      $("counts").replaceChildren(...found.map((f) => control(f, offer(), fresh)));
      if (found.length && all("[data-name]", $("counts")).every((i) => i.tagName === "SELECT" || i.value === "0")) all("input", $("counts"))[0].value = "1";
      answer();
    }
    function answer() {
      const box = $("answer");
      $("bill").hidden = true;
      $("how").textContent = "";
      try {
        if (!offer()) throw new Lack(`No model “${$("model").value.trim()}”; choose one from the list.`);
        const found = cost(offer(), usage(), $("tier").value, $("plan").value);
        const day = number($("perday"), NUMBER), span = number($("days"), NUMBER);
        const month = times(found.total, times(whole(day), whole(span)));
        const figure = (value, words, places) => {
          const div = text("div", "");
          div.append(text("b", shown(value, found.currency, places)), words);
          return div;
        };
        const totals = text("div", "", "totals");
        totals.append(figure(found.total, "one request"), figure(month, `${grouped(day)} a day for ${plural(Number(span), "day")}`, month.n && compare(month, whole(1)) < 0 ? 20 : 2));
        box.replaceChildren(totals);
        lines(found);
        const [seen, expires] = data().looks[offer().at] || ["", ""];
        const old = expires && today() > expires ? `, which is ${plural(days(seen, today()), "day")} ago: too long to be sure` : "";
        $("how").textContent = `By ${offer().at}, as read ${offer().observed} and last looked at ${seen || "never"}${old}, at the prices that hold on ${today()}.${offer().shutdown ? ` Its page announces the model's shutdown on ${offer().shutdown}.` : ""} On the command line: ratecards cost.`;
      } catch (error) {
        if (!(error instanceof Lack)) throw error;
        box.replaceChildren(text("p", error.message, "wrong"));
      }
      keep({ model: $("model").value.trim(), source: $("source").value, tier: $("tier").value, plan: $("plan").value });
    }
    function lines(found) {
      $("bill").hidden = !found.lines.length;
      $("bill").tBodies[0].replaceChildren(...found.lines.map((l) => {
        const tr = document.createElement("tr"), head = text("th", [l.rate.meter.replace("_", " "), l.modality].filter(Boolean).join(" "));
        head.scope = "row";
        const more = [conditions(l.rate), l.how].filter(Boolean).join(", ");
        if (more) head.append(text("small", more));
        const cells = [grouped(plain(l.quantity).split(".")[0]) + (plain(l.quantity).split(".")[1] ? `.${plain(l.quantity).split(".")[1]}` : ""), shown(decimal(l.rate.price), l.rate.currency), unitWords(l.rate.unit), shown(l.amount, l.rate.currency)];
        tr.append(head, ...cells.map((c, n) => text("td", c, n === 2 ? "" : "num")));
        return tr;
      }));
    }
    const kept = hash();
    const usual = (o) => data().documented.includes(o.at) && ["input", "output", "cache_read"].every((m) => o.rates.some((r) => r.meter === m));
    $("model").value = kept.get("model") || (known.find(usual) || { id: models[0] || "" }).id;
    $("model").addEventListener("input", () => sources());
    $("source").addEventListener("input", () => tiers());
    $("tier").addEventListener("input", () => tiers());
    $("plan").addEventListener("input", () => counts());
    $("counts").addEventListener("input", answer);
    for (const id of ["perday", "days"]) $(id).addEventListener("input", answer);
    $("calculator").addEventListener("submit", (event) => event.preventDefault());
    sources(kept.get("source"));
    if (kept.has("tier")) tiers(kept.get("tier"), kept.get("plan") || "paid");
  }

  addEventListener("beforeprint", () => all("details:not([open])").forEach((d) => {
    d.open = true;
    d.dataset.printed = "";
  }));
  addEventListener("afterprint", () => all("details[data-printed]").forEach((d) => {
    d.open = false;
    delete d.dataset.printed;
  }));
  dates();
  if ($("prices")) prices();
  else for (const cell of all(".big dd:has([data-tier])")) figure(cell, cell.querySelector("[data-tier]").dataset.tier.split(" ")[0]);
  if ($("rates")) rates();
  if ($("calculator")) calculator();
})();
