// Lines over a value, with intervals where they are known.
import {
  behind,
  below,
  canvas,
  label,
  legend,
  line,
  note,
  nothing,
  rectangle,
  round,
  svg,
  table,
} from "./dom.js";
import { formatOf, level, trim } from "./format.js";
import { known, most, unique } from "./lists.js";
import { cursor, drawVertical, stroke, told } from "./plot.js";
import { steps, verticalAxis } from "./scale.js";

/** @typedef {{ at: number, value: number, low: Known, high: Known, least: boolean }} Dot */

/**
 * The points of a line that can be drawn, from left to right.
 * @param {Point[]} points
 * @param {boolean} log
 * @returns {Dot[]}
 */
const dots = (points, log) =>
  points
    .flatMap(([at, value, low, high, least]) => {
      if (at == null || value == null || (log && value <= 0)) return [];
      return [{ at, value, low: low ?? null, high: high ?? null, least: !!least }];
    })
    .sort((one, other) => one.at - other.at);

/**
 * Where values lie; those of a list of names are places in it.
 * @param {Area} area
 * @param {number[]} values
 * @param {string[] | null | undefined} names
 */
const horizontalAxis = ({ left, right }, values, names) => {
  const first = values[0];
  const last = values.at(-1) ?? first;
  const margin = (last - first) * 0.04 || 0.5;
  const low = names || first > last * 0.35 ? first - margin : 0;
  const high = last + margin;
  const at = (/** @type {number} */ value) =>
    left + ((right - left) * (value - low)) / (high - low);
  return { low, high, at };
};

/**
 * Figures below the axis, as far as they do not touch.
 * @param {Element} picture
 * @param {Area} area
 * @param {number[]} places
 * @param {(value: number) => number} at
 * @param {(value: number) => string} sign
 */
const drawHorizontal = (picture, { right, lower }, places, at, sign) => {
  let free = -99;
  places.forEach((value) => {
    const words = sign(value);
    const half = words.length * 3.4;
    const x = at(value);
    picture.append(line(x, lower, x, lower + 5, "axis"));
    if (x - half > free) {
      picture.append(label(Math.min(x, right - half + 20), lower + 19, words, "middle"));
      free = x + half + 6;
    }
  });
};

/**
 * Values that have a name: dashed lines with it, in two rows.
 * @param {Element} picture
 * @param {Area} area
 * @param {{ at: number, words: string }[]} stops
 * @param {(value: number) => number} at
 */
const drawStops = (picture, { upper, lower }, stops, at) => {
  const free = [-99, -99];
  stops.forEach(({ at: value, words }) => {
    const x = at(value);
    const row = x > free[0] ? 0 : 1;
    picture.append(
      line(x, upper, x, lower, "event"),
      label(x + 3, upper - 5 - row * 12, words, "start", "mark"),
    );
    free[row] = x + words.length * 6;
  });
};

/**
 * A line with its dots, and their intervals.
 * @param {Element} picture
 * @param {{ dots: Dot[], colour: string, dash: string }} shown
 * @param {(value: number) => number} x
 * @param {(value: number) => number} y
 */
const drawLine = (picture, shown, x, y) => {
  const { colour } = shown;
  shown.dots.forEach(({ at, low, high }) => {
    if (low == null || high == null) return;
    const style = { "stroke-width": 1.5, "stroke-opacity": 0.6 };
    picture.append(line(x(at), y(low), x(at), y(high), `stroke ${colour}`, style));
  });
  const place = (/** @type {Dot} */ { at, value }) => `${round(x(at))} ${round(y(value))}`;
  picture.append(stroke(`M${shown.dots.map(place).join("L")}`, shown, "butt"));
  shown.dots.forEach(({ at, value, least }) => {
    const [right, down] = [round(x(at)), round(y(value))];
    const sign = least
      ? svg("path", { d: `M${right} ${down - 9}l5 9h-10z`, class: `fill ${colour}` })
      : svg("circle", { cx: right, cy: down, r: 3, class: `fill ${colour}` });
    picture.append(sign);
  });
};

/**
 * Ranges of values, as shades with their meaning.
 * @param {Element} picture
 * @param {Area} area
 * @param {{ from: number, to: number, words: string }[]} bands
 * @param {(value: number) => number} at
 */
const drawBands = (picture, { left, right, upper, lower }, bands, at) => {
  bands.forEach(({ from, to, words }) => {
    const start = Math.max(left, at(from));
    const long = Math.max(2, Math.min(right, at(to)) - start);
    const band = rectangle(start, upper, long, lower - upper, { class: "stage" });
    band.append(svg("title", {}, words));
    picture.append(band);
  });
};

/**
 * Tells the figures of each value: beside the cursor, and in a table.
 * @param {HTMLElement} figure
 * @param {Canvas} drawing
 * @param {Area} area
 * @param {{
 *   name: string,
 *   values: number[],
 *   at: (value: number) => number,
 *   sign: (value: number) => string,
 *   format: Format,
 *   lines: { name: string, colour: string, dots: Dot[] }[],
 * }} what
 */
const tell = (figure, drawing, area, { name, values, at, sign, format, lines }) => {
  const words = (/** @type {Dot} */ { value, low, high, least }) => {
    const interval = low == null ? "" : ` (${format(low)} to ${format(high)})`;
    return (least ? "≥ " : "") + format(value) + interval;
  };
  const toldAt = (/** @type {number} */ value) =>
    lines.map((one) => {
      const dot = one.dots.find((dot) => dot.at === value);
      return { ...one, told: dot ? words(dot) : null };
    });
  cursor(drawing, area, {
    places: values.length,
    nearest: (where) => {
      const far = values.map((value) => Math.abs(at(value) - where));
      return far.indexOf(Math.min(...far));
    },
    at: (place) => at(values[place]),
    title: (place) => `${name} ${sign(values[place])}`,
    rows: (place) =>
      toldAt(values[place]).flatMap(({ colour, name, told }) =>
        told === null ? [] : [/** @type {TipRow} */ ([colour, name, told])],
      ),
  });
  behind(figure, () => {
    const rows = values
      .map((value) => ({ value, cells: toldAt(value).map(({ told }) => told) }))
      .filter(({ cells }) => cells.some((told) => told !== null));
    return table(
      [name, ...lines.map((one) => one.name)],
      rows.map(({ value, cells }) => [sign(value), ...cells.map((told) => told ?? "-")]),
    );
  });
};

/**
 * @param {HTMLElement} figure
 * @param {ReadyChart} chart
 */
export const overValue = (figure, { x, y, lines, bands = [], stops = [], remark = "" }) => {
  const shown = told(
    lines
      .map((one) => ({ name: one.name, dots: dots(one.points, y.log) }))
      .filter((one) => one.dots.length),
  );
  if (!shown.length) {
    nothing(figure, "Nothing was seen.");
    return;
  }
  const drawing = canvas(figure, 320);
  const { picture, width } = drawing;
  const area = { left: 62, right: width - 24, upper: 40, lower: 262 };
  const places = [...shown.flatMap((one) => one.dots), ...stops].map(({ at }) => at);
  const values = unique(places).sort((one, other) => one - other);
  const horizontal = horizontalAxis(area, values, x.names);
  const figures = known(
    shown.flatMap((one) => one.dots.flatMap(({ value, low, high }) => [value, low, high])),
  ).filter((value) => !y.log || value > 0);
  const low = y.log ? Math.min(...figures) : Math.min(0, ...figures);
  const vertical = verticalAxis(area, { low, high: most(figures) || 1, log: y.log, parts: 5 });
  const format = formatOf(y.unit);
  const sign = (/** @type {number} */ value) => x.names?.[value] ?? trim(level(value));

  drawBands(picture, area, bands, horizontal.at);
  drawVertical(picture, area, vertical, { format, log: y.log });
  const whole = steps(horizontal.high, Math.max(3, Math.floor(width / 110)));
  const within = whole.filter((value) => value >= horizontal.low && value <= horizontal.high);
  drawHorizontal(picture, area, x.names ? values : within, horizontal.at, sign);
  picture.append(
    label(area.left - 50, 14, y.name),
    label(area.right, area.lower + 40, x.name, "end"),
  );
  drawStops(picture, area, stops, horizontal.at);
  shown.forEach((one) => drawLine(picture, one, horizontal.at, vertical.at));
  const least = shown.some((one) => one.dots.some(({ least }) => least));
  const bounds = "Triangles are lower bounds: what was under way at the end could raise them.";
  const remarks = [remark, least ? bounds : ""].filter((words) => words);
  below(figure, legend(shown), ...remarks.map(note));

  tell(figure, drawing, area, {
    name: x.name,
    values,
    at: horizontal.at,
    sign,
    format,
    lines: shown,
  });
};
