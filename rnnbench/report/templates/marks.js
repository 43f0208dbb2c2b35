// What a figure's marks are, where they lie, and what they say. Facts stand beside a mark as data-
// attributes (rnnbench/plots/marks.py); places are in points, as in the figure.
const numbers = (text) => (text || "").split(" ").map(Number);
const made = (name, svg, attributes) => {
  const element = document.createElementNS(svg.namespaceURI, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  return element;
};
const outline = (element) => (element.matches("path") ? element : element.querySelector("path:not(defs *)"));

const NEAR = 40; // pixels within which a pointer finds a mark

// The points of a path of lines, whether it names places or steps.
const vertices = (d) => {
  const found = numbers(d.slice(1).replace(/z$/i, "").replace(/(\d)-/g, "$1 -").trim());
  const points = [];
  for (let i = 0; i + 1 < found.length; i += 2) {
    const last = d[0] === "m" && points.length ? points[points.length - 1] : [0, 0];
    points.push([last[0] + found[i], last[1] + found[i + 1]]);
  }
  return points;
};
const pathOf = (points) => "M" + points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join(" ");
const pointsOf = (element) => {
  const told = (element.dataset.told || "").split("|").length;
  const line = outline(element);
  const uses = all(element, "use");
  if (uses.length && (!line || uses.length === told)) return uses.map((use) => [+use.getAttribute("x"), +use.getAttribute("y")]);
  return line && !/[CQ]/i.test(line.getAttribute("d")) ? vertices(line.getAttribute("d")) : [];
};

// What an axis shows at a place, and where it shows a value: [from, to, first, last], in points.
const valueAt = ([from, to, first, last], place, log) => {
  const share = (place - from) / (to - from);
  return log ? first * (last / first) ** share : first + share * (last - first);
};
const placeOf = ([from, to, first, last], value) =>
  from + ((value - first) / (last - first)) * (to - from);

const nearest = ([x, y], [ax, ay], [bx, by]) => {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const share = length ? Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length)) : 0;
  const place = [ax + share * (bx - ax), ay + share * (by - ay)];
  return { place, far: Math.hypot(place[0] - x, place[1] - y) };
};

class Mark {
  constructor(element, panel) {
    this.element = element;
    this.panel = panel;
    const data = element.dataset;
    this.arm = data.arm || "";
    this.name = data.name || this.arm;
    this.told = data.told === undefined ? null : data.told.split("|");
    this.first = Number(data.first || 1);
    this.pace = Number(data.pace || 0);
    this.still = pointsOf(element);
    this.points = this.still;
  }
  get isHidden() { return this.element.classList.contains("off"); }
  // Where the mark is nearest to a point: a vertex that has words of its own, or anywhere on it.
  near(point) {
    let best = null;
    const take = (found, index) => { if (!best || found.far < best.far) best = { ...found, index, mark: this }; };
    const single = this.told ? this.told.length === 1 && this.points.length > 1 : true;
    if (single && this.isArea) {
      const [xs, ys] = [0, 1].map((axis) => this.points.map((p) => p[axis]));
      const place = [xs, ys].map((v, axis) => Math.max(Math.min(...v), Math.min(Math.max(...v), point[axis])));
      take({ place, far: Math.hypot(place[0] - point[0], place[1] - point[1]) }, 0);
    } else if (single) {
      for (let i = 1; i < this.points.length; i++) take(nearest(point, this.points[i - 1], this.points[i]), 0);
    } else {
      this.points.forEach((place, index) => take(nearest(point, place, place), index));
    }
    return best;
  }
  get isArea() {
    return (outline(this.element)?.getAttribute("d") || "").endsWith("z");
  }
  words({ index, place }) {
    const data = this.element.dataset;
    if (data.across) {
      const at = Math.round(valueAt(this.panel.x, place[0]));
      const value = valueAt(this.panel.y, place[1], this.panel.log);
      return [`${data.across} ${String(at).replace("-", "−")}`, `${data.along} ${value.toPrecision(2)}`];
    }
    if (!data.steps) return [this.told[this.told.length > 1 ? index : 0]];
    return [this.stepWords(index), ...this.panel.marks
      .filter((mark) => mark.arm === this.arm && mark.element.dataset.steps && !mark.seed)
      .map((mark) => [mark, mark.told[index + this.first - mark.first]])
      .filter(([, told]) => told !== undefined)
      .map(([mark, told]) => `${mark.element.dataset.kind} ${told}`)];
  }
  stepWords(index) {
    const step = this.first + index;
    const seconds = this.pace ? `, ${Math.round(step * this.pace)} s` : "";
    return `${this.element.dataset.steps || "epoch"} ${step}${seconds}`;
  }
}

class SeedLine extends Mark {
  constructor(curve, text) {
    const [seed, values] = text.split(":");
    const tone = getComputedStyle(outline(curve.element)).stroke;
    const path = made("path", curve.panel.svg, { class: "seed", d: "M0 0", stroke: tone });
    const clip = [curve.element, ...all(curve.element, "path")].find((one) => one.hasAttribute("clip-path"));
    if (clip) path.setAttribute("clip-path", clip.getAttribute("clip-path"));
    curve.element.before(path);
    super(path, curve.panel);
    Object.assign(this, { arm: curve.arm, pace: curve.pace, seed });
    this.name = `${curve.arm}, seed ${seed}`;
    this.kind = curve.element.dataset.kind;
    path.dataset.arm = curve.arm;
    this.told = numbers(values);
    this.still = this.told.map((value, i) => [placeOf(this.panel.x, i + 1), placeOf(this.panel.y, value)]);
    this.move(this.still);
  }
  move(points) {
    this.points = points;
    this.element.setAttribute("d", pathOf(points.filter(([, y]) => !Number.isNaN(y))));
  }
  words({ index }) {
    return [this.stepWords(index), `${this.kind} ${this.told[index].toFixed(4)}`];
  }
}

class Panel {
  constructor(svg) {
    this.svg = svg;
    this.group = svg.querySelector("[data-panel]") || svg;
    this.name = this.group.dataset.panel || "";
    [this.x, this.y] = [numbers(this.group.dataset.x), numbers(this.group.dataset.y)];
    this.log = this.group.dataset.log === "y";
    this.marks = all(svg, "[data-told], [data-across]").map((element) => new Mark(element, this));
    this.seeds = this.marks.filter((mark) => mark.element.dataset.seeds)
      .flatMap((mark) => mark.element.dataset.seeds.split("|").map((text) => new SeedLine(mark, text)));
    this.marks.push(...this.seeds);
    this.timed = all(svg, "[data-pace]");
  }
  at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [point.x, point.y];
  }
  // Seeds of a curve are in reach where they are shown: all, or those of the curve told last.
  find(point, shown) {
    const reach = NEAR / (this.svg.getScreenCTM().a || 1);
    return this.marks
      .filter((mark) => !mark.isHidden && (!mark.seed || shown === true || shown === mark.arm))
      .map((mark) => mark.near(point))
      .filter((found) => found && found.far <= reach)
      .reduce((best, found) => (!best || found.far < best.far ? found : best), null);
  }
  // Draws curves over the seconds that their arms took, or over epochs again.
  run(seconds) {
    all(this.svg, ".moved").forEach((element) => element.remove());
    all(this.group, "[data-axis=x] *").forEach((element) => element.classList.remove("off"));
    const [from, to] = this.x;
    const last = Math.max(...this.marks.map((mark) => mark.pace * (mark.first + mark.still.length - 1)));
    const scale = [from, to, 0, last * 1.03];
    const moved = (pace) => ([x, y]) =>
      seconds ? [placeOf(scale, Math.round(valueAt(this.x, x)) * pace), y] : [x, y];
    for (const element of this.timed) {
      const move = moved(Number(element.dataset.pace));
      for (const path of element.matches("path") ? [element] : all(element, ":scope > path, g > path")) {
        path.still ??= path.getAttribute("d");
        const end = /z$/.test(path.still) ? "z" : "";
        path.setAttribute("d", seconds ? pathOf(vertices(path.still).map(move)) + end : path.still);
      }
      for (const use of all(element, "use")) {
        use.still ??= use.getAttribute("x");
        use.setAttribute("x", move([Number(use.still), 0])[0]);
      }
    }
    for (const mark of this.marks.filter((one) => one.pace)) {
      const points = mark.still.map(moved(mark.pace));
      if (mark.seed) mark.move(points);
      else mark.points = points;
    }
    this.label(seconds, scale);
  }
  label(seconds, scale) {
    const axis = this.group.querySelector("[data-axis=x]");
    const [lines, texts] = ["path", "text"].map((name) => all(axis, name));
    const label = texts.pop();
    label.still ??= label.textContent;
    label.textContent = seconds ? "seconds of training (mean seconds an epoch × epochs)" : label.still;
    if (!seconds || !texts.length) return;
    const power = 10 ** Math.floor(Math.log10(scale[3] / 5));
    const step = [1, 2, 5, 10].map((digit) => digit * power).find((one) => scale[3] / one <= 7);
    for (let value = 0; value <= scale[3]; value += step) {
      const place = placeOf(scale, value);
      for (const element of [...lines, texts[0]]) {
        const copy = element.cloneNode(true);
        copy.classList.add("moved");
        if (element === texts[0]) {
          copy.setAttribute("x", place);
          copy.textContent = String(Number(value.toPrecision(6)));
        } else {
          // A path holds all lines of its kind, from left to right.
          const [first, start] = /^M(\S+)[^M]*/.exec(element.getAttribute("d"));
          copy.setAttribute("d", first);
          copy.setAttribute("transform", `translate(${place - start})`);
        }
        element.parentNode.append(copy);
      }
    }
    for (const element of [...lines, ...texts]) element.classList.add("off");
  }
}
