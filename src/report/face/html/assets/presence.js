// Presence: how fast watchers are shown a change, and what is sent for it.
import { curves, metric } from "./data.js";
import { note } from "./dom.js";
import { rate } from "./format.js";
import { unique } from "./lists.js";
import { overTime } from "./over_time.js";
import { colourOf } from "./plot.js";
import { spreads } from "./spreads.js";

/** Operators that the chart shows at most. */
const SHOWN = 6;

/** @type {{ metric: MetricName, words: string, colour: string }[]} */
const WATCHERS = [
  { metric: "presence_first_watcher", words: "first", colour: "s2" },
  { metric: "presence_last_watcher", words: "last", colour: "s1" },
];

/** @param {HTMLElement} figure */
export const presence = (figure) => {
  const changed = [...metric("presence_last_watcher")].sort(
    (one, other) => (other.count ?? 0) - (one.count ?? 0),
  );
  const operators = unique(changed.map(({ operator }) => operator ?? ""));
  const some = operators.slice(0, SHOWN);
  const each = metric("presence_latency")
    .filter((row) => !row.from)
    .map((spread) => ({ name: `each, ${spread.scope}`, colour: "s0", spread }));
  const ends = some.flatMap((operator) =>
    WATCHERS.flatMap(({ metric: name, words, colour }) =>
      metric(name)
        .filter((row) => row.operator === operator)
        .slice(0, 1)
        .map((spread) => ({ name: `${words}, ${operator}`, colour, spread })),
    ),
  );
  spreads(figure, [...each, ...ends]);
  if (operators.length > some.length) {
    const words =
      `The ${some.length} operators with the most changes; ` +
      `the table has all ${operators.length}.`;
    const more = note(words);
    more.classList.add("below");
    figure.append(more);
  }
};

/** @param {HTMLElement} figure */
export const notifications = (figure) =>
  overTime(figure, {
    unit: "notifications a second",
    format: rate,
    lines: curves("presence_notifications", "rate").map(({ scope, values }, place) => ({
      name: scope === "client" ? "to clients" : "between operators",
      values,
      colour: colourOf(place),
    })),
  });
