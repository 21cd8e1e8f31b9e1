// What each chart of a run's page shows, and when it is drawn: as it comes into view.
const byRoute = name => metric(name).filter(m => m.route && !m.from && !m.reason && !m.stage);
const routesSeen = unique(byRoute("messages_offered").filter(m => m.count > 0).map(m => m.route));
const colourOf = route => routesSeen.indexOf(route);

const STAGES = [
  ["access_up", "s4", 1], ["im_queue", "s1", 1], ["im_service", "s0", 1], ["offline_store", "s6", .5], ["rate_limit", "s3", 1],
  ["link", "s2", 1], ["relay", "s0", .55], ["translation", "s3", .5], ["smsc_queue", "s5", 1], ["smsc_service", "s5", .45],
  ["hlr", "s2", .5], ["attempt", "s7", 1], ["retry_wait", "s1", .5], ["access_down", "s4", .5],
];
const stages = figure => {
  const times = metric("route_stage_time");
  const rows = byRoute("message_latency").map(all => {
    const parts = STAGES.map(([stage, cls, opacity]) => {
      const m = times.find(t => t.route === all.route && t.stage === stage);
      return { stage, cls, opacity, value: m && all.count ? m.mean * m.count / all.count : 0 };
    }).filter(p => p.value > 0);
    const sorted = [...parts].sort((p, q) => q.value - p.value);
    return {
      name: all.route, parts, shown: seconds(all.mean), words: sorted.map(p => `${p.stage} ${seconds(p.value)}`).join(", "),
      tip: [["", "mean latency", seconds(all.mean)], ...sorted.map(p => [p.cls, p.stage.replaceAll("_", " "), seconds(p.value)])],
    };
  });
  const relative = figure.dataset.as === "shares";
  controls(figure, choose("Show", [["seconds", "seconds"], ["shares", "shares of each route"]], relative ? "shares" : "seconds", v => { figure.dataset.as = v; stages(figure); }));
  const used = unique(rows.flatMap(r => r.parts.map(p => p.stage)));
  if (relative) rows.forEach(r => { const all = sum(r.parts, p => p.value) || 1; r.parts = r.parts.map(p => ({ ...p, value: p.value / all })); });
  bars(figure, { rows, unit: relative ? "share of the mean latency" : "mean latency, seconds", format: relative ? v => `${Math.round(v * 100)} %` : v => v === 0 ? "0" : seconds(v), top: relative ? 1 : null });
  after(figure, html("ul", { class: "legend" }, ...STAGES.filter(([stage]) => used.includes(stage)).map(([stage, cls, opacity]) =>
    html("li", {}, html("span", { class: `swatch ${cls}`, style: `opacity: ${opacity}` }), stage.replaceAll("_", " ")))));
};

const messages = figure => overTime(figure, {
  unit: "messages a second", format: rate,
  lines: [["offered", "s6", ""], ["delivered", "s2", ""], ["refused", "s5", "7 3"], ["expired", "s3", "9 3 2 3"], ["lost", "s1", "2 2.5"]]
    .map(([name, cls, dash]) => ({ name, cls, dash, of: curves(`messages_${name}`, "rate") }))
    .filter(l => l.of.length).map(l => ({ ...l, values: sumOf(l.of) })),
});

const latencyOverTime = figure => {
  const statistic = figure.dataset.of ?? "p50";
  const known = ["p50", "mean", "p95", "p99"].filter(p => curves("message_latency", p).length);
  controls(figure, choose("Figure", known.map(p => [p, p === "p50" ? "p50, the median" : p]), statistic, v => { figure.dataset.of = v; latencyOverTime(figure); }));
  overTime(figure, {
    unit: `${statistic} of the interval, logarithmic`, format: seconds, log: true,
    lines: routesSeen.map(route => ({ name: route, cls: "s" + colourOf(route) % 8, dash: colourOf(route) < 8 ? DASHES[colourOf(route)] : "1 4", values: curves("message_latency", statistic, s => s.route === route)[0]?.values ?? [] })),
  });
};
const latency = figure => spreads(figure, routesSeen.map(route => ({ name: route, cls: "s" + colourOf(route) % 8, it: byRoute("message_latency").find(m => m.route === route) })).filter(r => r.it));

const presence = figure => {
  const changes = m => m.count ?? 0;
  const operators = unique(metric("presence_last_watcher").sort((p, q) => changes(q) - changes(p)).map(m => m.operator));
  const some = operators.slice(0, 6);
  const rows = metric("presence_latency").filter(m => !m.from).map(it => ({ name: `each, ${it.scope}`, cls: "s0", it }));
  some.forEach(operator => [["presence_first_watcher", "first", "s2"], ["presence_last_watcher", "last", "s1"]].forEach(([name, word, cls]) => {
    const it = metric(name).find(m => m.operator === operator);
    if (it) rows.push({ name: `${word}, ${operator}`, cls, it });
  }));
  spreads(figure, rows);
  if (operators.length > some.length) figure.append(html("p", { class: "note below" }, `The ${some.length} operators with the most changes; the table has all ${operators.length}.`));
};
const notifications = figure => overTime(figure, {
  unit: "notifications a second", format: rate,
  lines: curves("presence_notifications", "rate").map((s, n) => ({ name: s.scope === "client" ? "to clients" : "between operators", values: s.values, cls: "s" + n })),
});

// The operator that both SMS charts show: at first the one whose SMSC has the longest queue.
const smscs = unique(curves("station_queue_length", "mean", s => /\/smsc\[/.test(s.station)).map(s => s.station.split("/smsc[")[0]));
const nodesOf = operator => curves("station_queue_length", "mean", s => s.station.startsWith(`${operator}/smsc[`));
let smsc = [...smscs].sort((p, q) => most(nodesOf(q).flatMap(s => s.values)) - most(nodesOf(p).flatMap(s => s.values)))[0];
const chooseSmsc = figure => controls(figure, choose("SMSC of", smscs.map(o => [o, o]), smsc, v => {
  smsc = v;
  document.querySelectorAll("[data-chart=sms],[data-chart=backlog]").forEach(one => draw(one));
}));
const sms = figure => {
  chooseSmsc(figure);
  overTime(figure, {
    unit: "short messages a second", format: rate,
    lines: [["submitted", "s6", ""], ["attempts", "s0", "7 3"], ["delivered", "s2", ""], ["retried", "s5", "2 2.5"], ["expired", "s1", "9 3 2 3"]]
      .map(([name, cls, dash]) => ({ name, cls, dash, values: curves(`sms_${name}`, "rate", s => s.operator === smsc)[0]?.values ?? [] })),
  });
};
const backlog = figure => {
  chooseSmsc(figure);
  const nodes = nodesOf(smsc), together = sumOf(nodes);
  overTime(figure, { unit: "short messages waiting, mean of the interval", format: level, least: 1, lines: nodes.map((s, n) => ({ name: s.station, values: s.values, cls: "s" + n % 8 })) });
  const high = most(together), peak = together.indexOf(high);
  const empty = together.findIndex((v, i) => i >= peak && v < Math.max(1, high / 100));
  figure.append(html("p", { class: "note below" }, high < 1 ? "Hardly anything ever waited." : empty < 0
    ? `The most waited at ${clock(data.times[peak])}; the queue had not drained by the end.`
    : `The most waited at ${clock(data.times[peak])}; the queue took ${seconds(data.times[empty] - data.times[peak])} to drain.`));
};

const stationCurves = () => curves("station_utilisation", "mean");
const stations = figure => {
  const highest = new Map(stationCurves().map(s => [s.station, most(s.values)]));
  const queues = new Map(metric("station_queue_length").map(m => [m.station, m]));
  const rows = metric("station_utilisation").sort((p, q) => q.mean - p.mean).slice(0, 12).map(m => ({
    name: m.station, parts: [{ value: m.mean, cls: shade(m.mean) }], mark: highest.get(m.station) ?? null, shown: `${percent(m.mean)}, top ${percent(highest.get(m.station))}`,
    words: `${percent(m.mean)} used on average`,
    tip: [["", "used, mean", percent(m.mean)], ["", "busiest interval", percent(highest.get(m.station))], ["", "queue, mean", level(queues.get(m.station)?.mean)], ["", "longest queue", count(queues.get(m.station)?.max)]],
  }));
  bars(figure, { rows, unit: "servers busy, share of the time", format: v => `${Math.round(v * 100)} %`, top: 1, parts: CLASSES.slice(0, 4) });
};
const busiest = (metricName, n) => curves(metricName, "mean").map(s => ({ s, all: sum(s.values) })).sort((p, q) => q.all - p.all).slice(0, n).filter(one => one.all > 0).map(one => ({ name: one.s.station, values: one.s.values }));
const utilisation = figure => overTime(figure, { unit: "servers busy, share of the interval", format: v => v == null ? "-" : percent(v), top: 1, lines: busiest("station_utilisation", 6) });
const queues = figure => overTime(figure, { unit: "jobs waiting, mean of the interval", format: level, least: 1, lines: busiest("station_queue_length", 6) });

const CHARTS = { flow, messages, map, latency, "latency-over-time": latencyOverTime, stages, presence, notifications, sms, backlog, matrix, stations, utilisation, queues, ready, intervals, sweep, heat };
const draw = figure => {
  CHARTS[figure.dataset.chart]?.(figure);
  figure.dataset.drawn = String(figure.querySelector(".drawing").clientWidth);
};
const figures = [...document.querySelectorAll("figure[data-chart]")];
const seen = new IntersectionObserver(entries => entries.filter(e => e.isIntersecting).forEach(e => {
  seen.unobserve(e.target);
  draw(e.target);
}), { rootMargin: "300px" });
figures.forEach(figure => seen.observe(figure));
// Drawn again for another width; what was not drawn yet still waits.
let waiting = null;
addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => figures.filter(f => f.dataset.drawn && f.dataset.drawn !== String(f.querySelector(".drawing").clientWidth)).forEach(draw), 100);
});
addEventListener("beforeprint", () => {
  figures.filter(f => !f.dataset.drawn).forEach(draw);
  document.querySelectorAll("details").forEach(d => { if (d.closest("#topology") === null && d.dataset.made !== "1") d.open = true; });
});
document.documentElement.dataset.ready = String(Math.round(performance.now()));
