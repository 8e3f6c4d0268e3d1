// The ticket page: #time (the queue's T) puts the cursor where time is logged.
const arrive = () => { if (location.hash === "#time") document.querySelector("#time input:not([type=hidden])")?.focus(); };
addEventListener("hashchange", arrive);
queueMicrotask(arrive);
// Once more when the page is drawn, as in composer.js: going to the fragment's place takes the focus away.
addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => { if (document.activeElement === document.body) arrive(); })));
