/* Sends files one by one with their progress, and tries again when the line breaks; the server takes the same file
   only once, so trying again is harmless. Without this script the form sends them all together. */
(function () {
  "use strict";

  const RETRIES = 3;
  const WAIT_MS = 2000;

  document.querySelectorAll("form[data-upload]").forEach((form) => {
    const list = form.querySelector("[data-upload-list]");
    const button = form.querySelector("button[type=submit]");

    form.addEventListener("submit", (event) => {
      const files = Array.from(form.elements.file.files);
      if (!files.length || !window.XMLHttpRequest) return;
      event.preventDefault();
      button.disabled = true;
      list.replaceChildren();
      const lines = files.map((file) => line(file.name));
      files
        .reduce((before, file, number) => before.then((taken) => send(file, lines[number], 0).then((ok) => taken + Number(ok))), Promise.resolve(0))
        .then((taken) => {
          button.disabled = false;
          if (taken === files.length) window.location.reload();
          else if (taken) tell(taken);
        });
    });

    /* Some were refused: their sentences stay, and those that were taken are one click away. */
    function tell(taken) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = window.location.pathname;
      link.textContent = `其余 ${taken} 个已上传，点此刷新列表`;
      item.append(link);
      list.append(item);
    }

    function line(name) {
      const item = document.createElement("li");
      const label = document.createElement("span");
      const bar = document.createElement("progress");
      const said = document.createElement("span");
      label.textContent = name;
      bar.max = 100;
      bar.value = 0;
      item.append(label, bar, said);
      list.append(item);
      return { item, bar, said };
    }

    function send(file, shown, attempt) {
      return new Promise((resolve) => {
        const body = new FormData(form);
        body.delete("file");
        body.append("file", file, file.name);
        const request = new XMLHttpRequest();
        request.open("POST", form.action);
        request.setRequestHeader("Accept", "application/json");
        request.upload.addEventListener("progress", (event) => {
          if (event.lengthComputable) shown.bar.value = (100 * event.loaded) / event.total;
        });
        request.addEventListener("load", () => {
          const answer = parse(request.responseText);
          const ok = request.status < 300;
          shown.bar.value = ok ? 100 : 0;
          shown.said.textContent = ok ? "已上传" : answer.sentence || `上传失败（${request.status}）`;
          shown.item.classList.toggle("is-failed", !ok);
          resolve(ok);
        });
        request.addEventListener("error", () => {
          if (attempt < RETRIES) {
            shown.said.textContent = "网络中断，正在重试";
            window.setTimeout(() => send(file, shown, attempt + 1).then(resolve), WAIT_MS * (attempt + 1));
            return;
          }
          shown.said.textContent = "网络中断，没有上传；请稍后重试";
          shown.item.classList.add("is-failed");
          resolve(false);
        });
        request.send(body);
      });
    }
  });

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      return {};
    }
  }
})();
