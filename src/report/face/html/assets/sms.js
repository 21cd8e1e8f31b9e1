// Short messages at one SMSC: both charts show the operator that is chosen.
import { choice, controls, redraw } from "./controls.js";
import { curves, data, together } from "./data.js";
import { note } from "./dom.js";
import { clock, level, rate, seconds } from "./format.js";
import { most, unique } from "./lists.js";
import { overTime } from "./over_time.js";
import { colourOf } from "./plot.js";

const nodes = data.stations.filter(({ kind }) => kind === "smsc");
const queues = curves("station_queue_length", "mean");

/** The queues of an operator's SMSC, node by node. @param {string} operator */
const queuesOf = (operator) => {
  const own = nodes.filter(({ of }) => of[0] === operator).map(({ name }) => name);
  return queues.filter(({ station }) => own.includes(station ?? ""));
};
/** The longest that any node's queue was. @param {string} operator */
const longest = (operator) => most(queuesOf(operator).flatMap(({ values }) => values));

// Where the topology is not known, neither are the nodes.
const operators = unique([
  ...nodes.map(({ of }) => of[0]),
  ...curves("sms_submitted", "rate").map(({ operator }) => operator ?? ""),
]);
/** At first the one whose SMSC has the longest queue. */
let chosen = [...operators].sort((one, other) => longest(other) - longest(one))[0];

const choose = (/** @type {HTMLElement} */ figure) => {
  /** @type {[string, string][]} */
  const options = operators.map((operator) => [operator, operator]);
  controls(
    figure,
    choice("SMSC of", options, chosen, (operator) => {
      chosen = operator;
      redraw("sms", "backlog");
    }),
  );
};

/** @type {{ metric: CurveName, name: string, colour: string, dash: string }[]} */
const LINES = [
  { metric: "sms_submitted", name: "submitted", colour: "s6", dash: "" },
  { metric: "sms_attempts", name: "attempts", colour: "s0", dash: "7 3" },
  { metric: "sms_delivered", name: "delivered", colour: "s2", dash: "" },
  { metric: "sms_retried", name: "retried", colour: "s5", dash: "2 2.5" },
  { metric: "sms_expired", name: "expired", colour: "s1", dash: "9 3 2 3" },
];

/** A licence so many times as high as what happens is not drawn. */
const FAR = 3;

/** @param {HTMLElement} figure */
export const sms = (figure) => {
  choose(figure);
  const own = (/** @type {CurveName} */ name) =>
    curves(name, "rate", ({ operator }) => operator === chosen)[0];
  const lines = LINES.map((line) => ({ ...line, values: own(line.metric)?.values ?? [] }));
  const high = most(lines.flatMap(({ values }) => values));
  const licence = data.operators.find(({ name }) => name === chosen)?.licence;
  // One that is far above what happens would press it to the ground.
  const far = licence != null && licence > FAR * high;
  overTime(figure, {
    unit: "short messages a second",
    format: rate,
    levels: licence == null || far ? [] : [{ at: licence, words: `licence ${rate(licence)}` }],
    lines,
  });
  if (far) {
    const words = note(`The licence, ${rate(licence)}, lies far above.`);
    words.classList.add("below");
    figure.append(words);
  }
};

/**
 * When the most waited, and how long that took to drain.
 * @param {number[]} waiting
 */
const drained = (waiting) => {
  const high = most(waiting);
  if (high < 1) return "Hardly anything ever waited.";
  const peak = waiting.indexOf(high);
  const few = Math.max(1, high / 100);
  const empty = waiting.findIndex((value, interval) => interval >= peak && value < few);
  const most_waited = `The most waited at ${clock(data.times[peak])}`;
  if (empty < 0) return `${most_waited}; the queue had not drained by the end.`;
  const took = seconds(data.times[empty] - data.times[peak]);
  return `${most_waited}; the queue took ${took} to drain.`;
};

/** @param {HTMLElement} figure */
export const backlog = (figure) => {
  choose(figure);
  const own = queuesOf(chosen);
  overTime(figure, {
    unit: "short messages waiting, mean of the interval",
    format: level,
    least: 1,
    lines: own.map(({ station, values }, place) => ({
      name: station ?? "",
      values,
      colour: colourOf(place),
    })),
  });
  const words = note(drained(together(own)));
  words.classList.add("below");
  figure.append(words);
};
