// Charts that know no run: curves over time, spreads on a logarithmic axis, bars.

// Curves over time with what changes marked. The axis ends at `top`, or not below `least`. Left and right move the cursor.
const overTime = (figure, { lines, unit, format, log = false, top = null, least = 0 }) => {
  lines = lines.filter(l => l.values.some(v => v != null));
  if (!lines.length || data.times.length < 2) return nothing(figure, "Nothing was seen over time.");
  const { made, width, drawing } = canvas(figure, 270);
  const left = 58, right = width - 20, upper = 34, lower = 222;
  const all = lines.flatMap(l => l.values).filter(v => v != null && (!log || v > 0));
  const high = top ?? (Math.max(most(all), least) || 1);
  const low = log ? Math.min(...all) : 0;
  const ticks = log ? logSteps(low / 1.2, high * 1.2, Math.log10(high / low) < 2) : steps(high, 4);
  const floor = log ? Math.min(low / 1.2, ticks[0] ?? low) : 0;
  const ceiling = log ? Math.max(high * 1.2, ticks.at(-1) ?? high) : ticks.at(-1);
  const y = log
    ? v => lower - (lower - upper) * Math.log(Math.max(v, floor) / floor) / Math.log(ceiling / floor)
    : v => lower - (lower - upper) * v / ceiling;
  const x = t => left + (right - left) * t / data.end;
  const middle = i => x((data.times[i] + (data.times[i + 1] ?? data.end)) / 2);

  marks(made, x, left, right, upper, lower);
  ticks.forEach(v => made.append(line(left, y(v), right, y(v), "grid"), label(left - 8, y(v) + 4, log ? tick(v) : trim(format(v)), "end")));
  made.append(line(left, lower, right, lower, "axis"));
  clockSteps(data.end, Math.max(3, Math.floor(width / 90))).forEach(t => made.append(line(x(t), lower, x(t), lower + 5, "axis"), label(x(t), lower + 19, clock(t), "middle")));
  made.append(label(left - 46, 12, unit), label(right, lower + 38, "minutes since the start of measuring", "end"));
  lines.forEach((l, n) => {
    let path = "", pen = false;
    l.values.forEach((v, i) => {
      if (v == null || (log && v <= 0)) return pen = false;
      const alone = !pen && l.values[i + 1] == null;
      path += `${pen ? "L" : "M"}${round(middle(i))} ${round(y(v))}${alone ? "h.1" : ""}`;
      pen = true;
    });
    made.append(svg("path", { d: path, class: `curve stroke ${l.cls ?? "s" + n % 8}`, "stroke-dasharray": l.dash ?? DASHES[n % 8], "stroke-linecap": "round" }));
  });
  after(figure, legend(lines.map((l, n) => [l.cls ?? "s" + n % 8, l.name, l.dash ?? DASHES[n % 8]])));

  const cursor = line(0, upper, 0, lower, "cursor"), box = tip(drawing);
  made.append(cursor);
  let at = -1;
  const point = i => {
    at = Math.max(0, Math.min(data.times.length - 1, i));
    const cx = middle(at);
    cursor.setAttribute("x1", cx); cursor.setAttribute("x2", cx);
    cursor.style.visibility = "visible";
    box.show(cx, upper, span(at), lines.map((l, n) => [l.cls ?? "s" + n % 8, l.name, format(l.values[at])]));
  };
  const away = () => { cursor.style.visibility = "hidden"; box.hide(); };
  made.addEventListener("pointermove", event => {
    const frame = made.getBoundingClientRect();
    const t = ((event.clientX - frame.left) * width / frame.width - left) / (right - left) * data.end;
    point(data.times.findLastIndex(start => start <= Math.max(0, t)));
  });
  made.addEventListener("pointerleave", away);
  made.setAttribute("tabindex", "0");
  made.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) { event.preventDefault(); point(at + step); }
    if (event.key === "Escape") away();
  });
  made.addEventListener("blur", away);
  behind(figure, () => table(["from", ...lines.map(l => l.name)], data.times.map((t, i) => [clock(t), ...lines.map(l => format(l.values[i]))])));
};

// Stages as shades, events as dashed lines, with their names as far as there is room.
const marks = (made, x, left, right, upper, lower) => {
  let free = left;
  data.marks.forEach(([from, to, short, long]) => {
    if (from > data.end) return;
    const start = x(from), end = x(Math.min(to ?? from, data.end));
    const shown = svg("g", {}, svg("title", {}, `${clock(from)}${to == null ? "" : " to " + clock(to)}: ${long}`));
    if (to != null) shown.append(svg("rect", { x: round(start), y: upper, width: round(Math.max(1, end - start)), height: lower - upper, class: short === "load × 1" ? "none" : "stage", "fill-opacity": short === "load × 1" ? 0 : null }));
    if (from > 0) shown.append(line(start, upper, start, lower, "event"));
    const long_enough = short.length * 6 + 6;
    if (start >= free && start + long_enough < right + 6) { shown.append(label(start + 3, upper - 5, short, "start", "mark")); free = start + long_enough; }
    made.append(shown);
  });
};

// Spreads: the least, percentiles and the most of each row on one logarithmic axis.
const POINTS = [["p50", "p50"], ["p90", "p90"], ["p95", "p95"], ["p99", "p99"], ["p999", "p99.9"]];
const spreads = (figure, rows) => {
  rows = rows.filter(r => r.it.count > 0 && r.it.max > 0);
  if (!rows.length) return nothing(figure, "Nothing was seen.");
  const names = Math.min(190, 14 + 6.6 * most(rows.map(r => r.name.length)));
  const height = 54 + rows.length * 30;
  const { made, width, drawing } = canvas(figure, height, "group");
  const narrow = width < 500;
  const left = narrow ? 8 : names, right = width - 16, upper = narrow ? 10 : 4;
  const gap = narrow ? 38 : 30;
  if (narrow) made.setAttribute("viewBox", `0 0 ${width} ${54 + rows.length * gap}`);
  const lower = upper + rows.length * gap;
  const low = Math.min(...rows.map(r => Math.max(r.it.min || 0, r.it.max / 1e6, 1e-6)));
  const high = most(rows.map(r => r.it.max));
  const x = v => left + (right - left) * Math.log(Math.max(v, low) / low) / Math.log(Math.max(high / low, 1.0001));
  let last = -99;
  logSteps(low, high, high / low < 300).forEach(v => {
    made.append(line(x(v), upper, x(v), lower, "grid"));
    if (x(v) - last > 52) { made.append(label(x(v), lower + 17, tick(v), "middle")); last = x(v); }
  });
  made.append(line(left, lower, right, lower, "axis"), label(right, lower + 36, "latency, logarithmic", "end"));
  const box = tip(drawing);
  rows.forEach((r, i) => {
    const y = upper + gap * (i + 0.5) + (narrow ? 7 : 0), cls = r.cls ?? "s0";
    const group = svg("g", { class: cls, tabindex: "0", "aria-label": `${r.name}: ${POINTS.map(([p, n]) => r.it[p] == null ? "" : `${n} ${seconds(r.it[p])}`).filter(Boolean).join(", ")}` });
    group.append(narrow ? label(left, y - 11, r.name, "start", "strong halo") : label(left - 10, y + 4, r.name, "end", "strong"));
    group.append(svg("rect", { x: left, y: round(y - gap / 2), width: right - left, height: gap, "fill-opacity": 0 }));
    group.append(svg("line", { x1: round(x(r.it.min)), x2: round(x(r.it.max)), y1: y, y2: y, class: "stroke", "stroke-width": 1.5, "stroke-opacity": .6 }));
    const known = POINTS.filter(([p]) => r.it[p] != null);
    if (known.length > 1) group.append(svg("rect", { x: round(x(r.it.p50)), width: round(Math.max(1, x(r.it[known.at(-1)[0]]) - x(r.it.p50))), y: y - 4, height: 8, rx: 2, class: "fill", "fill-opacity": .35 }));
    known.forEach(([p]) => group.append(p === "p50"
      ? svg("circle", { cx: round(x(r.it.p50)), cy: y, r: 5, class: "fill" })
      : svg("line", { x1: round(x(r.it[p])), x2: round(x(r.it[p])), y1: y - 7, y2: y + 7, class: "stroke", "stroke-width": 2 })));
    const show = () => box.show(x(r.it.p50 ?? r.it.max), y + 8, r.name, [["", "samples", count(r.it.count)], ["", "least", seconds(r.it.min)],
      ...known.map(([p, n]) => ["", n, seconds(r.it[p])]), ["", "most", seconds(r.it.max)]]);
    ["pointerenter", "focus"].forEach(kind => group.addEventListener(kind, show));
    ["pointerleave", "blur"].forEach(kind => group.addEventListener(kind, box.hide));
    made.append(group);
  });
  after(figure, html("p", { class: "note" }, "Dot: the median. Strokes to its right: p90, p95, p99, p99.9, as far as the samples carry them. Thin line: least to most."));
};

// Bars, each of parts that add up; `mark` is a stroke across.
const bars = (figure, { rows, unit, format, top = null, parts = [] }) => {
  if (!rows.length) return nothing(figure, "Nothing was seen.");
  const { made, width, drawing } = canvas(figure, 60 + rows.length * (figure.clientWidth < 500 ? 38 : 28), "group");
  const narrow = width < 500, gap = narrow ? 38 : 28;
  const names = Math.min(230, 14 + 6.8 * most(rows.map(r => r.name.length)));
  const left = narrow ? 4 : names, right = width - (rows.some(r => r.mark != null) ? 150 : 74), upper = 4, lower = upper + rows.length * gap;
  const high = top ?? (most(rows.map(r => Math.max(sum(r.parts, p => p.value), r.mark ?? 0))) || 1);
  const ticks = steps(high, width < 500 ? 3 : 6).filter(v => v <= high * 1.0001);
  const x = v => left + (right - left) * Math.min(v, high) / high;
  ticks.forEach(v => made.append(line(x(v), upper, x(v), lower, "grid"), label(x(v), lower + 17, trim(format(v)), "middle")));
  made.append(line(left, lower, right, lower, "axis"), label(right, lower + 36, unit, "end"));
  const box = tip(drawing);
  rows.forEach((r, i) => {
    const y = upper + gap * i + (narrow ? 16 : 4), thick = narrow ? 16 : 20;
    const group = svg("g", { tabindex: "0", "aria-label": `${r.name}: ${r.words}` });
    group.append(svg("rect", { x: left, y: upper + gap * i, width: right - left, height: gap, "fill-opacity": 0 }));
    group.append(narrow ? label(left, y - 3, r.name, "start", "strong halo") : label(left - 10, y + 14, r.name, "end", "strong"));
    let from = left;
    r.parts.forEach(p => {
      const long = x(p.value) - left;
      group.append(svg("rect", { x: round(from), y, width: round(Math.max(0, long)), height: thick, class: `fill ${p.cls}`, "fill-opacity": p.opacity ?? 1 }));
      from += long;
    });
    if (r.mark != null) group.append(line(x(r.mark), y - 2, x(r.mark), y + thick + 2, "axis"));
    group.append(label(Math.max(from, r.mark == null ? 0 : x(r.mark)) + 6, y + 14, r.shown, "start", "strong halo"));
    const show = () => box.show(Math.min(from, right), y + thick, r.name, r.tip);
    ["pointerenter", "focus"].forEach(kind => group.addEventListener(kind, show));
    ["pointerleave", "blur"].forEach(kind => group.addEventListener(kind, box.hide));
    made.append(group);
  });
  after(figure, ...(parts.length ? [legend(parts)] : []));
};
