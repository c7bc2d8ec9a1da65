// What every script of a widget begins with (`scripts.py`): without a build step a script cannot import its neighbour.

// JupyterLab takes Enter and the arrows for itself, unless the element that has the focus says this.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

function element(parent, tag, attributes = {}, text = "") {
  const made = parent.appendChild(document.createElement(tag));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

const ENDED = "The kernel that answered here has ended. Run this cell again.";
const SILENT = "No answer from the kernel so far: it is busy, or it has ended. If it has ended, run this cell again.";
const PATIENCE = 5000; // milliseconds until somebody who waits is told

// A kernel that has ended leaves its widgets on the page: says so in `box`. Changes of `answers`, which Python alone
// makes, and its messages are signs of life. `ask` does what one has to follow; with `expect`, one has to anyway.
function watched(model, box, answers) {
  const note = element(box, "p", { class: "course-kernel", role: "alert" });
  note.style.fontWeight = "bold";
  let waiting;
  const say = (words) => {
    note.hidden = !words;
    if (note.textContent !== words) note.textContent = words; // it is read aloud
  };
  const heard = () => {
    clearTimeout(waiting);
    waiting = undefined;
    say("");
  };
  const hasEnded = () => box.closest(".jupyter-widgets-disconnected") !== null; // JupyterLab's manager tells
  const changed = () => {
    // The mark is set after this.
    setTimeout(() => say(hasEnded() ? ENDED : ""));
  };
  const expect = (patience = PATIENCE) => {
    waiting ??= setTimeout(() => say(hasEnded() ? ENDED : SILENT), patience);
  };
  const ask = (action) => {
    if (hasEnded()) {
      say(ENDED);
      return;
    }
    try {
      action();
      expect();
    } catch {
      say(ENDED); // there is nobody to send it to
    }
  };
  const signs = [...answers.map((name) => `change:${name}`), "msg:custom"];
  for (const sign of signs) model.on(sign, heard);
  model.on("comm_live_update", changed);
  say("");
  const end = () => {
    clearTimeout(waiting);
    for (const sign of signs) model.off(sign, heard);
    model.off("comm_live_update", changed);
  };
  return { ask, expect, end };
}

