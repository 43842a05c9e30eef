// What a step says: as a sentence, for everyone, and as a formula, in MathML. Formulas come in <template>s:
// names one by one, operations and derivatives with holes for their operands.

const HOLE = 0xe000; // the character that stands for operand 0; the result is the last of the holes
const RESULT = 0xf8ff;

const math = (tag, ...children) => {
  const element = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag);
  element.append(...children);
  return element;
};
const row = (...parts) => math("mrow", ...parts.map((part) => (typeof part === "string" ? math("mo", part) : part)));
const digits = (x) => math("mn", number(x));
const inSigns = (x) => (number(x).startsWith("−") ? row("(", digits(x), ")") : digits(x));
const template = (index) => [...document.getElementById(`m${index}`).content.cloneNode(true).firstElementChild.childNodes];
const nameOf = (node) => row(...template(nodes[node].math));
const ratio = (top, bottom) => math("mfrac", row("∂", nameOf(top)), row("∂", nameOf(bottom)));
const dotted = (node) => math("mover", nameOf(node), math("mo", "˙"));
const join = (sign, parts) => parts.flatMap((part, i) => (i ? [sign, part] : [part]));

// A formula with its holes filled, by names or by numbers.
function filled(index, node, fill) {
  const formula = row(...template(index));
  for (const leaf of formula.querySelectorAll("mi, mtext, mn")) {
    const code = leaf.textContent.length === 1 ? leaf.textContent.charCodeAt(0) : 0;
    if (code === RESULT) leaf.replaceWith(fill(node, leaf));
    else if (code >= HOLE && code < HOLE + nodes[node].operands.length) leaf.replaceWith(fill(nodes[node].operands[code - HOLE], leaf));
  }
  return formula;
}
const byNames = (index, node) => filled(index, node, nameOf);
const byNumbers = (index, node) => filled(index, node, (operand, place) => {
  const follows = place.previousElementSibling && !["(", ","].includes(place.previousElementSibling.textContent);
  return follows || place.parentElement.localName === "msup" ? inSigns(run.values[operand]) : digits(run.values[operand]);
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

const said = {
  value: ({ node, result }) => {
    const { name, formula, pieces } = nodes[node];
    return `${[`${name} = ${formula}`, ...(pieces ? [inNumbers(node)] : []), number(result)].join(" = ")}`;
  },
  seed: ({ node, sweep }) => {
    const { name } = nodes[node];
    const again = sweep > 1 ? `, sweep ${sweep}: inner gradients begin anew, leaves add to what they have` : "";
    return `∂${name}/∂${name} = 1: here the backward sweep begins${again}`;
  },
  edge: ({ edge, node, sweep, partial, given, before, result, total, isLast }) => {
    const { name, op } = nodes[node];
    const { symbol, head } = edges[edge];
    const contribution = `contribution ${number(partial)} × ${signed(given)} = ${number(result)}`;
    const sum = before === undefined ? "" : `; total so far ${number(before)} + ${signed(result)} = ${number(total)}`;
    const sweepsSaid = isLast && !op && sweep > 1 ? `; gradient ${number(total)} after ${sweep} sweeps` : "";
    return `From ${nodes[head].name} back to ${name}: local derivative ${symbol} times gradient of ${nodes[head].name}: `
      + contribution + sum + sweepsSaid;
  },
  source: ({ node }) => `Tangent of ${nodes[node].name} = 1: it moves, the other inputs stand still`,
  tangent: ({ node, terms, result }) => {
    const sum = terms.map((term, i) => `${(i ? signed : number)(term.partial)} × ${signed(term.tangent)}`).join(" + ");
    const end = node === graph.output ? `. ${sweepsNeeded(result)}` : "";
    return `Tangent of ${nodes[node].name}: local derivative times tangent: ${sum} = ${number(result)}${end}`;
  },
};

function sweepsNeeded(result) {
  const n = graph.wanting.length;
  const most = n === 1 ? "that is the only input" : `the gradient of all ${n} inputs needs ${n} sweeps, and backward one`;
  return `∂${nodes[graph.output].name}/∂${nodes[state.wrt].name} = ${number(result)} after 1 sweep; ${most}`;
}

const written = {
  value: ({ node, result }) => {
    const { form } = nodes[node];
    const parts = form === null ? [] : [byNames(form, node), byNumbers(form, node)];
    return [row(...join("=", [nameOf(node), ...parts, digits(result)]))];
  },
  seed: ({ node }) => [row(ratio(node, node), "=", math("mn", "1"))],
  edge: (step) => {
    const { edge, node, partial, given, result } = step;
    const { head } = edges[edge];
    const term = row(ratio(graph.output, node), "+=", ratio(graph.output, head), "·", ratio(head, node),
      "=", digits(given), "×", inSigns(partial), "=", digits(result));
    return step.isLast && step.before !== undefined ? [term, wholeSum(step)] : [term];
  },
  source: ({ node }) => [row(dotted(node), "=", ratio(node, node), "=", math("mn", "1"))],
  tangent: ({ node, terms, result }) => {
    const formulas = terms.map(({ edge }) => row(ratio(node, edges[edge].tail), dotted(edges[edge].tail)));
    const numbers = terms.map(({ partial, tangent }, i) => row((i ? inSigns : digits)(partial), "×", inSigns(tangent)));
    return [row(dotted(node), "=", ...join("+", formulas), "=", ...join("+", numbers), "=", digits(result))];
  },
};

// ∂e/∂b = ∂e/∂c · ∂c/∂b + ∂e/∂d · ∂d/∂b = 2 + 3 = 5, when the last term has come.
function wholeSum({ node, sweep, total }) {
  const terms = run.steps.filter((step) => step.kind === "edge" && step.node === node && step.sweep === sweep);
  const old = sweep > 1 && terms[0].before !== undefined ? [digits(terms[0].before)] : [];
  const shown = terms.length > 4 ? [...terms.slice(0, 2), null, terms.at(-1)] : terms;
  const formulas = shown.map((term) => term === null ? math("mo", "…")
    : row(ratio(graph.output, edges[term.edge].head), "·", ratio(edges[term.edge].head, node)));
  const numbers = shown.map((term, i) => (term === null ? math("mo", "…") : (i ? inSigns : digits)(term.result)));
  return row(...(old.length ? [] : [ratio(graph.output, node), "=", ...join("+", formulas), "="]),
    ...join("+", [...old, ...numbers]), "=", digits(total));
}

// What is asked where the number is to be predicted.
const asked = {
  value: ({ node }) => `What is ${nodes[node].name} = ${nodes[node].formula}?`,
  seed: ({ node }) => `What is ∂${nodes[node].name}/∂${nodes[node].name}?`,
  edge: ({ edge, node }) => {
    const { symbol, head } = edges[edge];
    return `What is ${nodes[head].name}'s contribution to ∂${nodes[graph.output].name}/∂${nodes[node].name}: `
      + `${symbol} times the gradient of ${nodes[head].name}?`;
  },
  source: ({ node }) => `What is the tangent of ${nodes[node].name}, the input that moves?`,
  tangent: ({ node }) => `What is the tangent of ${nodes[node].name}?`,
};
