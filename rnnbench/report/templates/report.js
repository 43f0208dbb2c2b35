"use strict";
const all = (root, selector) => [...root.querySelectorAll(selector)];
// To those who listen.
const say = (text) => { document.getElementById("status").textContent = text; };

// Tables sort on their heads: stable, numbers as numbers, what was not measured always last.
{
  const words = new Intl.Collator("en", { numeric: true });

  const entry = (row, column, numeric) => {
    const cell = row.cells[column];
    if (cell.matches(".none")) return { row, rank: 2, value: "" };
    // A value of its own, or the number that its text begins with, after a star.
    const value = cell.dataset.value ?? cell.textContent.trim().replace(/^★\s/, "");
    const number = numeric ? parseFloat(value) : NaN;
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

  // A head tells what its column means, as the list below the table does.
  for (const term of all(document, ".columns dt")) {
    let box = term.closest("details").previousElementSibling;
    while (!box.matches(".scroll")) box = box.previousElementSibling;
    const head = all(box, "thead button").find((button) => button.textContent === term.textContent);
    if (head) head.title = term.nextElementSibling.textContent;
  }
}
