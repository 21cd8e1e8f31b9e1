// Spreads: the least, percentiles and the most of each row on one logarithmic axis.
import { pointedAt, tip } from "./controls.js";
import { below, canvas, label, line, note, nothing, rectangle, round, svg } from "./dom.js";
import { count, seconds, tick } from "./format.js";
import { most } from "./lists.js";
import { fineSteps, logSteps } from "./scale.js";

/** @typedef {"p50" | "p90" | "p95" | "p99" | "p999"} Percentile */
/** @typedef {{ name: string, colour: string, spread: Row }} Spread */

/** @type {[Percentile, string][]} */
const PERCENTILES = [
  ["p50", "p50"],
  ["p90", "p90"],
  ["p95", "p95"],
  ["p99", "p99"],
  ["p999", "p99.9"],
];

/**
 * The percentiles that the samples carry: name and value.
 * @param {Row} spread
 */
const percentiles = (spread) =>
  PERCENTILES.flatMap(([key, name]) => {
    const value = spread[key];
    return value == null ? [] : [{ key, name, value }];
  });

/**
 * A logarithmic axis of times for these rows and limits.
 * @param {Area} area
 * @param {Row[]} rows
 * @param {BoundData[]} limits
 */
const timeAxis = ({ left, right }, rows, limits) => {
  const ends = limits.map(({ at }) => at);
  const least = rows.map(({ min, max }) => Math.max(min || 0, (max ?? 0) / 1e6, 1e-6));
  const low = Math.min(...least, ...ends);
  const high = most([...rows.map(({ max }) => max), ...ends]);
  const decades = Math.log(Math.max(high / low, 1.0001));
  const at = (/** @type {Known | undefined} */ value) =>
    left + ((right - left) * Math.log(Math.max(value ?? 0, low) / low)) / decades;
  return { at, ticks: logSteps(low, high, true), fine: fineSteps(low, high) };
};

/**
 * @param {Element} picture
 * @param {Area} area
 * @param {ReturnType<typeof timeAxis>} axis
 */
const drawAxis = (picture, { left, right, upper, lower }, { at, ticks, fine }) => {
  let last = -99;
  fine.forEach((value) => picture.append(line(at(value), lower, at(value), lower + 4, "axis")));
  ticks.forEach((value) => {
    const x = at(value);
    picture.append(line(x, upper, x, lower, "grid"));
    if (x - last > 52) {
      picture.append(label(x, lower + 17, tick(value), "middle"));
      last = x;
    }
  });
  picture.append(
    line(left, lower, right, lower, "axis"),
    label(right, lower + 36, "latency, logarithmic", "end"),
  );
};

/**
 * The limit of a row's percentile, as a mark across the row.
 * @param {Spread} row
 * @param {BoundData[]} limits
 * @param {number} y
 * @param {ReturnType<typeof timeAxis>} axis
 */
const drawLimits = ({ name }, limits, y, { at }) =>
  limits
    .filter(({ route }) => !route || route === name)
    .flatMap(({ at: value, statistic, words }) => [
      line(at(value), y - 12, at(value), y + 12, "limit"),
      svg("title", {}, `${name}: limit of ${statistic}, ${words}`),
      label(at(value) + 4, y - 5, `${statistic} < ${words}`, "start", "limit halo"),
    ]);

/**
 * A row: thin from the least to the most, a box up to the last percentile, a dot at the median.
 * @param {Spread} row
 * @param {number} y
 * @param {ReturnType<typeof timeAxis>} axis
 */
const drawSpread = ({ spread }, y, { at }) => {
  const all = percentiles(spread);
  const style = { "stroke-width": 1.5, "stroke-opacity": 0.6 };
  const drawn = [line(at(spread.min), y, at(spread.max), y, "stroke", style)];
  const last = all.at(-1);
  const box =
    last && all.length > 1
      ? [
          rectangle(at(spread.p50), y - 4, Math.max(1, at(last.value) - at(spread.p50)), 8, {
            rx: 2,
            class: "fill",
            "fill-opacity": 0.35,
          }),
        ]
      : [];
  const signs = all.map(({ key, value }) =>
    key === "p50"
      ? svg("circle", { cx: round(at(value)), cy: y, r: 5, class: "fill" })
      : line(at(value), y - 7, at(value), y + 7, "stroke", { "stroke-width": 2 }),
  );
  return [...drawn, ...box, ...signs];
};

/**
 * @param {HTMLElement} figure
 * @param {Spread[]} all
 * @param {BoundData[]} limits
 */
export const spreads = (figure, all, limits = []) => {
  const rows = all.filter(({ spread }) => (spread.count ?? 0) > 0 && (spread.max ?? 0) > 0);
  if (!rows.length) {
    nothing(figure, "Nothing was seen.");
    return;
  }
  const drawing = canvas(figure, 54 + rows.length * 30, "group");
  const { picture, width, frame } = drawing;
  const narrow = width < 500;
  const gap = narrow ? 38 : 30;
  if (narrow) picture.setAttribute("viewBox", `0 0 ${width} ${54 + rows.length * gap}`);
  const names = Math.min(190, 14 + 6.6 * most(rows.map(({ name }) => name.length)));
  const upper = narrow ? 10 : 4;
  const lower = upper + rows.length * gap;
  const area = { left: narrow ? 8 : names, right: width - 16, upper, lower };
  const axis = timeAxis(
    area,
    rows.map(({ spread }) => spread),
    limits,
  );
  drawAxis(picture, area, axis);
  const box = tip(frame);
  rows.forEach((row, place) => {
    const { name, colour, spread } = row;
    const y = upper + gap * (place + 0.5) + (narrow ? 7 : 0);
    const told = percentiles(spread).map((one) => `${one.name} ${seconds(one.value)}`);
    const group = svg(
      "g",
      { class: colour, tabindex: "0", "aria-label": `${name}: ${told.join(", ")}` },
      narrow
        ? label(area.left, y - 11, name, "start", "strong halo")
        : label(area.left - 10, y + 4, name, "end", "strong"),
      rectangle(area.left, y - gap / 2, area.right - area.left, gap, { "fill-opacity": 0 }),
      ...drawSpread(row, y, axis),
      ...drawLimits(row, limits, y, axis),
    );
    const show = () =>
      box.show(axis.at(spread.p50 ?? spread.max), y + 8, name, [
        ["", "samples", count(spread.count)],
        ["", "least", seconds(spread.min)],
        ...percentiles(spread).map(
          (one) => /** @type {TipRow} */ (["", one.name, seconds(one.value)]),
        ),
        ["", "most", seconds(spread.max)],
      ]);
    pointedAt(group, show, box.hide);
    picture.append(group);
  });
  const words =
    "Dot: the median. Strokes to its right: p90, p95, p99, p99.9, as far as the samples carry " +
    "them. Thin line: least to most.";
  below(figure, note(words));
};
