// The instant of the preview: typed, slid, or taken from a milestone of the project.
/* global make */

const MINUTE = 60_000;
const DAY = 24 * 60; // in minutes

export class Time {
  // `changed()` is called when another instant is chosen.
  constructor(changed) {
    this.changed = changed;
    this.zone = "UTC";
    this.input = document.querySelector("#at");
    this.slider = document.querySelector("#slider");
    this.ticks = document.querySelector("#ticks");
    this.marks = [];
    this.input.addEventListener("change", () => this.type());
    this.slider.addEventListener("input", () => this.slide());
    document.querySelector("#at-now").addEventListener("click", () => this.choose(null));
  }

  // What is asked: the text as typed, or null for now.
  get at() {
    return this.input.value.trim() || null;
  }

  // The moments of the rules; the span of the slider goes a month beyond them and holds now.
  take({ zone, now, moments }) {
    const known = moments.filter((one) => one.at !== null);
    const key = JSON.stringify([zone, moments]);
    if (key === this.key) return;
    this.key = key;
    this.zone = zone;
    this.marks = known.map((one) => ({ ...one, minute: Math.floor(Date.parse(one.at) / MINUTE) }));
    const minutes = [...this.marks.map((one) => one.minute), Math.floor(Date.parse(now) / MINUTE)];
    this.slider.min = String(Math.min(...minutes) - 30 * DAY);
    this.slider.max = String(Math.max(...minutes) + 30 * DAY);
    this.place();
    this.draw(moments.filter((one) => one.at === null));
  }

  draw(unknown) {
    const named = this.marks.filter((one) => one.milestones.length);
    const buttons = named.map((one) => {
      const text = one.milestones.join(", ");
      const button = make("button", { type: "button", class: "tick", text, title: `${one.shown}: ${one.changes.map((c) => c.says).join("; ") || "nothing changes"}` });
      button.append(make("span", { class: "unseen", text: ` ${one.shown}` }));
      button.addEventListener("click", () => this.choose(one.minute));
      return button;
    });
    const waiting = unknown.map((one) => make("span", { class: "tick place", text: `${one.milestones.join(", ")}: to be confirmed` }));
    const track = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    track.setAttribute("viewBox", "0 0 1000 8");
    track.setAttribute("preserveAspectRatio", "none");
    track.setAttribute("aria-hidden", "true");
    const [low, high] = [Number(this.slider.min), Number(this.slider.max)];
    for (const one of this.marks) {
      const line = document.createElementNS(track.namespaceURI, "rect");
      line.setAttribute("x", String(Math.round((1000 * (one.minute - low)) / (high - low))));
      line.setAttribute("width", "3");
      line.setAttribute("height", "8");
      if (one.milestones.length) line.setAttribute("class", "named");
      track.append(line);
    }
    const ends = [low, high].map((minute) => make("span", { text: this.text(minute).slice(0, 10) }));
    this.ticks.replaceChildren(track, make("div", { class: "ends", "aria-hidden": "true" }, ...ends), make("div", { class: "milestones" }, ...buttons, ...waiting));
  }

  // A minute as rules write it, on the rules' clocks.
  text(minute) {
    const parts = new Intl.DateTimeFormat("en-GB", { timeZone: this.zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(new Date(minute * MINUTE));
    const part = Object.fromEntries(parts.map((one) => [one.type, one.value]));
    return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute} ${this.zone}`;
  }

  choose(minute) {
    this.input.value = minute === null ? "" : this.text(minute);
    this.place(minute);
    this.changed();
  }

  slide() {
    let minute = Number(this.slider.value);
    const near = (Number(this.slider.max) - Number(this.slider.min)) / 150;
    const mark = this.marks.find((one) => Math.abs(one.minute - minute) < near);
    // A slider is coarse: near a milestone it means the milestone, elsewhere a whole hour.
    minute = mark ? mark.minute : Math.round(minute / 60) * 60;
    this.input.value = this.text(minute);
    this.tell();
    this.changed();
  }

  type() {
    this.place();
    this.changed();
  }

  // Put the slider where the typed instant is, as far as it can be read here; the server reads it well.
  place(minute = null) {
    const found = this.input.value.match(/^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)/);
    const typed = found ? Math.floor(Date.UTC(found[1], found[2] - 1, found[3], found[4], found[5]) / MINUTE) : null;
    this.slider.value = String(minute ?? typed ?? Math.floor(Date.now() / MINUTE));
    this.tell();
  }

  tell() {
    this.slider.setAttribute("aria-valuetext", this.input.value || "now");
    this.input.placeholder = "now";
  }
}
