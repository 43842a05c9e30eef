// Where the page is, and that in the address: #step=8&mode=forward&wrt=b&a=3. Everything shown follows from it.

const given = {
  step: 0, sweeps: 1, updates: 0,
  mode: graph.mode, wrt: graph.wrt, predict: graph.predict, rate: graph.rate,
  inputs: graph.leaves.map((i) => parse(nodes[i].value)),
};
const MOST = { sweeps: 20, updates: 2000 };
let state; // `inputs` are those before the updates
let run; // what follows: inputs now, values, partials, steps, losses

function compute() {
  const { mode, wrt, sweeps, updates, rate, inputs: begin } = state;
  const from = [mode, wrt, sweeps, updates, rate, begin];
  if (!run || from.some((part, i) => part !== run.from[i])) {
    const { inputs, losses } = descend(state);
    const found = evaluate(inputs);
    const steps = allSteps(state, found);
    run = { from, inputs, losses, ...found, steps, isTotal: isTotal(state, steps) };
    showRun();
  }
  state.step = Math.min(Math.max(state.step, 0), run.steps.length);
}

// Change the state, and show it.
function go(change) {
  Object.assign(state, change);
  compute();
  show();
  clearTimeout(writing);
  writing = setTimeout(write, 200); // browsers refuse addresses that change with every move of a slider
}

let writing;

function write() {
  try {
    history.replaceState(null, "", fragment());
  } catch { /* a page within a notebook has no address of its own */ }
}

function fragment() {
  const parts = new URLSearchParams({ step: state.step });
  if (state.mode !== given.mode) parts.set("mode", state.mode);
  if (state.wrt !== given.wrt) parts.set("wrt", nodes[state.wrt].key);
  if (state.predict !== given.predict) parts.set("predict", Number(state.predict));
  if (state.rate !== given.rate) parts.set("rate", inFull(state.rate));
  for (const key of ["sweeps", "updates"]) if (state[key] !== given[key]) parts.set(key, state[key]);
  graph.leaves.forEach((i, k) => {
    if (!Object.is(state.inputs[k], given.inputs[k])) parts.set(nodes[i].key, inFull(state.inputs[k]));
  });
  return `#${parts}`;
}

// What an address asks for; what it says wrongly is left as the page was made.
function readFragment() {
  stop();
  clearTimeout(writing);
  const parts = new URLSearchParams(location.hash.slice(1));
  const whole = (key, low, most) => {
    const x = Math.floor(parse(parts.get(key) ?? "") ?? NaN);
    return Number.isNaN(x) ? given[key] : Math.min(Math.max(x, low), most);
  };
  const wrt = graph.wanting.find((i) => nodes[i].key === parts.get("wrt"));
  const rate = parse(parts.get("rate") ?? "");
  state = {
    mode: ["reverse", "forward"].find((mode) => mode === parts.get("mode")) ?? given.mode,
    wrt: wrt ?? given.wrt,
    predict: parts.has("predict") ? parts.get("predict") === "1" : given.predict,
    rate: rate > 0 && rate < Infinity ? rate : given.rate,
    step: parts.get("step") === "end" ? Infinity : whole("step", 0, Infinity),
    sweeps: whole("sweeps", 1, MOST.sweeps),
    updates: whole("updates", 0, MOST.updates),
    inputs: graph.leaves.map((i, k) => parse(parts.get(nodes[i].key) ?? "") ?? given.inputs[k]),
  };
  quiz.asking = false;
  compute();
  show();
}
