// Gradient descent: every parameter moves against its gradient, w ← w − α ∂L/∂w, and the loss is seen to fall.

const LINES = 8; // parameters whose numbers are written out

let path = {}; // from the inputs that the state begins with: the inputs after each update, and the loss there

function descend({ inputs, rate, updates }) {
  if (path.inputs !== inputs || path.rate !== rate) path = { inputs, rate, points: [], losses: [], grads: [] };
  while (path.points.length <= updates) {
    const [before, grads] = [path.points.at(-1), path.grads.at(-1)];
    const move = (x, k) => (isMoved[k] ? x - rate * (grads[graph.leaves[k]] ?? 0) : x);
    const point = before ? before.map(move) : inputs;
    const found = evaluate(point);
    path.points.push(point);
    path.losses.push(found.values[graph.output]);
    path.grads.push(gradients(found));
  }
  return { inputs: path.points[updates], losses: path.losses.slice(0, updates + 1) };
}

const isMoved = graph.leaves.map((i) => graph.parameters.includes(i));

function showDescent() {
  const { losses } = run;
  const { name } = nodes[graph.output];
  const [before, after] = [losses.at(-2), losses.at(-1)];
  byId("undo").disabled = state.updates === 0;
  for (const id of ["update", "update10"]) byId(id).disabled = state.updates >= MOST.updates;
  if (parse(byId("rate").value) !== state.rate) byId("rate").value = inFull(state.rate);
  put(byId("loss"), state.updates === 0 ? `${name} = ${number(after)}`
    : `update ${state.updates}: ${name} from ${number(before)} to ${number(after)}`);
  const more = graph.parameters.length - LINES;
  const moves = state.updates === 0 ? [] : graph.parameters.slice(0, LINES).map(moved);
  if (moves.length && more > 0) moves.push(`and ${more} more`);
  byId("moves").replaceChildren(...moves.map((textContent) => make("li", { textContent })));
  curve(losses);
}

// w₁ ← 0.5 − 0.1 × (−0.475) = 0.5475, of the last update.
function moved(i) {
  const k = graph.leaves.indexOf(i);
  const last = state.updates - 1;
  const [before, after, grad] = [path.points[last][k], run.inputs[k], path.grads[last][i] ?? 0];
  return `${fullName(i)} ← ${number(before)} − ${number(state.rate)} × ${signed(grad)} = ${number(after)}`;
}

// The losses so far, from left to right; what is no number leaves a gap.
function curve(losses) {
  const [width, height, pad] = [320, 90, 6];
  const real = losses.filter(Number.isFinite);
  const [low, high] = [Math.min(...real), Math.max(...real)];
  const x = (i) => pad + ((width - 2 * pad) * i) / Math.max(losses.length - 1, 1);
  const y = (loss) => height - pad - ((height - 2 * pad) * (loss - low)) / (high - low || 1);
  const path = losses.map((loss, i) => Number.isFinite(loss)
    ? `${i && Number.isFinite(losses[i - 1]) ? "L" : "M"}${x(i).toFixed(1)} ${y(loss).toFixed(1)}` : "").join("");
  const plot = byId("curve");
  plot.hidden = losses.length < 2;
  plot.querySelector("path").setAttribute("d", path);
  const end = plot.querySelector("circle");
  const isReal = Number.isFinite(losses.at(-1));
  end.setAttribute("r", isReal ? 3.5 : 0);
  if (isReal) { end.setAttribute("cx", x(losses.length - 1)); end.setAttribute("cy", y(losses.at(-1))); }
  const said = `Loss from ${number(losses[0])} to ${number(losses.at(-1))} in ${losses.length - 1} updates`;
  plot.querySelector("svg").setAttribute("aria-label", said);
  put(byId("highest"), real.length ? number(high) : "");
  put(byId("lowest"), real.length ? number(low) : "");
}

function prepareDescent() {
  const more = (n) => {
    stop();
    quiz.forget();
    go({ updates: Math.min(state.updates + n, MOST.updates), step: Infinity, mode: "reverse", sweeps: 1 });
  };
  byId("update").addEventListener("click", () => more(1));
  byId("update10").addEventListener("click", () => more(10));
  byId("undo").addEventListener("click", () => { quiz.forget(); go({ updates: 0 }); });
  byId("rate").addEventListener("change", () => {
    const rate = parse(byId("rate").value);
    const isRate = rate > 0 && rate < Infinity;
    byId("rate").setAttribute("aria-invalid", !isRate);
    if (isRate) go({ rate, inputs: run.inputs, updates: 0 });
  });
}
