// Both sweeps over the graph, for any inputs. RULES, printed from the table of derivatives, gives for each
// operation [its value, its derivative by each operand].

const graph = JSON.parse(document.getElementById("graph").textContent);
const { nodes, edges } = graph;

// The value of every node, and the derivative on every edge.
function evaluate(inputs) {
  const values = new Array(nodes.length);
  graph.leaves.forEach((i, k) => (values[i] = inputs[k]));
  const results = nodes.map((node, i) => {
    if (!node.op) return [];
    const result = RULES[node.op](...node.operands.map((x) => (typeof x === "string" ? parse(x) : values[x])));
    values[i] = result[0];
    return result;
  });
  return { values, partials: edges.map((edge) => results[edge.head][1 + edge.operand]) };
}

// The steps of a page: values one by one, then gradients or tangents. Each knows the numbers that it shows.
function allSteps({ mode, wrt, sweeps }, { values, partials }) {
  const steps = graph.forward.map((node) => ({ kind: "value", node, result: values[node] }));
  return steps.concat(mode === "reverse" ? backward(partials, sweeps) : tangents(partials, wrt));
}

// Whether a whole derivative has to be told from an edge's: with x in y = x · x it is dy/dx, not ∂y/∂x.
function isTotal({ mode, wrt }, steps) {
  if (mode === "reverse") return graph.isTotal;
  return steps.some(({ terms = [] }) => terms.length > 1 && terms.some(({ edge }) => edges[edge].tail === wrt));
}

// Edge by edge from the output back. A second sweep adds to the leaves, as backward() does without zero_grad().
function backward(partials, sweeps) {
  const steps = [];
  const grads = [];
  for (let sweep = 1; sweep <= sweeps; sweep++) {
    nodes.forEach((node, i) => { if (node.op) grads[i] = undefined; });
    grads[graph.output] = nodes[graph.output].op ? 1 : 1 + (grads[graph.output] ?? 0);
    steps.push({ kind: "seed", node: graph.output, sweep, result: grads[graph.output] });
    for (const index of graph.backward) {
      const { tail, head } = edges[index];
      const [partial, given, before] = [partials[index], grads[head], grads[tail]];
      const result = partial * given;
      grads[tail] = before === undefined ? result : before + result;
      steps.push({ kind: "edge", edge: index, node: tail, sweep, partial, given, before, result, total: grads[tail] });
    }
  }
  const last = new Map(steps.map((step) => [`${step.node} ${step.sweep}`, step]));
  for (const step of last.values()) step.isLast = true; // the gradient of its node is complete
  return steps;
}

// Node by node from one input on: what depends on it, in the order of the forward pass.
function tangents(partials, wrt) {
  const given = new Map([[wrt, 1]]);
  const steps = [{ kind: "source", node: wrt, result: 1 }];
  for (const node of graph.forward) {
    const terms = nodes[node].edges
      .filter((index) => edges[index].symbol && given.has(edges[index].tail))
      .map((index) => ({ edge: index, partial: partials[index], tangent: given.get(edges[index].tail) }));
    if (!terms.length) continue;
    const result = terms.map((term) => term.tangent * term.partial).reduce((sum, term) => sum + term);
    given.set(node, result);
    steps.push({ kind: "tangent", node, terms, result });
  }
  steps[0].still = nodes.map((_, i) => i).filter((i) => nodes[i].wants && !given.has(i)); // their tangent is 0
  return steps;
}

// The gradients of one fresh sweep.
function gradients({ partials }) {
  const grads = [];
  for (const step of backward(partials, 1)) grads[step.node] = step.total ?? step.result;
  return grads;
}
