// The map: operators on a circle, hubs within; agreements as lines whose width is traffic and whose
// colour is utilisation. A slider replays the run.
const CLASSES = [["u1", "under 50 %"], ["u2", "50 to 80 %"], ["u3", "80 to 95 %"], ["u4", "95 % and more"], ["u0", "no limit"]];
const shade = v => v == null ? "u0" : v < .5 ? "u1" : v < .8 ? "u2" : v < .95 ? "u3" : "u4";

const map = figure => {
  const operators = data.operators.map(([name, kind, im, sms], index) => ({ name, kind, im, sms, index }));
  if (!operators.length) return nothing(figure, "The topology could not be read.");
  const agreements = data.agreements.map(([a, b, protocol]) => ({ a: operators[a], b: operators[b], protocol }));
  const hubs = operators.filter(o => o.kind === "hub");
  const outer = operators.filter(o => o.kind !== "hub");
  // Neighbours on the circle are those of one hub.
  const home = o => hubs.findIndex(h => agreements.some(g => (g.a === o && g.b === h) || (g.b === o && g.a === h)));
  outer.sort((p, q) => home(p) - home(q) || p.index - q.index);

  const wide = Math.max(280, figure.querySelector(".drawing").clientWidth || 720);
  const names = Math.min(120, 24 + 6.8 * most(outer.map(o => o.name.length)));
  const reach = Math.max(60, Math.min(wide / 2 - names, 190, outer.length === 2 ? 190 : 90 + outer.length * 14));
  // Many operators on a narrow page: higher than wide, names at the sides.
  const tall = wide < 500 && outer.length > 10 ? 1.6 : 1;
  const turn = outer.length === 2 ? Math.PI : -Math.PI / 2;
  outer.forEach((o, i) => {
    o.angle = turn + 2 * Math.PI * i / outer.length;
    o.x = reach * Math.cos(o.angle); o.y = tall * reach * Math.sin(o.angle);
  });
  hubs.forEach((o, i) => {
    const own = outer.filter(p => home(p) === i);
    const r = hubs.length > 1 ? .42 : 0;
    o.angle = own.length ? Math.atan2(sum(own, p => p.y / tall), sum(own, p => p.x)) : 2 * Math.PI * i / hubs.length;
    o.x = r * reach * Math.cos(o.angle); o.y = r * tall * reach * Math.sin(o.angle);
  });
  const upper = Math.min(...operators.map(o => o.y)), lower = Math.max(...operators.map(o => o.y));
  const { made, width } = canvas(figure, Math.round(lower - upper + 76), "group");
  operators.forEach(o => { o.x += width / 2; o.y += 36 - upper; });

  // Figures at an interval, or of the whole run at -1.
  const pick = (curve, i) => curve == null ? null : i < 0 ? null : curve.values[i];
  // Without a series nothing is known of how long was measured.
  const length = data.times.length ? data.end - data.times[0] : null;
  const whole = (name, from, to) => length > 0 ? sum(metric(name).filter(m => m.from === from && m.to === to && m.kind), m => m.count) / length : null;
  const traffic = new Map(curves("agreement_messages", "rate").map(s => [`${s.from}>${s.to}`, s]));
  const busy = new Map(curves("station_utilisation", "mean").map(s => [s.station, s]));
  const mean = new Map(metric("station_utilisation").map(m => [m.station, m.mean]));
  const waiting = new Map(curves("station_queue_length", "mean").map(s => [s.station, s]));
  const rates = (g, i) => [[g.a.name, g.b.name], [g.b.name, g.a.name]].map(([from, to]) =>
    i < 0 ? whole("agreement_messages", from, to) : pick(traffic.get(`${from}>${to}`), i) ?? 0);
  const used = (stations, i) => {
    const all = stations.map(s => i < 0 ? mean.get(s) : pick(busy.get(s), i)).filter(v => v != null);
    return all.length ? Math.max(...all) : null;
  };
  const stations = [...mean.keys()];
  const ofLink = g => {
    const ways = [`${g.a.name}->${g.b.name}/`, `${g.b.name}->${g.a.name}/`];
    return stations.filter(s => ways.some(way => s.startsWith(way)));
  };
  const ofNode = o => stations.filter(s => s.startsWith(o.name + "/"));
  // Two agreements of one pair are drawn as one line: traffic is counted by pair.
  const lines = [];
  agreements.forEach(g => {
    const same = lines.find(l => (l.a === g.a && l.b === g.b) || (l.a === g.b && l.b === g.a));
    if (same) same.protocol += " and " + g.protocol; else lines.push({ ...g, stations: ofLink(g) });
  });
  // As wide at their busiest as there is room for.
  const full = Math.max(most(lines.map(g => sum(rates(g, -1)))), ...data.times.map((_, i) => most(lines.map(g => sum(rates(g, i))))), 1e-9);

  const figures = html("p", { class: "figures", "aria-live": "polite" }, "");
  let at = -1, shown = null;
  const when = () => at < 0 ? "whole run" : span(at);
  const tell = () => {
    if (!shown) return figures.replaceChildren("Point at, tap or tab to a line or an operator for its figures.");
    if (shown.protocol) {
      const [there, back] = rates(shown, at), use = used(shown.stations, at);
      figures.replaceChildren(html("b", {}, `${shown.a.name} – ${shown.b.name}`), ` (${shown.protocol}, ${when()}): `,
        `${rate(there)} from ${shown.a.name}, ${rate(back)} from ${shown.b.name}; `,
        use == null ? "neither bandwidth nor rate is limited." : `${percent(use)} of the link or its rate limit used.`);
    } else {
      const parts = ofNode(shown).map(s => [s, i_or(at, s)]).filter(([, v]) => v != null).sort((p, q) => q[1] - p[1]).slice(0, 4);
      const queue = s => at < 0 ? null : pick(waiting.get(s), at);
      figures.replaceChildren(html("b", {}, shown.name), ` (${shown.kind}, ${when()}): `,
        shown.kind === "hub" ? "" : `${count(shown.im)} IM users, ${count(shown.sms)} without IM; `,
        parts.map(([s, v]) => `${s.slice(shown.name.length + 1)} ${percent(v)} used${queue(s) >= 1 ? `, ${count(queue(s))} waiting` : ""}`).join("; ") || "nothing that queues", ".");
    }
  };
  const i_or = (i, s) => i < 0 ? mean.get(s) : pick(busy.get(s), i);

  lines.forEach(g => {
    const dashed = g.protocol === "sms" ? "6 4" : null;
    g.shape = svg("line", { x1: round(g.a.x), y1: round(g.a.y), x2: round(g.b.x), y2: round(g.b.y), "stroke-dasharray": dashed, "stroke-linecap": dashed ? null : "round" });
    const hit = svg("line", { x1: round(g.a.x), y1: round(g.a.y), x2: round(g.b.x), y2: round(g.b.y), stroke: "transparent", "stroke-width": 16 });
    const group = svg("g", { tabindex: "0", role: "button", "data-line": `${g.a.name}:${g.b.name}` }, g.shape, hit);
    watch(group, () => { shown = g; tell(); });
    g.group = group;
    made.append(group);
  });
  operators.forEach(o => {
    const r = o.kind === "hub" ? 11 : 9;
    o.shape = o.kind === "hub" ? svg("rect", { x: round(o.x - r), y: round(o.y - r), width: 2 * r, height: 2 * r, rx: 3 })
      : o.kind === "mno" ? svg("path", { d: `M${round(o.x)} ${round(o.y - 11)}L${round(o.x + 11)} ${round(o.y)}L${round(o.x)} ${round(o.y + 11)}L${round(o.x - 11)} ${round(o.y)}Z` })
      : svg("circle", { cx: round(o.x), cy: round(o.y), r });
    const group = svg("g", { tabindex: "0", role: "button", "data-node": o.name }, o.shape);
    const cos = Math.cos(o.angle), sin = Math.sin(o.angle);
    const below = o.kind === "hub" || Math.abs(cos) < (tall > 1 ? .1 : .35);
    group.append(below ? label(o.x, o.kind === "hub" ? o.y + 26 : sin < 0 ? o.y - 17 : o.y + 26, o.name, "middle", "strong halo")
      : label(o.x + (cos < 0 ? -15 : 15), o.y + 4 + (tall > 1 ? 6 * sin : 0), o.name, cos < 0 ? "end" : "start", "strong halo"));
    watch(group, () => { shown = o; tell(); });
    o.group = group;
    made.append(group);
  });

  const draw = () => {
    lines.forEach(g => {
      const all = rates(g, at), use = used(g.stations, at);
      g.shape.setAttribute("class", `stroke ${shade(use)}`);
      g.shape.setAttribute("stroke-width", round(1.2 + 12 * Math.sqrt(sum(all) / full)));
      g.group.setAttribute("aria-label", `${g.a.name} to ${g.b.name}: ${rate(sum(all))}${use == null ? "" : ", " + percent(use) + " used"}`);
    });
    operators.forEach(o => {
      const use = used(ofNode(o), at);
      o.shape.setAttribute("class", `fill ${shade(use)}`);
      o.shape.setAttribute("style", "stroke: var(--ground); stroke-width: 2px");
      o.group.setAttribute("aria-label", `${o.name}, ${o.kind}${use == null ? "" : ": busiest part " + percent(use) + " used"}`);
    });
    said.textContent = when();
    tell();
  };
  const slider = html("input", { type: "range", min: "-1", max: String(data.times.length - 1), step: "1", value: "-1", "aria-label": "Time of the run" });
  const said = html("output", { "aria-live": "off" });
  const go = i => { at = i; slider.value = String(i); slider.setAttribute("aria-valuetext", when()); draw(); };
  let playing = null;
  const play = html("button", { type: "button" }, "Replay");
  const stop = () => { clearInterval(playing); playing = null; play.textContent = "Replay"; };
  slider.addEventListener("input", () => { stop(); go(Number(slider.value)); });
  play.addEventListener("click", () => {
    if (playing) return stop();
    if (at >= data.times.length - 1) go(-1);
    play.textContent = "Pause";
    playing = setInterval(() => { if (at >= data.times.length - 1) stop(); else go(at + 1); }, 200);
  });
  const reset = html("button", { type: "button" }, "Whole run");
  reset.addEventListener("click", () => { stop(); go(-1); });
  controls(figure, play, reset, slider, said);
  after(figure, figures, legend(CLASSES), html("p", { class: "note" },
    "Circle: IM service provider. Diamond: operator without IM. Square: hub. Dashed: short messages alone."));
  go(-1);
  behind(figure, () => table(["agreement", "speaks", "from the first, mean", "from the second, mean", "highest together", "used, mean", "used, highest"],
    lines.map(g => [`${g.a.name} – ${g.b.name}`, g.protocol, ...rates(g, -1).map(rate),
      rate(most(data.times.map((_, i) => sum(rates(g, i))))), percent(used(g.stations, -1)),
      g.stations.length ? percent(most(data.times.map((_, i) => used(g.stations, i)))) : "-"])));
};
const watch = (group, show) => ["pointerenter", "focus", "click"].forEach(kind => group.addEventListener(kind, show));
