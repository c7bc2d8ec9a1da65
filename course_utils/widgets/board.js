// How a training is going: what Python has put into words and drawn, and a button that stops it.

const SHRINK = 0.8; // to which part of its size a picture is shrunk at most; then it scrolls, as any of the course

const NEWS = 10_000; // milliseconds: Python tells each second or so

function fill(table, [head, ...rows]) {
  table.replaceChildren();
  const line = element(element(table, "thead"), "tr");
  for (const text of head) element(line, "th", { scope: "col" }, text);
  const body = element(table, "tbody");
  for (const [name, ...values] of rows) {
    const row = element(body, "tr");
    element(row, "th", { scope: "row" }, name);
    for (const value of values) element(row, "td", {}, value);
  }
}

// The next picture takes the place of the last one when it is ready: nothing flickers.
async function picture(figure, svg, alt) {
  const next = new Image();
  next.alt = alt;
  next.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await next.decode().catch(() => {});
  next.style.minWidth = `${SHRINK * next.naturalWidth}px`;
  figure.replaceChildren(next);
}

function render({ model, el }) {
  const board = element(el, "section", { class: "course-board", "aria-label": "Training" });
  const head = element(board, "div", { class: "course-board-head" });
  const bar = element(head, "progress", { "aria-label": "Epochs done" });
  if (model.get("can_stop")) {
    const stop = element(head, "button", { type: "button", ...OWN_KEYS }, "Stop");
    stop.addEventListener("click", () => {
      // It keeps the focus, so it is not disabled.
      stop.setAttribute("aria-disabled", "true");
      stop.textContent = "Stopping …";
      ask(() => model.send({ stop: true }));
    });
  }
  const state = element(head, "span"); // last: words of other lengths move nothing
  const hint = element(board, "p", {}, model.get("hint"));
  hint.hidden = !hint.textContent;
  const { ask, expect, end } = watched(model, board, ["shown"]);
  const table = element(board, "table");
  const scrolls = { tabindex: "0", role: "group", "aria-label": "Curves", ...OWN_KEYS };
  const figure = element(board, "div", { class: "course-board-curves", ...scrolls });

  const tell = () => {
    const { done, epochs, state: words } = model.get("shown");
    bar.max = Math.max(epochs, 1);
    bar.value = done;
    state.textContent = words;
    expect(NEWS); // more news, as long as it trains
  };
  const draw = () => {
    const { table: losses, svg, alt } = model.get("losses");
    if (losses) fill(table, losses);
    if (svg) picture(figure, svg, alt);
  };
  tell();
  draw();
  model.on("change:shown", tell);
  model.on("change:losses", draw);
  return () => {
    model.off("change:shown", tell);
    model.off("change:losses", draw);
    end();
  };
}

export default { render };
