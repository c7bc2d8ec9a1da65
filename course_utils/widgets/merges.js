// Two vectors to be changed by sliders, and the table of what Keras makes of them.

let count = 0; // each label names its own slider

function slider(parent, name, range, value, changed) {
  const row = element(parent, "div", { class: "course-merges-slider" });
  const id = `course-merges-${(count += 1)}`;
  element(row, "label", { for: id }, name);
  const input = element(row, "input", { id, type: "range", ...range, ...OWN_KEYS });
  const shown = element(row, "span", { "aria-hidden": "true" }); // the slider itself says its value
  const show = () => (shown.textContent = input.value);
  input.value = value;
  show();
  input.addEventListener("input", () => {
    show();
    changed();
  });
  return { row, input };
}

function vector(parent, name, model, ask) {
  const { longest, largest, step } = model.get("limits");
  const group = element(parent, "fieldset");
  element(group, "legend", {}, `vector ${name}`);
  const start = model.get(name);
  const changed = () => {
    const used = Number(length.input.value);
    numbers.forEach(({ row }, at) => (row.hidden = at >= used));
    ask(() => {
      model.set(name, numbers.slice(0, used).map(({ input }) => Number(input.value)));
      model.save_changes();
    });
  };
  const length = slider(group, `length of ${name}`, { min: 1, max: longest, step: 1 }, start.length, changed);
  const numbers = Array.from({ length: longest }, (_, at) => {
    const one = slider(group, `${name}[${at}]`, { min: -largest, max: largest, step }, start[at] ?? 0, changed);
    one.row.hidden = at >= start.length;
    return one;
  });
}

function render({ model, el }) {
  const all = element(el, "section", { class: "course-merges", "aria-label": "All merges of two vectors" });
  const sliders = element(all, "div", { class: "course-merges-vectors" });
  const { ask, end } = watched(model, all, ["shown"]);
  vector(sliders, "a", model, ask);
  vector(sliders, "b", model, ask);
  const sentence = element(all, "p", { role: "status" });
  const table = element(all, "table");
  const head = element(element(table, "thead"), "tr");
  for (const name of model.get("head")) element(head, "th", { scope: "col" }, name);
  const body = element(table, "tbody");
  element(all, "p", {}, model.get("caption"));

  const update = () => {
    const { sentence: words, rows } = model.get("shown");
    if (sentence.textContent !== words) sentence.textContent = words; // it is read aloud when it changes
    body.replaceChildren();
    for (const [name, ...values] of rows) {
      const row = element(body, "tr");
      element(row, "th", { scope: "row" }, name);
      const isError = values.length === 1; // it stands in place of shape and numbers
      for (const value of values) element(row, "td", isError ? { colspan: 2 } : {}, value);
    }
  };
  update();
  model.on("change:shown", update);
  return () => {
    model.off("change:shown", update);
    end();
  };
}

export default { render };
