// A table of rows under a cursor: J and K move, Enter opens, X selects, and A R N T act on the row at the cursor.
// Markup: <table data-queue> with <tr data-row data-href>, each with input[name=selected]; the bulk bar [data-bulk] in
// the same form. R, N and T follow the row's link to #reply, #note and #time, where the ticket page takes over.
const table = document.querySelector("table[data-queue]");
const bulk = document.querySelector("[data-bulk]");
const rows = () => [...document.querySelectorAll("table[data-queue] tr[data-row]")];
const box = (row) => row.querySelector("input[name=selected]");
const typing = (target) => target.isContentEditable || target.matches?.("textarea, select, input:not([type=checkbox], [type=radio])");
let at = null; // the row's id: rows move and are replaced while one looks at them

function current() {
  return rows().find((row) => row.id && row.id === at) ?? rows().find((row) => row.hasAttribute("data-cursor"));
}
function go(row) {
  if (!row) return;
  for (const other of rows()) other.toggleAttribute("data-cursor", other === row);
  at = row.id;
  row.querySelector("a[href]")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}
function count() {
  const chosen = rows().filter((row) => box(row)?.checked).length;
  const label = bulk?.querySelector("[data-bulk-count]");
  if (label) label.textContent = (chosen === 1 ? bulk.dataset.one : bulk.dataset.many).replace("%s", chosen);
  const all = document.querySelector("[data-select-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === rows().length;
    all.indeterminate = chosen > 0 && chosen < rows().length;
  }
}
function act(row, key) {
  const href = row.dataset.href ?? row.querySelector("a[href]")?.href;
  const anchor = { r: "#reply", n: "#note", t: "#time" }[key];
  if (anchor && href) location.assign(href + anchor);
  else if (key === "enter" && href) location.assign(href);
  else if (key === "x" && box(row)) {
    box(row).checked = !box(row).checked;
    count();
  }
}

if (table) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    let off;
    try { off = localStorage.getItem("totalcare:keys-off") === "1"; } catch { off = false; }
    if (off) return;
    const key = event.key.toLowerCase(), all = rows(), row = current();
    if (key === "j" || key === "k") go(all[Math.max(0, Math.min(all.length - 1, all.indexOf(row) + (key === "j" ? 1 : -1)))]);
    else if (key === "enter" && event.target.matches("a, button, summary, input")) return;
    else if (key === "a" && bulk) {
      if (row && !rows().some((other) => box(other)?.checked)) act(row, "x");
      bulk.querySelector("[data-bulk-key=a]")?.click();
    } else if (row && ["enter", "x", "r", "n", "t"].includes(key)) act(row, key);
    else return;
    event.preventDefault();
  });
  table.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-row]");
    if (row && row.id !== at) go(row);
  });
  table.addEventListener("change", (event) => {
    if (event.target.matches("[data-select-all]")) for (const row of rows()) if (box(row)) box(row).checked = event.target.checked;
    count();
  });
  document.querySelector("[data-bulk-clear]")?.addEventListener("click", () => {
    for (const row of rows()) if (box(row)) box(row).checked = false;
    count();
  });
  // Rows come and go by htmx: what was chosen and where one stood is kept.
  let chosen = new Set();
  document.addEventListener("htmx:beforeSwap", () => { chosen = new Set(rows().filter((row) => box(row)?.checked).map((row) => row.id)); });
  document.addEventListener("htmx:afterSwap", () => {
    for (const row of rows()) {
      if (chosen.has(row.id) && box(row)) box(row).checked = true;
      row.toggleAttribute("data-cursor", row.id === at);
    }
    count();
  });
  count();
}
