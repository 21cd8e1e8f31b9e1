// Figures of a study over what its points differ in: lines over one axis, a heat map of two.
import { choice, controls, redraw } from "./controls.js";
import { data } from "./data.js";
import { below, frameOf, html, note, nothing } from "./dom.js";
import { formatOf } from "./format.js";
import { grouped, known, sum, unique } from "./lists.js";
import { overValue } from "./over_value.js";

/** Lines in one chart at most. */
const MOST_LINES = 8;

/**
 * @typedef {{
 *   name: string,
 *   label: string,
 *   values: string[],
 *   names: string[],
 *   at: number[],
 *   numbers: boolean,
 * }} Dimension
 */

/** Each value of an axis is a number, or a place in its list of names. @type {Dimension[]} */
const axes = (data.study.axes ?? []).map(({ name, unit, values, numbers }) => {
  const names = unique(values);
  return {
    name,
    label: name + (unit ? `, ${unit}` : ""),
    values,
    names,
    at: numbers ?? values.map((value) => names.indexOf(value)),
    numbers: numbers !== null,
  };
});
const figures = data.study.figures ?? [];

const first = Math.max(
  0,
  axes.findIndex(({ numbers }) => numbers),
);
/** What both charts show. */
const state = { figure: 0, x: first, y: axes.findIndex((_, place) => place !== first) };

/**
 * A list to choose a part of the state from.
 * @param {string} words
 * @param {"figure" | "x" | "y"} key
 * @param {{ name: string }[]} list
 */
const choose = (words, key, list) => {
  /** @type {[string, string][]} */
  const options = list.map(({ name }, place) => [String(place), name]);
  return choice(words, options, String(state[key]), (value) => {
    state[key] = Number(value);
    redraw("sweep", "heat");
  });
};

/** @type {Record<string, string>} */
const UNITS = { s: "seconds", "1/s": "a second", 1: "number" };

/** @param {HTMLElement} figure */
export const sweep = (figure) => {
  if (!axes.length || !figures.length) {
    nothing(figure, "There is one point alone.");
    return;
  }
  controls(figure, choose("Figure", "figure", figures), choose("Over", "x", axes));
  const shown = figures[state.figure];
  const x = axes[state.x];
  const others = axes.filter((axis) => axis !== x);
  const nameOf = (/** @type {number} */ point) =>
    others.map(({ name, values }) => `${name} ${values[point]}`).join(", ") || shown.name;
  const lines = [...grouped([...shown.values.keys()], nameOf)].map(([name, points]) => ({
    name,
    points: points.map((point) => [
      x.at[point],
      shown.values[point],
      shown.low[point],
      shown.high[point],
      Number(shown.least?.[point] ?? false),
    ]),
  }));
  const left = `The first ${MOST_LINES} of ${lines.length} lines; the table of results has all.`;
  overValue(figure, {
    x: { name: x.label, names: x.numbers ? null : x.names },
    y: { name: `${shown.name}, ${UNITS[shown.unit] ?? shown.unit}`, unit: shown.unit, log: false },
    lines: lines.slice(0, MOST_LINES),
    remark: lines.length > MOST_LINES ? left : "",
  });
};

/** The values of an axis in the order in which they are shown. @param {Dimension} axis */
const inOrder = ({ names, values, at, numbers }) => {
  const place = (/** @type {string} */ name) => at[values.indexOf(name)];
  return numbers ? [...names].sort((one, other) => place(one) - place(other)) : names;
};

/** @param {HTMLElement} figure */
export const heat = (figure) => {
  const frame = frameOf(figure);
  controls(
    figure,
    choose("Figure", "figure", figures),
    choose("Across", "x", axes),
    choose("Down", "y", axes),
  );
  if (state.x === state.y) {
    frame.replaceChildren(note("Choose two different axes."));
    return;
  }
  const shown = figures[state.figure];
  const format = formatOf(shown.unit);
  const x = axes[state.x];
  const y = axes[state.y];
  const columns = inOrder(x);
  const places = inOrder(y).map((down) =>
    columns.map((across) =>
      [...shown.values.keys()].filter((i) => x.values[i] === across && y.values[i] === down),
    ),
  );
  const values = places.map((row) =>
    row.map((cell) => known(cell.map((place) => shown.values[place]))),
  );
  const mean = (/** @type {number[]} */ list) =>
    list.length ? sum(list, (value) => value) / list.length : null;
  const means = values.map((row) => row.map(mean));
  const all = known(means.flat());
  const high = Math.max(...all);
  const low = Math.min(...all);
  const cell = (
    /** @type {Known} */ value,
    /** @type {boolean} */ least,
    /** @type {string} */ words,
  ) => {
    const figure = (least ? "≥ " : "") + format(value);
    const told = value == null ? "no point" : figure;
    const made = html("td", { title: `${words}: ${told}` }, figure);
    if (value != null && high > low) {
      const strength = Math.round(4 + (46 * (value - low)) / (high - low));
      made.style.background = `color-mix(in srgb, var(--accent) ${strength}%, transparent)`;
    }
    return made;
  };
  const titles = [`${y.name} \\ ${x.name}`, ...columns];
  const rows = inOrder(y).map((down, row) =>
    html(
      "tr",
      {},
      html("th", { scope: "row" }, down),
      ...columns.map((across, column) =>
        cell(
          means[row][column],
          places[row][column].some((place) => shown.least?.[place]),
          `${x.name} ${across}, ${y.name} ${down}`,
        ),
      ),
    ),
  );
  const made = html(
    "table",
    { class: "matrix" },
    html(
      "thead",
      {},
      html("tr", {}, ...titles.map((title) => html("th", { scope: "col" }, title))),
    ),
    html("tbody", {}, ...rows),
  );
  const box = { class: "wide", tabindex: "0", role: "region", "aria-label": shown.name };
  frame.replaceChildren(html("div", box, made));
  const several = values.flat().some((found) => found.length > 1);
  const mixed = several ? " Where several points share a cell, their mean." : "";
  below(figure, note(`${shown.name}; the stronger the colour, the higher.${mixed}`));
};
