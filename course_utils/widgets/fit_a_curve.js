// Two networks that learn a curve: what a learner chooses goes to Python, what Python draws and says is shown.

// A list to choose from, under its name; values may be numbers, so options are known by their places.
function choice(parent, [name, options], chosen) {
  const label = element(parent, "label", {}, name);
  const select = element(label, "select", OWN_KEYS);
  for (const [words] of options) element(select, "option", {}, words);
  const show = (value) => {
    select.selectedIndex = options.findIndex((option) => option[1] === value);
  };
  select.addEventListener("change", () => chosen(options[select.selectedIndex][1]));
  return show;
}

function render({ model, el }) {
  const box = element(el, "section", { class: "course-fit", "aria-label": "Fit a curve" });
  const { curve, ...choices } = model.get("choices");
  const send = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  const head = element(box, "div", { class: "course-fit-head" });
  const showCurve = choice(head, curve, (value) => send("curve", value));
  const train = element(head, "button", { type: "button", ...OWN_KEYS }, "Train both");
  train.addEventListener("click", () => {
    ask(() => model.send({ train: { curve: model.get("curve"), settings: model.get("settings") } }));
  });
  const stop = element(head, "button", { type: "button", ...OWN_KEYS }, "Stop");
  stop.addEventListener("click", () => ask(() => model.send({ stop: true })));
  const bar = element(head, "progress", { "aria-label": "Epochs done" });
  const epochs = element(head, "span");
  const news = element(head, "span", { role: "status" });

  const { ask, end } = watched(model, box, ["shown", "panels"]);

  const sides = element(box, "div", { class: "course-fit-sides" });
  const panels = model.get("panels").map((_, at) => {
    const side = element(sides, "fieldset");
    element(side, "legend", {}, "AB"[at]);
    const settings = element(side, "div", { class: "course-fit-settings" });
    const shows = Object.entries(choices).map(([key, list]) => [
      key,
      choice(settings, list, (value) => {
        send("settings", model.get("settings").map((one, i) => (i === at ? { ...one, [key]: value } : one)));
      }),
    ]);
    const image = element(side, "img");
    return { shows, image, trained: element(side, "p"), words: element(side, "p") };
  });

  const update = () => {
    showCurve(model.get("curve"));
    const { done, epochs: all, news: text } = model.get("shown");
    bar.max = all;
    bar.value = done;
    epochs.textContent = `${done} of ${all} epochs`;
    if (news.textContent !== text) news.textContent = text; // a reader is told what is new
    panels.forEach(({ shows, image, trained, words }, at) => {
      const panel = model.get("panels")[at];
      // An image keeps its picture until the next one is ready: nothing flickers.
      image.src = `data:image/svg+xml,${encodeURIComponent(panel.svg)}`;
      image.alt = panel.alt;
      trained.textContent = `Drawn: ${panel.trained}.`;
      words.textContent = panel.words;
      for (const [key, show] of shows) show(model.get("settings")[at][key]);
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
