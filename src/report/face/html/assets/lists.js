// Sums and extremes of lists; what is unknown counts as nothing.

/**
 * @param {number[]} list
 * @returns {number}
 */
const plainSum = (list) => list.reduce((total, one) => total + one, 0);

/**
 * The sum of what `of` gives of each.
 * @template T
 * @param {T[]} list
 * @param {(one: T) => Known | undefined} of
 */
export const sum = (list, of) => plainSum(list.map((one) => of(one) ?? 0));

/**
 * The largest, or 0.
 * @param {(Known | undefined)[]} list
 */
export const most = (list) =>
  list.reduce((/** @type {number} */ high, one) => Math.max(high, one ?? 0), 0);

/**
 * Each once, in the order in which they come first.
 * @template T
 * @param {T[]} list
 */
export const unique = (list) => [...new Set(list)];

/**
 * Those that are there.
 * @template T
 * @param {(T | null | undefined)[]} list
 */
export const known = (list) =>
  /** @type {T[]} */ (list.filter((one) => one !== null && one !== undefined));

/**
 * The largest of what is known.
 * @param {(Known | undefined)[]} list
 * @returns {Known}
 */
export const highest = (list) => {
  const values = known(list);
  return values.length ? Math.max(...values) : null;
};

/**
 * Lists of those with the same key, in the order in which keys come first.
 * @template T
 * @param {T[]} list
 * @param {(one: T) => string} keyOf
 */
export const grouped = (list, keyOf) => {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  list.forEach((one) => {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  });
  return groups;
};
