// The list of rows, its filters, and each row opened. All texts are set as texts, never as markup.
"use strict";

const PAGE = 100;

function make(tag, options = {}, ...children) {
  const { text, ...attributes } = options;
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  if (text !== undefined) made.textContent = text;
  made.append(...children.filter((child) => child !== null));
  return made;
}

async function unpack(element) {
  const bytes = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

class Rows {
  constructor(data) {
    this.data = data;
    this.count = data.rows.number.length;
    this.searchable = Array.from({ length: this.count });
    this.parsed = new Map();
  }

  own(name, row) {
    const column = this.data.rows[name];
    if (column === undefined) return null;
    const code = column.all === undefined ? column.codes[row] : column.all;
    return code < 0 ? null : column.texts[code];
  }

  value(name, row) {
    return new Picker(this.data, row).text(name, "");
  }

  reasons(row) {
    if (!this.parsed.has(row)) this.parsed.set(row, JSON.parse(this.own("reasons", row) || "[]"));
    return this.parsed.get(row);
  }

  // What a search looks through: row number, reference, cells, values, reasons.
  text(row) {
    if (this.searchable[row] === undefined) {
      const cells = this.data.cells.map((column) => this.value(`cell:${column}`, row));
      const values = this.data.attributes.map((one) => this.value(`=${one.name}`, row));
      const told = this.reasons(row).map((one) => `${one.code} ${one.message}`);
      const all = [this.data.rows.number[row], this.own("sku", row), ...cells, ...values, ...told];
      this.searchable[row] = all.filter((one) => one !== null).join("\n").toLowerCase();
    }
    return this.searchable[row];
  }
}

function placeOf(reason) {
  return reason.rule ? `${reason.rule.file}:${reason.rule.line}` : reason.column || "";
}

class List {
  constructor(data) {
    this.data = data;
    this.rows = new Rows(data);
    this.body = document.querySelector("#list tbody");
    this.page = 0;
    this.matching = [];
    this.fillReasons();
    this.listen();
    this.search();
  }

  fillReasons() {
    const known = new Set();
    for (const button of document.querySelectorAll("button.filter")) {
      const { code, place } = button.dataset;
      const value = `${code}\n${place}`;
      if (known.has(value)) continue;
      known.add(value);
      document.querySelector("#reason").append(make("option", { value, text: `${code} ${place}` }));
    }
  }

  listen() {
    const form = document.querySelector(".filters");
    const again = () => { this.page = 0; this.search(); };
    let waiting = 0;
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(again, 80); });
    form.addEventListener("reset", () => setTimeout(again));
    form.addEventListener("submit", (event) => { event.preventDefault(); again(); });
    for (const button of document.querySelectorAll("button.filter")) {
      button.addEventListener("click", () => {
        document.querySelector("#reason").value = `${button.dataset.code}\n${button.dataset.place}`;
        again();
        document.querySelector("#rows").scrollIntoView();
        document.querySelector("#search").focus();
      });
    }
    document.querySelector("#previous").addEventListener("click", () => this.turn(-1));
    document.querySelector("#next").addEventListener("click", () => this.turn(1));
  }

  turn(by) {
    this.page += by;
    this.show();
    document.querySelector("#rows").scrollIntoView();
  }

  search() {
    const words = document.querySelector("#search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcomes = new Set([...document.querySelectorAll("input[name=outcome]:checked")].map((one) => one.value));
    const [code, place] = document.querySelector("#reason").value.split("\n");
    this.matching = [];
    for (let row = 0; row < this.rows.count; row += 1) {
      if (!outcomes.has(this.rows.own("outcome", row))) continue;
      if (code && !this.rows.reasons(row).some((one) => one.code === code && placeOf(one) === place)) continue;
      if (words.length && !words.every((word) => this.rows.text(row).includes(word))) continue;
      this.matching.push(row);
    }
    this.show();
  }

  show() {
    const pages = Math.max(1, Math.ceil(this.matching.length / PAGE));
    this.page = Math.min(Math.max(this.page, 0), pages - 1);
    const shown = this.matching.slice(this.page * PAGE, (this.page + 1) * PAGE);
    this.body.replaceChildren(...shown.map((row) => this.line(row)));
    document.querySelector("#found").textContent = `${this.matching.length} of ${this.rows.count} rows`;
    document.querySelector("#page").textContent = `page ${this.page + 1} of ${pages}`;
    document.querySelector("#previous").disabled = this.page === 0;
    document.querySelector("#next").disabled = this.page >= pages - 1;
  }

  line(row) {
    const rows = this.rows;
    const number = this.data.rows.number[row];
    const outcome = rows.own("outcome", row);
    const button = make("button", { type: "button", class: "open", "aria-expanded": "false", dir: "auto",
      text: rows.own("sku", row) || "(none)", "aria-label": `row ${number}, ${rows.own("sku", row) || "no reference"}` });
    const made = make("tr", {},
      make("td", { class: "right", text: String(number) }),
      make("td", {}, button),
      make("td", {}, make("span", { class: `badge ${outcome}`, text: outcome })),
      make("td", { class: "right", text: rows.value("=Price", row) || "" }),
      make("td", { class: "right", text: rows.value("=Stock", row) || "" }),
      make("td", { text: rows.own("package", row) || "" }),
      make("td", { dir: "auto", text: rows.reasons(row).map((one) => `${one.code} ${one.message}`).join("; ") }));
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      if (open) made.nextElementSibling.remove();
      else made.after(make("tr", { class: "detail" }, make("td", { colspan: "7" }, ...detail(this.data, rows, row))));
    });
    return made;
  }
}

async function start() {
  const data = await unpack(document.querySelector("#data"));
  window.feedwright = { data, explain: (row, attribute) => explain(data, row, attribute) };
  document.querySelector("#app").hidden = false;
  const list = new List(data);
  drawCharts(data, list.rows);
  document.documentElement.dataset.ready = "yes";
}

if (document.querySelector("#data")) start();
