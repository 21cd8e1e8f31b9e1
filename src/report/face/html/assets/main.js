// Which chart stands for which name, and when it is drawn: as it comes into view.
import { data } from "./data.js";
import { frameOf } from "./dom.js";
import { flow } from "./flow.js";
import { intervals } from "./intervals.js";
import { map } from "./map.js";
import { matrix } from "./matrix.js";
import { latency, latencyOverTime, messages, stages } from "./messages.js";
import { overValue } from "./over_value.js";
import { notifications, presence } from "./presence.js";
import { backlog, sms } from "./sms.js";
import { queues, stations, utilisation } from "./stations.js";
import { heat, sweep } from "./sweep.js";

/** A chart that comes as it is to be drawn. @param {HTMLElement} figure */
const ready = (figure) => {
  const chart = data.study.charts?.[figure.dataset.label ?? ""];
  if (chart) overValue(figure, chart);
};

/** @type {Record<string, (figure: HTMLElement) => void>} */
const CHARTS = {
  flow,
  messages,
  map,
  latency,
  "latency-over-time": latencyOverTime,
  stages,
  presence,
  notifications,
  sms,
  backlog,
  matrix,
  stations,
  utilisation,
  queues,
  ready,
  intervals,
  sweep,
  heat,
};

const widthNow = (/** @type {HTMLElement} */ figure) => String(frameOf(figure).clientWidth);
const draw = (/** @type {HTMLElement} */ figure) => {
  CHARTS[figure.dataset.chart ?? ""]?.(figure);
  figure.dataset.drawn = widthNow(figure);
};

/** @type {HTMLElement[]} */
const figures = [...document.querySelectorAll("figure")].filter(({ dataset }) => dataset.chart);
const views = new IntersectionObserver(
  (entries) =>
    entries
      .filter(({ isIntersecting }) => isIntersecting)
      .forEach(({ target }) => {
        views.unobserve(target);
        if (target instanceof HTMLElement) draw(target);
      }),
  { rootMargin: "300px" },
);
figures.forEach((figure) => {
  views.observe(figure);
  figure.addEventListener("redraw", () => draw(figure));
});

// Drawn again for another width; what was not drawn yet still waits.
let waiting = 0;
addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = window.setTimeout(() => {
    const drawn = figures.filter(({ dataset }) => dataset.drawn);
    drawn.filter((figure) => figure.dataset.drawn !== widthNow(figure)).forEach(draw);
  }, 100);
});
addEventListener("beforeprint", () => {
  figures.filter(({ dataset }) => !dataset.drawn).forEach(draw);
});
document.documentElement.dataset.ready = String(Math.round(performance.now()));
