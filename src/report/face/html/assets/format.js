// Figures as the terminal shows them: the rules of `numbers.rs`, which tests hold this file to.

/**
 * With so many decimals. What lies just between two goes to the even one, as everywhere in the
 * program.
 * @param {number} value
 * @param {number} decimals
 */
const fixed = (value, decimals) => {
  const halves = value * 2 ** (decimals + 1);
  if (!Number.isInteger(halves) || halves % 2 === 0) return value.toFixed(decimals);
  const below = Math.floor(value * 10 ** decimals);
  return ((below % 2 === 0 ? below : below + 1) / 10 ** decimals).toFixed(decimals);
};

/**
 * Three significant digits.
 * @param {number} value
 */
const three = (value) => fixed(value, value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);

/** @type {Format} `12,043`. */
export const count = (value) =>
  value == null
    ? "-"
    : Math.round(value)
        .toString()
        .replace(/\B(?=(\d{3})+$)/g, ",");

/** @type {Format} `412 us`, `151 ms`, `2.51 s`, `4.20 min`, `3.10 h`. */
export const seconds = (value) => {
  if (value == null) return "-";
  if (value === 0) return "0";
  if (value < 0) return `-${seconds(-value)}`;
  if (value < 0.0009995) return `${three(value * 1e6)} us`;
  if (value < 0.9995) return `${three(value * 1e3)} ms`;
  if (value < 119.5) return `${three(value)} s`;
  if (value < 7170) return `${three(value / 60)} min`;
  return `${three(value / 3600)} h`;
};

/** @type {Format} A share: `85.3 %`. */
export const percent = (value) => (value == null ? "-" : `${fixed(value * 100, 1)} %`);

/** @type {Format} A share without decimals, for axes. */
export const wholePercent = (value) => (value == null ? "-" : `${Math.round(value * 100)} %`);

/** @type {Format} Any other figure, in as many digits as say something. */
export const level = (value) => {
  if (value == null) return "-";
  if (value === 0) return "0";
  if (value >= 99.95) return count(value);
  if (value < 0.0995) return String(Number(value.toPrecision(2)));
  return three(value);
};

/** @type {Format} */
export const rate = (value) => (value == null ? "-" : `${level(value)}/s`);

/**
 * Minutes and seconds, or hours: `5:00`, `1:05:00`.
 * @param {number} instant
 */
export const clock = (instant) => {
  const whole = Math.round(instant);
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (whole < 3600) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
};

/**
 * Without zeros that say nothing: `2.50 s` is `2.5 s`.
 * @param {string} text
 */
export const trim = (text) => text.replace(/(\.\d*?)0+(?=\D|$)/, "$1").replace(/\.(?=\D|$)/, "");

/**
 * A time beside an axis.
 * @param {number} value
 */
export const tick = (value) => (value === 60 ? "1 min" : trim(seconds(value)));

/** @type {Record<string, Format>} */
const OF_UNIT = {
  s: seconds,
  "1/s": rate,
  share: percent,
  "%": (value) => (value == null ? "-" : `${trim(value.toFixed(1))} %`),
};

/**
 * How figures of a unit are shown.
 * @param {string} unit
 */
export const formatOf = (unit) => OF_UNIT[unit] ?? level;
