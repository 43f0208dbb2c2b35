// Figures answer to pointer, touch and keys: the nearest mark is told and stands out, entries of a
// legend hide arms, curves change their measure and run over seconds. Without a script they stand.
(() => {
  const NEAR = 40; // pixels
  const status = document.getElementById("status");
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.append(tip);

  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const numbers = (text) => (text || "").split(" ").map(Number);
  const made = (name, svg, attributes) => {
    const element = document.createElementNS(svg.namespaceURI, name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    return element;
  };

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
    const line = element.matches("path") ? element : element.querySelector("path:not(defs *)");
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
      if (single && this.element.matches("path, g") && /z$/.test(this.outline)) {
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
    get outline() {
      const path = this.element.matches("path") ? this.element : this.element.querySelector("path:not(defs *)");
      return path ? path.getAttribute("d") : "";
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
      const tone = getComputedStyle(curve.element.querySelector("path") || curve.element).stroke;
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
      all(this.group, "[data-axis] *").forEach((element) => element.classList.remove("off"));
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
      const axis = this.group.querySelector("[data-axis]");
      const [lines, ticks, texts] = ["path", "use", "text"].map((name) =>
        all(axis, `${name}:not(defs *)`));
      const label = texts.pop();
      label.still ??= label.textContent;
      label.textContent = seconds ? "seconds of training (mean seconds an epoch × epochs)" : label.still;
      if (!seconds || !ticks.length) return;
      const power = 10 ** Math.floor(Math.log10(scale[3] / 5));
      const step = [1, 2, 5, 10].map((digit) => digit * power).find((one) => scale[3] / one <= 7);
      const start = Number(ticks[0].getAttribute("x"));
      for (let value = 0; value <= scale[3]; value += step) {
        const place = placeOf(scale, value);
        for (const element of [lines[0], ticks[0], texts[0]].filter(Boolean)) {
          const copy = element.cloneNode(true);
          copy.classList.add("moved");
          if (element === lines[0]) copy.setAttribute("transform", `translate(${place - start})`);
          else copy.setAttribute("x", place);
          if (element === texts[0]) copy.textContent = String(Number(value.toPrecision(6)));
          element.parentNode.append(copy);
        }
      }
      for (const element of [...lines, ...ticks, ...texts]) element.classList.add("off");
    }
  }

  class Figure {
    constructor(figure) {
      this.figure = figure;
      this.card = figure.querySelector(".card");
      this.panels = all(figure, ".panel").map((svg) => new Panel(svg));
      this.showsSeeds = false;
      this.arm = null;
      this.told = null;
      for (const panel of this.panels) {
        const tell = (event) => this.tell(panel, panel.find(panel.at(event), this.showsSeeds || this.arm), event);
        panel.svg.addEventListener("pointermove", tell);
        panel.svg.addEventListener("pointerdown", tell);
        panel.svg.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.quiet());
      }
      this.card.addEventListener("keydown", (event) => this.step(event));
      this.card.addEventListener("blur", () => this.quiet());
      for (const button of all(figure, "[data-entry]")) {
        button.addEventListener("click", () => this.press(button, button.dataset.entry));
      }
      this.offer();
    }
    tell(panel, found, event) {
      this.quiet();
      if (!found) return;
      const { mark, place } = found;
      this.told = { panel, ...found };
      this.arm = mark.arm;
      mark.element.classList.add("active");
      for (const seed of panel.seeds) seed.element.classList.toggle("near", seed.arm === mark.arm);
      const radius = 6 / (panel.svg.getScreenCTM().a || 1);
      this.spot = made("circle", panel.svg, { class: "spot", cx: place[0], cy: place[1], r: radius });
      panel.svg.append(this.spot);
      const lines = [mark.name, ...mark.words(found)].map((text) => {
        const line = document.createElement("div");
        line.textContent = text;
        return line;
      });
      tip.replaceChildren(...lines);
      tip.hidden = false;
      const at = this.spot.getBoundingClientRect();
      const { width, height } = tip.getBoundingClientRect();
      const left = Math.max(8, Math.min(at.left + at.width / 2 - width / 2, innerWidth - width - 8));
      const above = at.top - height - 10;
      tip.style.left = `${left}px`;
      tip.style.top = `${above < 8 ? at.bottom + 10 : above}px`;
      if (!event) status.textContent = lines.map((line) => line.textContent).join(", ");
    }
    quiet() {
      tip.hidden = true;
      this.spot?.remove();
      for (const element of all(this.figure, ".active, .near")) element.classList.remove("active", "near");
      this.told = null;
    }
    // Left and right go along a mark, up and down to the next one.
    step(event) {
      const along = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const across = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.target !== this.card || (!along && !across)) return;
      const stops = this.panels.filter((panel) => !panel.svg.classList.contains("off")).flatMap((panel) =>
        panel.marks.filter((mark) => mark.points.length && !mark.isHidden && (!mark.seed || this.showsSeeds))
          .map((mark) => ({ panel, mark })));
      if (!stops.length) return;
      event.preventDefault();
      const before = this.told;
      let place = before ? stops.findIndex(({ mark }) => mark === before.mark) : -1;
      let index = before ? before.index : -1;
      if (across || place < 0) {
        place = place < 0 ? 0 : (place + across + stops.length) % stops.length;
        index = 0;
      } else {
        index += along;
      }
      const { panel, mark } = stops[place];
      index = Math.max(0, Math.min(index, mark.points.length - 1));
      this.tell(panel, { mark, index, place: mark.points[index], far: 0 });
    }
    press(button, arm) {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", shown);
      for (const element of all(this.figure, ".panel [data-arm]")) {
        if (element.dataset.arm === arm) element.classList.toggle("off", !shown);
      }
      this.quiet();
      status.textContent = `${arm} ${shown ? "shown" : "hidden"}`;
    }
    // Builds the choices that the figure has: measure, epochs or seconds, seeds.
    offer() {
      const names = [...new Set(this.panels.map((panel) => panel.name))].filter(Boolean);
      const bar = document.createElement("div");
      bar.className = "choices";
      if (names.length > 1) {
        this.choice(bar, "Measure", ["both", ...names], (name) => {
          for (const panel of this.panels) panel.svg.classList.toggle("off", name !== "both" && panel.name !== name);
          this.card.classList.toggle("alone", name !== "both" && this.panels.length === names.length);
        });
      }
      if (this.panels.some((panel) => panel.timed.length)) {
        this.choice(bar, "Over", ["epochs", "seconds"], (unit) => {
          for (const panel of this.panels) panel.run(unit === "seconds");
        });
      }
      if (this.panels.some((panel) => panel.seeds.length)) {
        this.choice(bar, "Seeds", ["mean", "every seed"], (which) => {
          this.showsSeeds = which !== "mean";
          this.card.classList.toggle("shows-seeds", this.showsSeeds);
        });
      }
      if (bar.children.length) this.card.prepend(bar);
    }
    choice(bar, label, words, choose) {
      const group = document.createElement("div");
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", label);
      for (const word of words) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = word;
        button.setAttribute("aria-pressed", word === words[0]);
        button.addEventListener("click", () => {
          for (const other of group.children) other.setAttribute("aria-pressed", other === button);
          this.quiet();
          choose(word);
        });
        group.append(button);
      }
      bar.append(group);
    }
  }

  const figures = all(document, ".figure").map((figure) => new Figure(figure));
  const quiet = () => figures.forEach((figure) => figure.told && figure.quiet());
  document.addEventListener("keydown", (event) => event.key === "Escape" && quiet());
  document.addEventListener("pointerdown", (event) => event.target.closest(".panel") || quiet());
  addEventListener("scroll", quiet, { passive: true });
})();
