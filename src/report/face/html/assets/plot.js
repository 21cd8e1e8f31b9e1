// What every chart of lines has: axes, colours and dashes, and a cursor that the pointer and the
// arrow keys move.
import { label, line, svg } from "./dom.js";
import { tip } from "./controls.js";
import { tick, trim } from "./format.js";

const DASHES = ["", "7 3", "2 2.5", "9 3 2 3", "5 2", "1 3", "12 3", "3 3"];

/** The colour of the n-th of several. @param {number} place */
export const colourOf = (place) => `s${place % 8}`;

/** The dash of the n-th of several. @param {number} place */
export const dashOf = (place) => DASHES[place % 8];

/**
 * Gives lines that have none a colour and a dash by their order.
 * @template {{ name: string, colour?: string, dash?: string }} Line
 * @param {Line[]} lines
 */
export const told = (lines) =>
  lines.map((one, place) => ({
    ...one,
    words: one.name,
    colour: one.colour ?? colourOf(place),
    dash: one.dash ?? dashOf(place),
  }));

/**
 * @param {string} d
 * @param {{ colour: string, dash: string }} style
 * @param {"butt" | "round"} cap
 */
export const stroke = (d, { colour, dash }, cap) =>
  svg("path", {
    d,
    class: `curve stroke ${colour}`,
    "stroke-dasharray": dash,
    "stroke-linecap": cap,
  });

/**
 * Draws a vertical axis: a line across for each tick, with its figure.
 * @param {Element} picture
 * @param {Area} area
 * @param {Axis} axis
 * @param {{ format: Format, log: boolean }} shown
 */
export const drawVertical = (picture, { left, right, lower }, axis, { format, log }) => {
  axis.ticks.forEach((value) => {
    const y = axis.at(value);
    const words = log ? tick(value) : trim(format(value));
    picture.append(line(left, y, right, y, "grid"), label(left - 8, y + 4, words, "end"));
  });
  picture.append(line(left, lower, right, lower, "axis"));
};

/**
 * Lines across a chart with their words: limits, licences.
 * @param {Element} picture
 * @param {Area} area
 * @param {Level[]} levels
 * @param {(value: number) => number} at
 */
export const drawLevels = (picture, { left, right }, levels, at) => {
  levels.forEach((level) => {
    const y = at(level.at);
    picture.append(
      line(left, y, right, y, "limit"),
      label(left + 4, y - 4, level.words, "start", "limit halo"),
    );
  });
};

/**
 * A cursor over places in their order. `nearest` finds the place for where the pointer is, `at`
 * where a place lies, `title` and `rows` what is told of it.
 * @param {Canvas} canvas
 * @param {Area} area
 * @param {{
 *   places: number,
 *   nearest: (x: number) => number,
 *   at: (place: number) => number,
 *   title: (place: number) => string,
 *   rows: (place: number) => TipRow[],
 * }} what
 */
export const cursor = ({ picture, width, frame }, { upper, lower }, what) => {
  const stroke = line(0, upper, 0, lower, "cursor");
  const box = tip(frame);
  let current = -1;
  const move = (/** @type {number} */ place) => {
    current = Math.max(0, Math.min(what.places - 1, place));
    const x = what.at(current);
    ["x1", "x2"].forEach((end) => stroke.setAttribute(end, String(x)));
    stroke.style.visibility = "visible";
    box.show(x, upper, what.title(current), what.rows(current));
  };
  const leave = () => {
    stroke.style.visibility = "hidden";
    box.hide();
  };
  picture.append(stroke);
  picture.setAttribute("tabindex", "0");
  picture.addEventListener("pointermove", (event) => {
    const shown = picture.getBoundingClientRect();
    move(what.nearest(((event.clientX - shown.left) * width) / shown.width));
  });
  picture.addEventListener("pointerleave", leave);
  picture.addEventListener("blur", leave);
  picture.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      event.preventDefault();
      move(current + step);
    }
    if (event.key === "Escape") leave();
  });
};
