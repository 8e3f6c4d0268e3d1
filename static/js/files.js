// Files of a form: chosen, dropped anywhere on it or pasted into its text; each can be taken back, and what is over a
// limit is left out at once, with the reason. Without script the plain input does the same, and the server refuses.
// The words are the server's ([data-files]); limits are the input's data-most-bytes and data-most-files.
for (const input of document.querySelectorAll("input[type=file][data-most-files]")) attach(input);

function attach(input) {
  const form = input.form, shelf = form?.querySelector("[data-files]");
  if (!shelf) return;
  const radios = [...form.querySelectorAll("[data-audience]")];
  const audience = () => radios.find((radio) => radio.checked)?.value ?? "client";
  const mostBytes = Number(input.dataset.mostBytes), mostFiles = Number(input.dataset.mostFiles);
  const kept = {}; // what was attached for one audience never travels to the other
  let mode = audience(), files = [...input.files], refused = [];

  function put(list) {
    const all = new DataTransfer();
    for (const file of list) all.items.add(file);
    files = [...list];
    input.files = all.files;
    show();
  }
  function add(list) {
    refused = [];
    const next = [...files];
    for (const file of list) {
      if (file.size > mostBytes) refused.push(say("tooLarge", { name: file.name, most: size(mostBytes) }));
      else if (!file.size) refused.push(say("empty", { name: file.name }));
      else if (next.length >= mostFiles) refused.push(say("tooMany", { name: file.name, most: mostFiles }));
      else next.push(file);
    }
    put(next);
  }
  function say(what, values) {
    return (shelf.dataset[what] ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  }
  function show() {
    const chips = files.map((file) => {
      const chip = document.createElement("span"), name = document.createElement("bdi"), button = document.createElement("button");
      chip.className = "file";
      name.textContent = file.name;
      button.type = "button";
      button.textContent = "×";
      button.setAttribute("aria-label", say("remove", { name: file.name }));
      button.addEventListener("click", () => {
        refused = [];
        put(files.filter((other) => other !== file));
        (shelf.querySelector("button") ?? input).focus();
      });
      chip.append(name, ` ${size(file.size)}`, button);
      return chip;
    });
    const errors = refused.map((words) => {
      const line = document.createElement("p");
      line.className = "error";
      line.setAttribute("role", "alert");
      line.textContent = words;
      return line;
    });
    shelf.replaceChildren(...chips, ...errors);
    shelf.hidden = !shelf.childElementCount;
  }

  input.addEventListener("change", () => add(input.files));
  form.addEventListener("reset", () => { refused = []; put([]); });
  for (const radio of radios) {
    radio.addEventListener("change", () => {
      if (audience() === mode) return;
      kept[mode] = files;
      mode = audience();
      refused = [];
      put(kept[mode] ?? []);
    });
  }
  form.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    add(event.clipboardData.files);
  });
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  form.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    form.toggleAttribute("data-over", true);
  });
  form.addEventListener("dragleave", (event) => { if (!form.contains(event.relatedTarget)) form.removeAttribute("data-over"); });
  form.addEventListener("drop", (event) => {
    form.removeAttribute("data-over");
    if (!carries(event)) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  if (files.length) show(); // a browser that went back may have kept them
}

function size(bytes) {
  const unit = bytes < 1024 ? ["byte", bytes] : bytes < 1024 ** 2 ? ["kilobyte", bytes / 1024] : ["megabyte", bytes / 1024 ** 2];
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: unit[0], maximumFractionDigits: 1 }).format(unit[1]);
}
