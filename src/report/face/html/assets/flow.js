// The flow of messages: routes on the left, what became of them on the right; widths are counts.
import { pointedAt, tip } from "./controls.js";
import { byRoute, metric } from "./data.js";
import { canvas, label, nothing, rectangle, round, svg } from "./dom.js";
import { count } from "./format.js";
import { sum } from "./lists.js";

/** @typedef {{ route: string, outcome: string, colour: string, messages: number }} Flow */
/** One end of flows, placed; `used` is how much of it flows take up so far.
 * @typedef {{ name: string, colour: string, messages: number }} Total
 * @typedef {Total & { y: number, high: number, used: number }} End
 */

/**
 * The messages of a route in a metric, with any reason.
 * @param {MetricName} name
 * @param {string} route
 */
const messagesOf = (name, route) =>
  sum(
    byRoute(name).filter((row) => row.route === route),
    (row) => row.count,
  );

/**
 * Messages of a route with one outcome, by reason as far as they have one.
 * @param {MetricName} name
 * @param {string} route
 * @param {string} outcome
 * @param {string} colour
 * @returns {Flow[]}
 */
const byReason = (name, route, outcome, colour) => {
  const reasons = metric(name).filter((row) => row.route === route && !row.from && row.reason);
  const rest = messagesOf(name, route) - sum(reasons, (row) => row.count);
  const flows = reasons.map((row) => ({
    route,
    outcome: `${outcome}: ${row.reason?.replaceAll("_", " ")}`,
    colour,
    messages: row.count ?? 0,
  }));
  return [...flows, { route, outcome, colour, messages: rest }];
};

/**
 * All flows, outcome by outcome.
 * @param {string[]} routes
 */
const flows = (routes) => {
  /** @type {[MetricName, string, string][]} */
  const outcomes = [
    ["messages_delivered", "delivered", "s2"],
    ["messages_in_flight", "in flight", "s4"],
    ["messages_refused", "refused", "s5"],
    ["messages_expired", "expired", "s3"],
    ["messages_lost", "lost", "s1"],
  ];
  return outcomes
    .flatMap(([name, outcome, colour]) =>
      routes.flatMap((route) => byReason(name, route, outcome, colour)),
    )
    .filter(({ messages }) => messages > 0);
};

/** Room between the words of two ends. */
const SPACE = 8;

/**
 * How high a message is, so that these ends fit into `room` with their words.
 * @param {Total[]} ends
 * @param {number} room
 * @param {number} words Room for the words of an end.
 */
const scaleOf = (ends, room, words) => {
  const free = room - SPACE * (ends.length - 1);
  // Those whose words need more room than they do themselves take none of what is shared.
  const large = [...ends].sort((one, other) => other.messages - one.messages);
  for (let small = 0; small < large.length; small++) {
    const rest = large.slice(0, large.length - small);
    const scale = (free - small * words) / (sum(rest, ({ messages }) => messages) || 1);
    if ((rest.at(-1)?.messages ?? 0) * scale >= words) return scale;
  }
  return Math.max(0, free - ends.length * words) / (large[0]?.messages || 1);
};

/**
 * Ends one below the other, each as high as its messages and in the middle of its room.
 * @param {Total[]} ends
 * @param {number} upper
 * @param {number} scale
 * @param {number} words
 * @returns {End[]}
 */
const stacked = (ends, upper, scale, words) => {
  let y = upper;
  return ends.map((end) => {
    const high = end.messages * scale;
    const room = Math.max(high, words);
    const placed = { ...end, y: y + (room - high) / 2, high, used: 0 };
    y += room + SPACE;
    return placed;
  });
};

/**
 * A flow as a band between its two ends, below the flows that were drawn before it.
 * @param {Flow} flow
 * @param {End} from
 * @param {End} to
 * @param {{ left: number, right: number }} area
 */
const band = ({ route, outcome, colour, messages }, from, to, { left, right }) => {
  const [start, end] = [from, to].map((side) => {
    const high = (side.high * messages) / side.messages;
    const upper = side.y + side.used;
    side.used += high;
    return { upper: round(upper), lower: round(upper + high) };
  });
  const middle = (left + right) / 2;
  const d =
    `M${left} ${start.upper}` +
    `C${middle} ${start.upper} ${middle} ${end.upper} ${right} ${end.upper}` +
    `V${end.lower}C${middle} ${end.lower} ${middle} ${start.lower} ${left} ${start.lower}Z`;
  const title = svg("title", {}, `${route}, ${outcome}: ${count(messages)}`);
  // What is thinner than a line is a line.
  const thin = { "stroke-width": 0.6, "stroke-opacity": 0.6 };
  return svg("path", { d, class: `fill stroke ${colour}`, "fill-opacity": 0.4, ...thin }, title);
};

/** Letters that a narrow page has room for beside an end. */
const ROOM = 18;

/**
 * A name that is not too long for a narrow page; who hears the page hears all of it.
 * @param {string} name
 */
const shortened = (name) => {
  if (name.length <= 16) return name;
  const reason = name.replace("refused: ", "ref.: ");
  if (reason.length <= ROOM) return reason;
  const bare = name.replace("refused: ", "");
  return bare.length <= ROOM ? bare : `${bare.slice(0, ROOM - 1)}…`;
};

/**
 * The words beside an end; on a narrow page in two lines.
 * @param {End} end
 * @param {number} x
 * @param {"start" | "end"} anchor
 * @param {boolean} narrow
 */
const wordsOf = ({ name, messages, y, high }, x, anchor, narrow) => {
  const middle = y + high / 2;
  if (narrow) {
    return [
      label(x, middle - 1, shortened(name), anchor, "strong halo"),
      label(x, middle + 12, count(messages), anchor, "halo"),
    ];
  }
  const shown = label(x, middle + 4, `${name} `, anchor, "strong halo");
  shown.append(svg("tspan", { "font-weight": 600 }, count(messages)));
  return [shown];
};

/**
 * What the parts of the chart share.
 * @typedef {{
 *   flows: (Flow & { shape: SVGElement })[],
 *   box: ReturnType<typeof tip>,
 *   narrow: boolean,
 *   left: number,
 *   right: number,
 * }} Scene
 */

/**
 * An end that shows its flows when it is pointed at.
 * @param {Scene} scene
 * @param {End} end
 * @param {"start" | "end"} anchor
 * @param {(flow: Flow) => boolean} own
 * @param {(flow: Flow) => TipRow} row
 */
const drawEnd = ({ flows, box, narrow, left, right }, end, anchor, own, row) => {
  const outer = anchor === "end";
  const x = outer ? left : right - 6;
  const group = svg(
    "g",
    { tabindex: "0", "aria-label": `${end.name}: ${count(end.messages)} messages` },
    rectangle(x, end.y, 6, Math.max(1, end.high), { class: `fill ${end.colour}` }),
    ...wordsOf(end, outer ? x - 8 : x + 14, anchor, narrow),
  );
  const light = (/** @type {(flow: Flow) => number} */ opacity) =>
    flows.forEach((one) => one.shape.setAttribute("fill-opacity", String(opacity(one))));
  const show = () => {
    light((one) => (own(one) ? 0.75 : 0.1));
    const rows = flows.filter(own).map(row);
    box.show(outer ? left + 10 : right - 40, end.y + 4, end.name, rows);
  };
  const hide = () => {
    light(() => 0.4);
    box.hide();
  };
  pointedAt(group, show, hide);
  return group;
};

/**
 * @param {HTMLElement} figure
 */
export const flow = (figure) => {
  const offered = metric("messages_offered").filter((row) => row.route && !row.from && row.count);
  const routes = offered.map((row) => row.route ?? "");
  const all = flows(routes);
  if (!all.length) {
    nothing(figure, "No message was offered.");
    return;
  }
  /** @type {Map<string, string>} */
  const outcomes = new Map(all.map(({ outcome, colour }) => [outcome, colour]));
  const height = Math.max(220, 60 + Math.max(routes.length, outcomes.size) * 44);
  const { picture, width, frame } = canvas(figure, height, "group");
  const narrow = width < 500;
  const left = narrow ? 104 : 190;
  const right = width - (narrow ? 112 : 230);
  const upper = 26;
  const room = height - upper - 8;
  const messages = (/** @type {(flow: Flow) => boolean} */ keep) =>
    sum(all.filter(keep), (one) => one.messages);
  const sources = routes.map((name) => ({
    name,
    colour: "s6",
    messages: messages((one) => one.route === name),
  }));
  const ends = [...outcomes].map(([name, colour]) => ({
    name,
    colour,
    messages: messages((one) => one.outcome === name),
  }));
  // One scale for both sides: a message is as high where it comes from as where it goes.
  const words = narrow ? 26 : 15;
  const scale = Math.min(scaleOf(sources, room, words), scaleOf(ends, room, words));
  const from = stacked(sources, upper, scale, words);
  const to = stacked(ends, upper, scale, words);
  picture.append(
    label(left - 8, 12, narrow ? "offered" : "offered, messages", "end"),
    label(right + 8, 12, narrow ? "outcome" : "outcome, messages"),
  );
  const drawn = all.map((one) => {
    const route = /** @type {End} */ (from.find(({ name }) => name === one.route));
    const outcome = /** @type {End} */ (to.find(({ name }) => name === one.outcome));
    const shape = band(one, route, outcome, { left: left + 6, right: right - 6 });
    picture.append(shape);
    return { ...one, shape };
  });
  const box = tip(frame);
  const scene = { flows: drawn, box, narrow, left, right };
  from.forEach((end) => {
    const own = (/** @type {Flow} */ { route }) => route === end.name;
    const group = drawEnd(scene, end, "end", own, ({ colour, outcome, messages }) => [
      colour,
      outcome,
      count(messages),
    ]);
    picture.append(group);
  });
  to.forEach((end) => {
    const own = (/** @type {Flow} */ { outcome }) => outcome === end.name;
    const group = drawEnd(scene, end, "start", own, ({ route, messages }) => [
      "",
      route,
      count(messages),
    ]);
    picture.append(group);
  });
};
