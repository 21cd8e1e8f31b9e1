// Classes of utilisation and their colours, in the map and in the list of stations.

/** @type {{ colour: string, words: string }[]} */
export const CLASSES = [
  { colour: "u1", words: "under 50 %" },
  { colour: "u2", words: "50 to 80 %" },
  { colour: "u3", words: "80 to 95 %" },
  { colour: "u4", words: "95 % and more" },
  { colour: "u0", words: "no limit" },
];

/**
 * The colour of a utilisation.
 * @param {Known | undefined} share
 */
export const shade = (share) => {
  if (share == null) return "u0";
  if (share < 0.5) return "u1";
  if (share < 0.8) return "u2";
  return share < 0.95 ? "u3" : "u4";
};
