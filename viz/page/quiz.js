// Predict first: the number is asked for before it is shown.

const quiz = {
  asking: false,
  verdict: "",
  right: 0,
  asked: 0,
  forget() {
    this.asking = false;
    this.verdict = "";
  },
};

function ask() {
  stop();
  quiz.forget();
  quiz.asking = true;
  byId("answer").value = "";
  byId("answer").removeAttribute("aria-invalid");
  show();
  byId("answer").focus();
}

function check() {
  const answer = parse(byId("answer").value);
  byId("answer").setAttribute("aria-invalid", answer === undefined);
  if (answer === undefined) return;
  const { result } = run.steps[state.step];
  const isRight = near(answer, result);
  quiz.forget();
  quiz.asked += 1;
  quiz.right += isRight ? 1 : 0;
  quiz.verdict = isRight ? `Right, it is ${number(result)}. ` : `You said ${number(answer)}; it is ${number(result)}. `;
  go({ step: state.step + 1 });
  byId("step").focus();
}

// Within one per cent: the pictures show four digits.
const near = (x, y) => Object.is(x, y) || Math.abs(x - y) <= 0.01 * Math.abs(y);

function showQuiz(question) {
  byId("quiz").hidden = !question;
  put(byId("score"), state.predict && quiz.asked ? `${quiz.right} of ${quiz.asked} right` : "");
  byId("said").classList.toggle("question", Boolean(question));
}

function prepareQuiz() {
  byId("check").addEventListener("click", check);
  byId("reveal").addEventListener("click", () => { forwards(); byId("step").focus(); });
  byId("answer").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // or it would press the step button too, which has the focus by then
    check();
  });
}
