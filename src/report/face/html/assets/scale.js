// Round values for axes, and where a value lies on one.

/**
 * About `parts` round steps from 0 up to `top`, which the last one reaches.
 * @param {number} top
 * @param {number} parts
 */
export const steps = (top, parts) => {
  if (!(top > 0)) return [0, 1];
  const raw = top / parts;
  const power = 10 ** Math.floor(Math.log10(raw));
  const round = [1, 2, 2.5, 5, 10].find((digit) => digit * power >= raw * 0.999) ?? 10;
  const step = round * power;
  const all = [];
  for (let value = 0; value < top + step * 0.999; value += step) {
    all.push(Number(value.toPrecision(10)));
  }
  return all;
};

const DAY = 86400;
const CLOCK_STEPS = [
  1,
  2,
  5,
  10,
  15,
  30,
  60,
  120,
  300,
  600,
  900,
  1800,
  3600,
  7200,
  14400,
  21600,
  43200,
  DAY,
];

/**
 * At most `parts` steps up to `end`, as clocks have them.
 * @param {number} end
 * @param {number} parts
 */
export const clockSteps = (end, parts) => {
  const wanted = CLOCK_STEPS.find((step) => end / step <= parts);
  const step = wanted ?? Math.ceil(end / parts / DAY) * DAY;
  const all = [];
  for (let instant = 0; instant <= end + 1e-6; instant += step) all.push(instant);
  return all;
};

/**
 * Round times: decades up to ten seconds, then as clocks have them; more of them where there is
 * room.
 * @param {number} low
 * @param {number} high
 * @param {boolean} roomy
 */
export const logSteps = (low, high, roomy) => {
  const all = [60, 600, 3600, 36000, 360000];
  if (roomy) all.push(20, 30, 120, 300, 1200, 1800, 7200);
  for (let exponent = -9; exponent <= 1; exponent++) {
    const digits = roomy && exponent < 1 ? [1, 2, 5] : [1];
    all.push(...digits.map((digit) => digit * 10 ** exponent));
  }
  return all
    .filter((value) => value >= low * 0.999 && value <= high * 1.001)
    .sort((one, other) => one - other);
};

/**
 * Every digit of every decade of seconds: marks between the steps of a logarithmic axis.
 * @param {number} low
 * @param {number} high
 */
export const fineSteps = (low, high) => {
  const all = [];
  for (let exponent = -9; exponent <= 5; exponent++) {
    for (let digit = 1; digit < 10; digit++) all.push(digit * 10 ** exponent);
  }
  return all.filter((value) => value >= low * 0.999 && value <= high * 1.001);
};

/**
 * A vertical axis from `low` to `high`, or a little over them.
 * @param {Area} area
 * @param {{ low: number, high: number, log: boolean, parts: number }} range
 * @returns {Axis}
 */
export const verticalAxis = ({ upper, lower }, { low, high, log, parts }) => {
  if (log) {
    const ticks = logSteps(low / 1.2, high * 1.2, high / low < 100);
    const floor = Math.min(low / 1.2, ticks[0] ?? low);
    const ceiling = Math.max(high * 1.2, ticks.at(-1) ?? high);
    const decades = Math.log(ceiling / floor);
    const part = (/** @type {number} */ value) =>
      Math.log(Math.max(value, floor) / floor) / decades;
    return { ticks, at: (value) => lower - (lower - upper) * part(value) };
  }
  const ticks = steps(high, parts);
  const span = (ticks.at(-1) ?? high) - low || 1;
  return { ticks, at: (value) => lower - ((lower - upper) * (value - low)) / span };
};
