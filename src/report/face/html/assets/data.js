// The figures of the page, as charts ask for them.
import { sum } from "./lists.js";
import { clock } from "./format.js";

/** @type {Required<PageData>} A page that is not of a run has none of its figures. */
export const data = {
  name: "",
  names: [],
  metrics: {},
  series: [],
  times: [],
  end: 0,
  marks: [],
  bounds: [],
  operators: [],
  agreements: [],
  stations: [],
  shades: [],
  stages: [],
  routes: [],
  study: {},
  ...JSON.parse(document.getElementById("data")?.textContent ?? "{}"),
};

/**
 * @param {MetricTable} table
 * @param {Known[]} cells
 * @returns {Row}
 */
const row = (table, cells) => {
  /** @type {Row} */
  const made = {};
  table.labels.forEach((label, place) => {
    const name = cells[place] ?? -1;
    if (name >= 0) made[label] = data.names[name];
  });
  table.figures.forEach((figure, place) => {
    made[figure] = cells[table.labels.length + place] ?? null;
  });
  return made;
};

/** @type {Map<MetricName, Row[]>} */
const made = new Map();

/**
 * All rows of a metric.
 * @param {MetricName} name
 */
export const metric = (name) => {
  const table = data.metrics[name];
  if (!table) return [];
  const rows = made.get(name) ?? table.rows.map((cells) => row(table, cells));
  made.set(name, rows);
  return rows;
};

/**
 * The rows of a metric by route, with nothing else told apart.
 * @param {MetricName} name
 */
export const byRoute = (name) =>
  metric(name).filter((row) => row.route && !row.from && !row.reason && !row.stage);

/**
 * `route=hub;from=a` as an object.
 * @param {string} labels
 * @returns {Partial<Record<Label, string>>}
 */
const parsed = (labels) =>
  Object.fromEntries(
    labels
      .split(";")
      .filter(Boolean)
      .map((pair) => {
        const at = pair.indexOf("=");
        return [pair.slice(0, at), pair.slice(at + 1)];
      }),
  );

/** @type {Curve[]} */
const series = data.series.map(([metric, labels, statistic, values]) => ({
  metric,
  statistic,
  values,
  ...parsed(labels),
}));

/**
 * What a metric was over time.
 * @param {CurveName} name
 * @param {Statistic} statistic
 * @param {(curve: Curve) => boolean} wanted
 */
export const curves = (name, statistic, wanted = () => true) =>
  series.filter((one) => one.metric === name && one.statistic === statistic && wanted(one));

/**
 * Of each interval the sum of these curves.
 * @param {Curve[]} list
 */
export const together = (list) =>
  data.times.map((_, interval) => sum(list, (curve) => curve.values[interval]));

/**
 * The end of an interval.
 * @param {number} interval
 */
export const endOf = (interval) => data.times[interval + 1] ?? data.end;

/**
 * An interval in words.
 * @param {number} interval
 */
export const span = (interval) => `${clock(data.times[interval])} to ${clock(endOf(interval))}`;

/**
 * The limits that SLO lines set to a figure, of all operators together.
 * @param {string} metric
 * @param {string | null} statistic
 */
export const boundsOf = (metric, statistic) =>
  data.bounds.filter(
    (bound) =>
      bound.metric === metric &&
      (statistic == null || bound.statistic === statistic) &&
      !bound.from &&
      !bound.to,
  );

/** The routes that messages took. */
export const routes = data.routes.filter(({ name }) =>
  byRoute("messages_offered").some((row) => row.route === name && (row.count ?? 0) > 0),
);
