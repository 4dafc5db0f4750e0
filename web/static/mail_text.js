/* The editor of mail texts: names are inserted where the cursor stands, the preview follows what is typed. */
(function () {
  "use strict";

  const { $, $$, say } = window.lx;
  const form = $("form[data-mail-text]");
  if (!form) return;

  const WAIT_MS = 450;
  const REAL = "按该单位现在的待办事项生成，与实际发出的一致。";
  const shown = $("[data-mail-preview]", form);
  let last = $("#mail-body");
  let asking = 0;
  let timer = 0;

  $$("[data-insertable]", form).forEach((field) => field.addEventListener("focus", () => (last = field)));

  $$("[data-insert]", form).forEach((button) => {
    button.addEventListener("click", () => {
      const text = last.tagName === "INPUT" ? button.dataset.insert.replace(/\n/g, " ") : button.dataset.insert;
      last.setRangeText(text, last.selectionStart, last.selectionEnd, "end");
      last.dispatchEvent(new Event("input", { bubbles: true }));
      last.focus();
    });
  });

  function tell(name, sentence) {
    const place = $(`[data-error="${name}"]`, form);
    place.hidden = !sentence;
    $("span", place).textContent = sentence || "";
  }

  function draw(told) {
    ["subject", "body", "subject_en", "body_en"].forEach((name) => tell(name, told.errors[name]));
    const problem = $("[data-problem]", shown);
    problem.hidden = !told.problem;
    $("span", problem).textContent = told.problem;
    shown.classList.toggle("is-old", Boolean(told.problem));
    $("[data-to]", shown).textContent = told.to;
    if (told.problem) return;
    $("[data-subject]", shown).textContent = told.subject;
    $("[data-body]", shown).textContent = told.body;
    $("[data-because]", shown).textContent = told.because || REAL;
  }

  function update() {
    const sent = new FormData(form);
    sent.append("look", "1");
    const mine = (asking += 1);
    fetch(form.getAttribute("action"), { method: "POST", body: sent, headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((told) => {
        if (mine === asking) draw(told);
      })
      .catch(() => say("预览没有更新，请检查网络"));
  }

  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(update, WAIT_MS);
  });
  $$("select", form).forEach((field) => field.addEventListener("change", update));
  $("[data-look]", form).addEventListener("click", (event) => {
    event.preventDefault();
    update();
  });
})();
