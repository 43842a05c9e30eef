// The picture: Python has drawn it, with room for numbers; here they are put in and marked.

const svg = document.querySelector("#picture svg");
const boxes = nodes.map((node, i) => {
  const group = svg.querySelector(`[data-node="n${i}"]`);
  const lines = [...group.querySelectorAll("text")];
  const [grad, value] = [node.wants ? lines.pop() : undefined, lines.pop()];
  const title = group.querySelector("title");
  return { group, title, value: value.lastElementChild, grad: grad?.lastElementChild, word: grad?.firstElementChild };
});
const arrows = [...svg.querySelectorAll("g.edge")].map((group) => {
  const label = [...group.querySelectorAll("text tspan")].at(-1); // "∂e/∂c = 2", or of it only "= 2"
  return { group, label, before: label?.textContent.slice(0, label.textContent.lastIndexOf("= ")) };
});

function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

// The numbers in full, for whoever reads the page with a program.
function keep(group, numbers) {
  for (const [word, x] of Object.entries(numbers)) {
    const text = x === undefined ? "" : inFull(x);
    if (group.dataset[word] !== text) group.dataset[word] = text;
  }
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
      for (const i of step.still ?? []) grads[i] = 0;
      grads[step.node] = step.total ?? step.result;
      for (const edge of edgesOf(step)) flown.add(edge);
    }
  }
  const now = new Set(marked ? edgesOf(marked) : []);
  const shown = (x) => (x === undefined ? "—" : number(x));
  boxes.forEach(({ group, title, value, grad, word: before }, i) => {
    const word = state.mode === "reverse" ? "grad" : tangentOf(i);
    put(value, shown(values[i]));
    put(grad, shown(grads[i]));
    put(before, `${word}  `);
    keep(group, { value: values[i], grad: grads[i] });
    put(title, `${nodes[i].called}, value ${shown(values[i])}${nodes[i].wants ? `, ${word} ${shown(grads[i])}` : ""}`);
    group.classList.toggle("now", marked?.node === i);
  });
  arrows.forEach(({ group, label, before }, i) => {
    put(label, before + (values[edges[i].head] === undefined ? "" : `= ${number(run.partials[i])}`));
    group.classList.toggle("now", now.has(i));
    group.classList.toggle("flown", flown.has(i));
  });
  document.body.classList.toggle("values", !marked || marked.kind === "value");
  if (marked) keepInView([boxes[marked.node].group, ...[...now].map((i) => arrows[i].group)]);
}

const edgesOf = (step) => (step.kind === "edge" ? [step.edge] : (step.terms ?? []).map((term) => term.edge));

// In a large picture, scroll to what happens; the page itself stays where it is.
function keepInView(groups) {
  const frame = document.getElementById("picture");
  const outer = frame.getBoundingClientRect();
  const inner = groups.map((group) => group.getBoundingClientRect());
  const by = (start, end, size) => {
    const [from, to] = [Math.min(...inner.map((box) => box[start])), Math.max(...inner.map((box) => box[end]))];
    const isSeen = from >= outer[start] && to <= outer[end];
    if (isSeen) return 0;
    const fits = to - from <= outer[size];
    return fits ? (from + to - outer[start] - outer[end]) / 2 : inner[0][start] - outer[start] - 20;
  };
  const [left, top] = [by("left", "right", "width"), by("top", "bottom", "height")];
  if (left || top) frame.scrollBy({ left, top });
}

// An edge that is pointed at, or reached with Tab and ↑ ↓, tells its derivative.
function edgeSaid(i) {
  const { symbol, tail, head, text } = edges[i];
  if (!symbol) return `${nodes[tail].name} goes into ${nodes[head].name}; no derivative flows here`;
  return [...new Set([symbol, text, number(run.partials[i])])].join(" = ");
}

function nameEdges() {
  arrows.forEach(({ group }, i) => group.setAttribute("aria-label", edgeSaid(i)));
}

function tell(i) {
  const { symbol, tail, head, form, text } = edges[i];
  const place = document.getElementById("edge");
  if (!symbol) return place.replaceChildren(edgeSaid(i));
  const isNumber = text === number(run.partials[i]);
  const formula = isNumber ? [] : [byNames(form, head)];
  place.replaceChildren(shownMath(row(...join("=", [ratio(head, tail), ...formula, digits(run.partials[i])]))));
}

// A picture that is too large for its frame shrinks until its smallest text is 11 pixels high, then it scrolls.
function preparePicture() {
  const { width, height } = svg.viewBox.baseVal;
  const least = 11 / Math.min(...[...svg.querySelectorAll("text")].map((text) => text.getAttribute("font-size")));
  svg.style.minWidth = `${least * width}px`;
  svg.style.minHeight = `${least * height}px`;
  svg.setAttribute("role", "group");
  for (const { group } of boxes) group.setAttribute("role", "img");
}

function prepareEdges() {
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
