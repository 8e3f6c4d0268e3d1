// Clocks that are running now lose a minute each minute, until business hours end; all others stand still.
// The server says everything: seconds of business time left (data-left, negative when over), the moment it said so
// (data-at) and until when hours stay open (data-open-until), both in seconds since 1970. A wrong clock on this machine
// does no harm: only the time that passes here is used. When the truth could have changed (due, or hours over), the page
// is told by `clock:stale` and may ask again; the state itself is the server's word.
const NBSP = "\u00a0";
const seen = new WeakMap();

function duration(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60), hours = Math.floor(minutes / 60);
  return hours ? `${hours}${NBSP}h${NBSP}${String(minutes % 60).padStart(2, "0")}` : `${minutes}${NBSP}min`;
}

function start(clock) {
  if (!seen.has(clock)) seen.set(clock, Date.now());
  return seen.get(clock);
}

function tick() {
  for (const clock of document.querySelectorAll("[data-countdown][data-open=true]")) {
    const figure = clock.querySelector("[data-figure]");
    if (!figure || !clock.dataset.left) continue;
    const passed = (Date.now() - start(clock)) / 1000;
    const open = clock.dataset.openUntil ? Number(clock.dataset.openUntil) - Number(clock.dataset.at) : Infinity;
    const counted = Math.max(0, Math.min(passed, open));
    const left = Number(clock.dataset.left) - counted;
    const over = clock.dataset.state === "missed";
    const text = duration(over ? Math.min(left, 0) : Math.max(left, 0));
    if (figure.textContent !== text) figure.textContent = text;
    const dial = clock.querySelector(".dial"), target = Number(clock.dataset.target);
    if (dial && target > 0 && !over) dial.setAttribute("stroke-dasharray", `${Math.max(0, Math.min(100, 100 - (100 * left) / target)).toFixed(0)} 100`);
    const soon = Number(clock.dataset.soon);
    if (soon && clock.dataset.state === "on_track" && left <= soon) turn(clock, "soon");
    if (!clock.dataset.stale && ((!over && left <= 0) || passed >= open)) {
      clock.dataset.stale = "true";
      clock.dispatchEvent(new CustomEvent("clock:stale", { bubbles: true }));
      if (!over && left <= 0) say(clock);
    }
  }
}

// Crossing into "soon" is known from the contract's own threshold, so it may be shown, and is announced once, politely.
function turn(clock, state) {
  clock.dataset.state = state;
  const word = clock.querySelector("[data-word]"), said = clock.dataset.soonWord;
  if (word && said) word.textContent = `${said}: `;
  say(clock);
}
function say(clock) {
  const live = document.getElementById("live");
  if (live) live.textContent = [clock.dataset.name, clock.innerText.replace(/\s+/g, " ").trim()].filter(Boolean).join(": ");
}

for (const clock of document.querySelectorAll("[data-countdown]")) start(clock);
document.addEventListener("htmx:load", tick);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
tick();
setInterval(tick, 15_000);
