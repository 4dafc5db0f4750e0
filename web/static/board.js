/* The order of a board: rows are dragged, moved by their buttons, or given a number; each change is sent at once, with
   the order that was seen before, so that somebody else's order is never overwritten. Without this script the same
   form sends its numbers. */
(function () {
  "use strict";

  const { $$, say } = window.lx;
  const CANNOT = "网络中断，排序没有保存；请检查网络后再试";

  $$("table[data-board]").forEach((table) => {
    const form = document.getElementById(table.dataset.board);
    const body = table.tBodies[0];
    const told = document.querySelector(`[data-board-state="${form.id}"]`);
    let waiting = Promise.resolve();
    let isStale = false;

    const rows = () => Array.from(body.rows);
    const ids = () => rows().map((row) => row.dataset.case);

    function tell(sentence, failed) {
      told.textContent = sentence;
      told.classList.toggle("lx-overdue-text", Boolean(failed));
      say(sentence);
    }

    function renumber() {
      rows().forEach((row, place) => {
        row.querySelector(".lx-rank-number").value = String(place + 1);
      });
    }

    function changed() {
      renumber();
      const wanted = ids().join(",");
      waiting = waiting.then(() => (isStale ? undefined : send(wanted)));
    }

    function send(wanted) {
      if (wanted === form.elements.seen.value) return undefined;
      const sent = new FormData();
      ["csrf_token", "category", "seen"].forEach((name) => sent.append(name, form.elements[name].value));
      sent.append("order", wanted);
      told.textContent = "正在保存";
      return fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" } })
        .then((reply) => reply.json().then((answer) => ({ status: reply.status, answer })))
        .then(({ status, answer }) => (status < 300 ? kept(answer) : refused(answer.sentence || answer.message)))
        .catch(() => tell(CANNOT, true));
    }

    function kept(answer) {
      form.elements.seen.value = answer.order.join(",");
      const behind = new Set(answer.waiting.map(String));
      rows().forEach((row) => {
        row.querySelector("[data-waiting]").hidden = !behind.has(row.dataset.case);
      });
      tell("排序已保存");
    }

    /* The rows stay as the person put them, so that nothing is lost; only a fresh page can be saved again. */
    function refused(sentence) {
      isStale = true;
      tell(sentence || "排序没有保存", true);
      const again = document.createElement("a");
      again.href = window.location.href.split("#")[0];
      again.textContent = "刷新页面";
      told.append(" ", again);
    }

    function step(row, way) {
      const other = way < 0 ? row.previousElementSibling : row.nextElementSibling;
      if (!other) return;
      if (way < 0) other.before(row);
      else other.after(row);
      changed();
    }

    table.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move]");
      if (!button) return;
      event.preventDefault();
      step(button.closest("tr"), Number(button.dataset.move));
      button.focus();
    });

    table.addEventListener("keydown", (event) => {
      if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      const row = event.target.closest("tr[data-case]");
      if (!row) return;
      event.preventDefault();
      const focused = document.activeElement;
      step(row, event.key === "ArrowUp" ? -1 : 1);
      focused.focus();
    });

    table.addEventListener("change", (event) => {
      if (!event.target.classList.contains("lx-rank-number")) return;
      const row = event.target.closest("tr");
      const others = rows().filter((one) => one !== row);
      const place = Math.min(Math.max(1, Number.parseInt(event.target.value, 10) || 1), others.length + 1);
      if (place > others.length) body.append(row);
      else others[place - 1].before(row);
      changed();
      event.target.focus();
    });

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      changed();
    });

    if (window.Sortable) {
      window.Sortable.create(body, { handle: "[data-drag]", ghostClass: "is-dragged", animation: 120, onEnd: changed });
    }
  });
})();
