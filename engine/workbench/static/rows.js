// The table of rows: what each would become, what differs from the saved rules, and each row opened.
// `make`, `detail` and `Rows` are those of the preview page, loaded before.
/* global make, detail, Rows */

const PAGE = 100;
const FIRST = ["Price", "Stock"];

export class Table {
  // `open(number)` gives the data of one row, `go(file, line)` shows a line of a file.
  constructor(open, go) {
    this.openRow = open;
    this.go = go;
    this.answer = null;
    this.base = null; // the answer for the saved rules
    this.opened = new Set();
    this.page = 0;
    this.code = "";
    this.body = document.querySelector("#list tbody");
    let waiting = 0;
    for (const one of ["#search", "#outcome"]) {
      document.querySelector(one).addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => { this.page = 0; this.show(); }, 80);
      });
    }
    // What is opened makes its content then: its places become ways to them after that.
    this.body.addEventListener("toggle", (event) => setTimeout(() => this.link(event.target)), true);
    document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
    document.querySelector("#previous").addEventListener("click", () => this.turn(-1));
    document.querySelector("#next").addEventListener("click", () => this.turn(1));
  }

  turn(by) {
    this.page += by;
    this.show();
    document.querySelector(".rows").scrollTop = 0;
  }

  // Show an answer; `base` is that of the saved rules, or null where it is not known.
  take(answer, base) {
    this.answer = answer;
    this.base = base;
    this.places = new Map(base ? base.columns.number.map((number, at) => [number, at]) : []);
    const names = Object.keys(answer.attributes);
    this.first = FIRST.filter((one) => names.includes(one));
    this.rest = names.filter((one) => !FIRST.includes(one));
    this.names = [...this.first, ...this.rest];
    this.searchable = [];
    this.head();
    this.reasons();
    this.show();
  }

  head() {
    const titles = ["row", "SKU", "outcome", ...this.first, "what stands out", ...this.rest, "package"];
    const cells = titles.map((text, at) => make("th", { scope: "col", text, class: at === 0 ? "right" : null }));
    document.querySelector("#list thead").replaceChildren(make("tr", {}, ...cells));
  }

  reasons() {
    const found = this.answer.reasons;
    document.querySelector("#reasons").hidden = !found.length;
    const items = found.map((one) => {
      const place = one.rule ? `${one.rule.file}:${one.rule.line}` : one.column || "";
      const button = make("button", { type: "button", class: "filter", "aria-pressed": String(this.code === one.code + place), text: `${one.rows} ${one.rows === 1 ? "row" : "rows"}` });
      button.addEventListener("click", () => {
        this.code = this.code === one.code + place ? "" : one.code + place;
        this.page = 0;
        this.reasons();
        this.show();
      });
      return make("li", { dir: "auto" }, button, make("span", { class: `badge ${one.severity}`, text: one.severity }), ` ${one.code}: ${one.message} `, make("span", { class: "place", text: place }));
    });
    document.querySelector(".reasons-list").replaceChildren(...items);
  }

  told(at) {
    return JSON.parse(this.answer.columns.reasons[at] || "[]");
  }

  // What a cell was under the saved rules; undefined where it is the same or nothing is known.
  was(at, column) {
    if (!this.base) return undefined;
    const before = this.places.get(this.answer.columns.number[at]);
    if (before === undefined) return undefined;
    const of = (answer, place) => column === "" ? answer.columns.outcome[place] : (answer.attributes[column] || [])[place] ?? null;
    const old = of(this.base, before);
    return old === of(this.answer, at) ? undefined : old;
  }

  isChanged(at) {
    return this.was(at, "") !== undefined || this.names.some((name) => this.was(at, name) !== undefined) || this.dropped(at);
  }

  dropped(at) {
    if (!this.base) return false;
    const gone = Object.keys(this.base.attributes).filter((name) => !this.names.includes(name));
    const before = this.places.get(this.answer.columns.number[at]);
    return before !== undefined && gone.some((name) => this.base.attributes[name][before] !== null);
  }

  text(at) {
    if (this.searchable[at] === undefined) {
      const { columns, attributes } = this.answer;
      const told = this.told(at).map((one) => `${one.code} ${one.message}`);
      const all = [columns.number[at], columns.sku[at], ...this.names.map((name) => attributes[name][at]), ...told];
      this.searchable[at] = all.filter((one) => one !== null).join("\n").toLowerCase();
    }
    return this.searchable[at];
  }

  matching() {
    const words = document.querySelector("#search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = document.querySelector("#outcome").value;
    const { columns } = this.answer;
    const found = [];
    for (let at = 0; at < columns.number.length; at += 1) {
      if (wanted === "changed" ? !this.isChanged(at) : wanted && columns.outcome[at] !== wanted) continue;
      if (this.code && !this.told(at).some((one) => one.code + placeOf(one) === this.code)) continue;
      if (words.length && !words.every((word) => this.text(at).includes(word))) continue;
      found.push(at);
    }
    return found;
  }

  show() {
    if (!this.answer) return;
    const found = this.matching();
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    this.page = Math.min(Math.max(this.page, 0), pages - 1);
    const focused = document.activeElement?.closest?.("#list tr")?.dataset.row;
    this.body.replaceChildren(...found.slice(this.page * PAGE, (this.page + 1) * PAGE).map((at) => this.line(at)));
    document.querySelector("#found").textContent = `${found.length} of ${this.answer.columns.number.length} rows`;
    document.querySelector("#page").textContent = `page ${this.page + 1} of ${pages}`;
    document.querySelector("#previous").disabled = this.page === 0;
    document.querySelector("#next").disabled = this.page >= pages - 1;
    document.querySelector(".pages").hidden = pages === 1;
    for (const row of [...this.opened]) this.unfold(row);
    if (focused) this.body.querySelector(`tr[data-row="${focused}"] button.open`)?.focus({ preventScroll: true });
  }

  line(at) {
    const { columns, attributes } = this.answer;
    const number = columns.number[at];
    const outcome = columns.outcome[at];
    const sku = columns.sku[at];
    const button = make("button", { type: "button", class: "open", "aria-expanded": "false", dir: "auto", text: sku || "(none)", "aria-label": `row ${number}, ${sku || "no reference"}` });
    button.addEventListener("click", () => this.toggle(number));
    return make("tr", { "data-row": String(number) },
      make("td", { class: "right", text: String(number) }),
      make("td", {}, button),
      this.cell(make("span", { class: `badge ${outcome}`, text: outcome }), this.was(at, "")),
      ...this.first.map((name) => this.cell(attributes[name][at] || "", this.was(at, name))),
      make("td", { class: "told" }, make("div", { dir: "auto", text: this.told(at).map((one) => `${one.code} ${one.message}`).join("; ") })),
      ...this.rest.map((name) => this.cell(attributes[name][at] || "", this.was(at, name))),
      make("td", { text: columns.package[at] || "" }));
  }

  cell(content, was) {
    const made = make("td", { dir: "auto", class: was === undefined ? null : "changed" });
    made.append(content);
    if (was !== undefined) made.append(make("span", { class: "was", text: ` was ${was === null ? "nothing" : was}` }));
    return made;
  }

  toggle(number) {
    if (this.opened.delete(number)) {
      const line = this.body.querySelector(`tr[data-row="${number}"]`);
      line.querySelector("button.open").setAttribute("aria-expanded", "false");
      if (line.nextElementSibling?.classList.contains("detail")) line.nextElementSibling.remove();
    } else {
      this.opened.add(number);
      this.unfold(number);
    }
  }

  // Places of rules (`rules/offers.rules:24`) as buttons that show them in the editor.
  link(inside) {
    for (const place of inside.querySelectorAll("span.place")) {
      const found = place.textContent.match(/^ ?(\S+):(\d+)$/);
      if (!found || !this.go(found[1])) continue;
      const button = make("button", { type: "button", class: "open place", text: place.textContent.trim() });
      button.addEventListener("click", () => this.go(found[1], Number(found[2])));
      place.replaceWith(" ", button);
    }
  }

  async unfold(number) {
    const line = this.body.querySelector(`tr[data-row="${number}"]`);
    if (!line) return;
    line.querySelector("button.open").setAttribute("aria-expanded", "true");
    const inside = make("td", { colspan: String(this.names.length + 5) }, make("p", { class: "place", text: "asking…" }));
    line.after(make("tr", { class: "detail" }, inside));
    try {
      const data = await this.openRow(number);
      inside.replaceChildren(make("div", { class: "stays" }, ...detail(data, new Rows(data), 0)));
      this.link(inside);
    } catch (fault) {
      inside.replaceChildren(make("p", { class: "badge error", text: fault.message }));
    }
  }
}

function placeOf(reason) {
  return reason.rule ? `${reason.rule.file}:${reason.rule.line}` : reason.column || "";
}
