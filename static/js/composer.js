// The composer: each audience has its own text, so that an internal thought never lands in the client's box; Markdown
// buttons. Files: files.js. Who will read it is shown by CSS from the radios, script or not.
for (const form of document.querySelectorAll("form[data-composer]")) attach(form);

function attach(form) {
  const text = form.querySelector("textarea");
  const radios = [...form.querySelectorAll("[data-audience]")];
  const chosen = () => radios.find((radio) => radio.checked)?.value ?? "client";
  const texts = {};
  let mode = chosen();
  const swap = () => {
    if (chosen() === mode) return;
    texts[mode] = text.value;
    mode = chosen();
    text.value = texts[mode] ?? "";
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
  for (const radio of radios) radio.addEventListener("change", swap);
  // drafts.js keeps both texts under their own names; what was written for one audience is never given back to the other.
  form.draftExtra = () => {
    texts[mode] = text.value;
    return { "text:client": texts.client ?? "", "text:internal": texts.internal ?? "" };
  };
  form.draftRestore = (values) => {
    if (text.value) return false;
    texts.client = values["text:client"] ?? "";
    texts.internal = values["text:internal"] ?? "";
    if (!texts[mode] && !location.hash) radios.find((radio) => texts[radio.value])?.click();
    text.value = texts[mode] ?? "";
    return Boolean(text.value);
  };
  form.draftReset = () => {
    delete texts.client;
    delete texts.internal;
    mode = chosen();
  };

  // #reply, #note: where the queue's keys arrive.
  const arrive = () => {
    const wanted = { "#reply": "client", "#note": "internal" }[location.hash];
    const radio = radios.find((item) => item.value === wanted);
    if (!wanted) return;
    if (radio && !radio.checked) radio.click();
    text.focus();
  };
  addEventListener("hashchange", arrive);
  queueMicrotask(arrive);
  // Browsers go to the fragment's place once the page is drawn, and take the focus away: give it back, if nobody has moved on.
  addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => { if (document.activeElement === document.body) arrive(); })));

  const WRAPS = { bold: ["**", "**"], italic: ["*", "*"], code: ["`", "`"], link: ["[", "](https://)"] };
  const LINES = { list: "- ", quote: "> " };
  for (const button of form.querySelectorAll("[data-markdown]")) {
    button.hidden = false;
    button.addEventListener("click", () => format(button.dataset.markdown));
  }
  function format(kind) {
    const { selectionStart: from, selectionEnd: to, value } = text;
    let inserted, cursor;
    if (WRAPS[kind]) {
      const [before, after] = WRAPS[kind];
      inserted = before + value.slice(from, to) + after;
      cursor = from === to ? from + before.length : from + inserted.length;
      text.setRangeText(inserted, from, to);
    } else {
      const begin = value.lastIndexOf("\n", from - 1) + 1;
      inserted = value.slice(begin, to).split("\n").map((line) => LINES[kind] + line).join("\n");
      text.setRangeText(inserted, begin, to);
      cursor = begin + inserted.length;
    }
    text.focus();
    text.setSelectionRange(cursor, cursor);
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Templates: a button with data-insert puts its text where the cursor is.
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
    button.closest("[data-drop]")?.removeAttribute("open");
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
