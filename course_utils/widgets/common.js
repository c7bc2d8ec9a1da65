// What every script of a widget begins with (`scripts.py`): without a build step a script cannot import its neighbour.

// JupyterLab takes Enter and the arrows for itself, unless the element that has the focus says this.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

function element(parent, tag, attributes = {}, text = "") {
  const made = parent.appendChild(document.createElement(tag));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

