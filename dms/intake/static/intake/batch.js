/* The batch page: draws what the server says, asks again while something moves, and feeds the queue of uploads. */
(function () {
  "use strict";

  const { Row, Uploads, filesOf, folders, folderOf, sizeOf, say, put } = window.Intake;
  const start = JSON.parse(document.getElementById("batch-start").textContent);
  const root = document.getElementById("batch");
  const words = start.words;
  const part = (name) => root.querySelector(`[data-${name}]`);
  const list = part("files");
  const csrf = (root.querySelector("[name=csrfmiddlewaretoken]") || {}).value || "";
  const leftKey = `intake-left:${start.stateUrl}`;
  const SOON = 1500;
  const LATER = 6000;

  const rows = new Map(); // by the server's id
  const local = new Map(); // uploads on their way
  const begun = new Map(); // by the server's id: large files whose sending stopped, to be chosen again
  let batch = start.batch;
  let since = start.now;
  let sort = new URLSearchParams(location.search).get("show") || "all";
  let failures = 0;
  let timer = 0;

  function rowFor(data) {
    let row = rows.get(data.id);
    if (!row) {
      row = new Row(words, act);
      rows.set(data.id, row);
      // Files stand in the server's order; those still on their way below them.
      const after = Array.from(rows.values()).filter((other) => other.data && other.data.position > data.position);
      const before = after.sort((a, b) => a.data.position - b.data.position)[0];
      list.insertBefore(row.node, before ? before.node : (local.values().next().value || {}).node || null);
    }
    return row;
  }

  function take(state) {
    batch = state.batch;
    since = state.now;
    drawFiles(state.files);
  }

  function drawFiles(files) {
    for (const data of files) rowFor(data).draw(data);
    drawWhole();
  }

  function drawWhole() {
    const read = batch.read + batch.failed;
    const total = Math.max(batch.total, 1);
    const bar = part("whole-bar");
    bar.querySelector(".bar__made").style.width = `${(100 * batch.made) / total}%`;
    bar.querySelector(".bar__read").style.width = `${(100 * read) / total}%`;
    bar.setAttribute("aria-valuenow", String(Math.round((100 * read) / total)));
    put(part("whole-words"), sentence(read));
    drawSorts();
    const button = root.querySelector("[data-file-batch]");
    if (button) {
      const sending = uploads && uploads.unfinished.length;
      button.disabled = !batch.mayFile || Boolean(sending);
      put(part("why-not"), sending ? words.leave : batch.whyNot);
    }
  }

  function sentence(read) {
    const said = [];
    if (uploads && uploads.unfinished.length) {
      const sent = rows.size;
      said.push(say(words.summaryUploading, { sent, total: sent + uploads.unfinished.length }));
    }
    if (!batch.total) said.push(words.summaryEmpty);
    else if (read >= batch.total && batch.settled) said.push(say(words.summaryDone, { total: batch.total }));
    else said.push(say(words.summaryPages, { read, total: batch.total }));
    if (batch.failed) said.push(say(words.summaryFailed, { count: batch.failed }));
    if (batch.rate && !batch.settled) said.push(say(words.rate, { rate: Math.max(1, batch.rate) }));
    if (batch.secondsLeft !== null && !batch.settled) said.push(timeLeft(batch.secondsLeft));
    return said.join(" · ");
  }

  function timeLeft(seconds) {
    if (seconds < 60) return words.lessThanAMinute;
    if (seconds < 5400) return say(words.aboutMinutes, { count: Math.round(seconds / 60) });
    return say(words.aboutHours, { count: Math.round(seconds / 3600) });
  }

  function fits(row, wanted) {
    return wanted === "all" || row.sort === wanted || (wanted === "done" && row.done);
  }

  function drawSorts() {
    const all = [...rows.values(), ...local.values(), ...begun.values()];
    for (const button of part("sorts").querySelectorAll("[data-sort]")) {
      const count = all.filter((row) => fits(row, button.dataset.sort)).length;
      button.querySelector("span").textContent = String(count);
      button.setAttribute("aria-pressed", String(button.dataset.sort === sort));
    }
    let shown = 0;
    for (const row of all) {
      row.node.hidden = !fits(row, sort);
      shown += row.node.hidden ? 0 : 1;
    }
    put(part("none"), shown ? "" : all.length ? words.nothingHere : batch.open ? words.nothingYet : words.nothingHere);
  }

  part("sorts").addEventListener("click", (event) => {
    const button = event.target.closest("[data-sort]");
    if (!button) return;
    sort = button.dataset.sort;
    const address = new URL(location.href);
    if (sort === "all") address.searchParams.delete("show");
    else address.searchParams.set("show", sort);
    history.replaceState(null, "", address);
    drawSorts();
  });

  /* Asking again */

  async function poll() {
    clearTimeout(timer);
    const moving = Array.from(rows.values(), (row) => row.data)
      .filter((data) => data.moving)
      .slice(0, 200)
      .map((data) => data.id);
    const query = new URLSearchParams({ since, moving: moving.join(",") });
    try {
      const response = await fetch(`${start.stateUrl}?${query}`, {
        headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" },
        credentials: "same-origin",
      });
      if (!response.ok) throw new Error(String(response.status));
      take(await response.json());
      failures = 0;
      trouble("");
    } catch {
      failures += 1;
      if (failures > 1) trouble(words.offline);
    }
    plan();
  }

  function plan() {
    clearTimeout(timer);
    const busy = !batch.settled || local.size;
    const pause = failures ? Math.min(30000, SOON * 2 ** failures) : busy ? SOON : LATER;
    timer = setTimeout(poll, document.hidden ? Math.max(pause, LATER) : pause);
  }

  function trouble(text) {
    put(part("trouble"), text);
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) poll();
  });

  /* Acting on files */

  async function act(name, row, button) {
    const upload = row.upload;
    if (upload) {
      uploads.act(name, upload);
      return;
    }
    if (name === "choose") {
      part("choose").click();
      return;
    }
    if (row.stopped) {
      await remove(row, button);
      return;
    }
    if (name === "withdraw" && !window.confirm(say(words.sureWithdraw, { name: row.data.name }))) return;
    button.disabled = true;
    try {
      const response = await fetch(start.actUrl.replace("FILE", row.data.id).replace("ACT", name), {
        method: "POST",
        headers: { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": csrf, Accept: "application/json" },
        credentials: "same-origin",
      });
      const answer = await response.json();
      if (response.ok) drawFiles(answer.files);
      else trouble([answer.title, answer.detail].filter(Boolean).join(" "));
    } catch {
      trouble(words.offline);
    }
    button.disabled = false;
    poll();
  }

  /* Large files whose sending stopped: they wait to be chosen again */

  function drawStopped(upload) {
    const row = new Row(words, act);
    row.stopped = upload;
    const arrived = sizeOf(upload.arrived);
    row.drawUpload({
      name: upload.name,
      size: upload.size,
      sent: upload.arrived / upload.bytes,
      label: words.broken,
      problem: say(words.chooseAgain, { arrived, size: sizeOf(upload.bytes) }),
      acts: ["choose", "remove"],
    });
    begun.set(upload.id, row);
    list.append(row.node);
  }

  function forgetStopped(id) {
    if (begun.has(id)) begun.get(id).node.remove();
    begun.delete(id);
  }

  async function remove(row, button) {
    button.disabled = true;
    try {
      const response = await fetch(`${start.piecesUrl}${row.stopped.id}/remove/`, {
        method: "POST",
        headers: { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": csrf, Accept: "application/json" },
        credentials: "same-origin",
      });
      if (response.ok || response.status === 404) forgetStopped(row.stopped.id);
    } catch {
      trouble(words.offline);
    }
    button.disabled = false;
    poll();
  }

  /* Uploading */

  function drawUpload(upload) {
    let row = local.get(upload);
    if (!row) {
      row = new Row(words, act);
      row.upload = upload;
      local.set(upload, row);
      list.append(row.node);
    }
    row.drawUpload(upload);
  }

  function forget(upload) {
    const row = local.get(upload);
    if (row) row.node.remove();
    local.delete(upload);
  }

  const uploads = batch.open
    ? new Uploads({
        url: start.uploadUrl,
        csrf,
        piecesUrl: start.piecesUrl,
        piecesAbove: start.piecesAbove,
        maxBytes: start.maxBytes,
        words,
        begun: forgetStopped,
        draw: drawUpload,
        gone: (upload) => {
          forget(upload);
          drawWhole();
        },
        arrived: (upload, files) => {
          forget(upload);
          drawFiles(files);
        },
        changed: () => {
          remember();
          drawWhole();
        },
      })
    : null;

  function remember() {
    // Large files the server remembers itself.
    const small = uploads.unfinished.filter((upload) => upload.file.size <= start.piecesAbove);
    const names = small.map((upload) => upload.name);
    try {
      if (names.length) sessionStorage.setItem(leftKey, JSON.stringify(names.slice(0, 50)));
      else sessionStorage.removeItem(leftKey);
    } catch {
      /* a browser that keeps nothing: only the reminder is lost */
    }
  }

  /* A large file that came in a folder and stopped may be chosen again without its folder: it is the same file. */
  function remindOfFolder(file) {
    if (folderOf(file)) return;
    for (const { stopped } of begun.values()) {
      const at = stopped.name.lastIndexOf("/");
      if (at > 0 && stopped.bytes === file.size && stopped.name.slice(at + 1) === file.name) {
        folders.set(file, stopped.name.slice(0, at));
        return;
      }
    }
  }

  function addFiles(files) {
    if (!files.length) return;
    trouble("");
    files.forEach(remindOfFolder);
    uploads.add(files);
    plan();
  }

  if (uploads) {
    let left = [];
    try {
      left = JSON.parse(sessionStorage.getItem(leftKey) || "[]");
    } catch {
      left = [];
    }
    if (left.length) trouble(say(words.left, { count: left.length, names: left.join(", ") }));

    for (const name of ["choose", "choose-folder"]) {
      const input = part(name);
      input.addEventListener("change", () => {
        const files = Array.from(input.files);
        if (name === "choose-folder") {
          files.sort((a, b) =>
            a.webkitRelativePath.localeCompare(b.webkitRelativePath, undefined, { numeric: true }),
          );
        }
        addFiles(files);
        input.value = "";
      });
    }
    if (!("webkitdirectory" in HTMLInputElement.prototype)) part("folder-label").hidden = true;

    const veil = part("veil");
    let depth = 0;
    const carriesFiles = (event) => event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");
    document.addEventListener("dragenter", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth += 1;
      veil.hidden = false;
    });
    document.addEventListener("dragover", (event) => {
      if (carriesFiles(event)) event.preventDefault();
    });
    document.addEventListener("dragleave", (event) => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      veil.hidden = depth === 0;
    });
    document.addEventListener("drop", async (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      veil.hidden = true;
      addFiles(await filesOf(event.dataTransfer));
    });
    window.addEventListener("beforeunload", (event) => {
      if (uploads.unfinished.length) event.preventDefault();
    });

    const ask = part("ask");
    part("file-batch").addEventListener("click", () => ask.showModal());
    part("ask-not").addEventListener("click", () => ask.close());
  }

  if (uploads) for (const upload of start.uploads) drawStopped(upload);
  drawFiles(start.files);
  plan();
})();
