// The ticket page: #time (the queue's T) puts the cursor where time is logged.
const arrive = () => { if (location.hash === "#time") document.querySelector("#time input:not([type=hidden])")?.focus(); };
addEventListener("hashchange", arrive);
queueMicrotask(arrive);
