// Single keys: whatever carries data-key="r" is what R does (focus a field, press a button, follow a link); the visible
// one wins. `?` opens the help. They rest while someone types, and can be switched off in the help.
const OFF = "totalcare:keys-off";
const toggle = document.querySelector("[data-keys-toggle]");
let on = read() !== "1";
if (toggle) {
  toggle.checked = on;
  toggle.addEventListener("change", () => {
    on = toggle.checked;
    try { on ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"); } catch { /* private mode */ }
  });
}
function read() {
  try { return localStorage.getItem(OFF); } catch { return null; }
}

function typing(target) {
  return target.isContentEditable || target.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = event.target.closest?.("form");
    if (form && event.target.matches("textarea, input, select")) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-default-submit]") ?? undefined);
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || (!on && event.isTrusted)) return; // the palette presses keys too
  if (typing(event.target)) {
    if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    document.getElementById("shortcuts")?.showModal();
    return;
  }
  const key = event.key.toLowerCase();
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((item) => item.offsetParent && !item.disabled);
  if (found) {
    event.preventDefault();
    act(found);
  } else if (key === "/") {
    const search = document.querySelector("[data-open=palette]");
    if (search) {
      event.preventDefault();
      search.click();
    }
  }
});

function act(item) {
  const fold = item.closest("details:not([open])");
  if (fold) fold.open = true;
  if (item.matches("[type=radio], [type=checkbox]")) {
    item.click();
    item.form?.querySelector("textarea")?.focus();
  } else if (item.matches("input, textarea, select")) {
    item.focus();
    item.select?.();
  } else item.click();
  item.scrollIntoView({ block: "nearest" });
}
