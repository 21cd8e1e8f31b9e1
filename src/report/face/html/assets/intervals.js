// Changes of figures with their intervals, side by side around no change.
import { pointedAt, tip } from "./controls.js";
import { data } from "./data.js";
import {
  behind,
  below,
  canvas,
  label,
  legend,
  line,
  nothing,
  rectangle,
  round,
  svg,
  table,
} from "./dom.js";
import { trim } from "./format.js";
import { known, most } from "./lists.js";

/** @type {Partial<Record<Verdict, string>>} */
const COLOURS = { worse: "s1", better: "s2", changed: "s0", "cannot tell": "s7" };

/** `+5 %`, from the double on `x 2`, to the half `/ 2`. @param {number} ratio */
const change = (ratio) => {
  if (ratio >= 1.995) return `x ${Number(ratio.toPrecision(3))}`;
  if (ratio <= 0.5025) return `/ ${Number((1 / ratio).toPrecision(3))}`;
  const share = trim(Math.abs((ratio - 1) * 100).toFixed(1));
  if (share === "0") return "0 %";
  return `${ratio > 1 ? "+" : "-"}${share} %`;
};

/** Factors that read well, on either side of no change. */
const FACTORS = [1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 2, 5, 10, 100, 1000, 10000];

/**
 * Factors for an axis that reaches so far: the last, and those well before it.
 * @param {number} reach
 */
const marks = (reach) => {
  const top = FACTORS.findIndex((factor) => factor >= reach * 0.999);
  const last = FACTORS[top] ?? 10000;
  const before = FACTORS.filter((factor) => Math.log(factor) < 0.72 * Math.log(last));
  const inner = before.filter((factor) => Math.log(factor) > 0.3 * Math.log(last)).at(-1);
  const upper = inner ? [inner, last] : [last];
  return [...upper.map((factor) => 1 / factor).reverse(), 1, ...upper];
};

/**
 * No longer than so many letters.
 * @param {string} name
 * @param {number} letters
 */
const shortened = (name, letters) =>
  name.length > letters ? `${name.slice(0, letters - 1)}…` : name;

/**
 * The interval as a stroke, the value on it as a dot, or a square where it is worse.
 * @param {ChangeData} row
 * @param {number} y
 * @param {(ratio: number) => number} x
 */
const drawChange = ({ value, low, high, verdict }, y, x) => {
  const at = round(x(value));
  const sign =
    verdict === "worse"
      ? rectangle(at - 4, y - 4, 8, 8, { class: "fill" })
      : svg("circle", { cx: at, cy: y, r: 4.5, class: "fill" });
  if (low == null || high == null) return [sign];
  const style = { "stroke-width": 3, "stroke-opacity": 0.55 };
  return [line(x(low), y, x(high), y, "stroke", style), sign];
};

/** @param {HTMLElement} figure */
export const intervals = (figure) => {
  const rows = data.study.rows ?? [];
  if (!rows.length) {
    nothing(figure, "No figure moved, and of none it is open whether it did.");
    return;
  }
  const narrow = figure.clientWidth < 560;
  const gap = narrow ? 40 : 26;
  const { picture, width, frame } = canvas(figure, 62 + rows.length * gap, "group");
  const names = 24 + 7 * most(rows.map(({ name }) => name.length));
  const left = narrow ? 6 : Math.min(width * 0.55, names);
  const right = width - 70;
  const upper = 6;
  const lower = upper + rows.length * gap;
  const letters = Math.floor(narrow ? (width - 10) / 7.4 : (left - 16) / 7);
  const ends = known(rows.flatMap(({ value, low, high }) => [value, low, high]));
  const furthest = Math.max(...ends.map((ratio) => Math.max(ratio, 1 / ratio)));
  const ticks = marks(furthest);
  const reach = Math.log(ticks.at(-1) ?? 2);
  const x = (/** @type {number} */ ratio) => {
    const within = Math.max(-reach, Math.min(reach, Math.log(ratio)));
    return left + ((right - left) * (within + reach)) / (2 * reach);
  };
  ticks.forEach((ratio) => {
    const at = x(ratio);
    picture.append(
      line(at, upper, at, lower, ratio === 1 ? "axis" : "grid"),
      label(at, lower + 17, ratio === 1 ? "as A" : change(ratio), "middle"),
    );
  });
  const unit = "factor against A (log), with its 95 % interval";
  picture.append(label(right, lower + 38, unit, "end"));
  const box = tip(frame);
  rows.forEach((row, place) => {
    const y = upper + gap * (place + 0.5) + (narrow ? 8 : 0);
    const name = shortened(row.name, letters);
    const group = svg(
      "g",
      {
        class: COLOURS[row.verdict] ?? "s7",
        tabindex: "0",
        "aria-label": `${row.name}: ${row.words}, ${row.verdict}`,
      },
      rectangle(0, y - gap / 2, width, gap, { "fill-opacity": 0 }),
      narrow
        ? label(left, y - 10, name, "start", "strong halo")
        : label(left - 10, y + 4, name, "end", "strong"),
      ...drawChange(row, y, x),
      label(right + 8, y + 4, row.moved),
    );
    const show = () =>
      box.show(x(row.value), y + 8, row.name, [
        ["", row.verdict, ""],
        ["", "", row.words],
      ]);
    pointedAt(group, show, box.hide);
    picture.append(group);
  });
  const seen = Object.entries(COLOURS).filter(([verdict]) =>
    rows.some((row) => row.verdict === verdict),
  );
  const called = (/** @type {string} */ verdict) =>
    verdict === "cannot tell" ? "not proved" : verdict;
  below(figure, legend(seen.map(([words, colour]) => ({ words: called(words), colour }))));
  behind(figure, () =>
    table(
      ["figure", "verdict", "values and change", "95 % interval"],
      rows.map(({ name, verdict, words, interval }) => [name, verdict, words, interval ?? "-"]),
    ),
  );
};
