// The flow of messages: routes on the left, what became of them on the right; widths are counts, but
// never less than can be seen.
const flow = figure => {
  const routes = metric("messages_offered").filter(m => m.route && !m.from && m.count > 0).map(m => m.route);
  const of = (name, route) => sum(metric(name).filter(m => m.route === route && !m.from && !m.reason), m => m.count);
  const ends = [];
  const links = [];
  const add = (route, end, cls, n) => {
    if (!(n > 0)) return;
    if (!ends.some(e => e.name === end)) ends.push({ name: end, cls });
    links.push({ route, end, cls, n });
  };
  const why = (name, word, cls) => routes.forEach(route => {
    const by = metric(name).filter(m => m.route === route && !m.from && m.reason);
    const rest = of(name, route) - sum(by, m => m.count);
    by.forEach(m => add(route, `${word}: ${m.reason.replaceAll("_", " ")}`, cls, m.count));
    add(route, word, cls, rest);
  });
  routes.forEach(route => add(route, "delivered", "s2", of("messages_delivered", route)));
  routes.forEach(route => add(route, "in flight", "s4", of("messages_in_flight", route)));
  why("messages_refused", "refused", "s5");
  routes.forEach(route => add(route, "expired", "s3", of("messages_expired", route)));
  why("messages_lost", "lost", "s1");
  if (!links.length) return nothing(figure, "No message was offered.");

  const total = sum(links, l => l.n);
  const rows = Math.max(routes.length, ends.length);
  const { made, width, drawing } = canvas(figure, Math.max(220, 60 + rows * 44), "group");
  const height = Math.max(220, 60 + rows * 44), upper = 26, room = height - upper - 8;
  const narrow = width < 500;
  const left = narrow ? 104 : 190, right = width - (narrow ? 112 : 230);
  const space = 15;
  const scaled = (list, of) => {
    const free = room - space * (list.length - 1);
    const least = Math.min(14, free / list.length / 2);
    const sizes = list.map(of);
    const small = sizes.filter(n => n / total * free < least).length;
    const large = sum(sizes.filter(n => n / total * free >= least));
    const scale = (free - small * least) / (large || 1);
    let at = upper;
    return list.map((one, i) => {
      const high = Math.max(least, Math.min(sizes[i] * scale, free));
      const placed = { one, n: sizes[i], y: at, high, used: 0 };
      at += high + space;
      return placed;
    });
  };
  const from = scaled(routes, route => sum(links.filter(l => l.route === route), l => l.n));
  const to = scaled(ends, end => sum(links.filter(l => l.end === end.name), l => l.n));
  made.append(label(left - 8, 12, narrow ? "offered" : "offered, messages", "end"), label(right + 8, 12, narrow ? "outcome" : "outcome, messages"));
  const box = tip(drawing);
  const drawn = links.map(l => {
    const a = from.find(f => f.one === l.route), b = to.find(t => t.one.name === l.end);
    const ha = a.high * l.n / a.n, hb = b.high * l.n / b.n;
    const [ya, yb] = [a.y + a.used + ha / 2, b.y + b.used + hb / 2];
    a.used += ha; b.used += hb;
    const [x1, x2, m] = [left + 6, right - 6, (left + right) / 2];
    const d = `M${x1} ${round(ya - ha / 2)}C${m} ${round(ya - ha / 2)} ${m} ${round(yb - hb / 2)} ${x2} ${round(yb - hb / 2)}` +
      `V${round(yb + hb / 2)}C${m} ${round(yb + hb / 2)} ${m} ${round(ya + ha / 2)} ${x1} ${round(ya + ha / 2)}Z`;
    const shape = svg("path", { d, class: `fill ${l.cls}`, "fill-opacity": .4 });
    shape.append(svg("title", {}, `${l.route}, ${l.end}: ${count(l.n)}`));
    made.append(shape);
    return { ...l, shape };
  });
  const light = keep => drawn.forEach(l => l.shape.setAttribute("fill-opacity", !keep ? .4 : keep(l) ? .75 : .1));
  const node = (place, x, cls, name, anchor, keep, rows) => {
    const group = svg("g", { tabindex: "0", "aria-label": `${name}: ${count(place.n)} messages` });
    const tx = anchor === "end" ? x - 8 : x + 14, middle = place.y + place.high / 2;
    group.append(svg("rect", { x, y: round(place.y), width: 6, height: round(place.high), class: `fill ${cls}` }));
    const words = narrow && name.length > 16 ? name.replace("refused: ", "ref.: ") : name;
    if (narrow) group.append(label(tx, middle - 1, words, anchor, "strong halo"), label(tx, middle + 12, count(place.n), anchor, "halo"));
    else {
      const shown = label(tx, middle + 4, "", anchor, "strong halo");
      shown.append(`${words} `, svg("tspan", { "font-weight": 600 }, count(place.n)));
      group.append(shown);
    }
    const show = () => { light(keep); box.show(anchor === "end" ? left + 10 : right - 40, place.y + 4, name, rows()); };
    const hide = () => { light(null); box.hide(); };
    ["pointerenter", "focus"].forEach(kind => group.addEventListener(kind, show));
    ["pointerleave", "blur"].forEach(kind => group.addEventListener(kind, hide));
    made.append(group);
  };
  from.forEach(p => node(p, left, "s6", p.one, "end", l => l.route === p.one,
    () => drawn.filter(l => l.route === p.one).map(l => [l.cls, l.end, count(l.n)])));
  to.forEach(p => node(p, right - 6, p.one.cls, p.one.name, "start", l => l.end === p.one.name,
    () => drawn.filter(l => l.end === p.one.name).map(l => ["", l.route, count(l.n)])));
};
