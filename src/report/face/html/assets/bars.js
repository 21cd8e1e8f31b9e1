// Bars, each of parts that add up.
import { pointedAt, tip } from "./controls.js";
import { below, canvas, label, legend, line, nothing, rectangle, svg } from "./dom.js";
import { trim } from "./format.js";
import { most, sum } from "./lists.js";
import { steps } from "./scale.js";

/** @typedef {{ value: number, colour: string, opacity?: number }} Part */
/**
 * A bar: `mark` is a stroke across, `shown` stands at its end, `words` are read out.
 * @typedef {{
 *   name: string,
 *   parts: Part[],
 *   mark?: Known,
 *   shown: string,
 *   words: string,
 *   tip: TipRow[],
 * }} Bar
 */

/**
 * The parts of a bar side by side, from the left; where they end.
 * @param {Part[]} parts
 * @param {{ left: number, y: number, thick: number, x: (value: number) => number }} place
 */
const drawParts = (parts, { left, y, thick, x }) => {
  let end = left;
  const drawn = parts.map(({ value, colour, opacity = 1 }) => {
    const long = x(value) - left;
    const style = { class: `fill ${colour}`, "fill-opacity": opacity };
    const part = rectangle(end, y, long, thick, style);
    end += long;
    return part;
  });
  return { drawn, end };
};

/**
 * The axis ends at `top`; `colours` says what the colours mean.
 * @param {HTMLElement} figure
 * @param {{
 *   rows: Bar[],
 *   unit: string,
 *   format: Format,
 *   top?: number | null,
 *   colours?: { colour: string, words: string }[],
 * }} chart
 */
export const bars = (figure, { rows, unit, format, top = null, colours = [] }) => {
  if (!rows.length) {
    nothing(figure, "Nothing was seen.");
    return;
  }
  const each = figure.clientWidth < 500 ? 38 : 28;
  const { picture, width, frame } = canvas(figure, 60 + rows.length * each, "group");
  const narrow = width < 500;
  const gap = narrow ? 38 : 28;
  const names = Math.min(230, 14 + 6.8 * most(rows.map(({ name }) => name.length)));
  const marked = rows.some(({ mark }) => mark != null);
  const left = narrow ? 4 : names;
  const right = width - (marked ? 150 : 74);
  const upper = 4;
  const lower = upper + rows.length * gap;
  const long = rows.map(({ parts, mark }) =>
    Math.max(
      sum(parts, ({ value }) => value),
      mark ?? 0,
    ),
  );
  const high = top ?? (most(long) || 1);
  const x = (/** @type {number} */ value) => left + ((right - left) * Math.min(value, high)) / high;
  steps(high, narrow ? 3 : 6)
    .filter((value) => value <= high * 1.0001)
    .forEach((value) => {
      picture.append(
        line(x(value), upper, x(value), lower, "grid"),
        label(x(value), lower + 17, trim(format(value)), "middle"),
      );
    });
  picture.append(line(left, lower, right, lower, "axis"), label(right, lower + 36, unit, "end"));
  const box = tip(frame);
  rows.forEach((row, place) => {
    const y = upper + gap * place + (narrow ? 16 : 4);
    const thick = narrow ? 16 : 20;
    const { drawn, end } = drawParts(row.parts, { left, y, thick, x });
    const mark = row.mark == null ? [] : [x(row.mark)];
    const group = svg(
      "g",
      { tabindex: "0", "aria-label": `${row.name}: ${row.words}` },
      rectangle(left, upper + gap * place, right - left, gap, { "fill-opacity": 0 }),
      narrow
        ? label(left, y - 3, row.name, "start", "strong halo")
        : label(left - 10, y + 14, row.name, "end", "strong"),
      ...drawn,
      ...mark.map((at) => line(at, y - 2, at, y + thick + 2, "axis")),
      label(Math.max(end, ...mark) + 6, y + 14, row.shown, "start", "strong halo"),
    );
    const show = () => box.show(Math.min(end, right), y + thick, row.name, row.tip);
    pointedAt(group, show, box.hide);
    picture.append(group);
  });
  below(figure, ...(colours.length ? [legend(colours)] : []));
};
