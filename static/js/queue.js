// A table of rows under a cursor: J and K move, Enter opens, X chooses, R N and T follow the row's link to #reply, #note and
// #time, where the ticket page takes over. A P and C press the bulk bar's buttons for what is chosen, or for the row at the
// cursor. Markup: #queue-place around <table data-queue> with <tr data-row data-href>, each with input[name=selected]; the bar
// [data-bulk] in the same form; the dialog [data-bulk-step], which htmx fills with what an action asks for.
const place = document.getElementById("queue-place");
const bulk = document.querySelector("[data-bulk]"), step = document.querySelector("[data-bulk-step]");
const PLACE = `totalcare:cursor:${location.pathname}${location.search}`;
const rows = () => [...document.querySelectorAll("table[data-queue] tr[data-row]")];
const box = (row) => row.querySelector("input[name=selected]");
const chosen = () => rows().filter((row) => box(row)?.checked);
const typing = (target) => target.isContentEditable || target.matches?.("textarea, select, input:not([type=checkbox], [type=radio])");
let at = null; // the row's id: rows move and are replaced while one looks at them
let line = 0; // where it stood, should it leave
let borrowed = null; // chosen only because a key acted on it

const current = () => rows().find((row) => row.id === at);

function mark() {
  for (const row of rows()) row.toggleAttribute("data-cursor", row.id === at);
}
function go(row) {
  if (!row) return;
  at = row.id;
  line = rows().indexOf(row);
  try { sessionStorage.setItem(PLACE, at); } catch { /* private mode */ }
  mark();
  row.scrollIntoView({ block: "nearest" });
}
function move(by) {
  const all = rows(), row = current();
  const next = row ? all.indexOf(row) + by : at ? line + (by > 0 ? 0 : -1) : 0;
  const to = all[Math.max(0, Math.min(all.length - 1, next))];
  to?.querySelector("a[href]")?.focus({ preventScroll: true });
  go(to);
}
function choose(some, yes) {
  for (const row of some) if (box(row)) box(row).checked = yes;
  count();
}
function count() {
  const label = bulk?.querySelector("[data-bulk-count]"), n = chosen().length;
  if (label) label.textContent = (n === 1 ? bulk.dataset.one : bulk.dataset.many).replace("%s", n);
  const all = document.querySelector("[data-select-all]");
  if (!all) return;
  all.hidden = false;
  all.checked = n > 0 && n === rows().length;
  all.indeterminate = n > 0 && n < rows().length;
}
// A key acts on what is chosen; when nothing is, on the row at the cursor, for this once.
function ask(key, row) {
  const button = bulk?.querySelector(`[data-bulk-key=${key}]`);
  if (!button || (!chosen().length && !row)) return false;
  if (!chosen().length) {
    choose([row], true);
    borrowed = row.id;
  }
  button.click();
  return true;
}
function act(key, row) {
  const anchor = { enter: "", r: "#reply", n: "#note", t: "#time" }[key];
  if (["a", "p", "c"].includes(key)) return ask(key, row);
  if (!row) return false;
  if (anchor !== undefined) location.assign(row.dataset.href + anchor);
  else if (key === "x" && box(row)) choose([row], !box(row).checked);
  else return false;
  return true;
}
function off() {
  try { return localStorage.getItem("totalcare:keys-off") === "1"; } catch { return false; }
}

if (place) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.isTrusted && off()) return; // the palette presses keys too, and may
    const key = event.key.toLowerCase();
    if (!event.isTrusted && !chosen().length && !current()) move(1);
    const row = current();
    if (key === "enter" && event.target.matches("a, button, summary, input")) return;
    if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
    else if (!act(key, row)) return;
    event.preventDefault();
  });
  place.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-row]");
    if (row && row.id !== at) go(row);
  });
  place.addEventListener("change", (event) => {
    borrowed = null;
    if (event.target.matches("[data-select-all]")) choose(rows(), event.target.checked);
    else count();
  });
  const every = bulk?.querySelector("[data-bulk-all]");
  if (every) every.hidden = false;
  every?.addEventListener("click", () => choose(rows(), true));
  bulk?.closest("form").addEventListener("reset", () => queueMicrotask(() => choose(rows(), false)));
  // Rows come and go by htmx: what was chosen and where one stood is kept.
  let kept = new Set();
  document.addEventListener("htmx:beforeSwap", () => { kept = new Set(chosen().map((row) => row.id)); });
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt.id !== "queue") return;
    choose(rows().filter((row) => kept.has(row.id)), true);
    mark();
  });
  try { at = sessionStorage.getItem(PLACE); } catch { /* private mode */ }
  mark();
  count();
}

if (step) {
  // A whole page is no answer here (the sign-in page, after the session's end): go there, and come back to the same question.
  step.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.shouldSwap || !/<html/i.test(event.detail.serverResponse)) return;
    event.detail.shouldSwap = false;
    location.assign(event.detail.xhr.responseURL);
  });
  const asks = (event) => event.target === step; // and not what it would do, shown within it
  step.addEventListener("htmx:afterSwap", (event) => { if (asks(event) && !step.open) step.showModal(); });
  // Its fields are heard from then on: a choice made at once shows its effect.
  step.addEventListener("htmx:afterSettle", (event) => { if (asks(event)) step.querySelector("select, textarea")?.focus(); });
  step.addEventListener("close", () => {
    choose(rows().filter((row) => row.id === borrowed), false);
    borrowed = null;
    document.getElementById(at?.replace("row-", "open-"))?.focus({ preventScroll: true });
  });
}
