// The map: agreements as lines whose width is traffic and whose colour is utilisation, operators in
// the colour of their busiest part. A slider replays the run.
import { controls } from "./controls.js";
import { data, span } from "./data.js";
import {
  behind,
  below,
  canvas,
  html,
  label,
  legend,
  line,
  note,
  nothing,
  rectangle,
  round,
  svg,
  table,
  widthOf,
} from "./dom.js";
import { count, percent, rate } from "./format.js";
import { most } from "./lists.js";
import {
  WHOLE,
  bothRates,
  mostTraffic,
  ofOperator,
  ofPair,
  rates,
  used,
  usedBy,
  waitingAt,
} from "./map_figures.js";
import { layout, linesOf } from "./map_layout.js";
import { CLASSES, shade } from "./utilisation.js";

/** @typedef {import("./map_layout.js").Node & { stations: StationData[] }} Operator */
/** @typedef {import("./map_layout.js").Line & { stations: StationData[] }} Agreement */

/**
 * Calls back when a part of the map is pointed at, reached or tapped.
 * @param {Element} part
 * @param {() => void} show
 */
const watch = (part, show) =>
  ["pointerenter", "focus", "click"].forEach((event) => part.addEventListener(event, show));

/**
 * Words about an agreement.
 * @param {Agreement} agreement
 * @param {number} interval
 * @param {string} when
 */
const aboutAgreement = ({ a, b, protocol, stations }, interval, when) => {
  const [there, back] = rates({ a, b }, interval);
  const use = used(stations, interval);
  const limit =
    use == null
      ? "neither bandwidth nor rate is limited."
      : `${percent(use)} of the link or its rate limit used.`;
  return [
    html("b", {}, `${a.name} – ${b.name}`),
    ` (${protocol}, ${when}): `,
    `${rate(there)} from ${a.name}, ${rate(back)} from ${b.name}; `,
    limit,
  ];
};

/**
 * Words about an operator and its busiest parts.
 * @param {Operator} operator
 * @param {number} interval
 * @param {string} when
 */
const aboutOperator = ({ name, kind, im, sms_only, stations }, interval, when) => {
  const parts = stations
    .map((station) => ({ station, use: usedBy(station, interval) }))
    .filter(({ use }) => use != null)
    .sort((one, other) => (other.use ?? 0) - (one.use ?? 0))
    .slice(0, 4)
    .map(({ station, use }) => {
      const queue = interval === WHOLE ? 0 : waitingAt(station, interval);
      const wait = queue >= 1 ? `, ${count(queue)} waiting` : "";
      return `${station.short} ${percent(use)} used${wait}`;
    });
  const users = kind === "hub" ? "" : `${count(im)} IM users, ${count(sms_only)} without IM; `;
  return [
    html("b", {}, name),
    ` (${kind}, ${when}): `,
    users,
    parts.join("; ") || "nothing that queues",
    ".",
  ];
};

/**
 * A line, with a wider one over it that can be hit; `shape` is what is coloured.
 * @param {Agreement} agreement
 */
const drawAgreement = ({ a, b, protocol }) => {
  const dashed = protocol === "sms" ? "6 4" : null;
  const shape = line(a.x, a.y, b.x, b.y, "", {
    "stroke-dasharray": dashed,
    "stroke-linecap": dashed ? null : "round",
  });
  const wide = { stroke: "transparent", "stroke-width": 16 };
  const hit = line(a.x, a.y, b.x, b.y, "", wide);
  const attributes = { tabindex: "0", role: "button", "data-line": `${a.name}:${b.name}` };
  return { group: svg("g", attributes, shape, hit), shape };
};

/**
 * The sign of an operator: a square for a hub, a diamond without IM, else a circle.
 * @param {Operator} operator
 */
const signOf = ({ kind, x, y }) => {
  if (kind === "hub") return rectangle(x - 11, y - 11, 22, 22, { rx: 3 });
  if (kind !== "mno") return svg("circle", { cx: round(x), cy: round(y), r: 9 });
  const [left, right] = [round(x - 11), round(x + 11)];
  const [upper, lower] = [round(y - 11), round(y + 11)];
  const d = `M${round(x)} ${upper}L${right} ${round(y)}L${round(x)} ${lower}L${left} ${round(y)}Z`;
  return svg("path", { d });
};

/**
 * A sign with its name, outside the circle.
 * @param {Operator} operator
 * @param {boolean} tall
 */
const drawOperator = (operator, tall) => {
  const { name, kind, angle, x, y } = operator;
  const shape = signOf(operator);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const hub = kind === "hub";
  const upright = hub || Math.abs(cos) < (tall ? 0.1 : 0.35);
  const words = upright
    ? label(x, !hub && sin < 0 ? y - 17 : y + 26, name, "middle", "strong halo")
    : label(
        x + (cos < 0 ? -15 : 15),
        y + 4 + (tall ? 6 * sin : 0),
        name,
        cos < 0 ? "end" : "start",
        "strong halo",
      );
  const attributes = { tabindex: "0", role: "button", "data-node": name };
  return { group: svg("g", attributes, shape, words), shape };
};

/**
 * A slider over the intervals with a button that plays them; `go` is told where it stands.
 * @param {(interval: number) => void} go
 */
const replay = (go) => {
  const last = data.times.length - 1;
  const slider = html("input", {
    type: "range",
    min: WHOLE,
    max: last,
    step: 1,
    value: WHOLE,
    "aria-label": "Time of the run",
  });
  const play = html("button", { type: "button" }, "Replay");
  const reset = html("button", { type: "button" }, "Whole run");
  /** @type {number | undefined} */
  let timer;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = "Replay";
  };
  const show = (/** @type {number} */ interval) => {
    slider.value = String(interval);
    go(interval);
  };
  const next = () => {
    const at = Number(slider.value);
    if (at >= last) stop();
    else show(at + 1);
  };
  slider.addEventListener("input", () => {
    stop();
    show(Number(slider.value));
  });
  play.addEventListener("click", () => {
    if (timer !== undefined) {
      stop();
      return;
    }
    if (Number(slider.value) >= last) show(WHOLE);
    play.textContent = "Pause";
    timer = window.setInterval(next, 200);
  });
  reset.addEventListener("click", () => {
    stop();
    show(WHOLE);
  });
  return { slider, play, reset };
};

/**
 * @param {Agreement[]} agreements
 */
const tableOf = (agreements) =>
  table(
    [
      "agreement",
      "speaks",
      "from the first, mean",
      "from the second, mean",
      "highest together",
      "used, mean",
      "used, highest",
    ],
    agreements.map((one) => {
      const { a, b, protocol, stations } = one;
      const intervals = [...data.times.keys()];
      const uses = intervals.map((interval) => used(stations, interval));
      return [
        `${a.name} – ${b.name}`,
        protocol,
        ...rates(one, WHOLE).map(rate),
        rate(most(intervals.map((interval) => bothRates(one, interval)))),
        percent(used(stations, WHOLE)),
        stations.length ? percent(most(uses)) : "-",
      ];
    }),
  );

/**
 * @param {HTMLElement} figure
 */
export const map = (figure) => {
  if (!data.operators.length) {
    nothing(figure, "The topology could not be read.");
    return;
  }
  const { nodes, height, tall } = layout(data.operators, data.agreements, widthOf(figure));
  const { picture } = canvas(figure, height, "group");
  const agreements = linesOf(nodes, data.agreements).map((one) => {
    const agreement = { ...one, stations: ofPair(one) };
    return { agreement, ...drawAgreement(agreement) };
  });
  const operators = nodes.map((node) => {
    const operator = { ...node, stations: ofOperator(node.name) };
    return { operator, ...drawOperator(operator, tall) };
  });
  // As wide at their busiest as there is room for.
  const full = Math.max(mostTraffic(agreements.map(({ agreement }) => agreement)), 1e-9);

  const words = html("p", { class: "figures", "aria-live": "polite" });
  const said = html("output", { "aria-live": "off" });
  let interval = WHOLE;
  const when = () => (interval === WHOLE ? "whole run" : span(interval));
  /** @type {(Node | string)[] | (() => (Node | string)[])} */
  let about = ["Point at, tap or tab to a line or an operator for its figures."];
  const tell = () => words.replaceChildren(...(typeof about === "function" ? about() : about));
  const colour = () => {
    agreements.forEach(({ agreement, group, shape }) => {
      const all = bothRates(agreement, interval);
      const use = used(agreement.stations, interval);
      shape.setAttribute("class", `stroke ${shade(use)}`);
      shape.setAttribute("stroke-width", String(round(1.2 + 12 * Math.sqrt(all / full))));
      const told = use == null ? "" : `, ${percent(use)} used`;
      const names = `${agreement.a.name} to ${agreement.b.name}`;
      group.setAttribute("aria-label", `${names}: ${rate(all)}${told}`);
    });
    operators.forEach(({ operator, group, shape }) => {
      const use = used(operator.stations, interval);
      shape.setAttribute("class", `fill ${shade(use)}`);
      shape.setAttribute("style", "stroke: var(--ground); stroke-width: 2px");
      const told = use == null ? "" : `: busiest part ${percent(use)} used`;
      group.setAttribute("aria-label", `${operator.name}, ${operator.kind}${told}`);
    });
    said.textContent = when();
    tell();
  };
  agreements.forEach(({ agreement, group }) => {
    watch(group, () => {
      about = () => aboutAgreement(agreement, interval, when());
      tell();
    });
    picture.append(group);
  });
  operators.forEach(({ operator, group }) => {
    watch(group, () => {
      about = () => aboutOperator(operator, interval, when());
      tell();
    });
    picture.append(group);
  });
  const { slider, play, reset } = replay((at) => {
    interval = at;
    slider.setAttribute("aria-valuetext", when());
    colour();
  });
  controls(figure, play, reset, slider, said);
  const signs =
    "Circle: IM service provider. Diamond: operator without IM. Square: hub. " +
    "Dashed: short messages alone.";
  below(figure, words, legend(CLASSES), note(signs));
  slider.setAttribute("aria-valuetext", when());
  colour();
  behind(figure, () => tableOf(agreements.map(({ agreement }) => agreement)));
};
