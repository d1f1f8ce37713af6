/* The queue of uploads: two at a time, each tried again by itself when the connection breaks. */
(function () {
  "use strict";

  const AT_ONCE = 2;
  const MOST_TRIES = 6;
  const LONGEST_WAIT = 30000;
  const NOT_SCANS = new Set([".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db"]);

  function token() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function sizeOf(bytes) {
    const units = ["B", "KB", "MB", "GB"];
    const step = bytes ? Math.min(3, Math.floor(Math.log(bytes) / Math.log(1024))) : 0;
    return `${new Intl.NumberFormat(document.documentElement.lang || undefined, {
      maximumFractionDigits: step ? 1 : 0,
    }).format(bytes / 1024 ** step)} ${units[step]}`;
  }

  const folders = new WeakMap(); // file → the folders it lay in, where the browser does not say it itself

  /* Return the folders a file came in, with "/" between; "" for a file chosen alone. */
  function folderOf(file) {
    const path = file.webkitRelativePath || "";
    return folders.has(file) ? folders.get(file) : path.slice(0, Math.max(0, path.lastIndexOf("/")));
  }

  class Uploads {
    /* hooks: url, piecesUrl, piecesAbove, csrf, maxBytes, words, draw(upload), arrived(upload, rows), begun(id),
       gone(upload), changed() */
    constructor(hooks) {
      this.hooks = hooks;
      this.waiting = [];
      this.running = new Set();
      this.all = [];
    }

    get unfinished() {
      return this.all.filter((upload) => !upload.arrived && !upload.refused);
    }

    add(files) {
      const { words, maxBytes } = this.hooks;
      const wanted = files.filter((file) => !NOT_SCANS.has(file.name.toLowerCase()));
      for (const file of wanted) {
        const folder = folderOf(file);
        const upload = {
          file,
          folder,
          token: token(),
          name: folder ? `${folder}/${file.name}` : file.name,
          size: sizeOf(file.size),
          sent: 0,
          tries: 0,
          label: words.queued,
          problem: "",
          acts: ["remove"],
        };
        this.all.push(upload);
        if (file.size > maxBytes) {
          this._refuse(upload, window.Intake.say(words.tooLarge, { limit: Math.round(maxBytes / 1048576) }), false);
          continue;
        }
        this.waiting.push(upload);
        this.hooks.draw(upload);
      }
      this._next();
      return wanted.length;
    }

    act(name, upload) {
      if (name === "retry") {
        upload.refused = false;
        upload.tries = 0;
        upload.problem = "";
        upload.label = this.hooks.words.queued;
        upload.acts = ["remove"];
        this.waiting.push(upload);
        this.hooks.draw(upload);
        this._next();
      } else {
        this.waiting = this.waiting.filter((other) => other !== upload);
        upload.dropped = true;
        if (upload.pieces) upload.pieces.remove();
        else if (upload.request) upload.request.abort();
        this._forget(upload);
      }
    }

    _next() {
      while (this.running.size < AT_ONCE && this.waiting.length) {
        const upload = this.waiting.shift();
        if (upload.file.size > this.hooks.piecesAbove) this._sendPieces(upload);
        else this._send(upload);
      }
      this.hooks.changed();
    }

    _send(upload) {
      const { url, csrf, words } = this.hooks;
      const body = new FormData();
      body.append("token", upload.token);
      body.append("folder", upload.folder);
      body.append("file", upload.file, upload.file.name);
      const request = new XMLHttpRequest();
      upload.request = request;
      this.running.add(upload);
      upload.label = words.uploading;
      request.open("POST", url);
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      request.setRequestHeader("X-CSRFToken", csrf);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        upload.sent = event.loaded / event.total;
        if (upload.sent >= 1) upload.label = words.arrived;
        this.hooks.draw(upload);
        this.hooks.changed();
      });
      request.addEventListener("load", () => this._answered(upload, request));
      request.addEventListener("error", () => this._broken(upload));
      request.addEventListener("abort", () => this._ended(upload));
      this.hooks.draw(upload);
      request.send(body);
    }

    async _sendPieces(upload) {
      const { words } = this.hooks;
      this.running.add(upload);
      upload.label = words.uploading;
      const hooks = {
        ...this.hooks,
        begun: (_, id) => this.hooks.begun(id),
        moved: (_, checking) => {
          upload.label = checking ? words.checking : upload.sent >= 1 ? words.arrived : words.uploading;
          this.hooks.draw(upload);
        },
      };
      upload.pieces = upload.pieces || new window.Intake.Pieces(upload, hooks);
      this.hooks.draw(upload);
      try {
        const files = await upload.pieces.send();
        upload.arrived = true;
        this.all = this.all.filter((other) => other !== upload);
        this.hooks.arrived(upload, files);
      } catch (error) {
        if (upload.dropped) {
          this._ended(upload);
          return;
        }
        if (!(error instanceof window.Intake.Refused)) {
          this._broken(upload);
          return;
        }
        this._refuse(upload, error.message, true);
      }
      this._ended(upload);
    }

    _answered(upload, request) {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        /* a page of a proxy in between: told by its number below */
      }
      if (request.status === 201 && answer.files) {
        upload.arrived = true;
        this.all = this.all.filter((other) => other !== upload);
        this.hooks.arrived(upload, answer.files);
        this._ended(upload);
      } else if (request.status >= 500 && request.status !== 507) {
        this._broken(upload);
      } else {
        const words = [answer.title, answer.detail].filter(Boolean).join(" ");
        this._refuse(upload, words || this.hooks.words.gaveUp, true);
        this._ended(upload);
      }
    }

    _broken(upload) {
      upload.tries += 1;
      if (!upload.pieces) upload.sent = 0;
      if (upload.tries >= MOST_TRIES) {
        this._refuse(upload, this.hooks.words.gaveUp, true);
      } else {
        upload.label = this.hooks.words.queued;
        upload.problem = this.hooks.words.connectionLost;
        this.hooks.draw(upload);
        setTimeout(() => {
          if (upload.dropped) return;
          upload.problem = "";
          this.waiting.unshift(upload);
          this._next();
        }, Math.min(LONGEST_WAIT, 1000 * 2 ** upload.tries));
      }
      this._ended(upload);
    }

    _refuse(upload, words, again) {
      upload.refused = true;
      upload.problem = words;
      upload.label = this.hooks.words.broken;
      upload.acts = again ? ["retry", "remove"] : ["remove"];
      this.hooks.draw(upload);
    }

    _ended(upload) {
      upload.request = null;
      this.running.delete(upload);
      this._next();
    }

    _forget(upload) {
      this.all = this.all.filter((other) => other !== upload);
      this.hooks.gone(upload);
      this.hooks.changed();
    }
  }

  /* Return all files of a drop, folders walked through, in the order of their names. */
  async function filesOf(transfer) {
    const entries = Array.from(transfer.items || [], (item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
    if (!entries.some(Boolean)) return Array.from(transfer.files);
    const found = [];
    for (const entry of entries) if (entry) await walk(entry, found);
    return found;
  }

  async function walk(entry, found) {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      folders.set(file, entry.fullPath.split("/").slice(1, -1).join("/"));
      found.push(file);
      return;
    }
    const reader = entry.createReader();
    const children = [];
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) break;
      children.push(...some);
    }
    children.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    for (const child of children) if (!child.name.startsWith(".")) await walk(child, found);
  }

  Object.assign(window.Intake, { Uploads, filesOf, folders, folderOf, sizeOf });
})();
