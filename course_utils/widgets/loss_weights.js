// Weights of losses: a slider a head, the shares that follow it, and a table of trainings.

// Weights that a slider reaches: 0, then ten a decade from 0.001 to 1000, in round numbers.
const ROUND = [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8];
const WEIGHTS = [0];
for (let power = -3; power < 3; power += 1) {
  for (const number of ROUND) WEIGHTS.push(Number((number * 10 ** power).toPrecision(3)));
}
WEIGHTS.push(1000);

const short = (number) => String(Number(number.toPrecision(3)));

// The place of the weight that is nearest on the slider.
function place(weight) {
  if (weight <= 0) return 0;
  const distance = (at) => Math.abs(Math.log(WEIGHTS[at] / weight));
  return WEIGHTS.reduce((best, _, at) => (at > 1 && distance(at) < distance(best) ? at : best), 1);
}

function percent(share) {
  if (share > 0 && share < 0.01) return "under 1 %";
  if (share < 1 && share > 0.99) return "over 99 %";
  return `${Math.round(100 * share)} %`;
}

// A share as a bar with its number.
function bar(cell) {
  const track = element(cell, "div", { class: "course-weights-track" });
  const filled = element(track, "div");
  const text = element(cell, "span");
  return (value, total) => {
    const share = total > 0 ? Math.abs(value) / total : 0;
    filled.style.width = `${100 * share}%`;
    text.textContent = total > 0 ? percent(share) : "none";
  };
}

function header(table, names, caption) {
  element(table, "caption", {}, caption);
  const row = element(element(table, "thead"), "tr");
  for (const name of names) element(row, "th", { scope: "col" }, name);
}

function render({ model, el }) {
  const box = element(el, "section", { class: "course-weights", "aria-label": "Loss weights" });
  const heads = model.get("heads");
  const measures = ["loss", "gradient"].filter((name) => heads.every((head) => head[name] !== null));

  const table = element(element(box, "div", { class: "course-weights-wide" }), "table");
  const titles = { loss: "share of the weighted loss", gradient: "share of the trunk's gradient" };
  header(table, ["head", "weight", "loss", ...measures.map((name) => titles[name])], "What each head counts for");
  const body = element(table, "tbody");
  const rows = heads.map((head, at) => {
    const row = element(body, "tr");
    element(row, "th", { scope: "row" }, head.name);
    const cell = element(row, "td");
    const slider = element(cell, "input", { type: "range", max: WEIGHTS.length - 1, ...OWN_KEYS });
    slider.setAttribute("aria-label", `weight of ${head.name}`);
    const weight = element(cell, "span", { "aria-hidden": "true" }); // the slider says it
    element(row, "td", {}, short(head.loss));
    const bars = measures.map(() => bar(element(row, "td")));
    slider.addEventListener("input", () => {
      model.set("weights", model.get("weights").map((one, i) => (i === at ? WEIGHTS[slider.value] : one)));
      model.save_changes();
    });
    return { slider, weight, bars };
  });
  for (const note of model.get("notes")) element(box, "p", {}, note);

  const head = element(box, "div", { class: "course-weights-head" });
  if (model.get("can_train")) {
    const train = element(head, "button", { type: "button", ...OWN_KEYS }, "Retrain");
    train.addEventListener("click", () => ask(() => model.send({ train: model.get("weights") })));
    const stop = element(head, "button", { type: "button", ...OWN_KEYS }, "Stop");
    stop.addEventListener("click", () => ask(() => model.send({ stop: true })));
  }
  const progress = element(head, "progress", { "aria-label": "Batches done" });
  const news = element(head, "span", { role: "status" });
  const { ask, end } = watched(model, box, ["shown", "runs"]);
  const runs = element(element(box, "div", { class: "course-weights-wide" }), "table");
  header(
    runs,
    ["run", ...heads.map(({ name }) => `weight of ${name}`), ...heads.map(({ name }) => `loss of ${name}`)],
    `Trainings from one start; losses on ${model.get("judged")} data, without weights`,
  );
  const ran = element(runs, "tbody");

  const update = () => {
    const weights = model.get("weights");
    const totals = measures.map((name) =>
      heads.reduce((sum, one, at) => sum + Math.abs(weights[at] * one[name]), 0),
    );
    rows.forEach(({ slider, weight, bars }, at) => {
      if (WEIGHTS[slider.value] !== weights[at]) slider.value = place(weights[at]);
      weight.textContent = short(weights[at]);
      slider.setAttribute("aria-valuetext", weight.textContent);
      bars.forEach((show, which) => show(weights[at] * heads[at][measures[which]], totals[which]));
    });
    const { done, all, news: text } = model.get("shown");
    progress.max = all;
    progress.value = done;
    progress.hidden = done === 0;
    if (news.textContent !== text) news.textContent = text; // a reader is told what is new
    const list = model.get("runs");
    runs.hidden = list.length === 0;
    ran.replaceChildren();
    list.forEach((run, at) => {
      const row = element(ran, "tr");
      element(row, "th", { scope: "row" }, `${at + 1}, ${run.how}`);
      for (const value of run.weights) element(row, "td", {}, short(value));
      for (const value of run.losses) element(row, "td", {}, value);
    });
  };
  update();
  model.on("change", update);
  return () => {
    model.off("change", update);
    end();
  };
}

export default { render };
