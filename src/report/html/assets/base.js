// Data, figures for people, and the pieces of SVG that every chart is made of.
// A page that is not of a run has none of its figures.
const data = {
  names: [], metrics: {}, series: [], operators: [], agreements: [], times: [], end: 0, marks: [],
  ...JSON.parse(document.getElementById("data").textContent),
};

// Metrics as objects: { labels..., figures... }.
const metric = name => {
  const m = data.metrics[name];
  if (!m) return [];
  return m.all ||= m.rows.map(row => {
    const one = {};
    m.labels.forEach((label, i) => { if (row[i] >= 0) one[label] = data.names[row[i]]; });
    m.figures.forEach((figure, i) => { one[figure] = row[m.labels.length + i] ?? null; });
    return one;
  });
};
const unit = name => data.metrics[name]?.unit ?? "";
const series = data.series.map(([metric, labels, statistic, values]) => ({
  metric, statistic, values,
  ...Object.fromEntries(labels.split(";").filter(Boolean).map(pair => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)];
  })),
}));
const curves = (metric, statistic, match = () => true) =>
  series.filter(s => s.metric === metric && s.statistic === statistic && match(s));
const sumOf = list => data.times.map((_, i) => list.reduce((sum, s) => sum + (s.values[i] ?? 0), 0));
const sum = (list, of = x => x) => list.reduce((total, one) => total + (of(one) ?? 0), 0);
const most = list => list.reduce((high, one) => Math.max(high, one ?? 0), 0);
const unique = list => [...new Set(list)];

// Figures as the terminal shows them.
const three = v => Math.abs(v) >= 99.95 ? v.toFixed(0) : Math.abs(v) >= 9.995 ? v.toFixed(1) : v.toFixed(2);
const count = v => v == null ? "-" : Math.round(v).toString().replace(/\B(?=(\d{3})+$)/g, ",");
const seconds = v => v == null ? "-" : v === 0 ? "0" : v < 0.0009995 ? three(v * 1e6) + " us" :
  v < 0.9995 ? three(v * 1e3) + " ms" : v < 119.5 ? three(v) + " s" : v < 7170 ? three(v / 60) + " min" : three(v / 3600) + " h";
const percent = v => v == null ? "-" : (v * 100).toFixed(1) + " %";
const level = v => v == null ? "-" : v === 0 ? "0" : v >= 99.95 ? count(v) : v < 0.0995 ? String(Number(v.toPrecision(2))) : three(v);
const rate = v => v == null ? "-" : level(v) + "/s";
const clock = s => {
  const t = Math.round(s), two = n => String(n).padStart(2, "0");
  return t < 3600 ? `${Math.floor(t / 60)}:${two(t % 60)}` : `${Math.floor(t / 3600)}:${two(Math.floor(t / 60) % 60)}:${two(t % 60)}`;
};
const span = i => `${clock(data.times[i])} to ${clock(data.times[i + 1] ?? data.end)}`;
const trim = text => text.replace(/(\.\d*?)0+(?=\D|$)/, "$1").replace(/\.(?=\D|$)/, "");

// HTML and SVG.
const html = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => value != null && made.setAttribute(name, value));
  made.append(...children);
  return made;
};
// The parser knows the namespace, so that no address stands in the page.
const namespace = (() => { const d = document.createElement("div"); d.innerHTML = "<svg></svg>"; return d.firstChild.namespaceURI; })();
const svg = (tag, attributes = {}, ...children) => {
  const made = document.createElementNS(namespace, tag);
  Object.entries(attributes).forEach(([name, value]) => value != null && made.setAttribute(name, value));
  made.append(...children);
  return made;
};
const round = v => Math.round(v * 10) / 10;
// A picture is an image; one with parts that can be reached is a group of them.
const canvas = (figure, height, role = "img") => {
  const drawing = figure.querySelector(".drawing");
  const width = Math.max(280, Math.floor(drawing.clientWidth || 720));
  const made = svg("svg", { viewBox: `0 0 ${width} ${height}`, role, "aria-label": figure.dataset.label });
  drawing.replaceChildren(made);
  return { made, width, height, drawing };
};
const label = (x, y, words, anchor = "start", cls = "") => svg("text", { x: round(x), y: round(y), "text-anchor": anchor, class: cls || null }, words);
const line = (x1, y1, x2, y2, cls) => svg("line", { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2), class: cls });
const DASHES = ["", "7 3", "2 2.5", "9 3 2 3", "5 2", "1 3", "12 3", "3 3"];

// About `n` round steps up to `top`.
const steps = (top, n) => {
  if (!(top > 0)) return [0, 1];
  const raw = top / n, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find(m => m * power >= raw * 0.999) * power;
  const all = [];
  for (let v = 0; v < top + step * 0.999; v += step) all.push(Number(v.toPrecision(10)));
  return all;
};
const clockSteps = (end, n) => {
  const all = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
  const step = all.find(s => end / s <= n) ?? Math.ceil(end / n / 86400) * 86400;
  const made = [];
  for (let t = 0; t <= end + 1e-6; t += step) made.push(t);
  return made;
};
// Round times: decades up to ten seconds, then as clocks have them; more of them where there is room.
const logSteps = (low, high, roomy) => {
  const all = [60, 600, 3600, 36000, 360000, ...(roomy ? [20, 30, 120, 300, 1200, 1800, 7200] : [])];
  for (let e = -9; e <= 1; e++) for (const m of roomy && e < 1 ? [1, 2, 5] : [1]) all.push(m * 10 ** e);
  return all.filter(v => v >= low * 0.999 && v <= high * 1.001).sort((p, q) => p - q);
};
const tick = v => v === 60 ? "1 min" : trim(seconds(v));

const legend = items => html("ul", { class: "legend" }, ...items.map(([cls, words, dash]) => html("li", {},
  dash == null ? html("span", { class: `swatch ${cls}`, "aria-hidden": "true" }) :
    svg("svg", { viewBox: "0 0 22 10", "aria-hidden": "true" }, svg("path", { d: "M0 5H22", class: `curve stroke ${cls}`, "stroke-dasharray": dash })),
  words)));

const table = (head, rows) => html("div", { class: "wide", tabindex: "0" }, html("table", {},
  html("thead", {}, html("tr", {}, ...head.map(h => html("th", { scope: "col" }, h)))),
  html("tbody", {}, ...rows.map(row => html("tr", {}, ...row.map((cell, i) => i ? html("td", {}, cell) : html("th", { scope: "row" }, cell)))))));
// A table that is made when it is opened.
const behind = (figure, make) => {
  if (figure.nextElementSibling?.dataset?.made) figure.nextElementSibling.remove();
  const box = html("details", { "data-made": "1" }, html("summary", {}, "The table behind it"));
  box.addEventListener("toggle", () => { if (box.open && box.childElementCount === 1) box.append(make()); });
  figure.after(box);
};

// A box beside the pointer.
const tip = drawing => {
  let box = drawing.querySelector(".tip");
  if (!box) drawing.append(box = html("div", { class: "tip" }));
  return {
    show(x, y, title, rows) {
      box.replaceChildren(html("b", {}, title), ...rows.map(([cls, words, value]) => html("div", { class: "row" },
        ...(cls ? [html("span", { class: `swatch ${cls}` })] : []), html("span", {}, words), html("span", {}, value))));
      box.style.visibility = "visible";
      const room = drawing.clientWidth - box.offsetWidth;
      box.style.left = `${Math.max(0, Math.min(room, x + 14 > room ? x - box.offsetWidth - 14 : x + 14))}px`;
      box.style.top = `${Math.max(0, y - 10)}px`;
    },
    hide() { box.style.visibility = "hidden"; },
  };
};
const choose = (words, options, chosen, changed) => {
  const select = html("select", {}, ...options.map(([value, shown]) => html("option", { value }, shown)));
  select.value = chosen;
  select.addEventListener("change", () => changed(select.value));
  return html("label", {}, words, select);
};
const controls = (figure, ...parts) => {
  let box = figure.querySelector(".controls");
  if (!box) figure.querySelector(".drawing").before(box = html("div", { class: "controls" }));
  box.replaceChildren(...parts);
};
const after = (figure, ...parts) => {
  figure.querySelectorAll(".below").forEach(old => old.remove());
  figure.append(...parts.map(part => { part.classList.add("below"); return part; }));
};
const nothing = (figure, words) => {
  const { made } = canvas(figure, 40);
  made.append(label(0, 24, words));
};
