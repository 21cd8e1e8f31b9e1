// Curves over the time of the run, with what changes marked.
import { data, endOf, span } from "./data.js";
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
import { clock } from "./format.js";
import { known, most } from "./lists.js";
import { cursor, drawLevels, drawVertical, stroke, told } from "./plot.js";
import { clockSteps, verticalAxis } from "./scale.js";

/**
 * Stages as shades, events as dashed lines, with their names as far as there is room.
 * @param {Element} picture
 * @param {Area} area
 * @param {(instant: number) => number} x
 */
const drawMoments = (picture, { left, right, upper, lower }, x) => {
  let free = left;
  data.marks
    .filter((moment) => moment.from <= data.end)
    .forEach(({ from, to, short, long, usual }) => {
      const start = x(from);
      const end = x(Math.min(to ?? from, data.end));
      const until = to == null ? "" : ` to ${clock(to)}`;
      const shown = svg("g", {}, svg("title", {}, `${clock(from)}${until}: ${long}`));
      if (to != null) {
        const style = usual ? { "fill-opacity": 0 } : { class: "stage" };
        shown.append(rectangle(start, upper, Math.max(1, end - start), lower - upper, style));
      }
      if (from > 0) shown.append(line(start, upper, start, lower, "event"));
      const room = short.length * 6 + 6;
      if (start >= free && start + room < right + 6) {
        shown.append(label(start + 3, upper - 5, short, "start", "mark"));
        free = start + room;
      }
      picture.append(shown);
    });
};

/**
 * The axis of time below a chart.
 * @param {Element} picture
 * @param {Area} area
 * @param {number} parts
 * @param {(instant: number) => number} x
 */
const drawTime = (picture, { right, lower }, parts, x) => {
  clockSteps(data.end, parts).forEach((instant) => {
    picture.append(
      line(x(instant), lower, x(instant), lower + 5, "axis"),
      // The last one must not leave the page.
      label(x(instant), lower + 19, clock(instant), x(instant) > right - 20 ? "end" : "middle"),
    );
  });
  picture.append(label(right, lower + 38, "minutes since the start of measuring", "end"));
};

/**
 * A curve with gaps where nothing is known; a value between two gaps is a dot.
 * @param {Known[]} values
 * @param {(interval: number) => number} x
 * @param {(value: number) => number} y
 * @param {boolean} log
 */
const path = (values, x, y, log) => {
  let drawn = "";
  let pen = false;
  values.forEach((value, interval) => {
    if (value == null || (log && value <= 0)) {
      pen = false;
      return;
    }
    const alone = !pen && values[interval + 1] == null;
    drawn += `${pen ? "L" : "M"}${round(x(interval))} ${round(y(value))}${alone ? "h.1" : ""}`;
    pen = true;
  });
  return drawn;
};

/**
 * Names at the ends of lines, where there is room for each beside the others.
 * @param {Element} picture
 * @param {Area} area
 * @param {{ name: string, colour: string, values: Known[] }[]} lines
 * @param {(value: number) => number} y
 */
const drawNames = (picture, { right }, lines, y) => {
  const ends = lines
    .map(({ name, colour, values }) => ({ name, colour, value: known(values).at(-1) }))
    .filter(({ value }) => value != null)
    .map((end) => ({ ...end, y: y(end.value ?? 0) }))
    .sort((one, other) => one.y - other.y);
  let free = -Infinity;
  ends.forEach((end) => {
    if (end.y - free >= 13) {
      const words = label(right + 6, end.y + 4, end.name, "start", `end ${end.colour}`);
      picture.append(words);
      free = end.y;
    }
  });
};

/**
 * The axis ends at `top`, or not below `least`; `levels` are drawn across, and always in it.
 * @param {HTMLElement} figure
 * @param {{
 *   lines: TimeLine[],
 *   unit: string,
 *   format: Format,
 *   log?: boolean,
 *   top?: number | null,
 *   least?: number,
 *   levels?: Level[],
 * }} chart
 */
export const overTime = (
  figure,
  { lines, unit, format, log = false, top = null, least = 0, levels = [] },
) => {
  const shown = told(lines.filter((one) => known(one.values).length > 0));
  if (!shown.length || data.times.length < 2) {
    nothing(figure, "Nothing was seen over time.");
    return;
  }
  const drawing = canvas(figure, 270);
  const { picture, width } = drawing;
  // Names beside the lines where there is room for them.
  const room =
    width < 700 ? 14 : 10 + 6.4 * Math.min(24, most(shown.map((one) => one.name.length)));
  const area = { left: 58, right: width - room, upper: 34, lower: 222 };
  const all = known([...shown.flatMap((one) => one.values), ...levels.map(({ at }) => at)]).filter(
    (value) => !log || value > 0,
  );
  const high = top ?? (Math.max(most(all), least) || 1);
  const vertical = verticalAxis(area, { low: log ? Math.min(...all) : 0, high, log, parts: 4 });
  const x = (/** @type {number} */ instant) =>
    area.left + ((area.right - area.left) * instant) / data.end;
  const middle = (/** @type {number} */ interval) =>
    x((data.times[interval] + endOf(interval)) / 2);

  drawMoments(picture, area, x);
  drawVertical(picture, area, vertical, { format, log });
  drawTime(picture, area, Math.max(3, Math.floor(width / 90)), x);
  picture.append(label(area.left - 46, 12, unit));
  shown.forEach((one) =>
    picture.append(stroke(path(one.values, middle, vertical.at, log), one, "round")),
  );
  drawLevels(picture, area, levels, vertical.at);
  if (width >= 700) drawNames(picture, area, shown, vertical.at);
  below(figure, legend(shown));
  cursor(drawing, area, {
    places: data.times.length,
    nearest: (where) => {
      const instant = ((where - area.left) / (area.right - area.left)) * data.end;
      return data.times.findLastIndex((start) => start <= Math.max(0, instant));
    },
    at: middle,
    title: span,
    rows: (interval) => shown.map((one) => [one.colour, one.name, format(one.values[interval])]),
  });
  behind(figure, () =>
    table(
      ["from", ...shown.map((one) => one.name)],
      data.times.map((start, interval) => [
        clock(start),
        ...shown.map((one) => format(one.values[interval])),
      ]),
    ),
  );
};
