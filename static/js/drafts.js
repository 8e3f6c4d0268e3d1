// Nothing typed is lost. A form with data-draft="ticket:42:reply" keeps its texts on this device while one writes, per
// person, and gives them back after a crash, a lost connection or an expired session. A draft goes only when the server
// says that it was sent: its key (or `<key>#client`, one half) in the cookie that common/drafts.py sets, or an htmx answer
// below 400. Never kept: passwords, files, hidden fields. Old drafts go after 30 days. [data-draft-status] inside the form says what is kept, in the server's words
// (data-kept, data-restored); [data-draft-discard] empties it.
const PERSON = document.body.dataset.person ?? "";
const PREFIX = "totalcare:draft:";
const MONTH = 30 * 24 * 3600 * 1000;
const name = (key) => `${PREFIX}${PERSON}:${key}`;

function load(key) {
  try { return JSON.parse(localStorage.getItem(name(key))); } catch { return null; }
}
function keep(key, values) {
  try { localStorage.setItem(name(key), JSON.stringify({ at: Date.now(), values })); return true; } catch { return false; }
}
// "ticket:42" is the whole draft; "ticket:42#client" only what was written to that audience.
function forget(key) {
  const [whole, audience] = key.split("#");
  const draft = audience && load(whole);
  try {
    if (draft) {
      delete draft.values[`text:${audience}`];
      if (Object.values(draft.values).some(Boolean)) return localStorage.setItem(name(whole), JSON.stringify(draft));
    }
    localStorage.removeItem(name(whole));
  } catch { /* nothing was kept */ }
}

const fields = (form) => [...form.elements].filter((field) => field.name && !("draftSkip" in field.dataset)
  && (field.matches("textarea, select") || (field.matches("input") && ["text", "search", "email", "url", "number", "radio", "checkbox", "date"].includes(field.type))));
const value = (field) => (["radio", "checkbox"].includes(field.type) ? field.checked : field.value);
const id = (field) => (field.type === "radio" || field.type === "checkbox" ? `${field.name}=${field.value}` : field.name);
const initial = (field) => (["radio", "checkbox"].includes(field.type) ? field.defaultChecked : field.matches("select") ? [...field.options].find((o) => o.defaultSelected)?.value ?? field.options[0]?.value : field.defaultValue);

function save(form) {
  const values = Object.fromEntries(fields(form).filter((field) => value(field) !== initial(field)).map((field) => [id(field), value(field)]));
  const texts = form.draftExtra?.() ?? {}; // the composer's two texts
  if (!Object.keys(values).length && !Object.values(texts).some(Boolean)) {
    forget(form.dataset.draft);
    tell(form, "");
    return;
  }
  if (keep(form.dataset.draft, { ...values, ...texts })) tell(form, "kept");
}

function restore(form) {
  const draft = load(form.dataset.draft);
  if (!draft) return;
  let used = false;
  for (const field of fields(form)) {
    const kept = draft.values[id(field)];
    if (kept === undefined || value(field) !== initial(field)) continue;
    if (field.value && !["radio", "checkbox"].includes(field.type) && !field.matches("select") && form.querySelector("[aria-invalid=true]")) continue;
    if (["radio", "checkbox"].includes(field.type)) field.checked = kept;
    else field.value = kept;
    used = true;
  }
  if (form.draftRestore?.(draft.values)) used = true;
  if (used) {
    tell(form, "restored", draft.at);
    form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
  }
}

function tell(form, what, at = Date.now()) {
  const status = form.querySelector("[data-draft-status]"), discard = form.querySelector("[data-draft-discard]");
  if (discard) discard.hidden = !what;
  if (!status) return;
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  const said = what ? (status.dataset[what] ?? "").replace("%s", time) : "";
  if (status.textContent !== said) status.textContent = said;
}

function attach(form) {
  if (form.draftReady) return;
  form.draftReady = true;
  restore(form); // before anything listens: what is given back is no new word
  let timer;
  const later = () => { clearTimeout(timer); timer = setTimeout(() => save(form), 400); };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("submit", () => { clearTimeout(timer); save(form); });
  addEventListener("pagehide", () => save(form));
  form.querySelector("[data-draft-discard]")?.addEventListener("click", () => {
    form.reset();
    form.draftReset?.();
    forget(form.dataset.draft);
    tell(form, "");
    form.querySelector("textarea")?.focus();
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form || !event.detail.successful || event.detail.requestConfig.verb === "get") return;
    clearTimeout(timer);
    const audience = form.querySelector("[data-audience]:checked")?.value;
    forget(audience ? `${form.dataset.draft}#${audience}` : form.dataset.draft);
    tell(form, "");
  });
}

// What was sent may go, before anything is given back.
const COOKIE = "drafts_sent=";
const told = document.cookie.split("; ").find((one) => one.startsWith(COOKIE))?.slice(COOKIE.length).replaceAll('"', "").split("|") ?? [];
const mine = told.filter((one) => one.startsWith(`${PERSON}~`));
for (const one of mine) forget(one.slice(PERSON.length + 1));
if (mine.length) {
  const others = told.filter((one) => !mine.includes(one)).join("|");
  document.cookie = `${COOKIE}${others}; path=/; samesite=lax; max-age=${others ? MONTH / 1000 : 0}${location.protocol === "https:" ? "; secure" : ""}`;
}
document.addEventListener("draft:sent", (event) => forget(event.detail.key ?? event.detail.value));
// Other modules have readied their forms by then.
addEventListener("DOMContentLoaded", () => { for (const form of document.querySelectorAll("form[data-draft]")) attach(form); });
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.matches?.("form[data-draft]")) attach(event.detail.elt);
  for (const form of event.detail.elt.querySelectorAll?.("form[data-draft]") ?? []) attach(form);
});
try {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && Date.now() - (JSON.parse(localStorage.getItem(key))?.at ?? 0) > MONTH) localStorage.removeItem(key);
  }
} catch { /* private mode */ }
