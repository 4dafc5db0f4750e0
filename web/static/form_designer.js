/* The form designer: questions are dragged or moved by keys, conditions show what they ask, expressions are tried, and
   the preview follows what is typed. Everything is also done by the page's own buttons. */
(function () {
  "use strict";

  const { $, $$, say } = window.lx;
  const page = $("[data-form-designer]");
  if (!page) return;

  const WAIT_MS = 450;
  const tree = $("[data-tree]", page);
  const settings = $("form[data-settings]", page);
  const bar = $("form[data-preview-bar]", page);
  const mover = $("#lx-fd-mover");
  const kept = `lx-preview:${window.location.pathname}`;

  const remember = (name, value) => {
    try {
      window.sessionStorage.setItem(name, value);
    } catch (error) {
      /* the page works without it */
    }
  };
  const recall = (name) => {
    try {
      return window.sessionStorage.getItem(name) || "";
    } catch (error) {
      return "";
    }
  };
  const later = (act) => {
    let timer = 0;
    return () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(act, WAIT_MS);
    };
  };

  /* ---------- order ---------- */

  function move(values) {
    ["at", "into", "before", "way"].forEach((name) => {
      mover.elements[name].value = values[name] || "";
    });
    remember("lx-fd-focus", "1");
    mover.requestSubmit();
  }

  if (window.Sortable) {
    $$("[data-list]", tree).forEach((list) => {
      window.Sortable.create(list, {
        group: list.dataset.kind === "question" ? "question" : list.dataset.list,
        handle: "[data-drag]",
        draggable: "li",
        ghostClass: "is-dragged",
        animation: 120,
        onEnd: (event) => {
          if (event.from === event.to && event.oldIndex === event.newIndex) return;
          const next = event.item.nextElementSibling;
          const stay = () => {
            event.item.remove();
            event.from.insertBefore(event.item, event.from.children[event.oldIndex] || null);
          };
          mover.addEventListener("lx:declined", stay, { once: true });
          move({ at: event.item.dataset.path, into: event.to.dataset.list, before: next ? next.dataset.name : "" });
        },
      });
    });
  }

  tree.addEventListener("keydown", (event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    const item = event.target.closest("li[data-path]");
    if (!item) return;
    event.preventDefault();
    move({ at: item.dataset.path, way: event.key === "ArrowUp" ? "up" : "down" });
  });

  const chosen = $("a[aria-current]", tree);
  if (chosen) {
    const top = chosen.offsetTop - tree.clientHeight / 2;
    if (tree.scrollHeight > tree.clientHeight) tree.scrollTop = Math.max(0, top);
    if (recall("lx-fd-focus")) {
      remember("lx-fd-focus", "");
      chosen.focus({ preventScroll: true });
    }
  }

  /* ---------- when something is shown ---------- */

  const asked = $("#when-field");
  if (asked) {
    const answers = $$("[data-answers]", page);
    const show = () => answers.forEach((one) => one.toggleAttribute("data-idle", one.dataset.answers !== asked.value));
    asked.addEventListener("change", show);
    show();
  }

  /* ---------- the preview follows ---------- */

  const pane = $(".lx-fd-pane", page);
  const apart = $("[data-apart]", page);
  const PAPER_PX = 794; // the width of A4 at 96 dpi
  const AROUND_PX = 46; // the ground beside the sheet, and a scroll bar
  let frame = $("iframe.lx-fd-frame", page);
  let asking = 0;

  /* Paper is as wide as it is: its frame is made wide enough, and then small enough for the pane. */
  function fit(shown) {
    const isPaper = shown.dataset.look === "paper";
    const sheet = shown.contentDocument && shown.contentDocument.querySelector(".lx-fd-sheet");
    const width = isPaper ? Math.max(pane.clientWidth, (sheet ? sheet.offsetWidth : PAPER_PX) + AROUND_PX) : 0;
    const scale = width ? pane.clientWidth / width : 1;
    shown.style.width = width ? `${width}px` : "";
    shown.style.height = width ? `${pane.clientHeight / scale}px` : "";
    shown.style.transform = width ? `scale(${scale})` : "";
  }

  function address() {
    const params = new URLSearchParams(new FormData(bar));
    params.delete("at");
    const [base, anchor] = settings.dataset.preview.split("#");
    return { href: `${base.split("?")[0]}?${params}`, anchor: anchor || "" };
  }

  function relink() {
    const { href, anchor } = address();
    apart.href = anchor ? `${href}#${anchor}` : href;
  }

  /* A new frame takes the place of the old one: a frame that is led elsewhere would fill the history. */
  function draw(html, anchor, look) {
    const fresh = document.createElement("iframe");
    const old = frame;
    const scrolled = old.contentWindow ? old.contentWindow.scrollY : 0;
    fresh.className = "lx-fd-frame is-coming";
    fresh.name = old.name;
    fresh.title = old.title;
    fresh.dataset.look = look;
    fresh.srcdoc = html;
    fresh.addEventListener("load", () => {
      fit(fresh);
      fresh.contentWindow.scrollTo(0, scrolled);
      if (!scrolled) lead(fresh, anchor);
      fresh.classList.remove("is-coming");
      old.remove();
      frame = fresh;
    });
    old.before(fresh);
    fit(fresh);
  }

  /* Shows the question that is worked on; the page around the frame stays where it is. */
  function lead(shown, anchor) {
    const place = anchor && shown.contentDocument && shown.contentDocument.getElementById(anchor);
    if (place) shown.contentWindow.scrollTo(0, place.getBoundingClientRect().top + shown.contentWindow.scrollY - 12);
  }

  const first = frame;
  first.dataset.look = bar.elements.look.value;
  first.addEventListener("load", () => {
    fit(first);
    lead(first, address().anchor);
  });
  new ResizeObserver(() => fit(frame)).observe(pane);

  function update() {
    const { href, anchor } = address();
    const mine = (asking += 1);
    const look = bar.elements.look.value;
    relink();
    fetch(href, { method: "POST", body: new FormData(settings) })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
      .then((html) => {
        if (mine === asking) draw(html, anchor, look);
      })
      .catch(() => say("预览没有更新，请检查网络"));
  }

  const soon = later(update);
  settings.addEventListener("input", soon);
  settings.addEventListener("change", soon);

  bar.addEventListener("change", () => {
    remember(kept, new URLSearchParams(new FormData(bar)).toString());
    update();
  });
  bar.addEventListener("submit", (event) => {
    event.preventDefault();
    update();
  });

  /* What was looked at before stays chosen while one goes from question to question. */
  const before = new URLSearchParams(recall(kept));
  let differs = false;
  Array.from(bar.elements).forEach((field) => {
    if (!field.name || field.name === "at" || !recall(kept)) return;
    if (field.type === "checkbox") {
      const wanted = before.getAll(field.name).includes(field.value);
      differs = differs || wanted !== field.checked;
      field.checked = wanted;
    } else if (field.tagName === "SELECT") {
      const wanted = before.get(field.name) || "";
      const known = Array.from(field.options).some((option) => option.value === wanted);
      if (!known || field.value === wanted) return;
      field.value = wanted;
      differs = true;
    }
  });
  relink();
  if (differs) update();

  /* ---------- expressions ---------- */

  const trial = $("[data-trial]", page);
  if (trial) {
    const names = $("[data-names]", trial);
    const result = $("[data-result]", trial);
    const TONES = { done: "done", warn: "warn" };

    const shown = () => $$("input", names).map((input) => input.name.slice(4));

    function listed(found) {
      if (found.map((one) => one[0]).join() === shown().join()) return;
      names.replaceChildren(
        ...found.map(([name, label, sample]) => {
          const line = document.createElement("label");
          const words = document.createElement("span");
          const code = document.createElement("code");
          const input = document.createElement("input");
          line.className = "lx-fd-trial-name";
          code.className = "lx-key";
          code.textContent = name;
          words.append(`${label || name} `, code);
          input.className = "form-control";
          input.name = `try.${name}`;
          input.value = sample;
          input.autocomplete = "off";
          line.append(words, input);
          return line;
        })
      );
    }

    function attempt() {
      const sent = new FormData(settings);
      sent.append("try", "1");
      fetch(settings.getAttribute("action"), { method: "POST", body: sent, headers: { Accept: "application/json" } })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
        .then((told) => {
          listed(told.names);
          const tag = document.createElement("span");
          tag.className = `lx-tag lx-tag-${TONES[told.tone] || "none"}`;
          tag.textContent = told.sentence;
          result.replaceChildren(tag);
        })
        .catch(() => say("没有试算，请检查网络"));
    }

    const try_soon = later(attempt);
    settings.addEventListener("input", (event) => {
      if (event.target.name.startsWith("try.") || ["expression", "computed", "table"].includes(event.target.name)) try_soon();
    });
    $("[data-try]", trial).addEventListener("click", (event) => {
      event.preventDefault();
      attempt();
    });
  }
})();
