// A field for every input, and a slider while they are few.

const MOST_SLIDERS = 12;

// From −span to span, a round number that leaves room on both sides; nothing for numbers too large or small to drag.
function span(x) {
  if (!(Math.abs(x) < 1e6) || (x !== 0 && Math.abs(x) < 1e-3)) return undefined;
  const least = Math.max(2 * Math.abs(x), 2);
  const ten = 10 ** Math.floor(Math.log10(least));
  return ten * [1, 2, 5, 10].find((times) => ten * times >= least);
}

const fields = graph.leaves.map((i, k) => {
  const { name, called, where } = nodes[i];
  const label = document.createElement("label");
  const field = make("input", { type: "text", inputMode: "decimal", autocomplete: "off" });
  const word = make("b", { textContent: name });
  if (where) word.append(make("small", { textContent: ` ${where}` }));
  label.append(word, field);
  const change = (text) => {
    const x = parse(text);
    field.setAttribute("aria-invalid", x === undefined);
    if (x === undefined) return;
    stop();
    quiz.forget();
    go({ inputs: run.inputs.map((before, other) => (other === k ? x : before)), updates: 0 });
  };
  field.setAttribute("aria-label", where ? `${called} ${where}` : called);
  field.addEventListener("change", () => change(field.value));
  const most = graph.leaves.length <= MOST_SLIDERS ? span(given.inputs[k]) : undefined;
  if (most === undefined) return { label, field };
  const slider = make("input", { type: "range", min: -most, max: most, step: most / 100 });
  slider.setAttribute("aria-label", `${called}, slider`);
  slider.addEventListener("input", () => change(slider.value));
  label.insertBefore(slider, field);
  return { label, field, slider };
});

function showInputs() {
  fields.forEach(({ field, slider }, k) => {
    const x = run.inputs[k];
    const shown = inFull(Number.isFinite(x) ? Number(x.toPrecision(6)) : x).replaceAll("-", "−");
    if (field.value !== shown) field.value = shown;
    if (!slider) return;
    if (Number(slider.value) !== x) slider.value = x;
    slider.setAttribute("aria-valuetext", number(x));
  });
  const isChanged = run.inputs.some((x, k) => !Object.is(x, given.inputs[k]));
  byId("restore").disabled = !isChanged;
}

function prepareInputs() {
  byId("fields").append(...fields.map(({ label }) => label));
  byId("restore").addEventListener("click", () => { quiz.forget(); go({ inputs: given.inputs, updates: 0 }); });
}
