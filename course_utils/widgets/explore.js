// The browser's side of `explore`: which box is lit, what is told of it, what is folded.
// Steps are the boxes that can be lit, in order; each has the places of the calls that it stands for.

/** The step after `by` others, the first and the last being the ends. */
export function moved(at, by, count) {
  return Math.min(Math.max(at + by, 0), count - 1);
}

/** The first step that shows any of some calls: the one to light after something was folded or opened. */
export function showing(steps, calls) {
  const wanted = new Set(calls);
  return Math.max(0, steps.findIndex((step) => step.calls.some((call) => wanted.has(call))));
}

/** The parts that are open after one was opened or folded. */
export function toggled(opened, key) {
  return opened.includes(key) ? opened.filter((other) => other !== key) : [...opened, key];
}

/** What a key does: a number of steps, an end, a fold; undefined where it is none of ours. */
export function meaning(key) {
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  return steps[key];
}

const SVG = "http://www.w3.org/2000/svg";
const RAMP = [[13, 27, 76], [186, 62, 104], [255, 226, 140]]; // of heat maps, from the least number to the largest

function build(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function button(text, label, action) {
  const made = build("button", { type: "button", title: label, "aria-label": label }, text);
  made.addEventListener("click", () => made.getAttribute("aria-disabled") !== "true" && action());
  return made;
}

function allow(one, is) {
  one.setAttribute("aria-disabled", String(!is)); // not `disabled`: the focus would be lost
}

/** Colour of a number from 0 to 255. */
function colour(point, isGrey) {
  if (isGrey) return [point, point, point];
  const at = (point / 255) * (RAMP.length - 1);
  const low = RAMP[Math.floor(at)];
  const high = RAMP[Math.ceil(at)];
  return low.map((part, i) => part + (high[i] - part) * (at % 1));
}

function canvas(grid, isGrey, label) {
  const { width, height } = grid;
  const made = build("canvas", { width, height, role: "img", "aria-label": label });
  const points = atob(grid.points);
  const image = new ImageData(width, height);
  for (let i = 0; i < points.length; i += 1) {
    image.data.set([...colour(points.charCodeAt(i), isGrey), 255], 4 * i);
  }
  made.getContext("2d").putImageData(image, 0, 0);
  const scale = Math.max(1, Math.min(isGrey ? 104 / width : 288 / width, 208 / height));
  made.style.width = `${Math.round(width * scale)}px`;
  made.style.height = `${Math.round(height * scale)}px`;
  return made;
}

/** What a call gives for the example, drawn. */
function drawn(value) {
  const box = build("div", { class: "explore-value" });
  if (value.kind === "row") {
    const row = build("div", { class: "explore-row" });
    for (const number of value.numbers) row.append(build("span", {}, number));
    if (value.more) row.append(build("em", {}, `… and ${value.more.toLocaleString("en")} more`));
    box.append(row);
  } else {
    const isGrey = value.kind === "pictures";
    const pictures = build("div", { class: "explore-grids" });
    value.grids.forEach((grid, i) => {
      pictures.append(canvas(grid, isGrey, isGrey ? `Picture of channel ${i + 1}. ${value.says}` : `Heat map. ${value.says}`));
    });
    const strip = build("span", { class: isGrey ? "explore-strip explore-grey" : "explore-strip" });
    box.append(pictures, build("div", { class: "explore-scale" }, value.low, strip, value.high));
  }
  if (value.says) box.append(build("div", { class: "explore-says" }, value.says));
  return box;
}

class Explorer {
  constructor(model, el) {
    this.model = model;
    this.at = 0;
    this.zoom = null; // until a reader chooses one
    this.ring = document.createElementNS(SVG, "rect");
    this.picture = build("div", {
      class: "explore-picture",
      tabindex: "0",
      role: "group",
      "aria-label": "The model’s picture. Arrow keys go from call to call, Enter unfolds or folds.",
    });
    this.head = build("div", { class: "explore-head", role: "status" });
    this.told = build("div", { class: "explore-told" });
    this.previous = button("◀ Previous", "Previous call", () => this.step(-1));
    this.next = button("Next ▶", "Next call", () => this.step(1));
    this.unfold = button("Unfold", "Unfold what is lit", () => this.toggle(this.lit.unfold));
    this.fold = button("Fold", "Fold the part that this call is in", () => this.toggle(this.lit.fold));
    this.all = button("Unfold all", "Unfold all", () => this.open(model.get("parts")));
    this.none = button("Fold all", "Fold all", () => this.open([]));
    const folds = model.get("parts").length ? [this.unfold, this.fold, this.all, this.none] : [];
    const sizes = [button("−", "Smaller picture", () => this.scale(0.8)), button("+", "Larger picture", () => this.scale(1.25))];
    const tools = build("div", { class: "explore-tools", role: "toolbar", "aria-label": "Steps" });
    tools.append(...[[this.previous, this.next], folds, sizes].filter((group) => group.length)
      .map((group) => build("span", {}, ...group)));
    const panel = build("div", { class: "explore-panel" }, this.head, this.told);
    // JupyterLab has its own meaning for arrow keys and Enter wherever the focus is in a notebook.
    this.root = build("div", { class: "explore", "data-lm-suppress-shortcuts": "true" }, tools,
      build("div", { class: "explore-panes" }, this.picture, panel));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.picture.addEventListener("click", (event) => this.click(event));
    el.append(this.root);
    this.kernel = watched(model, this.root, ["drawing"]);
    this.redraw();
  }

  get steps() {
    return this.model.get("drawing").steps;
  }

  get lit() {
    return this.steps[this.at];
  }

  step(by) {
    this.at = moved(this.at, by, this.steps.length);
    this.light();
  }

  toggle(key) {
    if (key) this.open(toggled(this.model.get("opened"), key));
  }

  /** Ask Python for the picture with these parts open. */
  open(opened) {
    if (String(opened) === String(this.model.get("opened"))) return;
    this.kernel.ask(() => {
      this.picture.setAttribute("aria-busy", "true");
      this.head.textContent = "Waiting for the kernel to draw this …";
      this.model.set("opened", opened);
      this.model.save_changes();
    });
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const by = meaning(event.key);
    if (by !== undefined) this.step(by);
    else if ((event.key === "Enter" || event.key === " ") && event.target === this.picture) {
      this.toggle(this.lit.unfold || this.lit.fold);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  click(event) {
    const key = event.target.closest?.("[data-key]")?.dataset.key;
    const at = this.steps.findIndex((step) => step.key === key);
    if (at >= 0) {
      if (at === this.at) this.toggle(this.lit.unfold);
      this.at = at;
      this.light();
    } else if (this.model.get("opened").includes(key)) this.toggle(key); // the name of an opened part
  }

  scale(by) {
    this.zoom = Math.min(3, Math.max(0.1, this.size * by));
    this.fit();
    this.mark();
  }

  fit() {
    const width = this.svg.viewBox.baseVal.width;
    this.size = this.zoom ?? Math.min(1, Math.max(0.6, (this.picture.clientWidth - 8) / width));
    this.svg.style.maxWidth = "none";
    this.svg.style.width = `${width * this.size}px`;
  }

  /** Show a new picture; what was lit before stays lit. */
  redraw() {
    const { svg, steps } = this.model.get("drawing");
    const before = this.calls ?? [];
    this.svg = document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
    this.picture.replaceChildren(this.svg);
    this.picture.removeAttribute("aria-busy");
    const keys = new Set([...steps.map((step) => step.key), ...this.model.get("opened")]);
    this.boxes = new Map();
    for (const box of this.svg.querySelectorAll("[data-key]")) {
      if (!keys.has(box.dataset.key)) continue;
      box.classList.add("explore-box");
      this.boxes.set(box.dataset.key, box);
    }
    this.at = showing(steps, before);
    this.fit();
    this.light();
  }

  light() {
    const step = this.lit;
    this.calls = step.calls;
    this.mark();
    this.tell(step);
  }

  /** Put a ring around what is lit, and scroll the picture, not the page, to it. */
  mark() {
    const box = this.boxes.get(this.lit.key);
    this.ring.remove();
    const { x, y, width, height } = box.getBBox();
    const place = { x: x - 5, y: y - 5, width: width + 10, height: height + 10, rx: 9, class: "explore-ring" };
    for (const [name, value] of Object.entries(place)) this.ring.setAttribute(name, value);
    box.append(this.ring);
    const ring = this.ring.getBoundingClientRect();
    const pane = this.picture.getBoundingClientRect();
    const { scrollLeft, scrollTop } = this.picture;
    if (ring.left < pane.left || ring.right > pane.right) {
      this.picture.scrollLeft = scrollLeft + (ring.left + ring.right - pane.left - pane.right) / 2;
    }
    if (ring.top < pane.top || ring.bottom > pane.bottom) {
      this.picture.scrollTop = scrollTop + (ring.top + ring.bottom - pane.top - pane.bottom) / 2;
    }
  }

  tell(step) {
    this.head.replaceChildren(
      build("span", { class: "explore-count" }, `${this.at + 1} of ${this.steps.length}`),
      " ", build("b", {}, step.kind), " ", build("code", {}, step.name),
    );
    const list = build("dl", { class: "explore-facts" });
    const say = (term, ...content) => list.append(build("dt", {}, term), build("dd", {}, ...content));
    say("code", build("pre", {}, build("code", {}, step.code)));
    if (step.reads) say("reads", step.reads);
    say("gives", step.gives);
    say("weights", step.weights);
    const { values } = this.model.get("calls")[step.result];
    const note = this.model.get("note");
    if (values.length) say("example", ...values.map(drawn));
    else if (note) say("example", note);
    this.told.replaceChildren(list);
    allow(this.previous, this.at > 0);
    allow(this.next, this.at < this.steps.length - 1);
    allow(this.unfold, step.unfold);
    allow(this.fold, step.fold);
    allow(this.all, this.model.get("opened").length < this.model.get("parts").length);
    allow(this.none, this.model.get("opened").length > 0);
  }
}

function render({ model, el }) {
  const explorer = new Explorer(model, el);
  const redraw = () => explorer.redraw();
  model.on("change:drawing", redraw);
  // The view is attached after it is made: only then have it and its boxes a size.
  const watch = new ResizeObserver(() => {
    explorer.fit();
    explorer.mark();
  });
  watch.observe(explorer.picture);
  return () => {
    watch.disconnect();
    explorer.kernel.end();
    model.off("change:drawing", redraw);
  };
}

export default { render };
