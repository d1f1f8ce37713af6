/* Sends one large file piece by piece. The server says which pieces it has; what it acknowledged is never sent again. */
(function () {
  "use strict";

  const ENDS = 1 << 20;

  class Broken extends Error {}
  class Refused extends Error {}

  async function bytesOf(file, from, to, words) {
    try {
      return new Uint8Array(await file.slice(from, to).arrayBuffer());
    } catch {
      throw new Refused(words.unreadable);
    }
  }

  /* What the file is known by after a reload: name with its folders, size, last change, first and last bytes. */
  async function markOf({ file, name }, words) {
    const head = await bytesOf(file, 0, ENDS, words);
    const tail = await bytesOf(file, Math.max(0, file.size - ENDS), file.size, words);
    const ends = new Uint8Array(head.length + tail.length);
    ends.set(head);
    ends.set(tail, head.length);
    return [name.slice(-200), file.size, file.lastModified, await window.Intake.digest(ends)].join("|");
  }

  class Pieces {
    /* upload: as in uploads.js; hooks: piecesUrl, csrf, words; moved(upload): draw; begun(upload): its id is known */
    constructor(upload, hooks) {
      this.upload = upload;
      this.hooks = hooks;
      this.digests = [];
      this.request = null;
      this.stopped = false;
    }

    abort() {
      this.stopped = true;
      if (this.request) this.request.abort();
    }

    /* Return the rows of the received file. Throws Broken (try again) or Refused (its message says why). */
    async send() {
      const { file, folder } = this.upload;
      this.mark = this.mark || (await markOf(this.upload, this.hooks.words));
      for (;;) {
        const told = { name: file.name, folder, size: file.size, mark: this.mark };
        const begun = await this._asked(this.hooks.piecesUrl, this._form(told));
        if (this.id && this.id !== begun.id) this.digests = [];
        this.id = begun.id;
        this.url = `${this.hooks.piecesUrl}${begun.id}/`;
        this.hooks.begun(this.upload, begun.id);
        await this._sendWhatIsMissing(file, begun.pieceBytes, new Set(begun.have));
        const done = await this._asked(`${this.url}finish/`, this._form({ digests: this.digests.join(",") }), "pieces_missing");
        if (done.files) return done.files;
      }
    }

    remove() {
      this.abort();
      return this.url ? this._asked(`${this.url}remove/`, this._form({})).catch(() => null) : null;
    }

    async _sendWhatIsMissing(file, pieceBytes, have) {
      const count = Math.ceil(file.size / pieceBytes);
      let arrived = 0;
      for (let number = 0; number < count; number += 1) {
        const from = number * pieceBytes;
        const to = Math.min(file.size, from + pieceBytes);
        const there = have.has(number);
        if (!there || !this.digests[number]) {
          const bytes = await bytesOf(file, from, to, this.hooks.words);
          this.digests[number] = this.digests[number] || (await window.Intake.digest(bytes));
          if (this.stopped) throw new Broken();
          if (!there) await this._piece(number, bytes, arrived, file.size);
        }
        arrived = to;
        this._moved(arrived, file.size, there);
      }
    }

    async _piece(number, bytes, before, size) {
      const headers = { "X-Piece-Digest": this.digests[number], "Content-Type": "application/octet-stream" };
      const progress = (loaded) => this._moved(before + Math.min(loaded, bytes.length), size, false);
      try {
        await this._asked(`${this.url}${number}/`, bytes, "", headers, progress);
      } catch (error) {
        this.digests[number] = ""; // read and reckoned anew
        throw error;
      }
      this.upload.tries = 0;
    }

    _moved(arrived, size, checking) {
      this.upload.sent = arrived / size;
      this.hooks.moved(this.upload, checking);
    }

    _form(values) {
      const body = new FormData();
      for (const [name, value] of Object.entries(values)) body.append(name, value);
      return body;
    }

    _asked(url, body, expected = "", headers = {}, progress = null) {
      return new Promise((resolve, reject) => {
        if (this.stopped && !url.endsWith("/remove/")) {
          reject(new Broken());
          return;
        }
        const request = new XMLHttpRequest();
        this.request = request;
        request.open("POST", url);
        const all = { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": this.hooks.csrf, Accept: "application/json", ...headers };
        for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
        if (progress) request.upload.addEventListener("progress", (event) => progress(event.loaded));
        request.addEventListener("error", () => reject(new Broken()));
        request.addEventListener("abort", () => reject(new Broken()));
        request.addEventListener("load", () => this._answered(request, expected, resolve, reject));
        request.send(body);
      });
    }

    _answered(request, expected, resolve, reject) {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText || "{}");
      } catch {
        /* a page of a proxy in between: told by its number */
      }
      const { status } = request;
      if ((status >= 200 && status < 300) || (expected && answer.code === expected)) resolve(answer);
      else if ((status >= 500 && status !== 507) || answer.code === "broken_piece") reject(new Broken());
      else reject(new Refused([answer.title, answer.detail].filter(Boolean).join(" ") || this.hooks.words.gaveUp));
    }
  }

  Object.assign(window.Intake, { Pieces, Refused });
})();
