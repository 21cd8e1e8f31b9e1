// What the map shows of operators and agreements: traffic, utilisation and queues, in one interval
// or (at -1) over the whole run.
import { curves, data, metric } from "./data.js";
import { highest, most, sum } from "./lists.js";

/** @typedef {{ a: { name: string }, b: { name: string } }} Pair */

/** The whole run, instead of an interval. */
export const WHOLE = -1;

const byStation = (/** @type {CurveName} */ name) =>
  new Map(curves(name, "mean").map((curve) => [curve.station ?? "", curve.values]));
const traffic = new Map(
  curves("agreement_messages", "rate").map(({ from, to, values }) => [`${from}>${to}`, values]),
);
const busy = byStation("station_utilisation");
const waiting = byStation("station_queue_length");
const average = new Map(metric("station_utilisation").map((row) => [row.station ?? "", row.mean]));
const measured = data.stations.filter(({ name }) => average.has(name));
/** Without a series nothing is known of how long was measured. */
const length = data.times.length ? data.end - data.times[0] : 0;

/** The stations of an operator. @param {string} operator */
export const ofOperator = (operator) =>
  measured.filter(({ of }) => of.length === 1 && of[0] === operator);

/** The stations between two operators, both ways. @param {Pair} pair */
export const ofPair = ({ a, b }) =>
  measured.filter(({ of }) => of.length === 2 && of.includes(a.name) && of.includes(b.name));

/**
 * @param {string} from
 * @param {string} to
 * @returns {Known}
 */
const wholeRate = (from, to) => {
  if (!(length > 0)) return null;
  const rows = metric("agreement_messages");
  const own = rows.filter((row) => row.from === from && row.to === to && row.kind);
  return sum(own, (row) => row.count) / length;
};

/**
 * Messages a second from the first to the second of two operators, and back.
 * @param {Pair} pair
 * @param {number} interval
 */
export const rates = ({ a, b }, interval) => {
  const rate = (/** @type {string} */ from, /** @type {string} */ to) =>
    interval === WHOLE ? wholeRate(from, to) : (traffic.get(`${from}>${to}`)?.[interval] ?? 0);
  return [rate(a.name, b.name), rate(b.name, a.name)];
};

/**
 * The same, together.
 * @param {Pair} pair
 * @param {number} interval
 */
export const bothRates = (pair, interval) => sum(rates(pair, interval), (rate) => rate);

/**
 * How far a station is used.
 * @param {StationData} station
 * @param {number} interval
 * @returns {Known | undefined}
 */
export const usedBy = ({ name }, interval) =>
  interval === WHOLE ? average.get(name) : busy.get(name)?.[interval];

/**
 * How far the busiest of these stations is used.
 * @param {StationData[]} stations
 * @param {number} interval
 */
export const used = (stations, interval) =>
  highest(stations.map((station) => usedBy(station, interval)));

/**
 * How many wait at a station in an interval.
 * @param {StationData} station
 * @param {number} interval
 */
export const waitingAt = ({ name }, interval) => waiting.get(name)?.[interval] ?? 0;

/**
 * The most traffic between any two of these, in an interval or over the run.
 * @param {Pair[]} pairs
 */
export const mostTraffic = (pairs) => {
  const intervals = [WHOLE, ...data.times.keys()];
  return most(intervals.flatMap((interval) => pairs.map((pair) => bothRates(pair, interval))));
};
