"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    let descending = false;
    head.addEventListener("click", () => {
      descending = !descending;
      const text = (row) => row.cells[column].textContent;
      const order = (a, b) => {
        const [x, y] = [Number(text(a)), Number(text(b))];
        return Number.isNaN(x) || Number.isNaN(y) ? text(a).localeCompare(text(b)) : x - y;
      };
      const rows = [...table.tBodies[0].rows].sort(order);
      if (descending) rows.reverse();
      table.tBodies[0].append(...rows);
    });
  });
}
const search = document.getElementById("search");
search?.addEventListener("input", () => {
  const wanted = search.value.toLowerCase();
  for (const row of document.getElementById("symbols").tBodies[0].rows) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }
});
