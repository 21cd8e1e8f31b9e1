// Classes of utilisation and their colours, in the map and in the list of stations.
import { data } from "./data.js";

/** @type {{ colour: string, words: string }[]} */
export const CLASSES = [...data.shades, { colour: "u0", words: "no limit" }];

/**
 * The colour of a utilisation.
 * @param {Known | undefined} share
 */
export const shade = (share) => {
  if (share == null) return "u0";
  return data.shades.find(({ below }) => below == null || share < below)?.colour ?? "u0";
};
