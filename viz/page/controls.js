// Buttons, keys, play; and what the steps are shown with.

const byId = (id) => document.getElementById(id);
const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
const SECONDS = { slow: 3, medium: 1.5, fast: 0.5 };
let playing = null;

// What changes with the numbers.
function showRun() {
  nameEdges();
  showInputs();
  showDescent();
}

// What changes with every step.
function show() {
  const { steps } = run;
  const step = steps[state.step - 1];
  const next = quiz.asking ? steps[state.step] : undefined;
  draw(steps.slice(0, state.step), next ?? step);
  put(byId("count"), `step ${state.step} / ${steps.length}`);
  byId("formula").replaceChildren(...(next || !step ? [] : written[step.kind](step)).map(shownMath));
  const sentence = step ? said[step.kind](step) : start();
  put(byId("said"), next ? `Predict first. ${asked[next.kind](next)}` : quiz.verdict + sentence);
  put(byId("pattern"), next || !step ? "" : patternOf(step));
  byId("back").disabled = byId("reset").disabled = state.step === 0;
  byId("step").disabled = byId("all").disabled = byId("play").disabled = state.step === steps.length;
  byId("again").disabled = state.mode !== "reverse" || state.step < steps.length || state.sweeps === MOST.sweeps;
  byId("zero").disabled = state.mode !== "reverse" || (state.sweeps === 1 && state.step <= graph.forward.length);
  byId(state.mode).checked = true;
  byId("wrt").value = state.wrt;
  byId("wrt").disabled = state.mode !== "forward";
  byId("predict").checked = state.predict;
  byId("descent").classList.toggle("secret", state.predict && state.step < graph.forward.length);
  showQuiz(next);
}

const start = () => `${graph.leaves.map((i) => `${nodes[i].name} = ${number(run.values[i])}`).slice(0, 8).join(", ")}`
  + `${graph.leaves.length > 8 ? ", …" : ""}. Step forward to compute ${nodes[graph.output].name}.`;

function forwards() {
  if (state.step === run.steps.length) return stop();
  if (state.predict && !quiz.asking) return ask();
  quiz.forget();
  go({ step: state.step + 1 });
}

function to(step) {
  quiz.forget();
  go({ step });
}

// Before the second half, whatever it will be: values stay, gradients are gone.
function begin(change) {
  stop();
  quiz.forget();
  go({ sweeps: 1, step: Math.min(state.step, graph.forward.length), ...change });
}

const back = () => (quiz.asking ? to(state.step) : to(state.step - 1));

function play() {
  if (playing) return stop();
  playing = setInterval(() => {
    forwards();
    if (state.step === run.steps.length) stop();
  }, 1000 * SECONDS[byId("speed").value]);
  put(byId("play"), "❚❚ pause");
  forwards();
}

function stop() {
  clearInterval(playing);
  playing = null;
  put(byId("play"), "▶ play");
}

const KEYS = { ArrowRight: forwards, ArrowLeft: back, Home: () => to(0), End: () => to(run.steps.length), " ": play };

function pressed(event) {
  const target = event.target.localName;
  const isOwn = ["input", "select"].includes(target) || (event.key === " " && ["button", "summary"].includes(target));
  if (isOwn || event.ctrlKey || event.altKey || event.metaKey || !KEYS[event.key]) return;
  event.preventDefault();
  if (event.key !== " ") stop();
  KEYS[event.key]();
}

function prepareControls() {
  const press = (id, action) => byId(id).addEventListener("click", () => { if (id !== "play") stop(); action(); });
  press("back", back);
  press("step", forwards);
  press("all", () => to(run.steps.length));
  press("reset", () => { quiz.right = quiz.asked = 0; begin({ step: 0 }); });
  press("play", play);
  press("again", () => go({ sweeps: state.sweeps + 1, step: state.step + 1 }));
  press("zero", () => begin({}));
  byId("speed").addEventListener("change", () => { if (playing) { stop(); play(); } });
  for (const mode of ["reverse", "forward"]) byId(mode).addEventListener("change", () => begin({ mode }));
  byId("wrt").replaceChildren(...graph.wanting.map((i) => new Option(fullName(i), i)));
  byId("wrt").addEventListener("change", () => begin({ wrt: Number(byId("wrt").value) }));
  byId("predict").addEventListener("change", () => { quiz.forget(); go({ predict: byId("predict").checked }); });
  document.addEventListener("keydown", pressed);
}
