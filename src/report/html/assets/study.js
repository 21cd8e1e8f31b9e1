// Charts of pages about more than one run: lines over a value, a heat map of two, intervals side by side.
const study = data.study ?? {};
const shown = unit => unit === "s" ? seconds : unit === "1/s" ? rate : unit === "share" ? percent : unit === "%" ? v => `${trim(v.toFixed(1))} %` : level;

// Lines over a value, with intervals where they are known. Without `names` the values are numbers, otherwise places in that list.
const over = (figure, { x, y, lines, bands = [], stops = [] }) => {
  lines = lines.map(l => ({ ...l, points: l.points.filter(p => p[1] != null && !(y.log && p[1] <= 0)) })).filter(l => l.points.length);
  if (!lines.length) return nothing(figure, "Nothing was seen.");
  const format = shown(y.unit), { made, width, drawing } = canvas(figure, 320);
  const left = 62, right = width - 24, upper = 40, lower = 262;
  const xs = unique([...lines.flatMap(l => l.points.map(p => p[0])), ...stops.map(s => s.at)]).sort((p, q) => p - q);
  const inner = (xs.at(-1) - xs[0]) * 0.04 || 0.5;
  const low = x.names || xs[0] > xs.at(-1) * 0.35 ? xs[0] - inner : 0, high = xs.at(-1) + inner;
  const px = v => left + (right - left) * (v - low) / (high - low);
  const ys = lines.flatMap(l => l.points.flatMap(p => [p[1], p[2], p[3]])).filter(v => v != null && (!y.log || v > 0));
  const top = most(ys) || 1, least = y.log ? Math.min(...ys) : Math.min(0, ...ys);
  const ticks = y.log ? logSteps(least / 1.2, top * 1.2, top / least < 100) : steps(top, 5);
  const floor = y.log ? Math.min(least / 1.2, ticks[0] ?? least) : least, ceiling = y.log ? Math.max(top * 1.2, ticks.at(-1) ?? top) : ticks.at(-1);
  const py = v => y.log ? lower - (lower - upper) * Math.log(Math.max(v, floor) / floor) / Math.log(ceiling / floor) : lower - (lower - upper) * (v - floor) / (ceiling - floor || 1);

  bands.forEach(b => made.append(svg("rect", { x: round(Math.max(left, px(b.from))), y: upper, width: round(Math.max(2, Math.min(right, px(b.to)) - Math.max(left, px(b.from)))), height: lower - upper, class: "stage" }, svg("title", {}, b.words))));
  ticks.forEach(v => made.append(line(left, py(v), right, py(v), "grid"), label(left - 8, py(v) + 4, y.log ? tick(v) : trim(format(v)), "end")));
  made.append(line(left, lower, right, lower, "axis"));
  const sign = v => x.names ? x.names[v] : trim(level(v));
  const places = x.names ? xs : steps(high, Math.max(3, Math.floor(width / 110))).filter(v => v >= low && v <= high);
  let free = -99;
  places.forEach(v => {
    const words = sign(v), half = words.length * 3.4;
    made.append(line(px(v), lower, px(v), lower + 5, "axis"));
    if (px(v) - half > free) { made.append(label(Math.min(px(v), right - half + 20), lower + 19, words, "middle")); free = px(v) + half + 6; }
  });
  made.append(label(left - 50, 14, y.name), label(right, lower + 40, x.name, "end"));
  let room = [-99, -99];
  stops.forEach(s => {
    const at = px(s.at), row = at > room[0] ? 0 : 1;
    made.append(line(at, upper, at, lower, "event"), label(at + 3, upper - 5 - row * 12, s.words, "start", "mark"));
    room[row] = at + s.words.length * 6;
  });
  lines.forEach((l, n) => {
    const cls = l.cls ?? "s" + n % 8, points = [...l.points].sort((p, q) => p[0] - q[0]);
    points.filter(p => p[2] != null).forEach(p => made.append(svg("line", { x1: round(px(p[0])), x2: round(px(p[0])), y1: round(py(p[2])), y2: round(py(p[3])), class: `stroke ${cls}`, "stroke-width": 1.5, "stroke-opacity": .6 })));
    made.append(svg("path", { d: points.map((p, i) => `${i ? "L" : "M"}${round(px(p[0]))} ${round(py(p[1]))}`).join(""), class: `curve stroke ${cls}`, "stroke-dasharray": l.dash ?? DASHES[n % 8] }));
    points.forEach(p => made.append(svg("circle", { cx: round(px(p[0])), cy: round(py(p[1])), r: 3, class: `fill ${cls}` })));
  });
  after(figure, legend(lines.map((l, n) => [l.cls ?? "s" + n % 8, l.name, l.dash ?? DASHES[n % 8]])));

  const cursor = line(0, upper, 0, lower, "cursor"), box = tip(drawing), words = p => format(p[1]) + (p[2] == null ? "" : ` (${format(p[2])} to ${format(p[3])})`);
  made.append(cursor);
  let at = -1;
  const point = i => {
    at = Math.max(0, Math.min(xs.length - 1, i));
    cursor.setAttribute("x1", px(xs[at])); cursor.setAttribute("x2", px(xs[at]));
    cursor.style.visibility = "visible";
    box.show(px(xs[at]), upper, `${x.name} ${sign(xs[at])}`, lines.map((l, n) => [l, n, l.points.find(p => p[0] === xs[at])]).filter(one => one[2]).map(([l, n, p]) => [l.cls ?? "s" + n % 8, l.name, words(p)]));
  };
  const away = () => { cursor.style.visibility = "hidden"; box.hide(); };
  made.addEventListener("pointermove", event => {
    const frame = made.getBoundingClientRect(), where = (event.clientX - frame.left) * width / frame.width;
    point(xs.reduce((best, v, i) => Math.abs(px(v) - where) < Math.abs(px(xs[best]) - where) ? i : best, 0));
  });
  made.addEventListener("pointerleave", away);
  made.addEventListener("blur", away);
  made.setAttribute("tabindex", "0");
  made.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) { event.preventDefault(); point(at + step); }
    if (event.key === "Escape") away();
  });
  behind(figure, () => table([x.name, ...lines.map(l => l.name)], xs.filter(v => lines.some(l => l.points.some(p => p[0] === v))).map(v => [sign(v), ...lines.map(l => { const p = l.points.find(one => one[0] === v); return p ? words(p) : "-"; })])));
};

// A chart that comes as it is to be drawn.
const ready = figure => over(figure, study.charts[figure.dataset.label]);

// Intervals side by side, around no change.
const intervals = figure => {
  const rows = study.rows, narrow = figure.clientWidth < 560, gap = narrow ? 40 : 26;
  if (!rows.length) return nothing(figure, "No figure moved, and of none it is open whether it did.");
  const { made, width, drawing } = canvas(figure, 62 + rows.length * gap, "group");
  const names = narrow ? 6 : Math.min(width * 0.55, 24 + 7 * most(rows.map(r => r.name.length)));
  const left = names, right = width - 70, upper = 6, lower = upper + rows.length * gap;
  const ends = rows.flatMap(r => [r.value, r.low, r.high]).filter(v => v != null);
  const reach = Math.min(2, steps(Math.max(0.01, ...ends.map(Math.abs)), 2).at(-1));
  const px = v => left + (right - left) * (Math.max(-reach, Math.min(reach, v)) + reach) / (2 * reach);
  const change = v => `${v > 0 ? "+" : ""}${trim((v * 100).toFixed(1))} %`;
  [-1, -.5, 0, .5, 1].forEach(part => made.append(line(px(part * reach), upper, px(part * reach), lower, part ? "grid" : "axis"), label(px(part * reach), lower + 17, change(part * reach), "middle")));
  made.append(label(right, lower + 38, "change against A, with its 95 % interval", "end"));
  const box = tip(drawing), TURN = { worse: "s1", better: "s2", changed: "s0", "cannot tell": "s7" };
  rows.forEach((r, i) => {
    const mid = upper + gap * (i + 0.5) + (narrow ? 8 : 0), cls = TURN[r.verdict] ?? "s7";
    const group = svg("g", { class: cls, tabindex: "0", "aria-label": `${r.name}: ${r.words}, ${r.verdict}` });
    group.append(svg("rect", { x: 0, y: round(mid - gap / 2), width, height: gap, "fill-opacity": 0 }));
    const most_letters = Math.floor((narrow ? (width - 10) / 7.4 : (names - 16) / 7)), name = r.name.length > most_letters ? r.name.slice(0, most_letters - 1) + "…" : r.name;
    group.append(narrow ? label(left, mid - 10, name, "start", "strong halo") : label(left - 10, mid + 4, name, "end", "strong"));
    if (r.low != null) group.append(svg("line", { x1: round(px(r.low)), x2: round(px(r.high)), y1: mid, y2: mid, class: "stroke", "stroke-width": 3, "stroke-opacity": .55 }));
    group.append(svg(r.verdict === "worse" ? "rect" : "circle", r.verdict === "worse" ? { x: round(px(r.value)) - 4, y: mid - 4, width: 8, height: 8, class: "fill" } : { cx: round(px(r.value)), cy: mid, r: 4.5, class: "fill" }));
    group.append(label(right + 8, mid + 4, change(r.value), "start"));
    const show = () => box.show(px(r.value), mid + 8, r.name, [["", r.verdict, ""], ["", "", r.words]]);
    ["pointerenter", "focus"].forEach(kind => group.addEventListener(kind, show));
    ["pointerleave", "blur"].forEach(kind => group.addEventListener(kind, box.hide));
    made.append(group);
  });
  after(figure, legend(Object.entries(TURN).filter(([v]) => rows.some(r => r.verdict === v)).map(([v, cls]) => [cls, v])));
  behind(figure, () => table(["figure", "verdict", "values and change", "95 % interval"], rows.map(r => [r.name, r.verdict, r.words, r.low == null ? "-" : `${change(r.low)} to ${change(r.high)}`])));
};

// What the points of a sweep differ in. An axis is a number where all its values are, with one unit.
const axes = (study.axes ?? []).map((axis, place) => {
  const parts = axis.values.map(v => /^(-?[\d_.]+)\s*(\D*)$/.exec(v));
  const numbers = parts.every(p => p && p[2] === parts[0][2]);
  const names = unique(axis.values);
  return { ...axis, place, numbers, label: axis.name + (numbers && parts[0][2] ? `, ${parts[0][2]}` : ""), names, at: axis.values.map((v, i) => numbers ? Number(parts[i][1].replaceAll("_", "")) : names.indexOf(v)) };
});
const unitOf = f => / share$/.test(f.name) || /utilisation/.test(f.name) ? "share" : f.unit;
const state = { figure: 0, x: Math.max(0, axes.findIndex(a => a.numbers)), y: axes.findIndex((_, i) => i !== Math.max(0, axes.findIndex(a => a.numbers))) };
const again = () => document.querySelectorAll("[data-chart=sweep],[data-chart=heat]").forEach(one => draw(one));
const figureChoice = () => choose("Figure", study.figures.map((f, i) => [i, f.name]), state.figure, v => { state.figure = Number(v); again(); });
const axisChoice = (words, key) => choose(words, axes.map((a, i) => [i, a.name]), state[key], v => { state[key] = Number(v); again(); });
const sweep = figure => {
  if (!axes.length || !study.figures.length) return nothing(figure, "There is one point alone.");
  controls(figure, figureChoice(), axisChoice("Over", "x"));
  const f = study.figures[state.figure], x = axes[state.x];
  const lines = new Map();
  f.values.forEach((v, i) => {
    const name = axes.filter(a => a !== x).map(a => `${a.name} ${a.values[i]}`).join(", ") || f.name;
    if (!lines.has(name)) lines.set(name, { name, points: [] });
    lines.get(name).points.push([x.at[i], v, f.low[i], f.high[i]]);
  });
  const all = [...lines.values()];
  over(figure, { x: { name: x.label, names: x.numbers ? null : x.names }, y: { name: `${f.name}, ${{ s: "seconds", "1/s": "a second", 1: "number" }[unitOf(f)] ?? unitOf(f)}`, unit: unitOf(f) }, lines: all.slice(0, 8) });
  if (all.length > 8) after(figure, html("p", { class: "note" }, `The first 8 of ${all.length} lines; the table of results has all.`));
};
const heat = figure => {
  const drawing = figure.querySelector(".drawing");
  controls(figure, figureChoice(), axisChoice("Across", "x"), axisChoice("Down", "y"));
  if (state.x === state.y) return drawing.replaceChildren(html("p", { class: "note" }, "Choose two different axes."));
  const f = study.figures[state.figure], x = axes[state.x], y = axes[state.y], format = shown(unitOf(f));
  const order = a => [...a.names].sort((p, q) => a.numbers ? a.at[a.values.indexOf(p)] - a.at[a.values.indexOf(q)] : 0);
  const cell = (across, down) => f.values.filter((v, i) => v != null && x.values[i] === across && y.values[i] === down);
  const values = order(y).map(down => order(x).map(across => cell(across, down)));
  const means = values.map(row => row.map(found => found.length ? sum(found) / found.length : null));
  const all = means.flat().filter(v => v != null), high = Math.max(...all), low = Math.min(...all);
  drawing.replaceChildren(html("div", { class: "wide", tabindex: "0", role: "region", "aria-label": f.name }, html("table", { class: "matrix" },
    html("thead", {}, html("tr", {}, html("th", { scope: "col" }, `${y.name} \\ ${x.name}`), ...order(x).map(v => html("th", { scope: "col" }, v)))),
    html("tbody", {}, ...order(y).map((down, i) => html("tr", {}, html("th", { scope: "row" }, down), ...order(x).map((across, j) => {
      const v = means[i][j], made = html("td", { title: `${x.name} ${across}, ${y.name} ${down}: ${v == null ? "no point" : format(v)}` }, v == null ? "-" : format(v));
      if (v != null && high > low) made.style.background = `color-mix(in srgb, var(--accent) ${Math.round(4 + 46 * (v - low) / (high - low))}%, transparent)`;
      return made;
    })))))));
  const several = values.flat().some(found => found.length > 1);
  after(figure, html("p", { class: "note" }, `${f.name}; the darker the higher.${several ? " Where several points share a cell, their mean." : ""}`));
};
