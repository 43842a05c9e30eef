// What a step says: as a sentence, for everyone, and as a formula, in MathML. Formulas come in <template>s:
// names one by one, operations and derivatives with holes for their operands.

const HOLE = 0xe000; // the character that stands for operand 0; the result is the last of the holes
const RESULT = 0xf8ff;

const math = (tag, ...children) => {
  const element = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag);
  element.append(...children);
  return element;
};
const shownMath = (part) => {
  const formula = math("math", part);
  formula.setAttribute("displaystyle", "true");
  return formula;
};
const row = (...parts) => math("mrow", ...parts.map((part) => (typeof part === "string" ? math("mo", part) : part)));
const digits = (x) => math("mn", number(x));
const inSigns = (x) => (number(x).startsWith("−") ? row("(", digits(x), ")") : digits(x));
const template = (index) => document.getElementById(`m${index}`).content.firstElementChild.cloneNode(true).childNodes;
const nameOf = (node) => row(...template(nodes[node].math));
const ratio = (top, bottom) => math("mfrac", row("∂", nameOf(top)), row("∂", nameOf(bottom)));
const whole = (top, bottom) => // of the node `top` by `bottom`, over all paths
  run.isTotal ? math("mfrac", row(math("mi", "d"), nameOf(top)), row(math("mi", "d"), nameOf(bottom))) : ratio(top, bottom);
const wholeSaid = (top, bottom) => [top, bottom].map((i) => (run.isTotal ? "d" : "∂") + nodes[i].name).join("/");
const join = (sign, parts) => parts.flatMap((part, i) => (i ? [sign, part] : [part]));

// A formula with its holes filled, by names or by numbers.
function filled(index, node, fill) {
  const formula = row(...template(index));
  for (const leaf of formula.querySelectorAll("mi, mtext, mn")) {
    const code = leaf.textContent.length === 1 ? leaf.textContent.charCodeAt(0) : 0;
    const whose = code === RESULT ? node : nodes[node].operands[code - HOLE];
    if (whose !== undefined) leaf.replaceWith(fill(whose, leaf));
  }
  return formula;
}
const byNames = (index, node) => filled(index, node, nameOf);
const byNumbers = (index, node) => filled(index, node, (operand, place) => {
  const before = place.previousElementSibling?.textContent ?? "(";
  const isAlone = ["(", ","].includes(before) && place.parentElement.localName !== "msup";
  return (isAlone ? digits : inSigns)(run.values[operand]);
});

// The same in words: "2 + 1" for "a + b".
function inNumbers(node) {
  const { pieces, operands } = nodes[node];
  return pieces.map((piece, i) => {
    if (i % 2 === 0) return piece;
    const before = pieces[i - 1].trimEnd();
    const isAlone = before === "" ? !/^[²^]/.test(pieces[i + 1]) : /[(,]$/.test(before);
    return (isAlone ? number : signed)(run.values[operands[piece]]);
  }).join("");
}

// A leaf's name, and where it belongs if another one is called the same.
const fullName = (i) => (nodes[i].where ? `${nodes[i].name} ${nodes[i].where}` : nodes[i].name);

const said = {
  value: ({ node, result }) => {
    const { name, formula, pieces } = nodes[node];
    return `${[`${name} = ${formula}`, ...(pieces ? [inNumbers(node)] : []), number(result)].join(" = ")}`;
  },
  seed: ({ node, sweep }) => {
    const again = sweep > 1 ? `, sweep ${sweep}: inner gradients begin anew, leaves add to what they have` : "";
    return `${wholeSaid(node, node)} = 1: here the backward sweep begins${again}`;
  },
  edge: ({ edge, node, sweep, partial, given, before, result, total, isLast }) => {
    const { name, op } = nodes[node];
    const { symbol, head } = edges[edge];
    const contribution = `contribution ${number(partial)} × ${signed(given)} = ${number(result)}`;
    const sum = before === undefined ? "" : `; total so far ${number(before)} + ${signed(result)} = ${number(total)}`;
    const sweepsSaid = isLast && !op && sweep > 1 ? `; gradient ${number(total)} after ${sweep} sweeps` : "";
    const way = `From ${nodes[head].name} back to ${name}, ${symbol} times the gradient of ${nodes[head].name}`;
    return `${way}: ${contribution}${sum}${sweepsSaid}`;
  },
  source: ({ node }) => {
    const { name } = nodes[node];
    return `${wholeSaid(node, node)} = 1: ${name} moves${graph.leaves.length > 1 ? ", the other inputs stand still" : ""}`;
  },
  tangent: ({ node, terms, result }) => {
    const sum = terms.map((term, i) => `${(i ? signed : number)(term.tangent)} × ${signed(term.partial)}`).join(" + ");
    const end = node === graph.output ? " after 1 sweep" : "";
    const way = `Tangent of ${nodes[node].name}, tangents times local derivatives`;
    return `${way}: ${wholeSaid(node, state.wrt)} = ${sum} = ${number(result)}${end}`;
  },
};

// What a step is an example of.
function patternOf({ kind, edge, node }) {
  if (kind === "edge") return graph.patterns[edges[edge].pattern];
  const n = graph.wanting.length;
  if (kind !== "tangent" || node !== graph.output || n === 1) return "";
  return `Forward mode: the gradient of all ${n} inputs needs ${n} sweeps; backward, 1 sweep gives it.`;
}

// What the third line of a box says in a forward sweep.
function tangentOf(node) {
  const word = wholeSaid(node, state.wrt);
  return word.length <= 8 ? word : "tangent";
}

const written = {
  value: ({ node, result }) => {
    const { form } = nodes[node];
    const parts = form === undefined ? [] : [byNames(form, node), byNumbers(form, node)];
    return [row(...join("=", [nameOf(node), ...parts, digits(result)]))];
  },
  seed: ({ node }) => [row(whole(node, node), "=", math("mn", "1"))],
  edge: (step) => {
    const { edge, node, partial, given, result } = step;
    const { head } = edges[edge];
    const term = row(whole(graph.output, node), "+=", product(ratio(head, node), whole(graph.output, head)),
      "=", product(digits(partial), inSigns(given), "×"), "=", digits(result));
    return step.isLast && step.before !== undefined ? [term, wholeSum(step)] : [term];
  },
  source: ({ node }) => [row(whole(node, node), "=", math("mn", "1"))],
  tangent: ({ node, terms, result }) => {
    const formulas = terms.map(({ edge }) => product(whole(edges[edge].tail, state.wrt), ratio(node, edges[edge].tail)));
    const numbers = terms.map(({ partial, tangent }, i) => product((i ? inSigns : digits)(tangent), inSigns(partial), "×"));
    return [row(...join("=", [whole(node, state.wrt), sumOf(formulas), sumOf(numbers), digits(result)]))];
  },
};

// Factors come in the order of the path from an input to the output.
const product = (first, second, sign = "·") => row(first, sign, second);
// Of a long sum the first two terms and the last.
const sumOf = (terms) => row(...join("+", terms.length <= 4 ? terms : [...terms.slice(0, 2), "…", terms.at(-1)]));

// ∂e/∂b = ∂c/∂b · ∂e/∂c + ∂d/∂b · ∂e/∂d = 2 + 3 = 5, when the last term has come.
function wholeSum({ node, sweep, total }) {
  const terms = run.steps.filter((step) => step.kind === "edge" && step.node === node && step.sweep === sweep);
  const old = terms[0].before;
  const numbers = terms.map((term, i) => (i || old !== undefined ? inSigns : digits)(term.result));
  if (old !== undefined) return row(sumOf([digits(old), ...numbers]), "=", digits(total)); // of an earlier sweep
  const heads = terms.map(({ edge }) => edges[edge].head);
  const formulas = heads.map((head) => product(ratio(head, node), whole(graph.output, head)));
  return row(...join("=", [whole(graph.output, node), sumOf(formulas), sumOf(numbers), digits(total)]));
}

// What is asked where the number is to be predicted.
const asked = {
  value: ({ node }) => `What is ${nodes[node].name} = ${nodes[node].formula}?`,
  seed: ({ node }) => `What is ${wholeSaid(node, node)}?`,
  edge: ({ edge, node }) => {
    const { symbol, head } = edges[edge];
    return `What is ${nodes[head].name}'s contribution to ${wholeSaid(graph.output, node)}: `
      + `${symbol} times the gradient of ${nodes[head].name}?`;
  },
  source: ({ node }) => `What is the tangent of ${nodes[node].name}, the input that moves?`,
  tangent: ({ node }) => `What is ${wholeSaid(node, state.wrt)}, tangents times local derivatives?`,
};
