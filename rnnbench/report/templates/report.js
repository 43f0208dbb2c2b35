"use strict";
const all = (root, selector) => [...root.querySelectorAll(selector)];
// To those who listen.
const say = (text) => { document.getElementById("status").textContent = text; };

// Tables sort on their heads: stable, numbers as numbers, what was not measured always last.
{
  const words = new Intl.Collator("en", { numeric: true });

  const entry = (row, column, numeric) => {
    const value = row.cells[column].dataset.value;
    if (value === undefined) return { row, rank: 2, value: "" };
    const number = numeric ? Number(value) : NaN;
    return Number.isNaN(number) ? { row, rank: 1, value } : { row, rank: 0, value: number };
  };

  const compare = (a, b) =>
    a.rank === 0 ? (a.value > b.value) - (a.value < b.value) : words.compare(a.value, b.value);

  const sort = (head) => {
    const table = head.closest("table");
    const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
    const sign = direction === "ascending" ? 1 : -1;
    const numeric = head.dataset.kind === "number";
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => entry(row, head.cellIndex, numeric));
    rows.sort((a, b) => a.rank - b.rank || sign * compare(a, b));
    body.append(...rows.map(({ row }) => row));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", direction);
    say(`Sorted by ${head.textContent}, ${direction}`);
  };

  for (const button of all(document, "thead button")) {
    const rows = button.closest("table").tBodies[0].rows;
    if (rows.length > 1) button.addEventListener("click", () => sort(button.parentElement));
  }
}
