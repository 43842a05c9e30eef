// The page begins; printed, it shows everything.

function onPaper(isPrinted) {
  if (!isPrinted) return show();
  draw(run.steps);
  byId("transcript").replaceChildren(...run.steps.map((step) => make("li", { textContent: said[step.kind](step) })));
}

preparePicture();
prepareEdges();
prepareControls();
prepareQuiz();
prepareInputs();
prepareDescent();
readFragment();
addEventListener("hashchange", readFragment);
addEventListener("beforeprint", () => onPaper(true));
addEventListener("afterprint", () => onPaper(false));
document.body.classList.add("ready");
