// Operator by operator: one figure at a time, as text on a shade.
import { choice, controls } from "./controls.js";
import { data, metric, routes } from "./data.js";
import { below, frameOf, html, note } from "./dom.js";
import { count, percent, seconds } from "./format.js";
import { grouped, highest, most, sum, unique } from "./lists.js";

/** The rows of a metric from one operator to another, on one route or on all.
 * @typedef {(name: MetricName) => Row[]} Rows */
/** A figure to choose: `explained` is told below where the title does not say enough.
 * @typedef {{
 *   title: string,
 *   value: (rows: Rows) => Known,
 *   format: Format,
 *   explained?: (route: string) => string | null,
 * }} Choice */

/** The choice of all routes. */
const ALL = "all";
/** @type {Loss[]} */
const LOSSES = ["messages_refused", "messages_expired", "messages_lost"];

const messages = (/** @type {Row[]} */ rows) => sum(rows, (row) => row.count);
const share = (/** @type {number} */ part, /** @type {number} */ whole) =>
  whole > 0 ? part / whole : null;

/**
 * A percentile of latency; of several routes that of the slowest.
 * @param {"p50" | "p95" | "p99"} percentile
 * @returns {Choice}
 */
const latency = (percentile) => ({
  title: `Latency ${percentile}`,
  value: (rows) => highest(rows("message_latency").map((row) => row[percentile])),
  format: seconds,
  explained: (route) =>
    route === ALL
      ? "Of the slowest route of the two; choose a route for its own. " +
        "Percentiles of different routes cannot be put together."
      : null,
});

const bySms = new Set(data.routes.filter(({ sms }) => sms).map(({ name }) => name));

/** @type {Record<string, Choice>} */
const CHOICES = {
  messages: {
    title: "Messages offered",
    value: (rows) => messages(rows("messages_offered")) || null,
    format: count,
  },
  p50: latency("p50"),
  p95: latency("p95"),
  p99: latency("p99"),
  loss: {
    title: "Refused, expired or lost",
    value: (rows) => share(messages(LOSSES.flatMap(rows)), messages(rows("messages_offered"))),
    format: percent,
  },
  sms: {
    title: "Share that is SMS",
    value: (rows) => {
      const offered = rows("messages_offered");
      const short = offered.filter((row) => bySms.has(row.route ?? ""));
      return share(messages(short), messages(offered));
    },
    format: percent,
  },
};
if (data.metrics.settlement) {
  CHOICES.money = {
    title: `Money owed, ${data.metrics.settlement.unit}`,
    value: (rows) => {
      const owed = rows("settlement");
      return owed.length ? sum(owed, (row) => row.mean) : null;
    },
    format: (value) => (value == null ? "-" : value.toFixed(2)),
    explained: () =>
      "What the row's operator owes the column's, over all routes and hubs on the way.",
  };
}

/**
 * Rows by operators, of each metric that was asked for.
 * @type {Map<MetricName, Map<string, Row[]>>}
 */
const pairs = new Map();

/**
 * @param {MetricName} name
 * @param {string} from
 * @param {string} to
 */
const between = (name, from, to) => {
  let found = pairs.get(name);
  if (!found) {
    const rows = metric(name).filter((row) => row.from && row.to && !row.reason);
    found = grouped(rows, (row) => `${row.from}>${row.to}`);
    pairs.set(name, found);
  }
  return found.get(`${from}>${to}`) ?? [];
};

/** Operators that send and receive; those of the figures where the topology is not known. */
const operators = data.operators.length
  ? data.operators.filter(({ kind }) => kind !== "hub").map(({ name }) => name)
  : unique(
      metric("messages_offered").flatMap(({ from, to }) => (from && to ? [from, to] : [])),
    ).sort();

/**
 * @param {Choice} chosen
 * @param {string} route
 */
const tableOf = ({ title, value, format }, route) => {
  const values = operators.map((from) =>
    operators.map((to) =>
      value((name) =>
        between(name, from, to).filter((row) => route === ALL || !row.route || row.route === route),
      ),
    ),
  );
  const high = most(values.flat());
  const cell = (/** @type {Known} */ figure, /** @type {string} */ words) => {
    const made = html("td", { title: `${words}: ${title} ${format(figure)}` }, format(figure));
    if (figure != null && figure > 0) {
      const strength = Math.round(4 + 40 * Math.sqrt(figure / high));
      made.style.background = `color-mix(in srgb, var(--accent) ${strength}%, transparent)`;
    }
    return made;
  };
  const heads = ["from \\ to", ...operators].map((name) => html("th", { scope: "col" }, name));
  const rows = operators.map((from, row) =>
    html(
      "tr",
      {},
      html("th", { scope: "row" }, from),
      ...operators.map((to, column) => cell(values[row][column], `${from} → ${to}`)),
    ),
  );
  return html(
    "table",
    { class: "matrix" },
    html("caption", { hidden: "" }, title),
    html("thead", {}, html("tr", {}, ...heads)),
    html("tbody", {}, ...rows),
  );
};

/**
 * @param {HTMLElement} figure
 */
export const matrix = (figure) => {
  let key = "messages";
  let route = ALL;
  const draw = () => {
    const chosen = CHOICES[key];
    const box = { class: "wide", tabindex: "0", role: "region", "aria-label": chosen.title };
    frameOf(figure).replaceChildren(html("div", box, tableOf(chosen, route)));
    const which = route === ALL ? "all routes" : `route ${route}`;
    below(figure, note(chosen.explained?.(route) ?? `${chosen.title}, ${which}.`));
  };
  /** @type {[string, string][]} */
  const titles = Object.entries(CHOICES).map(([name, { title }]) => [name, title]);
  /** @type {[string, string][]} */
  const names = routes.map(({ name }) => [name, name]);
  controls(
    figure,
    choice("Figure", titles, key, (value) => {
      key = value;
      draw();
    }),
    choice("Route", [[ALL, "all routes"], ...names], route, (value) => {
      route = value;
      draw();
    }),
  );
  draw();
};
