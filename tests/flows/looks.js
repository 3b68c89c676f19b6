/* What an eye would find wrong with the page as it is drawn now: read by test_looks.py. Contrast is WCAG 2.2's ratio of
   the colours as computed, grounds laid over each other. */
() => {
  const width = document.documentElement.clientWidth;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const known = new Map();

  const rgba = (colour) => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
      known.set(colour, [red, green, blue, alpha / 255]);
    }
    return known.get(colour);
  };
  const over = (front, back) => [0, 1, 2].map((at) => front[at] * front[3] + back[at] * (1 - front[3])).concat(1);
  const light = (colour) => {
    const [red, green, blue] = colour.slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const ground = (element) => {
    const layers = [];
    for (let up = element; up; up = up.parentElement) {
      const colour = rgba(getComputedStyle(up).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reduceRight((back, layer) => over(layer, back), [255, 255, 255, 1]);
  };
  const opacity = (element) => {
    let whole = 1;
    for (let up = element; up; up = up.parentElement) whole *= Number(getComputedStyle(up).opacity);
    return whole;
  };
  const isSeen = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const isAside = (element) => element.closest(".visually-hidden, .skip-link, .editor-marks, :disabled");
  const named = (element) =>
    `${element.localName}${element.id ? `#${element.id}` : ""}.${[...element.classList].join(".")}`;

  const pale = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || element.matches("script, style, noscript, option")) continue;
    if (isAside(element) || !isSeen(element)) continue;
    const style = getComputedStyle(element);
    const back = ground(element);
    const [red, green, blue, alpha] = rgba(style.color);
    const found = ratio(over([red, green, blue, alpha * opacity(element)], back), back);
    const isLarge = parseFloat(style.fontSize) >= 24;
    if (found < (isLarge ? 3 : 4.5)) pale.add(`${named(element)} ${found.toFixed(2)}`);
  }

  const wide = document.documentElement.scrollWidth > width ? [document.documentElement.scrollWidth] : [];
  const unnamed = [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href], summary")]
    .filter((element) => element.checkVisibility())
    .filter((element) => {
      const words = element.matches("input, select, textarea")
        ? [...(element.labels || [])].map((label) => label.textContent).join("")
        : element.textContent;
      return !(words + (element.ariaLabel || "") + (element.title || "")).trim();
    })
    .map(named);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  return { wide, pale: [...pale], unnamed, twice, shift: window.shift || 0 };
}
