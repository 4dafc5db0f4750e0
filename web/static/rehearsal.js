/* Rehearsals: rows of a scenario, waiting for a run, and the clock that turns without loading the whole page. */
(function () {
  "use strict";

  const { $, $$ } = window.lx;

  /* ---------- rows of the scenario ---------- */

  function emptied(row) {
    const fresh = row.cloneNode(true);
    $$("input", fresh).forEach((field) => (field.value = ""));
    $$("select", fresh).forEach((field) => (field.selectedIndex = 0));
    return fresh;
  }

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-act-add]");
    if (add) {
      const rows = $$(".lx-act", add.parentElement);
      const fresh = emptied(rows[rows.length - 1]);
      rows[rows.length - 1].after(fresh);
      fresh.setAttribute("aria-label", `第 ${rows.length + 1} 行`);
      $("input", fresh).focus();
    }
    const remove = event.target.closest("[data-act-remove]");
    if (remove) {
      const row = remove.closest(".lx-act");
      const box = row.parentElement;
      keepRows();
      if ($$(".lx-act", box).length > 1) row.remove();
      else row.replaceWith(emptied(row));
      $("[data-act-add]", box).focus();
    }
  });

  /* ---------- ready scenarios: their dates are those of the definition that is played ---------- */

  /* Rows that somebody changed are nobody's ready scenario any more: another definition leaves them as they are. */
  function keepRows() {
    $("[data-preset]").value = "";
    $$("[data-presets] button").forEach((button) => button.setAttribute("aria-pressed", "false"));
  }
  document.addEventListener("input", (event) => {
    if (event.target.closest(".lx-acts")) keepRows();
  });

  /* Counts the rows of a ready scenario anew where another definition is chosen; the period stays as typed. */
  document.addEventListener("change", async (event) => {
    const source = event.target.closest("[data-rehearse] [name=source]");
    if (!source) return;
    $("[data-presets] [name=source]").value = source.value;
    const preset = $("[data-preset]").value;
    if (!preset) return;
    const address = `${window.location.pathname}?${new URLSearchParams({ preset, source: source.value })}`;
    try {
      const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if ($("[data-focus]", page)) throw new Error("the definition has errors, which the page tells");
      if (source.checked && $("[data-preset]").value === preset) {
        $(".lx-acts").replaceWith(document.adoptNode($(".lx-acts", page)));
      }
    } catch {
      window.location.assign(address);
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-rehearse]");
    if (!form || event.defaultPrevented) return;
    $("[data-working]", form).hidden = false;
    $("button[type=submit]", form).disabled = true;
  });
  window.addEventListener("pageshow", () => {
    $$("[data-rehearse]").forEach((form) => {
      $("[data-working]", form).hidden = true;
      $("button[type=submit]", form).disabled = false;
    });
  });

  /* ---------- the clock ---------- */

  let turning = null;

  /* Puts the clock of another address in the place of this one; the page stays where it is. */
  async function turn(address, focus) {
    const live = $("[data-live]");
    if (turning) turning.abort();
    const mine = (turning = new AbortController());
    live.classList.add("is-turning");
    try {
      const answer = await fetch(address, { signal: mine.signal, headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = $("[data-live]", page);
      if (!fresh) throw new Error("no clock");
      const scroll = $(".lx-timeline-scroll", live);
      const left = scroll ? scroll.scrollLeft : 0;
      live.replaceWith(document.adoptNode(fresh));
      const again = $(".lx-timeline-scroll");
      if (again) again.scrollLeft = left;
      showLine();
      const target = focus && $(focus);
      if (target) target.focus({ preventScroll: true });
      history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError") window.location.assign(address);
    }
  }

  /* Brings the clock's line into sight where the picture is wider than the screen. */
  function showLine() {
    const box = $(".lx-rehearsed .lx-timeline-scroll");
    const flag = box && $(".lx-tl-flag-clock", box);
    if (!flag) return;
    const room = box.getBoundingClientRect();
    const place = flag.getBoundingClientRect();
    const labels = $(".lx-timeline-labels", box).offsetWidth;
    if (place.right > room.right || place.left < room.left + labels) {
      box.scrollLeft += place.left - room.left - labels - (room.width - labels) / 2;
    }
  }
  showLine();

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-clock]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const links = $$(".lx-clock-tools > .btn");
    turn(link.href, `.lx-clock-tools > .btn:nth-of-type(${links.indexOf(link) === 0 ? "1" : "2"})`);
  });
  document.addEventListener("change", (event) => {
    const slide = event.target.closest("[data-clock-slide]");
    if (slide) turn(addressOf(slide.form), "#clock-step");
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest(".lx-clock-date");
    if (!form) return;
    event.preventDefault();
    turn(addressOf(form), "[data-clock-date]");
  });

  function addressOf(form) {
    const asked = new URLSearchParams(new FormData(form));
    return `${window.location.pathname}?${asked}#clock`;
  }
})();
