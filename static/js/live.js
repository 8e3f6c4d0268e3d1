// A list that the server is asked for again (htmx polls #queue inside its [data-live-place="queue"]): it says whether it is live, rests
// while nobody looks, and is never replaced by anything but itself. Rows that came or moved carry a mark for a while, and
// are named once, politely. Without this file, and without htmx, the page stands as it was when it came.
const place = document.querySelector("[data-live-place]"), list = place?.dataset.livePlace, state = document.getElementById("live-state");
const ours = (event) => place.contains(event.target);
const rows = () => [...place.querySelectorAll("tr[data-row]")];
const MARKED = 30_000;

function say(kind) {
  const words = state.dataset[kind];
  state.className = kind === "live" ? "live" : "tag";
  if (kind !== "live") state.dataset.tone = "missed";
  else delete state.dataset.tone;
  if (state.textContent !== words) state.textContent = words;
}

// Of rows that were there before, the longest run that kept its order stood still; all others moved.
function moved(before, after) {
  const places = after.filter((id) => before.includes(id)).map((id) => before.indexOf(id));
  const runs = [];
  for (const one of places) {
    const longest = runs.filter((run) => run.at(-1) < one).reduce((a, b) => (b.length > a.length ? b : a), []);
    runs.push([...longest, one]);
  }
  const still = new Set(runs.reduce((a, b) => (b.length >= a.length ? b : a), []));
  return places.filter((one) => !still.has(one)).map((one) => before[one]);
}

function announce(before) {
  const after = rows().map((row) => row.id);
  const changes = {
    new: after.filter((id) => !before.includes(id)),
    moved: moved(before, after),
    gone: before.filter((id) => !after.includes(id)),
  };
  for (const id of [...changes.new, ...changes.moved]) {
    const row = document.getElementById(id);
    row.dataset.fresh = "";
    setTimeout(() => { delete row.dataset.fresh; }, MARKED);
  }
  const name = (ids) => ids.slice(0, 5).map((id) => id.replace("row-", "")).join(", ") + (ids.length > 5 ? "…" : "");
  const words = Object.entries(changes).filter(([, ids]) => ids.length).map(([kind, ids]) => place.dataset[kind].replace("%s", name(ids)));
  const live = document.getElementById("live");
  if (live && words.length) live.textContent = words.join(". ");
}

if (place && state && globalThis.htmx) {
  say("live");
  // A tab in the background asks nothing; it asks at once when it is looked at again.
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.target.id === list && document.hidden) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) document.getElementById(list)?.dispatchEvent(new Event("refresh")); });
  // Anything but the list (the sign-in page, after the session's end) stays out of the page.
  let before = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!ours(event)) return;
    before = rows().map((row) => row.id);
    if (event.detail.xhr.status === 204 || event.detail.xhr.responseText.includes(`id="${list}"`)) return;
    event.detail.shouldSwap = false;
    say("out");
  });
  document.addEventListener("htmx:load", (event) => { if (event.detail.elt.id === list) announce(before); });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (ours(event) && event.detail.successful && (event.detail.xhr.status === 204 || event.detail.xhr.responseText.includes(`id="${list}"`))) say("live");
  });
  // A failure is said here, quietly, once; a toast every 15 seconds would help nobody.
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    place.addEventListener(name, (event) => {
      event.stopPropagation();
      say("lost");
    });
  }
}
