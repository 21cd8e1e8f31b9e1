// Stations: the busiest of them, at large and over time.
import { bars } from "./bars.js";
import { boundsOf, curves, data, metric } from "./data.js";
import { count, level, percent, wholePercent } from "./format.js";
import { most, sum } from "./lists.js";
import { overTime } from "./over_time.js";
import { shade } from "./utilisation.js";

/** Stations in the list, and curves over time. */
const LISTED = 12;
const DRAWN = 6;

/** @param {HTMLElement} figure */
export const stations = (figure) => {
  const over = curves("station_utilisation", "mean");
  const peaks = new Map(over.map(({ station, values }) => [station, most(values)]));
  const queues = new Map(metric("station_queue_length").map((row) => [row.station, row]));
  const busiest = [...metric("station_utilisation")].sort(
    (one, other) => (other.mean ?? 0) - (one.mean ?? 0),
  );
  const rows = busiest.slice(0, LISTED).map(({ station, mean }) => {
    const peak = peaks.get(station);
    const queue = queues.get(station);
    /** @type {TipRow[]} */
    const tip = [
      ["", "used, mean", percent(mean)],
      ["", "busiest interval", percent(peak)],
      ["", "queue, mean", level(queue?.mean)],
      ["", "longest queue", count(queue?.max)],
    ];
    return {
      name: station ?? "",
      parts: [{ value: mean ?? 0, colour: shade(mean) }],
      mark: peak ?? null,
      shown: `${percent(mean)}, top ${percent(peak)}`,
      words: `${percent(mean)} used on average`,
      tip,
    };
  });
  bars(figure, {
    rows,
    unit: "servers busy, share of the time",
    format: wholePercent,
    top: 1,
    colours: data.shades,
  });
};

/**
 * The curves of the stations that have the most of something.
 * @param {CurveName} name
 */
const busiest = (name) =>
  curves(name, "mean")
    .map(({ station, values }) => ({ name: station ?? "", values, all: sum(values, (v) => v) }))
    .sort((one, other) => other.all - one.all)
    .slice(0, DRAWN)
    .filter(({ all }) => all > 0);

/** @param {HTMLElement} figure */
export const utilisation = (figure) =>
  overTime(figure, {
    unit: "servers busy, share of the interval",
    format: percent,
    top: 1,
    levels: boundsOf("station_utilisation", "mean")
      .filter(({ station }) => !station)
      .map(({ at, words }) => ({ at, words: `limit ${words}` })),
    lines: busiest("station_utilisation"),
  });

/** @param {HTMLElement} figure */
export const queues = (figure) =>
  overTime(figure, {
    unit: "jobs waiting, mean of the interval",
    format: level,
    least: 1,
    lines: busiest("station_queue_length"),
  });
