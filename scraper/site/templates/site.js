/* Search, filters, sorting, dates and the calculator. Every page reads without this. */
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const today = () => new Date().toISOString().slice(0, 10);
  const list = (words, usual) => (words ?? usual).split(" ");
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
    for (const node of all("time[data-stale]")) {
      const age = days(node.textContent, now), limit = Number(node.dataset.stale);
      const stale = limit && age > limit;
      node.classList.toggle("stale", stale);
      node.after(text("span", ` (${age <= 0 ? "today" : `${plural(age, "day")} ago`}${stale ? ", stale" : ""})`, stale ? "stale" : ""));
    }
    for (const node of all(".matrix [data-since], .matrix [data-until]")) {
      node.classList.toggle("later", (node.dataset.since || "") > now);
      node.classList.toggle("past", (node.dataset.until || "9999") < now);
    }
  }

  /* Of the figures in a cell, the one of a tier that holds today. */
  function figure(cell, tier) {
    const now = today(), figures = all("data", cell);
    const shown = figures.find((f) => list(f.dataset.tier, "standard").includes(tier) && (f.dataset.since || "") <= now && now <= (f.dataset.until || "9999"));
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
      row, place, provider: row.querySelector("a").getAttribute("href").split("/")[1], name: row.dataset.model,
      tiers: list(row.dataset.tiers, "standard"),
    }));
    const fields = ["q", "provider", "tier", "modality", "meter", "free"];
    const read = () => Object.fromEntries(fields.map((f) => [f, f === "free" ? ($(f).checked ? "1" : "") : $(f).value.trim()]));
    const has = (row, name, value) => !value || list(row.dataset[name], "").includes(value);

    function fits(r, want) {
      return terms(want.q).every((t) => [r.name, r.provider, r.row.dataset.words ?? ""].some((words) => words.includes(t))) &&
        (!want.provider || r.provider === want.provider) && (!want.tier || r.tiers.includes(want.tier)) &&
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
        return shown ? Number(shown.value) : null;
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

  /* ---- what things cost: the same module as the npm package (js/ratecards.js), as a classic script */
  const { CostError, RULES, conditions, grouped, multiply, order: bySize, shown, unitWords } = window.ratecards || {};
  const LABELS = {
    images: "Images made", seconds: "Seconds made", songs: "Songs made", characters: "Characters in",
    output_characters: "Characters out", input_images: "Images sent", input_seconds: "Seconds sent",
    input_minutes: "Minutes sent", output_minutes: "Minutes made", cache_token_hours: "Cached tokens × hours",
    grounded_prompts: "Prompts grounded with Search", search_queries: "Search queries", search_requests: "Search requests",
    maps_prompts: "Prompts grounded with Maps", maps_queries: "Maps queries", maps_requests: "Maps requests",
  };
  const href = (offer) => `models/${offer.provider}/${offer.model}.html`;
  /* Who says so, how far that is trusted, and how old it is. */
  const standing = (age, grade, at) => `${at}, ${grade}, last looked at ${age.verified || "never"}${age.verified ? ` (${plural(age.age_days, "day")} ago${age.stale ? ": too long to be sure" : ""})` : ""}`;

  /* ---- the rate table */
  function rates() {
    const prices = window.ratecards.open(window.RATECARDS);
    const LIMIT = 250;
    const rows = prices.offers.flatMap((offer) => offer.rates.map((rate) => ({
      ...rate, model: offer.model, source: offer.at, href: href(offer),
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
      price.append(text("b", shown(r.price, r.currency)));
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
    const data = window.RATECARDS;
    const { costOf, noun, offers: known, selecting } = window.ratecards.open(data);
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
      for (const [name, { meter, nouns, modalities = [], measured, by }] of Object.entries(RULES))
        for (const r of own)
          if (r.meter === meter && nouns.includes(noun(r.unit)) && (noun(r.unit) !== "request" || meter !== "output" || modalities.includes(r.modality))) {
            const size = by === "resolution" ? r.resolution : "";
            add(name, size, LABELS[name] + (size ? `, ${size}` : ""), measured);
          }
      // what is sold by the token alone can be asked for by the piece where a page says how many tokens it has
      if (of("output").includes("image"))
        for (const f of offer.formulas) {
          add("images", f.resolution, LABELS.images + (f.resolution ? `, ${f.resolution}` : ""));
          if (f.quality) add("quality", "", "Quality");
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
        const options = new Set(field.name === "quality"
          ? [...offer.rates, ...offer.formulas].map((one) => one.quality)
          : offer.rates.map((r) => (selecting(r) ? r.context : "")));
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
      if (!good) throw new CostError(`${(input.labels[0] || {}).firstChild.textContent.trim()}: expected a number from 0, saw “${input.value}”`);
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
        if (!offer()) throw new CostError(`No model “${$("model").value.trim()}”; choose one from the list.`);
        const found = costOf(offer(), usage(), { tier: $("tier").value, plan: $("plan").value });
        const day = number($("perday"), NUMBER), span = number($("days"), NUMBER);
        const month = multiply(found.total, day, span);
        const figure = (value, words, places) => {
          const div = text("div", "");
          div.append(text("b", shown(value, found.currency, places)), words);
          return div;
        };
        const totals = text("div", "", "totals");
        totals.append(figure(found.total, "one request"), figure(month, `${grouped(day)} a day for ${plural(Number(span), "day")}`, month !== "0" && bySize(month, "1") < 0 ? 20 : 2));
        box.replaceChildren(totals);
        lines(found);
        $("how").textContent = `By ${standing(found, found.grade, found.source)}, at the prices that hold on ${found.on}; first read ${found.observed}.${found.shutdown ? ` Its page announces the model's shutdown on ${found.shutdown}.` : ""} On the command line: ratecards cost.`;
      } catch (error) {
        if (!(error instanceof CostError)) throw error;
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
        const [digits, places] = l.quantity.split(".");
        const cells = [grouped(digits) + (places ? `.${places}` : ""), shown(l.rate.price, l.rate.currency), unitWords(l.rate.unit), shown(l.amount, l.rate.currency)];
        tr.append(head, ...cells.map((c, n) => text("td", c, n === 2 ? "" : "num")));
        return tr;
      }));
    }
    const kept = hash();
    const usual = (o) => data.documented.includes(o.at) && ["input", "output", "cache_read"].every((m) => o.rates.some((r) => r.meter === m));
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

  /* ---- the comparison */
  function compare() {
    const data = window.RATECARDS, { costOf, offers, age } = window.ratecards.open(data);
    const form = $("compare"), models = all(".model", form);
    const counts = ["input_tokens", "cached_tokens", "output_tokens", "images"];
    const fields = [...counts, "tier", "perday", "days"];
    // the first offer of a model is the one that answers for it
    const first = new Map();
    for (const offer of offers) if (offer.rates.length && !first.has(offer.id)) first.set(offer.id, offer);
    $("known").append(...[...first.keys()].map((id) => new Option(id, id)));
    const number = (id) => {
      const words = $(id).value.trim().replace(/[,_\s]/g, "") || "0";
      const good = /^[0-9]{1,15}$/.test(words);
      $(id).setAttribute("aria-invalid", String(!good));
      if (!good) throw new CostError(`${$(id).labels[0].firstChild.textContent.trim()}: expected a whole number from 0, saw “${$(id).value}”`);
      return words;
    };
    function row(id, usage, tier, together) {
      const offer = first.get(id);
      if (!offer) return { id, wrong: "not a model that has prices here; choose one from the list" };
      try {
        const found = costOf(offer, usage, { tier });
        return { id, offer, found, total: found.total, together: multiply(found.total, together) };
      } catch (error) {
        if (!(error instanceof CostError)) throw error;
        return { id, offer, wrong: error.message };
      }
    }
    function shownRow(one, least) {
      const tr = document.createElement("tr"), head = document.createElement("th");
      head.scope = "row";
      const link = text(one.offer ? "a" : "span", one.offer ? one.offer.model : one.id, "id");
      if (one.offer) link.href = href(one.offer);
      head.append(link);
      if (one.offer) head.append(text("small", standing(age(one.offer.at), one.offer.grade, one.offer.at)));
      tr.append(head);
      if (one.wrong) {
        const cell = text("td", one.wrong, "wrong");
        cell.colSpan = 2;
        tr.append(cell);
        return tr;
      }
      const { currency } = one.found, small = one.together !== "0" && bySize(one.together, "1") < 0;
      const ratio = least && least.found.currency === currency && least.total !== "0" ? `× ${(Number(one.total) / Number(least.total)).toFixed(2)}` : "";
      const together = text("td", "", "num");
      together.append(text("b", shown(one.together, currency, small ? 20 : 2)));
      together.append(text("small", one === least ? "cheapest" : ratio));
      tr.append(text("td", shown(one.total, currency), "num"), together);
      return tr;
    }
    function apply() {
      $("wrong").textContent = "";
      const chosen = [...new Set(models.map((m) => m.value.trim()).filter(Boolean))];
      keep({ models: chosen.join(" "), ...Object.fromEntries(fields.map((f) => [f, $(f).value])) });
      try {
        const usage = Object.fromEntries(counts.map((name) => [name, number(name)]));
        const together = multiply(number("perday"), number("days"));
        const rows = chosen.map((id) => row(id, usage, $("tier").value, together));
        rows.sort((a, b) => (a.wrong ? 1 : 0) - (b.wrong ? 1 : 0) || (a.wrong ? 0 : bySize(a.total, b.total)));
        const least = rows.find((one) => !one.wrong);
        $("costs").tBodies[0].replaceChildren(...rows.map((one) => shownRow(one, least)));
      } catch (error) {
        if (!(error instanceof CostError)) throw error;
        $("wrong").textContent = error.message;
      }
    }
    const kept = hash(), names = (kept.get("models") || form.dataset.models).trim().split(" ");
    models.forEach((input, n) => (input.value = names[n] || ""));
    for (const f of fields) if (kept.has(f)) $(f).value = kept.get(f);
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    apply();
  }

  /* ---- one model in somebody else's page: embed.html#model=google/gemini-2.5-flash&tier=batch */
  function embed() {
    const { offers, age } = window.ratecards.open(window.RATECARDS);
    const kept = hash(), tier = kept.get("tier") || "standard", id = kept.get("model") || "";
    const offer = offers.find((one) => one.id === id && one.rates.length);
    $("embed").textContent = id || "No model is named";
    if (!offer) {
      $("how").prepend(text("span", `Not a model that has prices here${id ? "" : ": add #model=PROVIDER/MODEL to the address"}. `));
      return;
    }
    const now = today(), own = offer.rates.filter((r) => r.service_tier === tier && r.plan === "paid" && (r.effective_until || "9999") >= now);
    const link = text("a", `${tier} tier, paid plan`);
    link.href = href(offer);
    link.target = "_top";
    $("how").replaceChildren(link, ` by ${standing(age(offer.at), offer.grade, offer.at)}.${own.length ? "" : " Nothing is sold so."}`);
    // modalities that differ in nothing else are one row
    const rows = new Map();
    for (const r of own) {
      const key = [r.meter, conditions(r), r.price, r.currency, r.unit].join("|");
      rows.set(key, [...(rows.get(key) || []), r]);
    }
    $("card").tBodies[0].append(...[...rows.values()].map((alike) => {
      const [r] = alike, tr = document.createElement("tr");
      const head = text("th", [r.meter.replace("_", " "), alike.map((one) => one.modality).filter(Boolean).join(", ")].filter(Boolean).join(" "));
      head.scope = "row";
      if (conditions(r)) head.append(text("small", conditions(r)));
      const price = text("td", "", "num");
      price.append(text("b", r.price === "0" ? "free" : shown(r.price, r.currency)));
      tr.append(head, price, text("td", unitWords(r.unit)));
      return tr;
    }));
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
  else for (const cell of all(".big dd:has(data)")) figure(cell, list(cell.querySelector("data").dataset.tier, "standard")[0]);
  if ($("rates")) rates();
  if ($("calculator")) calculator();
  if ($("compare")) compare();
  if ($("embed")) embed();
})();
