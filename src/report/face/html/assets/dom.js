// Pieces of HTML and SVG that every chart is made of.

/** @typedef {Record<string, string | number | null | undefined>} Attributes */
/** @typedef {(Node | string)[]} Children */

/**
 * @param {Element} element
 * @param {Attributes} attributes
 * @param {Children} children
 */
const fill = (element, attributes, children) => {
  Object.entries(attributes).forEach(([name, value]) => {
    if (value != null) element.setAttribute(name, String(value));
  });
  element.append(...children);
};

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {Children} children
 */
export const html = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  fill(made, attributes, children);
  return made;
};

// The parser knows the namespace, so that no address stands in the page.
const parser = document.createElement("div");
parser.innerHTML = "<svg></svg>";
const namespace = /** @type {"http://www.w3.org/2000/svg"} */ (
  /** @type {Element} */ (parser.firstElementChild).namespaceURI
);

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {Children} children
 */
export const svg = (tag, attributes = {}, ...children) => {
  const made = document.createElementNS(namespace, tag);
  fill(made, attributes, children);
  return made;
};

/**
 * The one element that a selector finds.
 * @param {Element} within
 * @param {string} selector
 */
const one = (within, selector) => {
  const found = within.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`no ${selector}`);
  return found;
};

/**
 * Where the chart of a figure is drawn.
 * @param {HTMLElement} figure
 */
export const frameOf = (figure) => one(figure, ".drawing");

/**
 * How wide a figure's chart is.
 * @param {HTMLElement} figure
 */
export const widthOf = (figure) => Math.max(280, Math.floor(frameOf(figure).clientWidth || 720));

/** A tenth of a unit is as fine as a chart needs. @param {number} value */
export const round = (value) => Math.round(value * 10) / 10;

/**
 * An empty picture in a figure. With parts that can be reached by themselves it is a group of them.
 * @param {HTMLElement} figure
 * @param {number} height
 * @param {"img" | "group"} role
 * @returns {Canvas}
 */
export const canvas = (figure, height, role = "img") => {
  const frame = frameOf(figure);
  const width = widthOf(figure);
  const picture = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role,
    "aria-label": figure.dataset.label,
  });
  frame.replaceChildren(picture);
  return { picture, width, frame };
};

/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {"start" | "middle" | "end"} anchor
 * @param {string | null} style
 */
export const label = (x, y, words, anchor = "start", style = null) =>
  svg("text", { x: round(x), y: round(y), "text-anchor": anchor, class: style }, words);

/**
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 * @param {string} style
 * @param {Attributes} more
 */
export const line = (x1, y1, x2, y2, style, more = {}) =>
  svg("line", {
    x1: round(x1),
    y1: round(y1),
    x2: round(x2),
    y2: round(y2),
    class: style,
    ...more,
  });

/**
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {Attributes} more
 */
export const rectangle = (x, y, width, height, more) =>
  svg("rect", {
    x: round(x),
    y: round(y),
    width: round(Math.max(0, width)),
    height: round(height),
    ...more,
  });

/**
 * Swatches, or strokes with their dashes, with words beside them.
 * @param {{ colour: string, words: string, dash?: string, opacity?: number }[]} items
 */
export const legend = (items) => {
  const stroke = (/** @type {string} */ colour, /** @type {string} */ dash) =>
    svg(
      "svg",
      { viewBox: "0 0 22 10", "aria-hidden": "true" },
      svg("path", { d: "M0 5H22", class: `curve stroke ${colour}`, "stroke-dasharray": dash }),
    );
  const swatch = (/** @type {string} */ colour, /** @type {number | undefined} */ opacity) =>
    html("span", {
      class: `swatch ${colour}`,
      style: opacity == null ? null : `opacity: ${opacity}`,
      "aria-hidden": "true",
    });
  const shown = items.map(({ colour, words, dash, opacity }) =>
    html("li", {}, dash == null ? swatch(colour, opacity) : stroke(colour, dash), words),
  );
  return html("ul", { class: "legend" }, ...shown);
};

/**
 * A table that scrolls by itself; the first column names the row.
 * @param {string[]} head
 * @param {string[][]} rows
 */
export const table = (head, rows) => {
  const cell = (/** @type {string} */ words, /** @type {number} */ column) =>
    column ? html("td", {}, words) : html("th", { scope: "row" }, words);
  const titles = head.map((title) => html("th", { scope: "col" }, title));
  const body = rows.map((row) => html("tr", {}, ...row.map(cell)));
  return html(
    "div",
    { class: "wide", tabindex: "0" },
    html("table", {}, html("thead", {}, html("tr", {}, ...titles)), html("tbody", {}, ...body)),
  );
};

/**
 * Puts the table behind a chart below it; it is made when it is opened.
 * @param {HTMLElement} figure
 * @param {() => Node} make
 */
export const behind = (figure, make) => {
  const old = figure.nextElementSibling;
  if (old instanceof HTMLElement && old.dataset.made) old.remove();
  const box = html("details", { "data-made": "1" }, html("summary", {}, "The table behind it"));
  box.addEventListener("toggle", () => {
    if (box.open && box.childElementCount === 1) box.append(make());
  });
  figure.after(box);
};

/**
 * Puts elements below a chart, instead of what was there.
 * @param {HTMLElement} figure
 * @param {HTMLElement[]} parts
 */
export const below = (figure, ...parts) => {
  figure.querySelectorAll(".below").forEach((old) => old.remove());
  parts.forEach((part) => part.classList.add("below"));
  figure.append(...parts);
};

/** A remark below a chart. @param {string} words */
export const note = (words) => html("p", { class: "note" }, words);

/**
 * Says that there is nothing to draw.
 * @param {HTMLElement} figure
 * @param {string} words
 */
export const nothing = (figure, words) => {
  canvas(figure, 40).picture.append(label(0, 24, words));
};
