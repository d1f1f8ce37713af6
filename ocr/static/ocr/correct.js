// The correction screen: one image, loaded once, drawn upright as a sheet and as a strip above each line.
(() => {
  "use strict";
  const data = document.getElementById("ocr-state");
  const form = document.getElementById("ocr-text");
  const image = document.getElementById("ocr-image");
  if (!data || !form || !image) return;
  const state = JSON.parse(data.textContent);
  const sheet = document.getElementById("ocr-sheet");
  const sideways = state.turn % 180 !== 0;
  const width = sideways ? state.height : state.width;
  const height = sideways ? state.width : state.height;
  const inputs = [...form.querySelectorAll('input[type="text"]')];
  let changed = false;
  let scale = 1;

  // A box of the capture as it lies on the upright page.
  function upright([x0, y0, x1, y1]) {
    if (state.turn === 90) return [state.height - y1, x0, state.height - y0, x1];
    if (state.turn === 180) return [state.width - x1, state.height - y1, state.width - x0, state.height - y0];
    if (state.turn === 270) return [y0, state.width - x1, y1, state.width - x0];
    return [x0, y0, x1, y1];
  }

  function page() {
    const canvas = document.createElement("canvas");
    scale = Math.max(image.naturalWidth, image.naturalHeight) / Math.max(state.width, state.height);
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate((state.turn * Math.PI) / 180);
    const [w, h] = [state.width * scale, state.height * scale];
    pen.drawImage(image, -w / 2, -h / 2, w, h);
    return canvas;
  }

  function drawSheet(whole, line) {
    sheet.width = whole.width;
    sheet.height = whole.height;
    const pen = sheet.getContext("2d");
    pen.drawImage(whole, 0, 0);
    if (line === undefined || !state.lines[line]) return;
    const [x0, y0, x1, y1] = upright(state.lines[line]).map((value) => value * scale);
    pen.lineWidth = Math.max(3, whole.width / 300);
    pen.strokeStyle = "#c5261f";
    pen.strokeRect(x0 - 6, y0 - 6, x1 - x0 + 12, y1 - y0 + 12);
    const box = sheet.parentElement;
    const shown = sheet.clientHeight / sheet.height;
    if (box.scrollHeight > box.clientHeight) box.scrollTop = ((y0 + y1) / 2) * shown - box.clientHeight / 2;
  }

  function drawClip(whole, canvas) {
    const [x0, y0, x1, y1] = upright(state.lines[Number(canvas.dataset.line)]).map((value) => value * scale);
    const margin = Math.max(4, (y1 - y0) * 0.25);
    const [left, top] = [Math.max(0, x0 - margin), Math.max(0, y0 - margin)];
    canvas.width = Math.max(1, Math.min(whole.width, x1 + margin) - left);
    canvas.height = Math.max(1, Math.min(whole.height, y1 + margin) - top);
    const pen = canvas.getContext("2d");
    pen.drawImage(whole, left, top, canvas.width, canvas.height, 0, 0, canvas.width, canvas.height);
    pen.fillStyle = "#b35900";
    for (const box of state.doubtful.map(upright).map((b) => b.map((value) => value * scale))) {
      const inside = box[0] >= x0 - 2 && box[2] <= x1 + 2 && box[1] >= y0 - margin && box[3] <= y1 + margin;
      if (inside) pen.fillRect(box[0] - left, y1 + margin * 0.5 - top, box[2] - box[0], Math.max(2, margin * 0.25));
    }
  }

  function draw() {
    const whole = page();
    drawSheet(whole);
    form.querySelectorAll("canvas.ocr-clip").forEach((canvas) => drawClip(whole, canvas));
    form.addEventListener("focusin", (event) => {
      const line = event.target.dataset && event.target.dataset.line;
      if (line !== undefined) drawSheet(whole, Number(line));
    });
    const active = document.activeElement;
    if (active && active.dataset.line !== undefined) drawSheet(whole, Number(active.dataset.line));
  }

  function problem() {
    document.getElementById("ocr-no-image").hidden = false;
    sheet.hidden = true;
  }

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      form.requestSubmit();
      return;
    }
    const next = inputs[inputs.indexOf(event.target) + (event.shiftKey ? -1 : 1)];
    if (next) next.focus();
  });
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

  if (image.complete && image.naturalWidth) draw();
  else if (image.complete) problem();
  else {
    image.addEventListener("load", draw);
    image.addEventListener("error", problem);
  }
  const doubtful = form.querySelector(".ocr-line--doubtful input") || inputs[0];
  if (doubtful) doubtful.focus();
})();
