/* Behaviour every page shares: questions before actions, navigation, theme, copying, selecting rows.
   One delegated listener for each kind of event, so that rows added later behave the same. */
(function () {
  "use strict";

  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  function say(sentence) {
    const live = $("#lx-live");
    if (!live) return;
    live.textContent = "";
    window.setTimeout(() => (live.textContent = sentence), 50);
  }

  /* ---------- questions ---------- */

  /* Ask in the page's own dialog. Resolves to true or false; Escape and a click outside mean no. */
  function ask(question, options) {
    const { title = "请确认", yes = "确定", danger = false } = options || {};
    const dialog = $("#lx-confirm");
    if (!dialog || typeof dialog.showModal !== "function") return Promise.resolve(window.confirm(question));
    const yesButton = $("[data-answer=yes]", dialog);
    const noButton = $("[data-answer=no]", dialog);
    $("#lx-confirm-title").textContent = title;
    $("#lx-confirm-text").textContent = question;
    yesButton.textContent = yes;
    yesButton.className = danger ? "btn lx-btn-danger" : "btn btn-primary";
    const asker = document.activeElement;
    return new Promise((resolve) => {
      let answer = false;
      const onClick = (event) => {
        if (event.target === dialog) dialog.close();
        const button = event.target.closest("[data-answer]");
        if (!button) return;
        answer = button.dataset.answer === "yes";
        dialog.close();
      };
      dialog.addEventListener("click", onClick);
      dialog.addEventListener(
        "close",
        () => {
          dialog.removeEventListener("click", onClick);
          if (asker && asker.focus) asker.focus();
          resolve(answer);
        },
        { once: true }
      );
      dialog.showModal();
      (danger ? noButton : yesButton).focus();
    });
  }

  const wordsOf = (element) => ({
    title: element.dataset.confirmTitle,
    yes: element.dataset.confirmOk,
    danger: element.dataset.confirmTone === "danger",
  });

  /* The question of a submit: its button's, or its form's. On a page that asks about what was typed and not saved,
     also that: another form of the page would drop it. */
  const UNSAVED = "有未保存的修改，继续则不保存这些修改。";
  const confirmed = new WeakSet();

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const button = event.submitter;
      const asking = button && button.dataset.confirm ? button : form.dataset.confirm ? form : null;
      const isLosing = Boolean($("[data-asks-unsaved]")) && window.lx.isLosing(form);
      if ((!asking && !isLosing) || confirmed.has(form)) {
        confirmed.delete(form);
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      const selected = form.id ? $$(`input[name=rowid][form="${form.id}"]:checked`).length : 0;
      const prefix = selected ? `已选择 ${selected} 条。` : "";
      const question = prefix + (asking ? asking.dataset.confirm : "") + (isLosing ? UNSAVED : "");
      ask(question, asking ? wordsOf(asking) : { yes: "不保存，继续", danger: true }).then((yes) => {
        if (!yes) {
          form.dispatchEvent(new CustomEvent("lx:declined"));
          return;
        }
        if (isLosing) window.lx.lose();
        confirmed.add(form);
        form.requestSubmit(button && button.form === form ? button : undefined);
      });
    },
    true
  );

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-confirm]");
    if (!link) return;
    event.preventDefault();
    ask(link.dataset.confirm, wordsOf(link)).then((yes) => {
      if (yes) window.location.assign(link.href);
    });
  });

  /* ---------- theme ---------- */

  const themes = {
    auto: ["跟随系统", "device-desktop"],
    light: ["浅色", "sun"],
    dark: ["深色", "moon"],
  };

  function showTheme() {
    const [word, icon] = themes[window.lxTheme.choice()] || themes.auto;
    $$("[data-theme-toggle]").forEach((button) => {
      button.title = `外观：${word}`;
      button.setAttribute("aria-label", `外观：${word}`);
      $("i", button).className = `ti ti-${icon}`;
    });
  }

  function nextTheme() {
    const order = Object.keys(themes);
    window.lxTheme.set(order[(order.indexOf(window.lxTheme.choice()) + 1) % order.length]);
    showTheme();
    say(`外观：${themes[window.lxTheme.choice()][0]}`);
  }

  /* ---------- navigation on small screens ---------- */

  function showSide(open) {
    const side = $("#lx-side");
    if (!side) return;
    const opener = $("[data-side=open]");
    document.documentElement.classList.toggle("lx-side-shown", open);
    $(".lx-veil").hidden = !open;
    if (opener) opener.setAttribute("aria-expanded", String(open));
    if (open) $("a, button", side).focus();
    else if (opener && side.contains(document.activeElement)) opener.focus();
  }

  /* ---------- copying ---------- */

  /* The clipboard interface exists only over TLS or on loopback; offices also run plain HTTP. */
  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "lx-offscreen";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("copy refused"));
  }

  function copyFrom(button) {
    const source = button.dataset.copy ? $(button.dataset.copy) : null;
    const text = source ? ("value" in source ? source.value : source.innerText) : button.dataset.copyText || "";
    const label = $("span", button) || button;
    const before = label.dataset.label || label.textContent;
    label.dataset.label = before;
    const show = (word) => {
      label.textContent = word;
      say(word);
      window.setTimeout(() => (label.textContent = before), 2000);
    };
    copy(text.trim()).then(
      () => show("已复制"),
      () => show("请手动复制")
    );
  }

  /* ---------- selecting rows ---------- */

  let lastBox = null;

  const boxesOf = (table) => $$("input[type=checkbox][name=rowid]", table);

  function showSelection(table) {
    const boxes = boxesOf(table);
    const count = boxes.filter((box) => box.checked).length;
    const all = $(".action-rowtoggle", table);
    if (all) {
      all.checked = count > 0 && count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    }
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-selected", box.checked));
    const form = document.getElementById(table.dataset.selectRows);
    if (!form) return;
    form.classList.toggle("has-selection", count > 0);
    $$("[data-selected-count]", form).forEach((place) => (place.textContent = count ? `已选择 ${count} 条` : "未选择"));
    $$("[data-needs-selection]", form).forEach((button) => (button.disabled = count === 0));
  }

  function selectRange(box, table) {
    const boxes = boxesOf(table);
    const from = boxes.indexOf(lastBox);
    const to = boxes.indexOf(box);
    if (from < 0 || to < 0) return;
    boxes.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((other) => (other.checked = box.checked));
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest("table[data-select-rows] input[type=checkbox]");
    if (!box) return;
    const table = box.closest("table");
    if (box.classList.contains("action-rowtoggle")) {
      boxesOf(table).forEach((other) => (other.checked = box.checked));
    } else {
      if (event.shiftKey) selectRange(box, table);
      lastBox = box;
    }
    showSelection(table);
  });

  /* Demo accounts: a click fills the sign-in form. */
  function fill(button) {
    const field = document.getElementById(button.dataset.fill);
    const password = document.getElementById("password");
    field.value = button.dataset.fillValue;
    password.value = button.dataset.fillPassword;
    $("button[type=submit]", field.form).focus();
  }

  /* ---------- one listener for the small things ---------- */

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    if (on("[data-theme-toggle]")) nextTheme();
    if (on("[data-side]")) showSide(on("[data-side]").dataset.side === "open");
    if (on("[data-copy], [data-copy-text]")) copyFrom(on("[data-copy], [data-copy-text]"));
    if (on("[data-close-alert]")) on(".lx-alert").remove();
    if (on("[data-print]")) window.print();
    if (on("[data-fill]")) fill(on("[data-fill]"));
    if (on("[data-back]") && window.history.length > 1) {
      event.preventDefault();
      window.history.back();
    }
  });

  document.addEventListener("change", (event) => {
    const field = event.target.closest("[data-autosubmit]");
    if (field && field.form) field.form.requestSubmit();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") showSide(false);
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const search = $("[data-search-focus]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  /* A disclosure that stays as the reader left it. */
  function remember(details) {
    const key = `lx-open-${details.dataset.remember}`;
    try {
      const kept = localStorage.getItem(key);
      if (kept !== null && !("rememberOpen" in details.dataset)) details.open = kept === "1";
      details.addEventListener("toggle", () => localStorage.setItem(key, details.open ? "1" : "0"));
    } catch (error) {
      /* storage may be forbidden */
    }
  }

  /* Tabs that do not fit beside each other scroll; the one that is shown is in sight. */
  $$(".lx-tabs .active").forEach((tab) => {
    const row = tab.closest(".lx-tabs");
    row.scrollLeft += tab.getBoundingClientRect().left - row.getBoundingClientRect().left - (row.clientWidth - tab.offsetWidth) / 2;
  });

  showTheme();
  $$("details[data-remember]").forEach(remember);
  $$("table[data-select-rows]").forEach(showSelection);
  /* After going back, the browser may restore check boxes only once the page is shown. */
  window.addEventListener("pageshow", () => $$("table[data-select-rows]").forEach(showSelection));
  const first = $("[data-focus]");
  if (first) first.focus();
  if (window.location.hash === "#delete" && $("details#delete")) $("details#delete").open = true;

  window.lx = { ask, say, copy, $, $$ };
})();
