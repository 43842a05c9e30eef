// The picture: Python has drawn it, with room for numbers; here they are put in and marked.

const svg = document.querySelector("#picture svg");
const boxes = nodes.map((node, i) => {
  const group = svg.querySelector(`[data-node="n${i}"]`);
  const lines = [...group.querySelectorAll("text")];
  const grad = node.wants ? lines.pop() : null;
  return { group, title: group.querySelector("title"), value: lines.at(-1).lastElementChild, grad: grad?.lastElementChild, word: grad?.firstElementChild };
});
const arrows = [...svg.querySelectorAll("g.edge")].map((group) => ({ group, label: group.querySelector("text tspan") }));

function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

// Show the graph as it is after some of the steps, with the last, or the one that is asked for, marked.
function draw(done, marked) {
  const values = nodes.map((node, i) => (node.op ? undefined : run.values[i]));
  const grads = [];
  const flown = new Set();
  let sweep = 1;
  for (const step of done) {
    if (step.kind === "value") values[step.node] = step.result;
    else {
      if (step.kind === "seed" && step.sweep > 1) {
        nodes.forEach((node, i) => { if (node.op) grads[i] = undefined; });
        flown.clear();
        sweep = step.sweep;
      }
      grads[step.node] = step.total ?? step.result;
      for (const edge of edgesOf(step)) flown.add(edge);
    }
  }
  const now = new Set(marked ? edgesOf(marked) : []);
  const word = state.mode === "reverse" ? "grad" : "tangent";
  const shown = (x) => (x === undefined ? "—" : number(x));
  boxes.forEach(({ group, title, value, grad, word: before }, i) => {
    put(value, shown(values[i]));
    put(grad, shown(grads[i]));
    put(before, `${word}  `);
    put(title, `${nodes[i].called}, value ${shown(values[i])}${nodes[i].wants ? `, ${word} ${shown(grads[i])}` : ""}`);
    group.classList.toggle("now", marked?.node === i);
  });
  arrows.forEach(({ group, label }, i) => {
    const isKnown = values[edges[i].head] !== undefined;
    put(label, isKnown ? `${edges[i].symbol} = ${number(run.partials[i])}` : edges[i].symbol);
    group.classList.toggle("now", now.has(i));
    group.classList.toggle("flown", flown.has(i));
    group.setAttribute("aria-label", edgeSaid(i));
  });
  if (marked) keepInView(boxes[marked.node].group);
}

const edgesOf = (step) => (step.kind === "edge" ? [step.edge] : (step.terms ?? []).map((term) => term.edge));

// In a large picture, scroll to what happens; the page itself stays where it is.
function keepInView(group) {
  const frame = document.getElementById("picture");
  const [inner, outer] = [group.getBoundingClientRect(), frame.getBoundingClientRect()];
  const by = (low, high, from, to) => (low < from ? low - from - 40 : high > to ? high - to + 40 : 0);
  const [left, top] = [by(inner.left, inner.right, outer.left, outer.right), by(inner.top, inner.bottom, outer.top, outer.bottom)];
  if (left || top) frame.scrollBy({ left, top });
}

// An edge that is pointed at, or reached with Tab and ↑ ↓, tells its derivative.
function edgeSaid(i) {
  const { symbol, tail, head, text } = edges[i];
  if (!symbol) return `${nodes[tail].name} goes into ${nodes[head].name}; no derivative flows here`;
  return [...new Set([symbol, text, number(run.partials[i])])].join(" = ");
}

function tell(i) {
  const { symbol, tail, head, form } = edges[i];
  const place = document.getElementById("edge");
  if (!symbol) return place.replaceChildren(edgeSaid(i));
  const parts = [ratio(head, tail), byNames(form, head), digits(run.partials[i])];
  const isNumber = parts[1].textContent === parts[2].textContent.replace("−", "-") || parts[1].textContent === parts[2].textContent;
  place.replaceChildren(math("math", row(...join("=", isNumber ? [parts[0], parts[2]] : parts))));
}

function prepareEdges() {
  svg.setAttribute("role", "group");
  const hint = document.getElementById("edge").textContent;
  arrows.forEach(({ group }, i) => {
    const target = group.querySelector("path").cloneNode();
    target.setAttribute("class", "target");
    group.append(target);
    group.setAttribute("role", "img");
    group.setAttribute("tabindex", i ? "-1" : "0");
    group.addEventListener("pointerenter", () => tell(i));
    group.addEventListener("pointerleave", () => put(document.getElementById("edge"), hint));
    group.addEventListener("focus", () => tell(i));
    group.addEventListener("blur", () => put(document.getElementById("edge"), hint));
    group.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const next = arrows[(i + by + arrows.length) % arrows.length].group;
      group.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    });
  });
}
