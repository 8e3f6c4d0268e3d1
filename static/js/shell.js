// The frame: menus, dialogs, the palette, toasts. Every one of them works without this file.
const $ = (query, from = document) => from.querySelector(query);
const $$ = (query, from = document) => [...from.querySelectorAll(query)];

// Menus are <details>: one open at a time; Escape and a click elsewhere close them; arrows walk through them.
document.addEventListener("click", (event) => {
  for (const menu of $$("[data-drop][open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-drop][open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    $("summary", menu).focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step($$("a, button, input", menu).filter((item) => item.offsetParent), event.key === "ArrowDown" ? 1 : -1);
  }
});

function step(items, by) {
  const at = items.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : (at + by + items.length) % items.length;
  items[next]?.focus();
}

// Dialogs: anything with data-open="id" shows <dialog id>; a click on the backdrop closes it.
function open(id) {
  const dialog = document.getElementById(id);
  if (!dialog?.showModal || dialog.open) return false;
  for (const menu of $$("[data-drop][open]")) menu.open = false;
  dialog.dispatchEvent(new Event("opening"));
  dialog.showModal();
  return true;
}
for (const button of $$("button[data-open][hidden]")) button.hidden = !document.getElementById(button.dataset.open);
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-open]");
  if (opener && !event.ctrlKey && !event.metaKey && open(opener.dataset.open)) event.preventDefault();
  if (event.target.matches?.("dialog.dialog") && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    if (open("palette")) event.preventDefault();
  }
});

// The palette: places and actions are narrowed here, requests and clients are asked of the server (htmx); arrows walk over
// all. Enter in the box goes where nothing else can be meant: to the very reference, or to the one row that is left, which
// is marked; otherwise to the page of what was found.
const palette = $("[data-palette]");
if (palette) {
  const box = $("input[name=q]", palette), found = $("#palette-found", palette);
  const places = $$("[data-places] li:not(.group)", palette);
  const items = () => $$(".results :is(a, button)", palette).filter((item) => item.offsetParent);
  const meant = () => {
    const words = box.value.trim().toUpperCase(), left = items();
    if (!words) return null;
    return left.find((item) => $(".ref", item)?.textContent === words) ?? (left.length === 1 ? left[0] : null);
  };
  const narrow = () => {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    for (const place of places) place.hidden = !words.every((word) => plain(place.textContent).includes(word));
    for (const list of $$("[data-places]", palette)) list.hidden = $$("li:not(.group)", list).every((place) => place.hidden);
    if (!box.value) found.replaceChildren();
    point();
  };
  const point = () => {
    for (const item of $$("[data-at]", palette)) delete item.dataset.at;
    const item = meant();
    if (item) item.dataset.at = "";
  };
  box.addEventListener("input", narrow);
  palette.addEventListener("htmx:afterSwap", point);
  palette.addEventListener("submit", (event) => {
    const item = meant();
    if (!item) return;
    event.preventDefault();
    item.click();
  });
  palette.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    step([box, ...items()], event.key === "ArrowDown" ? 1 : -1);
  });
  // An action is a key of the page, or opens a dialog of its own: the palette makes way first.
  palette.addEventListener("click", (event) => {
    const item = event.target.closest("[data-press], [data-opens]");
    if (!item) return;
    palette.close();
    const { press, opens } = item.dataset;
    if (press) document.body.dispatchEvent(new KeyboardEvent("keydown", { key: press, bubbles: true, cancelable: true }));
    else if (!event.ctrlKey && !event.metaKey && open(opens)) event.preventDefault();
  });
  // A whole page is no answer here: Enter leads to it.
  palette.addEventListener("htmx:beforeSwap", (event) => {
    if (/<html/i.test(event.detail.serverResponse)) event.detail.shouldSwap = false;
  });
  // Empty whenever it opens: "close" comes later than the next key may.
  palette.addEventListener("opening", () => {
    box.dispatchEvent(new Event("htmx:abort")); // an answer to older words
    box.value = "";
    narrow();
  });
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

// Toasts: a close button each; they leave by themselves after eight seconds unless someone looks at them. One that asks
// something (a form: "Undo") stays.
function toast(text, tone = "") {
  const template = $("#toast-template"), shelf = $("#toasts");
  if (!template || !shelf) return;
  const item = template.content.firstElementChild.cloneNode(true);
  $("span", item).textContent = text;
  if (tone) item.dataset.tone = tone;
  shelf.append(item);
  settle(item);
}
function settle(item) {
  const close = $("#toast-close")?.content.firstElementChild.cloneNode(true);
  if (close) {
    close.addEventListener("click", () => item.remove());
    item.append(close);
  }
  let timer;
  if ($("form", item)) return;
  const wait = () => { timer = setTimeout(() => item.remove(), 8000); };
  const stay = () => clearTimeout(timer);
  item.addEventListener("pointerenter", stay);
  item.addEventListener("focusin", stay);
  item.addEventListener("pointerleave", wait);
  item.addEventListener("focusout", wait);
  if (item.dataset.tone !== "missed") wait();
}
for (const item of $$("[data-toast]")) settle(item);
// A fragment's answer may carry HX-Trigger: {"toast": "3 tickets assigned"} or {"toast": {"text": …, "tone": "missed"}}.
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.tone));

// Something failed behind the page: say what happened and what was kept. The words are the server's (data-failed).
document.addEventListener("htmx:sendError", () => failed("offline"));
document.addEventListener("htmx:responseError", () => failed("refused"));
function failed(kind) {
  const words = $("#failures")?.dataset[kind];
  if (words) toast(words, "missed");
}
