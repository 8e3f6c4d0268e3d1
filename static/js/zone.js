// The time in the zone that is chosen, before it is saved. The server has written it for the one that is saved.
const select = document.querySelector("select[data-zone]"), said = document.querySelector("[data-zone-now]");
if (select && said) {
  const show = () => {
    const style = { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: select.value };
    try {
      said.textContent = said.dataset.zoneNow.replace("%s", new Intl.DateTimeFormat(document.documentElement.lang, style).format(new Date()));
    } catch { /* a zone that this browser does not know: the server answers when it is saved */ }
  };
  select.addEventListener("change", show);
  select.form?.addEventListener("draft:restored", show);
}
