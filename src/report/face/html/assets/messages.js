// Messages, their latency and its stages.
import { bars } from "./bars.js";
import { choice, controls } from "./controls.js";
import { boundsOf, byRoute, curves, data, metric, routes, together } from "./data.js";
import { below, legend } from "./dom.js";
import { rate, seconds, wholePercent } from "./format.js";
import { sum } from "./lists.js";
import { overTime } from "./over_time.js";
import { colourOf, dashOf } from "./plot.js";
import { spreads } from "./spreads.js";

/** @type {{ metric: CurveName, name: string, colour: string, dash: string }[]} */
const OUTCOMES = [
  { metric: "messages_offered", name: "offered", colour: "s6", dash: "" },
  { metric: "messages_delivered", name: "delivered", colour: "s2", dash: "" },
  { metric: "messages_refused", name: "refused", colour: "s5", dash: "7 3" },
  { metric: "messages_expired", name: "expired", colour: "s3", dash: "9 3 2 3" },
  { metric: "messages_lost", name: "lost", colour: "s1", dash: "2 2.5" },
];

/** @param {HTMLElement} figure */
export const messages = (figure) => {
  const seen = OUTCOMES.map((outcome) => ({ ...outcome, of: curves(outcome.metric, "rate") }));
  overTime(figure, {
    unit: "messages a second",
    format: rate,
    lines: seen
      .filter(({ of }) => of.length)
      .map((outcome) => ({ ...outcome, values: together(outcome.of) })),
  });
};

/** @param {HTMLElement} figure */
export const latency = (figure) => {
  const rows = byRoute("message_latency");
  const all = routes.flatMap(({ name }, place) => {
    const spread = rows.find((row) => row.route === name);
    return spread ? [{ name, colour: colourOf(place), spread }] : [];
  });
  const limits = boundsOf("message_latency", null);
  spreads(figure, all, limits);
};

/** @type {Statistic[]} */
const LATENCIES = ["p50", "mean", "p95", "p99"];

/** @param {HTMLElement} figure */
export const latencyOverTime = (figure) => {
  const seen = (/** @type {Statistic} */ one) =>
    curves("message_latency", one).some(({ values }) => values.some((value) => value != null));
  const known = LATENCIES.filter(seen);
  // What the SLO speaks of comes first, where intervals have samples for it.
  const limits = boundsOf("message_latency", null).map(({ statistic }) => statistic);
  const asked = known.find((one) => limits.includes(one));
  const statistic = /** @type {Statistic} */ (figure.dataset.of ?? asked ?? "p50");
  /** @type {[string, string][]} */
  const options = known.map((one) => [one, one === "p50" ? "p50, the median" : one]);
  controls(
    figure,
    choice("Figure", options, statistic, (value) => {
      figure.dataset.of = value;
      latencyOverTime(figure);
    }),
  );
  overTime(figure, {
    unit: `${statistic} of the interval, logarithmic`,
    format: seconds,
    log: true,
    levels: boundsOf("message_latency", statistic).map(({ at, words, route }) => ({
      at,
      words: `limit${route ? ` of ${route}` : ""} ${words}`,
    })),
    lines: routes.map(({ name }, place) => ({
      name,
      colour: colourOf(place),
      dash: place < 8 ? dashOf(place) : "1 4",
      values:
        curves("message_latency", statistic, (curve) => curve.route === name)[0]?.values ?? [],
    })),
  });
};

/**
 * The mean latency of a route in its stages, over all its messages.
 * @param {Row} all
 * @param {Row[]} times
 */
const stagesOf = (all, times) =>
  data.stages
    .map((stage) => {
      const own = times.find((row) => row.route === all.route && row.stage === stage.name);
      const value = own && all.count ? ((own.mean ?? 0) * (own.count ?? 0)) / all.count : 0;
      return { ...stage, value, words: stage.name.replaceAll("_", " ") };
    })
    .filter(({ value }) => value > 0);

/** @param {HTMLElement} figure */
export const stages = (figure) => {
  const relative = figure.dataset.as === "shares";
  const times = metric("route_stage_time");
  const rows = byRoute("message_latency").map((all) => {
    const parts = stagesOf(all, times);
    const whole = relative ? sum(parts, ({ value }) => value) || 1 : 1;
    const longest = [...parts].sort((one, other) => other.value - one.value);
    return {
      name: all.route ?? "",
      parts: parts.map((part) => ({ ...part, value: part.value / whole })),
      shown: seconds(all.mean),
      words: longest.map(({ name, value }) => `${name} ${seconds(value)}`).join(", "),
      tip: [
        /** @type {TipRow} */ (["", "mean latency", seconds(all.mean)]),
        ...longest.map(
          ({ colour, words, value }) => /** @type {TipRow} */ ([colour, words, seconds(value)]),
        ),
      ],
    };
  });
  /** @type {[string, string][]} */
  const options = [
    ["seconds", "seconds"],
    ["shares", "shares of each route"],
  ];
  controls(
    figure,
    choice("Show", options, relative ? "shares" : "seconds", (value) => {
      figure.dataset.as = value;
      stages(figure);
    }),
  );
  bars(figure, {
    rows,
    unit: relative ? "share of the mean latency" : "mean latency, seconds",
    format: relative ? wholePercent : seconds,
    top: relative ? 1 : null,
  });
  const used = new Set(rows.flatMap(({ parts }) => parts.map(({ name }) => name)));
  const named = data.stages.filter(({ name }) => used.has(name));
  below(
    figure,
    legend(named.map((stage) => ({ ...stage, words: stage.name.replaceAll("_", " ") }))),
  );
};
