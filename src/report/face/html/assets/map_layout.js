// Where operators stand on the map: on a circle, hubs within it.
import { most, sum } from "./lists.js";

/** @typedef {OperatorData & { index: number, angle: number, x: number, y: number }} Node */
/** @typedef {{ a: Node, b: Node, protocol: string }} Line */

/**
 * The lines of the map: two agreements of one pair are one, since traffic is counted by pair.
 * @param {Node[]} nodes
 * @param {AgreementData[]} agreements
 */
export const linesOf = (nodes, agreements) => {
  /** @type {Line[]} */
  const lines = [];
  agreements.forEach(({ between: [first, second], protocol }) => {
    const a = nodes[first];
    const b = nodes[second];
    const same = lines.find(
      (line) => (line.a === a && line.b === b) || (line.a === b && line.b === a),
    );
    if (same) same.protocol += ` and ${protocol}`;
    else lines.push({ a, b, protocol });
  });
  return lines;
};

/**
 * Operators on a circle, neighbours by hub; many on a narrow page stand on an ellipse, with their
 * names at its sides.
 * @param {Node[]} outer
 * @param {number} wide
 */
const onCircle = (outer, wide) => {
  const names = Math.min(120, 24 + 6.8 * most(outer.map(({ name }) => name.length)));
  const wanted = outer.length === 2 ? 190 : 90 + outer.length * 14;
  const radius = Math.max(60, Math.min(wide / 2 - names, 190, wanted));
  const tall = wide < 500 && outer.length > 10 ? 1.6 : 1;
  const turn = outer.length === 2 ? Math.PI : -Math.PI / 2;
  outer.forEach((node, place) => {
    node.angle = turn + (2 * Math.PI * place) / outer.length;
    node.x = radius * Math.cos(node.angle);
    node.y = tall * radius * Math.sin(node.angle);
  });
  return { radius, tall };
};

/**
 * Hubs towards the middle of their operators.
 * @param {Node[]} hubs
 * @param {(hub: number) => Node[]} own
 * @param {{ radius: number, tall: number }} circle
 */
const within = (hubs, own, { radius, tall }) => {
  const part = hubs.length > 1 ? 0.42 : 0;
  hubs.forEach((hub, place) => {
    const around = own(place);
    hub.angle = around.length
      ? Math.atan2(
          sum(around, ({ y }) => y / tall),
          sum(around, ({ x }) => x),
        )
      : (2 * Math.PI * place) / hubs.length;
    hub.x = part * radius * Math.cos(hub.angle);
    hub.y = part * radius * tall * Math.sin(hub.angle);
  });
};

/**
 * All operators in their places on a map so wide, and its height.
 * @param {OperatorData[]} operators
 * @param {AgreementData[]} agreements
 * @param {number} wide
 */
export const layout = (operators, agreements, wide) => {
  /** @type {Node[]} */
  const nodes = operators.map((one, index) => ({ ...one, index, angle: 0, x: 0, y: 0 }));
  const hubs = nodes.filter(({ kind }) => kind === "hub");
  const outer = nodes.filter(({ kind }) => kind !== "hub");
  const joined = (/** @type {Node} */ one, /** @type {Node} */ other) =>
    agreements.some(({ between }) => between.includes(one.index) && between.includes(other.index));
  const home = (/** @type {Node} */ node) => hubs.findIndex((hub) => joined(node, hub));
  outer.sort((one, other) => home(one) - home(other) || one.index - other.index);
  const circle = onCircle(outer, wide);
  within(hubs, (hub) => outer.filter((node) => home(node) === hub), circle);

  const upper = Math.min(...nodes.map(({ y }) => y));
  const lower = Math.max(...nodes.map(({ y }) => y));
  nodes.forEach((node) => {
    node.x += wide / 2;
    node.y += 36 - upper;
  });
  return { nodes, height: Math.round(lower - upper + 76), tall: circle.tall > 1 };
};
