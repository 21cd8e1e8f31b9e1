// What moves: the box beside the pointer, choices, and what is drawn again for them.
import { html } from "./dom.js";

/**
 * A box beside the pointer, in the frame of a chart.
 * @param {HTMLElement} frame
 */
export const tip = (frame) => {
  const box = html("div", { class: "tip" });
  frame.append(box);
  const row = (/** @type {TipRow} */ [colour, words, figure]) => {
    const swatch = colour ? [html("span", { class: `swatch ${colour}` })] : [];
    return html(
      "div",
      { class: "row" },
      ...swatch,
      html("span", {}, words),
      html("span", {}, figure),
    );
  };
  return {
    /**
     * @param {number} x
     * @param {number} y
     * @param {string} title
     * @param {TipRow[]} rows
     */
    show: (x, y, title, rows) => {
      box.replaceChildren(html("b", {}, title), ...rows.map(row));
      box.style.visibility = "visible";
      const room = frame.clientWidth - box.offsetWidth;
      const beside = x + 14 > room ? x - box.offsetWidth - 14 : x + 14;
      box.style.left = `${Math.max(0, Math.min(room, beside))}px`;
      box.style.top = `${Math.max(0, y - 10)}px`;
    },
    hide: () => {
      box.style.visibility = "hidden";
    },
  };
};

/**
 * Shows something while the pointer or the keyboard is at a part of a chart.
 * @param {Element} part
 * @param {() => void} show
 * @param {() => void} hide
 */
export const pointedAt = (part, show, hide) => {
  ["pointerenter", "focus"].forEach((event) => part.addEventListener(event, show));
  ["pointerleave", "blur"].forEach((event) => part.addEventListener(event, hide));
};

/**
 * A list to choose from: values and what is shown for them.
 * @param {string} words
 * @param {[string, string][]} options
 * @param {string} chosen
 * @param {(value: string) => void} changed
 */
export const choice = (words, options, chosen, changed) => {
  const shown = options.map(([value, name]) => html("option", { value }, name));
  const select = html("select", {}, ...shown);
  select.value = chosen;
  select.addEventListener("change", () => changed(select.value));
  return html("label", {}, words, select);
};

/**
 * Puts controls above a chart, instead of those that were there.
 * @param {HTMLElement} figure
 * @param {HTMLElement[]} parts
 */
export const controls = (figure, ...parts) => {
  const old = figure.querySelector(".controls");
  const box = old ?? html("div", { class: "controls" });
  if (!old) figure.querySelector(".drawing")?.before(box);
  box.replaceChildren(...parts);
};

/**
 * Has all charts of some kinds drawn again.
 * @param {string[]} kinds
 */
export const redraw = (...kinds) => {
  const selector = kinds.map((kind) => `[data-chart=${kind}]`).join(",");
  document
    .querySelectorAll(selector)
    .forEach((figure) => figure.dispatchEvent(new Event("redraw")));
};
