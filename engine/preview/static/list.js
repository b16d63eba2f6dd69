// A list that is in the page already: words and kinds say which of its rows are shown.
"use strict";

function filterList(form) {
  const rows = [...document.querySelectorAll("#list tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const search = form.querySelector("#search");
  const kinds = [...form.querySelectorAll("input[name=kind]")];
  const found = document.querySelector("#found");
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(kinds.filter((box) => box.checked).map((box) => box.value));
    let shown = 0;
    rows.forEach((row, at) => {
      const fits = wanted.has(row.dataset.kind) && words.every((word) => texts[at].includes(word));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    found.textContent = `${shown} of ${rows.length} shown`;
  };
  form.hidden = false;
  form.addEventListener("input", show);
  form.addEventListener("reset", () => setTimeout(show));
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
}

const form = document.querySelector("form.filters");
if (form) filterList(form);
document.documentElement.dataset.ready = "yes";
