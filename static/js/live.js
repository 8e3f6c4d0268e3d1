// A list that the server is asked for again (htmx polls #queue inside #queue-place): it says whether it is live, rests
// while nobody looks, and is never replaced by anything but itself. Without this file, and without htmx, the page stands
// as it was when it came.
const place = document.getElementById("queue-place"), state = document.getElementById("live-state");
const ours = (event) => place.contains(event.target);

function say(kind) {
  const words = state.dataset[kind];
  state.className = kind === "live" ? "live" : "tag";
  if (kind !== "live") state.dataset.tone = "missed";
  else delete state.dataset.tone;
  if (state.textContent !== words) state.textContent = words;
}

if (place && state && globalThis.htmx) {
  say("live");
  // A tab in the background asks nothing; it asks at once when it is looked at again.
  document.addEventListener("htmx:beforeRequest", (event) => { if (ours(event) && document.hidden) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) document.getElementById("queue")?.dispatchEvent(new Event("refresh")); });
  // Anything but the list (the sign-in page, after the session's end) stays out of the page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!ours(event) || event.detail.xhr.status === 204 || event.detail.xhr.responseText.includes('id="queue"')) return;
    event.detail.shouldSwap = false;
    say("out");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (ours(event) && event.detail.successful && (event.detail.xhr.status === 204 || event.detail.xhr.responseText.includes('id="queue"'))) say("live");
  });
  // A failure is said here, quietly, once; a toast every 15 seconds would help nobody.
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    place.addEventListener(name, (event) => {
      event.stopPropagation();
      say("lost");
    });
  }
}
