// Figures answer to pointer, touch and keys: the nearest mark is told and stands out, entries of a
// legend hide arms, curves change their measure and run over seconds. Without a script they stand.
const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
document.body.append(tip);

class Figure {
  constructor(figure) {
    this.figure = figure;
    this.card = figure.querySelector(".card");
    this.panels = all(figure, ".panel").map((svg) => new Panel(svg));
    this.showsSeeds = false;
    this.arm = null;
    this.told = null;
    for (const panel of this.panels) {
      const tell = (event) => this.tell(panel, panel.find(panel.at(event), this.showsSeeds || this.arm));
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
  // Tells one mark, of all figures.
  tell(panel, found) {
    told().forEach((figure) => figure.quiet());
    if (!found) return "";
    const { mark, place } = found;
    this.told = { panel, ...found };
    this.arm = mark.arm;
    mark.element.classList.add("active");
    for (const seed of panel.seeds) seed.element.classList.toggle("near", seed.arm === mark.arm);
    const radius = 6 / (panel.svg.getScreenCTM().a || 1);
    this.spot = made("circle", panel.svg, { class: "spot", cx: place[0], cy: place[1], r: radius });
    panel.svg.append(this.spot);
    const lines = [mark.name, ...mark.words(found)];
    tip.replaceChildren(...lines.map((text) => {
      const line = document.createElement("div");
      line.textContent = text;
      return line;
    }));
    tip.hidden = false;
    this.place();
    return lines.join(", ");
  }
  // Puts the tooltip above the mark; where there is no room, below it or beside it.
  place() {
    const at = this.spot.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const within = (low, size, most) => Math.max(8, Math.min(low, most - size - 8));
    let left = within(at.left + at.width / 2 - width / 2, width, innerWidth);
    let top = at.top - height - 10;
    if (top < 8) top = at.bottom + 10;
    if (top + height > innerHeight - 8) {
      left = at.left - width - 10 < 8 ? at.right + 10 : at.left - width - 10;
      top = within(at.top, height, innerHeight);
    }
    tip.style.left = `${left}px`;
    tip.style.top = `${top}px`;
    tip.classList.toggle("away", at.bottom < 0 || at.top > innerHeight);
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
    say(this.tell(panel, { mark, index, place: mark.points[index], far: 0 }));
    this.spot.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    this.place();
  }
  press(button, arm) {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", shown);
    for (const element of all(this.figure, ".panel [data-arm]")) {
      if (element.dataset.arm === arm) element.classList.toggle("off", !shown);
    }
    this.quiet();
    say(`${arm} ${shown ? "shown" : "hidden"}`);
  }
  // Builds the choices that the figure has: its measure, seconds for epochs, and every seed.
  offer() {
    const names = [...new Set(this.panels.map((panel) => panel.name))].filter(Boolean);
    const bar = document.createElement("div");
    bar.className = "choices";
    if (names.length > 1) {
      const group = this.group(bar, "Measure", [...names, "both"], (button) => {
        for (const other of group.children) other.setAttribute("aria-pressed", other === button);
        const name = button.textContent;
        for (const panel of this.panels) panel.svg.classList.toggle("off", name !== "both" && panel.name !== name);
        this.card.classList.toggle("alone", name !== "both" && this.panels.length === names.length);
      });
      // The first screen has room for one.
      group.children[this.figure.closest(".answer") ? 0 : names.length].click();
    }
    if (this.panels.some((panel) => panel.timed.length)) {
      this.toggle(bar, "seconds", (on) => this.panels.forEach((panel) => panel.run(on)));
    }
    if (this.panels.some((panel) => panel.seeds.length)) {
      this.toggle(bar, "every seed", (on) => {
        this.showsSeeds = on;
        this.card.classList.toggle("shows-seeds", on);
      });
    }
    if (bar.children.length) this.card.prepend(bar);
  }
  toggle(bar, word, change) {
    this.group(bar, "", [word], (button) => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", on);
      change(on);
    });
  }
  group(bar, label, words, press) {
    const group = document.createElement("div");
    if (label) {
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", label);
    }
    for (const word of words) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = word;
      button.setAttribute("aria-pressed", false);
      button.addEventListener("click", () => {
        this.quiet();
        press(button);
      });
      group.append(button);
    }
    bar.append(group);
    return group;
  }
}

const figures = all(document, ".figure").map((figure) => new Figure(figure));
const told = () => figures.filter((figure) => figure.told);
document.addEventListener("keydown", (event) => event.key === "Escape" && told().forEach((figure) => figure.quiet()));
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest(".panel")) told().forEach((figure) => figure.quiet());
});
document.addEventListener("scroll", () => told().forEach((figure) => figure.place()), { capture: true, passive: true });
