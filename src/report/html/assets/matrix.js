// Operator by operator: one figure at a time, as text on a shade.
const matrix = figure => {
  const pairs = name => metric(name).filter(m => m.from && m.to && !m.reason);
  const offered = pairs("messages_offered");
  const operators = data.operators.length ? data.operators.filter(o => o[1] !== "hub").map(o => o[0])
    : unique(offered.flatMap(m => [m.from, m.to])).sort();
  const routes = unique(offered.filter(m => m.count > 0).map(m => m.route));
  const find = new Map();
  ["messages_offered", "messages_refused", "messages_expired", "messages_lost", "message_latency", "settlement"].forEach(name => {
    const by = new Map();
    pairs(name).forEach(m => { const key = `${m.from}>${m.to}`; if (!by.has(key)) by.set(key, []); by.get(key).push(m); });
    find.set(name, by);
  });
  const of = (name, a, b, route) => (find.get(name).get(`${a}>${b}`) ?? []).filter(m => route === "all" || m.route === route);
  const messages = (a, b, route) => sum(of("messages_offered", a, b, route), m => m.count);
  const share = (n, all) => all > 0 ? n / all : null;
  const slowest = p => (a, b, route) => {
    const known = of("message_latency", a, b, route).map(m => m[p]).filter(v => v != null);
    return known.length ? Math.max(...known) : null;
  };
  const FIGURES = {
    messages: ["Messages offered", messages, count, ""],
    p50: ["Latency p50", slowest("p50"), seconds, "latency"],
    p95: ["Latency p95", slowest("p95"), seconds, "latency"],
    p99: ["Latency p99", slowest("p99"), seconds, "latency"],
    loss: ["Refused, expired or lost", (a, b, route) =>
      share(sum(["messages_refused", "messages_expired", "messages_lost"], name => sum(of(name, a, b, route), m => m.count)), messages(a, b, route)), percent, ""],
    sms: ["Share that is SMS", (a, b, route) =>
      share(sum(of("messages_offered", a, b, route).filter(m => m.route.startsWith("sms-")), m => m.count), messages(a, b, route)), percent, ""],
    money: [`Money owed, ${unit("settlement")}`, (a, b) => { const m = of("settlement", a, b, "all"); return m.length ? sum(m, one => one.mean) : null; }, v => v == null ? "-" : v.toFixed(2), "money"],
  };
  if (!data.metrics.settlement) delete FIGURES.money;
  let chosen = "messages", route = "all";
  const drawing = figure.querySelector(".drawing");
  const draw = () => {
    const [title, value, format, kind] = FIGURES[chosen];
    const values = operators.map(a => operators.map(b => value(a, b, route)));
    const high = most(values.flat());
    const made = html("table", { class: "matrix" }, html("caption", { hidden: "" }, title),
      html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "from \\ to"), ...operators.map(o => html("th", { scope: "col" }, o)))),
      html("tbody", {}, ...operators.map((a, i) => html("tr", {}, html("th", { scope: "row" }, a), ...operators.map((b, j) => {
        const v = values[i][j], cell = html("td", { title: `${a} → ${b}: ${title} ${format(v)}` }, v == null || (chosen === "messages" && v === 0) ? "-" : format(v));
        if (v > 0) cell.style.background = `color-mix(in srgb, var(--accent) ${Math.round(4 + 40 * Math.sqrt(v / high))}%, transparent)`;
        return cell;
      })))));
    drawing.replaceChildren(html("div", { class: "wide", tabindex: "0", role: "region", "aria-label": title }, made));
    after(figure, html("p", { class: "note" },
      kind === "latency" && route === "all" ? "Of the slowest route of the two; choose a route for its own. Percentiles of different routes cannot be put together." :
      kind === "money" ? "What the row's operator owes the column's, over all routes and hubs on the way." : `${title}, ${route === "all" ? "all routes" : "route " + route}.`));
  };
  controls(figure,
    choose("Figure", Object.entries(FIGURES).map(([key, [title]]) => [key, title]), chosen, v => { chosen = v; draw(); }),
    choose("Route", [["all", "all routes"], ...routes.map(r => [r, r])], route, v => { route = v; draw(); }));
  draw();
};
