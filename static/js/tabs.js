// Links to sections become tabs: `nav[data-tabs]` holds the links, `[data-tab-panel]` are the sections they lead to.
// Left, Right, Home and End move; the address keeps the tab, and a form is sent back to it.
for (const list of document.querySelectorAll("[data-tabs]")) {
  const tabs = [...list.querySelectorAll("a[href^='#']")];
  const panelOf = (tab) => document.getElementById(tab.hash.slice(1));

  list.setAttribute("role", "tablist");
  list.dataset.ready = "";
  for (const tab of tabs) {
    const panel = panelOf(tab);
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.tabIndex = 0;
    for (const heading of panel.querySelectorAll("[data-without-tabs]")) heading.hidden = true;
    const wrong = panel.querySelectorAll(".errornote, .errorlist, [data-error]").length;
    if (wrong) tab.dataset.wrong = "";
  }

  const show = (chosen, remember = true) => {
    for (const tab of tabs) {
      const current = tab === chosen;
      tab.setAttribute("aria-selected", String(current));
      tab.tabIndex = current ? 0 : -1;
      panelOf(tab).hidden = !current;
    }
    if (remember) history.replaceState(history.state, "", chosen.hash);
  };

  const named = () => tabs.find((tab) => tab.hash === location.hash);
  const first = tabs.find((tab) => "wrong" in tab.dataset) || named() || tabs[0];
  show(first, false);
  window.addEventListener("hashchange", () => named() && show(named(), false));

  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (!tab) return;
    event.preventDefault();
    show(tab);
  });
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = tabs.at(to % tabs.length);
    show(tab);
    tab.focus();
  });

  const form = list.closest("form");
  form?.addEventListener("submit", () => {
    form.action = location.pathname + location.search + location.hash;
  });
}
